"""What agents look for and pass on, in a browser: the list's filters, a conversation by mail, done and next."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from bot import clock
from bot.console import marks
from bot.conversations import feedback
from bot.conversations.tables import MESSAGE
from bot.resources import RESOURCES
from bot.settings import Secret
from tests.browser.conftest import PHONE
from tests.browser.console import LOST, add_agent, fill, press, sign_in
from tests.browser.desk import violations
from tests.browser.test_access import axe_findings
from tests.browser.test_console import OFFICE, visit

SIZES = [(OFFICE, {}), (PHONE, {"has_touch": True, "is_mobile": True})]


def the_mail(site) -> EmailMessage:
    """The one that was forwarded."""
    (file,) = Path(site.portal.settings.smtp_url.removeprefix("file://")).glob("forward-*.eml")
    return email.message_from_bytes(file.read_bytes(), policy=default)


async def listed(page: Page, *whom: str) -> None:
    """These are in the list, and nobody else."""
    await expect(page.locator(".results .who-what a")).to_have_text(list(whom))


@pytest.mark.parametrize(("size", "options"), SIZES, ids=["office", "phone"])
async def test_the_list_is_narrowed_and_the_view_is_kept(new_context, site, size, options):
    await add_agent(site, "ana")
    talks = await fill(site)
    ledger = site._app[RESOURCES].ledger
    answers = (
        select(MESSAGE.c.seq).where(MESSAGE.c.conversation_id == talks["C-1010"], MESSAGE.c.kind == "answer").order_by(MESSAGE.c.seq.desc())
    )
    seq = await ledger.read(lambda connection: connection.scalar(answers.limit(1)))
    assert await feedback.note(ledger, (talks["C-1010"], seq), -1, "button", clock.now())
    page = await (await new_context(viewport=size, **options)).new_page()
    await sign_in(page, site, "ana")
    await expect(page.get_by_role("heading", name="Cola")).to_be_visible()
    await page.goto(f"{site.wire.gateway}/console/conversaciones/{talks['C-1003']}")
    await page.get_by_role("button", name="Tomar la conversación").click()
    await page.get_by_role("button", name="Devolver al asistente").click()
    await expect(page.get_by_role("button", name="Tomar la conversación")).to_be_visible()

    async def sought(**wanted: str) -> None:
        await page.goto(f"{site.wire.gateway}/console/conversaciones")
        if await page.get_by_role("button", name="Más filtros").is_visible():
            await page.get_by_role("button", name="Más filtros").click()
        for label, value in wanted.items():
            await page.get_by_label(label, exact=True).select_option(value)
        await page.get_by_role("button", name="Filtrar").click()
        await expect(page.get_by_role("link", name="Quitar filtros")).to_be_visible()

    await sought(Certeza="Menos de 50 %")
    await listed(page, "C-1003", "C-1002", "Visitante")
    await sought(Opinión="👎 No le sirvió")
    await listed(page, "C-1010")
    await sought(Asesor="ana")
    await listed(page, "C-1003")
    await sought(Mensajes="20 o más")
    await expect(page.get_by_text("Ninguna conversación cumple con lo que buscas.")).to_be_visible()
    await sought(Certeza="Menos de 50 %", Decisión="Preguntó", Asesor="ana")
    await listed(page, "C-1003")
    await page.get_by_label("Nombre de la vista").fill("Dudas mías")
    await page.get_by_role("button", name="Guardar vista").click()
    await page.goto(f"{site.wire.gateway}/console/conversaciones")
    await page.get_by_role("link", name="Dudas mías", exact=True).click()
    await listed(page, "C-1003")
    await expect(page.get_by_label("Certeza", exact=True)).to_have_value("low")
    await expect(page.get_by_label("Asesor", exact=True)).to_have_value("ana")
    assert await axe_findings(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert await violations(page) == []


@pytest.mark.parametrize(("size", "options"), SIZES, ids=["office", "phone"])
async def test_a_conversation_is_forwarded_or_says_that_it_was_not(new_context, site, size, options):
    await add_agent(site, "ana")
    talks = await fill(site)
    page = await (await new_context(viewport=size, **options)).new_page()
    await sign_in(page, site, "ana")
    await expect(page.get_by_role("heading", name="Cola")).to_be_visible()

    async def write(note: str) -> None:
        await page.goto(f"{site.wire.gateway}/console/conversaciones/{talks['C-1003']}")
        await page.get_by_text("Escribir el correo").click()
        await page.get_by_label("Para", exact=True).fill("jefa@empresa.example")
        await page.get_by_label("Nota, que va primero").fill(note)

    await write("Su banco rechazó la tarjeta.")
    assert await axe_findings(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    await page.get_by_label("Nota, que va primero").press("Control+Enter")
    await expect(page.locator(".note-list")).to_contain_text("Reenviada por correo a jefa@empresa.example.")
    await expect(page.locator(".note-list")).to_contain_text("Su banco rechazó la tarjeta.")
    mail = the_mail(site)
    assert mail["To"] == "jefa@empresa.example"
    assert mail.get_content().startswith("Su banco rechazó la tarjeta.\n")
    assert f"  | {LOST}\n" in mail.get_content()

    site.portal.settings = replace(site.portal.settings, smtp_url=Secret("smtp://127.0.0.1:9"))
    await site.restart(lambda: None)
    await write("Otra vez, por favor.")
    await page.get_by_role("button", name="Enviar correo").click()
    await expect(page.get_by_role("alert")).to_contain_text("El correo no salió")
    await expect(page.get_by_label("Para", exact=True)).to_have_value("jefa@empresa.example")
    await expect(page.get_by_label("Nota, que va primero")).to_have_value("Otra vez, por favor.")
    await expect(page.locator(".note-list")).not_to_contain_text("Otra vez")
    assert await axe_findings(page) == []
    assert await violations(page) == []


async def test_control_and_enter_is_done_and_next(new_context, site):
    ana, talks = await visit(new_context, site, "ana"), await fill(site)
    await ana.goto(f"{site.wire.gateway}/console/conversaciones/{talks['C-1010']}")
    await press(ana, "Control+Enter")
    await expect(ana.get_by_role("heading", name=re.compile("C-1003"))).to_be_visible()
    await press(ana, "n")
    await ana.keyboard.type("Su banco dijo que no.")
    await ana.keyboard.press("Control+Enter")  # in a text: what is written is kept, and the case stays open
    await expect(ana.locator(".note-list")).to_contain_text("Su banco dijo que no.")
    await press(ana, "Control+Enter")
    await expect(ana.get_by_role("heading", name="Cola")).to_be_visible()
    await expect(ana.get_by_text("No hay casos abiertos")).to_be_visible()

    await ana.goto(f"{site.wire.gateway}/console/revision")
    first = await ana.locator(".review .bubble").inner_text()
    await ana.get_by_label("Otro tema").select_option("consultar_respaldo")
    await ana.keyboard.press("Control+Enter")
    await expect(ana.get_by_text(re.compile(r"1 de \d+"))).to_be_visible()
    kept = [(row.text, row.right) for row in await marks.corrections(site._app[RESOURCES].ledger)]
    assert kept == [(first, "consultar_respaldo")]
    await press(ana, "Control+Enter")
    await expect(ana.get_by_text(re.compile(r"2 de \d+"))).to_be_visible()
    assert len(await marks.corrections(site._app[RESOURCES].ledger)) == 1, "the second one was right"
    await press(ana, "?")
    await expect(ana.get_by_role("dialog", name="Teclas")).to_contain_text("listo y siguiente")
    assert await violations(ana) == []
