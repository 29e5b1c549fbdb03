"""The inbox: an inbound message is stored exactly once, before anybody is told that it was received.

The conversation's row is locked first, so that everything about one conversation happens one after the other: the seq, the
button that is used up, the message and its place in the queue belong to one transaction. A repeated id breaks a constraint,
which takes all of it back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.conversations import buttons, cases, fragments, gathering, outbox, queue, sealed
from bot.conversations.base import Channel, InboundState, Kind
from bot.conversations.clean import clean_text
from bot.conversations.codes import CodeTerms
from bot.conversations.fragments import Recent, Settled
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.messages import ShownMessage, shown
from bot.conversations.queue import OpenTurn
from bot.conversations.sealed import Seal
from bot.conversations.tables import CONVERSATION, MESSAGE
from bot.errors import Conflict, NotYours
from bot.identity.identity import Identity
from bot.privacy.masking import Mask, Masked

Matcher = Callable[[str, Sequence[str]], int | None]
"""Which of the titles a typed text chooses, or None (`bot.rules.choices.match_choice`)."""

Keeper = Callable[[Connection, str, Row[Any], datetime], str | None]
"""(conversation, button, now): the answer to a button of the house, what it stands for being written down; None for any other button."""

_WORDS = frozenset({"filename", "name", "address", "referral"})
"""What came beside a text and was written by people; the rest are numbers of the platform's."""
_KEPT = (
    "ready_at", "privacy_notice_at", "secrets_notice_at", "pieces_until", "lease_token", "lease_until", "owed_since", "case_closed_at",
)  # fmt: skip
_PLACE = (
    select(
        CONVERSATION.c.channel, CONVERSATION.c.last_seq, CONVERSATION.c.owner, CONVERSATION.c.owner_until, CONVERSATION.c.privacy_notice_at,
        CONVERSATION.c.secrets_notice_at, CONVERSATION.c.pieces_until, CONVERSATION.c.ready_at, CONVERSATION.c.gathers_until,
        CONVERSATION.c.lease_until, CONVERSATION.c.lease_token, CONVERSATION.c.owed_since, CONVERSATION.c.case_closed_at,
    )
    .where(CONVERSATION.c.id == bindparam("conversation"))
    .with_for_update()
)  # fmt: skip
_MOVE = (
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("conversation"))
    .values({name: bindparam(f"new_{name}", type_=CONVERSATION.c[name].type) for name in (*_KEPT, "last_seq", "last_at")})
    .values(typing_until=None)  # what was typed is here
)
_STORED = select(MESSAGE.c.conversation_id, MESSAGE.c.seq, MESSAGE.c.fingerprint).where(
    MESSAGE.c.channel == bindparam("channel"), MESSAGE.c.scope == bindparam("scope"), MESSAGE.c.external_id == bindparam("external_id")
)
_INSERT = insert(MESSAGE)


@dataclass(frozen=True)
class Inbound:
    """A message as its channel received it: `text` or `button` (an id of ours). `scope` and `external_id` make it unique.

    Both are given where somebody else may have made up the id: the text is what is meant where the button is not theirs or not open any more.
    `media` refers to what came beside the text, `quoted` is the external id of the message that it replies to, `sent_at` the sender's own
    time, `profile_name` what the sender calls themselves: no proof of anything. `fixed_answer` answers it without the dialogue; `noted`: it
    is kept and owed no answer; `resumes` is the earlier question that it asks again; `code`: what became of the one-time code in it.
    """

    conversation: str
    channel: Channel
    scope: str
    external_id: str
    text: str | None = None
    button: str | None = None
    correlation: str | None = None
    kind: Kind = "text"
    media: dict[str, Any] | None = None
    quoted: str | None = None
    sent_at: datetime | None = None
    profile_name: str | None = None
    fixed_answer: str | None = None
    noted: bool = False
    resumes: dict[str, Any] | None = None
    code: str | None = None


@dataclass(frozen=True)
class Accepted:
    """What the sender is told. `repeated`: it was stored before, nothing new happened; else `messages` is what the conversation got.

    `turn` is the message's own turn, when it was asked for and could begin at once. `answering`: the assistant will answer it. `code` is what
    became of a one-time code in it (`codes.Heard`).
    """

    conversation: str
    seq: int
    repeated: bool
    messages: tuple[ShownMessage, ...] = ()
    turn: OpenTurn | None = None
    answering: bool = False
    code: str | None = None


@dataclass(frozen=True)
class Terms:
    """How messages are accepted.

    `who` is asked first, in the same transaction: who is writing; it refuses by raising. `mask` takes out of a text what must never be
    stored. `keep` does what a button of the house stands for, which the dialogue does not know, and gives the answer to it. `match` finds
    the button that a typed text chooses; `notice` (the privacy notice) follows the first message, `secrets_notice` the first one with a
    password or a code in it; `seal` seals what may be kept of what is masked; `lease_life`: begin the message's turn here if none of its
    conversation runs or waits. `codes`: how one-time codes are heard, on channels where they are asked for; only batches hear them.
    """

    who: Callable[[Connection, Inbound], Identity]
    mask: Mask = Mask()
    keep: Keeper | None = None
    match: Matcher | None = None
    notice: str | None = None
    secrets_notice: str | None = None
    lease_life: timedelta | None = None
    seal: Seal | None = None
    codes: CodeTerms | None = None

    def besides(self, inbound: Inbound) -> tuple[dict[str, Any] | None, str | None]:
        """What came beside the text and the sender's name, masked where they are words of somebody's."""
        media = inbound.media and {name: self.mask.anything(value) if name in _WORDS else value for name, value in inbound.media.items()}
        return media, inbound.profile_name and self.mask(inbound.profile_name).text


async def accept(ledger: Ledger, inbound: Inbound, now: datetime, terms: Terms) -> Accepted:
    """Store an inbound message and put its conversation in the queue.

    Raises Conflict ("content": the id came with other content; "used", "expired": the button's state), NotYours (an unknown button or
    conversation, or one of somebody else), LedgerUnavailable (nothing was stored).
    """
    try:
        return await ledger.write(lambda connection: _accept(connection, inbound, now, terms))
    except IntegrityError:
        stored = await ledger.read(lambda connection: _stored_before(connection, inbound, terms))
        if stored is None:
            raise
        return stored


def _accept(connection: Connection, inbound: Inbound, now: datetime, terms: Terms) -> Accepted:
    identity = terms.who(connection, inbound)
    place = connection.execute(_PLACE, {"conversation": inbound.conversation}).one_or_none()
    if place is None:
        raise NotYours("conversation")
    if inbound.button is not None:  # its first press used the button up, maybe while we waited for the lock
        stored = _stored_before(connection, inbound, terms)
        if stored is not None:
            return stored
    written = masked(inbound, terms)
    content, button = content_of(connection, inbound, written, terms, now)
    settled = settle(connection, inbound, content, button, terms, lambda: fragments.before(connection, place, inbound.conversation, now))
    content = settled.content
    answering, turn = will_answer(inbound, place, now), None
    inbound = kept(connection, inbound, button, terms, now)
    message = row_of(inbound, terms, identity, content, written, button, place.last_seq + 1, now, answering=answering)
    if answering and terms.lease_life is not None and place.owner == "bot" and place.ready_at is None and place.lease_until is None:
        turn = queue.begin(connection, message, button, identity, place.lease_token + 1, now)
        message.update(state="processing", attempts=turn.attempts, first_attempt_at=now, episode_id=turn.episode)
    told = _told(place, content, terms)
    moved = _moved(place, now, waits=answering, told=told, lease_life=terms.lease_life if turn else None)
    moved["new_pieces_until"] = fragments.awaited_until(message["text"], now) or place.pieces_until
    if settled.changed and place.lease_until is not None:
        moved.update(new_lease_token=place.lease_token + 1, new_lease_until=None, new_ready_at=now)
    moved |= {f"new_{name}": value for name, value in cases.owed_by(connection, place, message, now).items()}
    connection.execute(_MOVE, {"conversation": inbound.conversation, **moved})
    connection.execute(_INSERT, message)
    sealed.keep(connection, [(message["id"], content)], terms.seal, now)
    rows, channel = [message], cast(Channel, place.channel)
    for seq, notice in enumerate(told.values(), message["seq"] + 1):
        rows.append(outbox.say(connection, inbound.conversation, "notice", notice, channel=channel, seq=seq, now=now))
    messages = tuple(shown(row) for row in rows)
    return Accepted(inbound.conversation, message["seq"], repeated=False, messages=messages, turn=turn, answering=answering)


def will_answer(inbound: Inbound, place: Any, now: datetime) -> bool:
    """Whether the assistant answers what comes now: also where an agent's time is over and nobody has handed back yet."""
    return not inbound.noted and (place.owner == "bot" or (place.owner_until is not None and place.owner_until <= now))


def _told(place: Row[Any], content: Masked, terms: Terms) -> dict[str, str]:
    """The notices that follow the message, by the column which says that its conversation has had them."""
    notices = {"privacy_notice_at": terms.notice, "secrets_notice_at": terms.secrets_notice if content.has_secrets else None}
    return {name: notice for name, notice in notices.items() if notice is not None and getattr(place, name) is None}


def _moved(place: Row[Any], now: datetime, *, waits: bool, told: Collection[str], lease_life: timedelta | None) -> dict[str, Any]:
    """What the conversation's row becomes."""
    values = {name: getattr(place, name) for name in _KEPT}
    values.update(dict.fromkeys(told, now), last_seq=place.last_seq + 1 + len(told), last_at=now)
    if waits:
        values["ready_at"] = now if place.ready_at is None or gathering.goes_on(place) else place.ready_at
    if lease_life is not None:
        values.update(lease_token=place.lease_token + 1, lease_until=now + lease_life)
    return {f"new_{name}": value for name, value in values.items()}


def _stored_before(connection: Connection, inbound: Inbound, terms: Terms) -> Accepted | None:
    key = {"channel": inbound.channel, "scope": inbound.scope, "external_id": inbound.external_id}
    stored = connection.execute(_STORED, key).one_or_none()
    if stored is None:
        return None
    return repeated(inbound, stored, terms)


def repeated(inbound: Inbound, stored: Any, terms: Terms) -> Accepted:
    """What is said of a message that was stored before; without a fingerprint, whatever its original says. Raises Conflict ("content")."""
    unlike = stored.fingerprint is not None and stored.fingerprint != _fingerprint(inbound, masked(inbound, terms).text)
    if stored.conversation_id != inbound.conversation or unlike:
        raise Conflict("content")
    return Accepted(inbound.conversation, stored.seq, repeated=True)


def _fingerprint(inbound: Inbound, masked: str) -> str:
    """Tells another content under the same id, without keeping what the mask takes out."""
    content = f"button:{inbound.button}" if inbound.button is not None else f"text:{masked}"
    return hashlib.sha256(content.encode()).hexdigest()


def masked(inbound: Inbound, terms: Terms) -> Masked:
    """The text as it may be stored, and what else is known of it."""
    return terms.mask(clean_text(inbound.text or ""))


def settle(
    connection: Connection,
    inbound: Inbound,
    content: Masked,
    button: Row[Any] | None,
    terms: Terms,
    earlier: Callable[[], Sequence[Recent]],
) -> Settled:
    """The content after what its customer wrote just before it: what it completes is taken out of both."""
    if button is not None or inbound.text is None:
        return Settled(content, changed=False)
    return fragments.settle(connection, inbound.conversation, clean_text(inbound.text), content, terms.mask, earlier)


def content_of(
    connection: Connection, inbound: Inbound, written: Masked, terms: Terms, now: datetime, *, offered: bool = True
) -> tuple[Masked, Row[Any] | None]:
    """The text to store (`written`: its own, masked), and the button that was pressed, or chosen by it where any may have been `offered`.

    Raises NotYours, Conflict.
    """
    if inbound.button is not None:
        try:
            pressed = buttons.press(connection, inbound.conversation, inbound.button, now)
        except (NotYours, Conflict):
            if inbound.text is None:
                raise
        else:
            return Masked(pressed.title), pressed
    if terms.match is None or not offered or inbound.fixed_answer is not None or inbound.resumes is not None:
        return written, None
    return written, buttons.typed(connection, inbound.conversation, written.text, terms.match, now)


def kept(connection: Connection, inbound: Inbound, button: Row[Any] | None, terms: Terms, now: datetime) -> Inbound:
    """The message with its answer, where it pressed a button of the house."""
    if button is None or terms.keep is None:
        return inbound
    answer = terms.keep(connection, inbound.conversation, button, now)
    return inbound if answer is None else replace(inbound, fixed_answer=answer)


def row_of(
    inbound: Inbound,
    terms: Terms,
    who: Identity,
    content: Masked,
    written: Masked,
    button: Row[Any] | None,
    seq: int,
    now: datetime,
    *,
    answering: bool,
) -> dict[str, Any]:
    """The message's row, as it is before any turn of it."""
    media, profile_name = terms.besides(inbound)
    state: InboundState = "received" if answering else "noted" if inbound.noted else "with_agent"
    return {
        "id": new_id(),
        "conversation_id": inbound.conversation,
        "seq": seq,
        "author": "customer",
        "kind": inbound.kind,
        "text": content.text,
        "at": now,
        "correlation": inbound.correlation,
        "channel": inbound.channel,
        "scope": inbound.scope,
        "external_id": inbound.external_id,
        "fingerprint": _fingerprint(inbound, content.text if button else written.text),
        "button_id": button.id if button else None,
        "state": state,
        "media": media,
        "quoted": inbound.quoted,
        "sent_at": inbound.sent_at,
        "profile_name": profile_name,
        "fixed_answer": inbound.fixed_answer,
        "resumes": inbound.resumes,
        "desk": who.desk,
        "person": who.person,
        "level": int(who.level),
        "proof": who.proof,
        "attempts": 0,
    }
