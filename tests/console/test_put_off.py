"""A case that is put off comes back when its time has come, and earlier where its customer or a promise needs it."""

from __future__ import annotations

import pytest

from bot.conversations import dues
from tests.console.conftest import Browser
from tests.console.talk import customer, escalated
from tests.console.test_cases import FRIDAY_NOON, moved_to, queue, solve
from tests.console.test_next_steps import local
from tests.console.test_work import send, take

pytestmark = pytest.mark.usefixtures("seeded")


async def put_off(browser: Browser, talk: str, when: str) -> None:
    await browser.get(f"/console/conversaciones/{talk}")
    await browser.post(f"/console/conversaciones/{talk}/posponer", cuando=when)


async def test_until_its_time_comes(ana: Browser, gateway, ledger) -> None:
    moved_to(gateway, FRIDAY_NOON)
    await ana.sign_in("ana")
    gateway.dialogue.script["una persona"] = escalated("4KD7WP")
    async with customer(gateway, "C-1004") as one:
        await one.ask("una persona")
        await take(ana, one.conversation)
        await send(ana, one.conversation)
        await put_off(ana, one.conversation, "el siguiente día hábil")
        assert "Pospuesto hasta lunes 30 de noviembre, 9:00" in ana.words
        words = await queue(ana)
        assert "1 pospuesto" in words
        assert "abierto hace" not in words
        moved_to(gateway, local(gateway, 30, 9, 1))
        await ana.sign_in("ana")
        assert "Pospuesto hasta 9:00" in await queue(ana)
        assert "abierto hace" in ana.words
        await solve(ana, one.conversation)
        assert [row.state for row in await dues.of(ledger, one.conversation)] == ["done"]


async def test_who_writes_meanwhile_is_not_kept_waiting(ana: Browser, gateway) -> None:
    gateway.dialogue.script["una persona"] = escalated("4KD7WP")
    async with customer(gateway, "C-1004") as one:
        await one.ask("una persona")
        await take(ana, one.conversation)
        await send(ana, one.conversation)
        await put_off(ana, one.conversation, "tres días hábiles")
        assert "1 pospuesto" in await queue(ana)
        await one.send("¿y bien?")
        assert "abierto hace" in await queue(ana)


async def test_a_promise_about_to_break_is_not_put_off(ana: Browser, gateway) -> None:
    moved_to(gateway, FRIDAY_NOON)
    await ana.sign_in("ana")
    gateway.dialogue.script["una persona"] = escalated("4KD7WP")
    async with customer(gateway, "C-1004") as one:
        await one.ask("una persona")
        await put_off(ana, one.conversation, "tres días hábiles")
        assert "1 pospuesto" in await queue(ana)
        gateway.clock.forward(minutes=50)
        await ana.sign_in("ana")
        assert "abierto hace" in await queue(ana)


async def test_it_is_taken_back_and_nothing_else_is_a_time(ana: Browser, gateway) -> None:
    gateway.dialogue.script["una persona"] = escalated("4KD7WP")
    async with customer(gateway, "C-1004") as one:
        await one.ask("una persona")
        await put_off(ana, one.conversation, "una hora")
        await put_off(ana, one.conversation, "")
        assert "pospuesto" not in await queue(ana)
        await put_off(ana, one.conversation, "nunca")
        assert ana.status == 400
    await ana.get("/console/cola")
    await ana.post(f"/console/conversaciones/{'0' * 32}/posponer", cuando="una hora")
    assert ana.status == 404
