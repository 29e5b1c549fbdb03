"""`python -m tests.browser.three.pictures FOLDER`: the chat in three browsers, at a desk and on a telephone, in light and dark, to be looked at.

And on the worst page of `tests/browser/wild`, as it is and as it would be without the defence of its styles.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.browser.site import Site, trial
from tests.browser.three import BROWSERS
from tests.browser.three.chat import Chat
from tests.browser.three.driver import DESK, PHONE, Person
from tests.browser.wild.pages import CHAT, FILLER, HOSTS, Host
from tests.support.hangs import eventually

SIZES = {"desk": DESK, "phone": PHONE}
ENTER = "(name) => { const card = [...document.querySelectorAll('button')].find((one) => one.textContent.includes(name)); card?.click(); return !!card; }"
WORST = [
    "intranet whose star rule sets colour, spacing and height of everything",
    "theme with important rules for everything",
    "theme that centres and moves every child of the body",
]
UNDEFENDED = """const real = CSSStyleSheet.prototype.replaceSync; CSSStyleSheet.prototype.replaceSync = function (text) {
  return real.call(this, text.replace(/:host\\{[^}]*\\}/, ':host{position:fixed;inset:auto 0 0 auto;z-index:2147483000}').replace('all:initial;', '')); };"""
"""As the window would be if it only said where it is."""


async def main(folder: Path) -> None:
    """One of each browser, size and scheme, and of the worst page in each."""
    for name, launch in BROWSERS.items():
        for scheme in ("light", "dark"):
            async with launch(dark=scheme == "dark") as browser:
                for size, pixels in SIZES.items():
                    async with trial() as site, browser.person(pixels) as person:
                        (folder / f"{name}-{size}-{scheme}.png").write_bytes(await picture(person, site))
                if scheme == "light":
                    for kind, script in (("before", UNDEFENDED), ("after", "")):
                        async with trial() as site, browser.person(DESK) as person:
                            (folder / f"{name}-worst-{kind}.png").write_bytes(await worst(person, site, script))


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


async def worst(person: Person, site: Site, script: str) -> bytes:
    """Three bad style sheets at once, and an answer."""
    site.portal.user = "C-1003"
    site.portal.pages["host"] = Host(style="".join(HOSTS[name].style for name in WORST), script=script, body=FILLER * 3 + CHAT).text()
    tab = await person.tab()
    await tab.goto(f"{site.portal.origin}/wild/host")
    chat = Chat(tab)
    await chat.status("En línea")
    await chat.look(
        "(root) => [...root.querySelectorAll('.choice')].find((one) => one.textContent === '¿Cuándo vence mi servidor?').click()"
    )
    await chat.shows("periodo de gracia hasta")
    await chat.still()
    return await tab.picture()


if __name__ == "__main__":
    FOLDER = Path(sys.argv[1])
    FOLDER.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(FOLDER))
