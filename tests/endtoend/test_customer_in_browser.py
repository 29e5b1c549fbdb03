"""A customer opens the portal, asks in the widget, and reads the right dates: real processes, real browser, desktop and phone."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page, expect

from bot import clock
from bot.rules import format as words
from bot.rules.calendar import BusinessCalendar
from bot.settings import load_settings
from harness.up import Up
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desk import Chat

NewContext = Callable[..., Awaitable[BrowserContext]]
ANSWER_MILLISECONDS = 30_000
SIZES = [pytest.param({"viewport": DESKTOP}, id="desktop"), pytest.param({"viewport": PHONE, "has_touch": True}, id="phone")]


def calendar() -> BusinessCalendar:
    settings = load_settings({"DEMO": "1"})
    return BusinessCalendar(settings.timezone, settings.extra_holidays)


async def enter(context: BrowserContext, up: Up, customer: str) -> tuple[Page, Chat]:
    page = await context.new_page()
    await page.goto(up.url)
    await page.get_by_text(customer).first.click()
    chat = Chat(page)
    await expect(chat.box).to_be_visible(timeout=ANSWER_MILLISECONDS)
    return page, chat


async def reads(chat: Chat, text: str) -> None:
    await expect(chat.log.get_by_text(text).last).to_be_visible(timeout=ANSWER_MILLISECONDS)


@pytest.mark.parametrize("size", SIZES)
async def test_a_customer_in_grace_reads_until_when(up: Up, new_context: NewContext, size: dict) -> None:
    page, chat = await enter(await new_context(**size), up, "Despacho Contable Ruiz")
    today = calendar().local_date(clock.now())
    await chat.ask("oigan cuando vence mi servidor")
    await reads(chat, words.long_date(today - timedelta(days=2), today))
    await reads(chat, f"mañana, {words.long_date(today + timedelta(days=1), today)}")
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("size", SIZES)
async def test_a_customer_with_a_bank_charge_reads_its_window(up: Up, new_context: NewContext, size: dict) -> None:
    _, chat = await enter(await new_context(**size), up, "Refaccionaria del Norte")
    days = calendar()
    today = days.local_date(clock.now())
    charged = days.add_business_days(today, -1)
    await chat.ask("xq no me yega el correo dl server si ya pague x banco")
    for expected in (charged, days.add_business_days(charged, 2), days.add_business_days(charged, 3)):
        await reads(chat, words.long_date(expected, today))


async def test_a_message_sent_while_the_dialogue_is_dead_is_answered_once(up: Up, new_context: NewContext) -> None:
    page, chat = await enter(await new_context(), up, "Abarrotes La Esperanza")
    await chat.ask("hola")
    await reads(chat, "¡Hola, Abarrotes La Esperanza!")
    up.child("bot.dialogue").send_signal(signal.SIGKILL)
    await chat.ask("se hizo mi respaldo anoche?")
    answer = chat.log.get_by_text("El último respaldo de ESPERANZA-01")
    await expect(answer).to_have_count(1, timeout=90_000)
    await page.reload()
    await expect(chat.log.get_by_text("se hizo mi respaldo anoche?")).to_have_count(1, timeout=ANSWER_MILLISECONDS)
    await expect(answer).to_have_count(1)
    assert any("dialogue was ended by SIGKILL; starting it again" in line for line in up.lines)


async def test_buttons_choose_a_server_and_the_choice_is_remembered(up: Up, new_context: NewContext) -> None:
    _, chat = await enter(await new_context(), up, "Consultores Sierra")
    await chat.ask("reenvíame el correo con los datos de conexión")
    await chat.button("SIERRA-02").click()
    await reads(chat, "Estoy reenviando los datos de conexión de SIERRA-02")
