"""Messages found by words, whatever their accents and endings: FTS5 on SQLite, a text index with Spanish stems on PostgreSQL.

Both read accents away. PostgreSQL knows Spanish stems; for FTS5 an ending is cut off here and the beginning of the word is looked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from bot.rules.folding import bare

MOST_MATCHES: Final = 2000
"""The newest so many messages that hold the words count."""
MOST_WORDS: Final = 12
_WORD: Final = re.compile(r"\w+")
_ENDING: Final = re.compile(r"(?<=\w{4})(?:es|as|os|s|a|o|e)$")
_COLUMNS: Final = "message.conversation_id, message.seq, message.text"
_QUERIES: Final = {
    "sqlite": text(
        f"SELECT {_COLUMNS} FROM searchable JOIN message ON message.id = searchable.message_id WHERE searchable.id IN "  # noqa: S608 - our own
        "(SELECT rowid FROM message_words WHERE message_words MATCH :words ORDER BY rowid DESC LIMIT :most) ORDER BY searchable.id DESC"
    ),
    "postgresql": text(
        f"SELECT {_COLUMNS} FROM message WHERE "  # noqa: S608 - our own
        "to_tsvector('spanish'::regconfig, translate(lower(message.text), 'áéíóúüñ', 'aeiouun')) @@ plainto_tsquery('spanish', :words) "
        "ORDER BY message.at DESC LIMIT :most"
    ),
}


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
    sought = " ".join(_beginning(word) for word in wanted) if dialect == "sqlite" else " ".join(wanted)
    found: dict[str, Match] = {}
    for row in connection.execute(_QUERIES[dialect], {"words": sought, "most": MOST_MATCHES}):
        found.setdefault(row.conversation_id, Match(row.seq, row.text))
    return found


def _beginning(word: str) -> str:
    """A word for FTS5, quoted, so that nothing in it is an operator."""
    return f'"{_ENDING.sub("", word)}"*'
