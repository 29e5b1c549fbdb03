"""What agents write about conversations: notes, tags, corrections, and the texts they send often. No customer ever gets any of it unasked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.console import models
from bot.conversations.clean import clean_text
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, MESSAGE, UNDERSTANDING
from bot.errors import NotYours

NOTE = cast(Table, models.Note.__table__)
TAG = cast(Table, models.Tag.__table__)
CORRECTION = cast(Table, models.Correction.__table__)
PREPARED = cast(Table, models.PreparedAnswer.__table__)

TAG_CHARACTERS: Final = 40
TITLE_CHARACTERS: Final = 80
MOST_LISTED: Final = 200
_TAG_NAMES: Final = select(TAG.c.name).distinct().order_by(TAG.c.name).limit(MOST_LISTED)


@dataclass(frozen=True)
class Marks:
    """Everything that agents wrote about one conversation. `corrections` by (message id, part)."""

    notes: Sequence[Row[Any]]
    tags: Sequence[str]
    corrections: dict[tuple[str, int], Row[Any]]


async def of(ledger: Ledger, conversation: str) -> Marks:
    """The marks of a conversation, the oldest notes first."""

    def work(connection: Connection) -> Marks:
        mine = {table: table.c.conversation_id == conversation for table in (NOTE, TAG, CORRECTION)}
        notes = connection.execute(select(NOTE).where(mine[NOTE]).order_by(NOTE.c.id)).all()
        tags = connection.scalars(select(TAG.c.name).where(mine[TAG]).order_by(TAG.c.name)).all()
        corrections = connection.execute(select(CORRECTION).where(mine[CORRECTION]))
        return Marks(notes, tags, {(row.message_id, row.n): row for row in corrections})

    return await ledger.read(work)


async def add_note(ledger: Ledger, conversation: str, agent: str, text: str, now: datetime) -> None:
    """Raises NotYours for a conversation that is not there (any more)."""
    await _add(ledger, NOTE, {"conversation_id": conversation, "agent": agent, "text": clean_text(text), "at": now})


async def add_tag(ledger: Ledger, conversation: str, agent: str, name: str, now: datetime) -> None:
    """Tags are lower case; one that is there stays. Raises NotYours."""
    tag = " ".join(clean_text(name).lower().split())[:TAG_CHARACTERS]
    row = {"conversation_id": conversation, "name": tag, "agent": agent, "at": now}
    there = select(TAG.c.id).where(TAG.c.conversation_id == conversation, TAG.c.name == tag)
    if tag and await ledger.read(lambda connection: connection.scalar(there)) is None:
        await _add(ledger, TAG, row)


async def remove_tag(ledger: Ledger, conversation: str, name: str) -> None:
    """One that is not there is no error."""
    gone = delete(TAG).where(TAG.c.conversation_id == conversation, TAG.c.name == name)
    await ledger.write(lambda connection: connection.execute(gone))


def tag_names(connection: Connection) -> Sequence[str]:
    """Every tag in use."""
    return connection.scalars(_TAG_NAMES).all()


def tagged(name: str) -> ColumnElement[bool]:
    """The condition that a conversation has this tag."""
    return exists().where(TAG.c.conversation_id == CONVERSATION.c.id, TAG.c.name == name)


def corrected() -> ColumnElement[bool]:
    """The condition that something in a conversation was corrected."""
    return exists().where(CORRECTION.c.conversation_id == CONVERSATION.c.id)


async def correct(ledger: Ledger, conversation: str, message: str, n: int, right: str, agent: str, now: datetime) -> None:
    """Part `n` of this message really was `right`; a later word replaces an earlier one. Raises NotYours for a part that is not there."""
    part = (
        select(UNDERSTANDING.c.text, UNDERSTANDING.c.intent, UNDERSTANDING.c.decision)
        .join_from(UNDERSTANDING, MESSAGE, MESSAGE.c.id == UNDERSTANDING.c.message_id)
        .where(MESSAGE.c.id == message, UNDERSTANDING.c.n == n, MESSAGE.c.conversation_id == conversation)
    )
    mine = (CORRECTION.c.message_id == message, CORRECTION.c.n == n)

    def work(connection: Connection) -> None:
        found = connection.execute(part).one_or_none()
        if found is None:
            raise NotYours("message")
        said = {"right": right, "agent": agent, "at": now}
        if connection.scalar(update(CORRECTION).where(*mine).values(**said).returning(CORRECTION.c.id)) is None:
            about = {"conversation_id": conversation, "message_id": message, "n": n}
            was = {"text": found.text, "was": found.intent, "decision": found.decision}
            connection.execute(insert(CORRECTION).values(**about, **was, **said))

    await ledger.write(work)


async def take_back(ledger: Ledger, conversation: str, message: str, n: int) -> None:
    """It was right after all."""
    gone = delete(CORRECTION).where(CORRECTION.c.conversation_id == conversation, CORRECTION.c.message_id == message, CORRECTION.c.n == n)
    await ledger.write(lambda connection: connection.execute(gone))


async def corrections(ledger: Ledger, limit: int | None = None) -> Sequence[Row[Any]]:
    """All of them, or the newest so many, the newest first."""
    query = select(CORRECTION).order_by(CORRECTION.c.id.desc()).limit(limit)
    return await ledger.read(lambda connection: connection.execute(query).all())


async def prepared(ledger: Ledger) -> Sequence[Row[Any]]:
    """The prepared answers by title."""
    query = select(PREPARED).order_by(PREPARED.c.title).limit(MOST_LISTED)
    return await ledger.read(lambda connection: connection.execute(query).all())


async def keep_prepared(ledger: Ledger, title: str, text: str, agent: str, now: datetime) -> None:
    """A prepared answer; one of the same title is replaced."""
    row = {"text": clean_text(text), "agent": agent, "at": now}
    name = clean_text(title).strip()[:TITLE_CHARACTERS]

    def work(connection: Connection) -> None:
        there = update(PREPARED).where(PREPARED.c.title == name).values(**row).returning(PREPARED.c.id)
        if connection.scalar(there) is None:
            connection.execute(insert(PREPARED), {**row, "title": name})

    await ledger.write(work)


async def forget_prepared(ledger: Ledger, prepared_id: int) -> None:
    """One that is not there is no error."""
    await ledger.write(lambda connection: connection.execute(delete(PREPARED).where(PREPARED.c.id == prepared_id)))


async def _add(ledger: Ledger, table: Table, row: dict[str, Any]) -> None:
    try:
        await ledger.write(lambda connection: connection.execute(insert(table), row))
    except IntegrityError:
        raise NotYours("conversation") from None
