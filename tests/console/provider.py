"""A company's OpenID Connect provider, as a server: it checks what a strict one checks, and lies, hangs or breaks where a test wants it."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from urllib.parse import unquote, urlencode

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from multidict import MultiDictProxy

from tests.security.identity.jwks import Signer

CLIENT, SECRET = "consola", "a secret: of the tests/+"
PAGE = """<!doctype html><html lang="es"><title>Empresa</title><h1>Cuenta de la empresa</h1>
<form method="post"><button>Continuar como {name}</button></form></html>"""


@cache
def _first() -> Signer:
    """The key that every provider of the tests begins with: of RSA they take long to make."""
    return Signer("2026-11", "RS256")


class Provider:
    """`person` are the claims of who is signed in there; `signers` what is published, the first of which signs.

    `claims` and `description` change what an ID token and the discovery say, `forge` makes the whole token; `statuses`, `bodies`, `held` break a path.
    `asked` counts requests by path, `codes` are those that may still be used, `given` those that were.
    """

    def __init__(self, clock: Callable[[], Any]) -> None:
        self.clock, self.issuer, self.callback = clock, "", ""
        self.signers = [_first()]
        self.person: dict[str, Any] = {
            "sub": "248289761001",
            "preferred_username": "ana",
            "email": "ana@empresa.example",
            "email_verified": True,
        }
        self.claims: dict[str, Any] = {}
        self.description: dict[str, Any] = {}
        self.forge: Callable[[dict[str, Any]], str] | None = None
        self.error, self.names_itself, self.asks = "", True, False
        self.statuses: dict[str, int] = {}
        self.bodies: dict[str, bytes] = {}
        self.held: set[str] = set()
        self.release = asyncio.Event()
        self.asked: dict[str, int] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.last: dict[str, str] = {}
        self.refused: list[str] = []

    @asynccontextmanager
    async def serving(self, host: str = "127.0.0.1") -> AsyncIterator[Provider]:
        """On a free port; `host` is the name that its addresses have, another site than 127.0.0.1 where it is "localhost"."""
        app = web.Application(middlewares=[self._faults])
        app.router.add_get("/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/authorize", self._authorize)
        app.router.add_post("/token", self._token)
        app.router.add_get("/jwks", self._jwks)
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        self.issuer = f"http://{host}:{server.port}"
        try:
            yield self
        finally:
            self.release.set()
            await server.close()

    @property
    def settings(self) -> dict[str, str]:
        """What names it in a house."""
        return {"oidc_issuer": self.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}

    @web.middleware
    async def _faults(self, request: web.Request, handler: Any) -> web.StreamResponse:
        path = request.path
        self.asked[path] = self.asked.get(path, 0) + 1
        if path in self.held:
            await self.release.wait()
        if path in self.statuses or path in self.bodies:
            headers = {"Location": self.issuer + path} if self.statuses.get(path) == 302 else {}
            return web.Response(status=self.statuses.get(path, 200), body=self.bodies.get(path, b"{}"), headers=headers)
        return await handler(request)

    async def _discovery(self, _request: web.Request) -> web.Response:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": self.names_itself,
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return web.json_response({**said, **self.description})

    async def _jwks(self, _request: web.Request) -> web.Response:
        return web.json_response({"keys": [signer.published for signer in self.signers]})

    async def _authorize(self, request: web.Request) -> web.Response:
        query = request.query
        self.last = dict(query)
        right = (query.get("client_id"), query.get("redirect_uri"), query.get("response_type"), query.get("code_challenge_method"))
        if right != (CLIENT, self.callback, "code", "S256") or "openid" not in query["scope"].split() or query.get("tenant") != "1":
            return web.Response(status=400, text="not a client of ours")
        if self.asks and request.method == "GET":
            return web.Response(text=PAGE.format(name=self.person["preferred_username"]), content_type="text/html")
        raise web.HTTPSeeOther(self.answer(query))

    def answer(self, query: MultiDictProxy[str] | dict[str, str]) -> str:
        """Where the browser is sent back to, with a code for this request."""
        told = {"state": query["state"], **({"iss": self.issuer} if self.names_itself else {})}
        if self.error:
            return f"{self.callback}?{urlencode({**told, 'error': self.error})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = {"nonce": query.get("nonce", ""), "challenge": query["code_challenge"], "redirect_uri": query["redirect_uri"]}
        return f"{self.callback}?{urlencode({**told, 'code': code})}"

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not self._is_client(request, form):
            self.refused.append("client")
            return web.json_response({"error": "invalid_client"}, status=401)
        code = self.codes.pop(form.get("code", ""), None)
        shown = urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if code is None or code["challenge"] != shown or code["redirect_uri"] != form.get("redirect_uri"):
            self.refused.append("grant")
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": code["nonce"], **self.person, **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        signer = self.signers[0]
        token = self.forge(claims) if self.forge else jwt.encode(claims, signer.private, signer.algorithm, headers={"kid": signer.kid})
        return web.json_response({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _is_client(self, request: web.Request, form: dict[str, str]) -> bool:
        if self.description.get("token_endpoint_auth_methods_supported") == ["client_secret_post"]:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        name, _, secret = b64decode(given).decode().partition(":") if kind == "Basic" else ("", "", "")
        return (unquote(name), unquote(secret)) == (CLIENT, SECRET)
