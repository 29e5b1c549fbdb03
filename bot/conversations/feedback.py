"""What customers think of answers: a thumb up or down, by a button beneath the answer or by a reaction to it. The last word counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, insert, select, update

from bot.conversations.ledger import Ledger
from bot.conversations.tables import FEEDBACK, MESSAGE

Source = Literal["button", "reaction"]
Value = Literal[1, -1, 0]


async def note(ledger: Ledger, message: str | tuple[str, int], value: Value, source: Source, now: datetime) -> bool:
    """Keep what a customer thinks of an answer (its id, or its conversation and seq) since `now`; 0 takes it back. Whether it was news.

    False where there is no such answer. Raises LedgerUnavailable.
    """
    return await ledger.write_again(lambda connection: note_within(connection, message, value, source, now))


async def given(ledger: Ledger, conversation: str, seqs: Sequence[int]) -> dict[int, int]:
    """What the customer thinks of these answers, by seq, where it was said. Raises LedgerUnavailable."""
    of_these = (MESSAGE.c.conversation_id == conversation) & MESSAGE.c.seq.in_(seqs) & (FEEDBACK.c.value != 0)
    wanted = select(MESSAGE.c.seq, FEEDBACK.c.value).join_from(MESSAGE, FEEDBACK, FEEDBACK.c.message_id == MESSAGE.c.id).where(of_these)
    return await ledger.read(lambda connection: {row.seq: row.value for row in connection.execute(wanted)})


def note_within(connection: Connection, message: str | tuple[str, int], value: Value, source: Source, now: datetime) -> bool:
    """The same, as part of a transaction; IntegrityError where somebody else says it at this very moment: try again."""
    answer = connection.scalar(select(MESSAGE.c.id).where(_named(message), MESSAGE.c.kind == "answer"))
    if answer is None:
        return False
    before = connection.execute(
        select(FEEDBACK.c.value, FEEDBACK.c.at).where(FEEDBACK.c.message_id == answer).with_for_update()
    ).one_or_none()
    if before is None:
        connection.execute(insert(FEEDBACK), {"message_id": answer, "value": value, "source": source, "at": now})
        return value != 0
    if before.at > now or before.value == value:
        return False
    connection.execute(update(FEEDBACK).where(FEEDBACK.c.message_id == answer).values(value=value, source=source, at=now))
    return True


def _named(message: str | tuple[str, int]) -> ColumnElement[bool]:
    if isinstance(message, str):
        return MESSAGE.c.id == message
    return (MESSAGE.c.conversation_id == message[0]) & (MESSAGE.c.seq == message[1])
