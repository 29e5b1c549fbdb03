"""The keys of the portal's tokens: those of the settings, and those that the portal publishes at an address, by their `kid`.

An id that is not known is nobody's, whatever it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from bot.errors import TokenInvalid
from bot.identity.jwks import keys_of, name_in
from bot.identity.portal import PortalKey, portal_key
from bot.identity.published import Published
from bot.identity.tokens import as_text
from bot.settings import Settings


class PortalKeys:
    """Finds the key of a token. `close` ends its connections."""

    def __init__(self, settings: Settings, seconds: Callable[[], float] = time.monotonic) -> None:
        """Raises SettingsError when a public key of the settings cannot be used."""

        def read(said: bytes) -> Mapping[str, PortalKey]:
            audience, issuer = settings.portal_jwt_audience, settings.portal_jwt_issuer
            return {name: PortalKey(each.key, (each.algorithm,), audience, issuer) for name, each in keys_of(said).items()}

        self._own = portal_key(settings)
        self._published = Published(settings.portal_jwks_url, read, "the portal's keys", seconds) if settings.portal_jwks_url else None

    async def of(self, token: object) -> PortalKey:
        """The only key that this token may be checked with. Raises TokenInvalid where there is none."""
        text = as_text(token)
        name = None if self._published is None else name_in(text)
        key = self._own if name is None else await self._published_as(name)
        if key is None:
            raise TokenInvalid("no key of this name")
        return key

    async def close(self) -> None:
        """Nothing is asked any more."""
        if self._published is not None:
            await self._published.close()

    async def _published_as(self, name: str) -> PortalKey | None:
        if self._published is None:
            return None
        known = await self._published.get(lambda keys: name in keys)
        return None if known is None else known.get(name)
