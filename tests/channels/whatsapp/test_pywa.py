"""A second writer: what pywa, a maintained client of the same API, makes of the same message is what we make of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pywa import WhatsApp
from pywa.errors import WhatsAppError
from pywa.types import Button, Section, SectionList, SectionRow
from pywa.types.templates import TemplateLanguage

from bot.channels.whatsapp.codes import RULES
from bot.channels.whatsapp.render import contents
from bot.channels.whatsapp.template import invitation
from bot.conversations.messages import ShownButton, ShownMessage
from tests.channels.whatsapp.conftest import NUMBER, World, settings_of

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
TO = "+525510001001"


class Second:
    """pywa's client, on a wire that ends here; `body` is what it sent last, `answer` what it gets."""

    def __init__(self) -> None:
        self.body: dict[str, Any] = {}
        self.answer: tuple[int, dict[str, Any]] = (200, {"contacts": [{"input": TO, "wa_id": TO[1:]}], "messages": [{"id": "wamid.1"}]})
        session = httpx.Client(base_url="https://graph.facebook.com", transport=httpx.MockTransport(self._reply))
        self.client = WhatsApp(NUMBER, "token", session=session)

    def _reply(self, request: httpx.Request) -> httpx.Response:
        self.body = json.loads(request.content)
        status, answer = self.answer
        return httpx.Response(status, json=answer)

    def sends(self, text: str, buttons: Any = None) -> dict[str, Any]:
        self.client.send_message(to=TO, text=text, buttons=buttons, tracker="key.0")
        return self.body


def ours(content: dict[str, Any]) -> dict[str, Any]:
    envelope = {"messaging_product": "whatsapp", "recipient_type": "individual", "biz_opaque_callback_data": "key.0"}
    return {**envelope, "to": TO, **content}


def message(text: str, titles: list[str]) -> ShownMessage:
    return ShownMessage(7, "bot", "answer", 6, text, tuple(ShownButton(f"{n:032x}", title) for n, title in enumerate(titles)), NOON)


@given(st.text(min_size=1, max_size=5000), st.lists(st.text(max_size=40), max_size=12))
def test_every_kind_of_answer(text: str, titles: list[str]) -> None:
    for content in contents(message(text, titles)):
        assert normal(SECOND.sends(*again(content))) == normal(ours(content))


def again(content: dict[str, Any]) -> tuple[str, Any]:
    """The message in pywa's words."""
    if content["type"] == "text":
        return content["text"]["body"], None
    node = content["interactive"]
    if node["type"] == "button":
        return node["body"]["text"], [Button(each["reply"]["title"], each["reply"]["id"]) for each in node["action"]["buttons"]]
    (section,) = node["action"]["sections"]
    rows = [SectionRow(row["title"], row["id"], row.get("description")) for row in section["rows"]]
    return node["body"]["text"], SectionList(node["action"]["button"], [Section(section["title"], rows)])


def normal(body: dict[str, Any]) -> dict[str, Any]:
    """pywa names every key that may be left out, and the number without its plus."""

    def without_none(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_none(inner) for key, inner in value.items() if inner is not None}
        return [without_none(inner) for inner in value] if isinstance(value, list) else value

    return {**without_none(body), "to": body["to"].lstrip("+")}


SECOND = Second()


def test_the_template(tmp_path, platform) -> None:
    second = Second()
    second.client.send_template(to=TO, name="vuelve", language=TemplateLanguage.SPANISH_MEX, params=[], tracker="key.0")
    sent = normal(second.body)
    assert not sent["template"].pop("components", None)
    assert sent == normal(ours(invitation(settings_of(tmp_path, platform, whatsapp_template="vuelve"))))


async def test_the_read_mark_with_the_typing_sign(world: World) -> None:
    second = Second()
    second.answer = (200, {"success": True})
    second.client.indicate_typing("wamid.A1=")
    await world.graph.mark_read(NUMBER, "wamid.A1=")
    assert world.platform.marks == [second.body]


@pytest.mark.parametrize("code", [code for code in RULES if not 200 <= code < 300])
def test_it_reads_the_codes_that_we_read(code: int) -> None:
    """Every code is an error to pywa too; which of them may be tried again it does not say."""
    second = Second()
    second.answer = (400, {"error": {"message": f"(#{code}) No", "type": "OAuthException", "code": code, "fbtrace_id": "A1"}})
    with pytest.raises(WhatsAppError) as raised:
        second.sends("hola")
    assert raised.value.code == code
