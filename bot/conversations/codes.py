"""One-time codes on their way: asked for by an answer, mailed by an effect, heard in the conversation, and counted for the whole desk.

A code belongs to one conversation and one desk. Wrong ones are counted by desk, over all its conversations, under a lock on the desk's row:
however many are tried at once, each counts. The code itself is never here, only its keyed digest, and no message keeps it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, text, update

from bot.conversations.ledger import Ledger
from bot.conversations.tables import CODE_SENT, GUESSES, NOW, STEP_UP
from bot.database import is_listed, listed
from bot.identity.codes import LIFE, PROOF, PROVES_FOR, Found, asks_again, digest, find
from bot.identity.identity import Identity, Level

if TYPE_CHECKING:
    from bot.conversations.inbox import Inbound

ATTEMPTS: Final = 5
"""Wrong codes of a desk until it is locked."""
FIRST_LOCK: Final = timedelta(minutes=15)
LONGEST_LOCK: Final = timedelta(days=1)
"""Each lock is twice as long as the one before, up to this; after a day without a wrong code it begins anew."""
FORGOTTEN: Final = timedelta(days=1)
"""So long it is known that a code was asked for, and that some were wrong."""
SENT_MOST: Final = ((timedelta(hours=1), 3), (timedelta(days=1), 10))
"""Codes that a desk is sent within a time."""
PATIENCE: Final = timedelta(minutes=1)
"""No other code is sent before the first one can have come."""

_OF = select(STEP_UP).where(is_listed(STEP_UP.c.conversation_id, "conversations")).order_by(STEP_UP.c.conversation_id).with_for_update()
_ONE = select(STEP_UP).where(STEP_UP.c.conversation_id == bindparam("conversation")).with_for_update()
_HAVE_GUESSES = text("INSERT INTO guesses (desk, failures, locks) VALUES (:desk, 0, 0) ON CONFLICT DO NOTHING")
_GUESSES = select(GUESSES).where(GUESSES.c.desk == bindparam("of_desk")).with_for_update()
_COUNT = update(GUESSES).where(GUESSES.c.desk == bindparam("of_desk"))
_SENT = select(CODE_SENT.c.at).where(CODE_SENT.c.desk == bindparam("of_desk"), CODE_SENT.c.at <= NOW).order_by(CODE_SENT.c.at)
_LONG_AGO = bindparam("long_ago", type_=CODE_SENT.c.at.type)
_FORGET_SENT = delete(CODE_SENT).where(CODE_SENT.c.desk == bindparam("of_desk"), CODE_SENT.c.at <= _LONG_AGO)
_FORGET = delete(STEP_UP).where(  # of others too, but none that somebody holds: who waits for nobody blocks nobody
    STEP_UP.c.conversation_id.in_(
        select(STEP_UP.c.conversation_id).where(STEP_UP.c.asked_at <= _LONG_AGO).with_for_update(skip_locked=True)
    )
)
_CHANGE = update(STEP_UP).where(STEP_UP.c.conversation_id == bindparam("conversation"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking for a code. `sent`: one is on its way; `waits`: one was sent just now; `refused`: none before `until`.

    `confirmed`: it was, after the question was written.
    """

    kind: Literal["sent", "waits", "refused", "confirmed"]
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a code that was written: `left` more may be wrong; `locked`: none is looked at before `until`.

    Of another one that was asked for: `again`, it is on its way; `waits`, the first may still come; `refused`, none is sent before `until`.
    """

    kind: Literal["right", "wrong", "locked", "used", "ended", "cut", "again", "waits", "refused"]
    left: int = 0
    until: datetime | None = None


@dataclass(frozen=True)
class CodeTerms:
    """How codes are heard: the key of their digests, and what is said to what became of one, "" to leave it to the question that waited."""

    secret: str
    words: Callable[[Heard], str]


def ask(connection: Connection, conversation: str, desk: str, inbound: str, question: dict[str, Any] | None, now: datetime) -> Asked:
    """Somebody has to confirm to be of the desk before `question` is answered, which the message with the id `inbound` asked."""
    guesses, before = _guesses(connection, desk), connection.execute(_ONE, {"conversation": conversation}).one_or_none()
    if before is not None and before.desk == desk and before.confirmed_until is not None and now < before.confirmed_until:
        return Asked("confirmed")
    if guesses.locked_until is not None and guesses.locked_until > now:
        return Asked("refused", guesses.locked_until)
    if before is not None and before.desk == desk and _is_open(before, guesses, now) and now - before.asked_at < PATIENCE:
        connection.execute(_CHANGE, {"conversation": conversation, "question": question})
        return Asked("waits")
    until = _next_one(connection, desk, now)
    if until is not None:
        return Asked("refused", until)
    connection.execute(_FORGET_SENT, {"of_desk": desk, "long_ago": now - FORGOTTEN})
    connection.execute(_FORGET, {"long_ago": now - FORGOTTEN})
    connection.execute(delete(STEP_UP).where(STEP_UP.c.conversation_id == conversation))
    row = {"conversation_id": conversation, "desk": desk, "inbound_id": inbound, "question": question, "asked_at": now}
    connection.execute(insert(STEP_UP), row)
    connection.execute(insert(CODE_SENT), {"desk": desk, "at": now})
    return Asked("sent")


def _next_one(connection: Connection, desk: str, now: datetime) -> datetime | None:
    """From when on another code may be sent; None: now."""
    sent = connection.scalars(_SENT, {"of_desk": desk, "now": now}).all()
    waits = []
    for span, most in SENT_MOST:
        within = [at for at in sent if now - at < span]
        if len(within) >= most:
            waits.append(within[-most] + span)
    return max(waits, default=None)


async def issue(ledger: Ledger, conversation: str, inbound: str, kept: str, now: datetime) -> bool:
    """The code with the digest `kept` is about to be mailed, for what `inbound` asked; False where another one was asked for since."""
    wanted = _CHANGE.where(STEP_UP.c.inbound_id == inbound, STEP_UP.c.confirmed_until.is_(None))
    values = {"conversation": conversation, "digest": kept, "expires_at": now + LIFE}
    return await ledger.write(lambda connection: bool(connection.execute(wanted, values).rowcount))


def forget(connection: Connection, conversations: Iterable[str]) -> None:
    """Whoever writes there has to prove anew who it is: codes and what they proved are void."""
    connection.execute(delete(STEP_UP).where(STEP_UP.c.conversation_id.in_(list(conversations))))


def sending(inbound: str, desk: str, conversation: str, now: datetime) -> dict[str, Any]:
    """The effect, as a row of its table, that mails the code which was asked for by this message."""
    payload = {"desk": desk, "conversation": conversation}
    return {"inbound_id": inbound, "n": 0, "kind": "send_code", "payload": payload, "next_attempt_at": now, "attempts": 0, "lease_token": 0}


class Listener:
    """Hears the codes of some conversations, whose rows the caller has locked, within one transaction."""

    def __init__(self, connection: Connection, conversations: Sequence[str], terms: CodeTerms, now: datetime) -> None:
        self._connection, self._terms, self._now = connection, terms, now
        asked = {"conversations": listed(conversations)}
        self._rows = {row.conversation_id: row for row in connection.execute(_OF, asked) if now - row.asked_at < FORGOTTEN}
        self._locked: dict[str, datetime] = {}  # desks whose row is ours until the transaction ends: what else is guessed costs nothing

    def masked(self, conversation: str, words: str) -> str:
        """A text as it may be stored."""
        found = self._found(conversation, words)
        return words if found is None else found.masked

    def hear(self, inbound: Inbound, who: Identity) -> tuple[Identity, Inbound]:
        """Who is writing, with what a code proved, and the message without its code, answered by what became of that."""
        row, words = self._rows.get(inbound.conversation), inbound.text or ""
        found = None if inbound.button is not None else self._found(inbound.conversation, words)
        if row is None:
            return who, inbound
        if found is None:
            return self._raised(row, who), inbound
        heard = self._try(row, found, who)
        if heard.kind == "right":
            row = self._rows[inbound.conversation] = self._connection.execute(_ONE, {"conversation": row.conversation_id}).one()
        question, inbound = row.question, replace(inbound, text=found.masked, code=heard.kind)
        if heard.kind == "right" and question is not None:
            self._change(row, question=None)
            return self._raised(row, who), replace(inbound, resumes=question)
        return self._raised(row, who), replace(inbound, fixed_answer=self._terms.words(heard))

    def note(self, message: dict[str, Any], who: Identity) -> dict[str, Any] | None:
        """Where a message that is about to be stored asks for another code: answer it; the effect that sends one, to be stored after it."""
        row = self._rows.get(message["conversation_id"])
        plain = (
            message["state"] == "received"
            and message["fixed_answer"] is None
            and message["resumes"] is None
            and message["button_id"] is None
        )
        if row is None or not plain or row.confirmed_until is not None or who.desk != row.desk or not asks_again(message["text"]):
            return None
        asked = ask(self._connection, row.conversation_id, row.desk, message["id"], row.question, self._now)
        self._rows[row.conversation_id] = self._connection.execute(_ONE, {"conversation": row.conversation_id}).one()
        heard = Heard("again") if asked.kind == "sent" else Heard("waits" if asked.kind == "waits" else "refused", until=asked.until)
        message["fixed_answer"] = self._terms.words(heard)
        return sending(message["id"], row.desk, row.conversation_id, self._now) if asked.kind == "sent" else None

    def _found(self, conversation: str, words: str) -> Found | None:
        """The code in a text: while one is waited for whatever may be one, later what is one, or says nothing else."""
        row = self._rows.get(conversation)
        found = None if row is None else find(words)
        if row is None or found is None or self._waits(row) or found.alone:
            return found
        return found if self._fits(row, found) else None

    def _waits(self, row: Row[Any]) -> bool:
        return row.confirmed_until is None and (row.expires_at is None or row.expires_at > self._now)

    def _fits(self, row: Row[Any], found: Found) -> bool:
        kept = digest(self._terms.secret, row.conversation_id, row.desk, found.code)
        return bool(found.code) and hmac.compare_digest(kept, row.digest or "")

    def _raised(self, row: Row[Any], who: Identity) -> Identity:
        confirmed = row.confirmed_until is not None and self._now < row.confirmed_until <= self._now + PROVES_FOR
        return replace(who, level=Level.CONFIRMED, proof=PROOF) if confirmed and who.desk == row.desk else who

    def _try(self, row: Row[Any], found: Found, who: Identity) -> Heard:
        if row.desk in self._locked:
            return Heard("locked", until=self._locked[row.desk])
        heard = self._look(row, found, who)
        if heard.kind == "locked" and heard.until is not None:
            self._locked[row.desk] = heard.until
        return heard

    def _look(self, row: Row[Any], found: Found, who: Identity) -> Heard:
        guesses = _guesses(self._connection, row.desk)
        if guesses.locked_until is not None and guesses.locked_until > self._now:
            return Heard("locked", until=guesses.locked_until)
        if self._raised(row, who).level is Level.CONFIRMED:
            return Heard("used")
        if who.desk != row.desk or not _is_open(row, guesses, self._now):
            return Heard("ended")
        if not found.code:
            return Heard("cut", left=ATTEMPTS - _failures(guesses, self._now))
        if self._fits(row, found):
            self._change(row, confirmed_until=self._now + PROVES_FOR)
            self._connection.execute(_COUNT.values(failures=0), {"of_desk": row.desk})
            return Heard("right")
        return _count_wrong(self._connection, guesses, self._now)

    def _change(self, row: Row[Any], **values: Any) -> None:
        self._connection.execute(_CHANGE.values(**values), {"conversation": row.conversation_id})


def _is_open(row: Row[Any], guesses: Row[Any], now: datetime) -> bool:
    void = guesses.void_at is not None and guesses.void_at >= row.asked_at
    return row.confirmed_until is None and not void and (row.expires_at is None or row.expires_at > now)


def _guesses(connection: Connection, desk: str) -> Row[Any]:
    """The desk's row, locked until the transaction ends."""
    connection.execute(_HAVE_GUESSES, {"desk": desk})
    return connection.execute(_GUESSES, {"of_desk": desk}).one()


def _is_forgotten(guesses: Row[Any], now: datetime) -> bool:
    last = guesses.locked_until or guesses.failed_at
    return last is not None and max(last, guesses.failed_at or last) + FORGOTTEN <= now


def _failures(guesses: Row[Any], now: datetime) -> int:
    return 0 if _is_forgotten(guesses, now) else int(guesses.failures)


def _count_wrong(connection: Connection, guesses: Row[Any], now: datetime) -> Heard:
    failures = _failures(guesses, now) + 1
    locks = 0 if _is_forgotten(guesses, now) else guesses.locks
    values: dict[str, Any] = {"failures": failures, "locks": locks, "failed_at": now}
    if failures >= ATTEMPTS:
        until = now + min(FIRST_LOCK * 2 ** min(locks, 10), LONGEST_LOCK)
        values |= {"failures": 0, "locks": locks + 1, "locked_until": until, "void_at": now}
    connection.execute(_COUNT.values(**values), {"of_desk": guesses.desk})
    return Heard("locked", until=values["locked_until"]) if failures >= ATTEMPTS else Heard("wrong", left=ATTEMPTS - failures)
