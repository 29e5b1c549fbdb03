"""Passwords of agents: argon2id with the library's own parameters, in a thread, and as slow for a name that does not exist."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
DEMO = "asesora-de-demostracion"
"""Everybody may know it: of the demo's agent, refused outside the demo."""
LONGEST = 256
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe())


def made_up() -> str:
    """A password that nobody guesses."""
    return secrets.token_urlsafe(15)


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


def is_outdated(kept: str) -> bool:
    """Whether it was made with parameters of before: checking it takes another time than checking nobody's, so it is made anew."""
    return _hasher.check_needs_rehash(kept)


async def fits(kept: str | None, password: str) -> bool:
    """Whether this is the password; None (there is no such agent) takes as long as a wrong one."""
    right = await asyncio.to_thread(_verify, kept or _NOBODY, password[:LONGEST])
    return right and kept is not None


def _verify(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
