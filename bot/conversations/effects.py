"""Effects on their way: taken under a fenced lease like turns, tried again with back-off, done once.

`next_attempt_at` is the lease as well: a taken effect is nobody else's until that moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select, update

from bot.conversations import cases, outbox
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, EFFECT, MESSAGE
from bot.errors import LeaseLost

LONGEST_WAIT = timedelta(minutes=10)
"""No lease and no back-off of an effect reaches further ahead; one that seems to was written before the clock was set back."""


@dataclass(frozen=True)
class Promise:
    """What a customer was told would be done: the reason of the case that is opened when it cannot be, and what explains it to the agents.

    `words` has a channel's words for it with the case's folio, None where it says nothing.
    """

    reason: str
    explained: str
    words: Callable[[str, str], str | None]


@dataclass(frozen=True)
class OpenEffect:
    """An effect to be applied; `key` is the same at every attempt and on every machine. `attempts` counts this one."""

    id: int
    lease_token: int
    key: str
    kind: str
    payload: dict[str, Any]
    attempts: int


async def claim(ledger: Ledger, now: datetime, lease_life: timedelta) -> OpenEffect | None:
    """Take the pending effect that has waited longest, or None."""
    due = or_(EFFECT.c.next_attempt_at <= now, EFFECT.c.next_attempt_at > now + LONGEST_WAIT)
    next_one = (
        select(EFFECT.c.id)
        .where(EFFECT.c.state == "pending", due)
        .order_by(EFFECT.c.next_attempt_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    statement = (
        update(EFFECT)
        .where(EFFECT.c.id == next_one)
        .values(attempts=EFFECT.c.attempts + 1, lease_token=EFFECT.c.lease_token + 1, next_attempt_at=now + lease_life)
        .returning(EFFECT)
    )
    row = await ledger.write(lambda connection: connection.execute(statement).one_or_none())
    return OpenEffect(row.id, row.lease_token, f"{row.inbound_id}:{row.n}", row.kind, row.payload, row.attempts) if row else None


async def done(ledger: Ledger, effect: OpenEffect, now: datetime) -> None:
    """The effect has been applied. Raises LeaseLost."""
    await ledger.write(lambda connection: _update_held(connection, effect, state="done", done_at=now, error=None))


async def postpone(ledger: Ledger, effect: OpenEffect, error: str, again_at: datetime) -> None:
    """The effect could not be applied: try again from `again_at` on. Raises LeaseLost."""
    await ledger.write(lambda connection: _update_held(connection, effect, error=error[:200], next_attempt_at=again_at))


async def fail(ledger: Ledger, effect: OpenEffect, error: str, promise: Promise | None, now: datetime) -> str | None:
    """The effect can never be applied. Where it was promised, a case is opened and its customer told in the same transaction; the conversation, if told.

    Raises LeaseLost.
    """
    asked = select(MESSAGE.c.conversation_id, MESSAGE.c.seq, MESSAGE.c.channel).where(MESSAGE.c.id == effect.key.partition(":")[0])
    taken = update(CONVERSATION).values(last_seq=CONVERSATION.c.last_seq + 1).returning(CONVERSATION.c.last_seq)

    def work(connection: Connection) -> str | None:
        _update_held(connection, effect, error=error[:200], state="failed")
        if promise is None:
            return None
        about = connection.execute(asked).one()
        conversation = str(about.conversation_id)
        folio = cases.ensure(connection, conversation, promise.reason, now, promise.explained)
        text = promise.words(about.channel, folio)
        if text is None:
            return None
        seq = connection.execute(taken.where(CONVERSATION.c.id == conversation)).scalar_one()
        outbox.say(connection, conversation, "notice", text, channel=about.channel, seq=seq, now=now, in_reply_to=about.seq)
        return conversation

    return await ledger.write(work)


def _update_held(connection: Connection, effect: OpenEffect, **values: Any) -> None:
    held = update(EFFECT).where(EFFECT.c.id == effect.id, EFFECT.c.lease_token == effect.lease_token, EFFECT.c.state == "pending")
    if connection.scalar(held.values(**values).returning(EFFECT.c.id)) is None:
        raise LeaseLost(str(effect.id))
