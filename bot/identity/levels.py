"""What may be told to whom: the one table from a kind of account data and a channel to the level of proof that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bot.identity.identity import Level


class DataClass(StrEnum):
    """A kind of account data."""

    NAME = "name"
    """Whose account it is, in a greeting or a case."""
    SERVERS = "servers"
    """Which servers there are, their state, their validity, their licences and incidents."""
    BACKUPS = "backups"
    PAYMENTS = "payments"
    INVOICES = "invoices"
    CONNECTION = "connection"
    """Where the connection data were sent, and sending them again."""
    CHANGES = "changes"
    """A change of solution or a cancellation."""


NEEDED: Final[Mapping[str, Mapping[DataClass, Level]]] = {
    "web": dict.fromkeys(DataClass, Level.SIGNED_IN),
    "whatsapp": {
        **dict.fromkeys(DataClass, Level.CONFIRMED),
        DataClass.NAME: Level.SIGNED_IN,
        DataClass.SERVERS: Level.RECOGNISED,
        DataClass.BACKUPS: Level.RECOGNISED,
    },
}
"""By channel. A kind or channel that does not stand here is told to nobody.

On the web the portal has proved who is there; on WhatsApp a number tells how the servers are, and all else wants a code (decision 0024).
"""

ASKED_FOR: Final = frozenset({"whatsapp"})
"""Channels on which a proof that is missing is asked for in the conversation, by a one-time code."""


def may_see(level: Level, data: DataClass, channel: str) -> bool:
    """Whether somebody at this level may be told this kind of data on this channel."""
    needed = NEEDED.get(channel, {}).get(data)
    return needed is not None and level >= needed
