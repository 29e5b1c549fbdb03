"""Cases that the house opens itself, for agents: what the assistant has to say cannot reach its customer."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, select

from bot.conversations.tables import ESCALATION, MESSAGE

CODE_ALPHABET = "234679ACDEFHJKMNPQRTUVWX"
CODE_CHARACTERS = 6


def open_case(connection: Connection, conversation: str, reason: str, now: datetime) -> bool:
    """Open a case about the customer's last message, unless one is open for this reason; whether it was opened.

    `reason` is a key in Spanish (agents see it). Somebody who never wrote has no case.
    """
    about = (
        select(MESSAGE.c.id)
        .where(MESSAGE.c.conversation_id == conversation, MESSAGE.c.author == "customer")
        .order_by(MESSAGE.c.seq.desc())
        .limit(1)
    )
    same = select(exists().where(ESCALATION.c.conversation_id == conversation, ESCALATION.c.reason == reason, ESCALATION.c.state == "open"))
    inbound = connection.scalar(about)
    if inbound is None or connection.scalar(same):
        return False
    last = connection.scalar(select(func.max(ESCALATION.c.n)).where(ESCALATION.c.inbound_id == inbound))
    row = {"conversation_id": conversation, "inbound_id": inbound, "n": -1 if last is None else last}
    row["n"] += 1
    case = {**row, "code": _free_code(connection), "reason": reason, "summary": reason, "state": "open", "at": now}
    connection.execute(insert(ESCALATION), case)
    return True


def _free_code(connection: Connection) -> str:
    """A folio, easy to say, that no open case has."""
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARACTERS))
        if not connection.scalar(select(exists().where(ESCALATION.c.code == code, ESCALATION.c.state == "open"))):
            return code
