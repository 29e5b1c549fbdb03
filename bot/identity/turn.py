"""The turn token: the only thing that tells an action who is asking, and on which channel.

The gateway signs it for one turn, it lives 60 seconds, and it travels beside the message, never among its stored events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import TokenInvalid
from bot.identity.identity import Identity, Level
from bot.identity.tokens import read, seconds, sign

AUDIENCE = "turn"
LIFE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class TurnClaims:
    """What a turn token says: `turn` is the id of the (last) inbound message that is answered."""

    identity: Identity
    channel: str
    turn: str


def sign_turn(secret: str, claims: TurnClaims, now: datetime) -> str:
    """A turn token that ends 60 seconds after `now`."""
    issued, who = seconds(now), claims.identity
    body = {
        "aud": AUDIENCE,
        "iat": issued,
        "exp": issued + int(LIFE.total_seconds()),
        "turn": claims.turn,
        "channel": claims.channel,
        "level": int(who.level),
        "desk": who.desk,
        "person": who.person,
        "proof": who.proof,
    }
    return sign(secret, {name: value for name, value in body.items() if value is not None})


def read_turn(secret: str, token: str, now: datetime) -> TurnClaims:
    """The claims of a turn token. Raises TokenInvalid or TokenExpired."""
    claims = read(secret, token, audience=AUDIENCE, required=["turn", "channel", "level"], now=now)
    texts = [claims["turn"], claims["channel"], *(claims.get(name) for name in ("desk", "person", "proof"))]
    turn, channel, desk, person, proof = texts
    level = claims["level"]
    if not all(isinstance(text, str) and text for text in texts if text is not None) or turn is None or channel is None:
        raise TokenInvalid("a claim is not a text")
    if isinstance(level, bool) or not isinstance(level, int):
        raise TokenInvalid("level is not a number")
    try:
        return TurnClaims(Identity(desk, person, Level(level), proof), channel, turn)
    except ValueError as error:
        raise TokenInvalid(str(error)) from None
