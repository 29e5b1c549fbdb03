"""A ledger as a support desk's is after a year: conversations of every length in customers' own words, what was understood, cases and corrections.

The words are the examples that the assistant learned from, so that searches and filters find what they would find. The same number gives the
same ledger.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import yaml
from sqlalchemy import Connection, event, insert, text

from bot.conversations.tables import CONVERSATION, ESCALATION, MESSAGE, UNDERSTANDING
from bot.database import open_database
from bot.settings import ROOT

STATEMENT_SECONDS = 300.0
LONGEST = 2000
"""Messages of the one long conversation."""
AT_ONCE = 20_000
YEAR = timedelta(days=365)
OPEN_CASES = 150
ANSWER = (
    "Tu servidor SIERRA-0{n} vence el martes 24 de noviembre. Para no perder el servicio revisa que tu tarjeta tenga fondos, "
    "o llama al 55 8000 9480, de lunes a viernes de 9:00 a 18:00. Consulta hecha hoy a las 14:05."
)
_FASTER = {"sqlite": ("PRAGMA cache_size = -500000", "PRAGMA synchronous = OFF"), "postgresql": ("SET synchronous_commit = off",)}
_TABLES = {table.name: table for table in (CONVERSATION, MESSAGE, UNDERSTANDING, ESCALATION)}

Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Filled:
    """What is there: the conversation of 2,000 messages, and the examples that were used, (text, intent)."""

    longest: str
    examples: Sequence[tuple[str, str]]
    messages: int = 0
    conversations: int = 0


@dataclass
class _Batch:
    rows: Rows = field(default_factory=lambda: {name: [] for name in _TABLES})

    @property
    def full(self) -> bool:
        return len(self.rows["message"]) >= AT_ONCE

    def write(self, connection: Connection) -> None:
        for name, table in _TABLES.items():
            if self.rows[name]:
                connection.execute(insert(table), self.rows[name])


def examples() -> list[tuple[str, str]]:
    """(text, intent) of what the assistant learned from."""
    found = []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        for block in content.get("nlu") or ():
            found += [(line[2:].strip(), block["intent"]) for line in block.get("examples", "").splitlines() if line.startswith("- ")]
    return found


async def fill(url: str, messages: int, now: datetime, seed: int = 1) -> Filled:
    """Write so many messages into a migrated ledger; PostgreSQL then looks at its tables, as it does by itself in a living one."""
    dice = random.Random(seed)
    known = examples()
    filled = Filled(longest=_id(dice), examples=known)
    async with open_database(url, command_seconds=STATEMENT_SECONDS) as database:
        event.listen(database.engine.pool, "connect", partial(_hurry, _FASTER[database.dialect]))
        batch = _Batch()
        for number, length in enumerate(_lengths(dice, messages)):
            _talk(batch.rows, dice, filled, number, length, now)
            if batch.full:
                await database.write(batch.write)
                batch = _Batch()
        await database.write(batch.write)
        if database.dialect == "postgresql":
            await database.write(lambda connection: connection.execute(text("ANALYZE")))
    return filled


def _hurry(statements: Sequence[str], raw: Any, _record: object) -> None:
    cursor = raw.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()


def _lengths(dice: random.Random, messages: int) -> Iterator[int]:
    """Questions of each conversation; most are short, one has 2,000 messages."""
    left = messages // 2
    first = min(LONGEST // 2, left)
    yield first
    left -= first
    while left > 0:
        length = min(left, 1 + int(dice.expovariate(1 / 7)))
        left -= length
        yield length


def _talk(rows: Rows, dice: random.Random, filled: Filled, number: int, length: int, now: datetime) -> None:
    conversation = filled.longest if number == 0 else _id(dice)
    begun = now - timedelta(minutes=1) - YEAR * dice.random()
    desk = f"C-{1001 + dice.randrange(4000)}" if dice.random() < 0.8 else None
    at, inbound = begun, ""
    for question in range(length):
        at = min(begun + timedelta(seconds=40) * (question + 1), now)
        inbound = _question(rows, dice, filled, conversation, 2 * question + 1, at, desk)
    own = {"last_seq": 2 * length, "read_seq": 2 * length, "lease_token": length, "created_at": begun, "last_at": at}
    channel = "whatsapp" if dice.random() < 0.4 else "web"
    case_is_open = 0 < number <= OPEN_CASES
    place = {"channel": channel, "desk": desk, "level": 2 if desk else 0, "owner": "bot", "privacy_notice_at": begun}
    owed = {"owed_since": at if case_is_open else None}
    rows["conversation"].append({"id": conversation, **place, **own, **owed})
    if case_is_open or dice.random() < 0.03:
        rows["escalation"].append(_case(dice, conversation, inbound, at, is_open=case_is_open))
    filled.messages += 2 * length
    filled.conversations += 1


def _question(rows: Rows, dice: random.Random, filled: Filled, conversation: str, seq: int, at: datetime, desk: str | None) -> str:
    """A question and its answer; the question's id."""
    words, intent = dice.choice(filled.examples)
    decision = dice.choices(("answered", "asked", "refused"), (80, 12, 8))[0]
    inbound = _id(dice)
    asked = {"author": "customer", "kind": "text", "text": words, "at": at, "state": "answered", "answered_by": seq + 1, "channel": "web"}
    known = {"scope": conversation, "external_id": _id(dice), "fingerprint": "f", "desk": desk, "level": 2 if desk else 0, "attempts": 1}
    said = {"author": "bot", "kind": "answer", "text": ANSWER.format(n=seq % 5), "at": at, "in_reply_to": seq, "attempts": 0}
    told = dict.fromkeys(("state", "answered_by", "channel", "scope", "external_id", "fingerprint", "desk", "level"))
    silent = {"in_reply_to": None, "actions": None}
    rows["message"].append({"id": inbound, "conversation_id": conversation, "seq": seq, **silent, **asked, **known})
    answer = {"id": _id(dice), "conversation_id": conversation, "seq": seq + 1, **told, **said}
    rows["message"].append({**answer, "actions": [f"action_{intent}"]})
    rows["understanding"].append({**_understood(dice, inbound, words, intent, decision), "conversation_id": conversation})
    return inbound


def _understood(dice: random.Random, inbound: str, words: str, intent: str, decision: str) -> dict[str, Any]:
    sure = dice.uniform(0.4, 0.99)
    ranking: list[Mapping[str, Any]] = [
        {"name": intent, "confidence": round(sure, 3)},
        {"name": "consultar_pago", "confidence": round(1 - sure, 3)},
    ]
    understood = {"message_id": inbound, "n": 0, "text": words, "decision": decision, "via": "text", "ranking": ranking, "entities": []}
    return {**understood, "confidence": ranking[0]["confidence"], "intent": None if decision == "refused" else intent}


def _case(dice: random.Random, conversation: str, inbound: str, at: datetime, *, is_open: bool) -> dict[str, Any]:
    code = "".join(dice.choices("234679ACDEFHJKMNPQRTUVWX", k=6))
    told = {
        "conversation_id": conversation,
        "inbound_id": inbound,
        "n": 0,
        "code": code,
        "reason": "cliente_pide_asesor",
        "summary": "C-1002",
    }
    settled = {"state": "open" if is_open else "solved", "closed_at": None if is_open else at, "reopened": 0}
    return {**told, **settled, "at": at}


def _id(dice: random.Random) -> str:
    return f"{dice.getrandbits(128):032x}"
