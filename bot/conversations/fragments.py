"""Identifiers that customers write in pieces: when the last piece comes, it is taken out of the earlier messages and of all that was made of them.

A turn that has read one of the pieces and still runs loses its lease, so that nothing of it is kept; it runs again on what is left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, bindparam, func, select, update

from bot.conversations import sealed
from bot.conversations.tables import BUTTON, CONVERSATION, EFFECT, EPISODE, ESCALATION, MESSAGE, STEP_UP, UNDERSTANDING
from bot.database import is_listed, listed
from bot.privacy.fragments import Piece, join, may_begin, may_go_on
from bot.privacy.masking import Mask, Masked

WITHIN: Final = timedelta(minutes=3)
MOST: Final = 12
LEAST_CHARACTERS: Final = 3
"""A piece that is shorter is looked for as a whole line only: it would be found everywhere."""
LEAST_IN_ANSWERS: Final = 6
"""The same for what we have said: a shorter one may be an amount of an account's."""
_RECENT = (
    select(MESSAGE.c.id, MESSAGE.c.text)
    .where(
        MESSAGE.c.conversation_id == bindparam("conversation"),
        MESSAGE.c.author == "customer",
        MESSAGE.c.at > bindparam("since", type_=MESSAGE.c.at.type),
    )
    .order_by(MESSAGE.c.seq.desc())
    .limit(MOST)
)
_REACH: Final = 64
"""Places of a conversation among which the last MOST messages of its customer are looked for."""
_BACK = func.row_number().over(partition_by=MESSAGE.c.conversation_id, order_by=MESSAGE.c.seq.desc())
_OF_EACH = (
    select(MESSAGE.c.id, MESSAGE.c.text, MESSAGE.c.conversation_id, MESSAGE.c.seq, _BACK.label("back"))
    .join_from(CONVERSATION, MESSAGE, MESSAGE.c.conversation_id == CONVERSATION.c.id)
    .where(
        is_listed(CONVERSATION.c.id, "conversations"),
        MESSAGE.c.seq > CONVERSATION.c.last_seq - _REACH,
        MESSAGE.c.author == "customer",
        MESSAGE.c.at > bindparam("since", type_=MESSAGE.c.at.type),
    )
    .subquery()
)
_RECENT_OF_EACH = select(_OF_EACH).where(_OF_EACH.c.back <= MOST).order_by(_OF_EACH.c.conversation_id, _OF_EACH.c.seq)
_UNREAD = (
    update(MESSAGE)
    .where(MESSAGE.c.conversation_id == bindparam("conversation"), MESSAGE.c.state == "processing")
    .values(state="received", attempts=0, first_attempt_at=None)
)


@dataclass
class Recent:
    """A message that its customer wrote a moment ago; `row` is the one that is about to be stored, where it is not yet."""

    id: str
    text: str
    row: dict[str, Any] | None = None


@dataclass(frozen=True)
class Settled:
    """A message as it may be stored after those before it, and whether any of these has changed."""

    content: Masked
    changed: bool


def awaited_until(stored: str, now: datetime) -> datetime | None:
    """Until when a message may complete something of which this one, as it is stored, may be the first piece."""
    return now + WITHIN if may_begin(stored) else None


def before(connection: Connection, place: Any, conversation: str, now: datetime) -> list[Recent]:
    """What the customer wrote in the last minutes, the oldest first, where any of it may be a piece (`place`: its conversation's row)."""
    if place.pieces_until is None or place.pieces_until <= now:
        return []
    rows = connection.execute(_RECENT, {"conversation": conversation, "since": now - WITHIN}).all()
    return [Recent(row.id, row.text) for row in reversed(rows)]


class Earlier:
    """The same for the conversations of a batch (`places`: their rows), with what of the batch comes before: one query, where any of it may matter."""

    def __init__(self, connection: Connection, places: Mapping[str, Any], now: datetime) -> None:
        self._connection, self._places, self._now = connection, places, now
        self._awaiting = [name for name, place in places.items() if place.pieces_until is not None and place.pieces_until > now]
        self._stored: dict[str, list[Recent]] | None = None
        self._new: dict[str, list[Recent]] = defaultdict(list)

    def of(self, conversation: str) -> list[Recent]:
        """What this customer wrote in the last minutes, the oldest first."""
        if self._stored is None:
            self._stored = self._read()
        return [*self._stored.get(conversation, ()), *self._new[conversation]][-MOST:]

    def _read(self) -> dict[str, list[Recent]]:
        if len(self._awaiting) == 1:  # which is cheaper than the query for many
            return {name: before(self._connection, self._places[name], name, self._now) for name in self._awaiting}
        found: dict[str, list[Recent]] = defaultdict(list)
        asked = {"conversations": listed(self._awaiting), "since": self._now - WITHIN}
        for row in self._connection.execute(_RECENT_OF_EACH, asked) if self._awaiting else ():
            found[row.conversation_id].append(Recent(row.id, row.text))
        return found

    def add(self, row: dict[str, Any]) -> None:
        """A message that is about to be stored."""
        self._new[row["conversation_id"]].append(Recent(row["id"], row["text"], row))


def settle(
    connection: Connection, conversation: str, text: str, content: Masked, mask: Mask, earlier: Callable[[], Sequence[Recent]]
) -> Settled:
    """The content of a message, with what it completes taken out of it and of the `earlier` ones (asked for only where it may matter)."""
    if not may_go_on(text) or not (recent := earlier()):
        return Settled(content, changed=False)
    joined = join([each.text for each in recent], text, mask, content.found)
    if joined is None:
        return Settled(content, changed=False)
    for piece in joined.pieces:
        _take_out(connection, conversation, recent[piece.place], piece)
    if joined.pieces:
        connection.execute(_UNREAD, {"conversation": conversation})
    whole = mask.content(text, joined.found)
    return Settled(
        replace(whole, kept=None) if joined.pieces else whole, changed=bool(joined.pieces)
    )  # a piece alone is of no use to anybody


def _take_out(connection: Connection, conversation: str, message: Recent, piece: Piece) -> None:
    before_ = message.text
    message.text = piece.text
    sealed.forget(connection, message.id)
    if message.row is not None:
        message.row["text"] = piece.text
        return
    connection.execute(update(MESSAGE).where(MESSAGE.c.id == message.id).values(text=piece.text))

    def without(told: str) -> str:
        if len(before_) >= LEAST_CHARACTERS:
            told = told.replace(before_, piece.text)
        else:  # a turn of several messages has each in a line of its own
            told = "\n".join(piece.text if line.strip() == before_ else line for line in told.split("\n"))
        return told.replace(piece.part, piece.placeholder) if len(piece.part) >= LEAST_CHARACTERS else told

    of_message = MESSAGE.c.id == message.id
    said_after = (
        MESSAGE.c.conversation_id == conversation,
        MESSAGE.c.author == "bot",
        MESSAGE.c.seq > select(MESSAGE.c.seq).where(of_message).scalar_subquery(),
    )
    _rewrite(connection, UNDERSTANDING, ("text", "entities"), without, UNDERSTANDING.c.message_id == message.id)
    _rewrite(connection, BUTTON, ("origin_text", "title"), without, BUTTON.c.conversation_id == conversation, BUTTON.c.used_at.is_(None))
    _rewrite(connection, EPISODE, ("events",), without, EPISODE.c.conversation_id == conversation, EPISODE.c.ended_at.is_(None))
    _rewrite(connection, STEP_UP, ("question",), without, STEP_UP.c.conversation_id == conversation)
    _rewrite(connection, EFFECT, ("payload",), without, EFFECT.c.inbound_id == message.id)
    _rewrite(connection, ESCALATION, ("summary",), without, ESCALATION.c.inbound_id == message.id)
    if len(piece.part) >= LEAST_IN_ANSWERS:
        _rewrite(connection, MESSAGE, ("text",), without, *said_after)


def _rewrite(connection: Connection, table: Table, names: Sequence[str], change: Callable[[str], str], *where: ColumnElement[bool]) -> None:
    """Change the texts of these columns, where there is anything to change."""
    key = list(table.primary_key)
    for row in connection.execute(select(*key, *(table.c[name] for name in names)).where(*where)).mappings().all():
        changed = {name: _in_all(row[name], change) for name in names}
        if any(changed[name] != row[name] for name in names):
            connection.execute(update(table).where(*(column == row[column.name] for column in key)).values(changed))


def _in_all(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _in_all(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_in_all(inner, change) for inner in value]
    return value
