"""Messages found by words, whatever their accents and endings: FTS5 on SQLite, a text index on PostgreSQL, alike on both.

Both read accents away. A word's ending is cut off here, and what begins so is looked for: PostgreSQL's Spanish stems need the accents
(without them "renovación" and "renovaciones" have two).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Integer, String, Subquery, TextClause, bindparam, column, text

from bot.conversations.ledger import Ledger
from bot.conversations.tables import CLOSED, OPEN
from bot.database import Moment
from bot.rules.folding import bare

MOST_MATCHES: Final = 1000
"""The newest so many messages that hold the words count."""
MOST_WORDS: Final = 12
RECENT: Final = 100_000
"""About so many messages are the recent ones."""
_PAGES: Final = 200
"""Pages of the index that are merged in one transaction: tens of milliseconds."""
_NOTHING_DONE: Final = 2
"""Fewer changes than this made a merge that had nothing to do, FTS5 says."""
_WORD: Final = re.compile(r"\w+")
_ENDING: Final = re.compile(r"(?<=\w{4})(?:es|as|os|a|o|e)$|(?<=\w{3})s$")
_HOLDING_IN_SQLITE: Final = text(
    "SELECT message.conversation_id, max(message.seq) AS seq FROM searchable JOIN message ON message.id = searchable.message_id "
    "WHERE searchable.id IN (SELECT rowid FROM message_words WHERE message_words MATCH :words ORDER BY rowid DESC LIMIT :most) "
    "GROUP BY message.conversation_id"
)
_BARE: Final = "translate(message.text, 'ÁÉÍÓÚÜÑáéíóúüñ', 'aeiouunaeiouun')"
_HOLDS: Final = f"to_tsvector('simple'::regconfig, {_BARE}) @@ to_tsquery('simple', :words)"
_MAY_HOLD: Final = f"CASE WHEN strpos(lower({_BARE}), :longest) > 0 THEN true ELSE false END"
"""Says of most messages in a fifth of the time that they do not; as a CASE, of which PostgreSQL believes that half of them do."""
_MATCHES: Final = "SELECT message.conversation_id, message.seq FROM message WHERE"
_NEWEST: Final = "ORDER BY message.at DESC, message.seq DESC LIMIT :most"
_GATHERED: Final = (  # one row, because a thousand cost more to read than to find
    "SELECT array_agg(conversation_id), array_agg(seq), sum(number) FROM "
    "(SELECT conversation_id, max(seq) AS seq, count(*) AS number FROM ({}) AS each GROUP BY conversation_id) AS found"
)
_AMONG_RECENT: Final = text(
    _GATHERED.format(
        f"({_MATCHES} {CLOSED.text} AND message.at >= :since AND {_MAY_HOLD} AND {_HOLDS} {_NEWEST}) UNION ALL ({_MATCHES} {OPEN.text} AND {_HOLDS} {_NEWEST})"
    )
).bindparams(bindparam("since", type_=Moment))
_AMONG_ALL: Final = text(_GATHERED.format(f"{_MATCHES} {_HOLDS} {_NEWEST}"))
_SPAN: Final = text(
    "SELECT min(message.at) AS oldest, max(message.at) AS newest, (SELECT reltuples FROM pg_class WHERE oid = 'message'::regclass) AS number "  # noqa: S608 - our own
    f"FROM message WHERE {CLOSED.text}"
).columns(oldest=Moment, newest=Moment, number=Integer)
_HOLDING_IN_POSTGRESQL: Final = text(
    "SELECT * FROM unnest(CAST(:conversations AS VARCHAR[]), CAST(:seqs AS INTEGER[])) AS holding(conversation_id, seq)"
)
_JOINED: Final[dict[str, Callable[[Iterable[str]], str]]] = {
    "sqlite": lambda beginnings: " ".join(f'"{each}"*' for each in beginnings),
    "postgresql": lambda beginnings: " & ".join(f"'{each}':*" for each in beginnings),
}
"""Quoted, so that nothing in a word is an operator."""


def holding(connection: Connection, words: str) -> Subquery | None:
    """The conversations in which one message holds all the words, and the `seq` of the newest one that does. Only the newest matches count.

    None for words without a letter or a digit: nothing holds them.
    """
    wanted = _WORD.findall(bare(words.replace("\x00", " ")))[:MOST_WORDS]
    if not wanted:
        return None
    dialect = connection.dialect.name
    beginnings = [_ENDING.sub("", word) for word in wanted]
    sought = {"words": _JOINED[dialect](beginnings), "most": MOST_MATCHES}
    found = _HOLDING_IN_SQLITE.bindparams(**sought) if dialect == "sqlite" else _found(connection, sought, max(beginnings, key=len))
    return found.columns(column("conversation_id", String), column("seq", Integer)).subquery("holding")


def _found(connection: Connection, sought: dict[str, Any], longest: str) -> TextClause:
    """Looked for by PostgreSQL, whose index of words knows nothing of time: what holds a common word would all be read and sorted.

    So it is looked for among the recent messages first. There a common word is met often enough on the way back by time, and of others only
    what is recent is read; a word that is rarer than that is rare enough to read all that hold it.
    """
    connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))  # for these very words: the best way for others takes seconds
    span = connection.execute(_SPAN).one()
    conversations: list[str] | None = None
    seqs: list[int] | None = None
    number = 0
    if span.number > RECENT:
        since = span.newest - (span.newest - span.oldest) * (RECENT / span.number)
        conversations, seqs, number = connection.execute(_AMONG_RECENT, {**sought, "since": since, "longest": longest}).one()
    if (number or 0) < MOST_MATCHES:
        conversations, seqs, _ = connection.execute(_AMONG_ALL, sought).one()
    return _HOLDING_IN_POSTGRESQL.bindparams(conversations=conversations or [], seqs=seqs or [])


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
