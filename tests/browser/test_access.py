"""Keyboard, screen reader, small screens, pictures, and strict host pages."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desk import Chat, violations, visit

AXE = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PASTE = """([types, text]) => {
  const data = new DataTransfer();
  if (types.includes('file')) data.items.add(new File(['x'], 'pantalla.png', { type: 'image/png' }));
  if (text) data.setData('text/plain', text);
  const box = document.querySelector('support-chat').shadowRoot.querySelector('textarea');
  const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, composed: true, cancelable: true });
  return !box.dispatchEvent(event);
}"""
DROP = """() => {
  const data = new DataTransfer();
  data.items.add(new File(['x'], 'pantalla.png', { type: 'image/png' }));
  const log = document.querySelector('support-chat').shadowRoot.querySelector('.log');
  return ['dragover', 'drop'].map((name) => !log.dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true })));
}"""


async def axe_findings(page: Page) -> list[str]:
    """What axe-core finds, one line each (the page's CSP lets Playwright's own evaluation pass)."""
    results = await Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE["runOnly"]}, "resultTypes": AXE["resultTypes"]})
    return [f"{v['id']}: {node['target']} {node.get('failureSummary', '')}" for v in results.response["violations"] for node in v["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "options"), [(DESKTOP, {}), (PHONE, {"has_touch": True, "is_mobile": True})], ids=["desktop", "phone"])
async def test_axe_finds_nothing(new_context, site, scheme, size, options):
    page = await (await new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce", **options)).new_page()
    await page.goto(site.origin)
    await expect(page.get_by_role("button", name="Transportes Águila")).to_be_visible()
    assert await axe_findings(page) == []
    await page.get_by_role("button", name="Despacho Contable Ruiz").click()
    chat = Chat(page)
    await chat.status("En línea")
    assert await axe_findings(page) == []
    await chat.button("¿Cuándo vence mi servidor?").click()
    await expect(chat.log.get_by_text("periodo de gracia hasta")).to_be_visible()
    await chat.ask("¿Se hizo mi respaldo?")
    await chat.button("SIERRA-02").click()
    await expect(chat.log.get_by_text("pesa 12.4 GB")).to_be_visible()
    await chat.ask("Hablar con un asesor")
    await expect(chat.log.get_by_text("Le paso tu caso")).to_be_visible()
    await site.agent_says("Hola, soy Mariana. Ya vi tu servidor, dame un momento.", "C-1003")
    await expect(chat.log.get_by_text("soy Mariana")).to_be_visible()
    assert await axe_findings(page) == []
    site.wire.offline = True
    await chat.ask("sin red")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    await chat.box.fill("x" * 4100)
    await chat.button("Cerrar sesión").click()
    assert await axe_findings(page) == []
    await chat.panel.get_by_role("group", name="¿Cerrar sesión").get_by_role("button", name="Cerrar sesión").click()
    assert await axe_findings(page) == []
    await chat.button("Minimizar chat").click()
    assert await axe_findings(page) == []
    assert await violations(page) == []


async def test_whole_visit_with_the_keyboard_alone(page, site):
    chat = await visit(page, site, "")
    for _ in range(2):  # past the page's own button
        await page.keyboard.press("Tab")
    await expect(chat.launcher).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(chat.box).to_be_focused()
    await chat.status("En línea")
    await page.keyboard.type("¿Se hizo")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("mi respaldo?")
    await expect(chat.box).to_have_value("¿Se hizo\nmi respaldo?")
    await chat.box.fill("¿Se hizo mi respaldo?")
    await page.keyboard.press("Enter")
    await expect(chat.button("SIERRA-05")).to_be_visible()
    for _ in range(2 + 5):  # past the thumbs of the answer
        await page.keyboard.press("Shift+Tab")
    await expect(chat.button("SIERRA-01")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await expect(chat.log.get_by_text("pesa 12.4 GB")).to_be_visible()
    await expect(chat.box).to_be_focused()
    await page.keyboard.type("un borrador")
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(chat.box).to_have_value("un borrador")


async def test_opened_from_the_page_focus_goes_back_there(page, site):
    chat = await visit(page, site, "")
    await page.evaluate("document.getElementById('help').onclick = () => document.querySelector('support-chat').open('Ayuda con mi pago')")
    await page.get_by_role("button", name="Ayuda").click()
    await expect(chat.box).to_have_value("Ayuda con mi pago")
    await expect(chat.box).to_be_focused()
    assert site.wire.received == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Ayuda", exact=True)).to_be_focused()


async def test_screen_reader_hears_new_messages_politely_and_not_the_history(page, site):
    chat = await visit(page, site)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await expect(chat.log).to_have_attribute("aria-live", "polite")
    texts = await chat.log.locator(".bubble").evaluate_all("list => list.map(node => node.textContent)")
    assert [text.split(":")[0] for text in texts] == ["Tú", "Aviso", "Asistente"]
    first = await chat.log.locator(".bubble").first.element_handle()
    await chat.ask("más")
    await chat.sees("Recibí: más")
    assert await first.evaluate("node => node.isConnected")  # nodes stay: nothing is read out twice


async def test_high_contrast_keeps_every_border(new_context, site):
    page = await (await new_context(forced_colors="active")).new_page()
    chat = await visit(page, site)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    for part in (chat.log.locator(".bubble").first, chat.panel.locator(".send"), chat.panel):
        assert await part.evaluate("node => parseFloat(getComputedStyle(node).borderTopWidth)") >= 1


async def test_pasted_picture_gets_a_kind_word_and_text_is_pasted(page, site):
    chat = await visit(page, site)
    assert await page.evaluate(PASTE, [["file"], ""])
    await expect(chat.log.get_by_text("no puedo ver imágenes")).to_be_visible()
    await expect(chat.log.get_by_role("link", name="55 8000 9480")).to_be_visible()
    await expect(chat.log.get_by_text("(en días hábiles de 9:00 a 18:00 h)")).to_be_visible()
    assert not await page.evaluate(PASTE, [["file"], "celda copiada de Excel"])
    await expect(chat.log.get_by_text("no puedo ver imágenes")).to_have_count(1)


async def test_dropped_file_gets_a_kind_word_and_does_not_leave_the_page(page, site):
    chat = await visit(page, site)
    assert await page.evaluate(DROP) == [True, True]
    await expect(chat.log.get_by_text("no puedo ver imágenes")).to_be_visible()
    assert page.url.startswith(site.portal.origin + "/host")


async def test_phone_fills_the_screen_keeps_tab_inside_and_does_not_zoom(new_context, site):
    page = await (await new_context(viewport=PHONE, has_touch=True, is_mobile=True)).new_page()
    chat = await visit(page, site, "")
    await chat.launcher.tap()
    await chat.status("En línea")
    box = await chat.panel.bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, PHONE["width"], PHONE["height"])
    await expect(chat.panel).to_be_focused()  # not the text box: the keyboard would cover the suggestions
    assert await chat.box.evaluate("node => getComputedStyle(node).fontSize") == "16px"
    sizes = await chat.panel.get_by_role("button").evaluate_all(
        "list => list.filter(b => b.getClientRects().length).map(b => [b.textContent, b.offsetWidth, b.offsetHeight])"
    )
    assert all(width >= 44 and height >= 44 for _, width, height in sizes), sizes
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.localName") == "support-chat"
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()


@pytest.mark.parametrize("width", [320, 360, 768])
async def test_nothing_is_cut_off_on_narrow_screens(new_context, site, width):
    page = await (await new_context(viewport={"width": width, "height": 640})).new_page()
    chat = await visit(page, site)
    await chat.ask("repite: " + "palabralarguísima" * 20)
    await expect(chat.log.locator(".bot")).to_be_visible()
    assert await chat.log.evaluate("node => node.scrollWidth <= node.clientWidth")
    title = await chat.panel.get_by_role("heading").evaluate("node => node.scrollWidth <= node.clientWidth")
    assert title
    await page.goto(site.origin)
    await expect(page.get_by_role("button", name="Transportes Águila")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_page_of_another_origin_with_strict_policy(page, site):
    site.portal.user = "C-1009"
    chat = await visit(page, site, "open token-endpoint=/chat-token")
    await chat.ask("¿Se hizo mi respaldo?")
    await expect(chat.button("SIERRA-02")).to_be_visible()
    assert await site.customer_texts("C-1009") == ["¿Se hizo mi respaldo?"]
    assert await violations(page) == []
    assert await chat.panel.evaluate("node => getComputedStyle(node).position") == "fixed"  # the styles did pass


async def test_company_colours_and_a_fixed_theme(page, site):
    chat = await visit(page, site, "open theme=dark")
    await page.evaluate("document.querySelector('support-chat').style.setProperty('--support-chat-accent', 'rgb(91, 42, 134)')")
    header = chat.panel.locator("header")
    assert await header.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(91, 42, 134)"
    assert await chat.log.evaluate("node => getComputedStyle(node).color") == "rgb(231, 239, 241)"


async def test_demo_portal_logs_one_customer_out_before_the_next(page, site):
    await page.goto(site.origin)
    chat = Chat(page)
    card = page.get_by_role("button", name="Ferretería Hidalgo")
    await card.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Ferretería Hidalgo")).to_be_visible()
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await page.reload()
    await chat.sees("Recibí: hola")
    await page.get_by_role("button", name="Cambiar de cliente").click()
    await expect(chat.panel).to_be_hidden()
    await page.get_by_role("button", name="Entrar como visitante").click()
    await chat.status("En línea")
    await expect(chat.log.locator(".bubble")).to_have_count(0)
    assert await violations(page) == []
