"""Messages found by words, whatever their accents and endings: FTS5 on SQLite, a text index on PostgreSQL, alike on both.

Both read accents away. A word's ending is cut off here, and what begins so is looked for: PostgreSQL's Spanish stems need the accents
(without them "renovación" and "renovaciones" have two).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection, text

from bot.conversations.ledger import Ledger
from bot.rules.folding import bare

MOST_MATCHES: Final = 2000
"""The newest so many messages that hold the words count."""
MOST_WORDS: Final = 12
_PAGES: Final = 200
"""Pages of the index that are merged in one transaction: tens of milliseconds."""
_NOTHING_DONE: Final = 2
"""Fewer changes than this made a merge that had nothing to do, FTS5 says."""
_WORD: Final = re.compile(r"\w+")
_ENDING: Final = re.compile(r"(?<=\w{4})(?:es|as|os|a|o|e)$|(?<=\w{3})s$")
_COLUMNS: Final = "message.conversation_id, message.seq, message.text"
_QUERIES: Final = {
    "sqlite": text(
        f"SELECT {_COLUMNS} FROM searchable JOIN message ON message.id = searchable.message_id WHERE searchable.id IN "  # noqa: S608 - our own
        "(SELECT rowid FROM message_words WHERE message_words MATCH :words ORDER BY rowid DESC LIMIT :most) ORDER BY searchable.id DESC"
    ),
    "postgresql": text(
        f"SELECT {_COLUMNS} FROM message WHERE "  # noqa: S608 - our own
        "to_tsvector('simple'::regconfig, translate(message.text, 'ÁÉÍÓÚÜÑáéíóúüñ', 'aeiouunaeiouun')) @@ to_tsquery('simple', :words) "
        "ORDER BY message.at DESC, message.seq DESC LIMIT :most"
    ),
}
_JOINED: Final[dict[str, Callable[[Iterable[str]], str]]] = {
    "sqlite": lambda beginnings: " ".join(f'"{each}"*' for each in beginnings),
    "postgresql": lambda beginnings: " & ".join(f"'{each}':*" for each in beginnings),
}
"""Quoted, so that nothing in a word is an operator."""


@dataclass(frozen=True)
class Match:
    """The newest message of a conversation that holds the words."""

    seq: int
    text: str


def matches(connection: Connection, words: str) -> dict[str, Match]:
    """By conversation, those in which one message holds all the words; none for words without a letter or a digit."""
    wanted = _WORD.findall(bare(words.replace("\x00", " ")))[:MOST_WORDS]
    if not wanted:
        return {}
    dialect = connection.dialect.name
    sought = _JOINED[dialect](_ENDING.sub("", word) for word in wanted)
    found: dict[str, Match] = {}
    for row in connection.execute(_QUERIES[dialect], {"words": sought, "most": MOST_MATCHES}):
        found.setdefault(row.conversation_id, Match(row.seq, row.text))
    return found


async def forget_old_words(ledger: Ledger) -> None:
    """Take words of messages that were changed or removed out of SQLite's index, whose segments keep them until they are merged; in small pieces.

    PostgreSQL's vacuum does the same by itself.
    """
    if ledger.database.dialect != "sqlite":
        return
    pages = -_PAGES  # all segments into one; what is begun so goes on by the positive number
    while await ledger.write(partial(_merge, pages=pages)) >= _NOTHING_DONE:
        pages = _PAGES


def _merge(connection: Connection, pages: int) -> int:
    count = text("SELECT total_changes()")
    before: int = connection.execute(count).scalar_one()
    connection.execute(text("INSERT INTO message_words (message_words, rank) VALUES ('merge', :pages)"), {"pages": pages})
    return int(connection.execute(count).scalar_one()) - before
