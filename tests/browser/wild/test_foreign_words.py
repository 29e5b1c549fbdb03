"""The random sequences of tests/widget/foreign.test.mjs in a real browser, fewer and shorter: no foreign words shown or sent."""

from __future__ import annotations

import random
import re

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from bot.conversations.tables import CONVERSATION, MESSAGE
from bot.resources import RESOURCES
from tests.browser.desk import Chat, visit

STEPS = 9
HOST = "open token-endpoint=/chat-token"
SHOWN = """() => { const root = document.querySelector('support-chat').shadowRoot;
  return root.querySelector('.log').textContent + ' ' + root.querySelector('textarea').value; }"""
MOVE = "document.querySelector('main').append(document.querySelector('support-chat'))"


class Shop:
    """One browser at a counter; `me` names who is at it, anew each time somebody else was there."""

    def __init__(self, context, site, seed: int) -> None:
        self.context, self.site, self.random = context, site, random.Random(seed)
        self.people = [("C-1003", None), ("C-1004", None)] if seed % 2 else [("C-1003", "ana"), ("C-1003", "beto")]
        self.changes = self.said = 0
        self.did: list[str] = []
        self.chat: Chat

    @property
    def me(self) -> str:
        portal = self.site.portal
        return portal.person or f"{portal.user or 'visitor'}-{self.changes}"

    async def open(self) -> None:
        self.chat = await visit(await self.context.new_page(), self.site, HOST)

    async def log_in(self, who: tuple[str | None, str | None]) -> None:
        portal = self.site.portal
        self.changes += who != (portal.user, portal.person)
        portal.user, portal.person = who
        await self.chat.page.reload()

    async def write(self) -> None:
        self.said += 1
        await self.chat.box.fill(f"<{self.me}> {self.said}")

    async def step(self) -> None:
        action = self.random.choice(
            ["a", "b", "nobody", "write", "write", "send", "send", "offline", "online", "reload", "move", "logout", "close"]
        )
        self.did.append(action)
        page = self.chat.page
        match action:
            case "a" | "b":
                await self.log_in(self.people[action == "b"])
            case "nobody":
                await self.log_in((None, None))
            case "write":
                await self.write()
            case "send":
                await self.write()
                await self.chat.box.press("Enter")
            case "offline" | "online":
                self.site.wire.offline = action == "offline"
            case "reload":
                await page.reload()
            case "move":
                await page.evaluate(MOVE)
            case "logout":
                await page.evaluate("document.querySelector('support-chat').logout()")
                await self.log_in((None, None))
            case "close":
                await page.close()
                await self.open()
        await expect(self.chat.box).to_be_editable()

    async def check(self) -> None:
        await self.chat.page.wait_for_timeout(250)
        shown = set(re.findall(r"<(.*?)>", await self.chat.page.evaluate(SHOWN)))
        assert shown <= {self.me}, (shown, self.me, self.did)


@pytest.mark.parametrize("seed", range(10))
async def test_no_foreign_words(new_context, site, seed):
    shop = Shop(await new_context(), site, seed)
    await shop.open()
    for _ in range(STEPS):
        await shop.step()
        await shop.check()
    site.wire.offline = False
    await shop.chat.page.evaluate("window.dispatchEvent(new Event('online'))")
    await shop.chat.status("En línea")
    await shop.check()
    said = (
        select(CONVERSATION.c.id, CONVERSATION.c.desk, CONVERSATION.c.person, MESSAGE.c.text)
        .join(MESSAGE)
        .where(MESSAGE.c.author == "customer")
    )
    rows = await site._app[RESOURCES].ledger.read(lambda connection: list(connection.execute(said)))
    writers: dict[str, set[str]] = {}
    for conversation, desk, person, text in rows:
        writer = re.findall(r"<(.*?)>", text)[0]
        assert writer.rpartition("-")[0] == (desk or "visitor") if person is None else writer == person, shop.did
        writers.setdefault(conversation, set()).add(writer)
    assert all(len(names) == 1 for names in writers.values()), (writers, shop.did)
