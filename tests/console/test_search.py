"""Search, list, cases and figures say the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import delete, or_, text, update

from bot.console import audit, marks
from bot.console.overview import FRESH, RecentFigures
from bot.conversations import cases, feedback, figures, listing, search, sessions, take_over
from bot.conversations.listing import Wanted
from bot.conversations.tables import MESSAGE
from bot.errors import NotYours
from bot.identity.identity import ANONYMOUS
from bot.protocol.turn import Ranked, TurnResult, Understood
from tests.conversations_ledger.conftest import NOON, Desk, desk, ledger, open_ledger, told, url

__all__ = ["desk", "ledger", "open_ledger", "url"]

PAIRS = [
    ("facturación", "facturacion"), ("contraseña", "contrasena"), ("respaldó", "respaldo"), ("renovación", "renovaciones"), ("pagué", "pague"),
    ("crédito", "creditos"), ("débito", "debito"), ("vigencía", "vigencias"), ("conexión", "conexion"), ("suscripción", "suscripcion"),
    ("teléfono", "telefonos"), ("número", "numero"), ("mañana", "manana"), ("días", "dia"), ("también", "tambien"),
    ("sesión", "sesion"), ("instalación", "instalacion"), ("servidor", "servidores"), ("licencia", "licencias"), ("usuario", "usuarios"),
    ("cargo", "cargos"), ("tarjeta", "tarjetas"), ("archivo", "archivos"), ("correo", "correos"), ("público", "publico"),
    ("RFC", "rfc"), ("NIÑO", "nino"), ("cámbialo", "cambialo"), ("pingüino", "pinguino"), ("última", "ultima"),
]  # fmt: skip


async def found(ledger, words: str) -> set[str]:
    return {row.text for row in (await listing.find(ledger, Wanted(words=words))).rows}


async def test_thirty_words_are_found_in_both_spellings(ledger, desk) -> None:
    missed = []
    for one, another in PAIRS:
        for written, sought in ((one, another), (another, one)):
            text = f"necesito {written} por favor"
            await desk.say(text)
            if text not in await found(ledger, sought):
                missed.append((written, sought))
    assert missed == []


async def test_what_is_changed_or_deleted_is_found_no_more(ledger, desk) -> None:
    await desk.say("mi clave secreta")
    changed = update(MESSAGE).where(MESSAGE.c.text == "mi clave secreta")
    await ledger.write(lambda connection: connection.execute(changed.values(text="(borrado)")))
    assert await found(ledger, "secreta") == set()
    assert await found(ledger, "borrado") == {"(borrado)"}
    await ledger.write(lambda connection: connection.execute(delete(MESSAGE).where(MESSAGE.c.text == "(borrado)")))
    assert await found(ledger, "borrado") == set()


async def test_the_rare_and_the_common_are_found_in_a_large_ledger(ledger, desk, monkeypatch) -> None:
    monkeypatch.setattr(search, "RECENT", 4)
    monkeypatch.setattr(search, "MOST_MATCHES", 3)
    await desk.ask("una pregunta rara")
    old = update(MESSAGE).where(MESSAGE.c.text == "una pregunta rara").values(at=NOON - timedelta(days=300))
    await ledger.write(lambda connection: connection.execute(old))
    for number in range(6):
        await desk.ask(f"mi factura {number}")
    await ledger.write(lambda connection: connection.execute(text("ANALYZE")))
    assert await found(ledger, "rara") == {"una pregunta rara"}
    assert await found(ledger, "facturas") == {"mi factura 5"}
    assert await found(ledger, "pregunta factura") == set()
    await desk.say("esto espera")
    assert await found(ledger, "espera") == {"esto espera"}


@pytest.mark.parametrize("words", ["'", '"', "%", "*", "a AND", "NEAR(a b)", "¿?", "", "x" * 10_000, "-vence", "(((", "\x00", "😀", "ﬁ"])
async def test_any_words_may_be_sought(ledger, desk, words: str) -> None:
    await desk.say("vence")
    assert await found(ledger, words) <= {"vence"}


async def test_the_list_filters_alike(ledger, desk) -> None:
    await desk.ask("¿y mi factura?")
    every = [
        Wanted(channel="web"), Wanted(desk="C-1009"), Wanted(intent="faq_factura"), Wanted(decision="answered"), Wanted(words="facturas"),
        Wanted(since=NOON), Wanted(until=NOON),
    ]  # fmt: skip
    none = [
        Wanted(channel="whatsapp"), Wanted(desk="C-1"), Wanted(intent="x"), Wanted(decision="refused"), Wanted(words="respaldo"), Wanted(state="failed"),
        Wanted(state="waiting"), Wanted(state="agent"), Wanted(escalated=True), Wanted(since=NOON + timedelta(seconds=1)),
        Wanted(until=NOON - timedelta(seconds=1)), Wanted(also=[marks.tagged("x")]), Wanted(also=[marks.corrected()]),
    ]  # fmt: skip
    for wanted in every:
        page = await listing.find(ledger, wanted)
        assert [(row.desk, row.text, row.messages, row.decisions) for row in page.rows] == [
            ("C-1009", "¿y mi factura?", 2, frozenset({"answered"}))
        ], wanted
    for wanted in none:
        assert (await listing.find(ledger, wanted)).rows == (), wanted


def read_as(decision: str, *confidences: float) -> TurnResult:
    """An answer to something that was understood with these probabilities."""
    parts = (Understood("x", decision, "faq_factura", (Ranked("faq_factura", sure), Ranked("x", 0.1)), (), "text") for sure in confidences)
    return msgspec.structs.replace(told("Listo."), understood=tuple(parts))


@pytest.fixture
async def kinds(ledger, desk) -> dict[str, str]:
    """Conversations in which everything that can be filtered differs."""
    unsure, half, sure = [Desk(ledger, await sessions.begin(ledger, ANONYMOUS, timedelta(hours=1), NOON)) for _ in range(3)]
    nothing = msgspec.structs.replace(told("Listo."), understood=(Understood("x", "refused", None, (), (), "text"),))
    await desk.ask("una", nothing)
    await unsure.ask("otra", read_as("refused", 0.31))
    for number in range(3):
        await half.ask(f"media {number}", read_as("asked", 0.5, 0.9))
    for number in range(10):
        await sure.ask(f"segura {number}", read_as("answered", 0.8))
    assert await feedback.note(ledger, (sure.conversation, 2), -1, "button", NOON)
    assert await feedback.note(ledger, (half.conversation, 2), 1, "button", NOON)
    assert await feedback.note(ledger, (unsure.conversation, 2), -1, "button", NOON)
    assert await feedback.note(ledger, (unsure.conversation, 2), 0, "button", NOON + timedelta(seconds=1)), "taken back"
    await take_over.take_over(ledger, half.conversation, "ana", NOON, timedelta(minutes=15))
    await audit.note(ledger, "toma", "ana", "::1", NOON, sure.conversation)
    await audit.note(ledger, "vista", "ana", "::1", NOON, unsure.conversation)
    await audit.note(ledger, "toma", "beto", "::1", NOON, unsure.conversation)
    return {"none": desk.conversation, "unsure": unsure.conversation, "half": half.conversation, "sure": sure.conversation}


@pytest.mark.parametrize("rare", [0, listing.RARE])
async def test_how_sure_how_good_whose_and_how_long(ledger, kinds, monkeypatch, rare: int) -> None:
    monkeypatch.setattr(listing, "RARE", rare)
    ana, beto = audit.had_by("ana"), audit.had_by("beto")
    for wanted, names in (
        (Wanted(sureness="low"), {"unsure"}),
        (Wanted(sureness="middle"), {"half"}),
        (Wanted(sureness="high"), {"half", "sure"}),
        (Wanted(disliked=True), {"sure"}),
        (Wanted(length="few"), {"none", "unsure"}),
        (Wanted(length="some"), {"half"}),
        (Wanted(length="many"), {"sure"}),
        (Wanted(also=[ana]), {"half", "sure"}),
        (Wanted(also=[beto]), {"unsure"}),
        (Wanted(also=[audit.had_by("x' OR 1=1 --")]), set()),
        (Wanted(sureness="high", disliked=True, length="many", also=[ana], channel="web", decision="answered", words="segura"), {"sure"}),
        (Wanted(sureness="high", length="some", also=[ana]), {"half"}),
        (Wanted(sureness="low", also=[ana]), set()),
        (Wanted(sureness="middle", disliked=True), set()),
    ):
        page = await listing.find(ledger, wanted)
        assert {name for name, talk in kinds.items() if talk in {row.id for row in page.rows}} == names, wanted
    seen, place = [], None
    for _ in range(4):
        page = await listing.find(ledger, Wanted(also=[or_(ana, beto)]), place, 1)
        seen += [row.id for row in page.rows]
        place = page.after
        if place is None:
            break
    assert sorted(seen) == sorted(talk for name, talk in kinds.items() if name != "none"), "each once, a page at a time"


async def test_an_agents_words_and_the_hand_back(ledger, desk) -> None:
    shift = timedelta(minutes=15)
    await take_over.take_over(ledger, desk.conversation, "ana", NOON, shift)
    assert [row.id for row in await cases.held_by(ledger, ["ana"], NOON)] == [desk.conversation]
    said = await take_over.say(ledger, desk.conversation, "ana", "Hola", "a" * 32, NOON, shift)
    assert (said.seq, said.author, said.kind, said.text) == (1, "agent", "text", "Hola")
    assert await take_over.say(ledger, desk.conversation, "ana", "Hola", "a" * 32, NOON, shift) is None
    with pytest.raises(take_over.Conflict):
        await take_over.say(ledger, desk.conversation, "beto", "Hola", "b" * 32, NOON, shift)
    with pytest.raises(take_over.Taken, match="taken"):
        await take_over.take_over(ledger, desk.conversation, "beto", NOON, shift)
    await take_over.hand_back(ledger, desk.conversation, "ana", ("Sigue el asistente.", NOON))
    page = await listing.find(ledger, Wanted())
    assert (page.rows[0].owner, page.rows[0].messages) == ("bot", 2), "a message that was written twice took no place"
    with pytest.raises(NotYours):
        await cases.close(ledger, desk.conversation, "4KD7WP", "ana", NOON)


async def test_figures_are_counted_by_the_hour(ledger, desk) -> None:
    await desk.ask("una")
    await desk.ask("otra")
    counted = await figures.since(ledger, NOON - timedelta(days=1))
    assert dict(counted.hours) == {(NOON, "answered"): 2}
    assert dict(counted.topics) == {("faq_factura", "answered"): 2}
    assert (counted.sittings, counted.settled) == (1, 1)


async def test_figures_are_counted_once_for_who_asks_within_seconds(ledger, desk) -> None:
    recent, since = RecentFigures(), NOON - timedelta(days=1)
    await desk.ask("una")
    assert (await recent.since(ledger, since, NOON)).sittings == 1
    await desk.ask("otra")

    async def questions(moment, now) -> int:
        return sum((await recent.since(ledger, moment, now)).topics.values())

    assert await questions(since, NOON + FRESH / 2) == 1
    assert await questions(since - timedelta(days=6), NOON + FRESH / 2) == 2, "another period"
    assert await questions(since, NOON + FRESH) == 2
    await desk.ask("y otra")
    assert await questions(since, NOON) == 3, "the clock was set back"
