"""The keys of the portal's tokens: those of the settings, and those that the portal publishes at a JWKS address (RFC 7517), by their `kid`.

Fetched when a token needs it, never at a token's bidding: whatever ids it makes up, the address is asked once in half a minute, by one request for
all who wait. While it cannot be read the keys that are known go on for a day; an id that is not known is nobody's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import aiohttp
import jwt
import msgspec
import structlog

from bot.errors import SettingsError, TokenInvalid
from bot.identity.portal import PortalKey, algorithm_of, portal_key
from bot.identity.tokens import as_text
from bot.settings import Settings

log = structlog.get_logger()

FRESH: Final = timedelta(minutes=5)
"""So long keys are taken without asking again, which is the longest that one taken back is good still."""
PAUSE: Final = timedelta(seconds=30)
"""At least so much lies between two requests, whoever asks."""
KEPT: Final = timedelta(days=1)
"""So long keys are good while their address cannot be read."""
SECONDS: Final = 3.0
MOST_BYTES: Final = 64 * 1024
MOST_KEYS: Final = 20
MOST_ID: Final = 255


class PortalKeys:
    """Finds the key of a token. `close` ends its connections."""

    def __init__(self, settings: Settings, seconds: Callable[[], float] = time.monotonic) -> None:
        """Raises SettingsError when a public key of the settings cannot be used.

        `seconds` never goes back, as the time of day may: a key that was taken back would be good for so long.
        """
        self._settings, self._seconds = settings, seconds
        self._own = portal_key(settings)
        self._published: Mapping[str, PortalKey] = {}
        self._read_at: timedelta | None = None
        self._asked_at: timedelta | None = None
        self._one_at_a_time = asyncio.Lock()
        self._http: aiohttp.ClientSession | None = None

    async def of(self, token: object) -> PortalKey:
        """The only key that this token may be checked with. Raises TokenInvalid where there is none."""
        name = _name_in(as_text(token)) if self._settings.portal_jwks_url else None
        key = self._own if name is None else await self._published_as(name)
        if key is None:
            raise TokenInvalid("no key of this name")
        return key

    async def close(self) -> None:
        """Nothing is asked any more."""
        if self._http is not None:
            await self._http.close()

    def _now(self) -> timedelta:
        return timedelta(seconds=self._seconds())

    async def _published_as(self, name: str) -> PortalKey | None:
        if name not in self._published or (self._wants(name) and not self._one_at_a_time.locked()):
            async with self._one_at_a_time:  # who has waited finds what the first one brought
                if self._wants(name):
                    await self._read()
        known = self._read_at is not None and self._now() - self._read_at < KEPT
        return self._published.get(name) if known else None

    def _wants(self, name: str) -> bool:
        now = self._now()
        if self._asked_at is not None and now - self._asked_at < PAUSE:
            return False
        return name not in self._published or self._read_at is None or now - self._read_at >= FRESH

    async def _read(self) -> None:
        self._asked_at = self._now()
        try:
            self._published = _keys(await self._fetched(), self._settings)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, RecursionError) as error:
            log.warning("the portal's keys cannot be read", error=type(error).__name__, known=len(self._published))
            return
        self._read_at = self._asked_at

    async def _fetched(self) -> bytes:
        """What the address says. No redirection is followed: it could lead to another house."""
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS))
        async with self._http.get(self._settings.portal_jwks_url, allow_redirects=False) as response:
            if response.status != 200:  # noqa: PLR2004
                raise ValueError("not what was asked for")
            said = await response.content.read(MOST_BYTES + 1)
            while len(said) <= MOST_BYTES and (more := await response.content.read(MOST_BYTES + 1 - len(said))):
                said += more
        if len(said) > MOST_BYTES:
            raise ValueError("too much")
        return said


def _name_in(token: str) -> str | None:
    """The `kid` of a token; None where it names none. Raises TokenInvalid."""
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, RecursionError) as error:
        raise TokenInvalid(type(error).__name__) from None
    name = header.get("kid")
    if name is not None and not (isinstance(name, str) and 0 < len(name) <= MOST_ID):
        raise TokenInvalid("the kid is not an id")
    return name


def _keys(said: bytes, settings: Settings) -> dict[str, PortalKey]:
    """The public keys of a set that tokens may be signed with, each for the one algorithm of its kind.

    Raises ValueError where it is none, RecursionError where it is too deep to be one.
    """
    told: Any = msgspec.json.decode(said)
    listed = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(listed, list):
        raise ValueError("no set of keys")  # noqa: TRY004 - what is said is wrong, not a type of ours
    found: dict[str, PortalKey] = {}
    for each in listed[:MOST_KEYS]:
        if not isinstance(each, dict) or not isinstance(name := each.get("kid"), str) or each.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(each).key
            algorithm = algorithm_of(key, "PORTAL_JWKS_URL")
        except (jwt.PyJWTError, SettingsError, ValueError, TypeError):
            continue  # a shared secret, a private key, or one of another kind: somebody's, but none for us
        if each.get("alg", algorithm) == algorithm:
            found[name] = PortalKey(key, (algorithm,), settings.portal_jwt_audience, settings.portal_jwt_issuer)
    return found
