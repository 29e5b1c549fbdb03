"""Turn tokens for tests, as the gateway would sign them."""

from __future__ import annotations

from datetime import datetime

from bot.identity.identity import ANONYMOUS, Identity, Level
from bot.identity.turn import TurnClaims, sign_turn


def customer(desk: str | None) -> Identity:
    """Somebody whom the portal names, or a visitor for None."""
    return Identity(desk, None, Level.SIGNED_IN, "portal") if desk else ANONYMOUS


def turn_token(secret: str, desk: str | None, turn: str, now: datetime, channel: str = "web") -> str:
    """The token of a turn."""
    return sign_turn(secret, TurnClaims(customer(desk), channel, turn), now)


def number_token(secret: str, desk: str | None, turn: str, now: datetime, channel: str = "whatsapp") -> str:
    """The token of a turn of whoever writes from a registered number, which is all that is known of them."""
    who = Identity(desk, None, Level.RECOGNISED, "whatsapp number") if desk else ANONYMOUS
    return sign_turn(secret, TurnClaims(who, channel, turn), now)
