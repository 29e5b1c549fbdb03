"""Agents at work in a browser: two of them and a customer at once, by mouse and by keyboard, on a desktop and on a telephone."""

from __future__ import annotations

import asyncio
import contextlib
import re

import pyotp
import pytest
from playwright.async_api import Error, Page, expect

from bot import clock
from bot.console import marks
from bot.console.agents import SESSION
from bot.conversations.tables import DUE
from bot.resources import RESOURCES
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.console import LOST, PERSON, add_agent, fill, press, sign_in
from tests.browser.desk import Chat, violations
from tests.browser.desk import visit as visit_chat
from tests.browser.test_access import axe_findings
from tests.gateway.client import Visitor
from tests.support.hangs import eventually

OFFICE = {"width": 1366, "height": 768}


async def visit(new_context, site, name: str, **options) -> Page:
    await add_agent(site, name)
    page = await (await new_context(viewport=OFFICE, **options)).new_page()
    await sign_in(page, site, name)
    await expect(page.get_by_role("heading", name="Cola")).to_be_visible()
    return page


async def test_two_agents_and_a_customer_at_once(new_context, site):
    ana, beto = await visit(new_context, site, "ana"), await visit(new_context, site, "beto")
    customer = await (await new_context(viewport=DESKTOP)).new_page()
    await fill(site)
    await customer.goto(site.origin)
    await customer.get_by_role("button", name="Boutique Lirio").click()
    chat = Chat(customer)
    await chat.status("En línea")
    await chat.ask(PERSON.replace("quiero", "ya quiero"))
    await chat.sees("Recibí: ya quiero hablar con una persona")

    for page in (ana, beto):  # the cases came by themselves
        await expect(page.get_by_text("4KD7WP").first).to_be_visible()
        await expect(page).to_have_title(re.compile(r"^\(2\) Cola"))
        await page.goto(f"{site.wire.gateway}/console/conversaciones?cliente=C-1005")
        await press(page, "j")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name=re.compile("C-1005"))).to_be_visible()
    await press(ana, "t")
    await expect(ana.get_by_label("Tu respuesta al cliente")).to_be_visible()
    await expect(beto.get_by_text("ana atiende esta conversación")).to_be_visible()

    await press(ana, "r")
    await ana.keyboard.type("Hola, soy Ana. ¿En qué te ayudo?")
    await ana.keyboard.press("Control+Enter")
    await chat.sees("Hola, soy Ana. ¿En qué te ayudo?")
    await chat.ask("se borró mi servidor")
    await expect(ana.locator(".bubble", has_text="se borró mi servidor")).to_be_visible()
    await expect(beto.locator(".bubble", has_text="se borró mi servidor")).to_be_visible()
    await ana.get_by_role("button", name="Devolver al asistente").click()
    await expect(ana.get_by_role("button", name="Tomar la conversación")).to_be_visible()
    await expect(chat.log.get_by_text("Te atiende de nuevo el asistente")).to_be_visible()
    await chat.ask("gracias")
    await chat.sees("Recibí: gracias")
    await expect(beto.get_by_role("button", name="Tomar la conversación")).to_be_visible()
    for page in (ana, beto):
        assert await violations(page) == []


async def test_a_correction_takes_two_keys(new_context, site):
    ana, talks = await visit(new_context, site, "ana"), await fill(site)
    await ana.goto(f"{site.wire.gateway}/console/conversaciones/{talks['C-1003']}")
    await ana.locator(".bubble", has_text=LOST).click()
    await press(ana, "e")
    await ana.keyboard.press("2")
    await expect(ana.get_by_text("Esto era Mi pago ya se cobró").or_(ana.get_by_text(re.compile("Esto era .*, dijo ana")))).to_be_visible()
    kept = await marks.corrections(site._app[RESOURCES].ledger)
    assert [(row.text, row.right) for row in kept] == [(LOST, "faq_pago_sin_correo")]
    await press(ana, "?")
    await expect(ana.get_by_role("dialog", name="Teclas")).to_be_visible()
    await ana.keyboard.press("Escape")
    await press(ana, "/")
    await expect(ana.get_by_label("Buscar palabras")).to_be_focused()
    await ana.keyboard.type("respaldos")
    await ana.keyboard.press("Enter")
    await expect(ana.locator(".results").get_by_text(re.compile("respaldo"))).to_have_count(1)
    assert await violations(ana) == []


async def test_a_draft_outlives_its_session(new_context, site):
    ana, talks = await visit(new_context, site, "ana"), await fill(site)
    here = f"{site.wire.gateway}/console/conversaciones/{talks['C-1003']}"
    await ana.goto(here)
    await ana.get_by_role("button", name="Tomar la conversación").click()
    await ana.get_by_label("Tu respuesta al cliente").fill("Ya revisé tu cargo.")
    await site._write(SESSION.update().values(ended_at=clock.now()))
    await expect(ana.get_by_text("Tu sesión terminó. Entra de nuevo; tu texto se conserva.")).to_be_visible()
    await ana.get_by_role("button", name="Enviar").click()
    await expect(ana.get_by_label("Tu texto sin enviar")).to_have_value("Ya revisé tu cargo.")
    await ana.get_by_label("Nombre").fill("ana")
    await ana.get_by_label("Contraseña", exact=True).fill("una clave de las pruebas")
    await ana.get_by_role("button", name="Entrar").click()
    await ana.get_by_role("link", name="Ir a la conversación").click()
    await expect(ana.get_by_label("Tu respuesta al cliente")).to_have_value("Ya revisé tu cargo.")
    await ana.get_by_role("button", name="Enviar").click()
    await expect(ana.locator(".line.agent .bubble")).to_have_text("Ya revisé tu cargo.")
    await expect(ana.get_by_label("Tu respuesta al cliente")).to_have_value("")


async def test_who_signs_out_leaves_no_draft_behind(new_context, site):
    ana, talks = await visit(new_context, site, "ana"), await fill(site)
    await ana.goto(f"{site.wire.gateway}/console/conversaciones/{talks['C-1003']}")
    await ana.get_by_role("button", name="Tomar la conversación").click()
    await ana.get_by_label("Tu respuesta al cliente").fill("Ya revisé tu cargo.")
    assert "Ya revisé tu cargo." in await ana.evaluate("JSON.stringify({...sessionStorage})")
    await ana.get_by_role("button", name="Salir").click()
    await expect(ana.get_by_label("Contraseña", exact=True)).to_be_visible()
    assert await ana.evaluate("sessionStorage.length") == 0


async def test_a_page_that_is_not_current_says_so(new_context, site):
    ana = await visit(new_context, site, "ana")
    await expect(ana.get_by_text("Al día")).to_be_visible()
    await ana.context.set_offline(True)
    await site.stop()
    await expect(ana.get_by_text("esta página puede no estar al día")).to_be_visible()


async def in_every_page(page: Page, site, talks: dict[str, str]):
    """Each page, once it stands."""
    yield "cola", f"{site.wire.gateway}/console/cola"
    yield "conversaciones", f"{site.wire.gateway}/console/conversaciones"
    yield "busqueda", f"{site.wire.gateway}/console/conversaciones?q=respaldo&estado=escalated"
    yield "conversacion", f"{site.wire.gateway}/console/conversaciones/{talks['C-1003']}"
    for name in ("revision", "publicar", "correcciones", "plantillas", "resumen", "auditoria", "cuenta"):
        yield name, f"{site.wire.gateway}/console/{name}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "options"), [(OFFICE, {}), (PHONE, {"has_touch": True, "is_mobile": True})], ids=["office", "phone"])
async def test_axe_finds_nothing_in_the_console(new_context, site, scheme, size, options):
    page = await (await new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce", **options)).new_page()
    await add_agent(site, "jefa", "supervisor")
    talks = await fill(site)
    await page.goto(f"{site.wire.gateway}/console/")
    assert await axe_findings(page) == []
    await sign_in(page, site, "jefa")
    await expect(page.get_by_alt_text("Código QR")).to_be_visible()
    assert await axe_findings(page) == []
    secret = re.search(r"[A-Z2-7]{32}", await page.locator("main").inner_text())[0]
    await page.get_by_label("Código", exact=True).fill(pyotp.TOTP(secret).now())
    await page.get_by_role("button", name="Continuar").click()
    await expect(page.get_by_role("link", name="Ya los guardé")).to_be_visible()
    assert await axe_findings(page) == []
    await page.goto(f"{site.wire.gateway}/console/conversaciones/{talks['C-1003']}")
    await page.get_by_role("button", name="Tomar la conversación").click()
    await page.locator(".fix-panel summary").first.click()
    await asyncio.sleep(0.5)
    assert await axe_findings(page) == []
    async for name, address in in_every_page(page, site, talks):
        await page.goto(address)
        assert await axe_findings(page) == [], name
        assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], f"{name} is wider than the screen"
        assert await violations(page) == [], name


async def test_on_a_telephone_every_page_is_a_press_away_and_the_list_comes_before_its_filters(new_context, site):
    await add_agent(site, "ana")
    await fill(site)
    page = await (await new_context(viewport=PHONE, has_touch=True, is_mobile=True)).new_page()
    await sign_in(page, site, "ana")
    await expect(page.get_by_role("heading", name="Cola")).to_be_visible()
    for name in ("Cola", "Conversaciones", "Revisión", "Resumen"):
        await expect(page.get_by_role("navigation").get_by_role("link", name=name, exact=True)).to_be_in_viewport(ratio=1)
    await page.get_by_role("link", name="Conversaciones").tap()
    await expect(page.locator(".results li").first).to_be_in_viewport()
    await expect(page.get_by_label("Cliente")).to_be_hidden()
    await page.get_by_role("button", name="Más filtros").tap()
    await page.get_by_label("Cliente").fill("C-1010")
    await page.get_by_role("button", name="Filtrar").tap()
    await expect(page.locator(".results li")).to_have_count(1)
    await expect(page.get_by_label("Cliente")).to_have_value("C-1010")


@pytest.mark.parametrize(("size", "options"), [(OFFICE, {}), (PHONE, {"has_touch": True, "is_mobile": True})], ids=["office", "phone"])
async def test_an_alert_covers_nothing_of_a_reply(new_context, site, size, options):
    await add_agent(site, "ana")
    page = await (await new_context(viewport=size, **options)).new_page()
    await sign_in(page, site, "ana")
    await expect(page.locator("#estado")).to_have_text("Al día")
    async with Visitor(site.wire.gateway) as one:
        await one.open()
        for number in range(6):
            await one.ask(f"hola {number}")
        await page.goto(f"{site.wire.gateway}/console/conversaciones/{one.conversation}")
    await page.get_by_role("button", name="Tomar la conversación").click()
    await page.get_by_label("Tu respuesta al cliente").fill("Hola, soy Ana.")
    await fill(site)
    await expect(page.locator("#avisos li")).to_have_count(2)
    above = "document.querySelector('#avisos').getBoundingClientRect().bottom <= document.querySelector('#responder').getBoundingClientRect().top"
    assert await page.evaluate(above)


async def test_the_keys_are_told_by_a_button_too(new_context, site):
    ana = await visit(new_context, site, "ana")
    await ana.get_by_role("button", name="Teclas").click()
    await expect(ana.get_by_role("dialog", name="Teclas")).to_be_visible()


IN_SIGHT = """() => {
  const last = document.querySelector('#mensajes').getBoundingClientRect().bottom;
  return last > 0 && last <= document.querySelector('#responder').getBoundingClientRect().top;
}"""


@pytest.mark.parametrize(("size", "options"), [(OFFICE, {}), (PHONE, {"has_touch": True, "is_mobile": True})], ids=["office", "phone"])
async def test_the_last_message_is_in_sight_whatever_was_sent_before(new_context, site, size, options):
    await add_agent(site, "ana")
    talks = await fill(site)
    page = await (await new_context(viewport=size, **options)).new_page()
    await sign_in(page, site, "ana")
    await expect(page.locator("#estado")).to_have_text("Al día")

    async def in_sight() -> bool:
        with contextlib.suppress(Error):  # the page goes just now
            await page.wait_for_load_state("load")
            return await page.evaluate(IN_SIGHT)
        return False

    await page.goto(f"{site.wire.gateway}/console/conversaciones/{talks['C-1010']}")
    await eventually(in_sight)
    await page.get_by_role("button", name="Tomar la conversación").click()
    for words in ("Hola, soy Ana.", "Ya vi tu respaldo.", "Se repite hoy a las 2.", "¿Algo más?"):
        await page.get_by_label("Tu respuesta al cliente").fill(words)
        await eventually(in_sight)
        await page.get_by_role("button", name="Enviar", exact=True).click()
        await expect(page.locator(".line.agent .bubble").last).to_have_text(words)
        await eventually(in_sight)
    await page.get_by_role("button", name="Devolver al asistente").click()
    await expect(page.get_by_role("button", name="Tomar la conversación")).to_be_visible()
    await eventually(in_sight)


async def test_a_new_case_shows_wherever_the_agent_is_and_rings_once(new_context, site):
    ana = await visit(new_context, site, "ana")
    second = await ana.context.new_page()
    rung = "window.rung=0;window.AudioContext=class{constructor(){window.rung++;throw new Error('no sound here')}}"
    for page in (ana, second):
        await page.add_init_script(rung)
        await page.goto(f"{site.wire.gateway}/console/resumen")
        await expect(page.locator("#estado")).to_have_text("Al día")
        await expect(page.locator("#avisos li")).to_have_count(0)
    await fill(site)
    for page in (ana, second):
        await expect(page).to_have_title(re.compile(r"^\(2\) Resumen"))
    shown = [await page.locator("#avisos li").all_inner_texts() for page in (ana, second)]
    told = [line for lines in shown for line in lines]
    assert len([line for line in told if "Caso nuevo: C-1010" in line]) == 1, "in one of the two pages, whichever heard of it first"
    assert await ana.evaluate("rung") + await second.evaluate("rung") >= 1
    page = ana if "Caso nuevo: C-1010" in " ".join(shown[0]) else second
    await page.locator("#avisos").get_by_role("link", name=re.compile("C-1010")).click()
    await expect(page.get_by_role("heading", name=re.compile("C-1010"))).to_be_visible()
    for each in (ana, second):
        assert await violations(each) == []


async def test_the_review_takes_one_key_each(new_context, site):
    ana, _ = await visit(new_context, site, "ana"), await fill(site)
    await ana.goto(f"{site.wire.gateway}/console/revision")
    before = await marks.corrections(site._app[RESOURCES].ledger)
    first = await ana.locator(".review .bubble").inner_text()
    await press(ana, "1")
    await expect(ana.get_by_text(re.compile(r"1 de \d+"))).to_be_visible()
    assert [row.text for row in await marks.corrections(site._app[RESOURCES].ledger)] == [first, *(row.text for row in before)]
    second = await ana.locator(".review .bubble").inner_text()
    assert second != first
    await press(ana, "0")
    await expect(ana.get_by_text(re.compile(r"2 de \d+"))).to_be_visible()


async def test_each_sees_that_the_other_writes(new_context, site):
    ana, customer = await visit(new_context, site, "ana"), await (await new_context(viewport=DESKTOP)).new_page()
    chat = await visit_chat(customer, site)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await ana.goto(f"{site.wire.gateway}/console/conversaciones")
    await press(ana, "j")
    await ana.keyboard.press("Enter")
    await expect(ana.get_by_role("button", name="Tomar la conversación")).to_be_visible()
    await press(ana, "t")
    box = ana.get_by_label("Tu respuesta al cliente")
    await box.press_sequentially("Hola")
    await expect(chat.log.locator(".typing")).to_contain_text("Un asesor está escribiendo")
    await expect(chat.log.locator(".typing")).to_have_count(0)  # she thinks: it goes by itself
    await box.press_sequentially(", soy Ana.")
    await expect(chat.log.locator(".typing")).to_have_count(1)
    await ana.keyboard.press("Control+Enter")
    await chat.sees("Hola, soy Ana.")
    await expect(chat.log.locator(".typing")).to_have_count(0)
    await chat.status("Te atiende un asesor")

    sign = ana.locator("#escribe")
    await expect(sign).to_be_empty()
    await chat.box.press_sequentially("mi servi")
    await expect(sign).to_have_text("El cliente está escribiendo…")
    await expect(sign).to_be_empty()
    await chat.box.press_sequentially("dor no abre")
    await expect(sign).to_have_text("El cliente está escribiendo…")
    await chat.box.press("Enter")
    await expect(ana.locator(".bubble", has_text="mi servidor no abre")).to_be_visible()
    await expect(sign).to_be_empty()
    assert await violations(ana) == []
    assert await violations(customer) == []


async def test_an_answer_is_written_now_and_goes_out_later(new_context, site):
    ana, talks = await visit(new_context, site, "ana"), await fill(site)
    here = f"{site.wire.gateway}/console/conversaciones/{talks['C-1003']}"
    await ana.goto(here)
    await ana.get_by_role("button", name="Tomar la conversación").click()
    box = ana.get_by_label("Tu respuesta al cliente")
    await box.fill("Tu cargo pasa el lunes.")
    await ana.get_by_text("Enviar después").click()
    await expect(ana.get_by_label("Cuándo se envía")).to_have_value(re.compile("T09:00$"))
    await ana.get_by_role("button", name="Programar").click()
    await expect(ana.get_by_text("Se enviará:")).to_be_visible()
    await expect(ana.locator(".planned .said")).to_have_text("Tu cargo pasa el lunes.")
    await expect(box).to_have_value("")

    await ana.get_by_role("button", name="Quitar y editar").click()
    await expect(box).to_have_value("Tu cargo pasa el lunes.")
    await expect(ana.get_by_text("Ya no se enviará")).to_be_visible()
    await ana.get_by_text("Enviar después").click()
    await ana.get_by_role("button", name="Programar").click()
    await expect(ana.get_by_text("Se enviará:")).to_be_visible()
    await expect(ana.locator(".planned")).to_have_count(1)
    assert await axe_findings(ana) == []

    await ana.goto(here)
    await expect(box).to_have_value("")
    await site._write(DUE.update().where(DUE.c.state == "open").values(at=clock.now()))
    await expect(ana.locator(".line.agent .bubble")).to_have_text("Tu cargo pasa el lunes.")
    await expect(ana.locator(".planned")).to_have_count(0)
    await expect(box).to_have_value("")
    assert await violations(ana) == []
