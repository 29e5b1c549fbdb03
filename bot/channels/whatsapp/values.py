"""Reading values of a payload that may be anything at all: what is not of the expected type is not there."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from bot.channels.wording import visible
from bot.rules.contact import normal_phone

MOST_CHARACTERS: Final = 4096
"""Of one message, as the platform itself allows. What is longer is cut, because it cannot be refused: it would come again for days."""
NAME_CHARACTERS: Final = 128
MEDIA_CHARACTERS: Final = 512
_MEXICAN: Final = re.compile(r"521?(\d{10})", re.ASCII)
_DIGITS: Final = re.compile(r"\d{5,20}", re.ASCII)
_USER_ID: Final = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[0-9A-Za-z]{1,128}", re.ASCII)
_ID: Final = re.compile(r"[!-~]{1,512}", re.ASCII)
_LATEST: Final = 10**11
"""Seconds; what is more are milliseconds."""


def node(value: Any, *names: str) -> dict[str, Any]:
    """The object at this path, {} where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def nodes(value: Any, name: str) -> Iterator[dict[str, Any]]:
    """The objects of a list."""
    found = value.get(name) if isinstance(value, dict) else None
    return (each for each in found if isinstance(each, dict)) if isinstance(found, list) else iter(())


def word(value: Any, name: str) -> str:
    """A text as it stands, "" where there is none."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def said(value: Any, name: str) -> str:
    """A text as it is stored and read: what can be seen of it, at most 4,096 characters."""
    return cut(visible(word(value, name)))


def cut(words: str) -> str:
    """So much of a text as one message has."""
    return words if len(words) <= MOST_CHARACTERS else visible(words[:MOST_CHARACTERS])


def one_line(written: str) -> str | None:
    """A name as it may be shown, None where nothing of it can be seen."""
    return " ".join(visible(written[: 4 * NAME_CHARACTERS]).split())[:NAME_CHARACTERS] or None


def identifier(value: Any, name: str) -> str:
    """An opaque id without blanks, "" for anything else."""
    found = word(value, name)
    return found if _ID.fullmatch(found) else ""


def user_id(value: Any, name: str) -> str | None:
    """A business-scoped id."""
    found = word(value, name)
    return found if _USER_ID.fullmatch(found) else None


def wire(value: Any, name: str) -> str | None:
    """A number as the platform writes it, "5215500001234", with + before it."""
    digits = word(value, name).removeprefix("+")
    return f"+{digits}" if _DIGITS.fullmatch(digits) else None


def phone(on_wire: str | None) -> str | None:
    """The one form of a number, "+525500001234", whichever of its forms it came in."""
    if on_wire is None:
        return None
    mexican = _MEXICAN.fullmatch(on_wire[1:])
    return f"+52{mexican[1]}" if mexican else normal_phone(on_wire) or on_wire


def moment(value: Any, name: str) -> datetime | None:
    """A time in Unix seconds, as text or number."""
    found = value.get(name) if isinstance(value, dict) else None
    try:
        seconds = int(found) if isinstance(found, str | int) and not isinstance(found, bool) else 0
        return datetime.fromtimestamp(seconds / 1000 if seconds > _LATEST else seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def kept(value: dict[str, Any], *names: str) -> dict[str, Any]:
    """Those of the named values that can be kept: short texts, numbers and flags."""
    found = {name: _plain(value.get(name)) for name in names}
    return {name: each for name, each in found.items() if each is not None}


def _plain(value: Any) -> str | float | bool | None:
    if isinstance(value, str):
        return visible(value[:MEDIA_CHARACTERS]) or None
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**53):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else None
