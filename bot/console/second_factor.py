"""The second factor: six digits that change every 30 seconds (TOTP), its picture to scan, and codes for who has lost the telephone."""

from __future__ import annotations

import hashlib
import io
import secrets
from datetime import datetime
from typing import Final

import pyotp
import segno

ISSUER: Final = "Servidor virtual"
SECONDS: Final = 30
RECOVERY_CODES: Final = 8
_LETTERS: Final = "234679ACDEFHJKMNPQRTUVWXYZ"
"""Characters that nobody takes for another one on paper."""


def new_secret() -> str:
    """What the agent's telephone and we know."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The 30 seconds that this code belongs to (now, or just before or after: clocks differ), None where it is wrong."""
    totp, current = pyotp.TOTP(secret, interval=SECONDS), int(now.timestamp()) // SECONDS
    digits = "".join(code.split())
    fitting = [
        step for step in (current, current - 1, current + 1) if secrets.compare_digest(totp.at(step * SECONDS).encode(), digits.encode())
    ]
    return fitting[0] if fitting else None


def picture(secret: str, agent: str) -> bytes:
    """What a telephone scans, as SVG."""
    address = pyotp.TOTP(secret, interval=SECONDS).provisioning_uri(name=agent, issuer_name=ISSUER)
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=5, border=3, dark="#000", light="#fff")
    return out.getvalue()


def recovery_codes() -> list[str]:
    """New ones, as "ACDE-FHJK-MNPQ-RTUV-WXYZ-2346": so long that nobody finds one from its digest (112 bits)."""
    return ["-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(6)) for _ in range(RECOVERY_CODES)]


def digest(code: str) -> str:
    """What is kept of a recovery code; blanks, dashes and case do not matter."""
    return hashlib.sha256("".join(char for char in code.upper() if char.isalnum()).encode()).hexdigest()
