"""Passwords of agents: argon2id with the library's own parameters, in a thread, and as slow for a name that does not exist."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
DEMO = "asesora-de-demostracion"
"""Everybody may know it: of the demo's agent, refused outside the demo."""
LONGEST = 256
OUR_WORDS = ("servidor", "aspel", "asesor", "consola", "soporte", "contraseña", "contrasena", "password", "12345678", "qwerty")
"""What who attacks this very console tries first; no password holds one of them, nor the agent's own name."""
SHORTEST_WORD = 4
"""Of a name: a shorter one stands in words that have nothing to do with it."""
LEAST_DIFFERENT = 5
"""Characters."""
Weakness = Literal["length", "guessed", "known"]
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe())


def made_up() -> str:
    """A password that nobody guesses."""
    return secrets.token_urlsafe(16)


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


def is_outdated(kept: str) -> bool:
    """Whether it was made with parameters of before: checking it takes another time than checking nobody's, so it is made anew."""
    return _hasher.check_needs_rehash(kept)


def weakness(password: str, name: str, known: Path | None) -> Weakness | None:
    """Why nobody may have this password, None where they may; `known` is a file of passwords that attackers try first, one a line."""
    if not SHORTEST <= len(password) <= LONGEST:
        return "length"
    folded = password.casefold()
    if any(word in folded for word in (*OUR_WORDS, name.casefold()) if len(word) >= SHORTEST_WORD) or len(set(folded)) < LEAST_DIFFERENT:
        return "guessed"
    if known is not None:
        with known.open(encoding="utf-8", errors="replace") as lines:
            if any(line.rstrip("\r\n").casefold() == folded for line in lines):
                return "known"
    return None


async def fits(kept: str | None, password: str) -> bool:
    """Whether this is the password; None (there is no such agent) takes as long as a wrong one."""
    right = await asyncio.to_thread(_verify, kept or _NOBODY, password[:LONGEST])
    return right and kept is not None and len(password) <= LONGEST


def _verify(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
