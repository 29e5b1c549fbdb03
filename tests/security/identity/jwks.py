"""A portal that publishes its keys, as a server: what it says can be changed, and what it was asked is counted."""

from __future__ import annotations

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

ALGORITHMS = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}
ISSUER, AUDIENCE = "https://portal.example", "servidor-virtual-assistant"


class Signer:
    """A key pair of the portal's, known by its `kid`."""

    def __init__(self, kid: str, algorithm: str = "ES256") -> None:
        self.kid, self.algorithm = kid, algorithm
        made: dict[str, Any] = {"ES256": lambda: ec.generate_private_key(ec.SECP256R1()), "EdDSA": ed25519.Ed25519PrivateKey.generate}
        made["RS256"] = lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.private: Any = made[algorithm]()

    @property
    def published(self) -> dict[str, Any]:
        """Its public half as a JWK."""
        told = json.loads(ALGORITHMS[self.algorithm].to_jwk(self.private.public_key()))
        return {**told, "kid": self.kid, "use": "sig", "alg": self.algorithm}

    def sign(self, at: float, desk: str = "C-1003", kid: str | None = None, **claims: Any) -> str:
        """A token for five minutes."""
        said = {"aud": AUDIENCE, "iss": ISSUER, "sub": desk, "iat": int(at), "exp": int(at) + 300, **claims}
        return jwt.encode(said, self.private, algorithm=self.algorithm, headers={"kid": self.kid if kid is None else kid})


def signed_with_text(claims: dict[str, Any], key: str, kid: str) -> str:
    """HS256 with whatever text, which a careful library refuses to do."""
    parts = [{"alg": "HS256", "typ": "JWT", "kid": kid}, claims]
    text = ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    return f"{text}.{urlsafe_b64encode(hmac.digest(key.encode(), text.encode(), 'sha256')).rstrip(b'=').decode()}"


class Portal:
    """`said` is its answer (keys, or bytes as they are), `status` the answer's, `asked` how often it was; `came`: it was; `open` holds answers back while unset."""

    def __init__(self, *signers: Signer) -> None:
        self.said: Any = {"keys": [signer.published for signer in signers]}
        self.status, self.asked, self.headers = 200, 0, dict[str, str]()
        self.came, self.open = asyncio.Event(), asyncio.Event()
        self.open.set()
        self.url = ""

    def publish(self, *signers: Signer) -> None:
        """These from now on."""
        self.said = {"keys": [signer.published for signer in signers]}

    async def _answer(self, _request: web.Request) -> web.Response:
        self.asked += 1
        self.came.set()
        await self.open.wait()
        body = self.said if isinstance(self.said, bytes) else json.dumps(self.said).encode()
        return web.Response(body=body, status=self.status, headers=self.headers)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Portal]:
        """On a free port."""
        app = web.Application()
        app.router.add_get("/jwks.json", self._answer)
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        self.url = str(server.make_url("/jwks.json"))
        try:
            yield self
        finally:
            self.open.set()
            await server.close()
