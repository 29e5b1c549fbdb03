"""`python -m tests.browser.three.measures [ROUNDS]`: seconds until the seventh tab is usable, and until an answer shows although the stream froze."""

from __future__ import annotations

import asyncio
import sys
import time

from tests.browser.site import Site, trial
from tests.browser.three import BROWSERS
from tests.browser.three.chat import Chat, visit
from tests.browser.three.driver import DESK, Person

HOST = "open token-endpoint=/chat-token"


async def main(rounds: int) -> None:
    """A line for each browser: the worst of the rounds, then the median."""
    for name, launch in BROWSERS.items():
        async with launch() as browser:
            told = []
            for _ in range(rounds):
                async with trial() as site, browser.person(DESK) as person:
                    told.append(await measure(person, site))
        for what, seconds in zip(
            ("loaded and online", "first answer after that", "answer while the stream is frozen"), zip(*told, strict=True), strict=True
        ):
            print(f"{name}: seventh tab, {what}: {max(seconds):.2f} s at most, {sorted(seconds)[rounds // 2]:.2f} s in the middle")  # noqa: T201


async def measure(person: Person, site: Site) -> tuple[float, float, float]:
    """Of a seventh tab: until it is online, from there until a question is answered, and another one while the stream is frozen."""
    site.portal.user = "C-1003"
    for _ in range(6):
        await (await visit(await person.tab(), site, HOST)).status("En línea")
    tab = await person.tab()
    began = time.monotonic()
    chat = await visit(tab, site, HOST)
    await chat.status("En línea")
    online = time.monotonic()
    await answered(chat, "hola")
    usable = time.monotonic()
    site.wire.frozen = True
    await answered(chat, "¿sigues?")
    frozen = time.monotonic() - usable
    site.wire.frozen = False
    return online - began, usable - online, frozen


async def answered(chat: Chat, text: str) -> None:
    """Ask and read."""
    await chat.ask(text)
    await chat.sees(f"Recibí: {text}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
