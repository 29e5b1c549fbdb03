"""What an agent wants said later goes out at its time, once; and not where it may not be right any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from bot.console import agents, audit, texts
from bot.conversations import cases, dues, people, take_over
from bot.conversations.ledger import new_id
from bot.conversations.tables import DUE, MESSAGE, WEB_SESSION
from tests.console.conftest import Browser
from tests.console.talk import customer, escalated
from tests.console.test_alerts import heard
from tests.console.test_cases import FRIDAY_NOON, moved_to, queue
from tests.console.test_next_steps import local
from tests.console.test_work import send, take, token
from tests.gateway.client import GUARD_SECONDS, Visitor

pytestmark = pytest.mark.usefixtures("seeded")
WORDS = "Hola de nuevo:\nya quedó tu factura."
MONDAY = "2026-11-30T09:00"


async def plan(browser: Browser, talk: str, when: str = MONDAY, words: str = WORDS, **changed: str) -> None:
    await browser.get(f"/console/conversaciones/{talk}")
    fields = {"texto": words, "mensaje": token(browser), "cuando": when, **changed}
    await browser.post(f"/console/conversaciones/{talk}/programar", **fields)


async def states(ledger, talk: str) -> list[str]:
    return [row.state for row in await dues.of(ledger, talk) if row.kind == "later"]


async def messages(ledger) -> list[Any]:
    query = select(MESSAGE).order_by(MESSAGE.c.seq)
    return await ledger.read(lambda connection: list(connection.execute(query)))


async def said(ledger) -> list[str]:
    """What agents said; the customer's session may be over by then."""
    return [message.text for message in await messages(ledger) if message.author == "agent"]


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(3 * GUARD_SECONDS):
        while not await happened():  # noqa: ASYNC110 - the worker tells nobody
            await asyncio.sleep(0.02)


async def until_said(ledger, *words: str) -> None:
    async def happened() -> bool:
        return await said(ledger) == list(words)

    await until(happened)


async def until_held_back(ledger, talk: str) -> None:
    async def happened() -> bool:
        return await states(ledger, talk) == ["held_back"]

    await until(happened)
    assert await said(ledger) == []


@pytest.fixture
async def noon(gateway, ana: Browser) -> None:
    """Friday, 12:00."""
    moved_to(gateway, FRIDAY_NOON)
    await ana.sign_in("ana")


@pytest.fixture
async def one(gateway, noon: None):
    """A customer with an open case."""
    gateway.dialogue.script["una persona"] = escalated("4KD7WP")
    async with customer(gateway, "C-1004", "p-1") as someone:
        await someone.ask("una persona")
        yield someone


async def later_on(gateway, browser: Browser) -> None:
    """It is Monday, a little after nine."""
    moved_to(gateway, local(gateway, 30, 9, 1))
    await browser.sign_in("ana")


async def test_it_goes_out_at_its_time_and_once(ana: Browser, start, gateway, ledger, one: Visitor) -> None:
    await start(clock=gateway.clock)  # another gateway looks at the same ledger
    await take(ana, one.conversation)
    assert f'value="{MONDAY}" min="2026-11-27T12:0' in ana.page, "the line's next opening is offered"
    await plan(ana, one.conversation)
    assert "Se enviará: lunes 30 de noviembre, 9:00 , de ana" in ana.words
    assert WORDS in ana.page
    assert "Programar" not in ana.words
    assert "Se responde 30 nov, 9:00" in await queue(ana)
    await ana.get(f"/console/conversaciones/{one.conversation}")
    await ana.post(f"/console/conversaciones/{one.conversation}/devolver")
    assert await said(ledger) == []
    await later_on(gateway, ana)
    await until_said(ledger, WORDS)
    await ana.get(f"/console/conversaciones/{one.conversation}")
    assert "Se enviará" not in ana.words
    assert await states(ledger, one.conversation) == ["done"]
    assert "Se responde" not in await queue(ana)
    done = [row.detail for row in await audit.newest(ledger) if row.what == "respuesta"]
    assert done == [f"programada, mensaje {(await messages(ledger))[-1].seq}", "programada para 2026-11-30 09:00"]
    assert await said(ledger) == [WORDS]


async def test_who_wrote_meanwhile_is_read_first(ana: Browser, gateway, ledger, one: Visitor) -> None:
    await take(ana, one.conversation)
    await plan(ana, one.conversation)
    await ana.post(f"/console/conversaciones/{one.conversation}/devolver")
    await one.send("olvídenlo, ya la encontré")
    await later_on(gateway, ana)
    await until_held_back(ledger, one.conversation)
    assert "abierto hace" in await queue(ana)
    assert "No se envió lo que programaste para C-1004" in [alert["text"] for alert in (await heard(ana))["alerts"]]
    await take(ana, one.conversation)
    assert "No se envió lo que programó ana" in ana.words
    (due,) = [row for row in await dues.of(ledger, one.conversation) if row.kind == "later"]
    await ana.post(f"/console/conversaciones/{one.conversation}/programada", id=str(due.id))
    assert f"{WORDS}</textarea>" in ana.page
    assert "No se envió" not in ana.words
    assert [alert for alert in (await heard(ana))["alerts"] if "programaste" in alert["text"]] == []
    await send(ana, one.conversation, WORDS)
    assert await said(ledger) == [WORDS]


async def test_thanks_hold_nothing_back(ana: Browser, gateway, ledger, one: Visitor) -> None:
    await take(ana, one.conversation)
    await plan(ana, one.conversation)
    await one.send("muchas gracias")
    await later_on(gateway, ana)
    await until_said(ledger, WORDS)


async def test_who_has_the_conversation_by_then_is_not_talked_over(ana: Browser, gateway, ledger, one: Visitor) -> None:
    await take(ana, one.conversation)
    await plan(ana, one.conversation)
    monday = local(gateway, 30, 9, 1)
    await take_over.hand_back(ledger, one.conversation, "ana")
    await take_over.take_over(ledger, one.conversation, "beto", monday, timedelta(minutes=15))
    await later_on(gateway, ana)
    await until_held_back(ledger, one.conversation)


async def test_a_removed_agent_says_nothing_later_and_somebody_else_owes_it(ana: Browser, gateway, ledger, noon: None) -> None:
    async with customer(gateway, "C-1004", "p-1") as one:
        await one.ask("hola")
        await take(ana, one.conversation)
        await plan(ana, one.conversation)
        assert await cases.waiting(ledger) == []
        await agents.remove(ledger, "ana", gateway.clock())
        assert await states(ledger, one.conversation) == ["held_back"]
        assert [each.conversation_id for each in await cases.waiting(ledger)] == [one.conversation], "it is in the queue of all"


async def test_held_back_words_stay_until_something_else_is_said(ana: Browser, beto: Browser, gateway, ledger, one: Visitor) -> None:
    await beto.sign_in("beto")
    await take(ana, one.conversation)
    await plan(ana, one.conversation)
    here, (due,) = f"/console/conversaciones/{one.conversation}", await dues.of(ledger, one.conversation)
    await ana.post(f"{here}/devolver")
    for _ in range(2):  # who does not have it, and a page that was loaded again
        await ana.post(f"{here}/programada", id=str(due.id))
        assert (ana.status, await states(ledger, one.conversation)) == (200, ["held_back"])
    await take(beto, one.conversation)
    assert WORDS in beto.page
    await send(beto, one.conversation, "Un momento.")
    await beto.get(here)
    assert WORDS in beto.page, "they are ana's"
    await beto.post(f"{here}/devolver")
    await take(ana, one.conversation)
    await send(ana, one.conversation, "Ya quedó.")
    assert WORDS not in ana.page
    assert [(row.state, row.text) for row in await dues.of(ledger, one.conversation)] == [("cancelled", None)]


async def test_what_is_planned_anew_replaces_what_was_held_back(ana: Browser, gateway, ledger, one: Visitor) -> None:
    await take(ana, one.conversation)
    for words in ("Una.", "Otra."):
        await plan(ana, one.conversation, words=words)
        await agents_words_are_held_back(ledger)
    assert len([alert for alert in (await heard(ana))["alerts"] if "programaste" in alert["text"]]) == 1
    assert [(row.state, row.text) for row in await dues.of(ledger, one.conversation)] == [("cancelled", None), ("held_back", "Otra.")]


async def agents_words_are_held_back(ledger) -> None:
    held = DUE.update().where(DUE.c.state == "open", DUE.c.kind == "later").values(state="held_back")
    await ledger.write(lambda connection: connection.execute(held))


@pytest.mark.parametrize("deed", ["answers", "closes the case"])
async def test_what_another_agent_settled_meanwhile_is_not_said_again(
    ana: Browser, beto: Browser, gateway, ledger, one: Visitor, deed: str
) -> None:
    await beto.sign_in("beto")
    await take(ana, one.conversation)
    await plan(ana, one.conversation)
    await ana.post(f"/console/conversaciones/{one.conversation}/devolver")
    await take(beto, one.conversation)
    if deed == "answers":
        await send(beto, one.conversation, "Ya quedó.")
    else:
        await beto.post(f"/console/conversaciones/{one.conversation}/casos", folio="4KD7WP")
    await beto.post(f"/console/conversaciones/{one.conversation}/devolver")
    assert await states(ledger, one.conversation) == ["held_back"]
    assert "No se envió lo que programaste para C-1004" in [alert["text"] for alert in (await heard(ana))["alerts"]]


async def test_nothing_is_planned_for_after_a_visitor_can_read_it(ana: Browser, gateway, ledger, noon: None) -> None:
    async with customer(gateway, "C-1004") as one:
        await one.ask("hola")
        await take(ana, one.conversation)
        assert "Este visitante puede leer aquí hasta" in ana.words
        await plan(ana, one.conversation)
        assert (ana.status, await states(ledger, one.conversation)) == (400, [])
        assert texts.LATER_SESSION in ana.words
        await plan(ana, one.conversation, "2026-11-27T20:00")
        assert await states(ledger, one.conversation) == ["open"]
        over = WEB_SESSION.update().values(revoked_at=gateway.clock())
        await ledger.write(lambda connection: connection.execute(over))
        gateway.clock.forward(hours=9)
        await until_held_back(ledger, one.conversation)
        assert [each.conversation_id for each in await cases.waiting(ledger)] == [one.conversation]
        await ana.sign_in("ana")
        await take(ana, one.conversation)
        assert "Terminó la sesión de este visitante" in ana.words


async def test_whether_somebody_wrote_meanwhile_is_told_by_no_clock(ana: Browser, gateway, ledger, one: Visitor) -> None:
    await take(ana, one.conversation)
    await plan(ana, one.conversation)
    await ana.post(f"/console/conversaciones/{one.conversation}/devolver")
    await one.send("olvídenlo, ya la encontré")
    behind = MESSAGE.update().where(MESSAGE.c.text == "olvídenlo, ya la encontré").values(at=gateway.clock() - timedelta(hours=1))
    await ledger.write(lambda connection: connection.execute(behind))
    await later_on(gateway, ana)
    await until_held_back(ledger, one.conversation)


async def test_what_cannot_be_stored_is_left_out_of_every_form(ana: Browser, ledger, one: Visitor) -> None:
    await take(ana, one.conversation)
    await plan(ana, one.conversation, words="Ya\x00 quedó.")
    assert [row.text for row in await dues.of(ledger, one.conversation)] == ["Ya quedó."]
    await ana.post(f"/console/conversaciones/{one.conversation}/responder", texto="\x00", mensaje="c" * 32)
    assert (ana.status, texts.EMPTY in ana.words) == (400, True)


@pytest.mark.parametrize(
    "when", ["", "mañana", "2026-11-27T11:59", "2026-12-28T12:00", "2026-11-30T09:00+00:00", "2026-11-30", "9" * 300, "2026-02-30T09:00"]
)
async def test_an_hour_that_is_none_is_refused_and_the_text_stays(ana: Browser, ledger, one: Visitor, when: str) -> None:
    await take(ana, one.conversation)
    await plan(ana, one.conversation, when)
    assert ana.status == 400
    assert texts.LATER_WHEN in ana.words
    assert f"{WORDS}</textarea>" in ana.page
    assert await states(ledger, one.conversation) == []


@pytest.mark.parametrize(("words", "mark"), [("  ", None), ("x" * 4097, None), ("hola", "no-es-un-id")])
async def test_what_cannot_be_said_now_cannot_be_said_later(ana: Browser, ledger, one: Visitor, words: str, mark: str | None) -> None:
    await take(ana, one.conversation)
    await plan(ana, one.conversation, words=words, **({} if mark is None else {"mensaje": mark}))
    assert ana.status == 400
    assert f"{words}</textarea>" in ana.page
    assert await states(ledger, one.conversation) == []


async def test_only_who_has_the_conversation_and_one_at_a_time(ana: Browser, beto: Browser, gateway, ledger, one: Visitor) -> None:
    await beto.sign_in("beto")
    await take(ana, one.conversation)
    here, mark = f"/console/conversaciones/{one.conversation}/programar", token(ana)
    await beto.get(f"/console/conversaciones/{one.conversation}")
    await beto.post(here, texto=WORDS, mensaje="a" * 32, cuando=MONDAY)
    assert (beto.status, await states(ledger, one.conversation)) == (409, [])
    assert texts.NOT_TAKEN in beto.words
    for _ in range(2):
        await ana.post(here, texto=WORDS, mensaje=mark, cuando=MONDAY)
        assert ana.status == 200
    await ana.post(here, texto="Otra cosa.", mensaje="b" * 32, cuando=MONDAY)
    assert ana.status == 409
    assert texts.LATER_ANOTHER in ana.words
    assert "Otra cosa.</textarea>" in ana.page
    assert await states(ledger, one.conversation) == ["open"]
    await send(ana, one.conversation, "Ya.")
    (sent,) = [row.id for row in await messages(ledger) if row.author == "agent"]
    await beto.get(f"/console/conversaciones/{one.conversation}")
    (due,) = [row for row in await dues.of(ledger, one.conversation) if row.kind == "later"]
    await beto.post(f"/console/conversaciones/{one.conversation}/programada", id=str(due.id), descartar="1")
    assert (beto.status, await states(ledger, one.conversation)) == (200, ["cancelled"])
    await beto.post(f"/console/conversaciones/{one.conversation}/programada", id=str(due.id))
    assert beto.status == 409
    for wrong in ("", "x", "9" * 10):
        await beto.get(f"/console/conversaciones/{one.conversation}")
        await beto.post(f"/console/conversaciones/{one.conversation}/programada", id=wrong)
        assert beto.status == 400
    await ana.post(here, texto="Ya.", mensaje=sent, cuando=MONDAY)
    assert (ana.status, await states(ledger, one.conversation)) == (200, ["cancelled"]), "it was sent already"
    await later_on(gateway, ana)
    await asyncio.sleep(0.5)  # twenty looks of the worker
    assert await said(ledger) == ["Ya."]


async def test_on_whatsapp_no_later_than_its_window_is_open(ana: Browser, gateway, ledger, noon: None) -> None:
    wrote_at = gateway.clock() - timedelta(hours=20)

    def person(connection: Connection) -> str:
        talk = people.find_or_make(connection, "whatsapp", [people.Address("+525510001004", "5215510001004")], wrote_at)
        row = {"id": new_id(), "conversation_id": talk, "seq": 0, "author": "customer", "kind": "text", "text": "hola", "at": wrote_at}
        row |= {"channel": "whatsapp", "scope": "106000000000001", "external_id": "wamid.1", "state": "answered", "level": 0, "attempts": 0}
        connection.execute(insert(MESSAGE), {**row, "sent_at": wrote_at})
        return talk

    talk = await ledger.write(person)
    await take(ana, talk)
    assert "WhatsApp permite responder hasta hoy, viernes 27 de noviembre, 16:0" in ana.words
    await plan(ana, talk)
    assert ana.status == 400
    assert texts.LATER_WINDOW in ana.words
    assert await states(ledger, talk) == []
    await plan(ana, talk, "2026-11-27T15:30")
    assert await states(ledger, talk) == ["open"]
    gateway.clock.forward(hours=5)  # nobody was there to say it at half past three
    await until_held_back(ledger, talk)
    assert [each.conversation_id for each in await cases.waiting(ledger)] == [talk]
    await ana.sign_in("ana")
    await take(ana, talk)
    assert "WhatsApp ya no permite responderle" in ana.words
    await send(ana, talk, "Tarde.")
    assert ana.status == 409
    assert texts.WINDOW_OVER in ana.words
    assert "Tarde.</textarea>" in ana.page
    assert "Tarde." not in await said(ledger)
