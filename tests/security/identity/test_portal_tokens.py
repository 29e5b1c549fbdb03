"""Attacks on the portal's token, each named: whatever is wrong with it, nobody becomes somebody."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.conversations.models import OneUse
from bot.resources import RESOURCES
from tests.conversations_ledger.conftest import rows
from tests.gateway.client import Visitor
from tests.gateway.conftest import Gateway

pytestmark = pytest.mark.usefixtures("seeded")

OLD_SECRET = "portal-secret-of-last-year-000000001"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED_KEY = ed25519.Ed25519PrivateKey.generate()


def pem(private: Any) -> str:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def claims(gateway: Gateway, **changes: Any) -> dict[str, Any]:
    now = int(gateway.clock().timestamp())
    whole = {"aud": gateway.settings.portal_jwt_audience, "sub": "C-1001", "iat": now, "exp": now + 300, "jti": "once", **changes}
    return {name: value for name, value in whole.items() if value is not None}


def token(gateway: Gateway, key: Any = None, algorithm: str = "HS256", **changes: Any) -> str:
    return jwt.encode(claims(gateway, **changes), key or gateway.settings.portal_jwt_secret, algorithm=algorithm)


async def shown(gateway: Gateway, *tokens: str, **body: str) -> list[int]:
    """What the gateway says to these tokens, shown one after the other by strangers."""
    statuses = []
    for each in tokens:
        async with Visitor(gateway.url("/")) as stranger:
            status, answer = await stranger.call("POST", "/webchat/session", json={"token": each, **body})
            assert status == 200 or set(answer) == {"error", "message"}
            statuses.append(status)
    return statuses


async def desks_of_turns(gateway: Gateway) -> list[Any]:
    options = {"verify_signature": False}
    return [jwt.decode(turn["token"], options=options).get("desk") for turn in gateway.dialogue.turns]


async def test_replayed_token_opens_nothing_a_second_time(gateway) -> None:
    once = token(gateway)
    assert await shown(gateway, once, once, once) == [200, 401, 401]


async def test_replayed_token_shown_by_many_at_once_opens_one_session(gateway) -> None:
    once = token(gateway, person="ana")
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(Visitor(gateway.url("/"))) for _ in range(12)]
        answers = await asyncio.gather(*(tab.call("POST", "/webchat/session", json={"token": once}) for tab in tabs))
    assert sorted(status for status, _ in answers) == [200, *[401] * 11]


async def test_replayed_token_on_another_gateway(start) -> None:
    one, other = await start(), await start()
    once = token(one)
    assert [*await shown(one, once), *await shown(other, once)] == [200, 401]


async def test_replayed_token_without_a_jti(gateway) -> None:
    once = token(gateway, jti=None)
    assert await shown(gateway, once, once, token(gateway, jti=None, person="ana")) == [200, 401, 200]


async def test_replayed_token_under_another_signature(gateway) -> None:
    """Padding, blanks and other spellings of the same signature make no new token."""
    once = token(gateway, jti=None)
    text, _, signature = once.rpartition(".")
    assert await shown(gateway, once) == [200]
    assert await shown(gateway, f"{text}.{signature}=", f"{text}.{signature} ", f" {once}", f"{once}.") == [401] * 4


async def test_a_token_whose_session_is_still_there_proves_nothing_new(gateway) -> None:
    """The page shows its token again beside the session that it opened: that session goes on, and ends when it would have ended."""
    once = token(gateway)
    async with Visitor(gateway.url("/")) as tab:
        first = await tab.open(token=once)
        again = await tab.open(token=once, session=first["session"])
        assert again["conversation"] == first["conversation"]
        before, after = (jwt.decode(each["session"], options={"verify_signature": False}) for each in (first, again))
        assert (before["jti"], before["exp"]) == (after["jti"], after["exp"])
        await tab.call("POST", "/webchat/logout")
    assert await shown(gateway, once, session=first["session"]) == [401]


async def test_used_tokens_are_forgotten_when_they_have_ended(gateway) -> None:
    ledger = gateway.app[RESOURCES].ledger
    await shown(gateway, token(gateway))
    gateway.clock.forward(minutes=6)
    await shown(gateway, token(gateway, jti="another"))
    assert len(await rows(ledger, OneUse)) == 1
    assert "another" not in (await rows(ledger, OneUse))[0].name


async def test_expired_token_and_the_minute_that_clocks_may_differ(gateway) -> None:
    now = int(gateway.clock().timestamp())
    late = [token(gateway, iat=now - 300, exp=now - ago, jti=f"{ago}") for ago in (30, 61, 3600)]
    assert await shown(gateway, *late) == [200, 401, 401]


async def test_a_token_of_the_future(gateway) -> None:
    now = int(gateway.clock().timestamp())
    early = [token(gateway, iat=now + ahead, nbf=now + ahead, exp=now + 300, jti=f"{ahead}") for ahead in (30, 90)]
    assert await shown(gateway, *early) == [200, 401]


async def test_a_life_of_more_than_ten_minutes(gateway) -> None:
    now = int(gateway.clock().timestamp())
    assert await shown(gateway, token(gateway, exp=now + 601), token(gateway, iat=now - 700, exp=now + 100)) == [401, 401]


@pytest.mark.parametrize("audience", ["tienda", "", None, ["tienda"], "servidor-virtual-assistant.evil", "webchat-session", "turn"])
async def test_other_audience(gateway, audience) -> None:
    assert await shown(gateway, token(gateway, aud=audience)) == [401]


@pytest.mark.parametrize("issuer", [None, "https://evil.example", "https://portal.example/", ["https://portal.example"]])
async def test_other_issuer(start, issuer) -> None:
    gateway = await start(portal_jwt_issuer="https://portal.example")
    other = forged({"alg": "HS256", "typ": "JWT"}, claims(gateway, iss=issuer), key=gateway.settings.portal_jwt_secret)
    assert await shown(gateway, other, token(gateway, iss="https://portal.example")) == [401, 200]


def forged(head: dict[str, str], body: dict[str, Any], signature: bytes = b"", key: str | None = None) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, body)]
    if key is not None:
        signature = hmac.digest(key.encode(), b".".join(parts), "sha256")
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", "HS384", "RS256", "EdDSA"])
async def test_alg_none_and_its_spellings(gateway, algorithm: str) -> None:
    body = claims(gateway)
    assert await shown(gateway, *(forged({"alg": algorithm, "typ": "JWT"}, body, sign) for sign in (b"", b"x"))) == [401, 401]


@pytest.mark.parametrize("private", [RSA_KEY, ED_KEY], ids=["RS256", "EdDSA"])
async def test_key_confusion(start, private) -> None:
    """Signed as with a secret, by the public key that everybody knows."""
    gateway = await start(portal_jwt_public_key=pem(private))
    head = {"alg": "HS256", "typ": "JWT"}
    spellings = (pem(private), pem(private).strip(), pem(private).replace("\n", "\\n"))
    assert await shown(gateway, *(forged(head, claims(gateway), key=key) for key in spellings)) == [401] * 3


async def test_a_key_that_comes_in_the_header(start) -> None:
    """`jwk`, `jku`, `x5u` and `kid` of a token choose nothing."""
    gateway = await start(portal_jwt_public_key=pem(RSA_KEY))
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(own.public_key()))
    for head in ({"jwk": jwk}, {"jku": "https://evil.example/keys"}, {"kid": "../../dev/null"}, {"x5u": "https://evil.example"}):
        assert await shown(gateway, jwt.encode(claims(gateway), own, algorithm="RS256", headers=head)) == [401]


async def test_forged_token(gateway) -> None:
    good = token(gateway)
    head, body, signature = good.split(".")
    other = base64.urlsafe_b64encode(json.dumps(claims(gateway, sub="C-1003")).encode()).rstrip(b"=").decode()
    forgeries = (f"{head}.{other}.{signature}", f"{head}.{body}.", f"{head}.{body}", f"..{signature}", token(gateway, "x" * 40))
    assert await shown(gateway, *forgeries) == [401] * 5
    assert await desks_of_turns(gateway) == []


async def test_both_keys_are_good_while_one_replaces_the_other(start) -> None:
    gateway = await start(portal_jwt_previous_secret=OLD_SECRET)
    assert await shown(gateway, token(gateway, jti="new"), token(gateway, OLD_SECRET, jti="old")) == [200, 200]
    after = await start()
    assert await shown(after, token(after, OLD_SECRET, jti="too late")) == [401]


async def test_the_replaced_key_is_used_with_its_own_algorithm_only(start) -> None:
    gateway = await start(portal_jwt_public_key=pem(ED_KEY), portal_jwt_secret="", portal_jwt_previous_public_key=pem(RSA_KEY))
    good = [token(gateway, ED_KEY, "EdDSA", jti="1"), token(gateway, RSA_KEY, "RS256", jti="2")]
    confused = [forged({"alg": "HS256", "typ": "JWT"}, claims(gateway), key=pem(key)) for key in (RSA_KEY, ED_KEY)]
    assert await shown(gateway, *good, *confused, forged({"alg": "HS256"}, claims(gateway), key="")) == [200, 200, 401, 401, 401]


@pytest.mark.parametrize("jti", [7, "", ["once"], {}, True, "x" * 256])
async def test_a_jti_that_is_no_id(gateway, jti) -> None:
    assert await shown(gateway, token(gateway, jti=jti)) == [401]


async def test_session_fixation(gateway) -> None:
    """A session that somebody planted in the customer's browser does not become the customer's when that one logs in."""
    async with Visitor(gateway.url("/")) as thief, Visitor(gateway.url("/")) as victim:
        planted = await thief.open()
        await thief.ask("hola")
        own = await victim.open(token=token(gateway), session=planted["session"])
        assert own["conversation"] != planted["conversation"]
        assert own["session"] != planted["session"]
        await victim.ask("¿cuánto debo?")
        assert all("cuánto debo" not in message["text"] for message in await thief.messages())
        await thief.ask("¿y ahora?")
    assert await desks_of_turns(gateway) == [None, "C-1001", None]


async def test_token_of_another_desk_beside_a_session(gateway) -> None:
    """Neither takes over what belongs to the other."""
    async with Visitor(gateway.url("/")) as victim, Visitor(gateway.url("/")) as thief:
        first = await victim.open(token=token(gateway, jti="1", person="ana"))
        await victim.ask("mi secreto")
        stolen = await thief.open(token=token(gateway, sub="C-1003", jti="2", person="ana"), session=first["session"])
        assert stolen["conversation"] != first["conversation"]
        assert await thief.messages() == []
        gateway.clock.forward(seconds=1)
        assert len(await victim.messages()) == 3
    assert gateway.settings.session_ttl > timedelta(minutes=1)
