"""The privacy notice that a conversation begins with, and the page it leads to."""

from __future__ import annotations

from bot import texts
from bot.channels.web import texts as web_texts
from tests.gateway.client import Visitor


async def test_the_page_names_the_same_purposes_the_same_company_and_the_hours(start):
    gateway = await start(privacy_responsible="Uno & Dos, S.A.")
    async with Visitor(gateway.url("/")) as visitor:
        page = (await visitor.call("GET", "/privacidad"))[1].decode()
    assert f"Solo para {texts.purposes()}." in page
    assert "Uno &amp; Dos, S.A. es responsable de tus datos." in page
    assert "(en días hábiles de 9:00 a 18:00 h)" in page


async def test_the_notice_of_a_conversation_is_the_short_one(gateway, visitor: Visitor):
    await visitor.ask("hola")
    notices = [message["text"] for message in await visitor.messages() if message["kind"] == "notice"]
    assert notices == [web_texts.privacy(gateway.settings, gateway.url("").rstrip("/"))]
