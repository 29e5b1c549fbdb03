"""Status updates as the webhook makes them of what Meta sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.channels.whatsapp.conftest import NOON, NUMBER


@dataclass(frozen=True)
class Problem:
    code: int | None
    title: str | None = None
    details: str | None = None


@dataclass(frozen=True)
class Status:
    wamid: str
    state: str
    at: datetime = NOON
    number: str | None = NUMBER
    callback: str | None = None
    errors: tuple[Problem, ...] = ()
    billable: bool | None = None
    category: str | None = None


def status(wamid: str, state: str, *codes: int, **more: Any) -> Status:
    return Status(wamid, state, errors=tuple(Problem(code, "No") for code in codes), **more)
