"""The outbox: the only writer of what we say, whoever says it, and the way of each message to the customer where we carry it there.

On channels that push (`base.PUSHING`) whatever is said leaves a delivery: taken under a fenced lease, oldest first and never past an
earlier one of the same conversation, tried again, and from then on moved forward by what the channel reports (`reports.py`). On the
others the customer fetches messages by their seq, and nothing has to be kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, exists, insert, or_, select, text, update

from bot.conversations.base import PUSHING, Author, Channel, Kind, Spoken
from bot.conversations.clean import clean_text
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.messages import ShownButton, ShownMessage
from bot.conversations.tables import BUTTON, CONVERSATION, DELIVERY, MESSAGE, NOW
from bot.errors import LeaseLost

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
        unsettled=DELIVERY.c.unsettled + 1,
        lease_token=DELIVERY.c.lease_token + 1,
        next_attempt_at=bindparam("until", type_=DELIVERY.c.next_attempt_at.type),
    )
    .returning(DELIVERY)
)
_CARRIED = select(
    MESSAGE.c.conversation_id, MESSAGE.c.seq, MESSAGE.c.author, MESSAGE.c.kind, MESSAGE.c.in_reply_to, MESSAGE.c.text, MESSAGE.c.at
).where(MESSAGE.c.id == bindparam("message"))
_OFFERED = select(BUTTON.c.id, BUTTON.c.title).where(BUTTON.c.reply_id == bindparam("message")).order_by(BUTTON.c.position)
_PARTS = select(DELIVERY.c.part).where(DELIVERY.c.message_id == bindparam("message"))
_PRIVACY_TOLD = (
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("conversation"), CONVERSATION.c.privacy_notice_at.is_(None))
    .values(privacy_notice_at=NOW)
)


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
        connection.execute(_DELIVER, _due(row["id"], 0, channel, now))
    return row


def _due(message: str, part: int, channel: Channel, now: datetime) -> dict[str, Any]:
    counts = dict.fromkeys(("attempts", "unsettled", "lease_token"), 0)
    return {"message_id": message, "part": part, "channel": channel, "state": "pending", "next_attempt_at": now, **counts}


@dataclass(frozen=True)
class DueDelivery:
    """A message of ours that a channel has to carry now.

    `attempts` counts this one. `unsettled` too: 1 is what it should be; with 2 the platform may have taken it before, so this is a repeat.
    """

    id: int
    lease_token: int
    channel: Channel
    conversation: str
    message: str
    part: int
    attempts: int
    unsettled: int
    shown: ShownMessage

    @property
    def key(self) -> str:
        """What names it to the channel, and comes back with reports: of this ledger and no other."""
        return f"{self.message}.{self.part}"

    @property
    def seq(self) -> int:
        """Of the message."""
        return self.shown.seq

    @property
    def kind(self) -> Kind:
        """Of the message."""
        return self.shown.kind

    @property
    def text(self) -> str:
        """Of the message."""
        return self.shown.text


async def claim(ledger: Ledger, channel: Channel, now: datetime, lease_life: timedelta) -> DueDelivery | None:
    """Take the delivery of this channel that has been due longest, or None."""

    def work(connection: Connection) -> DueDelivery | None:
        taken = connection.execute(
            _TAKE, {"carrier": channel, "now": now, "far": now + LONGEST_WAIT, "until": now + lease_life}
        ).one_or_none()
        if taken is None:
            return None
        message = {"message": taken.message_id}
        said = connection.execute(_CARRIED, message).one()
        buttons = connection.execute(_OFFERED, message) if said.kind == "answer" else ()
        offered = tuple(ShownButton(button.id, button.title) for button in buttons)
        shown = ShownMessage(said.seq, said.author, said.kind, said.in_reply_to, said.text, offered, said.at)
        counts = {"attempts": taken.attempts, "unsettled": taken.unsettled, "lease_token": taken.lease_token}
        return DueDelivery(
            taken.id, channel=channel, conversation=said.conversation_id, message=taken.message_id, part=taken.part, shown=shown, **counts
        )

    return await ledger.write(work)


async def add_parts(ledger: Ledger, due: DueDelivery, parts: int, now: datetime) -> None:
    """The message needs so many parts: leave a delivery for each, those that are there already staying as they are."""

    def work(connection: Connection) -> None:
        there = set(connection.scalars(_PARTS, {"message": due.message}))
        if missing := [_due(due.message, part, due.channel, now) for part in range(parts) if part not in there]:
            connection.execute(_DELIVER, missing)

    await ledger.write(work)


async def put_back(ledger: Ledger, due: DueDelivery, again_at: datetime) -> None:
    """It was not tried at all, and is to be taken again from that moment on (at most an hour ahead). Raises LeaseLost."""
    values = {"attempts": DELIVERY.c.attempts - 1, "unsettled": DELIVERY.c.unsettled - 1, "next_attempt_at": again_at}
    await ledger.write(lambda connection: _update_held(connection, due, **values))


async def sent(
    ledger: Ledger,
    due: DueDelivery,
    external_id: str,
    now: datetime,
    *,
    number: str | None = None,
    note: str | None = None,
    told_privacy: bool = False,
) -> None:
    """The channel has taken it, under this id, from this number of ours. Raises LeaseLost, unless a report has said so before.

    `note` says what is to be known of it besides; `told_privacy`: it carried the privacy notice, which is marked with it.
    """

    def work(connection: Connection) -> None:
        if told_privacy:
            mark_privacy_told(connection, due.conversation, now)
        taken = {"state": "sent", "external_id": external_id, "number": number, "sent_at": now, "error": note}
        if not _updated(connection, due, **taken):
            known = connection.scalar(select(DELIVERY.c.external_id).where(DELIVERY.c.id == due.id))
            if known != external_id:
                raise LeaseLost(str(due.id))

    await ledger.write(work)


def mark_privacy_told(connection: Connection, conversation: str, now: datetime) -> None:
    """The privacy notice has been told in this conversation; the first time counts."""
    connection.execute(_PRIVACY_TOLD, {"conversation": conversation, "now": now})


async def not_sent(
    ledger: Ledger,
    due: DueDelivery,
    error: str,
    again_at: datetime | None,
    *,
    ambiguous: bool = False,
    counts: bool = True,
    also: Callable[[Connection], object] | None = None,
) -> None:
    """It was not taken: try again from `again_at` on (at most an hour ahead), or never (None), and then no later part of it either.

    `ambiguous`: nobody knows whether it was taken; until `again_at` a report may say so. `counts`: this attempt is one of those that a
    message has. `also` is done in the same transaction. Raises LeaseLost.
    """
    values: dict[str, Any] = {"error": error[:200]}
    if again_at is None:
        values["state"] = "ambiguous" if ambiguous else "failed"
    else:
        values["next_attempt_at"] = again_at
    if not ambiguous:
        values["unsettled"] = DELIVERY.c.unsettled - 1
    if not counts:
        values["attempts"] = DELIVERY.c.attempts - 1

    def work(connection: Connection) -> None:
        _update_held(connection, due, **values)
        if again_at is None and not ambiguous:
            rest = update(DELIVERY).where(DELIVERY.c.message_id == due.message, DELIVERY.c.part > due.part, DELIVERY.c.state == "pending")
            connection.execute(rest.values(state="failed", error=error[:200]))
        if also is not None:
            also(connection)

    await ledger.write(work)


def _update_held(connection: Connection, due: DueDelivery, **values: Any) -> None:
    if not _updated(connection, due, **values):
        raise LeaseLost(str(due.id))


def _updated(connection: Connection, due: DueDelivery, **values: Any) -> bool:
    held = update(DELIVERY).where(DELIVERY.c.id == due.id, DELIVERY.c.lease_token == due.lease_token, DELIVERY.c.state == "pending")
    return connection.scalar(held.values(**values).returning(DELIVERY.c.id)) is not None
