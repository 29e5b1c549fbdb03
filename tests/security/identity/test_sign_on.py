"""Attacks on the sign-on by the company's provider, each by its name: all of them read like a wrong password, and leave their reason in the audit."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import structlog
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.console import agents, texts
from bot.console import provider as client
from bot.console.routes import SIGN_INS_PER_MINUTE
from bot.console.texts import SIGN_ON_REFUSED as WHY
from bot.identity import published
from bot.identity.published import MOST_BYTES
from tests.console.company import at_provider, house, is_in, leave, provider, sign_on, told
from tests.console.conftest import Browser, add_agent, browser, ledger, other
from tests.console.provider import CLIENT, SECRET, Provider
from tests.gateway.conftest import Gateway
from tests.security.identity.jwks import Signer, signed_with_text

__all__ = ["add_agent", "browser", "ledger", "other", "provider"]

SUB = "248289761001"
DISCOVERY, TOKEN, KEYS = "/.well-known/openid-configuration", "/token", "/jwks"


@pytest.fixture
async def gateway(start, provider: Provider) -> Gateway:
    return await house(start, provider)


@pytest.fixture(autouse=True)
async def ana(add_agent, ledger, provider: Provider, gateway: Gateway) -> None:
    """Whom the provider's person is here."""
    await add_agent("ana")
    await agents.set_subject(ledger, "ana", provider.issuer, SUB, gateway.clock())


async def refused(browser: Browser, ledger, reason: str) -> bool:
    """Not in; the page is that of a wrong password, and the audit has the reason."""
    page, status = browser.page, browser.status
    assert (status, browser.page.count(texts.FAILED)) == (401, 1)
    assert (await told(ledger))[0] == ("entrada_fallida", "(desconocido)", WHY[reason])
    assert not await is_in(browser)
    assert plain(page) == await page_of_a_wrong_password(browser)
    return True


WRONG: list[str] = []


async def page_of_a_wrong_password(browser: Browser) -> str:
    """Asked for once: a password takes its time to check."""
    if not WRONG:
        async with Browser(browser.base) as another:
            await another.sign_in("nadie")
            WRONG.append(plain(another.page.replace('value="nadie"', 'value=""')))
    return WRONG[0]


def plain(page: str) -> str:
    """Without what the page was asked for with."""
    return "".join(line for line in page.replace("/console/cuenta", "/console/cola").replace(" autofocus", "").splitlines())


# --- tokens ---------------------------------------------------------------------------------------------------------


def by(signer: Signer, claims: dict[str, Any], **headers: Any) -> str:
    return jwt.encode(claims, signer.private, signer.algorithm, headers={"kid": signer.kid, **headers})


def pem(signer: Signer) -> str:
    return signer.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def altered(token: str, **claims: Any) -> str:
    """Other words under the same signature."""
    header, _, signature = token.split(".")
    said = {**jwt.decode(token, options={"verify_signature": False}), **claims}
    return f"{header}.{urlsafe_b64encode(json.dumps(said).encode()).rstrip(b'=').decode()}.{signature}"


FORGED: dict[str, Callable[[Signer, dict[str, Any]], str]] = {
    "another key under its name": lambda own, claims: by(Signer(own.kid, "RS256"), claims),
    "another kind of key under its name": lambda own, claims: by(Signer(own.kid, "ES256"), claims),
    "a key that is not published": lambda own, claims: by(Signer("made-up", "RS256"), claims),
    "a key that it brings along": lambda own, claims: by(
        bad := Signer("x", "RS256"), claims, kid=own.kid, jwk=bad.published, jku="https://malo.example/jwks"
    ),
    "no name of a key": lambda own, claims: jwt.encode(claims, own.private, own.algorithm),
    "alg none": lambda own, claims: jwt.encode(claims, "", algorithm="none", headers={"kid": own.kid}),
    "alg None": lambda own, claims: jwt.encode(claims, "", algorithm="none", headers={"kid": own.kid}).replace(
        urlsafe_b64encode(b'{"alg":"none"').decode()[:8], urlsafe_b64encode(b'{"alg":"NONE"').decode()[:8]
    ),
    "HS256 with the public key": lambda own, claims: signed_with_text(claims, pem(own), own.kid),
    "HS256 with the key as it is published": lambda own, claims: signed_with_text(claims, json.dumps(own.published), own.kid),
    "HS256 with the client's secret": lambda own, claims: signed_with_text(claims, SECRET, own.kid),
    "RS512": lambda own, claims: jwt.encode(claims, own.private, "RS512", headers={"kid": own.kid}),
    "PS256": lambda own, claims: jwt.encode(claims, own.private, "PS256", headers={"kid": own.kid}),
    "another subject under its signature": lambda own, claims: altered(by(own, {**claims, "sub": "1"}), sub=SUB),
    "no signature": lambda own, claims: by(own, claims).rpartition(".")[0] + ".",
    "critical words that nobody knows": lambda own, claims: by(own, claims, crit=["x"], x=1),
    "not a token": lambda own, claims: "x.y.z",
    "empty": lambda own, claims: "",
    "too much": lambda own, claims: by(own, {**claims, "groups": ["g" * 100] * 300}),
    "too deep": lambda own, claims: f"{urlsafe_b64encode(b'[' * 3000).decode()}.e30.x",
}


@pytest.mark.parametrize("name", FORGED)
async def test_forged_token(browser: Browser, provider: Provider, ledger, name: str) -> None:
    provider.forge = lambda claims: FORGED[name](provider.signers[0], claims)
    await sign_on(browser)
    assert await refused(browser, ledger, "token")
    provider.forge = None
    await sign_on(browser)
    assert await is_in(browser)


CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"iat": -400, "exp": -61},
    "without an end": {"exp": None},
    "an end that is no moment": {"exp": "mañana"},
    "made long ago": {"iat": -11 * 60, "exp": 300},
    "made in the future": {"iat": 120, "exp": 300},
    "without a beginning": {"iat": None},
    "for later": {"nbf": 120},
    "other audience": {"aud": "another"},
    "other audience beside us": {"aud": [CLIENT, "another"]},
    "no audience": {"aud": None},
    "made for another party": {"azp": "another"},
    "another issuer": {"iss": "https://malo.example"},
    "an issuer that is longer": {"iss": "/"},
    "no issuer": {"iss": None},
    "nonce missing": {"nonce": None},
    "nonce of another sign-in": {"nonce": "x" * 43},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is no text": {"sub": 248289761001},
    "a subject without an end": {"sub": "2" * 256},
    "a subject in other letters": {"sub": "２４８２８９７６１００１"},
}


@pytest.mark.parametrize("name", CLAIMS)
async def test_a_token_that_is_not_for_this_sign_in(browser: Browser, provider: Provider, ledger, gateway, name: str) -> None:
    now = int(gateway.clock().timestamp())
    for claim, value in CLAIMS[name].items():
        moment = claim in {"iat", "exp", "nbf"} and isinstance(value, int)
        provider.claims[claim] = now + value if moment else value
    if name == "an issuer that is longer":
        provider.claims["iss"] = provider.issuer + "/"
    await sign_on(browser)
    assert await refused(browser, ledger, "token")


# --- the way there and back -----------------------------------------------------------------------------------------


async def test_a_state_that_comes_again(browser: Browser, provider: Provider, ledger) -> None:
    back = await at_provider(browser, await leave(browser))
    word = {cookie.key: cookie.value for cookie in browser.http.cookie_jar}["console_sign_on"]
    await browser.visit(back)
    assert browser.path == "/console/cuenta"
    await browser.post("/console/salir")
    for headers in ({}, {"Cookie": f"console_sign_on={word}"}):
        async with browser.http.get(back, headers=headers) as response:
            await browser._seen(response)
        assert await refused(browser, ledger, "attempt")
    assert provider.asked[TOKEN] == 1, "the code goes nowhere"


async def test_a_code_that_comes_again(browser: Browser, other: Browser, provider: Provider, ledger) -> None:
    """Under a state that is right: the provider has used it up."""
    used = await at_provider(browser, await leave(browser))
    await browser.visit(used)
    mine = await at_provider(other, await leave(other))
    await other.visit(with_code(mine, code_of(used)))
    assert await refused(other, ledger, "code")


async def test_a_code_of_another_browser(browser: Browser, other: Browser, provider: Provider, ledger) -> None:
    """Overheard before it was used, and shown under a state of one's own: PKCE."""
    overheard = await at_provider(browser, await leave(browser))
    mine = await at_provider(other, await leave(other))
    await other.visit(with_code(mine, code_of(overheard)))
    assert await refused(other, ledger, "code")
    assert provider.refused == ["grant"]


def code_of(address: str) -> str:
    return address.partition("&code=")[2].partition("&")[0]


def with_code(address: str, code: str) -> str:
    return address.replace(code_of(address), code)


async def test_login_csrf(browser: Browser, other: Browser, provider: Provider, ledger) -> None:
    """The attacker's own answer of the provider, opened in somebody else's browser: with nothing under way there, and with something."""
    for under_way in (False, True):
        planted = await at_provider(other, await leave(other))
        address = await leave(browser) if under_way else ""
        await browser.visit(planted)
        assert await refused(browser, ledger, "attempt")
    await browser.visit(address)
    assert await is_in(browser), "what was under way goes on"


async def test_another_site_cannot_send_anybody_there(browser: Browser, provider: Provider) -> None:
    await browser.post("/console/empresa", headers={"Sec-Fetch-Site": "cross-site"})
    assert browser.status == 403
    await browser.get("/console/empresa")
    assert browser.status in {404, 405}
    assert provider.asked == {}


@pytest.mark.parametrize("named", ["another", "none", "twice"])
async def test_mix_up_with_another_issuer(browser: Browser, provider: Provider, ledger, named: str) -> None:
    back = await at_provider(browser, await leave(browser))
    said = "&iss=" + back.partition("&iss=")[2].partition("&")[0]
    await browser.visit(back.replace(said, {"another": "&iss=https%3A%2F%2Fmalo.example", "none": "", "twice": said + said}[named]))
    assert await refused(browser, ledger, "attempt" if named == "twice" else "issuer")
    assert TOKEN not in provider.asked, "the code goes nowhere"


async def test_a_provider_that_never_names_itself_may(browser: Browser, provider: Provider) -> None:
    provider.names_itself = False
    await sign_on(browser)
    assert await is_in(browser)


async def test_a_refusal_and_an_answer_without_a_code(browser: Browser, provider: Provider, ledger) -> None:
    provider.error = "access_denied"
    await sign_on(browser)
    assert await refused(browser, ledger, "denied")
    provider.error = ""
    back = await at_provider(browser, await leave(browser))
    await browser.visit(back.replace(f"&code={code_of(back)}", ""))
    assert await refused(browser, ledger, "denied")


async def test_an_answer_that_comes_too_late(browser: Browser, provider: Provider, gateway, ledger) -> None:
    back = await at_provider(browser, await leave(browser))
    gateway.clock.forward(minutes=11)
    await browser.visit(back)
    assert await refused(browser, ledger, "attempt")


@pytest.mark.parametrize(
    "away",
    [
        "https://malo.example/",
        "//malo.example/console/",
        "/console/\\malo.example",
        "/otra",
        "javascript:alert(1)",
        "/console/\r\nSet-Cookie: a=b",
        "/\\malo.example",
        "/console/../otra",
    ],
)
async def test_open_redirect(browser: Browser, provider: Provider, away: str) -> None:
    back = await at_provider(browser, await leave(browser, away))
    assert provider.last["redirect_uri"] == provider.callback
    async with browser.http.get(back, allow_redirects=False) as response:
        assert response.status == 303
        assert response.headers["Location"].startswith("/console/")
        assert "malo" not in response.headers["Location"]
        assert len(response.headers.getall("Set-Cookie")) == 2


async def test_a_host_that_the_browser_makes_up_changes_no_address(browser: Browser, provider: Provider) -> None:
    async with browser.http.post(
        browser.base + "/console/empresa", data={"sigue": ""}, headers={"Host": "malo.example", "X-Forwarded-Host": "malo.example"}
    ) as response:
        assert "malo.example" not in await response.text()


async def test_made_up_answers_cannot_be_tried_without_end(browser: Browser, gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = gateway.clock()
    monkeypatch.setattr(type(gateway.clock), "__call__", lambda _: moment)  # however slow the machine
    for n in range(SIGN_INS_PER_MINUTE + 1):
        await browser.get(f"/console/empresa/regreso?code=x&state={n}")
        if browser.status == 429:
            break
    assert browser.status == 429
    assert texts.TOO_MANY in browser.words


# --- a provider that is away, slow, or worse ------------------------------------------------------------------------

FAULTS = ["500", "slow", "huge", "not json", "too deep", "elsewhere", "another shape"]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("path", [DISCOVERY, TOKEN, KEYS])
async def test_a_provider_that_fails(
    browser: Browser, provider: Provider, ledger, monkeypatch: pytest.MonkeyPatch, path: str, fault: str
) -> None:
    hurried = client if path == TOKEN else published
    bodies = {
        "huge": b" " * MOST_BYTES + b"{}",
        "not json": b"<html>",
        "too deep": b'{"keys":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        "another shape": b'["x"]',
    }
    if fault in bodies:
        provider.bodies[path] = bodies[fault]
    elif fault == "slow":
        provider.held.add(path)
    else:
        provider.statuses[path] = {"500": 500, "elsewhere": 302}[fault]
    if fault == "slow" and path == DISCOVERY:
        monkeypatch.setattr(hurried, "SECONDS", 1.0)
    address = await leave(browser)
    if path != DISCOVERY:
        if fault == "slow":
            monkeypatch.setattr(hurried, "SECONDS", 1.0)
        await browser.visit(address)
    assert await refused(browser, ledger, "provider")
    assert provider.asked.get(path, 1) == 1, "nobody is led on"


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://malo.example"},
        {"token_endpoint": "http://malo.example/token"},
        {"jwks_uri": "http://127.evil.example/jwks"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://user@malo.example/"},
        {"token_endpoint": "https://malo.example/\n"},
        {"jwks_uri": None},
    ],
)
async def test_a_description_that_leads_elsewhere(browser: Browser, provider: Provider, ledger, description: dict[str, Any]) -> None:
    provider.description = description
    assert await leave(browser) == ""
    assert await refused(browser, ledger, "provider")


async def test_a_provider_that_is_away_is_asked_once_in_half_a_minute(browser: Browser, provider: Provider) -> None:
    provider.statuses[DISCOVERY] = 500
    for _ in range(10):
        await leave(browser)
    assert provider.asked == {DISCOVERY: 1}


async def test_markup_in_what_the_provider_says(browser: Browser, provider: Provider) -> None:
    provider.description = {"authorization_endpoint": f'{provider.issuer}/authorize?"><script>alert(1)</script>'}
    await leave(browser)
    assert "<script>alert" not in browser.page


async def test_no_secret_goes_into_pages_addresses_or_logs(browser: Browser, provider: Provider, capsys) -> None:
    structlog.reset_defaults()
    address = await leave(browser)
    page = browser.page
    back = await at_provider(browser, address)
    await browser.visit(back)
    provider.person = {**provider.person, "sub": "otra-persona"}
    await browser.post("/console/salir")
    await sign_on(browser)
    logged = capsys.readouterr().out
    assert "sign-on refused" in logged
    for secret in (SECRET, code_of(back), "otra-persona", "ana@empresa.example"):
        assert secret not in page + address + logged
