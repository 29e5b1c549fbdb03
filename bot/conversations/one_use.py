"""What may be done once in the whole house, whichever gateway it is asked of: its name is remembered as long as it could be done again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, insert, select

from bot.conversations.tables import NOW, ONE_USE
from bot.errors import TokenUsed
from bot.identity.tokens import OneUse

_FORGET = delete(ONE_USE).where(ONE_USE.c.name.in_(select(ONE_USE.c.name).where(ONE_USE.c.until <= NOW).with_for_update(skip_locked=True)))
_USED = select(exists().where(ONE_USE.c.name == bindparam("use")))
_REMEMBER = insert(ONE_USE)


def take(connection: Connection, use: OneUse, now: datetime) -> None:
    """Use it, as part of a transaction. Raises TokenUsed; IntegrityError where somebody else uses it at this very moment: try again."""
    connection.execute(_FORGET, {"now": now})
    if connection.scalar(_USED, {"use": use.name}):
        raise TokenUsed("used before")
    connection.execute(_REMEMBER, {"name": use.name, "until": use.until})
