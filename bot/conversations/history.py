"""Reading a conversation: its messages after a seq, and how far conversations have come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select, update

from bot.conversations.ledger import Ledger
from bot.conversations.messages import ShownButton, ShownMessage
from bot.conversations.tables import BUTTON, CONVERSATION, MESSAGE

PAGE = 200
CHUNK = 500

_AFTER = (
    select(MESSAGE.c.id, MESSAGE.c.seq, MESSAGE.c.author, MESSAGE.c.kind, MESSAGE.c.in_reply_to, MESSAGE.c.text, MESSAGE.c.at)
    .where(MESSAGE.c.conversation_id == bindparam("conversation"), MESSAGE.c.seq > bindparam("after"))
    .order_by(MESSAGE.c.seq)
    .limit(bindparam("most"))
)
_OFFERED = (
    select(BUTTON.c.reply_id, BUTTON.c.id, BUTTON.c.title)
    .where(BUTTON.c.reply_id.in_(bindparam("answers", expanding=True)))
    .order_by(BUTTON.c.position)
)
_PULSES = select(
    CONVERSATION.c.id, CONVERSATION.c.last_seq, CONVERSATION.c.owner, CONVERSATION.c.lease_until, CONVERSATION.c.ready_at,
    and_(CONVERSATION.c.gathers_until == CONVERSATION.c.ready_at, CONVERSATION.c.lease_until.is_(None)).label("gathers"),
).where(CONVERSATION.c.id.in_(bindparam("conversations", expanding=True)))  # fmt: skip


_READ = (
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("conversation"), CONVERSATION.c.read_seq < bindparam("seen"))
    .values(read_seq=bindparam("seen"))
)


@dataclass(frozen=True)
class Pulse:
    """How far a conversation has come: its last seq and its owner, and what its turn waits for.

    `lease_until`: until when a turn may be running; `gathers`: it waits only for the rest of a burst; `ready_at`: since or from when it may be
    taken.
    """

    last_seq: int
    owner: str
    lease_until: datetime | None
    gathers: bool
    ready_at: datetime | None

    def answering(self, now: datetime) -> bool:
        """Whether an answer is being made or about to be, or waits only for what its customer is about to write."""
        taken, due = self.lease_until is not None and self.lease_until > now, self.ready_at is not None and self.ready_at <= now
        return self.gathers or taken or due


async def messages_after(ledger: Ledger, conversation: str, seq: int, limit: int = PAGE) -> list[ShownMessage]:
    """The messages after `seq`, oldest first, without gaps, at most `limit`."""

    def work(connection: Connection) -> list[ShownMessage]:
        rows = connection.execute(_AFTER, {"conversation": conversation, "after": seq, "most": limit}).all()
        answers = [row.id for row in rows if row.kind == "answer"]
        offered: dict[str, list[ShownButton]] = {}
        for button in connection.execute(_OFFERED, {"answers": answers}) if answers else ():
            offered.setdefault(button.reply_id, []).append(ShownButton(button.id, button.title))
        return [_shown(row, offered.get(row.id, [])) for row in rows]

    return await ledger.read(work)


def _shown(row: Row[Any], buttons: Sequence[ShownButton]) -> ShownMessage:
    return ShownMessage(row.seq, row.author, row.kind, row.in_reply_to, row.text, tuple(buttons), row.at)


async def pulses(ledger: Ledger, conversations: Sequence[str]) -> dict[str, Pulse]:
    """How far each of these conversations has come."""

    def work(connection: Connection) -> dict[str, Pulse]:
        found: dict[str, Pulse] = {}
        for start in range(0, len(conversations), CHUNK):
            rows = connection.execute(_PULSES, {"conversations": list(conversations[start : start + CHUNK])})
            found.update({row.id: Pulse(row.last_seq, row.owner, row.lease_until, bool(row.gathers), row.ready_at) for row in rows})
        return found

    return await ledger.read(work)


async def mark_read(ledger: Ledger, seq: int, reader: Callable[[Connection], str]) -> None:
    """Whoever reads has seen everything up to `seq`. Going backwards changes nothing.

    `reader` says, in the same transaction, whose conversation it is, and refuses by raising.
    """

    def work(connection: Connection) -> None:
        connection.execute(_READ, {"conversation": reader(connection), "seen": seq})

    await ledger.write(work)
