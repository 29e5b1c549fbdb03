"""Messages that their customer rewrites or takes back: before the answer that changes what is answered, after it only what is known of it.

News may come in any order, also before the message that they are of. Then the message is stored as it stands by now, under the id of the
original, which is a repetition when it comes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, or_, select, update

from bot.conversations import sealed
from bot.conversations.base import Channel
from bot.conversations.tables import CONVERSATION, MESSAGE

Key = tuple[Channel, str, str]
"""A message's channel, scope and external id."""


def is_stored(connection: Connection, key: Key) -> bool:
    """Whether the message is here."""
    return bool(connection.scalar(select(exists().where(*_named(key)))))


def hold(connection: Connection, conversation: str) -> None:
    """Until the transaction ends nobody else adds a message to the conversation."""
    connection.execute(select(CONVERSATION.c.id).where(CONVERSATION.c.id == conversation).with_for_update())


def note_overtaken(connection: Connection, conversation: str, key: Key, **moment: datetime) -> None:
    """The message was stored as it stands since `edited_at` or `revoked_at`, before its original: whatever that says is a repetition."""
    connection.execute(update(MESSAGE).where(*_one(conversation, key)).values(fingerprint=None, **moment))


def edit(connection: Connection, conversation: str, key: Key, text: str, at: datetime) -> bool:
    """The message with this key (channel, scope, external id) says `text` since `at`; whether that was news.

    Once its turn runs, it keeps the words that were answered. Of several edits the newest counts, in whichever order they come.
    """
    sealed.forget_of(connection, _one(conversation, key))
    newest = [*_one(conversation, key), MESSAGE.c.revoked_at.is_(None), or_(MESSAGE.c.edited_at.is_(None), MESSAGE.c.edited_at < at)]
    rewritten = {"text": text, "edited_at": at, "fixed_answer": None, "resumes": None}
    return _changed(connection, [*newest, *_WAITS], **rewritten) or _changed(connection, newest, edited_at=at)


def revoke(connection: Connection, conversation: str, key: Key, at: datetime) -> bool:
    """The message with this key was taken back at `at`; whether that was news. It is not answered any more, unless its turn runs already."""
    kept = [*_one(conversation, key), MESSAGE.c.revoked_at.is_(None)]
    return _changed(connection, [*kept, *_WAITS], revoked_at=at, state="noted") or _changed(connection, kept, revoked_at=at)


_WAITS = [MESSAGE.c.state == "received", MESSAGE.c.button_id.is_(None)]


def _one(conversation: str, key: Key) -> list[ColumnElement[bool]]:
    return [*_named(key), MESSAGE.c.conversation_id == conversation, MESSAGE.c.author == "customer"]


def _named(key: Key) -> list[ColumnElement[bool]]:
    channel, scope, external_id = key
    return [MESSAGE.c.channel == channel, MESSAGE.c.scope == scope, MESSAGE.c.external_id == external_id]


def _changed(connection: Connection, where: list[ColumnElement[bool]], **values: Any) -> bool:
    return bool(connection.execute(update(MESSAGE).where(*where).values(**values)).rowcount)
