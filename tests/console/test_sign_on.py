"""Signing in by the company's provider: who gets in, as whom, with which second factor, and what is written down of it."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import jwt
import pyotp
import pytest
from sqlalchemy import func, select

from bot.console import agents, attempts, texts
from bot.console.agents import SESSION
from bot.console.attempts import ATTEMPT, LIFE
from bot.console.texts import SIGN_ON_REFUSED as WHY
from bot.errors import Conflict
from bot.identity import published
from bot.migrations import upgrade
from bot.privacy import retention
from bot.resources import RESOURCES
from tests.console.company import at_provider, came_in, house, is_in, leave, provider, sign_on, told
from tests.console.conftest import PASSWORD, Browser, enrol
from tests.console.provider import Provider
from tests.gateway.conftest import Gateway
from tests.gateway.on_each import ledger_url
from tests.security.identity.jwks import Signer
from tests.support.postgres import postgres, postgres_url

__all__ = ["ledger_url", "postgres", "postgres_url", "provider"]

SUB = "248289761001"


@pytest.fixture
async def gateway(start, provider: Provider) -> Gateway:
    return await house(start, provider)


@pytest.fixture
async def ana(add_agent, ledger, provider: Provider, gateway: Gateway) -> str:
    """An agent whom the provider knows, not signed in."""
    agent = await add_agent("ana")
    assert await agents.set_subject(ledger, "ana", provider.issuer, SUB, gateway.clock())
    return agent


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_whom_the_company_knows_comes_in(browser: Browser, ana, provider: Provider, ledger, algorithm: str) -> None:
    provider.signers = [Signer("k1", algorithm)]
    await browser.get("/console/cuenta")
    assert "Entrar con la cuenta de la empresa" in browser.words
    await sign_on(browser)
    assert browser.path == "/console/cuenta"
    assert "ana" in browser.words
    assert await told(ledger) == [("entrada", "ana", "")]
    assert await came_in(ledger) == [texts.SIGN_ON]
    assert provider.last["code_challenge_method"] == "S256"
    assert {len(provider.last[name]) for name in ("state", "nonce", "code_challenge")} == {43}
    await browser.post("/console/salir")
    assert not await is_in(browser), "what ends here is our session"


async def test_on_each_database(ledger_url, start, provider: Provider) -> None:
    if ledger_url is not None:
        await asyncio.to_thread(upgrade, ledger_url, "ledger")
    changes = {} if ledger_url is None else {"database_url": ledger_url}
    gateway = await house(start, provider, oidc_claim="email", oidc_new_agents=True, **changes)
    ledger = gateway.app[RESOURCES].ledger
    async with Browser(gateway.url("/")) as one, Browser(gateway.url("/")) as two:
        await sign_on(one)
        assert one.path == "/console/cuenta"
        provider.person = {**provider.person, "sub": "2", "email": "beto@empresa.example", "preferred_username": "beto"}
        await agents.add(ledger, "Beto", "agent", "x", gateway.clock())
        await agents.set_mail(ledger, "Beto", "beto@empresa.example")
        back = await at_provider(two, await leave(two))
        await two.visit(back)
        assert two.path == "/console/cuenta"
        await two.visit(back)
        assert two.status == 401
    assert [(what, who) for what, who, _ in await told(ledger)] == [
        ("entrada_fallida", "(desconocido)"),
        ("entrada", "Beto"),
        ("vínculo", "Beto"),
        ("entrada", "ana"),
        ("alta", "ana"),
    ]


async def test_keys_that_change_while_all_goes_on(browser: Browser, ana, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "PAUSE", timedelta())
    old, new = provider.signers[0], Signer("2026-12", "ES256")
    await sign_on(browser)
    provider.signers = [new, old]
    await browser.post("/console/salir")
    await sign_on(browser)
    assert browser.path == "/console/cuenta"
    await browser.post("/console/salir")
    provider.signers = [new]
    monkeypatch.setattr(published, "FRESH", timedelta())
    provider.forge = lambda claims: jwt.encode(claims, old.private, old.algorithm, headers={"kid": old.kid})
    await sign_on(browser)
    assert browser.status == 401, "a key that was taken back"


async def test_the_secret_in_the_body_where_the_provider_wants_it_so(browser: Browser, ana, provider: Provider) -> None:
    provider.description = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await sign_on(browser)
    assert browser.path == "/console/cuenta"


async def test_what_was_not_sent_comes_along(browser: Browser, ana, provider: Provider, ledger) -> None:
    draft = 'Ya revisé tu "cargo" <b>\n' + "ñ" * 4000
    after = "/console/conversaciones?q=respaldo&estado=escalated"
    address = await leave(browser, after, draft)
    kept = await ledger.read(lambda connection: connection.execute(select(ATTEMPT)).one())
    assert "respaldo" not in kept.kept
    assert "revis" not in kept.kept
    assert "revis" not in address
    assert not any(getattr(attempts.Attempt(kept.id, "", ""), name) in address for name in ("state", "nonce")), "the row alone is no state"
    await browser.visit(address)
    assert "Este texto no se envió" in browser.words
    assert "Ya revisé tu &#34;cargo&#34; &lt;b&gt;" in browser.page
    assert 'href="/console/conversaciones?q=respaldo&amp;estado=escalated"' in browser.page
    assert await ledger.read(lambda connection: connection.scalar(select(func.count()).select_from(ATTEMPT))) == 0


async def test_a_failure_keeps_what_was_not_sent(browser: Browser, ana, provider: Provider) -> None:
    provider.error = "access_denied"
    await sign_on(browser, draft="Ya revisé tu cargo.")
    assert browser.status == 401
    assert browser.page.count("Ya revisé tu cargo.") == 2, "for either way in"


# --- the second factor ----------------------------------------------------------------------------------------------


async def test_a_supervisor_needs_our_second_factor_where_the_provider_shows_none(
    browser: Browser, add_agent, gateway, ledger, provider: Provider
) -> None:
    await add_agent("ana", "supervisor")
    await agents.set_subject(ledger, "ana", provider.issuer, SUB, gateway.clock())
    for amr in (None, ["pwd"], "mfa", {"mfa": True}):
        provider.claims = {"amr": amr, "acr": "urn:mfa"}
        await sign_on(browser)
        assert "Activa tu segundo paso" in browser.words
        assert not await is_in(browser)
    phone, _ = await enrol(browser, gateway, "ana")
    await browser.post("/console/salir")
    gateway.clock.forward(minutes=2)
    await sign_on(browser, draft="un texto")
    assert "Escribe los seis dígitos" in browser.words
    assert not await is_in(browser)
    await sign_on(browser, draft="un texto")
    await browser.post("/console/segundo-factor", codigo=phone.at(gateway.clock()), texto="un texto")
    assert "un texto" in browser.words
    assert await is_in(browser)
    assert await came_in(ledger) == [
        "con la cuenta de la empresa y código del teléfono",
        "con contraseña y segundo paso recién activado",
    ]


@pytest.mark.parametrize("claims", [{"amr": ["pwd", "otp", "mfa"]}, {"acr": "urn:mfa"}])
async def test_the_providers_second_factor_counts(start, provider: Provider, claims) -> None:
    gateway = await house(start, provider, oidc_acr_values=("urn:mfa", "phr"))
    ledger = gateway.app[RESOURCES].ledger
    await agents.add(ledger, "jefa", "administrator", "x", gateway.clock())
    await agents.set_subject(ledger, "jefa", provider.issuer, SUB, gateway.clock())
    provider.claims = claims
    async with Browser(gateway.url("/")) as browser:
        await sign_on(browser, "/console/auditoria")
        assert browser.path == "/console/auditoria"
        assert "con la cuenta de la empresa y segundo paso de la empresa" in browser.words
    assert provider.last["acr_values"] == "urn:mfa phr"


async def test_an_agent_who_has_a_second_factor_is_asked_for_it(browser: Browser, ana, gateway) -> None:
    await browser.sign_in("ana")
    await browser.get("/console/cuenta")
    await browser.post("/console/cuenta/segundo-factor")
    phone = pyotp.TOTP(re.search(r"<code>([A-Z2-7]{32})</code>", browser.page)[1])
    await browser.post("/console/segundo-factor", codigo=phone.at(gateway.clock()))
    await browser.post("/console/salir")
    await sign_on(browser)
    assert "Escribe los seis dígitos" in browser.words


# --- whose account --------------------------------------------------------------------------------------------------


async def test_a_verified_mail_leads_to_the_account_once_and_the_subject_from_then_on(start, add_agent_to, provider: Provider) -> None:
    gateway = await house(start, provider, oidc_claim="email")
    ledger = gateway.app[RESOURCES].ledger
    await add_agent_to(gateway, "Ana", mail="ana@empresa.example")
    person = provider.person
    for unverified in (False, None, "true", 1):
        provider.person = {**person, "email_verified": unverified}
        async with Browser(gateway.url("/")) as browser:
            await sign_on(browser)
            assert browser.status == 401
        assert (await told(ledger))[0] == ("entrada_fallida", "(desconocido)", WHY["mail"])
    provider.person = {**person, "email": "ANA@Empresa.example"}
    async with Browser(gateway.url("/")) as browser:
        await sign_on(browser)
        assert await is_in(browser)
    provider.person = {**person, "email": "otra@empresa.example", "email_verified": False}
    async with Browser(gateway.url("/")) as browser:
        await sign_on(browser)
        assert await is_in(browser), "the mail may change, the person does not"
    provider.person = {**person, "sub": "999"}
    async with Browser(gateway.url("/")) as browser:
        await sign_on(browser)
        assert browser.status == 401
    assert (await told(ledger))[0] == ("entrada_fallida", "Ana", WHY["subject"]), "a mail that was given to somebody else"


async def test_a_mail_of_two_accounts_leads_to_none(start, add_agent_to, provider: Provider) -> None:
    gateway = await house(start, provider, oidc_claim="email", oidc_new_agents=True)
    for name in ("ana", "beto"):
        await add_agent_to(gateway, name, mail="ana@empresa.example")
    async with Browser(gateway.url("/")) as browser:
        await sign_on(browser)
        assert browser.status == 401
    assert (await told(gateway.app[RESOURCES].ledger))[0][2] == WHY["ambiguous"]


async def test_a_mail_leads_nowhere_where_the_subject_counts(browser: Browser, add_agent, ledger) -> None:
    await add_agent("ana")
    await agents.set_mail(ledger, "ana", "ana@empresa.example")
    await sign_on(browser)
    assert browser.status == 401
    assert await told(ledger) == [("entrada_fallida", "(desconocido)", WHY["account"])]


@pytest.fixture
def add_agent_to():
    async def add(gateway: Gateway, name: str, role="agent", mail: str | None = None) -> None:
        ledger = gateway.app[RESOURCES].ledger
        await agents.add(ledger, name, role, "x", gateway.clock())
        await agents.set_mail(ledger, name, mail)

    return add


@pytest.mark.parametrize("claim", ["sub", "email"])
async def test_who_is_nobody_here_becomes_an_agent_where_a_setting_says_so(start, provider: Provider, claim: str) -> None:
    gateway = await house(start, provider, oidc_new_agents=True, oidc_claim=claim)
    ledger = gateway.app[RESOURCES].ledger
    provider.person = {
        **provider.person,
        "preferred_username": " Ana.Lopez@empresa.example",
        "role": "administrator",
        "roles": ["administrator"],
    }
    async with Browser(gateway.url("/")) as browser:
        for _ in range(2):
            await sign_on(browser)
            assert browser.path == "/console/cuenta"
        assert "ana.lopez" in browser.words
        await browser.get("/console/auditoria")
        assert browser.status == 403
    (row,) = await agents.listed(ledger)
    assert (row.name, row.role, row.subject) == ("ana.lopez", "agent", SUB)
    await agents.remove(ledger, "ana.lopez", gateway.clock())
    async with Browser(gateway.url("/")) as browser:
        await sign_on(browser)
        assert browser.status == 401
    assert (await told(ledger))[0] == ("entrada_fallida", "ana.lopez", WHY["removed"]), "and is not made anew"
    assert len(await agents.listed(ledger)) == 1


@pytest.mark.parametrize(
    ("username", "mail"),
    [("ana", "otra@empresa.example"), ("аna", None), ("", None), ("a" * 65, None), ("ana\u202e", None), ({"a": 1}, None), (None, None)],
)
async def test_a_new_agent_never_takes_or_imitates_a_name(start, add_agent_to, provider: Provider, username, mail) -> None:
    gateway = await house(start, provider, oidc_new_agents=True)
    await add_agent_to(gateway, "ana", "supervisor")
    provider.person = {"sub": "77", "preferred_username": username, "email": mail, "email_verified": True}
    async with Browser(gateway.url("/")) as browser:
        await sign_on(browser)
        assert browser.status == 401
    assert await told(gateway.app[RESOURCES].ledger) == [("entrada_fallida", "(desconocido)", WHY["name"])]


async def test_a_locked_or_removed_account_stays_so(browser: Browser, ana, gateway, ledger) -> None:
    for _ in range(agents.MOST_FAILURES):
        await browser.sign_in("ana", "otra clave muy distinta")
    await sign_on(browser)
    assert browser.status == 401
    assert (await told(ledger))[0] == ("entrada_fallida", "ana", WHY["locked"])
    gateway.clock.forward(minutes=16)
    await sign_on(browser)
    assert await is_in(browser)
    await agents.remove(ledger, "ana", gateway.clock())
    assert not await is_in(browser)
    await sign_on(browser)
    assert browser.status == 401


async def test_a_subject_is_one_agents_and_goes_to_who_comes_back(add_agent, gateway, ledger, provider: Provider) -> None:
    for name in ("ana", "beto", "ana.nueva"):
        await add_agent(name)
    now, issuer = gateway.clock(), provider.issuer
    assert await agents.set_subject(ledger, "ana", issuer, SUB, now)
    with pytest.raises(Conflict):
        await agents.set_subject(ledger, "beto", issuer, SUB, now)
    await agents.remove(ledger, "ana", now)
    assert not await agents.set_subject(ledger, "nadie", issuer, SUB, now)
    assert [row.name for row in await agents.listed(ledger) if row.subject] == ["ana"], "she is kept out still"
    assert await agents.set_subject(ledger, "ana.nueva", issuer, SUB, now)
    assert [row.name for row in await agents.listed(ledger) if row.subject] == ["ana.nueva"]
    assert await agents.set_subject(ledger, "ana.nueva", issuer, None, now)
    assert [row.name for row in await agents.listed(ledger) if row.subject] == []


# --- sessions and cookies -------------------------------------------------------------------------------------------


async def test_the_session_is_another_one_and_the_one_before_is_over(browser: Browser, ana, ledger) -> None:
    await browser.sign_in("ana")
    before = {cookie.key: cookie.value for cookie in browser.http.cookie_jar}["console_session"]
    await sign_on(browser)
    after = {cookie.key: cookie.value for cookie in browser.http.cookie_jar}["console_session"]
    assert before != after
    ended = await ledger.read(
        lambda connection: connection.execute(select(SESSION.c.ended_at).order_by(SESSION.c.created_at)).scalars().all()
    )
    assert [each is None for each in ended] == [False, True]


async def test_what_the_browser_keeps_on_its_way_is_for_that_way_only(browser: Browser, ana, provider: Provider) -> None:
    async with browser.http.post(browser.base + "/console/empresa", data={"sigue": ""}) as response:
        (cookie,) = response.headers.getall("Set-Cookie")
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
    for part in ("console_sign_on=", "HttpOnly", "SameSite=Lax", "Path=/console/empresa", "Max-Age=600"):
        assert part in cookie
    async with browser.http.get(await at_provider(browser, await leave(browser)), allow_redirects=False) as response:
        cookies = {each.partition("=")[0]: each for each in response.headers.getall("Set-Cookie")}
    assert "Max-Age=0" in cookies["console_sign_on"]
    assert "HttpOnly" in cookies["console_session"]


async def test_by_https_no_neighbour_can_plant_it(start, provider: Provider) -> None:
    gateway = await house(start, provider, console_url="https://asistente.example/console", trusted_proxies=("127.0.0.1",))
    async with (
        Browser(gateway.url("/")) as browser,
        browser.http.post(browser.base + "/console/empresa", data={"sigue": ""}) as response,
    ):
        (cookie,) = response.headers.getall("Set-Cookie")
        page = await response.text()
    for part in ("__Host-console_sign_on=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/;"):
        assert part in cookie + ";"
    assert "redirect_uri=https%3A%2F%2Fasistente.example%2Fconsole%2Fempresa%2Fregreso" in page, "from the settings, whatever the Host says"


async def test_attempts_that_never_come_back_go(browser: Browser, ana, gateway, ledger) -> None:
    async def left() -> int:
        return await ledger.read(lambda connection: connection.scalar(select(func.count()).select_from(ATTEMPT)))

    await leave(browser)
    await leave(browser)
    assert await left() == 2
    gateway.clock.forward(minutes=11)
    await leave(browser)
    assert await left() == 1
    gone = await retention.run(ledger, gateway.settings, gateway.clock() + LIFE)
    assert gone == {"sign_on_attempt": 1}


async def test_without_a_provider_there_is_no_such_way(start) -> None:
    gateway = await start()
    async with Browser(gateway.url("/")) as browser:
        await browser.get("/console/entrar")
        assert "empresa" not in browser.page
        await browser.post("/console/empresa")
        assert browser.status == 404
        await browser.get("/console/empresa/regreso?code=x&state=y")
        assert browser.status == 404


async def test_a_password_still_opens(browser: Browser, ana, provider: Provider) -> None:
    provider.statuses["/.well-known/openid-configuration"] = 500
    await leave(browser)
    assert browser.status == 401
    assert texts.FAILED in browser.words
    await browser.sign_in("ana", PASSWORD)
    assert await is_in(browser)
