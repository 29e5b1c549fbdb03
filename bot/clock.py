"""The one place that asks what time it is, so that tests can stop it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_stopped: list[datetime] = []


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return _stopped[-1] if _stopped else datetime.now(tz=UTC)


@contextmanager
def stopped(moment: datetime) -> Iterator[None]:
    """Within it, it is `moment` (aware): for what is written down of one moment and must not change by itself."""
    _stopped.append(moment.astimezone(UTC))
    try:
        yield
    finally:
        _stopped.pop()
