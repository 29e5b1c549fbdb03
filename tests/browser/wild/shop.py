"""What people do, at random, at a computer that they share; no foreign words may be shown or sent.

`python -m tests.browser.wild.shop [SEQUENCES] [FIRST]` plays so many in Chromium, some at a time (a thousand take most of an hour on two cores).
The tests play a few; `tests/widget/foreign.test.mjs` plays a thousand of them, longer ones, without a browser.
"""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import sys
from typing import Any

from playwright.async_api import BrowserContext, async_playwright, expect
from sqlalchemy import select

from bot.conversations.tables import CONVERSATION, MESSAGE
from bot.resources import RESOURCES
from tests.browser.conftest import DESKTOP, FLAGS, PATIENCE
from tests.browser.desk import Chat, visit
from tests.browser.site import Site, trial
from tests.browser.wild.test_conditions import KEPT

STEPS = 9
AT_ONCE = 4
HOST = "open token-endpoint=/chat-token"
SHOWN = """() => { const root = document.querySelector('support-chat').shadowRoot;
  return root.querySelector('.log').textContent + ' ' + root.querySelector('textarea').value; }"""
MOVE = "document.querySelector('main').append(document.querySelector('support-chat'))"
ACTIONS = ["a", "b", "nobody", "write", "write", "send", "send", "offline", "online", "reload", "move", "logout", "close", "history"]


class Shop:
    """One browser at a counter; `me` names who is at it, anew each time somebody else was there."""

    def __init__(self, context: BrowserContext, site: Site, seed: int) -> None:
        self.context, self.site, self.random = context, site, random.Random(seed)
        self.people: list[tuple[str | None, str | None]] = (
            [("C-1003", None), ("C-1004", None)] if seed % 2 else [("C-1003", "ana"), ("C-1003", "beto")]
        )
        self.changes = self.said = 0
        self.did: list[str] = []
        self.chat: Chat

    @property
    def me(self) -> str:
        """A person has a name; whoever is known less well is somebody else after each change."""
        portal = self.site.portal
        return portal.person or f"{portal.user or 'visitor'}-{self.changes}"

    async def open(self) -> None:
        """A new tab."""
        self.chat = await visit(await self.context.new_page(), self.site, HOST)

    def _portal_has(self, who: tuple[str | None, str | None]) -> None:
        portal = self.site.portal
        self.changes += who != (portal.user, portal.person)
        portal.user, portal.person = who

    async def _log_in(self, who: tuple[str | None, str | None]) -> None:
        self._portal_has(who)
        await self.chat.page.reload()

    async def _write(self) -> None:
        self.said += 1
        await self.chat.box.fill(f"<{self.me}> {self.said}")

    async def step(self) -> None:
        """Something that one does."""
        action = self.random.choice(ACTIONS)
        self.did.append(action)
        logs_in = {"a": self.people[0], "b": self.people[1], "nobody": (None, None)}
        if action in logs_in:
            await self._log_in(logs_in[action])
        elif action in ("write", "send"):
            await self._write()
            if action == "send":
                await self.chat.box.press("Enter")
        else:
            await self._goes_on(action)
        await expect(self.chat.box).to_be_editable()

    async def _goes_on(self, action: str) -> None:
        page = self.chat.page
        match action:
            case "offline" | "online":
                self.site.wire.offline = action == "offline"
            case "reload":
                await page.reload()
            case "move":
                await page.evaluate(MOVE)
            case "logout":
                await page.evaluate("document.querySelector('support-chat').logout()")
                await self._log_in((None, None))
            case "close":
                await page.close()
                await self.open()
            case "history":  # to a page without the chat, where perhaps somebody logs in, and back to this one as it was
                self._portal_has(self.random.choice([*self.people, (None, None)]))
                await page.evaluate(KEPT)

    async def check(self) -> None:
        """What is seen is of whoever is here."""
        await self.chat.page.wait_for_timeout(250)
        shown = set(re.findall(r"<(.*?)>", await self.chat.page.evaluate(SHOWN)))
        assert shown <= {self.me}, (shown, self.me, self.did)

    async def check_sent(self) -> int:
        """What was sent is in its writer's own conversation; how many messages that are."""
        said = (
            select(CONVERSATION.c.id, CONVERSATION.c.desk, CONVERSATION.c.person, MESSAGE.c.text)
            .join(MESSAGE)
            .where(MESSAGE.c.author == "customer")
        )
        rows: list[Any] = await self.site._app[RESOURCES].ledger.read(lambda connection: list(connection.execute(said)))
        writers: dict[str, set[str]] = {}
        for conversation, desk, person, text in rows:
            writer = re.findall(r"<(.*?)>", text)[0]
            assert (writer.rpartition("-")[0] == (desk or "visitor")) if person is None else writer == person, self.did
            writers.setdefault(conversation, set()).add(writer)
        assert all(len(names) == 1 for names in writers.values()), (writers, self.did)
        return len(rows)


async def play(context: BrowserContext, site: Site, seed: int) -> int:
    """One sequence; how many messages were sent in it."""
    shop = Shop(context, site, seed)
    await shop.open()
    for _ in range(STEPS):
        await shop.step()
        await shop.check()
    site.wire.offline = False
    await shop.chat.page.evaluate("window.dispatchEvent(new Event('online'))")
    await shop.chat.status("En línea")
    await shop.check()
    return await shop.check_sent()


async def main(sequences: int, first: int) -> None:
    """Play them; an AssertionError tells what was done when foreign words were seen."""
    expect.set_options(timeout=PATIENCE)
    seeds, sent = iter(range(first, first + sequences)), 0
    async with async_playwright() as playwright:
        path = shutil.which("chromium") or "/usr/bin/chromium"
        browser = await playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)

        async def one_after_another() -> None:
            nonlocal sent
            for seed in seeds:
                async with trial() as site, await browser.new_context(viewport=DESKTOP) as context:
                    sent += await play(context, site, seed)

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(one_after_another())
        await browser.close()
    print(f"{sequences} sequences, {sent} messages sent, 0 foreign words shown or sent")  # noqa: T201


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    asyncio.run(main(given[0] if given else 1000, given[1] if len(given) > 1 else 1))
