"""Who writes from a number that the company knows: the customer of exactly one desk is recognised, which proves little."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.accounts.guard import Guarded
from bot.accounts.port import AccountsPort
from bot.errors import AccountsUnavailable
from bot.identity.identity import ANONYMOUS, Identity, Level

log = structlog.get_logger()

PROOF: Final = "whatsapp number"
FRESH: Final = timedelta(minutes=1)
AWAY: Final = timedelta(seconds=5)
"""So long nobody is looked up after the live state was away: each try may take seconds, and Meta waits for our answer."""
MOST: Final = 20_000


class Recognition:
    """What each number proves, kept for a minute."""

    def __init__(self, accounts: AccountsPort, now: Callable[[], datetime]) -> None:
        self._accounts = accounts if isinstance(accounts, Guarded) else Guarded(accounts)
        self._now = now
        self._known: dict[str, tuple[datetime, Identity]] = {}
        self._away_until: datetime | None = None

    async def identities(self, phones: Iterable[str]) -> dict[str, Identity]:
        """Who writes from each of these numbers (E.164). Whoever cannot be looked up is anonymous. Raises nothing."""
        wanted, now = set(phones), self._now()
        if len(self._known) > MOST:
            self._known.clear()
        missing = sorted(phone for phone in wanted if not self._is_fresh(phone, now))
        for phone in missing:
            self._known.pop(phone, None)
        if missing and not self._is_away(now):
            await self._look_up(missing, now)
        return {phone: self._known[phone][1] if phone in self._known else ANONYMOUS for phone in wanted}

    def _is_fresh(self, phone: str, now: datetime) -> bool:
        return phone in self._known and timedelta() <= now - self._known[phone][0] < FRESH

    def _is_away(self, now: datetime) -> bool:
        return self._away_until is not None and now < self._away_until <= now + AWAY

    async def _look_up(self, phones: list[str], now: datetime) -> None:
        try:
            found = await self._accounts.desks_by_phones(phones)
        except AccountsUnavailable:
            self._away_until = self._now() + AWAY
            log.warning("nobody is recognised: live state is away")
            return
        for phone in phones:
            desks = found.get(phone, ())
            self._known[phone] = now, Identity(desks[0], None, Level.RECOGNISED, PROOF) if len(desks) == 1 else ANONYMOUS
