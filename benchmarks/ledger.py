"""A ledger as it is after years: a million messages, written by the database itself in about a minute, so that a turn can be timed in it.

Everything that a turn leaves behind is there: the message, what was understood of it, its answer with readings, buttons and delivery,
the ended episode and the ended session. Ids are scattered as ours are.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import JSON, Connection, bindparam, event, text

from bot.database import Moment, open_database
from bot.identity.session import SessionClaims

STATEMENT_SECONDS = 120.0
EPOCH = "benchmark"
AT_ONCE = 50_000
"""Turns written in one transaction."""
_FASTER = {
    "sqlite": ("PRAGMA cache_size = -1000000", "PRAGMA synchronous = OFF", "PRAGMA foreign_keys = OFF"),
    "postgresql": ("SET session_replication_role = replica",),  # as a restore does: what refers to what is not looked up
}
RANKING = [{"name": "consultar_vigencia", "confidence": 0.91}, {"name": "periodo_gracia", "confidence": 0.05}]

_SERIES = """
WITH RECURSIVE c(i) AS (SELECT CAST(:first AS INTEGER) UNION ALL SELECT i + 1 FROM c WHERE i < :last),
t(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM t WHERE k < :turns)"""
_CONVERSATION = """INSERT INTO conversation
(id, channel, desk, level, owner, last_seq, read_seq, lease_token, privacy_notice_at, created_at, last_at)
{series} SELECT md5('c' || i), 'web', 'C-' || (1001 + i % 12), 2, 'bot', 2 * :turns, 2 * :turns, 2 * :turns, :at, :at, :at FROM c"""
_SESSION = """INSERT INTO web_session (id, conversation_id, desk, level, proof, created_at, expires_at)
{series} SELECT md5('s' || i), md5('c' || i), 'C-' || (1001 + i % 12), 2, 'portal', :at, :ends FROM c"""
_EPISODE = """INSERT INTO episode (conversation_id, desk, events, started_at, last_at, ended_at, outcome)
{series} SELECT md5('c' || i), 'C-' || (1001 + i % 12), :nothing, :at, :at, :at, 'silence' FROM c"""
_INBOUND = """INSERT INTO message
(id, conversation_id, episode_id, seq, author, kind, text, at, correlation, channel, scope, external_id, fingerprint,
 state, answered_by, desk, level, proof, attempts, first_attempt_at, answered_at)
{series} SELECT md5('q' || i || '.' || k), md5('c' || i), (SELECT id FROM episode WHERE conversation_id = md5('c' || i)), 2 * k - 1, 'customer', 'text', '¿cuándo vence mi servidor? ' || k, :at,
 substr(md5('q' || k), 1, 16), 'web', md5('c' || i), md5('x' || i || '.' || k), md5('f' || i) || md5('f' || k),
 'answered', 2 * k, 'C-' || (1001 + i % 12), 2, 'portal', 1, :at, :at
FROM c CROSS JOIN t"""
_ANSWER = """INSERT INTO message
(id, conversation_id, episode_id, seq, author, kind, in_reply_to, text, at, correlation, attempts, actions, responses)
{series} SELECT md5('a' || i || '.' || k), md5('c' || i), (SELECT id FROM episode WHERE conversation_id = md5('c' || i)), 2 * k, 'bot', 'answer', 2 * k - 1,
 'Tu servidor SIERRA-0' || (k % 5) || ' vence el martes 24 de noviembre. Para no perder el servicio revisa que tu tarjeta tenga fondos, '
 || 'o llama al 55 8000 9480, de lunes a viernes de 9:00 a 18:00. Consulta hecha hoy a las 14:05.', :at,
 substr(md5('q' || k), 1, 16), 0, :actions, :responses
FROM c CROSS JOIN t"""
_UNDERSTANDING = """INSERT INTO understanding (message_id, n, conversation_id, text, decision, intent, via, ranking, confidence, entities)
{series} SELECT md5('q' || i || '.' || k), 0, md5('c' || i), '¿cuándo vence mi servidor? ' || k, 'answered', 'consultar_vigencia', 'text', :ranking, 0.91, :nothing
FROM c CROSS JOIN t"""
_READING = """INSERT INTO reading (reply_id, source, server, field, value, read_at)
{series} SELECT md5('a' || i || '.' || k), 'subscription', 'SIERRA-0' || (k % 5), 'ends_on', '2026-11-24', :at FROM c CROSS JOIN t"""
_BUTTON = """INSERT INTO button (id, conversation_id, reply_id, position, title, intent, entities, origin_text, expires_at)
{series} SELECT md5('b' || i || '.' || k), md5('c' || i), md5('a' || i || '.' || k), 0, 'Factura', 'faq_factura', :no_entities,
 '¿cuándo vence mi servidor?', :at FROM c CROSS JOIN t WHERE k % 5 = 0"""
_TYPES = {
    "at": Moment(),
    "ends": Moment(),
    **dict.fromkeys(("nothing", "actions", "responses", "ranking", "no_entities"), JSON()),
}
_STATEMENTS = [
    text(statement.format(series=_SERIES)).bindparams(
        *(bindparam(name, type_=kind) for name, kind in _TYPES.items() if f":{name}" in statement)
    )
    for statement in (_CONVERSATION, _SESSION, _EPISODE, _INBOUND, _ANSWER, _UNDERSTANDING, _READING, _BUTTON)
]


@dataclass(frozen=True)
class Filling:
    """Conversations numbered from `first`, each with so many turns, all at `at`; their sessions end at `ends`."""

    first: int
    conversations: int
    turns: int
    at: datetime
    ends: datetime

    def claims(self, number: int) -> SessionClaims:
        """The session of the conversation with this number."""
        return SessionClaims(_md5(f"s{number}"), _md5(f"c{number}"), f"C-{1001 + number % 12}", EPOCH, self.ends)


async def fill(url: str, fillings: list[Filling]) -> None:
    """Write them into a migrated ledger; PostgreSQL then looks at its tables, as it does by itself in a living one."""
    async with open_database(url, command_seconds=STATEMENT_SECONDS) as database:
        event.listen(database.engine.pool, "connect", lambda raw, _: _hurry(raw, database.dialect))
        await database.write(lambda connection: connection.execute(text(f"UPDATE ledger_life SET epoch = '{EPOCH}'")))
        for filling in fillings:
            step = max(1, AT_ONCE // filling.turns)
            for start in range(filling.first, filling.first + filling.conversations, step):
                last = min(start + step, filling.first + filling.conversations) - 1
                await database.write(partial(_write, filling, start, last))
        if database.dialect == "postgresql":
            await database.write(lambda connection: connection.execute(text("ANALYZE")))


def _hurry(raw: Any, dialect: str) -> None:
    cursor = raw.cursor()
    for statement in _FASTER[dialect]:
        cursor.execute(statement)
    cursor.close()
    if dialect == "sqlite":
        raw.create_function("md5", 1, _md5, deterministic=True)


def _write(filling: Filling, first: int, last: int, connection: Connection) -> None:
    at = filling.at - timedelta(minutes=(first - filling.first) % 500_000)
    values = {
        "first": first, "last": last, "turns": filling.turns, "at": at, "ends": filling.ends,
        "nothing": [], "no_entities": {}, "actions": ["action_consultar_vigencia"], "responses": ["utter_vigencia"], "ranking": RANKING,
    }  # fmt: skip
    for statement in _STATEMENTS:
        connection.execute(statement, {name: value for name, value in values.items() if f":{name}" in str(statement.text)})


def _md5(word: str) -> str:
    return hashlib.md5(word.encode(), usedforsecurity=False).hexdigest()
