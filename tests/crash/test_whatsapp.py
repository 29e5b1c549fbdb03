"""A real gateway process is killed in each window of a delivery's way: nothing is lost or out of order, and only an unknown end is repeated."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from bot.conversations.ledger import new_id
from bot.conversations.models import Address, Conversation, Message
from bot.database import open_database
from harness.dialogue import StandIn, reply, result
from tests.channels.whatsapp.conftest import NUMBER, platform
from tests.channels.whatsapp.platform import TOKEN, Platform
from tests.crash.dying_gateway import DELIVERY_POINTS, INSIDE
from tests.crash.keeper import Keeper
from tests.support.hangs import eventually

__all__ = ["platform"]

KILLED = -9
TAKEN_BEFORE = ("after the request", "before the delivery is marked", "inside the delivery's mark")
"""Then the platform has it, and no gateway knows."""
POINTS = [*DELIVERY_POINTS, *(name for name in INSIDE if "delivery" in name)]
LONG = "Tu servidor vence pronto. " * 200
QUESTIONS = {f"+5255100010{n:02}": f"pregunta {n}" for n in range(3)}


async def store(url: str) -> None:
    """People have asked on WhatsApp."""
    now = datetime.now(tz=UTC)

    def work(connection: Connection) -> None:
        for phone, text in QUESTIONS.items():
            person = {"id": new_id(), "channel": "whatsapp", "level": 0, "created_at": now, "last_at": now, "last_seq": 1, "ready_at": now}
            row: dict[str, Any] = {
                "id": new_id(),
                "conversation_id": person["id"],
                "seq": 1,
                "author": "customer",
                "kind": "text",
                "level": 0,
            }
            row |= {
                "text": text,
                "at": now,
                "sent_at": now,
                "channel": "whatsapp",
                "scope": NUMBER,
                "external_id": phone,
                "state": "received",
            }
            address = {"conversation_id": person["id"], "channel": "whatsapp", "value": phone, "created_at": now, "seen_at": now}
            for model, values in ((Conversation, person), (Message, row), (Address, address)):
                connection.execute(insert(model), values)

    async with open_database(url) as database:
        await database.write(work)


@pytest.mark.parametrize(
    ("point", "database"),
    [*((point, "sqlite") for point in POINTS), *((point, "postgresql") for point in (*TAKEN_BEFORE, "before the request"))],
)
async def test_killed(point: str, database: str, request, tmp_path: Path, dialogue: StandIn, platform: Platform) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db" if database == "sqlite" else request.getfixturevalue("from_template")("ledger")
    await store(url)
    dialogue.script["pregunta 1"] = result(reply(LONG))
    environ = {
        "DATABASE_URL": url,
        "WHATSAPP_PHONE_NUMBER_ID": NUMBER,
        "WHATSAPP_ACCESS_TOKEN": TOKEN,
        "WHATSAPP_APP_SECRET": "app-secret",
        "WHATSAPP_VERIFY_TOKEN": "verify-me",
        "WHATSAPP_API_BASE": platform.url,
    }
    wanted = {phone: ["0", "1"] if text == "pregunta 1" else ["0"] for phone, text in QUESTIONS.items()}
    async with Keeper(tmp_path, dialogue, point, **environ) as keeper:
        await eventually(lambda: parts(platform) == wanted)
        assert keeper.marker.exists()
    assert keeper.exits == [KILLED, 0]
    assert parts(platform) == wanted
    repeats = len(platform.taken) - 4
    assert repeats <= (3 if point in TAKEN_BEFORE else 2)  # those that were under way beside it
    assert repeats >= (point in TAKEN_BEFORE)


def parts(platform: Platform) -> dict[str, list[str]]:
    """Of each person the parts that came, in order, one that was repeated at once counted once."""
    came = sorted(((body["to"], body["biz_opaque_callback_data"].split(".")[1]) for body in platform.taken), key=lambda each: each[0])
    return {who: [part for part, _ in groupby(part for _, part in group)] for who, group in groupby(came, key=lambda each: each[0])}
