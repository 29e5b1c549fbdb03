"""Which of the messages that wait in a conversation are one burst: people write one thought as several messages, and get one answer to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row

from bot.protocol.turn import READ_CHARACTERS

MOST_MESSAGES: Final = 20
"""Messages of one burst; those behind them begin the next."""
ALONE_FROM: Final = 2
"""Failed attempts from which on a message is tried by itself, so that one that nobody can answer takes no other one with it."""


def first_burst(waiting: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """Of open messages, oldest first and at least one, those that the next turn answers together: never fewer than the first.

    A pressed button is a turn of its own, and so is a question that is resumed. One writer, as many failed attempts, and no more text than the dialogue reads.
    """
    first, length, number = waiting[0], 0, 0
    for row in waiting[:MOST_MESSAGES]:
        length += len(row.text) + 1
        if number and (_apart(row, first) or length > READ_CHARACTERS):
            break
        number += 1
    return waiting[:number]


def stands_apart(text: str, fixed_answer: str | None) -> bool:
    """Whether a message has words and an answer to them that is no dialogue's: nothing else is answered with it.

    What came without words has an answer only for the case that no words follow.
    """
    return fixed_answer is not None and bool(text)


def _apart(row: Row[Any], first: Row[Any]) -> bool:
    if stands_apart(row.text, row.fixed_answer) or stands_apart(first.text, first.fixed_answer):
        return True
    if row.resumes is not None or first.resumes is not None:
        return True
    if row.title is not None or first.title is not None or row.attempts != first.attempts or first.attempts >= ALONE_FROM:
        return True
    return (row.desk, row.person, row.level, row.proof) != (first.desk, first.person, first.level, first.proof)
