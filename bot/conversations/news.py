"""Tells every gateway that a conversation has moved, as soon as that is stored: PostgreSQL's NOTIFY, with its id and last seq only.

A gateway that misses one finds the news by polling. SQLite has nothing like it; there one process serves.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

CHANNEL = "conversation_moved"
DATABASE = "postgresql"

_NOTIFY = text(f"SELECT pg_notify('{CHANNEL}', :news)")


@dataclass(frozen=True)
class News:
    """The conversation has come to `seq`; `waits`: a message of it was accepted that nobody has taken yet."""

    conversation: str
    seq: int
    waits: bool


def announce(connection: Connection, conversation: str, seq: int, *, waits: bool = False) -> None:
    """Part of the transaction: told when it commits, and not at all when it does not."""
    if connection.dialect.name == DATABASE:
        connection.execute(_NOTIFY, {"news": f"{conversation} {seq} {int(waits)}"})


def read(payload: str) -> News:
    """What was announced. Raises ValueError for what is not ours."""
    conversation, seq, waits = payload.split(" ")
    return News(conversation, int(seq), waits == "1")
