"""What a person does with the chat, by what every browser can be told: a place to click, keys, and a look at the page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.site import Site
from tests.browser.three.driver import ENTER, Tab
from tests.support.hangs import eventually

INSIDE = "(...given) => { const root = (%s)?.querySelector('support-chat')?.shadowRoot; return root ? (%s)(root, ...given) : null; }"
SPOT = """(root, selector, name) => {
  const named = (node) => name === null || (node.getAttribute('aria-label') ?? node.textContent).trim() === name;
  const node = [...root.querySelectorAll(selector)].find((one) => one.getClientRects().length && !one.disabled && named(one));
  node?.scrollIntoView({ block: 'nearest' });
  const box = node?.getBoundingClientRect();
  const spot = box && { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  if (!spot || !node.contains(root.elementFromPoint(spot.x, spot.y))) return null;
  const frame = node.ownerDocument.defaultView.frameElement?.getBoundingClientRect() ?? { x: 0, y: 0 };
  return { x: spot.x + frame.x, y: spot.y + frame.y };
}"""
"""Where to click; null while it is not there, cannot be pressed, or something lies upon it."""
TEXTS = "(root, text) => [...root.querySelectorAll('.log *')].filter((node) => node.textContent.trim() === text && !node.children.length).length"
"""How many elements hold just this text."""
AXE = """async (tags) => { if (!window.axe) { %s }
  const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary ?? ''}`)); }"""


class Chat:
    """The chat of a tab; `where` it is looked for: in the page, or in what JavaScript finds there."""

    def __init__(self, tab: Tab, where: str = "document") -> None:
        self.tab, self.where = tab, where

    async def look(self, function: str, *given: Any) -> Any:
        """What this function of the chat's root tells; None while there is no chat."""
        return await self.tab.run(INSIDE % (self.where, function), *given)

    async def becomes(self, wanted: Any, function: str, *given: Any) -> None:
        """Wait until the function tells this."""
        told = None

        async def so() -> bool:
            nonlocal told
            told = await self.look(function, *given)
            return told == wanted

        try:
            await eventually(so)
        except TimeoutError:
            raise AssertionError(f"{wanted!r} was awaited, {told!r} is there: {function} {given}") from None

    async def press(self, selector: str, name: str | None = None) -> None:
        """Click it as soon as it stands still."""
        await self.tab.click(**await self.spot(selector, name))

    async def spot(self, selector: str, name: str | None = None) -> dict[str, float]:
        """Where it stands still."""
        before: dict[str, float] | None = None

        async def still() -> bool:
            nonlocal before
            last, before = before, await self.look(SPOT, selector, name)
            return before is not None and before == last

        await eventually(still)
        assert before is not None
        return before

    async def button(self, name: str) -> None:
        """Click the button that is called so."""
        await self.press("button", name)

    async def ask(self, text: str) -> None:
        """Type and press Enter."""
        await self.press("textarea")
        await self.tab.type(text + ENTER)

    async def sees(self, text: str, times: int = 1) -> None:
        """The conversation shows this text exactly so many times."""
        await self.becomes(times, TEXTS, text)

    async def shows(self, words: str) -> None:
        """The conversation has these words somewhere."""
        await self.becomes(True, "(root, words) => root.querySelector('.log').textContent.includes(words)", words)

    async def status(self, words: str) -> None:
        """The header says so."""
        await self.becomes(words, "(root) => root.querySelector('.status').textContent")

    async def count(self, number: int, selector: str) -> None:
        """So many of these are shown."""
        await self.becomes(
            number, "(root, which) => [...root.querySelectorAll(which)].filter((node) => node.getClientRects().length).length", selector
        )

    async def still(self) -> None:
        """The window has come in: before that it has no colours and no place to judge."""
        await self.becomes(0, "(root) => root.querySelector('.panel').getAnimations().length")

    async def draft(self, text: str) -> None:
        """The box holds this."""
        await self.becomes(text, "(root) => root.querySelector('textarea').value")

    async def texts(self) -> list[str]:
        """The bubbles in the order of the page, with their author."""
        return await self.look("(root) => [...root.querySelectorAll('.bubble')].map((node) => node.textContent)")

    async def axe_findings(self, tags: list[str]) -> list[str]:
        """What axe-core finds on the page, one line each."""
        return await self.tab.run(AXE % AXE_SCRIPT, tags)


async def visit(tab: Tab, site: Site, attributes: str = "open") -> Chat:
    """Open a company's page with the chat on it."""
    await tab.goto(f"{site.portal.origin}/host?{urlencode({'attributes': attributes})}")
    return Chat(tab)
