"""Messages found by words, whatever their accents and endings: FTS5 on SQLite, a text index on PostgreSQL, alike on both.

Both read accents away. A word's ending is cut off here, and what begins so is looked for: PostgreSQL's Spanish stems need the accents
(without them "renovación" and "renovaciones" have two).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from sqlalchemy import Connection, Integer, String, Subquery, bindparam, column, text

from bot.conversations.ledger import Ledger
from bot.conversations.tables import CLOSED, OPEN
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
_HOLDS: Final = (
    "to_tsvector('simple'::regconfig, translate(message.text, 'ÁÉÍÓÚÜÑáéíóúüñ', 'aeiouunaeiouun')) @@ to_tsquery('simple', :words)"
)
_NEWEST: Final = "ORDER BY message.at DESC, message.seq DESC LIMIT :most"
_QUERIES: Final = {
    "sqlite": (
        "SELECT message.conversation_id, max(message.seq) AS seq FROM searchable JOIN message ON message.id = searchable.message_id "
        "WHERE searchable.id IN (SELECT rowid FROM message_words WHERE message_words MATCH :words ORDER BY rowid DESC LIMIT :most) "
        "GROUP BY message.conversation_id"
    ),
    "postgresql": (
        "SELECT conversation_id, max(seq) AS seq FROM ("  # noqa: S608 - our own
        f"(SELECT message.conversation_id, message.seq FROM message WHERE {CLOSED.text} AND {_HOLDS} {_NEWEST}) UNION ALL "
        f"(SELECT message.conversation_id, message.seq FROM message WHERE {OPEN.text} AND {_HOLDS} {_NEWEST})) AS message GROUP BY conversation_id"
    ),
}
"""Few statements are worth as much care. A word that many messages hold is met soon on the way back by time, for which PostgreSQL has an index
of the messages that are closed; one that few hold is looked up in the index of words. Which it is, PostgreSQL knows (`plan_by_words`)."""
_JOINED: Final[dict[str, Callable[[Iterable[str]], str]]] = {
    "sqlite": lambda beginnings: " ".join(f'"{each}"*' for each in beginnings),
    "postgresql": lambda beginnings: " & ".join(f"'{each}':*" for each in beginnings),
}
"""Quoted, so that nothing in a word is an operator."""


def holding(dialect: str, words: str) -> Subquery | None:
    """The conversations in which one message holds all the words, and the `seq` of the newest one that does.

    None for words without a letter or a digit: nothing holds them.
    """
    wanted = _WORD.findall(bare(words.replace("\x00", " ")))[:MOST_WORDS]
    if not wanted:
        return None
    sought = _JOINED[dialect](_ENDING.sub("", word) for word in wanted)
    query = text(_QUERIES[dialect]).bindparams(bindparam("words", sought, String), bindparam("most", MOST_MATCHES, Integer))
    return query.columns(column("conversation_id", String), column("seq", Integer)).subquery("holding")


def plan_by_words(connection: Connection) -> None:
    """Have PostgreSQL plan this transaction's statements for the very words that are sought, instead of once for any words."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


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
