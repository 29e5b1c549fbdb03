"""The telephone's page of the stand-in: a person tries the channel of WhatsApp in a browser, with thumb, keyboard or screen reader."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Page, expect

from bot.fake_whatsapp.app import create_app
from bot.fake_whatsapp.fake import FakeGraph
from bot.fake_whatsapp.people import with_phone
from bot.fake_whatsapp.phone import CUSTOMERS
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desk import violations
from tests.browser.test_access import axe_findings
from tests.browser.wire import serving
from tests.whatsapp.conftest import BUSINESS, Api, Listener, until

SIERRA = "+525510001009"
CUSTOMER = {"id": "C-1009", "name": "Consultores Sierra", "situation": "Cinco servidores en distintas situaciones", "phone": SIERRA}
MARKED = "Tu servidor *SIERRA-01* vence el _martes_, ~hoy no~.\nEl correo va a co*****o@sierra.example: ver https://portal.example/a_b_c.\n- uno\n- dos"
BUTTONS = {
    "type": "button",
    "body": {"text": "¿Te ayudó?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": f"b{n}", "title": title}} for n, title in enumerate(("Sí, gracias", "No"))]},
}
LIST = {
    "type": "list",
    "body": {"text": "¿De cuál servidor?"},
    "action": {
        "button": "Ver opciones",
        "sections": [
            {"title": "Servidores", "rows": [{"id": f"r{n}", "title": f"SIERRA-0{n}", "description": "activo"} for n in range(1, 6)]}
        ],
    },
}


class Telephone:
    """A company that only listens, the stand-in, and the page of it."""

    def __init__(self, fake: FakeGraph, company: Listener, api: Api) -> None:
        self.fake, self.company, self.api = fake, company, api

    async def open(self, page: Page, person: str = "Consultores Sierra") -> None:
        await page.goto(self.api.base)
        await page.get_by_role("button", name=person).click()
        await expect(page.get_by_role("textbox", name="Mensaje")).to_be_focused()

    async def answers(self, **node: Any) -> str:
        status, answer = await self.api.send(SIERRA, **node)
        assert status == 200, answer
        return answer["messages"][0]["id"]

    async def heard(self, number: int) -> list[dict[str, Any]]:
        await until(lambda: len(self.company.messages()) >= number)
        return self.company.messages()


@pytest_asyncio.fixture(loop_scope="session")
async def telephone():
    company = Listener()
    hook = web.Application()
    hook.router.add_post("/whatsapp/webhook", company.hear)
    hook.router.add_get("/demo/customers", _customers)
    async with contextlib.AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(serving(hook))
        fake = FakeGraph(BUSINESS, f"{gateway}/whatsapp/webhook")
        app = create_app(fake)
        app[CUSTOMERS] = f"{gateway}/demo/customers"
        api = Api(await stack.enter_async_context(serving(app)))
        stack.push_async_callback(api.http.close)
        yield Telephone(fake, company, api)


async def _customers(_request: web.Request) -> web.Response:
    return web.json_response([CUSTOMER])


async def test_a_conversation_with_marks_buttons_list_reaction_and_ticks(page, telephone):
    await telephone.open(page)
    log = page.get_by_role("log")
    box = page.get_by_role("textbox", name="Mensaje")
    await box.fill("hola, <b>¿cuándo</b> vence?")
    await page.keyboard.press("Enter")
    asked = (await telephone.heard(1))[0]
    assert (asked["from"], asked["text"]["body"]) == ("5215510001009", "hola, <b>¿cuándo</b> vence?")
    await expect(log.get_by_text("hola, <b>¿cuándo</b> vence?")).to_be_visible()
    await expect(log.get_by_text("entregado")).to_be_attached()
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": asked["id"], "typing_indicator": {"type": "text"}}
    assert (await telephone.api.post(read))[0] == 200
    await expect(page.get_by_text("escribiendo…")).to_be_visible()
    await expect(log.get_by_text("leído")).to_be_attached()
    marked = await telephone.answers(text={"body": MARKED})
    await expect(log.locator("b", has_text="SIERRA-01")).to_be_visible()
    await expect(page.get_by_text("escribiendo…")).to_be_hidden()
    await expect(log.locator("i")).to_have_text(["martes"])
    await expect(log.locator("s")).to_have_text(["hoy no"])
    await expect(log.locator(".item")).to_have_text(["uno", "dos"])
    await expect(log.get_by_role("link")).to_have_attribute("href", "https://portal.example/a_b_c")
    await expect(log.get_by_text("co*****o@sierra.example")).to_be_visible()
    await until(lambda: (marked, "read") in telephone.company.statuses())

    offered = await telephone.answers(interactive=BUTTONS)
    await log.get_by_role("button", name="Sí, gracias").click()
    pressed = (await telephone.heard(2))[1]
    assert pressed["interactive"] == {"type": "button_reply", "button_reply": {"id": "b0", "title": "Sí, gracias"}}
    assert pressed["context"]["id"] == offered

    await telephone.answers(interactive=LIST)
    await log.get_by_role("button", name="Ver opciones").click()
    sheet = page.get_by_role("dialog", name="Ver opciones")
    await sheet.get_by_role("button", name="SIERRA-03").click()
    await expect(sheet).to_be_hidden()
    chosen = (await telephone.heard(3))[2]
    assert chosen["interactive"]["list_reply"] == {"id": "r3", "title": "SIERRA-03", "description": "activo"}

    for emoji, name in (("👍", "👍"), (None, "Quitar la reacción")):
        before = len(telephone.company.messages())
        await log.get_by_role("button", name="Reaccionar").first.click()
        await log.get_by_role("button", name=name).click()
        reaction = (await telephone.heard(before + 1))[before]["reaction"]
        assert reaction == {"message_id": marked, **({"emoji": emoji} if emoji else {})}
        await expect(log.locator(".theirs .reaction").first).to_have_text(f"Reaccionaste con {emoji}" if emoji else "")
    assert await violations(page) == []


async def test_what_else_a_thumb_can_send(page, telephone):
    await telephone.open(page)
    box = page.get_by_role("textbox", name="Mensaje")
    for number, (name, kind) in enumerate((("Nota de voz", "audio"), ("Ubicación", "location"), ("Sticker", "sticker"))):
        await page.get_by_role("button", name="Adjuntar").click()
        await page.get_by_role("button", name=name).click()
        assert (await telephone.heard(number + 1))[number]["type"] == kind
        await expect(page.get_by_role("log").get_by_text(name, exact=True)).to_be_visible()
    await page.get_by_role("button", name="Adjuntar").click()
    await page.get_by_role("button", name="Captura de ejemplo").click()
    await expect(page.get_by_text("escribe un pie de foto")).to_be_visible()
    await box.fill("me sale esto")
    await page.keyboard.press("Enter")
    picture = (await telephone.heard(4))[3]["image"]
    assert (picture["mime_type"], picture["caption"]) == ("image/png", "me sale esto")
    file = telephone.fake.media.get(picture["id"])
    assert file.content.startswith(b"\x89PNG")
    shown = page.get_by_role("log").get_by_role("img", name="Foto enviada")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("image => image.complete && image.naturalWidth") == 480
    await page.get_by_role("button", name="Adjuntar").click()
    await page.get_by_label("Ráfaga").check()
    await box.fill("hola\noye\n¿cuándo vence?")
    await page.get_by_role("button", name="Enviar").click()
    burst = [message["text"]["body"] for message in (await telephone.heard(7))[4:]]
    assert burst == ["hola", "oye", "¿cuándo vence?"]
    assert await violations(page) == []


async def test_every_telephone_has_its_own_chat(page, telephone):
    await telephone.open(page, "Sol Martínez")
    await page.get_by_role("textbox", name="Mensaje").fill("soy Sol")
    await page.keyboard.press("Enter")
    message = (await telephone.heard(1))[0]
    assert "from" not in message
    assert message["from_user_id"].startswith("MX.")
    await page.get_by_role("button", name="Número desconocido").click()
    await expect(page.get_by_role("log").get_by_text("soy Sol")).to_be_hidden()
    await page.reload()
    await expect(page.get_by_role("region", name="Teléfono de Número desconocido")).to_be_visible()
    await page.get_by_role("button", name="Sol Martínez").click()
    await expect(page.get_by_role("log").get_by_text("soy Sol")).to_be_visible()


async def test_a_telephone_begins_anew_as_somebody_whom_the_company_has_not_met(page, telephone):
    await telephone.open(page)
    box = page.get_by_role("textbox", name="Mensaje")
    for number, text in enumerate(("hola", "¿quién soy?")):
        await box.fill(text)
        await page.keyboard.press("Enter")
        await telephone.heard(number + 1)
        if not number:
            await page.get_by_role("button", name="Empezar de nuevo").click()
            await expect(page.get_by_role("log").get_by_text("hola")).to_be_hidden()
    first, second = telephone.company.messages()
    assert first["from"] == second["from"]
    assert first["from_user_id"] != second["from_user_id"]
    await page.reload()
    await expect(page.get_by_role("log").get_by_text("¿quién soy?")).to_be_visible()
    await telephone.answers(text={"body": "Eres alguien nuevo."})
    await expect(page.get_by_role("log").get_by_text("Eres alguien nuevo.")).to_be_visible()
    assert await violations(page) == []


async def test_the_whole_chat_with_the_keyboard_alone(page, telephone):
    await page.goto(telephone.api.base)
    await expect(page.get_by_role("button", name="Consultores Sierra")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    box = page.get_by_role("textbox", name="Mensaje")
    await expect(box).to_be_focused()
    await page.keyboard.type("primera")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("segunda")
    await page.keyboard.press("Enter")
    assert (await telephone.heard(1))[0]["text"]["body"] == "primera\nsegunda"
    await telephone.answers(interactive=LIST)
    opener = page.get_by_role("button", name="Ver opciones")
    await expect(opener).to_be_visible()
    for _ in range(2):  # past the button that attaches
        await page.keyboard.press("Shift+Tab")
    await expect(opener).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="SIERRA-01")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="👍")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Reaccionar")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    for _ in range(2):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert (await telephone.heard(2))[1]["interactive"]["list_reply"]["id"] == "r3"
    await expect(box).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "options"), [(DESKTOP, {}), (PHONE, {"has_touch": True, "is_mobile": True})], ids=["desktop", "phone"])
async def test_axe_finds_nothing(new_context, telephone, scheme, size, options):
    page = await (await new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce", **options)).new_page()
    await page.goto(telephone.api.base)
    await expect(page.get_by_role("button", name="Consultores Sierra")).to_be_visible()
    assert await axe_findings(page) == []
    await telephone.open(page)
    await page.get_by_role("textbox", name="Mensaje").fill("hola")
    await page.keyboard.press("Enter")
    await telephone.heard(1)
    for node in ({"text": {"body": MARKED}}, {"interactive": BUTTONS}, {"interactive": LIST}):
        await telephone.answers(**node)
    await expect(page.get_by_role("button", name="Ver opciones")).to_be_visible()
    await page.get_by_role("button", name="Reaccionar").first.click()
    await page.get_by_role("button", name="Adjuntar").click()
    assert await axe_findings(page) == []
    await page.get_by_role("button", name="Ver opciones").click()
    assert await axe_findings(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await violations(page) == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("say", {"text": " "}, 400),
        ("say", {"text": "x" * 4097}, 400),
        ("press", {"message": "wamid.x", "id": "b0"}, 400),
        ("send", {"kind": "image", "type": "text/html", "content": ""}, 400),
        ("send", {"kind": "image", "type": "image/png", "content": "%"}, 400),
        ("send", {"kind": "rocket"}, 400),
        ("react", [], 400),
    ],
)
@pytest.mark.asyncio(loop_scope="session")
async def test_deeds_that_make_no_sense_are_refused(telephone, path, body, status):
    person = telephone.fake.people.add(with_phone(SIERRA, "Sierra"))
    assert (await telephone.api.call("POST", f"/phone/chats/{person.key}/{path}", json=body))[0] == status
    assert (await telephone.api.call("POST", f"/phone/chats/{person.key}/say", data='{"text":"x"}'))[0] == 403
    assert (await telephone.api.call("GET", "/phone/chats/nobody"))[0] == 404
    assert (await telephone.api.call("GET", "/phone/phone.html"))[0] == 404
    assert telephone.company.messages() == []
