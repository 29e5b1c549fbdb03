"""From ledger_0003 to the newest and back with conversations in it: nothing of a customer's is lost, and the new code goes on with it."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, DateTime, MetaData, bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError

from bot.conversations import answers, gathering, history, operators, queue, sessions, transcripts
from bot.conversations.models import (
    Address,
    Base,
    Conversation,
    Delivery,
    Due,
    Episode,
    Escalation,
    Life,
    Message,
    Understanding,
    WebSession,
)
from bot.database import open_database
from bot.identity.identity import ANONYMOUS, Identity, Level
from bot.migrations import _config, _run
from tests.conversations_ledger.conftest import LIFE, NOON, rows, told

LATER = NOON + timedelta(minutes=1)
EVENTS = [{"event": "user", "n": 1}]


def go(url: str, way: str, revision: str) -> None:
    _run(url, "ledger", lambda connection: getattr(command, way)(_config("ledger", connection), revision))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    """A ledger at ledger_0003, with data in it."""
    address = f"sqlite:///{tmp_path}/ledger.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    go(address, "upgrade", "ledger_0003")
    asyncio.run(at(address, fill))
    return address


async def at(url: str, work: Any) -> Any:
    async with open_database(url) as database:
        return await database.write(work)


def fill(connection: Connection) -> None:
    """A customer and a visitor; answered, open and failed messages, buttons, deliveries, an open episode, two open cases with one folio."""
    known = MetaData()
    known.reflect(connection)

    def add(table: str, *given: dict[str, Any]) -> None:
        """Moments as each database keeps them."""
        columns = known.tables[table].c
        plain = connection.dialect.name == "sqlite"
        for row in given:
            values = {name: value.replace(tzinfo=None) if plain and isinstance(value, datetime) else value for name, value in row.items()}
            connection.execute(insert(known.tables[table]).values({columns[name]: value for name, value in values.items()}))

    place = {"channel": "web", "owner": "bot", "read_seq": 0, "lease_token": 3, "created_at": NOON, "last_at": NOON}
    add(
        "conversation",
        {"id": "customer", "desk": "C-1003", "level": "portal", "last_seq": 4, "ready_at": NOON, **place},
        {"id": "visitor", "desk": None, "level": "anonymous", "last_seq": 3, **place},
    )
    add(
        "web_session",
        *(
            {"id": f"s-{of}", "conversation_id": of, "desk": desk, "created_at": NOON, "expires_at": NOON + timedelta(hours=9)}
            for of, desk in (("customer", "C-1003"), ("visitor", None))
        ),
    )
    add("address", {"id": 1, "conversation_id": "customer", "channel": "whatsapp", "value": "525512345678", "created_at": NOON})
    add("episode", {"id": 1, "conversation_id": "customer", "desk": "C-1003", "events": EVENTS, "started_at": NOON, "last_at": NOON})
    add(
        "episode",
        {
            "id": 2,
            "conversation_id": "visitor",
            "desk": None,
            "events": [],
            "started_at": NOON,
            "last_at": NOON,
            "ended_at": LATER,
            "outcome": "unreadable",
        },
    )

    def said(of: str, seq: int, state: str, desk: str | None) -> dict[str, Any]:
        own = {"channel": "web", "scope": of, "external_id": f"x{seq}", "fingerprint": "f", "state": state, "attempts": 1}
        who = {"desk": desk, "level": "portal" if desk else "anonymous", "proof": "portal" if desk else None}
        return {
            "id": f"{of}-{seq}",
            "conversation_id": of,
            "seq": seq,
            "author": "customer",
            "kind": "text",
            "text": f"n={seq}",
            "at": NOON,
            **own,
            **who,
        }

    def answer(of: str, seq: int, to: int, kind: str = "answer") -> dict[str, Any]:
        return {
            "id": f"{of}-{seq}",
            "conversation_id": of,
            "seq": seq,
            "author": "bot",
            "kind": kind,
            "text": f"re n={to}",
            "in_reply_to": to,
            "at": NOON,
            "attempts": 0,
        }

    add("message", said("customer", 1, "answered", "C-1003"), answer("customer", 2, 1), said("customer", 3, "received", "C-1003"))
    add("message", answer("customer", 4, 3, "notice"))
    add("message", said("visitor", 1, "failed", None), answer("visitor", 2, 1, "notice"), said("visitor", 3, "with_agent", None))
    add(
        "button",
        {
            "id": "b1",
            "conversation_id": "customer",
            "reply_id": "customer-2",
            "position": 0,
            "title": "Factura",
            "intent": "faq_factura",
            "entities": {"servidor": "RUIZ-01"},
            "origin_text": "n=1",
            "expires_at": NOON + timedelta(hours=12),
        },
    )
    for n, message in enumerate(("customer-2", "customer-4"), start=1):
        add("delivery", {"id": n, "message_id": message, "part": 0, "state": "pending", "attempts": 0, "next_attempt_at": None})
    plain = {"text": "x", "decision": "answered", "intent": "faq_factura", "via": "text", "ranking": [], "entities": []}
    add(
        "understanding",
        *(
            {"message_id": message, "n": n, **plain, "ranking": ranking}
            for message, n, ranking in (
                ("customer-1", 0, [{"name": "faq_factura", "confidence": 0.42}, {"name": "x", "confidence": 0.3}]),
                ("customer-1", 1, [{"name": "faq_factura", "confidence": "alta"}]),
                ("visitor-1", 0, []),
            )
        ),
    )
    for n, (message, state) in enumerate((("customer-1", "open"), ("customer-3", "open"), ("visitor-1", "closed")), start=1):
        add(
            "escalation",
            {
                "id": n,
                "conversation_id": message.split("-")[0],
                "inbound_id": message,
                "n": 0,
                "code": "SV-7K2M9",
                "reason": "r",
                "summary": "s",
                "state": state,
                "at": NOON,
            },
        )


async def test_everything_is_there_afterwards(url, open_ledger) -> None:
    await asyncio.to_thread(go, url, "upgrade", "head")
    ledger = open_ledger()
    assert [(c.id, c.level, c.desk, c.person, c.owner_until) for c in await rows(ledger, Conversation, Conversation.id)] == [
        ("customer", 2, "C-1003", None, None),
        ("visitor", 0, None, None, None),
    ]
    assert [(s.id, s.level, s.proof) for s in await rows(ledger, WebSession, WebSession.id)] == [
        ("s-customer", 2, "portal"),
        ("s-visitor", 0, None),
    ]
    written = [(m.id, m.level, m.state, m.answered_by) for m in await rows(ledger, Message, Message.id)]
    assert written == [
        ("customer-1", 2, "answered", 2),
        ("customer-2", None, None, None),
        ("customer-3", 2, "received", None),
        ("customer-4", None, None, None),
        ("visitor-1", 0, "failed", None),
        ("visitor-2", None, None, None),
        ("visitor-3", 0, "with_agent", None),
    ]
    assert [(u.message_id, u.n, u.conversation_id, u.confidence) for u in await rows(ledger, Understanding, Understanding.message_id, Understanding.n)] == [
        ("customer-1", 0, "customer", 0.42), ("customer-1", 1, "customer", None), ("visitor-1", 0, "visitor", None),
    ]  # fmt: skip
    assert await rows(ledger, Delivery) == []
    assert [(e.events, e.outcome) for e in await rows(ledger, Episode, Episode.id)] == [(EVENTS, None), ([], "unreadable")]
    assert [(e.code, e.state) for e in await rows(ledger, Escalation, Escalation.id)] == [
        ("SV-7K2M9", "open"),
        ("SV-7K2M9-2", "open"),
        ("SV-7K2M9", "solved"),
    ]
    assert [a.value for a in await rows(ledger, Address)] == ["525512345678"]
    (life,) = await rows(ledger, Life)
    assert re.fullmatch(r"[0-9a-f]{32}", life.epoch)
    assert abs(life.since - datetime.now(tz=UTC)) < timedelta(minutes=5)


async def test_the_new_code_goes_on_with_it(url, open_ledger) -> None:
    await asyncio.to_thread(go, url, "upgrade", "head")
    ledger = open_ledger()
    found = await sessions.find(ledger, "s-customer", NOON)
    assert (found.conversation, found.identity, found.cursor) == ("customer", Identity("C-1003", None, Level.SIGNED_IN, "portal"), 4)
    assert (await sessions.find(ledger, "s-visitor", NOON)).identity == ANONYMOUS
    shown = await history.messages_after(ledger, "customer", 0)
    assert [(m.seq, [button.title for button in m.buttons]) for m in shown] == [(1, []), (2, ["Factura"]), (3, []), (4, [])]
    turn = await queue.claim(ledger, LATER, LIFE)
    assert (turn.last.text, turn.identity, turn.events[1:]) == ("n=3", found.identity, tuple(EVENTS))
    assert (turn.events[0]["name"], turn.events[0]["value"]) == ("folios", {"r": "SV-7K2M9-2"})  # the case that is open
    assert (await answers.commit(ledger, turn, told("Listo."), LATER)).answer.seq == 5
    assert [one.message for one in await operators.parked(ledger)] == ["visitor-1"]
    assert len((await transcripts.read(ledger, "customer")).lines) == 5


async def test_its_indexes_are_those_of_the_models(url) -> None:
    """A migration that copies a table could lose that an index is partial: then the second notice to a message would break it."""
    await asyncio.to_thread(go, url, "upgrade", "head")
    declared = {index.name: index for table in Base.metadata.tables.values() for index in table.indexes}

    def partial(connection: Connection) -> dict[str, str]:
        sqlite = connection.dialect.name == "sqlite"
        where = "SELECT name, sql FROM sqlite_master WHERE type = 'index'" if sqlite else "SELECT indexname, indexdef FROM pg_indexes"
        return {name: sql for name, sql in connection.execute(text(where)) if name in declared and " WHERE " in (sql or "")}

    found = await at(url, partial)
    assert set(found) == {name for name, index in declared.items() if index.dialect_options["sqlite"]["where"] is not None}
    assert {name for name, sql in found.items() if sql.startswith("CREATE UNIQUE")} == {name for name in found if declared[name].unique}


async def test_the_way_back_leaves_a_ledger_that_the_version_before_reads(url) -> None:
    def content(connection: Connection) -> dict[str, list[tuple]]:
        known = MetaData()
        known.reflect(connection)
        found = {}
        for name, table in known.tables.items():
            columns = sorted(column.name for column in table.c)
            found[name] = [
                tuple(row) for row in connection.execute(select(*(table.c[each] for each in columns)).order_by(*table.primary_key))
            ]
            found[f"{name} columns"] = [tuple(columns)]
        return found

    before = await at(url, content)
    await asyncio.to_thread(go, url, "upgrade", "head")
    await asyncio.to_thread(go, url, "downgrade", "ledger_0003")
    after = await at(url, content)
    assert {name for name in before if before[name] != after[name]} == {"delivery", "escalation"}
    assert after["delivery"] == []
    assert [row for row in after["escalation"] if row not in before["escalation"]] == [
        row for row in after["escalation"] if "SV-7K2M9-2" in row
    ]
    assert len(after["escalation"]) == 3
    await asyncio.to_thread(go, url, "upgrade", "head")
    assert len((await at(url, content))["ledger_life"]) == 1


async def test_the_way_back_from_bursts_answers_what_was_gathered(url, open_ledger) -> None:
    """What waits for its customer's next message when the version before comes back is answered by it, when that wait was to end."""
    await asyncio.to_thread(go, url, "upgrade", "head")
    ledger = open_ledger()
    until = await gathering.wait_for_more(ledger, await queue.claim(ledger, LATER, LIFE), LATER, timedelta(days=1), timedelta(days=9))
    assert until == LATER + timedelta(days=1)

    def place(connection: Connection) -> list[Any]:
        known = MetaData()
        known.reflect(connection)
        table = known.tables["conversation"]
        wanted = [name for name in ("ready_at", "gathers_until", "typing_until") if name in table.c]
        (row,) = connection.execute(select(*(table.c[name] for name in wanted)).where(table.c.id == "customer"))
        return [moment and moment.replace(tzinfo=UTC) for moment in row]

    assert await at(url, place) == [until, until, None]
    await asyncio.to_thread(go, url, "downgrade", "ledger_0004")
    assert await at(url, place) == [until]
    await asyncio.to_thread(go, url, "upgrade", "head")
    assert await at(url, place) == [until, None, None]
    assert (await queue.claim(open_ledger(), until, LIFE)).text == "n=3"


async def test_what_was_planned_before_knows_after_which_message(url) -> None:
    await asyncio.to_thread(go, url, "upgrade", "ledger_0015")

    def plan(connection: Connection) -> int | None:
        row = {"of": "customer", "moment": LATER.replace(tzinfo=None) if connection.dialect.name == "sqlite" else LATER}
        words = "INSERT INTO due (conversation_id, kind, at, state, created_at) VALUES (:of, 'later', :moment, 'open', :moment)"
        connection.execute(text(words).bindparams(bindparam("moment", type_=DateTime(timezone=True))), row)
        written = "SELECT max(seq) FROM message WHERE conversation_id = :of AND at <= :moment"
        return connection.scalar(text(written).bindparams(bindparam("moment", type_=DateTime(timezone=True))), row)

    expected = await at(url, plan)
    assert expected
    await asyncio.to_thread(go, url, "upgrade", "head")
    assert await at(url, lambda connection: connection.scalar(text("SELECT after_seq FROM due"))) == expected


async def test_the_way_back_from_what_is_said_later_leaves_the_calls(url) -> None:
    await asyncio.to_thread(go, url, "upgrade", "head")
    row = {"conversation_id": "customer", "at": LATER, "created_at": NOON}
    said = {"agent": "ana", "message": "a" * 32, "text": "Ya quedó."}
    dues = [
        row | {"kind": "call_back", "state": "open"},
        *(row | said | {"kind": "later", "state": each} for each in ("open", "held_back")),
    ]
    await at(url, lambda connection: [connection.execute(insert(Due), due) for due in dues])

    def kinds(connection: Connection) -> list[str]:
        return list(connection.scalars(text("SELECT kind FROM due ORDER BY id")))

    assert await at(url, kinds) == ["call_back", "later", "later"]
    await asyncio.to_thread(go, url, "downgrade", "ledger_0012")
    assert await at(url, kinds) == ["call_back"]
    with pytest.raises(IntegrityError):
        await at(url, lambda connection: connection.execute(text("UPDATE due SET kind = 'later'")))
    await asyncio.to_thread(go, url, "upgrade", "head")
    await at(url, lambda connection: connection.execute(text("UPDATE due SET kind = 'later'")))
