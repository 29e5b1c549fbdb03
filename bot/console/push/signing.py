"""What goes to a push service: encrypted for the browser (RFC 8291), signed with our key (VAPID, RFC 8292).

Loaded only where a key is set: the library brings `requests` along, which nothing else here needs.
"""

from __future__ import annotations

import base64
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, VapidException
from pywebpush import WebPusher
from yarl import URL

from bot.errors import SettingsError


class OurKey:
    """By which push services know us, and whom they write to; `public` is what browsers ask them for a place with."""

    def __init__(self, private: str, contact: str) -> None:
        """Raises SettingsError."""
        self._key, self._contact = Vapid02.from_raw(private.encode()), f"mailto:{contact}"
        point = self._key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = base64.urlsafe_b64encode(point).rstrip(b"=").decode()
        try:
            self._key.sign({"aud": "https://push.example", "exp": 1, "sub": self._contact})
        except VapidException:
            raise SettingsError("VAPID_CONTACT: must be a mail address, as MAIL_FROM must where it is empty") from None

    def headers(self, endpoint: str, until: datetime) -> dict[str, str]:
        """Who we are, for this push service alone."""
        return dict(self._key.sign({"aud": str(URL(endpoint).origin()), "exp": int(until.timestamp()), "sub": self._contact}))


def encrypted(payload: bytes, endpoint: str, p256dh: str, auth: str) -> bytes:
    """For the browser that has the other half of these keys."""
    return bytes(WebPusher({"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}).encode(payload)["body"])
