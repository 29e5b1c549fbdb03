"""An agent and a customer on WhatsApp, through a whole gateway to the platform."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.console import agents
from bot.conversations.tables import DUE
from bot.resources import RESOURCES
from tests.channels.whatsapp.conftest import platform
from tests.channels.whatsapp.platform import Platform
from tests.console.conftest import KEPT, Browser
from tests.console.test_later import plan
from tests.console.test_work import take
from tests.console.test_writing import writes
from tests.gateway.test_whatsapp_delivery import are, asks, on, until

__all__ = ["platform"]


async def test_the_agents_writing_and_what_is_said_later_reach_the_telephone(start, platform: Platform) -> None:
    gateway = await start(**on(platform))
    ledger = gateway.app[RESOURCES].ledger
    await agents.add(ledger, "ana", "agent", KEPT, gateway.clock())
    talk = await asks(gateway, "hola")
    await until(lambda: are(gateway, "sent"))
    async with Browser(gateway.url("/")) as ana, asyncio.timeout(60):
        await ana.sign_in("ana")
        await take(ana, talk)
        before = len(platform.marks)
        assert await writes(ana, talk) == 204
        await until(lambda: len(platform.marks) > before)
        assert platform.marks[-1]["message_id"] == "wamid.+525510001001.1"
        assert platform.marks[-1]["typing_indicator"] == {"type": "text"}

        soon = gateway.clock().astimezone(gateway.settings.timezone) + timedelta(minutes=5)
        await plan(ana, talk, soon.strftime("%Y-%m-%dT%H:%M"), "Ya quedó.")
        assert "Se enviará:" in ana.words
        due = DUE.update().where(DUE.c.kind == "later").values(at=gateway.clock())
        await ledger.write(lambda connection: connection.execute(due))
        await until(lambda: are(gateway, "sent", "sent"))
        assert [body["text"]["body"] for body in platform.taken[1:]] == ["Ya quedó."]
