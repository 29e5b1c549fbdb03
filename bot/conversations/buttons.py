"""Buttons: a press names a row that we wrote, so nothing a client sends can become an intent or an entity.

A row belongs to one conversation, can be used once, and expires. Typed words that mean one of the last answer's open buttons
("la 2", its title) use the same row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from bot.conversations.base import SILENCE
from bot.conversations.tables import BUTTON, MESSAGE, NOW
from bot.database import is_listed, listed
from bot.errors import Conflict, NotYours
from bot.rules.asked_hour import match_hour, names_hour

_BUTTON = (
    BUTTON.c.id, BUTTON.c.conversation_id, BUTTON.c.title, BUTTON.c.intent, BUTTON.c.entities, BUTTON.c.origin_text,
    BUTTON.c.used_at, BUTTON.c.expires_at,
)  # fmt: skip
_BY_ID = select(*_BUTTON).where(BUTTON.c.id == bindparam("button"))
_LAST_ANSWER = (
    select(MESSAGE.c.id)
    .where(MESSAGE.c.conversation_id == bindparam("conversation"), MESSAGE.c.kind == "answer", MESSAGE.c.at > bindparam("since"))
    .order_by(MESSAGE.c.seq.desc())
    .limit(1)
    .scalar_subquery()
)
_OFFERED = select(*_BUTTON).where(BUTTON.c.reply_id == _LAST_ANSWER).order_by(BUTTON.c.position)
_OPEN_SINCE = (
    select(*_BUTTON)
    .join_from(BUTTON, MESSAGE, MESSAGE.c.id == BUTTON.c.reply_id)
    .where(BUTTON.c.conversation_id == bindparam("conversation"), BUTTON.c.used_at.is_(None), MESSAGE.c.at > bindparam("since"))
    .order_by(MESSAGE.c.seq.desc(), BUTTON.c.position)
)
_ANSWER = MESSAGE.alias("answer")
_OFFERED_IN = (
    select(*_BUTTON, BUTTON.c.reply_id)
    .join_from(BUTTON, _ANSWER, _ANSWER.c.id == BUTTON.c.reply_id)
    .where(
        is_listed(BUTTON.c.conversation_id, "conversations"),
        _ANSWER.c.at > bindparam("since", type_=_ANSWER.c.at.type),
        _ANSWER.c.seq
        == select(func.max(MESSAGE.c.seq))
        .where(MESSAGE.c.conversation_id == BUTTON.c.conversation_id, MESSAGE.c.kind == "answer")
        .correlate(BUTTON)
        .scalar_subquery(),
    )
    .order_by(BUTTON.c.reply_id, BUTTON.c.position)
)
_USE = update(BUTTON).where(BUTTON.c.id == bindparam("button"), BUTTON.c.used_at.is_(None)).values(used_at=NOW)


def press(connection: Connection, conversation: str, button_id: str, now: datetime) -> Row[Any]:
    """Use a button up; its row. Raises NotYours (unknown here), Conflict ("used" or "expired")."""
    button = connection.execute(_BY_ID, {"button": button_id}).one_or_none()
    if button is None or button.conversation_id != conversation:
        raise NotYours("button")
    if button.used_at is not None:
        raise Conflict("used")
    if button.expires_at <= now:
        raise Conflict("expired")
    if not _use(connection, button_id, now):
        raise Conflict("used")
    return button


def typed(
    connection: Connection, conversation: str, text: str, match: Callable[[str, Sequence[str]], int | None], now: datetime
) -> Row[Any] | None:
    """The last answer's open button that the text chooses, used up; None when it chooses none, or after 30 minutes of silence.

    An hour to be called at is chosen whichever of the answers offered it.
    """
    known = {"conversation": conversation, "since": now - SILENCE}
    offered = connection.execute(_OFFERED, known).all()
    position = match(text, [button.title for button in offered]) if offered else None
    if position is not None:
        chosen = offered[position]
        return _taken(connection, chosen, now) if chosen.used_at is None and chosen.expires_at > now else None
    if not names_hour(text):
        return None
    before = {button.title: button for button in reversed(connection.execute(_OPEN_SINCE, known).all()) if button.expires_at > now}
    hour = match_hour(text, list(before), plainly=True)
    return None if hour is None else _taken(connection, list(before.values())[hour], now)


def _taken(connection: Connection, button: Row[Any], now: datetime) -> Row[Any] | None:
    return button if _use(connection, button.id, now) else None


def offered_in(connection: Connection, conversations: Sequence[str], now: datetime) -> dict[str, list[Row[Any]]]:
    """The buttons of the last answer of each of these conversations (many at once), where it is not long ago; in their order."""
    found: dict[str, list[Row[Any]]] = {}
    for button in connection.execute(_OFFERED_IN, {"conversations": listed(conversations), "since": now - SILENCE}):
        found.setdefault(button.conversation_id, []).append(button)
    return found


def _use(connection: Connection, button: str, now: datetime) -> bool:
    return bool(connection.execute(_USE, {"button": button, "now": now}).rowcount)
