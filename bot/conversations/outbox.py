"""The outbox: the only writer of what we say, whoever says it, and the way of each message to the customer where we carry it there.

On channels that push (`base.PUSHING`) whatever is said leaves a delivery: taken under a fenced lease, oldest first and never past an
earlier one of the same conversation, tried again, and from then on moved forward by what the channel reports. On the others the
customer fetches messages by their seq, and nothing has to be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast

from sqlalchemy import Connection, bindparam, exists, insert, or_, select, text, update

from bot.conversations.base import PUSHING, Author, Channel, DeliveryState, Spoken
from bot.conversations.clean import clean_text
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.tables import DELIVERY, MESSAGE, NOW
from bot.errors import LeaseLost

Reported = Literal["sent", "failed", "delivered", "read"]

_FORWARD: Final[dict[Reported, tuple[DeliveryState, ...]]] = {
    "sent": ("pending", "ambiguous"),
    "failed": ("pending", "ambiguous", "sent"),
    "delivered": ("pending", "ambiguous", "sent", "failed"),
    "read": ("pending", "ambiguous", "sent", "failed", "delivered"),
}
"""From which states a report may move a delivery to this one: late and repeated reports change nothing, and what has reached one of the
customer's devices has not failed because another one never took it."""
LONGEST_WAIT: Final = timedelta(hours=1)
"""No lease and no back-off of a delivery reaches further ahead; one that seems to was written before the clock was set back."""

_INSERT = insert(MESSAGE)
_DELIVER = insert(DELIVERY)
_PENDING = text("delivery.state = 'pending'")
_EARLIER = DELIVERY.alias("earlier")
_EARLIER_MESSAGE = MESSAGE.alias("earlier_message")
_WAITS_FOR_ANOTHER = exists().where(
    _EARLIER.c.message_id == _EARLIER_MESSAGE.c.id,
    _EARLIER_MESSAGE.c.conversation_id == MESSAGE.c.conversation_id,
    _EARLIER.c.state == "pending",
    (_EARLIER_MESSAGE.c.seq < MESSAGE.c.seq) | ((_EARLIER_MESSAGE.c.seq == MESSAGE.c.seq) & (_EARLIER.c.part < DELIVERY.c.part)),
)
_DUE = or_(DELIVERY.c.next_attempt_at <= NOW, DELIVERY.c.next_attempt_at > bindparam("far", type_=DELIVERY.c.next_attempt_at.type))
_NEXT = (
    select(DELIVERY.c.id)
    .join_from(DELIVERY, MESSAGE, MESSAGE.c.id == DELIVERY.c.message_id)
    .where(DELIVERY.c.channel == bindparam("carrier"), _PENDING, _DUE, ~_WAITS_FOR_ANOTHER)
    .order_by(DELIVERY.c.next_attempt_at)
    .limit(1)
    .with_for_update(skip_locked=True, of=DELIVERY)
    .scalar_subquery()
)
_TAKE = (
    update(DELIVERY)
    .where(DELIVERY.c.id == _NEXT)
    .values(
        attempts=DELIVERY.c.attempts + 1,
        lease_token=DELIVERY.c.lease_token + 1,
        next_attempt_at=bindparam("until", type_=DELIVERY.c.next_attempt_at.type),
    )
    .returning(DELIVERY)
)
_CARRIED = select(MESSAGE.c.conversation_id, MESSAGE.c.seq, MESSAGE.c.kind, MESSAGE.c.text).where(MESSAGE.c.id == bindparam("message"))


def say(
    connection: Connection,
    conversation: str,
    kind: Spoken,
    words: str,
    *,
    channel: Channel,
    seq: int,
    now: datetime,
    author: Author = "bot",
    in_reply_to: int | None = None,
    **columns: Any,
) -> dict[str, Any]:
    """Write one message of ours, at a seq that the caller has taken on the conversation's row; the row that was written.

    `columns` are further columns of an answer (episode_id, correlation, actions, responses).
    """
    row = {
        "id": new_id(),
        "conversation_id": conversation,
        "seq": seq,
        "author": author,
        "kind": kind,
        "in_reply_to": in_reply_to,
        "text": clean_text(words),
        "at": now,
        "attempts": 0,
        **columns,
    }
    connection.execute(_INSERT, row)
    if channel in PUSHING:
        due = {"part": 0, "channel": channel, "state": "pending", "attempts": 0, "lease_token": 0, "next_attempt_at": now}
        connection.execute(_DELIVER, {"message_id": row["id"], **due})
    return row


@dataclass(frozen=True)
class DueDelivery:
    """A message of ours that a channel has to carry now. `attempts` counts this one."""

    id: int
    lease_token: int
    conversation: str
    message: str
    part: int
    seq: int
    kind: Spoken
    text: str
    attempts: int


async def claim(ledger: Ledger, channel: Channel, now: datetime, lease_life: timedelta) -> DueDelivery | None:
    """Take the delivery of this channel that has been due longest, or None."""

    def work(connection: Connection) -> DueDelivery | None:
        taken = connection.execute(
            _TAKE, {"carrier": channel, "now": now, "far": now + LONGEST_WAIT, "until": now + lease_life}
        ).one_or_none()
        if taken is None:
            return None
        carried = connection.execute(_CARRIED, {"message": taken.message_id}).one()
        kind = cast(Spoken, carried.kind)
        return DueDelivery(
            taken.id,
            taken.lease_token,
            carried.conversation_id,
            taken.message_id,
            taken.part,
            carried.seq,
            kind,
            carried.text,
            taken.attempts,
        )

    return await ledger.write(work)


async def sent(ledger: Ledger, due: DueDelivery, external_id: str) -> None:
    """The channel has taken it, under this id. Raises LeaseLost."""
    await ledger.write(lambda connection: _update_held(connection, due, state="sent", external_id=external_id, error=None))


async def not_sent(ledger: Ledger, due: DueDelivery, error: str, again_at: datetime | None, *, ambiguous: bool = False) -> None:
    """It was not taken: try again from `again_at` on (at most an hour ahead), or never (None). Raises LeaseLost.

    `ambiguous`: nobody knows whether it was taken, so it is not tried again.
    """
    if ambiguous:
        values: dict[str, Any] = {"state": "ambiguous"}
    else:
        values = {"next_attempt_at": again_at} if again_at is not None else {"state": "failed"}
    await ledger.write(lambda connection: _update_held(connection, due, error=error[:200], **values))


async def report(ledger: Ledger, external_id: str, state: Reported, error: str | None = None) -> bool:
    """The channel reports how far a message has come; whether that was news. States only go forward."""
    moved = update(DELIVERY).where(DELIVERY.c.external_id == external_id, DELIVERY.c.state.in_(_FORWARD[state]))
    told = moved.values(state=state, error=None if error is None else error[:200]).returning(DELIVERY.c.id)
    return await ledger.write(lambda connection: connection.scalar(told)) is not None


def _update_held(connection: Connection, due: DueDelivery, **values: Any) -> None:
    held = update(DELIVERY).where(DELIVERY.c.id == due.id, DELIVERY.c.lease_token == due.lease_token, DELIVERY.c.state == "pending")
    if connection.scalar(held.values(**values).returning(DELIVERY.c.id)) is None:
        raise LeaseLost(str(due.id))
