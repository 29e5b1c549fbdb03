"""The ledger that the console is measured in is one that the console can read, and the same each time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from benchmarks.console import filling
from bot.conversations import cases, listing, transcripts
from bot.conversations.ledger import Ledger
from bot.conversations.listing import Wanted
from bot.database import open_database
from bot.migrations import upgrade

NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
MESSAGES = 5000


async def test_it_is_read_like_any_other(tmp_path) -> None:
    found = []
    for name in ("one", "other"):
        url = f"sqlite:///{tmp_path}/{name}.db"
        await asyncio.to_thread(upgrade, url, "ledger")
        filled = await filling.fill(url, MESSAGES, NOW)
        ledger = Ledger(open_database(url))
        whole = await transcripts.read(ledger, filled.longest)
        words, intent = next(pair for pair in filled.examples if pair[1] == "consultar_pago")
        by_intent = await listing.find(ledger, Wanted(intent=intent))
        by_words = await listing.find(ledger, Wanted(words="servidor"))
        waiting = await cases.waiting(ledger)
        await ledger.close()
        assert filled.messages == MESSAGES
        assert len(whole.lines) == filling.LONGEST
        assert words
        assert by_intent.rows
        assert by_words.rows
        assert len(waiting) == filling.OPEN_CASES
        assert all(row.owed_since for row in waiting)
        found.append((filled.longest, filled.conversations, [row.id for row in by_intent.rows]))
    assert found[0] == found[1]
