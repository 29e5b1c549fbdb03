"""The open case of a conversation: one at a time, whatever it is asked for; what comes later is added to it under the same folio.

Every turn knows its folio, so that a customer who comes back hears the same one and opens no second case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.conversations.tables import CONVERSATION, ESCALATION, MESSAGE, NOW
from bot.identity.identity import Identity
from bot.protocol.state import FOLIOS, SUBJECT_AFTER

REASONS_BETWEEN: Final = ", "
_MOST_OF_REASONS: Final = 200
_OPEN = (
    select(ESCALATION.c.id, ESCALATION.c.code, ESCALATION.c.reason, ESCALATION.c.summary)
    .where(ESCALATION.c.conversation_id == bindparam("conversation"), ESCALATION.c.state == "open")
    .order_by(ESCALATION.c.id)
)
_OPEN_OF = _OPEN.join_from(ESCALATION, MESSAGE, MESSAGE.c.id == ESCALATION.c.inbound_id)
_ADD = update(ESCALATION).where(ESCALATION.c.id == bindparam("case")).values(reason=bindparam("reasons"), summary=bindparam("whole"))
_OWED = (
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("conversation"))
    .values(owed_since=func.coalesce(CONVERSATION.c.owed_since, NOW), case_closed_at=None)
)
_BEGIN = insert(ESCALATION).returning(ESCALATION.c.id)


def store(connection: Connection, conversation: str, wanted: Sequence[dict[str, Any]]) -> None:
    """Open the cases (rows of the table), or add them to the open one that has their folio: from now on a person's answer is owed.

    Raises IntegrityError for a folio that is taken.
    """
    if not wanted:
        return
    connection.execute(_OWED, {"conversation": conversation, "now": wanted[0]["at"]})
    cases = {row.code: (row.id, row.reason, row.summary) for row in connection.execute(_OPEN, {"conversation": conversation})}
    for row in wanted:
        number, reasons, summary = cases.get(row["code"], (None, row["reason"], row["summary"]))
        whole = _joined(reasons, row["reason"], REASONS_BETWEEN)
        reasons = whole if len(whole) <= _MOST_OF_REASONS else reasons  # half a reason says nothing
        summary = _joined(summary, row["summary"], "\n")
        if number is None:
            number = connection.execute(_BEGIN, row).scalar_one()
        else:
            connection.execute(_ADD, {"case": number, "reasons": reasons, "whole": summary})
        cases[row["code"]] = number, reasons, summary


def _joined(told: str, more: str, between: str) -> str:
    """Both, each once."""
    return told if more in told.split(between) else f"{told}{between}{more}"


def known_events(
    connection: Connection, conversation: str, who: Identity, now: datetime, events: Sequence[dict[str, Any]] = ()
) -> list[dict[str, Any]]:
    """The events that a turn of `who` starts from, with the folio of their open case by each of its reasons as the ledger has it now.

    What was opened beside the dialogue (a call, what could not be sent) is known to it so, and the folio of a settled case is told no more.
    """
    found = connection.execute(
        _OPEN_OF.where(MESSAGE.c.desk.is_(None) if who.desk is None else MESSAGE.c.desk == who.desk), {"conversation": conversation}
    )
    told = next((event.get("value") or {} for event in reversed(events) if _is_of_folios(event)), {})
    known: dict[str, str] = {}
    for row in found:
        mine = {subject: code for subject, code in told.items() if code == row.code}
        held = {subject.partition(SUBJECT_AFTER)[0] for subject in mine}
        known |= mine | {reason: row.code for reason in row.reason.split(REASONS_BETWEEN) if reason not in held}
    if known == told:
        return list(events)
    slot = {"event": "slot", "timestamp": now.timestamp(), "name": FOLIOS, "value": known}
    return [slot, *(event for event in events if not _is_of_folios(event))]


def _is_of_folios(event: Mapping[str, Any]) -> bool:
    return event.get("event") == "slot" and event.get("name") == FOLIOS
