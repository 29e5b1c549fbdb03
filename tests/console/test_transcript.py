"""The list and the page of a conversation: what stands there, and what can be found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.console import audit
from bot.conversations import feedback
from bot.conversations.tables import MESSAGE
from harness.dialogue import reply, result
from tests.console.conftest import Browser
from tests.console.talk import READING, customer, escalated, say, understood

pytestmark = pytest.mark.usefixtures("seeded")
WHEN = "¿cuándo se vence mi server?"
LIVE = result(reply("Vence el 2 de diciembre.", readings=[READING]), understood=[understood(text=WHEN)])


async def test_a_page_says_what_was_understood_and_from_which_live_value(ana: Browser, gateway, ledger) -> None:
    talk = await say(gateway, WHEN, "C-1002", result=LIVE)
    await ana.get(f"/console/conversaciones/{talk}")
    assert ana.status == 200
    for words in (
        WHEN, "Vence el 2 de diciembre.", "81 %", "Respondió", "Perdieron:", "12 %", "Vence, HIDALGO-01 miércoles 2 de diciembre",
        "action_x", "C-1002", "Identificado por el portal", "Responde el asistente.",
    ):  # fmt: skip
        assert words in ana.words, words
    assert ("vista", talk) in [(row.what, row.conversation) for row in await audit.newest(ledger)]


async def test_a_message_that_its_customer_edited_or_deleted_is_marked(ana: Browser, gateway, ledger) -> None:
    talk = await say(gateway, WHEN, "C-1002", result=LIVE)
    for column, words in (("edited_at", "lo editó"), ("revoked_at", "lo eliminó")):
        assert words not in ana.words
        changed = update(MESSAGE).where(MESSAGE.c.conversation_id == talk, MESSAGE.c.author == "customer").values({column: gateway.clock()})
        await ledger.write(lambda connection, changed=changed: connection.execute(changed))
        await ana.get(f"/console/conversaciones/{talk}")
        assert words in ana.words


async def test_what_does_not_exist_is_not_found(ana: Browser) -> None:
    for path in ("/console/conversaciones/" + "0" * 32, "/console/conversaciones/x", "/console/nada"):
        await ana.get(path)
        assert ana.status == 404


async def test_an_empty_console_says_so(ana: Browser) -> None:
    await ana.get("/console/conversaciones")
    assert "Todavía no hay conversaciones" in ana.words
    await ana.get("/console/conversaciones?cliente=C-1002")
    assert "Ninguna conversación cumple" in ana.words
    await ana.get("/console/cola")
    assert "No hay casos abiertos" in ana.words
    async with customer(gateway_of(ana)) as one:
        await ana.get(f"/console/conversaciones/{one.conversation}")
        assert "todavía no escribe" in ana.words


def gateway_of(browser: Browser):
    return browser.gateway


@pytest.fixture(autouse=True)
def known_gateway(ana: Browser, gateway) -> None:
    ana.gateway = gateway


@pytest.fixture
async def three(ana: Browser, gateway, ledger) -> dict[str, str]:
    """A visitor who was not understood, a customer with live values whom ana had, and one with a case who found the answer bad."""
    refused = result(reply("No entendí."), understood=[understood("refused", None)])
    talks = {
        "visitor": await say(gateway, "asdf qwer", result=refused),
        "live": await say(gateway, WHEN, "C-1002", result=LIVE),
        "case": await say(gateway, "quiero una persona", "C-1004", result=escalated("4KD7WP")),
    }
    answer = select(MESSAGE.c.id).where(MESSAGE.c.conversation_id == talks["case"], MESSAGE.c.kind == "answer")
    assert await feedback.note(ledger, await ledger.read(lambda connection: connection.scalar(answer)), -1, "button", gateway.clock())
    await ana.get(f"/console/conversaciones/{talks['live']}")
    await ana.post(f"/console/conversaciones/{talks['live']}/tomar")
    await ana.post(f"/console/conversaciones/{talks['live']}/devolver")
    return talks


def listed(browser: Browser, talks: dict[str, str]) -> set[str]:
    return {name for name, talk in talks.items() if f"/console/conversaciones/{talk}" in browser.page}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"visitor", "live", "case"}),
        ("canal=web", {"visitor", "live", "case"}),
        ("canal=whatsapp", set()),
        ("cliente=c-1002", {"live"}),
        ("tema=consultar_suscripcion", {"live"}),
        ("decision=refused", {"visitor"}),
        ("estado=escalated", {"case"}),
        ("estado=waiting", set()),
        ("estado=agent", set()),
        ("q=VENCÉ", {"live"}),
        ("q=vence+server", {"live"}),
        ("q=personas", {"case"}),
        ("q=folio", {"case"}),
        ("q=inexistente", set()),
        ("cliente=C-1002&decision=refused", set()),
        ("desde=2020-01-01", {"visitor", "live", "case"}),
        ("hasta=2020-01-01T10:00", set()),
        ("estado=banana&desde=ayer", {"visitor", "live", "case"}),
        ("certeza=high", {"visitor", "live", "case"}),
        ("certeza=low", set()),
        ("opinion=bad", {"case"}),
        ("asesor=ana", {"live"}),
        ("asesor=nadie", set()),
        ("largo=few", {"visitor", "live", "case"}),
        ("largo=many", set()),
        ("asesor=ana&largo=few&certeza=high&q=vence", {"live"}),
        ("asesor=ana&opinion=bad", set()),
        ("certeza=1&opinion=x&largo=%27&asesor=%27%3B--", set()),
    ],
)
async def test_filters(ana: Browser, three, query: str, found: set[str]) -> None:
    await ana.get(f"/console/conversaciones?{query}")
    assert ana.status == 200
    assert listed(ana, three) == found
    assert ("No entendí: estado, desde" in ana.words) == ("banana" in query)
    assert ("No entendí: certeza, opinion, largo" in ana.words) == ("certeza=1" in query)


async def test_dates_are_mexicos(ana: Browser, gateway) -> None:
    talk = await say(gateway, "hola")
    local = gateway.clock().astimezone(gateway.settings.timezone).replace(second=0, microsecond=0)
    for since, there in ((local - timedelta(minutes=1), True), (local + timedelta(minutes=2), False)):
        await ana.get(f"/console/conversaciones?desde={since:%Y-%m-%dT%H:%M}")
        assert (talk in ana.page) == there


async def test_pages_follow_on_each_other_without_gap_or_repetition(ana: Browser, gateway, monkeypatch) -> None:
    monkeypatch.setattr("bot.conversations.listing.find.__defaults__", (None, 2))
    talks = [await say(gateway, f"hola {number}") for number in range(5)]
    seen: list[str] = []
    path = "/console/conversaciones"
    for _ in range(3):
        await ana.get(path)
        seen += [talk for talk in reversed(talks) if talk in ana.page]
        following = [part for part in ana.page.split('href="') if "antes=" in part.split('"')[0]]
        path = following[0].split('"')[0].replace("&amp;", "&") if following else ""
    assert seen == talks[::-1]
    assert path == ""


@pytest.mark.parametrize(
    "words", ["'", '"', "%", "_", "*", "NEAR(", "a OR b", "'; DROP TABLE message; --", "¿?", "-", "x" * 10_000, "\x00", "^", ":", '("']
)
async def test_no_words_break_the_search(ana: Browser, three, words: str) -> None:
    for name in ("q", "cliente", "etiqueta", "tema", "canal", "decision", "antes"):
        async with ana.http.get(ana.base + "/console/conversaciones", params={name: words}) as response:
            assert response.status in {200, 400}, name
            assert response.status == 200 or len(words) > 8000
    await ana.get("/console/conversaciones")
    assert listed(ana, three) == set(three)


EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"


async def test_nothing_a_customer_writes_becomes_markup(ana: Browser, gateway, ledger) -> None:
    answer = result(
        reply(EVIL, readings=[{**READING, "value": EVIL, "server": EVIL}]), understood=[understood(text=EVIL, intent=EVIL[:60])]
    )
    talk = await say(gateway, EVIL, "C-1002", result={**answer, "effects": escalated("4KD7WP", EVIL, EVIL)["effects"]})
    await ana.get(f"/console/conversaciones/{talk}")
    await ana.post(f"/console/conversaciones/{talk}/notas", nota=EVIL)
    await ana.post(f"/console/conversaciones/{talk}/etiquetas", etiqueta=EVIL)
    await ana.post("/console/plantillas", titulo=EVIL, texto=EVIL)
    pages = [f"/console/conversaciones/{talk}", "/console/conversaciones?q=script", "/console/cola", "/console/plantillas"]
    pages += [f"/console/conversaciones/{talk}/lineas?despues=0", "/console/conversaciones?q=%3Cscript%3Ealert(1)%3C/script%3E"]
    for path in pages:
        await ana.get(path)
        assert ana.status == 200, path
        assert "alert" in ana.page, path
        assert "<script>" not in ana.page, path
        assert "<img src=x" not in ana.page, path


async def test_a_long_conversation_shows_its_end_first(ana: Browser, gateway, monkeypatch) -> None:
    monkeypatch.setattr("bot.console.transcript.NEWEST", 4)
    async with customer(gateway) as one:
        for number in range(4):
            await one.ask(f"pregunta {number}")
    await ana.get(f"/console/conversaciones/{one.conversation}")
    assert "pregunta 0" not in ana.words
    assert "pregunta 3" in ana.words
    await ana.get(f"/console/conversaciones/{one.conversation}?todo=1")
    assert "pregunta 0" in ana.words
