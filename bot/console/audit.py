"""What was done in the console, by whom, from where: sign-ins, views, words, exports. Written before the thing is shown, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Connection, Row, Table, insert, select, text

from bot.console import models
from bot.conversations.clean import clean_text
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION

AUDIT = cast(Table, models.AuditEntry.__table__)
PAGE = 100
_TAKEN = text("audit_entry.what = 'toma'")
"""In the very words of its index."""

What = Literal[
    "entrada", "entrada_fallida", "bloqueo", "salida", "segundo_factor", "vista", "datos", "toma", "devolución", "respuesta", "nota", "etiqueta",
    "corrección", "caso", "llamada", "publicación", "exportación", "plantilla", "sellado", "borrado", "alta", "vínculo", "avisos",
    "clave", "sesiones", "negado",
]  # fmt: skip


async def note(
    ledger: Ledger, what: What, agent: str, address: str, now: datetime, conversation: str | None = None, detail: str = ""
) -> None:
    """Write one entry. `agent` is the name that was used, which for a failed sign-in may be nobody's."""
    await ledger.write(lambda connection: add(connection, what, agent, address, now, conversation, detail))


def add(
    connection: Connection, what: What, agent: str, address: str, now: datetime, conversation: str | None = None, detail: str = ""
) -> None:
    """The same, as part of a transaction."""
    row = {"at": now, "agent": clean_text(agent)[:64], "what": what, "conversation": conversation, "detail": clean_text(detail)[:300]}
    connection.execute(insert(AUDIT), {**row, "address": address[:64]})


def had_by(agent: str) -> ColumnElement[bool]:
    """The condition that this agent has a conversation, or took it once."""
    has = select(CONVERSATION.c.id).where(CONVERSATION.c.owner_until.is_not(None), CONVERSATION.c.agent == agent)
    took = select(AUDIT.c.conversation).where(_TAKEN, AUDIT.c.agent == agent, AUDIT.c.conversation.is_not(None))
    return CONVERSATION.c.id.in_(has.union(took))


async def newest(ledger: Ledger, before: int | None = None, agent: str = "", what: str = "") -> Sequence[Row[Any]]:
    """One page, the newest first; `before` is the id of the last one that was seen. Of this agent and of this only, where they are named."""
    query = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(PAGE)
    query = query if before is None else query.where(AUDIT.c.id < before)
    query = query.where(AUDIT.c.agent == agent) if agent else query
    query = query.where(AUDIT.c.what == what) if what else query
    return await ledger.read(lambda connection: connection.execute(query).all())
