"""The queue of turns: one at a time per conversation, under a lease that any process may take over once it has ended.

The lease is fenced: its token grows with every claim and every end, and whatever a turn writes is written only where the token
still stands. A holder that comes late therefore changes nothing, however long it slept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, Row, and_, bindparam, case, exists, func, or_, select, update

from bot.conversations import bursts, episodes, outbox
from bot.conversations.base import Channel, InboundState
from bot.conversations.ledger import Ledger
from bot.conversations.tables import BUTTON, CONVERSATION, MESSAGE, NOW, OPEN
from bot.database import Moment
from bot.errors import LeaseLost
from bot.identity.identity import Identity, Level

LONGEST_WAIT = timedelta(minutes=5)
"""No lease and no back-off reaches further ahead than this; one that seems to was written before the clock was set back."""

_FAR = bindparam("far", type_=Moment)
_UNTIL = bindparam("until", type_=Moment)


def _reached(moment: Any) -> Any:
    return or_(moment <= NOW, moment > _FAR)


_NEXT = (
    select(CONVERSATION.c.id)
    .where(
        CONVERSATION.c.owner == "bot",
        CONVERSATION.c.ready_at.is_not(None),
        _reached(CONVERSATION.c.ready_at),
        or_(CONVERSATION.c.lease_until.is_(None), _reached(CONVERSATION.c.lease_until)),
    )
    .order_by(CONVERSATION.c.ready_at)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_LEASE = (
    update(CONVERSATION)
    .where(CONVERSATION.c.id == _NEXT)
    .values(lease_token=CONVERSATION.c.lease_token + 1, lease_until=_UNTIL)
    .returning(CONVERSATION.c.id, CONVERSATION.c.lease_token, CONVERSATION.c.gathers_until)
)
_OLDEST_OPEN = (  # one more than a burst may have: whether another one follows; locked, so that an edit under way is waited for and read
    select(
        MESSAGE.c.id, MESSAGE.c.seq, MESSAGE.c.channel, MESSAGE.c.text, MESSAGE.c.at, MESSAGE.c.desk, MESSAGE.c.person,
        MESSAGE.c.level, MESSAGE.c.proof, MESSAGE.c.correlation, MESSAGE.c.attempts, MESSAGE.c.first_attempt_at, MESSAGE.c.fixed_answer,
        MESSAGE.c.resumes,
        BUTTON.c.title, BUTTON.c.intent, BUTTON.c.entities, BUTTON.c.origin_text,
    )
    .select_from(MESSAGE.outerjoin(BUTTON, BUTTON.c.id == MESSAGE.c.button_id))
    .where(MESSAGE.c.conversation_id == bindparam("conversation"), OPEN)
    .order_by(MESSAGE.c.seq)
    .limit(bursts.MOST_MESSAGES + 1)
    .with_for_update(of=MESSAGE)
)  # fmt: skip
_START = (
    update(MESSAGE)
    .where(MESSAGE.c.id.in_(bindparam("messages", expanding=True)))
    .values(
        state="processing",
        attempts=MESSAGE.c.attempts + 1,
        first_attempt_at=func.coalesce(MESSAGE.c.first_attempt_at, NOW),
        episode_id=bindparam("episode"),
    )
)
_HELD = and_(
    CONVERSATION.c.id == bindparam("conversation"), CONVERSATION.c.lease_token == bindparam("token"), CONVERSATION.c.owner == "bot"
)
_RENEW = update(CONVERSATION).where(_HELD).values(lease_until=_UNTIL)
_TAKE_SEQ = update(CONVERSATION).where(_HELD).values(last_seq=CONVERSATION.c.last_seq + 1).returning(CONVERSATION.c.last_seq)
_END = update(CONVERSATION).where(_HELD).values(lease_token=CONVERSATION.c.lease_token + 1, lease_until=None)
_GIVE_BACK = _END.values(ready_at=_UNTIL)
_MORE_WAIT = exists().where(MESSAGE.c.conversation_id == CONVERSATION.c.id, OPEN)
_FINISH = _END.values(ready_at=case((_MORE_WAIT, NOW), else_=None), gathers_until=None, delay_notice_at=None).returning(
    CONVERSATION.c.ready_at
)
_LEAVE = (
    update(MESSAGE)
    .where(MESSAGE.c.id.in_(bindparam("messages", expanding=True)))
    .values(state=bindparam("left"), last_error=bindparam("error"))
)
_BRING_FORWARD = (
    update(CONVERSATION)
    .where(
        CONVERSATION.c.ready_at > NOW,
        CONVERSATION.c.id.in_(select(MESSAGE.c.conversation_id).where(MESSAGE.c.state == "received", MESSAGE.c.last_error == bindparam("error"))),
    )
    .values(ready_at=NOW)
)  # fmt: skip


@dataclass(frozen=True)
class Lease:
    """The right to write the next answer of a conversation, as long as nobody else has claimed it."""

    conversation: str
    token: int


@dataclass(frozen=True)
class Press:
    """The button that an inbound message pressed."""

    title: str
    intent: str
    entities: dict[str, Any]


@dataclass(frozen=True)
class OpenMessage:
    """A message that a turn answers. `text` is what the dialogue gets: what was typed, or for a button the text that led to it, or what it resumes.

    One with a `fixed_answer` is not for the dialogue.
    """

    id: str
    seq: int
    text: str
    press: Press | None
    fixed_answer: str | None = None


@dataclass(frozen=True)
class OpenTurn:
    """Claimed messages (at least one, in order) with all that their turn needs. `attempts` counts this one.

    `may_wait`: its customer may be about to write more, and was not waited for yet. `accepted_at` is the moment of the last message.
    """

    lease: Lease
    channel: Channel
    messages: tuple[OpenMessage, ...]
    identity: Identity
    correlation: str | None
    attempts: int
    first_attempt_at: datetime
    first_at: datetime
    accepted_at: datetime
    episode: int
    events: tuple[dict[str, Any], ...]
    may_wait: bool = False

    @property
    def last(self) -> OpenMessage:
        """The message that the answer stands under."""
        return self.messages[-1]

    @property
    def asked(self) -> tuple[OpenMessage, ...]:
        """Those that the dialogue reads."""
        return tuple(message for message in self.messages if message.fixed_answer is None)

    @property
    def text(self) -> str:
        """What they say together: one line for each message that is read."""
        return "\n".join(message.text for message in self.asked)


async def claim(ledger: Ledger, now: datetime, lease_life: timedelta) -> OpenTurn | None:
    """Take the burst of messages that has waited longest of a conversation nobody holds, or None. Works across processes."""
    return await ledger.write(lambda connection: _claim(connection, now, lease_life))


def _claim(connection: Connection, now: datetime, lease_life: timedelta) -> OpenTurn | None:
    taken = connection.execute(_LEASE, {"now": now, "far": now + LONGEST_WAIT, "until": now + lease_life}).one_or_none()
    if taken is None:
        return None
    lease = Lease(taken.id, taken.lease_token)
    waiting = connection.execute(_OLDEST_OPEN, {"conversation": lease.conversation}).all()
    if not waiting:
        _update_held(connection, lease, _GIVE_BACK, until=None)
        return None
    burst = bursts.first_burst(waiting)
    first = burst[0]
    identity = Identity(first.desk, first.person, Level(first.level), first.proof)
    current = episodes.current(connection, lease.conversation, identity, first.at)
    connection.execute(_START, {"messages": [message.id for message in burst], "episode": current[0], "now": now})
    waited = taken.gathers_until is not None and taken.gathers_until <= now
    messages = [(message._asdict(), message if message.title is not None else None) for message in burst]
    return _open(lease, messages, identity, current, now, may_wait=not waited and len(burst) == len(waiting))


def begin(
    connection: Connection, message: Mapping[str, Any], button: Row[Any] | None, identity: Identity, token: int, now: datetime
) -> OpenTurn:
    """The first turn of a message that is being stored in this transaction, under the lease that its conversation gets."""
    current = episodes.current(connection, message["conversation_id"], identity, message["at"])
    return _open(Lease(message["conversation_id"], token), [(message, button)], identity, current, now, may_wait=True)


def _open(
    lease: Lease,
    burst: Sequence[tuple[Mapping[str, Any], Row[Any] | None]],
    identity: Identity,
    episode: tuple[int, list[dict[str, Any]]],
    now: datetime,
    *,
    may_wait: bool,
) -> OpenTurn:
    number, events = episode
    (first, button), (last, _) = burst[0], burst[-1]
    return OpenTurn(
        lease=lease,
        channel=cast(Channel, first["channel"]),
        messages=tuple(_message(*each) for each in burst),
        identity=identity,
        correlation=last["correlation"],
        attempts=first["attempts"] + 1,
        first_attempt_at=first.get("first_attempt_at") or now,
        first_at=first["at"],
        accepted_at=last["at"],
        episode=number,
        events=tuple(events),
        may_wait=may_wait and button is None and first["resumes"] is None and not bursts.stands_apart(first["text"], first["fixed_answer"]),
    )


def _message(message: Mapping[str, Any], button: Row[Any] | None) -> OpenMessage:
    resumed = message["resumes"]
    if resumed is not None:
        press = Press(resumed["title"], resumed["intent"], resumed["entities"]) if resumed.get("intent") else None
        return OpenMessage(message["id"], message["seq"], resumed["text"], press)
    if button is None:
        return OpenMessage(message["id"], message["seq"], message["text"], None, message["fixed_answer"])
    press = Press(button.title, button.intent, button.entities)
    return OpenMessage(message["id"], message["seq"], button.origin_text, press, message["fixed_answer"])


async def renew(ledger: Ledger, lease: Lease, now: datetime, lease_life: timedelta) -> None:
    """Keep the lease for longer. Raises LeaseLost."""
    await ledger.write(lambda connection: _update_held(connection, lease, _RENEW, until=now + lease_life))


async def postpone(ledger: Ledger, turn: OpenTurn, until: datetime, error: str) -> None:
    """Give the messages back, to be taken again from `until` on; those behind them wait with them. Raises LeaseLost."""

    def work(connection: Connection) -> None:
        _update_held(connection, turn.lease, _GIVE_BACK, until=until)
        _leave(connection, turn, "received", error)

    await ledger.write(work)


async def park(ledger: Ledger, turn: OpenTurn, error: str, notice: str | None, now: datetime) -> bool:
    """Give the messages up: they wait for a person (`python -m bot parked`), their customer gets `notice`, if any, those behind them go on.

    Whether there are any. Raises LeaseLost.
    """

    def work(connection: Connection) -> bool:
        if notice is not None:
            seq = take_seq(connection, turn.lease)
            at = turn.lease.conversation
            outbox.say(connection, at, "notice", notice, channel=turn.channel, seq=seq, now=now, in_reply_to=turn.last.seq)
        _leave(connection, turn, "failed", error)
        return finish(connection, turn.lease, now)

    return await ledger.write(work)


def _leave(connection: Connection, turn: OpenTurn, state: InboundState, error: str) -> None:
    connection.execute(_LEAVE, {"messages": [message.id for message in turn.messages], "left": state, "error": error[:200]})


def take_seq(connection: Connection, lease: Lease) -> int:
    """The next seq of a conversation that the lease still holds, its row locked. Raises LeaseLost."""
    seq = connection.scalar(_TAKE_SEQ, {"conversation": lease.conversation, "token": lease.token})
    if seq is None:
        raise LeaseLost(lease.conversation)
    return int(seq)


def finish(connection: Connection, lease: Lease, now: datetime) -> bool:
    """End the lease; the conversation goes to the end of the queue if more messages wait in it, and whether they do.

    Its row must have been locked before (`take_seq`): only then does PostgreSQL see here every message that was accepted meanwhile.
    """
    ended = connection.execute(_FINISH, {"conversation": lease.conversation, "token": lease.token, "now": now}).one_or_none()
    if ended is None:
        raise LeaseLost(lease.conversation)
    return ended.ready_at is not None


def _update_held(connection: Connection, lease: Lease, statement: Any, **values: Any) -> None:
    result: Any = connection.execute(statement, {"conversation": lease.conversation, "token": lease.token, **values})
    if result.rowcount != 1:
        raise LeaseLost(lease.conversation)


async def bring_forward(ledger: Ledger, error: str, now: datetime) -> None:
    """The reason why messages were postponed with this error is gone: take them now."""

    def work(connection: Connection) -> None:
        connection.execute(_BRING_FORWARD, {"now": now, "error": error})

    await ledger.write(work)
