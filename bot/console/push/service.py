"""One call to a push service: in a few seconds, and what its answer means (RFC 8030)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr, parsedate_to_datetime
from typing import Final, Literal

import aiohttp
from cryptography.hazmat.primitives.asymmetric import ec

from bot.console.push import addresses
from bot.rules.contact import normal_mail
from bot.settings import Settings

SECONDS: Final = 5.0
AT_ONCE: Final = 20
TOKEN_LIFE: Final = timedelta(hours=1)
_OK, _REDIRECTED, _WRONG, _BROKEN = 200, 300, 400, 500
_GONE: Final = frozenset({404, 410})
_LATER: Final = frozenset({408, 425, 429})

Became = Literal["sent", "gone", "later", "refused"]


@dataclass(frozen=True)
class Target:
    """A browser as its push service knows it: where it is told, and the keys that only it can read by."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Outcome:
    """`sent`; `gone`: the browser is not there any more; `later`: worth another try, not before `again_at`; `refused`: not worth one."""

    became: Became
    why: str = ""
    again_at: datetime | None = None


class PushService:
    """Tells browsers. `public_key` is what they ask their push service for a place with; "" where no key is set: nobody is told anything."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError."""
        self.here = settings.demo
        self.public_key = ""
        self._http: aiohttp.ClientSession | None = None
        if settings.vapid_private_key:
            from bot.console.push import signing  # noqa: PLC0415 - a gateway without a key never loads what it needs

            self._signing = signing
            contact = normal_mail(settings.vapid_contact or parseaddr(settings.mail_from)[1])
            self._key = signing.OurKey(settings.vapid_private_key, contact or "")
            self.public_key = self._key.public

    async def send(self, target: Target, payload: bytes, *, key: str, life: timedelta, urgent: bool, now: datetime) -> Outcome:
        """Tell this browser, within `life` or not at all. What has the same `key` takes the place of what it has not been told yet."""
        if not addresses.may_be_called(target.endpoint, here=self.here):
            return Outcome("refused", "address")
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(life // timedelta(seconds=1)),
            "Urgency": "high" if urgent else "normal",
            "Topic": _topic(target, key),
            **self._key.headers(target.endpoint, now + TOKEN_LIFE),
        }
        body = self._signing.encrypted(payload, target.endpoint, target.p256dh, target.auth)
        try:  # a redirection leads to where nobody has looked; what is answered besides the status is nobody's business
            async with self._session().post(target.endpoint, data=body, headers=headers, allow_redirects=False) as response:
                return _understood(response, now)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            is_private = isinstance(getattr(error, "os_error", None), addresses.NotPublicError)
            return Outcome("refused", "address") if is_private else Outcome("later", type(error).__name__)
        except ValueError:
            return Outcome("refused", "answer")

    async def close(self) -> None:
        """Nobody is told anything any more."""
        if self._http is not None:
            await self._http.close()

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            connector = aiohttp.TCPConnector(resolver=addresses.PublicResolver(), limit=AT_ONCE)
            timeout = aiohttp.ClientTimeout(total=SECONDS)
            self._http = aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self._http


def is_target(target: Target, *, here: bool) -> bool:
    """Whether this is an address that may be called, and keys that something can be encrypted with."""
    try:
        point, secret = _bytes(target.p256dh), _bytes(target.auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(secret) == 16 and addresses.may_be_called(target.endpoint, here=here)  # noqa: PLR2004 - RFC 8291, section 3.2


def _understood(response: aiohttp.ClientResponse, now: datetime) -> Outcome:
    status, why = response.status, str(response.status)
    if _OK <= status < _REDIRECTED:
        return Outcome("sent", why)
    if status in _GONE:
        return Outcome("gone", why)
    if status in _LATER or status >= _BROKEN:
        return Outcome("later", why, _again_at(response.headers.get("Retry-After", ""), now))
    return Outcome("refused", why)


def _again_at(told: str, now: datetime) -> datetime | None:
    """When Retry-After (seconds, or a date) says so; None where it says nothing that we can read."""
    try:
        if told.isascii() and told.isdigit():
            return now + timedelta(seconds=int(told))
        at = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo is not None else None


def _topic(target: Target, key: str) -> str:
    """The same for the same key, and nothing to the push service: only the browser has the other half of it."""
    return _text(hashlib.blake2b(key.encode(), key=target.auth.encode(), digest_size=24).digest())


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
