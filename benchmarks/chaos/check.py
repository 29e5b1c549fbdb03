"""The judgement, as a pure function: what customers were promised, held against what the ledger keeps and what they were shown.

Every finding is one line of text that names the conversation and what is wrong; the counts of the report are the numbers of lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.chaos.desks import address, strangers

CODE = "send_code"


@dataclass(frozen=True)
class Asked:
    """A message as its customer sent it; `seqs`: what each acknowledgement of this id said, the first one first."""

    id: str
    text: str
    seqs: tuple[int, ...]


@dataclass(frozen=True)
class Shown:
    """A message as the public history shows it."""

    seq: int
    author: str
    kind: str
    in_reply_to: int | None
    text: str


@dataclass(frozen=True)
class Stored:
    """A message as the ledger keeps it. Of a customer's: its id, state, the seq of the answer that covers it, its effects (kind, state).

    `understood`: the parts of the burst that it is the last of. `chose`: it took what an answer offered, so these are the words of before that
    this was offered to. `promised`: an answer says that the mail is on its way. `code_attempts`: how often its one-time code was tried to be mailed.
    """

    shown: Shown
    external_id: str | None = None
    state: str | None = None
    answered_by: int | None = None
    understood: tuple[str, ...] = ()
    effects: tuple[tuple[str, str], ...] = ()
    promised: bool = False
    chose: bool = False
    code_attempts: int = 0


@dataclass(frozen=True)
class Mail:
    """A mail as it lies in the outbox: with the connection, or with a one-time code that the customer's message `code_of` (its seq) needed."""

    message_id: str
    to: str
    text: str
    code_of: int | None = None


@dataclass(frozen=True)
class Conversation:
    """Everything known of one customer at the end: `asked` in order of acknowledgement, `received` the seqs as the client got them."""

    customer: int
    asked: tuple[Asked, ...]
    received: tuple[int, ...]
    stored: tuple[Stored, ...]
    shown: tuple[Shown, ...]
    mails: tuple[Mail, ...] = ()
    queued: int = 0
    """How many rows of connection mails the live state has for requests of this customer."""
    refused: tuple[str, ...] = ()
    """What the server said of requests that were right."""


@dataclass
class Findings:
    """One line for each thing that went wrong."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.disordered or self.foreign)


def check(conversations: Sequence[Conversation]) -> Findings:
    """Judge a run."""
    findings = Findings()
    for one in conversations:
        name = f"customer {one.customer}"
        findings.lost += (f"{name}: {what}" for what in (*_lost(one), *_lost_effects(one), *_not_shown(one)))
        findings.doubled += (f"{name}: {what}" for what in (*_doubled(one), *_doubled_effects(one)))
        findings.disordered += (f"{name}: {what}" for what in (*_disordered(one), *_badly_streamed(one)))
        findings.foreign += (f"{name}: {what}" for what in _foreign(one))
    return findings


def _inbound(one: Conversation) -> list[Stored]:
    return [row for row in one.stored if row.shown.author == "customer"]


def _answers(one: Conversation) -> list[Shown]:
    return [row.shown for row in one.stored if row.shown.kind == "answer"]


def _bursts(one: Conversation) -> dict[int, list[Stored]]:
    """What each answer covers, by the answer's seq."""
    given = {answer.seq for answer in _answers(one)}
    return {seq: [row for row in _inbound(one) if row.answered_by == seq] for seq in sorted(given)}


def _lost(one: Conversation) -> Iterator[str]:
    """Acknowledged, but not there, not as it was sent, or covered by no answer: one line a message."""
    yield from one.refused
    kept = {row.external_id: row for row in _inbound(one)}
    given = {answer.seq for answer in _answers(one)}
    for asked in one.asked:
        row = kept.get(asked.id)
        if row is None:
            yield f"message {asked.id} was acknowledged as {asked.seqs} and is not in the ledger"
        elif row.shown.text != asked.text:
            yield f"message {asked.id} is stored with another text"
        elif row.state != "answered" or row.answered_by not in given:
            yield f"seq {row.shown.seq} has no answer (state {row.state})"


def _lost_effects(one: Conversation) -> Iterator[str]:
    """Promised, but not asked for; asked for, but not done; done, but no mail."""
    effects = {row.shown.seq: row.effects for row in _inbound(one)}  # they belong to the last message of a burst
    for row in one.stored:
        if row.promised and row.shown.in_reply_to is not None and not effects.get(row.shown.in_reply_to):
            yield f"answer {row.shown.seq} promises a mail that nothing will send"
    ended = [(kind, state) for row in _inbound(one) for kind, state in row.effects]
    for kind, state in ended:
        if state != "done":
            yield f"an effect {kind} ended as {state}"
    due = sum(kind != CODE and state == "done" for kind, state in ended)
    if len(_connection_mails(one)) < due:
        yield f"{due} mails were to be sent and {len(_connection_mails(one))} are in the outbox"
    codes = [row.shown.seq for row in _inbound(one) for kind, _ in row.effects if kind == CODE]
    if codes and max(codes) not in {mail.code_of for mail in one.mails}:  # one that another one replaced before it was mailed needs no mail
        yield f"the code that seq {max(codes)} needed was not mailed"


def _not_shown(one: Conversation) -> Iterator[str]:
    """In the ledger, but not in the public history as it is there; or in the history, but never brought to the client."""
    if one.shown != tuple(row.shown for row in one.stored):
        yield "the public history is not what the ledger keeps"
    last = one.stored[-1].shown.seq if one.stored else 0
    missing = last - len(set(one.received))
    if missing > 0:
        yield f"{missing} messages never reached the client"


def _doubled(one: Conversation) -> Iterator[str]:
    """Answered twice, stored twice, acknowledged with two numbers, or never sent by the customer."""
    for seq, number in Counter(answer.in_reply_to for answer in _answers(one)).items():
        if number > 1:
            yield f"seq {seq} has {number} answers"
    for seq, burst in _bursts(one).items():
        if not burst:
            yield f"answer {seq} covers nothing that another answer does not"
    for external_id, number in Counter(row.external_id for row in _inbound(one)).items():
        if number > 1:
            yield f"message {external_id} is stored {number} times"
    for asked in one.asked:
        if len(set(asked.seqs)) > 1:
            yield f"message {asked.id} was acknowledged as {sorted(set(asked.seqs))}"
    for external_id in {row.external_id for row in _inbound(one)} - {asked.id for asked in one.asked}:
        yield f"message {external_id} was never sent"


def _doubled_effects(one: Conversation) -> Iterator[str]:
    rows = 0
    for row in _inbound(one):
        rows += sum(kind != CODE for kind, _ in row.effects)
        for kind, number in Counter(kind for kind, _ in row.effects).items():
            if number > 1:
                yield f"seq {row.shown.seq} has {number} effects {kind}"
    if one.queued > rows:
        yield f"{one.queued} mails were queued for {rows} requests"
    if len(_connection_mails(one)) > rows:
        yield f"{len(_connection_mails(one))} mails went out for {rows} requests"
    attempts = {row.shown.seq: row.code_attempts for row in _inbound(one)}
    for seq, mails in Counter(mail.code_of for mail in one.mails if mail.code_of is not None).items():
        if mails > attempts.get(seq, 0):  # each attempt mails another code, of which the last is good
            yield f"{mails} codes were mailed for seq {seq} in {attempts.get(seq, 0)} attempts"


def _connection_mails(one: Conversation) -> set[str]:
    return {mail.message_id for mail in one.mails if mail.code_of is None}


def _disordered(one: Conversation) -> Iterator[str]:
    """Numbers not in the order of acknowledgement, answers not in the order of their questions, or made from other messages."""
    for before, after in pairwise(asked.seqs[0] for asked in one.asked if asked.seqs):
        if after <= before:
            yield f"seq {after} was acknowledged after {before}"
    answers = _answers(one)
    for earlier, later in pairwise(answers):
        if (later.in_reply_to or 0) < (earlier.in_reply_to or 0):
            yield f"answer {later.seq} to {later.in_reply_to} comes after answer {earlier.seq} to {earlier.in_reply_to}"
    for answer in answers:
        if answer.in_reply_to is None or answer.in_reply_to >= answer.seq:
            yield f"answer {answer.seq} comes before its question {answer.in_reply_to}"
    yield from _badly_joined(one)


def _badly_joined(one: Conversation) -> Iterator[str]:
    """An answer stands under the last of the messages that it covers, which follow each other; what was understood are their words."""
    asked = [row.shown.seq for row in _inbound(one)]
    under = {answer.seq: answer.in_reply_to for answer in _answers(one)}
    for answer, burst in _bursts(one).items():
        seqs = [row.shown.seq for row in burst]
        if not seqs:
            continue
        if under[answer] != seqs[-1] or asked[asked.index(seqs[0]) :][: len(seqs)] != seqs:
            yield f"answer {answer} to {under[answer]} covers {seqs}"
        last = burst[-1]
        said, read = _words(row.shown.text for row in burst), _words(last.understood)
        is_other = read not in _offered_to(one, seqs[-1]) if last.chose else not set(read) <= set(said) if len(burst) > 1 else read != said
        if read and is_other:
            yield f"{seqs} were answered as if they were {last.understood}"
        if any(row.understood for row in burst[:-1]):
            yield f"{seqs} were read more than once"


def _offered_to(one: Conversation, until: int) -> list[list[str]]:
    """The words that a choice may stand for: a message of before, or several that were one burst."""
    texts = [row.shown.text for row in _inbound(one) if row.shown.seq <= until]
    return [_words(texts[first:last]) for first in range(len(texts)) for last in range(first + 1, len(texts) + 1)]


def _words(texts: Iterable[str]) -> list[str]:
    """Without marks: what is left over of a burst is kept as one part, its questions set apart by a stroke."""
    return [word.strip("¿?¡!,.;:") for text in texts for word in text.split() if word != "/"]


def _badly_streamed(one: Conversation) -> Iterator[str]:
    """What the client got must be 1, 2, 3 … however often the stream broke."""
    for before, after in pairwise((0, *one.received)):
        if after != before + 1:
            yield f"the client got {after} after {before}"
    for before, after in pairwise(row.shown.seq for row in one.stored):
        if after != before + 1:
            yield f"the history goes from {before} to {after}"


def _foreign(one: Conversation) -> Iterator[str]:
    """Names of other customers in what this one reads or is sent."""
    for row in one.stored:
        if row.shown.author != "customer" and (others := strangers(row.shown.text, one.customer)):
            yield f"seq {row.shown.seq} names {sorted(others)}"
    for mail in one.mails:
        if mail.to != address(one.customer) or strangers(mail.text, one.customer):
            yield f"mail {mail.message_id} is not this customer's"
