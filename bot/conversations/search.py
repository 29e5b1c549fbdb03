"""Messages found by words, whatever their accents and endings: FTS5 on SQLite, a text index on PostgreSQL, alike on both.

Both read accents away. A word's ending is cut off here, and what begins so is looked for: PostgreSQL's Spanish stems need the accents
(without them "renovación" and "renovaciones" have two).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from bot.rules.folding import bare

MOST_MATCHES: Final = 2000
"""The newest so many messages that hold the words count."""
MOST_WORDS: Final = 12
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
