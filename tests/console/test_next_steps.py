"""What a customer may choose besides the folio: a call at an hour of theirs, an agent in this chat. Nothing is said of it before it is written."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import texts
from bot.conversations import cases, dues, take_over, transcripts
from bot.conversations.ledger import Ledger
from tests.console.conftest import Browser
from tests.console.talk import customer, escalated
from tests.console.test_cases import moved_to, open_page, solve
from tests.gateway.client import GUARD_SECONDS, Visitor, notices

pytestmark = pytest.mark.usefixtures("seeded")
PROMISES = {
    r"te llamamos (?!al número).*, de (\d+:\d+)": "call_back",
    r"Estás en la fila": "chat",
}
"""Words that promise something, and what must be due then."""


def local(gateway, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=gateway.settings.timezone)


@pytest.fixture
def night(gateway) -> None:
    """Friday, 20:00: the line opens on Monday at 9:00."""
    moved_to(gateway, local(gateway, 27, 20))


@pytest.fixture
def noon(gateway) -> None:
    moved_to(gateway, local(gateway, 27, 12))


async def asks(gateway, one: Visitor, code: str = "4KD7WP", reason: str = "cliente_pide_asesor") -> dict[str, Any]:
    gateway.dialogue.script[f"{reason} {code}"] = escalated(code, reason)
    return await one.ask(f"{reason} {code}")


def button(message: dict[str, Any], title: str) -> str:
    return next(each["id"] for each in message["buttons"] if each["title"] == title)


async def unkept(ledger: Ledger, conversation: str) -> list[str]:
    """What we said in a conversation that promises something of which there is no row."""
    whole = await transcripts.read(ledger, conversation)
    kinds = {row.kind for row in await dues.of(ledger, conversation)}
    codes = {row.code for row in await cases.of(ledger, conversation)}
    broken = []
    for line in whole.lines:
        if line.message.author == "customer":
            continue
        said = line.message.text
        broken += [said for words, kind in PROMISES.items() if re.search(words, said) and kind not in kinds]
        broken += [said for code in re.findall(r"[Ff]olio (?:es )?([0-9A-Z]{6})\b", said) if code not in codes]
    return broken


async def test_at_night_a_call_is_offered_and_chosen(ana: Browser, gateway, ledger, night) -> None:
    async with customer(gateway, "C-1004") as one:
        told = await asks(gateway, one)
        assert "Si prefieres, te llamamos el lunes 30 de noviembre al número terminado en" in told["text"]
        titles = [each["title"] for each in told["buttons"]]
        assert titles == [f"lunes {hour}:00" for hour in range(9, 18)]
        assert all(len(title) <= 20 for title in titles), "what a channel shows of a title"
        said = await one.ask(button=button(told, "lunes 10:00"))
        assert re.fullmatch(
            r"Listo, te llamamos el lunes 30 de noviembre, de 10:00 a 10:30, al número terminado en \d{4}\. Tu folio es 4KD7WP\.",
            said["text"],
        )
        (due,) = await dues.of(ledger, one.conversation)
        assert (due.kind, due.at, due.state) == ("call_back", local(gateway, 30, 10), "open")
        assert due.phone.startswith("+52")
        assert len(gateway.dialogue.turns) == 1, "the dialogue is not asked about a button of the house"
        assert await unkept(ledger, one.conversation) == []
        await ana.sign_in("ana")
        assert "Llamadas por hacer" in ana.words
        assert "10:00 a 10:30" in ana.words
        assert f'href="tel:{due.phone}"' in ana.page
        assert "Pidió una llamada" in ana.words


async def test_a_call_is_offered_once_and_again_to_who_wishes_for_people(gateway, night) -> None:
    async with customer(gateway, "C-1004") as one:
        first = await asks(gateway, one, reason="cargo_fuera_de_plazo")
        assert len(first["buttons"]) == 9
        assert (await asks(gateway, one, reason="respaldos_fallidos"))["buttons"] == []
        assert len((await asks(gateway, one))["buttons"]) == 9


async def test_hours_that_still_stand_keep_no_chat_from_being_offered(ana: Browser, gateway, night) -> None:
    async with customer(gateway, "C-1004", "p-1") as one:
        assert len((await asks(gateway, one, reason="cargo_fuera_de_plazo"))["buttons"]) == 9
        conversation = one.conversation
    moved_to(gateway, local(gateway, 30, 10))
    await ana.sign_in("ana")
    async with customer(gateway, "C-1004", "p-1") as one:
        assert one.conversation == conversation
        async with open_page(ana, "/console/vivo"):
            told = await asks(gateway, one, reason="respaldos_fallidos")
            assert [each["title"] for each in told["buttons"]] == [texts.CHAT_BUTTON]


async def test_another_hour_replaces_the_first(gateway, ledger, night) -> None:
    async with customer(gateway, "C-1004") as one:
        told = await asks(gateway, one)
        await one.ask(button=button(told, "lunes 10:00"))
        await one.ask(button=button(told, "lunes 16:00"))
        assert [(row.state, row.at.hour) for row in await dues.of(ledger, one.conversation)] == [("cancelled", 16), ("open", 22)]
        assert "te llamamos" not in (await asks(gateway, one, "9ACDEF"))["text"], "one call is due already"


async def test_an_hour_may_be_typed(gateway, ledger, night) -> None:
    async with customer(gateway, "C-1004") as one:
        await asks(gateway, one)
        assert "de 11:00 a 11:30" in (await one.ask("la 3"))["text"]
        assert [row.at for row in await dues.of(ledger, one.conversation)] == [local(gateway, 30, 11)]


async def test_an_hour_may_be_asked_for_in_words(gateway, ledger, night) -> None:
    async with customer(gateway, "C-1004") as one:
        await asks(gateway, one)
        said = (await one.ask("no, pues que me llamen el lunes a las diez"))["text"]
        assert said.startswith("Listo, te llamamos el lunes 30 de noviembre, de 10:00 a 10:30")
        assert [row.at for row in await dues.of(ledger, one.conversation)] == [local(gateway, 30, 10)]


async def test_an_hour_may_be_typed_after_other_answers_and_changed(gateway, ledger, night) -> None:
    async with customer(gateway, "C-1004") as one:
        await asks(gateway, one)
        await one.ask("¿a qué hora es el respaldo?")
        assert "de 9:00 a 9:30" in (await one.ask("A LAS 9 EN PUNTO"))["text"]
        assert "de 16:00 a 16:30" in (await one.ask("mejor a las 4"))["text"]
        assert [(row.state, row.at) for row in await dues.of(ledger, one.conversation)] == [
            ("cancelled", local(gateway, 30, 9)),
            ("open", local(gateway, 30, 16)),
        ]


async def test_nobody_is_promised_a_call_whose_telephone_we_do_not_know(gateway, night) -> None:
    async with customer(gateway) as one:
        told = await asks(gateway, one)
        assert told["buttons"] == []
        assert "te llamamos" not in told["text"]


async def test_an_hour_that_has_come_cannot_be_chosen_any_more(gateway, ledger, night) -> None:
    async with customer(gateway, "C-1004") as one:
        moved_to(gateway, local(gateway, 30, 8, 30))
        await one.open()
        told = await asks(gateway, one)
        gateway.clock.forward(minutes=31)
        status, why = await one.send(button=told["buttons"][0]["id"]) if told["buttons"] else (409, {"error": "button_expired"})
        assert (status, why["error"]) == (409, "button_expired")
        assert await dues.of(ledger, one.conversation) == []


@pytest.mark.parametrize(("pressed", "state"), [("done", "done"), ("not_reached", "not_reached")])
async def test_what_became_of_a_call(ana: Browser, gateway, ledger, night, pressed: str, state: str) -> None:
    async with customer(gateway, "C-1004") as one:
        told = await asks(gateway, one)
        await one.ask(button=button(told, "lunes 9:00"))
        (due,) = await dues.of(ledger, one.conversation)
        gateway.clock.forward(days=2, hours=13, minutes=10)
        await ana.sign_in("ana")
        await ana.post(f"/console/llamadas/{due.id}", fue=pressed)
        assert "Llamadas por hacer" not in ana.words
        await ana.post(f"/console/llamadas/{due.id}", fue=pressed)
        assert ana.status == 409, "somebody has said so before"
        (due,) = await dues.of(ledger, one.conversation)
        assert (due.state, due.closed_by) == (state, "ana")
        whole = await transcripts.read(ledger, one.conversation)
        told_so = [line.message.text for line in whole.lines if "no logramos comunicarnos" in line.message.text]
        assert len(told_so) == (pressed == "not_reached")
        assert (whole.conversation.owed_since is None) == (pressed == "done")


async def test_a_call_is_ended_by_nothing_else(ana: Browser, gateway, night) -> None:
    await ana.sign_in("ana")
    await ana.post("/console/llamadas/1", fue="borrada")
    assert ana.status == 400
    await ana.post("/console/llamadas/999", fue="done")
    assert ana.status == 409


async def test_by_day_an_agent_in_the_chat_is_offered_only_while_one_is_there(ana: Browser, gateway, ledger, noon) -> None:
    async with customer(gateway, "C-1004") as one, customer(gateway) as other:
        async with customer(gateway, "C-1003") as early:
            assert (await asks(gateway, early))["buttons"] == [], "nobody is there"
        await ana.sign_in("ana")
        async with open_page(ana, "/console/vivo"):
            for place, (each, code) in enumerate(((one, "9ACDEF"), (other, "7HJKMN")), 1):
                told = await asks(gateway, each, code)
                assert [b["title"] for b in told["buttons"]] == [texts.CHAT_BUTTON]
                said = await each.ask(button=told["buttons"][0]["id"])
                assert f"eres el número {place}" in said["text"]
                assert await unkept(ledger, each.conversation) == []
            await ana.get("/console/cola")
            assert "Espera en el chat, lugar 1" in ana.words
            assert "Espera en el chat, lugar 2" in ana.words
            await take_over.take_over(ledger, one.conversation, "ana", gateway.clock(), timedelta(minutes=15))
            await ana.get("/console/cola")
            assert "lugar 2" not in ana.words, "who was taken waits no more"


async def test_who_presses_when_nobody_is_there_any_more_is_not_put_in_the_queue(ana: Browser, gateway, ledger, noon) -> None:
    async with customer(gateway) as one:
        await ana.sign_in("ana")
        async with open_page(ana, "/console/vivo"):
            told = await asks(gateway, one)
        gateway.clock.forward(minutes=2)
        said = await one.ask(button=told["buttons"][0]["id"])
        assert "no hay asesores en el chat" in said["text"]
        assert await dues.of(ledger, one.conversation) == []


async def test_when_the_last_agent_leaves_who_waits_is_told_and_the_case_stays(ana: Browser, gateway, ledger, noon) -> None:
    async with customer(gateway) as one:
        await ana.sign_in("ana")
        async with open_page(ana, "/console/vivo"):
            await one.ask(button=(await asks(gateway, one))["buttons"][0]["id"])
        await asyncio.sleep(0.2)
        assert notices(await one.messages()) == [], "an agent who goes from page to page has not left"
        async with asyncio.timeout(GUARD_SECONDS):
            while not (told := notices(await one.messages())):
                gateway.clock.forward(seconds=20)
                await asyncio.sleep(0.05)
        assert len(told) == 1
        assert "Tu caso 4KD7WP sigue abierto" in told[0]["text"]
        assert [row.state for row in await dues.of(ledger, one.conversation)] == ["left"]
        assert [row.state for row in await cases.of(ledger, one.conversation)] == ["open"]


async def test_a_call_for_a_case_that_was_solved_opens_it_again(ana: Browser, gateway, ledger, night) -> None:
    async with customer(gateway, "C-1004") as one:
        told = await asks(gateway, one)
        await ana.sign_in("ana")
        await solve(ana, one.conversation)
        said = await one.ask(button=button(told, "lunes 9:00"))
        assert "Tu folio es 4KD7WP" in said["text"]
        (case,) = await cases.of(ledger, one.conversation)
        assert (case.state, case.reopened) == ("open", 1)
        await ana.get("/console/cola")
        assert "4KD7WP" in ana.words
        assert 'data-count="1"' in ana.page


async def test_the_scan_finds_a_promise_without_a_record(gateway, ledger, night) -> None:
    gateway.dialogue.script["mentira"] = {**escalated("4KD7WP"), "effects": []}
    async with customer(gateway) as one:
        await one.ask("mentira")
        assert len(await unkept(ledger, one.conversation)) == 1
