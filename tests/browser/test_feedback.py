"""A thumb beneath an answer: by mouse and keyboard, kept with the answer, taken back, and never silently lost."""

from __future__ import annotations

from playwright.async_api import expect
from sqlalchemy import select

from bot.conversations.tables import FEEDBACK
from bot.resources import RESOURCES
from tests.browser.desk import visit
from tests.support.hangs import eventually


async def kept(site) -> list[tuple[int, str]]:
    rows = await site._app[RESOURCES].ledger.read(lambda connection: list(connection.execute(select(FEEDBACK.c.value, FEEDBACK.c.source))))
    return [tuple(row) for row in rows]


async def test_a_thumb_is_kept_changed_and_taken_back(page, site):
    chat = await visit(page, site)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    good, bad = chat.button("Me sirvió").first, chat.button("No me sirvió")
    await expect(good).to_have_count(1)  # beneath the answer only: neither the notice nor the customer has any
    for press, value in ((good, 1), (bad, -1), (bad, 0)):
        await press.click()

        async def stored(value=value):
            return await kept(site) == [(value, "button")]

        await eventually(stored)
        await expect(press).to_have_attribute("aria-pressed", str(value != 0).lower())


async def test_with_the_keyboard_and_after_a_reload(page, site):
    chat = await visit(page, site)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await chat.button("No me sirvió").focus()
    await page.keyboard.press("Space")
    await expect(chat.button("No me sirvió")).to_have_attribute("aria-pressed", "true")
    await eventually(lambda: "POST /webchat/feedback" in site.wire.calls)
    await page.reload()
    await expect(chat.button("No me sirvió")).to_have_attribute("aria-pressed", "true")


async def test_a_thumb_that_cannot_be_kept_says_so(page, site):
    chat = await visit(page, site)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    site.wire.fail("/webchat/feedback", 503)
    await chat.button("No me sirvió").click()
    await expect(chat.panel.get_by_role("alert")).to_contain_text("No pude guardar tu opinión")
    await expect(chat.button("No me sirvió")).to_have_attribute("aria-pressed", "false")
