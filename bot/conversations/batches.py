"""Many messages at once, as a channel that pushes hands them over: a few statements for all of them, whatever their number.

Exactly once and in order for the same reason as in `inbox`: the rows of all conversations are locked first (in the order of their ids, so
that two batches never wait for each other), and only then is it looked which messages are stored already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final, cast

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from bot.conversations import buttons, cases, codes, fragments, gathering, inbox, outbox, sealed
from bot.conversations.inbox import Accepted, Inbound, Terms
from bot.conversations.ledger import Ledger
from bot.conversations.messages import shown
from bot.conversations.tables import CONVERSATION, EFFECT, MESSAGE
from bot.database import each_of, is_listed, listed
from bot.errors import Conflict, IdentityError, NotYours
from bot.identity.identity import Identity
from bot.privacy.masking import Masked
from bot.rules.asked_hour import names_hour

_CHANGING: Final = (
    "last_seq", "ready_at", "lease_until", "lease_token", "secrets_notice_at", "pieces_until", "desk", "person", "level", "owed_since",
    "case_closed_at",
)  # fmt: skip
_PLACES = (
    select(
        CONVERSATION.c.id, CONVERSATION.c.last_seq, CONVERSATION.c.owner, CONVERSATION.c.owner_until, CONVERSATION.c.ready_at,
        CONVERSATION.c.gathers_until, CONVERSATION.c.lease_until, CONVERSATION.c.lease_token, CONVERSATION.c.secrets_notice_at,
        CONVERSATION.c.pieces_until, CONVERSATION.c.desk, CONVERSATION.c.person, CONVERSATION.c.level, CONVERSATION.c.owed_since,
        CONVERSATION.c.case_closed_at,
    )
    .where(is_listed(CONVERSATION.c.id, "conversations"))
    .order_by(CONVERSATION.c.id)
    .with_for_update()
)  # fmt: skip
_ASKED = each_of("external_ids")
_STORED_IDS = select(  # one look into the index for each, whatever PostgreSQL believes of the table
    select(MESSAGE.c.id)
    .where(MESSAGE.c.channel == bindparam("channel"), MESSAGE.c.scope == bindparam("scope"), MESSAGE.c.external_id == _ASKED.c.value)
    .scalar_subquery()
).select_from(_ASKED)
_STORED = select(MESSAGE.c.external_id, MESSAGE.c.conversation_id, MESSAGE.c.seq, MESSAGE.c.fingerprint).where(
    is_listed(MESSAGE.c.id, "ids")
)
_MOVE = (
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("conversation"))
    .values({name: bindparam(f"new_{name}", type_=CONVERSATION.c[name].type) for name in (*_CHANGING, "last_at")})
    .values(typing_until=None)
)
_INSERT = insert(MESSAGE)

Key = tuple[str, str, str]


@dataclass
class _Place:
    """A conversation's row while messages are added to it."""

    last_seq: int
    owner: str
    owner_until: datetime | None
    ready_at: datetime | None
    gathers_until: datetime | None
    lease_until: datetime | None
    lease_token: int
    secrets_notice_at: datetime | None
    pieces_until: datetime | None
    desk: str | None
    person: str | None
    level: int
    owed_since: datetime | None
    case_closed_at: datetime | None
    moved: bool = False

    def add(self, who: Identity, now: datetime, *, waits: bool) -> int:
        """Make room for one more message, `waits` for an answer or not; its seq."""
        self.last_seq, self.moved = self.last_seq + 1, True
        self.desk, self.person, self.level = who.desk, who.person, int(who.level)
        if waits and (self.ready_at is None or gathering.goes_on(self)):
            self.ready_at = now
        return self.last_seq

    def begin_anew(self, now: datetime) -> None:
        """A turn that runs has read what must be forgotten: it holds nothing any more."""
        if self.lease_until is not None:
            self.lease_token, self.lease_until, self.ready_at = self.lease_token + 1, None, now


@dataclass(frozen=True)
class _Stored:
    conversation_id: str
    seq: int
    fingerprint: str | None


async def accept_many(ledger: Ledger, inbounds: Sequence[Inbound], now: datetime, terms: Terms) -> list[Accepted | Exception]:
    """Store a batch in one transaction, in order; what became of each, one that is refused leaving its neighbours alone.

    Raises LedgerUnavailable (nothing was stored).
    """
    return await ledger.write_again(lambda connection: store(connection, inbounds, now, terms))


def store(connection: Connection, inbounds: Sequence[Inbound], now: datetime, terms: Terms) -> list[Accepted | Exception]:
    """The same, as part of a transaction. `terms.notice` and `terms.lease_life` are not for batches."""
    places = _places(connection, {inbound.conversation for inbound in inbounds})
    stored = _stored(connection, inbounds)
    listener = codes.Listener(connection, sorted(places), terms.codes, now) if terms.codes else None
    fresh = sorted({inbound.conversation for inbound in inbounds if _key(inbound) not in stored})
    offers = buttons.offered_in(connection, fresh, now) if terms.match else {}
    rows: list[dict[str, Any]] = []
    notices: list[tuple[Inbound, int]] = []
    contents: list[tuple[str, Masked]] = []
    sendings: list[dict[str, Any]] = []
    earlier = fragments.Earlier(connection, places, now)

    def add(inbound: Inbound) -> Accepted:
        who, place = terms.who(connection, inbound), places.get(inbound.conversation)
        if place is None:
            raise NotYours("conversation")
        if before := stored.get(_key(inbound)):
            return inbox.repeated(_without_code(listener, inbound), before, terms)
        if listener is not None:
            who, inbound = listener.hear(inbound, who)
        written = inbox.masked(inbound, terms)
        offered = _chooses(written.text, offers.get(inbound.conversation, []), terms)
        content, button = inbox.content_of(connection, inbound, written, terms, now, offered=offered)
        settled = inbox.settle(connection, inbound, content, button, terms, lambda: earlier.of(inbound.conversation))
        content = settled.content
        if settled.changed:
            place.begin_anew(now)
        answering = inbox.will_answer(inbound, place, now)
        inbound = inbox.kept(connection, inbound, button, terms, now)
        seq = place.add(who, now, waits=answering)
        row = inbox.row_of(inbound, terms, who, content, written, button, seq, now, answering=answering)
        if listener is not None and (sending := listener.note(row, who)):
            sendings.append(sending)
        owed = cases.owed_by(connection, place, row, now)
        place.owed_since, place.case_closed_at = owed["owed_since"], owed["case_closed_at"]
        rows.append(row)
        earlier.add(row)
        contents.append((row["id"], content))
        place.pieces_until = fragments.awaited_until(row["text"], now) or place.pieces_until
        if answering and content.has_secrets and terms.secrets_notice and place.secrets_notice_at is None:
            place.secrets_notice_at, place.last_seq = now, place.last_seq + 1
            notices.append((inbound, place.last_seq))
        stored[_key(inbound)] = _Stored(inbound.conversation, row["seq"], row["fingerprint"])
        return Accepted(inbound.conversation, row["seq"], repeated=False, messages=(shown(row),), answering=answering, code=inbound.code)

    results = [_or_refused(add, inbound) for inbound in inbounds]
    _write(connection, places, rows, now)
    sealed.keep(connection, contents, terms.seal, now)
    _write_what_follows(connection, cast(str, terms.secrets_notice), notices, sendings, now)
    return results


def _write_what_follows(
    connection: Connection, notice: str, notices: Sequence[tuple[Inbound, int]], sendings: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Notices about secrets, each with its seq, and the effects that send codes."""
    for inbound, seq in notices:
        outbox.say(connection, inbound.conversation, "notice", notice, channel=inbound.channel, seq=seq, now=now)
    if sendings:
        connection.execute(insert(EFFECT), sendings)


def _without_code(listener: codes.Listener | None, inbound: Inbound) -> Inbound:
    """As it was stored, where it was a code: what is kept of it is the same for every code."""
    if listener is None or inbound.text is None or inbound.button is not None:
        return inbound
    return replace(inbound, text=listener.masked(inbound.conversation, inbound.text))


def _or_refused(add: Callable[[Inbound], Accepted], inbound: Inbound) -> Accepted | Exception:
    try:
        return add(inbound)
    except (Conflict, NotYours, IdentityError) as error:
        return error


def _write(connection: Connection, places: dict[str, _Place], rows: Sequence[dict[str, Any]], now: datetime) -> None:
    moved = [
        {"conversation": conversation, "new_last_at": now, **{f"new_{name}": getattr(place, name) for name in _CHANGING}}
        for conversation, place in places.items()
        if place.moved
    ]
    if rows:
        connection.execute(_MOVE, moved)
        connection.execute(_INSERT, rows)


def _places(connection: Connection, conversations: Iterable[str]) -> dict[str, _Place]:
    """The rows, locked; a place's fields stand in the order of `_PLACES`, because naming each of a thousand rows costs more than reading them."""
    return {row[0]: _Place(*row[1:]) for row in connection.execute(_PLACES, {"conversations": listed(conversations)})}


def _stored(connection: Connection, inbounds: Sequence[Inbound]) -> dict[Key, _Stored]:
    found: dict[Key, _Stored] = {}
    for (channel, scope), keys in groupby(sorted({_key(inbound) for inbound in inbounds}), lambda key: key[:2]):
        asked = {"channel": channel, "scope": scope, "external_ids": listed(key[2] for key in keys)}
        ids = [each for each in connection.scalars(_STORED_IDS, asked) if each is not None]
        for row in connection.execute(_STORED, {"ids": listed(ids)}) if ids else ():
            found[channel, scope, row.external_id] = _Stored(row.conversation_id, row.seq, row.fingerprint)
    return found


def _key(inbound: Inbound) -> Key:
    return inbound.channel, inbound.scope, inbound.external_id


def _chooses(written: str, offered: Sequence[Row[Any]], terms: Terms) -> bool:
    if terms.match is None:
        return False
    return names_hour(written) or (bool(offered) and terms.match(written, [button.title for button in offered]) is not None)
