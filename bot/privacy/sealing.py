"""The seal: what may be kept of what was masked, and the agents' second factors, readable only with a key that stands in no database.

Several keys may be given: the first one seals, all of them open, so that a key can be changed without a pause (`python -m bot reseal`).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import SealBroken
from bot.settings import Settings

_PURPOSE = b"servidor-virtual-assistant sealing v1"


class Sealer:
    """Seals with the first of these secrets, opens with any."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = MultiFernet([Fernet(_key(secret)) for secret in secrets])

    def seal(self, text: str) -> str:
        """The text as nobody can read it without a key."""
        return self._keys.encrypt(text.encode()).decode()

    def open(self, box: str) -> str:
        """The text that was sealed. Raises SealBroken: it was changed, or sealed with a key that is not there."""
        try:
            return self._keys.decrypt(box.encode()).decode()
        except InvalidToken:
            raise SealBroken from None

    def reseal(self, box: str) -> str:
        """The same under the first key. Raises SealBroken."""
        try:
            return self._keys.rotate(box.encode()).decode()
        except InvalidToken:
            raise SealBroken from None


def sealer_of(settings: Settings) -> Sealer:
    """That of a house; where it has no key of its own it is derived from SESSION_SECRET, which always opens."""
    return Sealer(secrets_of(settings))


def secrets_of(settings: Settings) -> list[str]:
    """What a house seals with, and binds anchors with: the first is used, all are accepted."""
    return [*(part.strip() for part in settings.sealing_key.split(",") if part.strip()), settings.session_secret]


def is_sealed(value: str) -> bool:
    """Whether this is a box of ours, and no secret from before there was a seal."""
    return value.startswith("gAAAA")


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
