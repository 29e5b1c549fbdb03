"""How long a server takes to be created and how many a desk may have (FAQ 2, 9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

_NOT_CONTRACTED = frozenset({"cancelled", "deleted"})


def expected_ready_at(credited_at: datetime, minutes: int = 15) -> datetime:
    """When a server is expected to be ready, counted from the credit of its payment."""
    return credited_at + timedelta(minutes=minutes)


def contracted(statuses: Iterable[str]) -> int:
    """How many servers of these statuses (ServerStatus) count as contracted: all that are neither cancelled nor deleted."""
    return sum(status not in _NOT_CONTRACTED for status in statuses)


def servers_left(contracted: int, maximum: int = 5) -> int:
    """How many more servers the desk may contract, never below 0."""
    return max(0, maximum - contracted)
