"""`python -m tests.browser.console_pictures FOLDER`: the pictures of docs/console.md, taken anew at 1366 × 768 and on a telephone."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import Connection, insert, select

from bot import clock
from bot.console import marks
from bot.console.surges import SURGE
from bot.conversations.tables import DELIVERY, MESSAGE
from bot.resources import RESOURCES
from bot.settings import Secret
from tests.browser.conftest import FLAGS
from tests.browser.console import LOST, add_agent, fill, sign_in
from tests.browser.site import Site, trial

SIZES = {"": {"viewport": {"width": 1366, "height": 768}}, "-telefono": {"viewport": {"width": 390, "height": 844}, "is_mobile": True}}
PAGES = ("cola", "conversaciones", "conversacion", "revision", "publicar", "correcciones", "plantillas", "resumen", "auditoria", "cuenta")


async def main(folder: Path) -> None:
    """Fill a site, sign in, and take every page at every size."""
    async with trial() as site, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        await add_agent(site, "ana", "supervisor")
        talks = await fill(site)
        await site._app[RESOURCES].ledger.write(_surge_and_costs)
        secret = ""
        for suffix, options in SIZES.items():
            context = await browser.new_context(**options, locale="es-MX", timezone_id="America/Mexico_City")
            page = await context.new_page()
            await page.goto(f"{site.wire.gateway}/console/")
            await page.screenshot(path=folder / f"console-entrar{suffix}.png")
            await sign_in(page, site, "ana")
            if not secret:
                await page.screenshot(path=folder / f"console-segundo-factor{suffix}.png")
                secret = re.search(r"[A-Z2-7]{32}", await page.locator("main").inner_text())[0]
                totp = pyotp.TOTP(secret)
                await page.get_by_label("Código", exact=True).fill(totp.now())
            else:
                await page.get_by_label("Código", exact=True).fill(totp.at(int(datetime.now(tz=UTC).timestamp()) + 30))
            await page.get_by_role("button", name="Continuar").click()
            await page.wait_for_load_state()
            here = f"{site.wire.gateway}/console/conversaciones/{talks['C-1003']}"
            await page.goto(here)
            if await page.locator("#tomar").count():
                await page.locator("#tomar").click()
                await page.get_by_label("Tu respuesta al cliente").fill("Hola, soy Ana. Ya vi tu cargo: el banco lo rechazó ayer.")
                await page.get_by_role("button", name="Enviar").click()
                await page.locator(".bubble", has_text=LOST).click()
                await page.keyboard.press("e")
                await page.keyboard.press("2")
                await page.wait_for_timeout(500)
            for name in PAGES:
                await page.goto(here if name == "conversacion" else f"{site.wire.gateway}/console/{name}")
                await page.wait_for_timeout(300)
                await page.screenshot(
                    path=folder / f"console-{name}{suffix}.png", full_page=name == "cuenta" or (name, suffix) == ("resumen", "")
                )
            await page.goto(here)
            await forwarding(page)
            await page.locator("#reenviar").screenshot(path=folder / f"console-reenviar{suffix}.png")
            await context.close()
        assert len(await marks.corrections(site._app[RESOURCES].ledger)) == 1
        await with_a_company(site, browser, folder)
        await browser.close()


async def forwarding(page: Page) -> None:
    """A mail that is about to be sent."""
    await page.get_by_text("Escribir el correo").click()
    await page.get_by_label("Para", exact=True).fill("cobranza@empresa.example")
    await page.get_by_label("Nota, que va primero").fill("¿Pueden revisar por qué el banco rechazó este cargo?")


def _surge_and_costs(connection: Connection) -> None:
    """A topic that many ask about just now, one of this morning, and what answers cost."""
    now = clock.now()
    goes_on = {"topic": "consultar_respaldo", "since": now - timedelta(minutes=25), "seen_at": now, "number": 14, "usually": 0.8}
    is_over = {
        "topic": "consultar_pago",
        "since": now - timedelta(hours=7),
        "seen_at": now - timedelta(hours=5),
        "number": 9,
        "usually": 1.4,
    }
    connection.execute(insert(SURGE), [goes_on, is_over])
    answers = connection.scalars(select(MESSAGE.c.id).where(MESSAGE.c.kind == "answer")).all()
    charged = {"channel": "whatsapp", "state": "delivered", "number": "106", "billable": True, "category": "utility"}
    months = [now, now - timedelta(days=30), now - timedelta(days=61)]
    rows = [
        {"message_id": answer, "part": part, "next_attempt_at": at, "sent_at": at, "priced_at": at, **charged}
        for back, at in enumerate(months)
        for answer in answers[back:]
        for part in range(10 * back, 10 * back + 1 + back)
    ]
    connection.execute(insert(DELIVERY), rows)


async def with_a_company(site: Site, browser: Browser, folder: Path) -> None:
    """The sign-in where the company has connected its own."""
    company = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "consola", "oidc_client_secret": Secret("s")}
    site.portal.settings = replace(site.portal.settings, console_url=f"{site.origin}/console", **company)
    await site.restart(lambda: None)
    page = await browser.new_page(**SIZES[""], locale="es-MX", timezone_id="America/Mexico_City")
    await page.goto(f"{site.origin}/console/")
    await page.screenshot(path=folder / "console-entrar-empresa.png")
    await page.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
