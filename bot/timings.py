"""Every interval of the gateway in one place, so that tests can make them short and operators can see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Timings:
    """Intervals; those in plain numbers are seconds of real waiting, the timedeltas are compared with the clock."""

    poll_seconds: float = 1.0
    keep_alive_seconds: float = 15.0
    push_seconds: float = 3.0
    """Between two looks for what agents' browsers are to be told."""
    turn_seconds: float = 20.0
    try_seconds: float = 6.0
    """Of a turn's time, for one dialogue process while there is another one: longer than it waits for a hung actions process (3 s)."""
    connect_seconds: float = 2.0
    drain_seconds: float = 25.0
    lease_life: timedelta = timedelta(seconds=8)
    renew_seconds: float = 2.0
    delay_notice_after: timedelta = timedelta(seconds=6)
    typing_life: timedelta = timedelta(seconds=4)
    """So long one sign of typing is believed: a little longer than until the next one, which the widget gives every 3 s."""
    gather_most: timedelta = timedelta(seconds=8)
    """From the first message of a burst on, however long its customer types."""
    back_off_first: timedelta = timedelta(seconds=2)
    back_off_most: timedelta = timedelta(seconds=20)
    park_attempts: int = 8
    park_after: timedelta = timedelta(minutes=10)
    effect_lease_life: timedelta = timedelta(minutes=1)
    effect_attempts: int = 12
    delivery_lease_life: timedelta = timedelta(minutes=1)
    """Longer than any request to a platform takes (30 s), and long enough for the report of one whose sender died."""
    delivery_settles: timedelta = timedelta(minutes=1)
    """So long a report is waited for where no reply came to what was sent."""

    def back_off(self, attempts: int, jitter: float) -> timedelta:
        """How long to wait after this many attempts; `jitter` in 0…1 adds up to a quarter, so that many do not come back at once."""
        exact = min(self.back_off_first * 2 ** min(attempts - 1, 16), self.back_off_most)
        return exact * (1 + jitter / 4)
