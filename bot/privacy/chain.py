"""The chain of the disclosure ledger: each entry holds the hash of the one before it, so that none can be changed, left out or put in unseen."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

BEGINNING: Final = "0" * 64
"""What the first entry of a chain has before it."""


def canonical(entry: Mapping[str, Any]) -> bytes:
    """An entry as JSON in one form: names in order, no blanks, moments in UTC with their microseconds."""
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_moment).encode()


def link(previous: str, entry: Mapping[str, Any]) -> str:
    """The hash of an entry that comes after `previous`."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical(entry)).hexdigest()


def anchored(secret: str, previous: str, entry: Mapping[str, Any]) -> str:
    """The same, as only who has the secret can make it."""
    return hmac.new(secret.encode(), b"disclosures\n" + previous.encode() + b"\n" + canonical(entry), hashlib.sha256).hexdigest()


def _moment(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no canonical form")
    return value.astimezone(UTC).isoformat(timespec="microseconds")
