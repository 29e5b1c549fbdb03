"""Every answer that the actions give, for every demo customer and a visitor: one message each, and one that the platform takes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.accounts.demo import CUSTOMERS
from bot.channels.whatsapp import texts
from bot.channels.whatsapp.render import contents
from bot.conversations.messages import ShownButton, ShownMessage
from bot.protocol.frame import Asked
from tests.accounts.desks import NOW, demo_desk
from tests.actions.rendering import Rendered, ask, executor
from tests.channels.whatsapp.conftest import settings_of
from tests.channels.whatsapp.limits import check_content
from tests.channels.whatsapp.platform import Platform
from tests.channels.whatsapp.writing import spans

INTENTS = sorted(name.removeprefix("action_") for name in executor().actions if name != "action_respuesta_fija")
CHOICES = ({"intent": "consultar_pago", "title": "Mi pago"}, {"intent": "faq_factura", "title": "Factura"})
FRAMES = ("", "none servers=filter:active", *(f"{asked} servers=all" for asked in Asked))
BOLD = re.compile(r"(?<!\*)\*\*(?![\s*])([^*\n]+?)(?<!\s)\*\*(?!\*)")
SAID = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


async def answers(customer: str | None) -> list[tuple[str, Rendered]]:
    of = demo_desk(customer, NOW) if customer else None
    return [(intent, await ask(intent, of, now=NOW, frame=frame, choices=CHOICES)) for intent in INTENTS for frame in FRAMES]


@pytest.mark.parametrize("customer", [None, *CUSTOMERS])
async def test_each_is_one_message_within_the_limits(customer: str | None, tmp_path: Path, platform: Platform) -> None:
    privacy = texts.privacy(
        settings_of(tmp_path, platform, privacy_responsible="Servicios de Cómputo en la Nube de México, S. A. de C. V.")
    )
    told = await answers(customer)
    assert len(told) == len(INTENTS) * len(FRAMES) > 500
    for intent, answer in told:
        buttons = tuple(ShownButton(f"{n:032x}", title) for n, title in enumerate(answer.titles))
        message = ShownMessage(2, "bot", "answer", 1, answer.text, buttons, SAID)
        for last_line in (None, privacy):
            (content,) = contents(message, last_line)  # one, and not two
            check_content(content)
            body = content["text"]["body"] if content["type"] == "text" else content["interactive"]["body"]["text"]
            assert len(spans(body)) == len(BOLD.findall(answer.text)), (intent, body)  # and so no masked mail is bold
