"""The company's OpenID Connect provider over HTTP: what it says of itself, its keys, and the code that is changed for an ID token.

Every call ends in time, follows no redirection and reads a little at most; whatever goes wrong is a SignOnRefused with the reason for the audit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final
from urllib.parse import quote

import aiohttp
import msgspec

from bot.console.attempts import Attempt
from bot.errors import SignOnRefused, TokenExpired, TokenInvalid
from bot.identity.jwks import PublicKey, keys_of, name_in
from bot.identity.openid import SCOPE, Described, Person, bounded, discovery_address, read_discovery, read_id_token, sign_in_address
from bot.identity.published import FAULTS, Published, body_of
from bot.settings import Settings

SECONDS: Final = 6.0
"""For all that is asked of it while a browser waits: before a proxy loses patience."""
CALLBACK: Final = "/empresa/regreso"
"""Below CONSOLE_URL: what the provider must know as the only address to send browsers back to."""


class _Tokens(msgspec.Struct):
    id_token: str


class Provider:
    """The one of the settings. `close` ends its connections."""

    def __init__(self, settings: Settings, seconds: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._seconds = settings, seconds
        read = partial(read_discovery, issuer=settings.oidc_issuer)
        self._described = Published(discovery_address(settings.oidc_issuer), read, "the sign-on's provider", seconds)
        self._keys: dict[str, Published[dict[str, PublicKey]]] = {}
        self._http: aiohttp.ClientSession | None = None

    @property
    def callback(self) -> str:
        """Where the provider sends browsers back to, to the letter."""
        return self._settings.console_url + CALLBACK

    async def described(self) -> Described:
        """What it says of itself. Raises SignOnRefused."""
        described = await self._described.get()
        if described is None:
            raise SignOnRefused("provider")
        return described

    async def keys(self, name: str | None = None) -> Mapping[str, PublicKey]:
        """Its keys, asked for anew where this name is not among them. Raises SignOnRefused."""
        url = (await self.described()).keys
        published = self._keys.setdefault(url, Published(url, keys_of, "the keys of the sign-on's provider", self._seconds))
        keys = await published.get(lambda known: name is None or name in known)
        if keys is None:
            raise SignOnRefused("provider")
        return keys

    async def address_for(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in. Raises SignOnRefused."""
        return sign_in_address(
            await self.described(),
            response_type="code",
            client_id=self._settings.oidc_client_id,
            redirect_uri=self.callback,
            scope=SCOPE,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=attempt.challenge,
            code_challenge_method="S256",
            acr_values=" ".join(self._settings.oidc_acr_values),
        )

    async def person(self, answer: Mapping[str, str], attempt: Attempt, now: datetime) -> Person:
        """Whom the browser's answer tells of, which came with the attempt's state. Raises SignOnRefused."""
        settings = self._settings
        try:
            async with asyncio.timeout(SECONDS):
                described = await self.described()
                if answer.get("iss", None if described.names_itself else settings.oidc_issuer) != settings.oidc_issuer:
                    raise SignOnRefused("issuer")
                if "error" in answer or not answer.get("code"):
                    raise SignOnRefused("denied")
                token = bounded(await self._exchanged(described, answer["code"], attempt.verifier))
                keys = await self.keys(name_in(token))
            who = {"issuer": settings.oidc_issuer, "client": settings.oidc_client_id, "nonce": attempt.nonce}
            return read_id_token(keys, token, **who, acr_values=settings.oidc_acr_values, now=now)
        except (TokenInvalid, TokenExpired):
            raise SignOnRefused("token") from None
        except TimeoutError:
            raise SignOnRefused("provider") from None

    async def _exchanged(self, described: Described, code: str, verifier: str) -> str:
        """The ID token for a code, which is good once and for who has the verifier. Raises SignOnRefused."""
        who, secret = self._settings.oidc_client_id, self._settings.oidc_client_secret
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.callback, "code_verifier": verifier}
        headers = {"Accept": "application/json"}
        if described.posts:
            fields |= {"client_id": who, "client_secret": str(secret)}
        else:
            headers["Authorization"] = aiohttp.encode_basic_auth(quote(who, safe=""), quote(secret, safe=""))
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS))
        try:
            async with self._http.post(described.token, data=fields, headers=headers, allow_redirects=False) as response:
                if response.status in {400, 401}:
                    raise SignOnRefused("code")
                return msgspec.json.decode(await body_of(response), type=_Tokens).id_token
        except FAULTS:
            raise SignOnRefused("provider") from None

    async def close(self) -> None:
        """Nothing is asked any more."""
        await self._described.close()
        for keys in self._keys.values():
            await keys.close()
        if self._http is not None:
            await self._http.close()
