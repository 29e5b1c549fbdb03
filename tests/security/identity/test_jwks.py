"""The portal's keys at an address: found by their names, changed while all goes on, and no way to be somebody without one of them."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.channels.web.portal_keys import PortalKeys
from bot.errors import SettingsError, TokenInvalid
from bot.identity import published
from bot.identity.identity import Identity, Level
from bot.identity.portal import read_portal_token
from bot.identity.published import FRESH, KEPT, MOST_BYTES, PAUSE
from bot.settings import Settings, load_settings
from tests.gateway.client import Visitor
from tests.gateway.conftest import Clock, Gateway, Start
from tests.security.identity.jwks import ISSUER, Portal, Signer, signed_with_text

SECRETS = {"INTERNAL_SECRET": "internal-secret-of-the-tests-000001", "SESSION_SECRET": "session-secret-of-the-tests-0000001"}
OLD, NEW = Signer("2026-11"), Signer("2026-12", "EdDSA")

DEEP = f"{urlsafe_b64encode(b'[' * 3000).decode()}.e30.x"
"""A header that no reader follows to its end."""


@pytest.fixture
async def portal() -> AsyncIterator[Portal]:
    async with Portal(OLD).serving() as serving:
        yield serving


@pytest.fixture
def settings(portal: Portal) -> Settings:
    return load_settings({**SECRETS, "PORTAL_JWKS_URL": portal.url, "PORTAL_JWT_ISSUER": ISSUER})


class Asking:
    """Reads tokens as the gateway does."""

    def __init__(self, settings: Settings) -> None:
        self.clock = Clock()
        self.keys = PortalKeys(settings, lambda: time.monotonic() + self.clock.ahead.total_seconds())

    def token(self, signer: Signer = OLD, **changes: object) -> str:
        return signer.sign(self.clock().timestamp(), **changes)  # type: ignore[arg-type]

    async def who(self, token: str) -> Identity:
        return read_portal_token(await self.keys.of(token), token, self.clock()).who

    async def refuses(self, token: str) -> bool:
        with pytest.raises(TokenInvalid):
            await self.who(token)
        return True


@pytest.fixture
async def asking(settings: Settings) -> AsyncIterator[Asking]:
    asking = Asking(settings)
    yield asking
    await asking.keys.close()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_published_key_opens(portal: Portal, asking: Asking, algorithm: str) -> None:
    signer = Signer("k1", algorithm)
    portal.publish(signer)
    assert await asking.who(asking.token(signer)) == Identity("C-1003", None, Level.SIGNED_IN, "portal")
    for _ in range(20):
        await asking.who(asking.token(signer))
    assert portal.asked == 1


async def test_rotation_while_all_goes_on(portal: Portal, asking: Asking) -> None:
    await asking.who(asking.token())
    portal.publish(OLD, NEW)
    asking.clock.ahead += PAUSE
    await asking.who(asking.token(NEW))  # its name was not known: asked at once
    await asking.who(asking.token())
    portal.publish(NEW)
    asking.clock.ahead += FRESH
    assert await asking.refuses(asking.token())  # taken back
    await asking.who(asking.token(NEW))


async def test_made_up_names_ask_once_in_half_a_minute(portal: Portal, asking: Asking) -> None:
    await asking.who(asking.token())
    asking.clock.ahead += PAUSE
    for _ in range(200):
        assert await asking.refuses(asking.token(kid=secrets.token_hex(8)))
    assert portal.asked == 2
    await asking.who(asking.token())


async def test_all_who_come_at_once_wait_for_one_request(portal: Portal, asking: Asking) -> None:
    portal.open.clear()
    waiting = [asyncio.create_task(asking.who(asking.token())) for _ in range(50)]
    async with asyncio.timeout(60):
        await portal.came.wait()
        portal.open.set()
        assert {who.desk for who in await asyncio.gather(*waiting)} == {"C-1003"}
    assert portal.asked == 1


@pytest.mark.parametrize("fault", ["down", "not json", "deep", "deep within", "no keys", "error", "too much", "elsewhere"])
async def test_known_keys_go_on_while_the_address_cannot_be_read(portal: Portal, asking: Asking, fault: str) -> None:
    await asking.who(asking.token())
    portal.said = {
        "not json": b"<html>",
        "deep": b"[" * MOST_BYTES,
        "deep within": b'{"keys":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        "no keys": [],
        "too much": json.dumps({"keys": [], "x": "x" * MOST_BYTES}).encode(),
    }.get(fault, {"keys": [NEW.published]})
    portal.status = {"down": 503, "error": 500, "elsewhere": 302}.get(fault, 200)
    portal.headers = {"Location": portal.url} if fault == "elsewhere" else {}
    asking.clock.ahead += FRESH
    assert (await asking.who(asking.token())).desk == "C-1003"
    assert await asking.refuses(asking.token(NEW))
    asking.clock.ahead += KEPT
    assert await asking.refuses(asking.token())  # for ever it is not
    assert portal.asked == 3


async def test_an_address_that_never_answered_makes_nobody_somebody(settings: Settings) -> None:
    asking = Asking(replace(settings, portal_jwks_url="http://127.0.0.1:9/jwks.json"))
    assert await asking.refuses(asking.token())
    await asking.keys.close()


async def test_forged_with_a_published_name(asking: Asking) -> None:
    """Somebody else's key under the portal's name, the public key as a secret, no signature, another issuer, no name, a name that is none."""
    at = asking.clock().timestamp()
    claims = {"aud": "servidor-virtual-assistant", "iss": ISSUER, "sub": "C-1003", "iat": int(at), "exp": int(at) + 300}
    forged = [
        Signer(OLD.kid).sign(at),
        Signer(OLD.kid, "EdDSA").sign(at),
        signed_with_text(claims, json.dumps(OLD.published), OLD.kid),
        signed_with_text(claims, OLD.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(), OLD.kid),
        jwt.encode(claims, "", algorithm="none", headers={"kid": OLD.kid}),
        OLD.sign(at, iss="https://elsewhere.example"),
        OLD.sign(at, aud="another"),
        OLD.sign(at, kid=""),
        jwt.encode(claims, OLD.private, algorithm="ES256"),
        "x.y.z",
        DEEP,
    ]
    for token in forged:
        assert await asking.refuses(token)
    assert (await asking.who(OLD.sign(at))).desk == "C-1003"


async def test_keys_that_are_none_for_us_are_passed_over(portal: Portal, asking: Asking) -> None:
    """Shared and private keys, weak ones, those for encryption or for another algorithm, those without a name."""
    weak = Signer("weak", "RS256")
    private = {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(NEW_EC.private)), "kid": "private"}
    portal.said = {
        "keys": [
            {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTAwMDE", "kid": "shared"},
            private,
            {**weak.published, "use": "enc"},
            {**Signer("x").published, "alg": "ES384"},
            {name: value for name, value in Signer("y").published.items() if name != "kid"},
            "nonsense",
            {"kid": "odd", "kty": "new"},
            OLD.published,
        ]
    }
    at = asking.clock().timestamp()
    assert (await asking.who(asking.token())).desk == "C-1003"
    for token in (
        NEW_EC.sign(at, kid="private"),
        weak.sign(at),
        jwt.encode({}, "secret-secret-secret-secret-0001", headers={"kid": "shared"}),
    ):
        assert await asking.refuses(token)


NEW_EC = Signer("private")


async def test_beside_the_portals_secret_each_token_has_one_key(portal: Portal, settings: Settings) -> None:
    """A token with a name is never checked with the secret, and one without never with a published key."""
    secret = "portal-secret-of-the-tests-00000001"
    asking = Asking(replace(settings, portal_jwt_secret=secret))  # type: ignore[arg-type]
    at = int(asking.clock().timestamp())
    claims = {"aud": "servidor-virtual-assistant", "iss": ISSUER, "sub": "C-1003", "iat": at, "exp": at + 300}
    assert (await asking.who(jwt.encode(claims, secret))).desk == "C-1003"
    assert portal.asked == 0
    with pytest.raises(TokenInvalid):
        read_portal_token(asking.keys._own, DEEP, asking.clock())
    assert await asking.refuses(jwt.encode(claims, secret, headers={"kid": OLD.kid}))
    assert await asking.refuses(jwt.encode(claims, OLD.private, algorithm="ES256"))
    await asking.keys.close()


IN_CLEAR = [f"http://{host}/jwks" for host in ("127.evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.256")]
"""Not this machine, whatever they begin with."""


@pytest.mark.parametrize(
    "changes",
    [
        {"PORTAL_JWKS_URL": url}
        for url in ("http://portal.example/jwks", "ftp://portal.example", "https://u:p@portal.example/jwks", "jwks", *IN_CLEAR)
    ]
    + [{"PORTAL_JWT_ISSUER": ""}],
)
def test_addresses_that_are_refused_at_the_start(changes: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(changes))):
        load_settings({**SECRETS, "PORTAL_JWKS_URL": "https://portal.example/jwks", "PORTAL_JWT_ISSUER": ISSUER, **changes})


@pytest.mark.usefixtures("seeded")
async def test_the_gateway_opens_a_session_by_a_published_key_and_none_by_another(portal: Portal, start: Start) -> None:
    gateway: Gateway = await start(portal_jwks_url=portal.url, portal_jwt_issuer=ISSUER)
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open(token=OLD.sign(gateway.clock().timestamp(), jti="1"))
        assert (await visitor.send("¿cuándo vence?"))[0] == 202
        await visitor.until(lambda messages: messages[-1]["kind"] == "answer")
    assert gateway.dialogue.turns[-1]["token"]
    async with (
        Visitor(gateway.url("/")) as stranger,
        stranger.http.post(gateway.url("/webchat/session"), json={"token": Signer(OLD.kid).sign(gateway.clock().timestamp())}) as response,
    ):
        assert response.status == 401


@pytest.mark.usefixtures("seeded")
async def test_a_key_taken_back_is_gone_though_the_clock_was_set_back(
    portal: Portal, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "FRESH", timedelta())
    monkeypatch.setattr(published, "PAUSE", timedelta())
    gateway: Gateway = await start(portal_jwks_url=portal.url, portal_jwt_issuer=ISSUER)
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open(token=OLD.sign(gateway.clock().timestamp(), jti="1"))
    portal.publish(NEW)
    gateway.clock.forward(hours=-2)
    async with (
        Visitor(gateway.url("/")) as visitor,
        visitor.http.post(gateway.url("/webchat/session"), json={"token": OLD.sign(gateway.clock().timestamp(), jti="2")}) as response,
    ):
        assert response.status == 401
