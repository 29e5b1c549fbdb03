"""The judge of the chaos test is itself judged: each kind of damage, done to a flawless run, is seen and counted as what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.chaos.check import Asked, Conversation, Mail, Shown, Stored, check
from benchmarks.chaos.desks import address, alias

KINDS = ("lost", "doubled", "disordered", "foreign")
CUSTOMER = 3


def flawless(customer: int = CUSTOMER) -> Conversation:
    """Three questions (seq 1, 3, 5; a privacy notice is 2), answered by 4, 6 and 7; the last one had a mail sent."""
    questions = {1: "¿cuándo vence mi servidor?", 3: "¿ya quedó mi pago?", 5: "mándenme el correo"}
    answers = {4: 1, 6: 3, 7: 5}
    stored = [Stored(Shown(2, "bot", "notice", None, "Aviso"))]
    for seq, text in questions.items():
        effects = (("resend_connection_mail", "done"),) if seq == 5 else ()
        by = next(answer for answer, asked in answers.items() if asked >= seq)
        read = (text,) if seq in answers.values() else ()
        stored.append(Stored(Shown(seq, "customer", "text", None, text), f"id-{seq}", "answered", by, read, effects))
    for seq, asked in answers.items():
        stored.append(Stored(Shown(seq, "bot", "answer", asked, f"{alias(customer)} …"), promised=asked == 5))
    stored.sort(key=lambda row: row.shown.seq)
    return Conversation(
        customer=customer,
        asked=tuple(Asked(f"id-{seq}", text, (seq,)) for seq, text in questions.items()),
        received=tuple(range(1, 8)),
        stored=tuple(stored),
        shown=tuple(row.shown for row in stored),
        mails=(Mail("<1@x>", address(customer), alias(customer)),),
        queued=1,
    )


def with_burst() -> Conversation:
    """The second and the third question are one burst with one answer, 7, which read them together; 6 is a notice."""

    def together(rows: list[Stored]) -> None:
        rows[2] = replace(rows[2], answered_by=7, understood=())
        rows[4] = replace(rows[4], understood=(rows[2].shown.text, rows[4].shown.text))
        rows[5] = Stored(Shown(6, "bot", "notice", 3, "Tarda"))

    return with_rows(flawless(), together)


def with_rows(one: Conversation, change: Callable[[list[Stored]], object]) -> Conversation:
    """The conversation with its ledger changed, and the public history as the changed ledger shows it."""
    rows = list(one.stored)
    change(rows)
    return replace(one, stored=tuple(rows), shown=tuple(row.shown for row in rows))


def row_changed(one: Conversation, seq: int, **values: Any) -> Conversation:
    return with_rows(one, lambda rows: rows.__setitem__(seq - 1, replace(rows[seq - 1], **values)))


def text_changed(one: Conversation, seq: int, **values: Any) -> Conversation:
    return row_changed(one, seq, shown=replace(one.stored[seq - 1].shown, **values))


def acknowledged(one: Conversation, position: int, *seqs: int) -> Conversation:
    asked = list(one.asked)
    asked[position] = replace(asked[position], seqs=seqs)
    return replace(one, asked=tuple(asked))


def swapped_acknowledgements(one: Conversation) -> Conversation:
    first, second, third = one.asked
    return replace(one, asked=(second, first, third))


def with_codes(*mails: int, attempts: int = 1) -> Conversation:
    """The first two questions needed a code each; `mails`: which of them each mail with one was for."""
    needed = (("send_code", "done"),)
    one = row_changed(row_changed(flawless(), 1, effects=needed, code_attempts=attempts), 3, effects=needed, code_attempts=attempts)
    codes = (Mail(f"<c{number}@x>", address(CUSTOMER), "123456", seq) for number, seq in enumerate(mails))
    return replace(one, mails=(*one.mails, *codes))


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (with_codes(1, 3), {}),
        (with_codes(3), {}),  # the second one came before the first was mailed, and replaced it
        (with_codes(1, 3, 3, attempts=2), {}),  # another code at each attempt
        (with_codes(1), {"lost": 1}),
        (with_codes(1, 3, 3), {"doubled": 1}),
        (with_codes(1, 3, 2), {"doubled": 1}),
    ],
    ids=["each", "replaced", "tried again", "not mailed", "twice", "for what needed none"],
)
def test_codes_are_mailed_as_often_as_they_were_tried(one: Conversation, found: dict[str, int]) -> None:
    findings = check([one])
    assert {kind: len(getattr(findings, kind)) for kind in KINDS if getattr(findings, kind)} == found


DAMAGE: dict[str, tuple[str, Callable[[Conversation], Conversation]]] = {
    "acknowledged, but not in the ledger": ("lost", lambda one: replace(one, asked=(*one.asked, Asked("id-9", "¿y?", (9,))))),
    "stored with another text": ("lost", lambda one: replace(one, asked=(replace(one.asked[0], text="otra"), *one.asked[1:]))),
    "given up": ("lost", lambda one: row_changed(one, 3, state="failed")),
    "still waiting": ("lost", lambda one: row_changed(one, 3, state="processing")),
    "called answered, but without an answer": ("lost", lambda one: text_changed(one, 6, kind="notice")),
    "a mail promised, but no effect": ("lost", lambda one: replace(row_changed(one, 5, effects=()), mails=(), queued=0)),
    "an effect that failed": ("lost", lambda one: replace(row_changed(one, 5, effects=(("resend_connection_mail", "failed"),)), mails=())),
    "done, but no mail": ("lost", lambda one: replace(one, mails=())),
    "missing from the public history": ("lost", lambda one: replace(one, shown=one.shown[:-1])),
    "never streamed to the client": ("lost", lambda one: replace(one, received=one.received[:-1])),
    "refused though it was right": ("lost", lambda one: replace(one, refused=("400",))),
    "two acknowledgements that differ": ("doubled", lambda one: acknowledged(one, 1, 3, 4)),
    "two answers to one question": (
        "doubled",
        lambda one: with_rows(one, lambda rows: rows.__setitem__(1, Stored(Shown(2, "bot", "answer", 1, "otra vez")))),
    ),
    "never sent by its customer": ("doubled", lambda one: replace(one, asked=one.asked[:-1])),
    "one request, two effects": ("doubled", lambda one: row_changed(one, 5, effects=(("resend_connection_mail", "done"),) * 2)),
    "one request, two mails queued": ("doubled", lambda one: replace(one, queued=2)),
    "one request, two different mails": (
        "doubled",
        lambda one: replace(one, mails=(*one.mails, replace(one.mails[0], message_id="<2@x>"))),
    ),
    "acknowledged in another order than numbered": ("disordered", swapped_acknowledgements),
    "a gap in the stream": ("disordered", lambda one: replace(one, received=(1, 2, 4, 3, 5, 6, 7))),
    "streamed twice": ("disordered", lambda one: replace(one, received=(1, 2, 2, 3, 4, 5, 6, 7))),
    "answered as if it were another message": ("disordered", lambda one: row_changed(one, 3, understood=("¿cuándo vence?",))),
    "another customer's server in an answer": ("foreign", lambda one: text_changed(one, 4, text=f"{alias(CUSTOMER + 1)} vence hoy")),
    "a mail to another customer": ("foreign", lambda one: replace(one, mails=(replace(one.mails[0], to=address(CUSTOMER + 1)),))),
}


CHOICES: dict[str, tuple[dict[str, int], Callable[[Conversation], Conversation]]] = {
    "took what was offered to what it said before": (
        {},
        lambda one: row_changed(one, 5, understood=(one.stored[0].shown.text,), chose=True),
    ),
    "took what was offered to a burst": (
        {},
        lambda one: row_changed(
            one, 5, understood=(" ".join(row.shown.text for row in one.stored if row.shown.seq in {1, 3}),), chose=True
        ),
    ),
    "took words that were never said together": (
        {"disordered": 1},
        lambda one: row_changed(one, 5, understood=(f"{one.stored[4].shown.text} {one.stored[0].shown.text}",), chose=True),
    ),
    "a stroke that belongs to the words": (
        {"disordered": 1},
        lambda one: row_changed(one, 1, understood=(f"/{one.stored[0].shown.text}",)),
    ),
    "took what was offered to words of nobody": (
        {"disordered": 1},
        lambda one: row_changed(one, 5, understood=("¿y la otra?",), chose=True),
    ),
    "two of its questions are left over together": (
        {},
        lambda one: row_changed(one, 5, understood=(f"{one.stored[2].shown.text} / {one.stored[4].shown.text}",)),
    ),
}


BURST_DAMAGE: dict[str, tuple[str, Callable[[Conversation], Conversation]]] = {
    "covered by no answer": ("lost", lambda one: row_changed(one, 3, answered_by=None)),
    "covered by what is no answer": ("lost", lambda one: row_changed(one, 3, answered_by=6)),
    "an answer of its own besides": ("doubled", lambda one: text_changed(one, 6, kind="answer")),
    "read twice": ("disordered", lambda one: row_changed(one, 3, understood=("¿ya quedó mi pago?",))),
    "read as something else": ("disordered", lambda one: row_changed(one, 5, understood=("¿cuándo vence?",))),
    "covered by the answer before it": ("disordered", lambda one: row_changed(one, 3, answered_by=4)),
    "a hole in it": ("disordered", lambda one: row_changed(row_changed(one, 1, answered_by=7, understood=()), 3, answered_by=4)),
}


def counts(one: Conversation) -> dict[str, int]:
    findings = check([flawless(0), one])
    return {kind: len(getattr(findings, kind)) for kind in KINDS}


def test_a_flawless_run_has_no_findings() -> None:
    assert counts(flawless()) == dict.fromkeys(KINDS, 0)
    assert not check([flawless()])


def test_a_flawless_burst_has_no_findings() -> None:
    assert counts(with_burst()) == dict.fromkeys(KINDS, 0)


@pytest.mark.parametrize("damage", BURST_DAMAGE)
def test_damage_to_a_burst_is_seen_as_what_it_is(damage: str) -> None:
    kind, done_to = BURST_DAMAGE[damage]
    assert counts(done_to(with_burst()))[kind] >= 1


@pytest.mark.parametrize("choice", CHOICES)
def test_what_is_read_of_a_burst_are_its_words_or_those_that_an_offer_went_to(choice: str) -> None:
    found, change = CHOICES[choice]
    assert counts(change(with_burst())) == {**dict.fromkeys(KINDS, 0), **found}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_seen_as_what_it_is(damage: str) -> None:
    kind, done_to = DAMAGE[damage]
    assert counts(done_to(flawless()))[kind] >= 1


def test_the_same_message_stored_twice() -> None:
    def twice(rows: list[Stored]) -> None:
        copy = rows[0]
        rows.append(replace(copy, shown=replace(copy.shown, seq=8), answered_by=9))
        rows.append(Stored(Shown(9, "bot", "answer", 8, "otra vez")))

    doubled = replace(with_rows(flawless(), twice), received=tuple(range(1, 10)))
    assert counts(doubled) == {"lost": 0, "doubled": 1, "disordered": 0, "foreign": 0}


def test_answers_that_overtake_each_other() -> None:
    def overtake(rows: list[Stored]) -> None:
        for seq, asked in ((4, 3), (6, 1)):
            rows[seq - 1] = replace(rows[seq - 1], shown=replace(rows[seq - 1].shown, in_reply_to=asked))
            rows[asked - 1] = replace(rows[asked - 1], answered_by=seq)

    assert counts(with_rows(flawless(), overtake)) == {"lost": 0, "doubled": 0, "disordered": 1, "foreign": 0}


def test_an_answer_before_its_question() -> None:
    early = with_rows(flawless(), lambda rows: rows.__setitem__(3, replace(rows[3], shown=replace(rows[3].shown, in_reply_to=5))))
    assert counts(early)["disordered"] >= 1


def test_one_lost_message_counts_once() -> None:
    gone = with_rows(flawless(), lambda rows: rows.__setitem__(5, Stored(Shown(6, "bot", "notice", 3, "No pudimos"))))
    assert counts(row_changed(gone, 3, state="failed")) == {"lost": 1, "doubled": 0, "disordered": 0, "foreign": 0}
