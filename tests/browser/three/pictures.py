"""`python -m tests.browser.three.pictures FOLDER`: the chat in three browsers, at a desk and on a telephone, in light and dark, to be looked at."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.browser.site import Site, trial
from tests.browser.three import BROWSERS
from tests.browser.three.chat import Chat
from tests.browser.three.driver import DESK, PHONE, Person
from tests.support.hangs import eventually

SIZES = {"desk": DESK, "phone": PHONE}
ENTER = "(name) => { const card = [...document.querySelectorAll('button')].find((one) => one.textContent.includes(name)); card?.click(); return !!card; }"


async def main(folder: Path) -> None:
    """One of each browser, size and scheme."""
    for name, launch in BROWSERS.items():
        for scheme in ("light", "dark"):
            async with launch(dark=scheme == "dark") as browser:
                for size, pixels in SIZES.items():
                    async with trial() as site, browser.person(pixels) as person:
                        (folder / f"{name}-{size}-{scheme}.png").write_bytes(await picture(person, site))


async def picture(person: Person, site: Site) -> bytes:
    """An answer, buttons, an agent, and what could not be sent."""
    tab = await person.tab()
    await tab.goto(site.origin)
    await eventually(lambda: tab.run(ENTER, "Despacho Contable Ruiz"))
    chat = Chat(tab)
    await chat.status("En línea")
    await chat.ask("¿Se hizo mi respaldo?")
    await chat.button("SIERRA-02")
    await chat.shows("pesa 12.4 GB")
    await chat.ask("Hablar con un asesor")
    await chat.shows("Le paso tu caso")
    await site.agent_says("Hola, soy Mariana. Ya vi tu servidor, dame un momento.", "C-1003")
    await chat.count(1, ".agent")
    site.wire.offline = True
    await chat.ask("Gracias, aquí espero.")
    await chat.count(1, ".unsent")
    await chat.press("textarea")
    await tab.type("Oye, y además…")
    await chat.draft("Oye, y además…")
    return await tab.picture()


if __name__ == "__main__":
    FOLDER = Path(sys.argv[1])
    FOLDER.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(FOLDER))
