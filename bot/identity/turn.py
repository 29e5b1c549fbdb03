"""The turn token: the only thing that tells an action who is asking.

The gateway signs it for one turn, it lives 60 seconds, and it travels beside the message, never among its stored events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zlib import crc32

from bot.errors import TokenInvalid
from bot.identity.tokens import seconds, sign, verify

AUDIENCE = "turn"
LIFE = timedelta(seconds=60)

Level = Literal["anonymous", "portal"]


@dataclass(frozen=True)
class TurnIdentity:
    """Who is asking in one turn. `desk` is None exactly when `level` is "anonymous"; `turn` is the inbound message's id."""

    desk: str | None
    level: Level
    turn: str


def place_of(turn: str, places: int) -> int:
    """Which of several actions processes a turn belongs to: gateway and dialogue must think of the same one."""
    return crc32(turn.encode()) % places


def sign_turn(secret: str, desk: str | None, level: Level, turn: str, now: datetime) -> str:
    """A turn token that ends 60 seconds after `now`."""
    issued = seconds(now)
    claims = {"aud": AUDIENCE, "level": level, "turn": turn, "iat": issued, "exp": issued + int(LIFE.total_seconds())}
    return sign(secret, claims if desk is None else {**claims, "desk": desk})


def read_turn(secret: str, token: str, now: datetime) -> TurnIdentity:
    """The identity in a turn token. Raises TokenInvalid or TokenExpired."""
    claims = verify(secret, token, algorithms=["HS256"], audience=AUDIENCE, required=["turn", "level"], now=now)
    desk, level, turn = claims.get("desk"), claims["level"], claims["turn"]
    if not isinstance(turn, str):
        raise TokenInvalid("no turn is named")
    if level == "anonymous" and desk is None:
        return TurnIdentity(None, "anonymous", turn)
    if level == "portal" and isinstance(desk, str) and desk:
        return TurnIdentity(desk, "portal", turn)
    raise TokenInvalid("level and desk do not belong together")
