"""A folder of copies, one each time that a timer asks: named by their moment, and gone when they are older than they may be kept.

What was erased of a person is in the copies of before until those are gone: so nothing of anybody outlives this folder by more than that.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

NAMED: Final = "ledger-%Y%m%dT%H%M%SZ.copy"


def new_in(folder: Path, now: datetime) -> Path:
    """The name of the next copy."""
    return folder / now.astimezone(UTC).strftime(NAMED)


def expire(folder: Path, keep: timedelta, now: datetime) -> list[Path]:
    """Remove the copies that are older than `keep`, by their names; which. What has another name is not ours to remove."""
    gone = []
    for path in sorted(folder.iterdir()):
        made = _made_at(path.name)
        if made is not None and made < now - keep:
            path.unlink()
            gone.append(path)
    return gone


def _made_at(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, NAMED).replace(tzinfo=UTC)
    except ValueError:
        return None
