"""A customer who writes one thought as several messages: the widget says that more is being typed, and one answer comes."""

from __future__ import annotations

import asyncio
import shutil

import pytest_asyncio
from playwright.async_api import expect

from tests.browser.desk import visit
from tests.browser.site import running
from tests.support.hangs import eventually


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path, prepared):
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    async with running(tmp_path, BURST_SECONDS="3") as whole:
        whole.dialogue.openings.update(("hola", "mi server"))
        yield whole


def signs(site) -> int:
    return site.wire.calls.count("POST /webchat/typing")


async def until_put_back(site, turns: int) -> None:
    await eventually(lambda: len(site.dialogue.turns) >= turns)

    async def waits() -> bool:
        talk = await site.conversation()
        return talk.gathers_until is not None and talk.lease_until is None

    await eventually(waits)


async def test_a_burst_is_typed_and_answered_once(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    await chat.box.press_sequentially("hola")
    assert signs(site) == 0  # nothing waits for an answer yet: nobody needs to know
    await chat.box.press("Enter")
    await until_put_back(site, 1)
    before = (await site.conversation()).ready_at
    await expect(chat.log.locator(".typing")).to_have_count(1)
    await chat.box.press_sequentially("mi server", delay=20)
    await eventually(lambda: signs(site) == 1)  # nine keys, one sign

    async def prolonged() -> bool:
        return (await site.conversation()).ready_at > before

    await eventually(prolonged)
    await chat.box.press("Enter")
    await until_put_back(site, 2)
    await chat.ask("cuando vence")
    for words in ("Recibí: hola", "mi server", "cuando vence"):
        await expect(chat.log.locator(".bot")).to_contain_text(words)
    await expect(chat.log.locator(".typing")).to_have_count(0)
    await expect(chat.log.locator(".bot")).to_have_count(1)
    assert [len(turn["messages"]) for turn in site.dialogue.turns] == [1, 2, 3]


async def test_a_question_is_answered_at_once_and_nothing_is_told_of_typing_then(page, site):
    chat = await visit(page, site)
    await chat.ask("¿ya?")
    await chat.sees("Recibí: ¿ya?")
    await chat.box.press_sequentially("y otra")
    await asyncio.sleep(0.3)
    assert signs(site) == 0


async def test_a_greeting_alone_is_answered(page, site):
    chat = await visit(page, site)
    await chat.ask("hola")
    await expect(chat.log.locator(".typing")).to_have_count(1)
    await chat.sees("Recibí: hola")
    assert [turn["may_wait"] for turn in site.dialogue.turns] == [True, False]
