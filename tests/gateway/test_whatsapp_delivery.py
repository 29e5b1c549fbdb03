"""From a stored question to the platform, through a whole gateway: at once, once, and also when it is killed or stopped in between."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.conversations.ledger import new_id
from bot.conversations.models import Address, Conversation, Delivery, Message
from bot.conversations.tables import CONVERSATION, DELIVERY
from bot.resources import RESOURCES
from bot.settings import Secret
from harness.dialogue import reply, result
from tests.channels.whatsapp.conftest import NUMBER, platform
from tests.channels.whatsapp.platform import TOKEN, Platform, take_and_hang
from tests.gateway.client import GUARD_SECONDS
from tests.gateway.conftest import FAST, Gateway, Start

__all__ = ["platform"]


def on(platform: Platform, **changes: Any) -> dict[str, Any]:
    return {
        "whatsapp_phone_number_id": (NUMBER,),
        "whatsapp_access_token": Secret(TOKEN),
        "whatsapp_app_secret": Secret("app-secret"),
        "whatsapp_verify_token": Secret("verify-me"),
        "whatsapp_api_base": platform.url,
        "privacy_url": "https://empresa.example/aviso",
        **changes,
    }


async def asks(gateway: Gateway, *texts: str, phone: str = "+525510001001") -> str:
    """Somebody writes on WhatsApp, as the webhook stores it; the conversation."""
    now, conversation = datetime.now(tz=UTC), new_id()
    person = {
        "id": conversation,
        "channel": "whatsapp",
        "level": 0,
        "created_at": now,
        "last_at": now,
        "last_seq": len(texts),
        "ready_at": now,
    }
    row = {
        "conversation_id": conversation,
        "author": "customer",
        "kind": "text",
        "at": now,
        "channel": "whatsapp",
        "scope": NUMBER,
        "level": 0,
    }
    row |= {"state": "received", "sent_at": now}
    address = {"conversation_id": conversation, "channel": "whatsapp", "value": phone, "wire": phone.removeprefix("+"), "created_at": now}

    def work(connection: Connection) -> None:
        connection.execute(insert(Conversation), person)
        connection.execute(insert(Address), {**address, "seen_at": now})
        for seq, text in enumerate(texts, start=1):
            connection.execute(insert(Message), {**row, "id": new_id(), "seq": seq, "text": text, "external_id": f"wamid.{phone}.{seq}"})

    await gateway.app[RESOURCES].ledger.write(work)
    return conversation


async def until(condition: Any) -> None:
    """Ask again until it holds: what is waited for happens in other servers."""
    async with asyncio.timeout(GUARD_SECONDS):
        while not (await held if inspect.isawaitable(held := condition()) else held):  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.01)


async def are(gateway: Gateway, *wanted: str) -> bool:
    return await states(gateway) == list(wanted)


async def states(gateway: Gateway) -> list[str]:
    query = select(Delivery.state).order_by(Delivery.id)
    return await gateway.app[RESOURCES].ledger.read(lambda connection: list(connection.scalars(query)))


async def test_a_question_is_answered_with_one_message(start: Start, platform: Platform) -> None:
    gateway = await start(**on(platform))
    gateway.dialogue.script["¿cuándo vence?"] = result(
        reply("Vence el **28**.", buttons=[{"title": "Pagar", "intent": "x", "entities": {}}])
    )
    await asks(gateway, "¿cuándo vence?")
    await until(lambda: platform.taken)
    (body,) = platform.taken
    assert body["interactive"]["body"]["text"].startswith("Vence el *28*.\n\n")
    assert body["interactive"]["body"]["text"].endswith("https://empresa.example/aviso")
    assert [each["reply"]["title"] for each in body["interactive"]["action"]["buttons"]] == ["Pagar"]
    await asyncio.sleep(0.2)
    assert len(platform.asked) == 1


async def test_it_goes_out_without_waiting_for_a_poll(start: Start, platform: Platform) -> None:
    gateway = await start(**on(platform), timings=replace(FAST, poll_seconds=4.0))
    await asks(gateway, "hola")
    metrics = gateway.app[RESOURCES].metrics.registry
    await until(lambda: metrics.get_sample_value("gateway_delivery_seconds_count", {"channel": "whatsapp"}))
    assert metrics.get_sample_value("gateway_delivery_seconds_sum", {"channel": "whatsapp"}) < 2


async def test_notices_of_slowness_are_not_sent(start: Start, platform: Platform) -> None:
    gateway = await start(**on(platform), timings=replace(FAST, delay_notice_after=timedelta(milliseconds=50)))
    gateway.dialogue.delay = 0.5
    await asks(gateway, "hola")
    await until(lambda: platform.taken)
    await asyncio.sleep(0.2)
    assert [said.split("\n")[0] for said in platform.said] == ["eco: hola"]


async def test_a_given_up_message_is_told(start: Start, platform: Platform) -> None:
    gateway = await start(**on(platform), timings=replace(FAST, park_attempts=1, park_after=timedelta()))
    gateway.dialogue.poison.add("veneno")
    await asks(gateway, "veneno")
    await until(lambda: platform.taken)
    assert platform.said[0].startswith("No pudimos responder tu mensaje")
    assert "privacidad" not in platform.said[0]  # that belongs to the first answer


async def test_a_gateway_that_stops_finishes_what_it_sends(start: Start, platform: Platform) -> None:
    gateway = await start(**on(platform))
    for n in range(20):
        await asks(gateway, f"pregunta {n}", phone=f"+5255100010{n:02}")
    await until(lambda: len(platform.taken) >= 5)
    await gateway.server.close()
    second = await start(**on(platform))
    await until(lambda: len(platform.taken) >= 20)
    await asyncio.sleep(0.2)
    assert sorted(said.split("\n")[0] for said in platform.said) == sorted(f"eco: pregunta {n}" for n in range(20))
    assert set(await states(second)) == {"sent"}


async def test_two_gateways_send_each_message_once(start: Start, platform: Platform) -> None:
    first = await start(**on(platform))
    await start(**on(platform))
    for n in range(30):
        await asks(first, f"pregunta {n}", phone=f"+5255100010{n:02}")
    await until(lambda: len(platform.taken) >= 30)
    await asyncio.sleep(0.2)
    assert len(platform.asked) == 30


async def test_who_died_while_sending_is_followed_by_another(start: Start, platform: Platform) -> None:
    gateway = await start(**on(platform))
    platform.script = [take_and_hang]
    await asks(gateway, "hola")
    await until(lambda: platform.taken)
    ledger = gateway.app[RESOURCES].ledger
    await ledger.write(
        lambda connection: connection.execute(update(DELIVERY).values(next_attempt_at=datetime.now(tz=UTC)))
    )  # its lease is over
    await until(lambda: len(platform.taken) == 2)
    await until(lambda: are(gateway, "sent"))
    repeated = gateway.app[RESOURCES].metrics.registry.get_sample_value(
        "gateway_deliveries_total", {"channel": "whatsapp", "outcome": "repeated"}
    )
    assert repeated == 1
    told = await ledger.read(lambda connection: connection.scalar(select(CONVERSATION.c.privacy_notice_at)))
    assert told is not None


async def test_without_a_number_there_is_no_whatsapp(start: Start, platform: Platform) -> None:
    gateway = await start(**on(platform, whatsapp_phone_number_id=()))
    await asks(gateway, "hola")
    await until(lambda: are(gateway, "pending"))
    await asyncio.sleep(0.2)
    assert platform.asked == []
