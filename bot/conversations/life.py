"""The ledger's life. One that was put back from a copy begins another: whoever remembers more than it holds must start over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from bot.conversations.ledger import Ledger, new_id
from bot.conversations.tables import LIFE


async def begin_anew(ledger: Ledger, now: datetime) -> None:
    """Give the ledger another epoch: session tokens of before are over, and browsers read their conversation again from its beginning."""
    fresh = update(LIFE).values(epoch=new_id(), since=now)
    await ledger.write(lambda connection: connection.execute(fresh))
