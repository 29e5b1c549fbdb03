"""The chat on pages that nobody here wrote: it is answered there, and looks as on a plain one."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.desk import Chat
from tests.browser.wild.pages import HOSTS, PLAIN, Host

LOOKS = """() => {
  const { shadowRoot } = document.querySelector('support-chat');
  const properties = ['color', 'backgroundColor', 'fontSize', 'fontFamily', 'fontWeight', 'lineHeight', 'letterSpacing', 'wordSpacing', 'textAlign',
    'textTransform', 'textIndent', 'whiteSpace', 'direction', 'writingMode', 'opacity', 'borderRadius', 'userSelect', 'cursor'];
  return Object.fromEntries(['.panel', 'header', 'h2', '.log', '.customer .bubble', '.bot .bubble', '.choice', 'textarea', '.send'].map((name) => {
    const node = shadowRoot.querySelector(name);
    const [style, box] = [getComputedStyle(node), node.getBoundingClientRect()];
    const place = ['.panel', 'header', 'textarea', '.send'].includes(name) ? [box.x, box.y, box.width, box.height].map(Math.round) : [];
    return [name, [...properties.map((property) => `${property}: ${style[property]}`), ...place]];
  }));
}"""
HIT = """() => { const box = document.querySelector('support-chat').shadowRoot.querySelector('.send').getBoundingClientRect();
  return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.localName; }"""


async def visited(page: Page, site, host: Host) -> Chat:
    """The page with the chat open, and one question answered."""
    site.portal.user = "C-1003"
    site.portal.pages["host"], site.portal.headers = host.text(), dict(host.headers)
    await page.goto(f"{site.portal.origin}/wild/host")
    await left_alone(page)
    chat = Chat(page)
    await chat.box.click()
    await page.keyboard.insert_text("¿Cómo pago?")
    await page.keyboard.press("Enter")
    await expect(chat.button("Factura")).to_be_visible()
    return chat


async def left_alone(page: Page) -> None:
    """Nobody types while the page takes the focus away."""
    await page.wait_for_function("!window.stealing")


@pytest.fixture(scope="session")
def plain_looks() -> dict[str, object]:
    """How the window looks on a plain page: found out once, by the first test that asks."""
    return {}


async def looks(page: Page) -> dict[str, object]:
    await page.evaluate("document.activeElement?.blur()")
    await page.mouse.move(5, 5)
    return await page.evaluate(LOOKS)


@pytest.mark.parametrize("name", HOSTS)
async def test_it_works_on_a(new_context, site, plain_looks, name):
    context = await new_context(reduced_motion="reduce")
    if not plain_looks:
        first = await context.new_page()
        await visited(first, site, PLAIN)
        plain_looks.update(await looks(first))
        await first.close()
        site.portal.user = None
    page = await context.new_page()
    host = HOSTS[name]
    chat = await visited(page, site, host)
    await chat.button("Factura").click()
    await chat.sees("Recibí: Factura")
    await page.reload()
    await left_alone(page)
    await chat.sees("Recibí: Factura")
    await expect(chat.button("Factura")).to_be_disabled()
    assert await page.evaluate(HIT) == "support-chat"
    if host.looks:
        assert await looks(page) == plain_looks
    await chat.button("Minimizar chat").click()
    await chat.launcher.click()
    await expect(chat.box).to_be_focused()


async def test_keys_that_are_pressed_inside_do_not_reach_the_page(page, site):
    chat = await visited(page, site, HOSTS["page with shortcuts on every key"])
    before = await page.evaluate("keys")
    await chat.box.press_sequentially("hola /s?")
    await page.keyboard.press("Enter")
    await chat.sees("Recibí: hola /s?")
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    assert await page.evaluate("keys") <= before + 1  # the focus is on the page again when Escape is let go
