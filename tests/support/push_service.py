"""A push service as browsers' makers run them, and browsers that read what it was given: RFC 8030, 8188, 8291 and 8292, written from those texts.

What a real one refuses it refuses: no TTL, a topic that is none, a token that is not ours, for another house, over, or longer than a day.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MOST_BYTES = 4096
DAY = 86_400


def text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def raw(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


class PushedBrowser:
    """What a browser makes when a page subscribes: keys of its own, and a place at the push service."""

    def __init__(self, place: str, key: str) -> None:
        self.place, self.key = place, key
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._auth = secrets.token_bytes(16)

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def subscription(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON()`."""
        return {"endpoint": self.place, "expirationTime": None, "keys": {"p256dh": text(self.public), "auth": text(self._auth)}}

    def read(self, body: bytes) -> bytes:
        """Decrypt one record of aes128gcm (RFC 8188) with the keys of RFC 8291."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size, "one record"
        shared = self._private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        secret = _hkdf(self._auth, b"WebPush: info\0" + self.public + sender, shared, 32)
        key, nonce = _hkdf(salt, b"Content-Encoding: aes128gcm\0", secret, 16), _hkdf(salt, b"Content-Encoding: nonce\0", secret, 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert padded.endswith(b"\2"), "the last record says that it is"
        return padded[:-1]


def _hkdf(salt: bytes, info: bytes, secret: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@dataclass(frozen=True)
class Pushed:
    """A message that was taken, as the browser reads it, and as the service saw it."""

    text: str
    headers: dict[str, str]
    claims: dict[str, Any]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        return json.loads(self.text)


@dataclass
class PushServiceStandIn:
    """`answers` are given first, one a call: a status, with Retry-After where there is one, or None: none comes. `calls` are all places called."""

    now: Callable[[], datetime] = lambda: datetime.now(tz=UTC)
    answers: list[tuple[int, str] | None] = field(default_factory=list)
    taken: list[Pushed] = field(default_factory=list)
    calls: list[tuple[str, int]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._browsers: dict[str, PushedBrowser] = {}
        self._over = asyncio.Event()
        app = web.Application()
        app.router.add_post("/push/{place}", self._take)
        app.router.add_route("*", "/elsewhere", self._elsewhere)
        self.add_routes(app)
        self._server = TestServer(app, host="127.0.0.1")
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        await self._server.close()

    def add_routes(self, app: web.Application) -> None:
        """Where browsers ask for their messages."""

    def let_go(self) -> None:
        """Whoever waits for an answer gets one: that it failed."""
        self._over.set()

    @property
    def origin(self) -> str:
        return str(self._server.make_url("/")).rstrip("/")

    def browser(self, key: str) -> PushedBrowser:
        """A browser in which a page asked for a place with this key."""
        name = secrets.token_urlsafe(24)
        self._browsers[name] = PushedBrowser(f"{self.origin}/push/{name}", key)
        return self._browsers[name]

    def forget(self, browser: PushedBrowser) -> None:
        """Its user took the permission back."""
        del self._browsers[browser.place.rpartition("/")[2]]

    async def _elsewhere(self, _request: web.Request) -> web.Response:
        self.calls.append(("/elsewhere", 200))
        return web.Response()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if self.answers:
            return await self._scripted(request.path, self.answers.pop(0))
        status, pushed = self._judged(request, body)
        self.calls.append((request.path, status))
        if pushed is not None:
            self.taken.append(pushed)
            await self.hand_over(request.match_info["place"], pushed)
        return web.Response(status=status, headers={"Location": f"{self.origin}/message/1"} if status == 201 else {})

    async def _scripted(self, path: str, answer: tuple[int, str] | None) -> web.Response:
        status, after = answer or (0, "")
        self.calls.append((path, status))
        if answer is None:
            await self._over.wait()
        headers = {"Retry-After": after} if after else {}
        return web.Response(status=status or 500, headers={**headers, "Location": f"{self.origin}/elsewhere"})

    def _judged(self, request: web.Request, body: bytes) -> tuple[int, Pushed | None]:
        key = self.key_of(request.match_info["place"])
        if key is None:
            return 410, None
        if len(body) > MOST_BYTES:
            return 413, None
        headers = {name: request.headers.get(name, "") for name in ("TTL", "Urgency", "Topic", "Content-Encoding")}
        well_formed = headers["TTL"].isdigit() and headers["Urgency"] in {"very-low", "low", "normal", "high"}
        if not well_formed or not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", headers["Topic"]) or headers["Content-Encoding"] != "aes128gcm":
            return 400, None
        claims = self._claims(request.headers.get("Authorization", ""), key)
        if claims is None:
            return 403, None
        return 201, Pushed(self.read(request.match_info["place"], body), headers, claims, body)

    def key_of(self, place: str) -> str | None:
        """The key that whoever has this place asked for it with."""
        browser = self._browsers.get(place)
        return browser and browser.key

    def read(self, place: str, body: bytes) -> str:
        """What it says, where the browser is one that we can look into."""
        return self._browsers[place].read(body).decode()

    async def hand_over(self, place: str, pushed: Pushed) -> None:
        """Give it to the browser; the test does where there is none."""

    def _claims(self, authorization: str, key: str) -> dict[str, Any] | None:
        found = re.fullmatch(r"vapid t=([\w.-]+), ?k=([\w-]+)", authorization)
        if found is None or found[2] != key:
            return None
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(found[2]))
        try:
            claims = jwt.decode(
                found[1], public, ["ES256"], audience=self.origin, options={"verify_exp": False, "require": ["aud", "exp", "sub"]}
            )
        except jwt.PyJWTError:
            return None
        left = claims["exp"] - self.now().timestamp()
        return claims if 0 < left <= DAY and claims["sub"].startswith("mailto:") else None
