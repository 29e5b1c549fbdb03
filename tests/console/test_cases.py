"""Cases keep what was promised: somebody answers in time, whoever writes again is heard, and what nobody asks for any more ends."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.console.promises import Promises
from bot.conversations import cases, presence
from tests.console.conftest import Browser
from tests.console.talk import customer, escalated, say
from tests.console.test_work import send, take
from tests.gateway.client import GUARD_SECONDS

pytestmark = pytest.mark.usefixtures("seeded")
FRIDAY_NOON = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
"""12:00 in Mexico; the line is open from 9:00 to 18:00."""


def moved_to(gateway, moment: datetime) -> None:
    gateway.clock.ahead += moment - gateway.clock()


async def solve(browser: Browser, talk: str, code: str = "4KD7WP") -> None:
    await browser.get(f"/console/conversaciones/{talk}")
    await browser.post(f"/console/conversaciones/{talk}/casos", folio=code)
    assert browser.status == 200


async def queue(browser: Browser) -> str:
    await browser.get("/console/cola")
    return browser.words


@asynccontextmanager
async def open_page(browser: Browser, path: str):
    """What an open page does: listen."""
    async with browser.http.get(browser.base + path, headers={"Accept": "text/event-stream"}) as stream:
        assert stream.status == 200
        await stream.content.readuntil(b"\n\n")
        yield stream


async def until_said(browser: Browser, words: str, *, said: bool = True) -> None:
    async with asyncio.timeout(GUARD_SECONDS):
        while (words in await queue(browser)) is not said:  # noqa: ASYNC110 - the page tells nobody
            await asyncio.sleep(0.02)


async def test_the_clock_counts_the_hours_of_the_line(gateway) -> None:
    def at(hour: int, minute: int, day: int = 27) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=gateway.settings.timezone)

    def promises(now: datetime) -> Promises:
        return Promises(gateway.settings, now)

    since = at(17, 30)  # Friday, half an hour before the line closes: the other half is Monday's
    assert promises(since).due(since) == at(9, 30, 30)
    assert promises(at(17, 40)).words(since) == "Responder el lunes 30 de noviembre a las 9:30"
    assert (promises(at(12, 0, 28)).urgency(since), promises(at(9, 16, 30)).urgency(since)) == ("", "warn")
    assert promises(at(9, 16, 30)).words(since) == "Quedan 14 min"
    assert (promises(at(11, 0, 30)).words(since), promises(at(11, 0, 30)).urgency(since)) == ("Tarde por 1 h 30 min", "bad")
    assert promises(at(12, 0)).words(at(11, 50)) == "Quedan 50 min"
    assert promises(at(21, 0)).due(at(20, 0)) == at(10, 0, 30), "asked in the evening"


async def test_what_is_about_to_break_stands_first(ana: Browser, gateway) -> None:
    moved_to(gateway, FRIDAY_NOON)
    old = await say(gateway, "una persona", "C-1004", result=escalated("4KD7WP"))
    gateway.clock.forward(minutes=20)
    await say(gateway, "otra persona", "C-1002", result=escalated("9ACDEF"))
    await ana.sign_in("ana")
    await take(ana, old)
    await send(ana, old)
    gateway.clock.forward(minutes=25)
    await ana.sign_in("ana")
    words = await queue(ana)
    assert re.findall(r'badge code">(\w+)<', ana.page) == ["9ACDEF", "4KD7WP"], "who was answered waits no more"
    assert "Quedan 34 min" in words or "Quedan 35 min" in words
    assert words.count("Quedan") == 1
    assert 'data-count="1"' in ana.page


async def test_thanks_owe_nothing_and_a_question_does(ana: Browser, gateway) -> None:
    async with customer(gateway, "C-1004") as one:
        await one.ask("hola")
        await take(ana, one.conversation)
        await send(ana, one.conversation)
        await one.send("¡muchas gracias!")
        assert "Espera tu respuesta" not in await queue(ana)
        await one.send("¿y mi respaldo?")
        assert "Espera tu respuesta" in await queue(ana)
        await ana.get(f"/console/conversaciones/{one.conversation}")
        await ana.post(f"/console/conversaciones/{one.conversation}/casos")
        assert "Espera tu respuesta" not in await queue(ana), "an agent said that nothing is owed"


async def test_what_an_agent_left_behind_stays_in_the_queue(ana: Browser, gateway) -> None:
    async with customer(gateway, "C-1004") as one:
        await one.ask("hola")
        await take(ana, one.conversation)
        await one.send("¿y mi respaldo?")
        await ana.get(f"/console/conversaciones/{one.conversation}")
        await ana.post(f"/console/conversaciones/{one.conversation}/devolver")
    words = await queue(ana)
    assert "sin caso" in words
    assert "Quedan" in words or "Responder" in words


async def test_who_writes_again_has_the_case_opened_again(ana: Browser, gateway, ledger) -> None:
    gateway.dialogue.script["una persona"] = escalated("4KD7WP")
    async with customer(gateway, "C-1004") as one:
        await one.ask("una persona")
        await solve(ana, one.conversation)
        await one.ask("gracias")
        assert "No hay casos abiertos" in await queue(ana)
        await one.ask("sigue sin abrir")
        words = await queue(ana)
        assert "4KD7WP" in words
        assert "Volvió a escribir" in words
        (case,) = await cases.of(ledger, one.conversation)
        assert (case.state, case.reopened, case.closed_by) == ("open", 1, None)
        await solve(ana, one.conversation)
        await one.ask("otra vez sigue sin abrir")
        assert "Volvió a escribir 2 veces" in await queue(ana)


async def test_long_after_it_was_settled_a_question_is_another_one(ana: Browser, gateway, ledger) -> None:
    gateway.dialogue.script["una persona"] = escalated("4KD7WP")
    async with customer(gateway, "C-1004") as one:
        await one.ask("una persona")
        await solve(ana, one.conversation)
    gateway.clock.forward(days=4)
    await say(gateway, "¿cuánto cuesta?", "C-1004")
    (case,) = await cases.of(ledger, one.conversation)
    assert (case.state, case.closed_by, case.reopened) == ("solved", "ana", 0)


async def test_a_folio_that_went_to_another_case_is_not_taken_from_it(ana: Browser, gateway, ledger) -> None:
    gateway.dialogue.script["una persona"] = escalated("4KD7WP")
    async with customer(gateway, "C-1004") as one:
        await one.ask("una persona")
        await solve(ana, one.conversation)
        await say(gateway, "otra persona", "C-1002", result=escalated("4KD7WP"))
        await one.ask("sigue sin abrir")
        (case,) = await cases.of(ledger, one.conversation)
    assert case.state == "open"
    assert case.code != "4KD7WP"


async def test_a_case_that_nobody_asks_for_any_more_expires(ana: Browser, gateway, ledger) -> None:
    talk = await say(gateway, "una persona", "C-1004", result=escalated("4KD7WP"))
    gateway.clock.forward(days=8)
    assert await cases.expire(ledger, gateway.clock()) == [], "a person's answer is owed, however long it takes"
    await ana.sign_in("ana")
    await take(ana, talk)
    await send(ana, talk)
    await ana.post(f"/console/conversaciones/{talk}/devolver")
    assert await cases.expire(ledger, gateway.clock() + timedelta(days=6)) == []
    assert await cases.expire(ledger, gateway.clock() + timedelta(days=8)) == [talk]
    (case,) = await cases.of(ledger, talk)
    assert (case.state, case.closed_by) == ("expired", None)
    await ana.get(f"/console/conversaciones/{talk}")
    assert "vencido sin más mensajes" in ana.words


async def test_who_is_there_and_who_looks(ana: Browser, beto: Browser, gateway, ledger) -> None:
    talk = await say(gateway, "una persona", "C-1004", result=escalated("4KD7WP"))
    assert "En línea: nadie" in await queue(ana)
    async with open_page(beto, f"/console/vivo?conversacion={talk}"), open_page(ana, "/console/vivo"):
        words = await queue(ana)
        assert "En línea: ana, beto" in words
        assert "La ve beto" in words
        await ana.get(f"/console/conversaciones/{talk}")
        assert "También la ve: beto" in ana.words
    await until_said(ana, "En línea: nadie")


async def test_a_page_whose_gateway_died_is_gone_after_a_while(gateway, ledger) -> None:
    now = gateway.clock()
    await presence.seen(ledger, "a" * 32, "ana", None, now)
    assert await presence.on_line(ledger, now + timedelta(seconds=40)) == ["ana"]
    assert await presence.on_line(ledger, now + timedelta(seconds=46)) == []
    await presence.forget(ledger, now + timedelta(seconds=46))
    assert await presence.on_line(ledger, now) == []


async def test_the_queue_moves_only_when_it_looks_otherwise(ana: Browser, gateway) -> None:
    async with open_page(ana, "/console/vivo") as stream, customer(gateway) as one:
        for _ in range(5):
            await one.ask("hola")
        gateway.dialogue.script["una persona"] = escalated("4KD7WP")
        await one.ask("una persona")
        heard = []
        async with asyncio.timeout(GUARD_SECONDS):
            while "event: moved" not in heard:
                heard.append((await stream.content.readline()).decode().strip())
        async with asyncio.timeout(GUARD_SECONDS):
            heard += [(await stream.content.readline()).decode().strip() for _ in range(40)]  # signs of life go on
    assert heard.count("event: moved") == 1
