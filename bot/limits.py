"""Limits by customer and by address: token buckets in this process's memory, bounded in number."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.errors import AssistantError

MOST_BUCKETS = 20_000
CALM = timedelta(minutes=1)
"""So long without a refusal, and the next one begins another flood."""


class TooMany(AssistantError):
    """A limit was passed. `retry_after`: whole seconds after which the next request is welcome; `first`: of this flood."""

    def __init__(self, limit: str, retry_after: int, *, first: bool = False) -> None:
        super().__init__(limit)
        self.limit = limit
        self.retry_after = retry_after
        self.first = first


@dataclass(frozen=True)
class _Bucket:
    left: float
    since: datetime
    refused_at: datetime | None = None


class Limit:
    """`per_minute` requests a minute for each key, all at once if they like; the keys not seen for longest are forgotten."""

    def __init__(self, name: str, per_minute: int, now: Callable[[], datetime]) -> None:
        self._name, self._most, self._now = name, float(per_minute), now
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> None:
        """Count one request of this key. Raises TooMany."""
        now = self._now()
        bucket = self._buckets.pop(key, _Bucket(self._most, now))
        passed = max(0.0, (now - bucket.since).total_seconds())
        left = min(self._most, bucket.left + passed * self._most / 60)
        allowed = left >= 1
        self._buckets[key] = _Bucket(left - 1, now, bucket.refused_at) if allowed else _Bucket(left, now, now)
        while len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        if not allowed:
            first = bucket.refused_at is None or not timedelta() <= now - bucket.refused_at < CALM
            raise TooMany(self._name, max(1, math.ceil((1 - left) * 60 / self._most)), first=first)


def client_address(request: web.Request, trusted_proxies: Sequence[str]) -> str:
    """The address of the client: the last hop of X-Forwarded-For that no trusted proxy of ours added, else the peer."""
    peer = request.remote or "unknown"
    hops = [hop.strip() for value in request.headers.getall("X-Forwarded-For", []) for hop in value.split(",")]
    while peer in trusted_proxies and hops:
        peer = hops.pop()
    return _network(peer)


def _network(address: str) -> str:
    """An IPv6 customer has a whole /64 of addresses: they count as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)  # noqa: PLR2004
