"""A person's rights: all that is kept of them, as one document; and all of it erased, with a receipt.

A person is a customer of the company (C-1003), one conversation, or an address of a channel (a telephone). What proves what was told, and who
looked, holds no value of anybody's and stays for as long as the law may ask.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

from sqlalchemy import Connection, Table, func, insert, or_, select, update

from bot.console import models
from bot.conversations.ledger import Ledger
from bot.conversations.tables import ADDRESS, CONVERSATION, DISCLOSURE
from bot.privacy.removal import collect, remove
from bot.rules.contact import normal_phone

AUDIT = cast(Table, models.AuditEntry.__table__)
COMMAND: Final = "(comando)"
STAYS: Final = "proof of what was told and who looked; it holds no value and no text of the person's"
BACKUPS: Final = "copies of the ledger still hold it until they expire: erase again after one is put back"


async def conversations_of(ledger: Ledger, person: str) -> list[str]:
    """The conversations of a customer, an address or a telephone; the one with this id."""
    values = [person, *filter(None, [normal_phone(person)])]
    by_address = select(ADDRESS.c.conversation_id).where(or_(ADDRESS.c.value.in_(values), ADDRESS.c.wire.in_(values)))
    own = or_(CONVERSATION.c.id == person, CONVERSATION.c.desk == person, CONVERSATION.c.id.in_(by_address))
    query = select(CONVERSATION.c.id).where(own).order_by(CONVERSATION.c.id)
    return await ledger.read(lambda connection: list(connection.scalars(query)))


async def export(ledger: Ledger, person: str, unseal: Callable[[str], str], now: datetime) -> dict[str, Any]:
    """Everything that is kept of a person, by table; sealed copies opened."""
    ids = await conversations_of(ledger, person)

    def work(connection: Connection) -> dict[str, Any]:
        tables = collect(connection, CONVERSATION, ids)
        for row in tables.get("sealed", ()):
            row["box"] = unseal(row["box"])
        for table, column in ((DISCLOSURE, DISCLOSURE.c.conversation_id), (AUDIT, AUDIT.c.conversation)):
            rows = connection.execute(select(table).where(column.in_(ids))).all()
            tables[table.name] = [dict(row._mapping) for row in rows]  # noqa: SLF001 (public, for all its underscore)
        return tables

    return {"person": person, "at": now, "conversations": ids, "data": await ledger.read(work)}


async def erase(ledger: Ledger, person: str, now: datetime) -> dict[str, Any]:
    """Everything of a person is gone, but what only proves; the receipt, which names nobody but the person that was asked for."""
    ids = await conversations_of(ledger, person)

    def work(connection: Connection) -> dict[str, Any]:
        locked = select(CONVERSATION.c.id).where(CONVERSATION.c.id.in_(ids)).order_by(CONVERSATION.c.id).with_for_update()
        connection.execute(locked).all()
        gone = remove(connection, CONVERSATION, ids)
        connection.execute(update(AUDIT).where(AUDIT.c.conversation.in_(ids)).values(detail=""))
        connection.execute(insert(AUDIT), [_audited(each, now) for each in ids] or [_audited(None, now)])
        kept = {
            "disclosure": _count(connection, DISCLOSURE, DISCLOSURE.c.conversation_id, ids),
            "audit_entry": _count(connection, AUDIT, AUDIT.c.conversation, ids),
        }
        return {"erased": dict(sorted(gone.items())), "kept": kept}

    done: dict[str, Any] = await ledger.write(work)
    receipt = {"person": person, "at": now, "conversations": ids, **done, "kept_because": STAYS, "backups": BACKUPS}
    return {**receipt, "receipt": hashlib.sha256(as_json(receipt).encode()).hexdigest()}


def as_json(value: Any) -> str:
    """The document, for people and machines."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, Decimal) else repr(value)


def _audited(conversation: str | None, now: datetime) -> dict[str, Any]:
    return {"at": now, "agent": COMMAND, "what": "borrado", "conversation": conversation, "detail": "", "address": ""}


def _count(connection: Connection, table: Table, column: Any, ids: Sequence[str]) -> int:
    return int(connection.scalar(select(func.count()).select_from(table).where(column.in_(ids))) or 0)
