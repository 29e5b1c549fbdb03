"""Effects on their way: taken under a fenced lease like turns, tried again with back-off, done once.

`next_attempt_at` is the lease as well: a taken effect is nobody else's until that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.ledger import Ledger
from bot.conversations.models import Effect
from bot.errors import LeaseLost


@dataclass(frozen=True)
class OpenEffect:
    """An effect to be applied; `key` is the same at every attempt and on every machine. `attempts` counts this one."""

    id: int
    lease_token: int
    key: str
    kind: str
    payload: dict[str, Any]
    attempts: int


async def claim(ledger: Ledger, now: datetime, lease_life: timedelta) -> OpenEffect | None:
    """Take the pending effect that has waited longest, or None."""
    next_one = (
        select(Effect.id)
        .where(Effect.state == "pending", Effect.next_attempt_at <= now)
        .order_by(Effect.next_attempt_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    statement = (
        update(Effect)
        .where(Effect.id == next_one)
        .values(attempts=Effect.attempts + 1, lease_token=Effect.lease_token + 1, next_attempt_at=now + lease_life)
        .returning(Effect)
    )
    async with ledger.write() as session:
        row = (await session.scalars(statement)).one_or_none()
    return OpenEffect(row.id, row.lease_token, f"{row.inbound_id}:{row.n}", row.kind, row.payload, row.attempts) if row else None


async def done(ledger: Ledger, effect: OpenEffect, now: datetime) -> None:
    """The effect has been applied. Raises LeaseLost."""
    async with ledger.write() as session:
        await _update_held(session, effect, state="done", done_at=now, error=None)


async def failed(ledger: Ledger, effect: OpenEffect, error: str, again_at: datetime | None) -> None:
    """The effect could not be applied: try again from `again_at` on, or never (None). Raises LeaseLost."""
    retry = {"next_attempt_at": again_at} if again_at is not None else {"state": "failed"}
    async with ledger.write() as session:
        await _update_held(session, effect, error=error[:200], **retry)


async def _update_held(session: AsyncSession, effect: OpenEffect, **values: Any) -> None:
    held = update(Effect).where(Effect.id == effect.id, Effect.lease_token == effect.lease_token, Effect.state == "pending")
    if await session.scalar(held.values(**values).returning(Effect.id)) is None:
        raise LeaseLost(str(effect.id))
