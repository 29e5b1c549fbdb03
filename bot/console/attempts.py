"""Browsers on their way to the company's provider: what ties the one that comes back to the one that left, good once and for ten minutes.

The browser keeps a random word. State, nonce and PKCE's verifier are made of it, each for itself, so that somebody who reads the ledger can do
nothing with its rows, and a state that comes with another browser's word is nobody's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Connection, Table, delete, insert

from bot.console import models
from bot.conversations.ledger import Ledger
from bot.errors import SealBroken, SignOnRefused
from bot.privacy.sealing import Sealer

ATTEMPT: Final = cast(Table, models.SignOnAttempt.__table__)
LIFE: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Attempt:
    """One way to the provider and back. `word` is what the browser keeps; `after` is where it goes then, with the `draft` that was not sent."""

    word: str
    after: str
    draft: str

    @property
    def state(self) -> str:
        """What the provider's answer must repeat."""
        return _made_of(self.word, "state")

    @property
    def nonce(self) -> str:
        """What the ID token must repeat."""
        return _made_of(self.word, "nonce")

    @property
    def verifier(self) -> str:
        """What only who left can show for the code."""
        return _made_of(self.word, "verifier")

    @property
    def challenge(self) -> str:
        """What tells the provider of it (S256)."""
        return _base64(hashlib.sha256(self.verifier.encode()).digest())


async def begin(ledger: Ledger, sealer: Sealer, after: str, draft: str, now: datetime) -> Attempt:
    """A new one; those that never came back go."""
    attempt = Attempt(secrets.token_urlsafe(32), after, draft)
    row = {"id": _digest(attempt.word), "kept": sealer.seal(json.dumps([after, draft])), "expires_at": now + LIFE}

    def work(connection: Connection) -> None:
        connection.execute(delete(ATTEMPT).where(ATTEMPT.c.expires_at <= now))
        connection.execute(insert(ATTEMPT), row)

    await ledger.write(work)
    return attempt


async def take(ledger: Ledger, sealer: Sealer, word: str | None, state: str, now: datetime) -> Attempt:
    """The one that comes back with this state, which is over with that. Raises SignOnRefused: another browser's, used, or too late."""
    if not word or not hmac.compare_digest(_made_of(word, "state").encode(), state.encode("utf-8", "replace")):
        raise SignOnRefused("attempt")
    own = delete(ATTEMPT).where(ATTEMPT.c.id == _digest(word), ATTEMPT.c.expires_at > now).returning(ATTEMPT.c.kept)
    kept = await ledger.write(lambda connection: connection.scalar(own))
    if kept is None:
        raise SignOnRefused("attempt")
    try:
        after, draft = json.loads(sealer.open(kept))
    except SealBroken:
        raise SignOnRefused("attempt") from None
    return Attempt(word, after, draft)


def _made_of(word: str, purpose: str) -> str:
    return _base64(hmac.digest(word.encode("utf-8", "replace"), purpose.encode(), "sha256"))


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _digest(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "replace")).hexdigest()
