"""The migrations make exactly what the models declare."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from bot.conversations import outbox
from bot.conversations.models import Message
from bot.migrations import differences
from tests.conversations_ledger.conftest import NOON, rows


def test_models_and_migrations_agree(url) -> None:
    assert differences(url, "ledger") == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE conversation SET owner = 'nobody'",
        "UPDATE conversation SET channel = 'fax'",
        "UPDATE message SET state = 'lost'",
        "UPDATE message SET kind = 'joke'",
        "UPDATE delivery SET state = 'lost'",
    ],
)
async def test_unknown_states_cannot_be_stored(ledger, desk, statement: str) -> None:
    await desk.ask("hola")
    pushed = {"channel": "whatsapp", "seq": 99, "now": NOON}
    await ledger.write(lambda connection: outbox.say(connection, desk.conversation, "notice", "hola", **pushed))
    with pytest.raises(IntegrityError):
        await ledger.write(lambda connection: connection.execute(text(statement)))


async def test_a_second_answer_to_a_message_cannot_be_stored(ledger, desk) -> None:
    await desk.ask("hola")
    second = {"id": "x", "conversation_id": desk.conversation, "seq": 99, "author": "bot", "kind": "answer", "in_reply_to": 1, "text": ""}
    with pytest.raises(IntegrityError):
        await ledger.write(lambda connection: connection.execute(insert(Message), {**second, "at": NOON, "attempts": 0}))
    assert len(await rows(ledger, Message)) == 2
