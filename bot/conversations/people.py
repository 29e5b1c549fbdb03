"""One person, one conversation, on channels where people are known by addresses that change: a number, and an id that the platform gives.

The platform's id is who somebody is; a number may change hands. Two addresses that come together are aliases of one person, unless the
number belongs to somebody with another id: then it has changed hands, and what was said before stays with who said it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.conversations import codes, episodes
from bot.conversations.base import Channel
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.tables import ADDRESS, CONVERSATION, MESSAGE, NOW
from bot.database import is_listed, listed

SEEN_AGAIN: Final = timedelta(hours=1)
"""When an address was last seen is kept no finer than this: it tells apart which of two is the newer one, and costs a write each time."""
LATEST: Final = 20
"""Messages among which the customer's last one is looked for: those of one batch may have been stored in another order than they were sent."""

_BY_VALUE = select(ADDRESS.c.value, ADDRESS.c.conversation_id, ADDRESS.c.wire, ADDRESS.c.seen_at).where(
    ADDRESS.c.channel == bindparam("channel"), is_listed(ADDRESS.c.value, "addresses")
)
_ID_BY_CONVERSATION = select(ADDRESS.c.conversation_id).where(
    is_listed(ADDRESS.c.conversation_id, "conversations"), ADDRESS.c.value.not_like("+%")
)
_OF_CONVERSATION = (
    select(ADDRESS.c.value, ADDRESS.c.wire)
    .where(ADDRESS.c.conversation_id == bindparam("conversation"))
    .order_by(ADDRESS.c.seen_at.desc(), ADDRESS.c.id.desc())
)
_SEE = (
    update(ADDRESS)
    .where(ADDRESS.c.channel == bindparam("of_channel"), ADDRESS.c.value == bindparam("address"))
    .values(conversation_id=bindparam("person"), wire=bindparam("on_wire"), seen_at=NOW)
)
_PLACE = select(CONVERSATION.c.privacy_notice_at, CONVERSATION.c.opted_out_at).where(CONVERSATION.c.id == bindparam("conversation"))
_INBOUND = (
    select(MESSAGE.c.scope, MESSAGE.c.sent_at)
    .where(MESSAGE.c.conversation_id == bindparam("conversation"), MESSAGE.c.author == "customer", MESSAGE.c.sent_at.is_not(None))
    .order_by(MESSAGE.c.seq.desc())
    .limit(LATEST)
)


@dataclass(frozen=True, slots=True)
class Address:
    """A number in E.164 ("+525500001234"), with the form in which the platform wrote it, or an id of the platform's."""

    value: str
    wire: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether it may change hands."""
        return self.value.startswith("+")


@dataclass(frozen=True, slots=True)
class Reach:
    """How a conversation's customer is reached: from `number` (ours), at `to` (with +) or else at `user_id`.

    `last_inbound_at` is when the customer last wrote, by the customer's own time.
    """

    number: str | None
    to: str | None
    user_id: str | None
    last_inbound_at: datetime | None
    privacy_told: bool
    opted_out: bool


def find_or_make(connection: Connection, channel: Channel, addresses: Sequence[Address], now: datetime) -> str:
    """The conversation of the person with these addresses (at least one), a new one where there is none."""
    return find_or_make_many(connection, channel, [addresses], now)[0]


def find_or_make_many(connection: Connection, channel: Channel, people: Sequence[Sequence[Address]], now: datetime) -> list[str]:
    """The same for many people at once, in few statements. IntegrityError: somebody else made one of them at this moment; try again."""
    known = _Known(connection, channel, people)
    found = [known.conversation_of(addresses) for addresses in people]
    known.write(connection, now)
    return found


def find(connection: Connection, channel: Channel, addresses: Sequence[Address]) -> str | None:
    """The conversation of the person with these addresses, if there is one."""
    return _Known(connection, channel, [addresses]).found(addresses)


class _Known:
    """The addresses of a batch, while people are found and made."""

    def __init__(self, connection: Connection, channel: Channel, people: Sequence[Sequence[Address]]) -> None:
        self._channel: Channel = channel
        values = sorted({address.value for addresses in people for address in addresses})
        rows = connection.execute(_BY_VALUE, {"channel": channel, "addresses": listed(values)}).all()
        self._stored = {row.value: row for row in rows}
        self._owner: dict[str, str] = {row.value: row.conversation_id for row in rows}
        self._seen: dict[str, Address] = {}
        self._made: list[str] = []
        owners = sorted({row.conversation_id for row in rows if row.value.startswith("+")})
        self._with_id = set(connection.scalars(_ID_BY_CONVERSATION, {"conversations": listed(owners)})) if owners else set()

    def conversation_of(self, addresses: Sequence[Address]) -> str:
        """The same, made where there is none; what came together belongs together from now on."""
        own = self.found(addresses)
        if own is None:
            own = new_id()
            self._made.append(own)
        for address in addresses:
            self._owner[address.value] = own
            before = self._seen.get(address.value)
            self._seen[address.value] = before if before is not None and address.wire is None else address
            if not address.is_number:
                self._with_id.add(own)
        return own

    def found(self, addresses: Sequence[Address]) -> str | None:
        """Whose addresses they are."""
        ids = [address.value for address in addresses if not address.is_number]
        if known := next((self._owner[value] for value in ids if value in self._owner), None):
            return known
        by_number = next((self._owner[address.value] for address in addresses if address.is_number and address.value in self._owner), None)
        return None if by_number is not None and ids and by_number in self._with_id else by_number

    def write(self, connection: Connection, now: datetime) -> None:
        """First what is new, then what has changed, each in one order: batches of the same people wait for each other in it."""
        if self._made:
            row = {"channel": self._channel, "level": 0, "owner": "bot", "last_seq": 0, "read_seq": 0, "lease_token": 0}
            connection.execute(insert(CONVERSATION), [{"id": own, **row, "created_at": now, "last_at": now} for own in self._made])
        new, changed, gained = [], [], set()
        for value, address in sorted(self._seen.items()):
            before = self._stored.get(value)
            if (before is None or before.conversation_id != self._owner[value]) and self._owner[value] not in self._made:
                gained.add(self._owner[value])
            if before is None:
                own = {"conversation_id": self._owner[value], "channel": self._channel, "created_at": now, "seen_at": now}
                new.append({"value": value, "wire": address.wire, **own})
            elif self._is_news(before, address, now):
                wire = address.wire or before.wire
                changed.append({"of_channel": self._channel, "address": value, "person": self._owner[value], "on_wire": wire, "now": now})
        if new:
            connection.execute(insert(ADDRESS), new)
        if changed:
            connection.execute(_SEE, changed)
        if gained:
            codes.forget(connection, gained)  # who writes from another address proves anew who it is

    def _is_news(self, before: Any, address: Address, now: datetime) -> bool:
        if before.conversation_id != self._owner[address.value] or address.wire not in {None, before.wire}:
            return True
        return before.seen_at is None or now - before.seen_at >= SEEN_AGAIN


def move(connection: Connection, channel: Channel, left: Sequence[Address], to: Sequence[Address], now: datetime) -> str | None:
    """A person has these other addresses from now on, and the old ones no more; whose conversation it is, None where nobody has the old ones.

    What proved who it was is over: the episode ends, and the next message is looked at anew. An address that has a conversation of its own
    by now keeps it. The caller sees to it that the same news is heard once: later the old addresses may be somebody else's.
    """
    values = [address.value for address in (*left, *to)]
    rows = {row.value: row.conversation_id for row in connection.execute(_BY_VALUE, {"channel": channel, "addresses": listed(values)})}
    ordered = sorted(left, key=lambda address: address.is_number)
    person = next((rows[address.value] for address in ordered if address.value in rows), None)
    if person is None or all(rows.get(address.value) == person for address in to):
        return None
    gone = [address.value for address in left if rows.get(address.value) == person and address not in to]
    connection.execute(delete(ADDRESS).where(ADDRESS.c.channel == channel, ADDRESS.c.value.in_(gone)))
    for address in to:
        if address.value not in rows:
            row = {"conversation_id": person, "channel": channel, "value": address.value, "wire": address.wire}
            connection.execute(insert(ADDRESS), {**row, "created_at": now, "seen_at": now})
    connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == person).values(desk=None, person=None, level=0))
    codes.forget(connection, [person])
    episodes.close_open(connection, person, "identity", now)
    return person


async def numbers_of(ledger: Ledger, channel: Channel, ids: Sequence[str]) -> dict[str, str]:
    """The number (E.164) last seen of each of these ids of the platform's, where it is known."""
    alias = ADDRESS.alias("alias")
    query = (
        select(ADDRESS.c.value, alias.c.value.label("number"))
        .join_from(ADDRESS, alias, alias.c.conversation_id == ADDRESS.c.conversation_id)
        .where(ADDRESS.c.channel == channel, is_listed(ADDRESS.c.value, "ids"), alias.c.value.like("+%"))
        .order_by(alias.c.seen_at, alias.c.id)
    )

    def work(connection: Connection) -> dict[str, str]:
        return {row.value: row.number for row in connection.execute(query, {"ids": listed(ids)})}

    return await ledger.read(work) if ids else {}


def reach(connection: Connection, conversation: str) -> Reach:
    """How the customer of a conversation is reached now."""
    place = connection.execute(_PLACE, {"conversation": conversation}).one()
    addresses = connection.execute(_OF_CONVERSATION, {"conversation": conversation}).all()
    inbound = connection.execute(_INBOUND, {"conversation": conversation}).all()
    last = max(inbound, key=lambda row: row.sent_at, default=None)
    return Reach(
        number=None if last is None else last.scope,
        to=next((row.wire or row.value for row in addresses if row.value.startswith("+")), None),
        user_id=next((row.value for row in addresses if not row.value.startswith("+")), None),
        last_inbound_at=None if last is None else last.sent_at,
        privacy_told=place.privacy_notice_at is not None,
        opted_out=place.opted_out_at is not None,
    )
