"""Who writes is seen on the other side while an agent has the conversation, and leaves no trace anywhere."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import Connection, select

from bot.console import agents
from bot.console.routes import WRITING_PER_MINUTE
from bot.console.work import SHIFT
from bot.conversations.ledger import Ledger
from bot.conversations.models import Base
from bot.resources import RESOURCES
from tests.console.conftest import KEPT, Browser
from tests.console.talk import customer
from tests.console.test_work import events, send, take
from tests.gateway.client import GUARD_SECONDS, Visitor
from tests.gateway.test_stream import until
from tests.gateway.test_two_gateways import ONLY_TOLD
from tests.gateway.test_two_gateways import ledger as told

__all__ = ["told"]

OF_THE_PAGE = {"presence", "agent_session", "audit_entry"}
"""That an agent is there is kept, whatever they do; and so is until when they have the conversation (`owner_until`)."""


async def writes(browser: Browser, talk: str) -> int:
    """The agent types in the box of the page that is open; the status."""
    async with browser.http.post(
        f"{browser.base}/console/conversaciones/{talk}/escribe", headers={"X-CSRF": browser.csrf, "X-Console": "1"}
    ) as response:
        await response.read()
        return response.status


async def types(visitor: Visitor) -> int:
    return (await visitor.call("POST", "/webchat/typing"))[0]


async def everything(ledger: Ledger) -> dict[str, list[Any]]:
    def work(connection: Connection) -> dict[str, list[Any]]:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in OF_THE_PAGE]
        columns = {table.name: [column for column in table.c if column.name != "owner_until"] for table in tables}
        return {name: [tuple(row) for row in connection.execute(select(*own))] for name, own in columns.items()}

    return await ledger.read(work)


async def test_the_customer_sees_that_the_agent_writes_until_the_words_come(ana: Browser, gateway, ledger) -> None:
    async with customer(gateway) as one:
        await one.ask("hola")
        await take(ana, one.conversation)
        before = await everything(ledger)
        async with one.stream() as stream:
            assert await writes(ana, one.conversation) == 204
            sign = await until(stream, "typing", typing=True)
        assert sign["data"]["author"] == "agent"
        assert "id" not in sign
        assert await everything(ledger) == before, "nothing of it is kept"
        async with one.stream() as stream:
            await send(ana, one.conversation, "Hola, soy Ana.")
            await one.send("gracias")
            assert await types(one) == 204
            assert await writes(ana, one.conversation) == 204
            assert (await until(stream, "typing", typing=True))["data"]["author"] == "agent", "its own typing is not shown to a customer"


async def test_the_agent_sees_that_the_customer_writes_and_only_who_has_the_conversation_does(ana: Browser, gateway, ledger) -> None:
    async with customer(gateway) as one, asyncio.timeout(GUARD_SECONDS):
        await one.ask("hola")
        heard = events(ana, f"/console/vivo?conversacion={one.conversation}")
        assert await anext(heard) == "alive"
        assert await types(one) == 204  # the assistant has the conversation: nobody is told
        await take(ana, one.conversation)
        seen = [await anext(heard)]
        while seen[-1] != "moved":
            seen.append(await anext(heard))
        assert "writes" not in seen
        before = await everything(ledger)
        assert await types(one) == 204
        while await anext(heard) != "writes":
            pass
        assert await everything(ledger) == before, "nothing of it is kept"
        await heard.aclose()


async def test_a_sign_asks_no_page_to_look_for_news(ana: Browser, gateway) -> None:
    async with customer(gateway) as one, asyncio.timeout(GUARD_SECONDS):
        await one.ask("hola")
        await take(ana, one.conversation)
        heard = events(ana, f"/console/vivo?conversacion={one.conversation}")
        assert await anext(heard) == "alive"
        quiet = 0
        while quiet < 20:  # signs of life, once the page knows of everything
            quiet = quiet + 1 if await anext(heard) == "alive" else 0
        seen = []
        for _ in range(3):
            await types(one)
            while not seen or seen[-1] != "writes":
                seen.append(await anext(heard))
            seen.append("next")
        assert "moved" not in seen
        await heard.aclose()


async def test_who_does_not_have_the_conversation_shows_nothing(ana: Browser, beto: Browser, gateway) -> None:
    async with customer(gateway) as one, one.stream() as stream:
        await one.ask("hola")
        await take(ana, one.conversation)
        await beto.get(f"/console/conversaciones/{one.conversation}")
        assert await writes(beto, one.conversation) == 409
        assert await writes(beto, "f" * 32) == 409
        async with Browser(gateway.url("/")) as nobody:
            assert await writes(nobody, one.conversation) == 401
        gateway.clock.forward(seconds=SHIFT.total_seconds() + 1)
        assert await writes(ana, one.conversation) == 409, "her time is over"
        async with beto.http.post(f"{beto.base}/console/conversaciones/{one.conversation}/escribe", data={"csrf": "otra"}) as response:
            assert response.status == 403
        await one.ask("¿sigues ahí?")
        async for event in stream:
            assert event["event"] != "typing" or event["data"]["author"] != "agent"
            if event["event"] == "message" and event["data"]["text"] == "eco: ¿sigues ahí?":
                return


async def test_signs_are_bounded(ana: Browser, gateway) -> None:
    async with customer(gateway) as one:
        await one.ask("hola")
        await take(ana, one.conversation)
        statuses = [await writes(ana, one.conversation) for _ in range(2 * WRITING_PER_MINUTE)]
        assert statuses[:WRITING_PER_MINUTE] == [204] * WRITING_PER_MINUTE
        assert 429 in statuses


async def test_signs_reach_the_other_gateway(start, told, postgres_url: str) -> None:
    here, there = [await start(timings=ONLY_TOLD, database_url=postgres_url) for _ in range(2)]
    await told.until_listening(lambda pids: len(pids) == 2)
    await agents.add(there.app[RESOURCES].ledger, "ana", "agent", KEPT, there.clock())
    async with customer(here) as one, Browser(there.url("/")) as ana, asyncio.timeout(GUARD_SECONDS):
        await ana.sign_in("ana")
        await one.ask("hola")
        await take(ana, one.conversation)
        heard = events(ana, f"/console/vivo?conversacion={one.conversation}")
        assert await anext(heard) == "alive"
        async with one.stream() as stream:
            assert await writes(ana, one.conversation) == 204
            assert (await until(stream, "typing", typing=True))["data"]["author"] == "agent"
        assert await types(one) == 204
        while await anext(heard) != "writes":
            pass
        await heard.aclose()
