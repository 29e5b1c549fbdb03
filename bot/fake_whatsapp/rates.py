"""How fast a business may send, and how long it may answer: per number, per pair of number and person, and the window of 24 hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.fake_whatsapp.refusals import Refused

NUMBER_A_SECOND: Final = 80
PAIR_BURST: Final = 45
PAIR_SECONDS: Final = 6.0
WINDOW: Final = timedelta(hours=24)


@dataclass
class _Bucket:
    left: float
    at: datetime


class Rates:
    """The limits of all numbers; `now` is the stand-in's clock. A test that is not about them sets `enforced` to False."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._buckets: dict[tuple[str, ...], _Bucket] = {}
        self._last: dict[tuple[str, str], datetime] = {}
        self.enforced = True

    def heard(self, number: str, person: str, at: datetime) -> None:
        """The person wrote to the number: the window opens anew."""
        last = self._last.get((number, person))
        self._last[number, person] = at if last is None else max(last, at)

    def in_window(self, number: str, person: str) -> bool:
        """Whether a free-form message may go out to this person now."""
        last = self._last.get((number, person))
        return last is not None and self._now() - last < WINDOW

    def take(self, number: str, person: str) -> None:
        """One message goes out. Raises Refused (130429 or 131056) when that is too fast."""
        if not self.enforced:
            return
        if not self._take((number,), NUMBER_A_SECOND, NUMBER_A_SECOND):
            raise Refused(130429, "Message failed to send because the rate of messages of this number is too high")
        if not self._take((number, person), PAIR_BURST, 1 / PAIR_SECONDS):
            raise Refused(131056, "Message failed to send because there were too many messages to this person")

    def _take(self, key: tuple[str, ...], burst: float, a_second: float) -> bool:
        now = self._now()
        bucket = self._buckets.setdefault(key, _Bucket(burst, now))
        bucket.left = min(burst, bucket.left + max(0.0, (now - bucket.at).total_seconds()) * a_second)
        bucket.at = now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True
