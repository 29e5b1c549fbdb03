"""The inbox: an inbound message is stored exactly once, before anybody is told that it was received.

The conversation's row is updated first, so that everything about one conversation happens one after the other: the seq, the
button that is used up, the message and the place in the queue belong to one transaction. A repeated id breaks a constraint,
which takes all of it back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.conversations import buttons, turns
from bot.conversations.base import Channel, Level
from bot.conversations.clean import clean_text
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.messages import ShownMessage, notice_row, shown
from bot.conversations.news import announce
from bot.conversations.tables import CONVERSATION, MESSAGE
from bot.conversations.turns import OpenTurn
from bot.errors import Conflict, NotYours

Matcher = Callable[[str, Sequence[str]], int | None]
"""Which of the titles a typed text chooses, or None (`bot.rules.choices.match_choice`)."""

_KEPT = ("ready_at", "privacy_notice_at", "lease_token", "lease_until")
_PLACE = (
    select(
        CONVERSATION.c.last_seq, CONVERSATION.c.owner, CONVERSATION.c.privacy_notice_at, CONVERSATION.c.ready_at,
        CONVERSATION.c.lease_until, CONVERSATION.c.lease_token,
    )
    .where(CONVERSATION.c.id == bindparam("conversation"))
    .with_for_update()
)  # fmt: skip
_MOVE = (
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("conversation"))
    .values({name: bindparam(f"new_{name}", type_=CONVERSATION.c[name].type) for name in (*_KEPT, "last_seq", "last_at")})
)
_STORED = select(MESSAGE.c.conversation_id, MESSAGE.c.seq, MESSAGE.c.fingerprint).where(
    MESSAGE.c.channel == bindparam("channel"), MESSAGE.c.scope == bindparam("scope"), MESSAGE.c.external_id == bindparam("external_id")
)
_INSERT = insert(MESSAGE)


@dataclass(frozen=True)
class Inbound:
    """A message as its channel received it: `text` or `button` (an id of ours). `scope` and `external_id` make it unique."""

    conversation: str
    channel: Channel
    scope: str
    external_id: str
    text: str | None
    button: str | None
    desk: str | None
    level: Level
    proof: str | None
    correlation: str | None

    @property
    def fingerprint(self) -> str:
        """Tells another content under the same id."""
        content = f"button:{self.button}" if self.button is not None else f"text:{clean_text(self.text or '')}"
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Accepted:
    """What the sender is told. `repeated`: it was stored before, nothing new happened; else `messages` is what the conversation got.

    `turn` is the message's own turn, when it was asked for and could begin at once.
    """

    seq: int
    repeated: bool
    messages: tuple[ShownMessage, ...] = ()
    turn: OpenTurn | None = None


@dataclass(frozen=True)
class Terms:
    """How a message is accepted.

    `guard` is asked first, in the same transaction, and refuses by raising; `match` finds the button that a typed text chooses;
    `notice` (the privacy notice) follows the first message; `lease_life`: begin its turn here if none of the conversation runs or waits;
    `begun` hears of that turn while its message is being committed, so it must write nothing until `accept` has returned.
    """

    guard: Callable[[Connection], None] | None = None
    match: Matcher | None = None
    notice: str | None = None
    lease_life: timedelta | None = None
    begun: Callable[[OpenTurn], None] | None = None


async def accept(ledger: Ledger, inbound: Inbound, now: datetime, terms: Terms | None = None) -> Accepted:
    """Store an inbound message and put its conversation in the queue.

    Raises Conflict ("content": the id came with other content; "used", "expired": the button's state), NotYours (an unknown button or
    conversation, or one of somebody else), LedgerUnavailable (nothing was stored).
    """
    given = terms or Terms()

    def almost(accepted: Accepted) -> None:
        if given.begun is not None and accepted.turn is not None:
            given.begun(accepted.turn)

    try:
        return await ledger.write(lambda connection: _accept(connection, inbound, now, given), almost)
    except IntegrityError:
        stored = await ledger.read(lambda connection: _stored_before(connection, inbound))
        if stored is None:
            raise
        return stored


def _accept(connection: Connection, inbound: Inbound, now: datetime, terms: Terms) -> Accepted:
    if terms.guard is not None:
        terms.guard(connection)
    if inbound.button is not None:  # its first press used the button up: ask before pressing again
        stored = _stored_before(connection, inbound)
        if stored is not None:
            return stored
    place = connection.execute(_PLACE, {"conversation": inbound.conversation}).one_or_none()
    if place is None:
        raise NotYours("conversation")
    text, button = _content(connection, inbound, terms.match, now)
    message = _row(inbound, text, button, place, now)
    turn = None
    if terms.lease_life is not None and place.owner == "bot" and place.ready_at is None and place.lease_until is None:
        turn = turns.begin(connection, message, button, place.lease_token + 1, now)
        message.update(state="processing", attempts=turn.attempts, first_attempt_at=now, episode_id=turn.episode)
    rows = [message]
    if terms.notice is not None and place.privacy_notice_at is None:
        rows.append(notice_row(inbound.conversation, place.last_seq + 2, None, terms.notice, now))
    connection.execute(_MOVE, {"conversation": inbound.conversation, **_moved(place, rows, now, terms.lease_life if turn else None)})
    for row in rows:
        connection.execute(_INSERT, row)
    announce(connection, inbound.conversation, rows[-1]["seq"], waits=turn is None and place.owner == "bot")
    return Accepted(message["seq"], repeated=False, messages=tuple(shown(row) for row in rows), turn=turn)


def _moved(place: Row[Any], rows: Sequence[dict[str, Any]], now: datetime, lease_life: timedelta | None) -> dict[str, Any]:
    """What the conversation's row becomes."""
    values = {name: getattr(place, name) for name in _KEPT}
    values.update(last_seq=rows[-1]["seq"], last_at=now, ready_at=place.ready_at or now)
    if len(rows) > 1:
        values["privacy_notice_at"] = now
    if lease_life is not None:
        values.update(lease_token=place.lease_token + 1, lease_until=now + lease_life)
    return {f"new_{name}": value for name, value in values.items()}


def _stored_before(connection: Connection, inbound: Inbound) -> Accepted | None:
    key = {"channel": inbound.channel, "scope": inbound.scope, "external_id": inbound.external_id}
    stored = connection.execute(_STORED, key).one_or_none()
    if stored is None:
        return None
    if stored.conversation_id != inbound.conversation or stored.fingerprint != inbound.fingerprint:
        raise Conflict("content")
    return Accepted(stored.seq, repeated=True)


def _content(connection: Connection, inbound: Inbound, match: Matcher | None, now: datetime) -> tuple[str, Row[Any] | None]:
    """The text to store, and the button that was pressed or chosen by it."""
    if inbound.button is not None:
        pressed = buttons.press(connection, inbound.conversation, inbound.button, now)
        return pressed.title, pressed
    text = clean_text(inbound.text or "")
    return text, buttons.typed(connection, inbound.conversation, text, match, now) if match else None


def _row(inbound: Inbound, text: str, button: Row[Any] | None, place: Row[Any], now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "conversation_id": inbound.conversation,
        "seq": place.last_seq + 1,
        "author": "customer",
        "kind": "text",
        "text": text,
        "at": now,
        "correlation": inbound.correlation,
        "channel": inbound.channel,
        "scope": inbound.scope,
        "external_id": inbound.external_id,
        "fingerprint": inbound.fingerprint,
        "button_id": button.id if button else None,
        "state": "received" if place.owner == "bot" else "with_agent",
        "desk": inbound.desk,
        "level": inbound.level,
        "proof": inbound.proof,
        "attempts": 0,
    }
