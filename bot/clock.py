"""The one place that asks what time it is, so that tests can stop it."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(tz=UTC)
