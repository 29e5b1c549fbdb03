"""Signing in: what gets in, what does not, and that every failure reads the same."""

from __future__ import annotations

import re

import pyotp
import pytest
from sqlalchemy import select

from bot.console import agents, audit, texts
from bot.console.agents import AGENT, SESSION
from bot.console.routes import SIGN_INS_PER_MINUTE
from tests.console.conftest import PASSWORD, Browser, enrol

WRONG = "otra clave muy distinta"


async def entries(ledger) -> list[tuple[str, str]]:
    return [(row.what, row.agent) for row in await audit.newest(ledger)]


async def test_a_password_opens_the_console_and_is_noted(browser: Browser, add_agent, ledger) -> None:
    await add_agent("ana")
    await browser.get("/console/cuenta")
    assert browser.path.startswith("/console/entrar?sigue=/console/cuenta")
    await browser.post("/console/entrar", nombre="ana", clave=PASSWORD, sigue="/console/cuenta")
    assert browser.path == "/console/cuenta"
    assert "ana" in browser.words
    assert await entries(ledger) == [("entrada", "ana")]


async def test_every_failure_reads_the_same(browser: Browser, add_agent, gateway, ledger) -> None:
    await add_agent("ana")
    await add_agent("jefa", "supervisor")
    await add_agent("ida")
    await agents.remove(ledger, "ida", gateway.clock())
    pages = set()
    for name, password in (("ana", WRONG), ("nadie", PASSWORD), ("ida", PASSWORD), ("jefa", WRONG), ("", ""), ("ana' OR 1=1 --", "x")):
        page = await browser.sign_in(name, password)
        pages.add(page.replace(name.replace("'", "&#39;"), "") if name else page)
        assert browser.status == 401
        assert texts.FAILED in browser.words
    assert len({page.count(texts.FAILED) for page in pages}) == 1
    assert {name for _, name in await entries(ledger)} == {"ana", "jefa", "(desconocido)"}, "what was typed as a name may be a password"


async def test_five_failures_lock_and_time_unlocks(browser: Browser, add_agent, gateway, ledger) -> None:
    await add_agent("ana")
    for _ in range(5):
        await browser.sign_in("ana", WRONG)
    await browser.sign_in("ana")
    assert browser.status == 401
    assert texts.FAILED in browser.words
    assert ("bloqueo", "ana") in await entries(ledger)
    gateway.clock.forward(minutes=16)
    await browser.sign_in("ana")
    assert browser.status != 401


async def test_one_address_cannot_try_without_end(browser: Browser, gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = gateway.clock()
    monkeypatch.setattr(type(gateway.clock), "__call__", lambda _: moment)  # however slow the machine
    for _ in range(SIGN_INS_PER_MINUTE):
        await browser.sign_in("nadie", WRONG)
        assert browser.status == 401
    await browser.sign_in("nadie", WRONG)
    assert browser.status == 429
    assert texts.TOO_MANY in browser.words


async def test_a_supervisor_sets_up_the_second_factor_and_needs_it_from_then_on(browser: Browser, add_agent, gateway, ledger) -> None:
    await add_agent("jefa", "supervisor")
    await browser.sign_in("jefa")
    async with browser.http.get(browser.base + "/console/segundo-factor.svg") as picture:
        assert picture.content_type == "image/svg+xml"
        assert b"<svg" in await picture.read()
    phone, codes = await enrol(browser, gateway, "jefa")
    assert len(codes) == 8
    await browser.get("/console/cuenta")
    assert "Segundo paso activado" in browser.words
    await browser.get("/console/segundo-factor.svg")
    assert browser.path == "/console/cola", "the secret is never shown again"
    await browser.post("/console/salir")

    await browser.sign_in("jefa")
    await browser.get("/console/cuenta")
    assert browser.path.startswith("/console/entrar"), "half-way is not in"
    gateway.clock.forward(minutes=2)
    await browser.sign_in("jefa")
    digits = phone.at(gateway.clock())
    await browser.post("/console/segundo-factor", codigo="000000" if digits != "000000" else "000001")
    assert browser.status == 401
    assert texts.FAILED in browser.words
    await browser.post("/console/segundo-factor", codigo=digits)
    await browser.get("/console/cuenta")
    assert browser.path == "/console/cuenta"
    await browser.post("/console/salir")

    await browser.sign_in("jefa")
    await browser.post("/console/segundo-factor", codigo=digits)
    assert browser.status == 401, "digits are good once"
    await browser.post("/console/segundo-factor", codigo=codes[0].lower().replace("-", " "))
    await browser.get("/console/cuenta")
    assert browser.path == "/console/cuenta"
    await browser.post("/console/salir")
    await browser.sign_in("jefa")
    await browser.post("/console/segundo-factor", codigo=codes[0])
    assert browser.status == 401, "a recovery code is good once"


async def test_the_audit_says_by_which_way_somebody_came_in(browser: Browser, add_agent, gateway, ledger) -> None:
    await add_agent("jefa", "supervisor")
    phone, codes = await enrol(browser, gateway, "jefa")
    await browser.get("/console/cuenta")
    await browser.post("/console/salir")
    gateway.clock.forward(minutes=2)
    await browser.sign_in("jefa")
    await browser.post("/console/segundo-factor", codigo=codes[0][:-1])
    await browser.post("/console/segundo-factor", codigo=phone.at(gateway.clock()))
    await browser.get("/console/cuenta")
    await browser.post("/console/salir")
    await browser.sign_in("jefa")
    await browser.post("/console/segundo-factor", codigo=codes[0])
    assert [(row.what, row.detail) for row in reversed(await audit.newest(ledger))] == [
        ("segundo_factor", ""),
        ("entrada", "con contraseña y segundo paso recién activado"),
        ("salida", ""),
        ("entrada_fallida", "segundo paso con contraseña"),
        ("entrada", "con contraseña y código del teléfono"),
        ("salida", ""),
        ("entrada", "con contraseña y código de recuperación"),
    ]
    await browser.get("/console/auditoria")
    assert "jefa entrada con contraseña y código de recuperación" in browser.words
    assert await ledger.read(
        lambda connection: list(connection.scalars(select(SESSION.c.came_by).where(SESSION.c.ended_at.is_(None))))
    ) == [None]


async def test_who_sets_the_second_factor_up_from_inside_has_come_in_once(ana: Browser, gateway, ledger) -> None:
    await ana.get("/console/cuenta")
    await ana.post("/console/cuenta/segundo-factor")
    phone = pyotp.TOTP(re.search(r"<code>([A-Z2-7]{32})</code>", ana.page)[1])
    await ana.post("/console/segundo-factor", codigo=phone.at(gateway.clock()))
    assert [(row.what, row.detail) for row in reversed(await audit.newest(ledger))] == [
        ("entrada", "con contraseña"),
        ("segundo_factor", ""),
    ]


async def test_an_agent_may_want_the_second_factor(ana: Browser, gateway) -> None:
    await ana.get("/console/cuenta")
    await ana.post("/console/cuenta/segundo-factor")
    assert "Escanea esta imagen" in ana.words
    await ana.get("/console/cuenta")
    assert ana.path.startswith("/console/entrar"), "it is set up before anything else"


async def test_a_session_ends_when_nobody_is_there_and_after_a_day(ana: Browser, gateway) -> None:
    for _ in range(3):
        gateway.clock.forward(minutes=29)
        await ana.get("/console/cuenta")
        assert ana.path == "/console/cuenta"
    gateway.clock.forward(minutes=31)
    await ana.get("/console/cuenta")
    assert ana.path.startswith("/console/entrar")
    await ana.sign_in("ana")
    for _ in range(22):
        gateway.clock.forward(minutes=29)
        await ana.get("/console/cuenta")
    assert ana.path.startswith("/console/entrar"), "ten hours are a day"


async def test_a_removed_agent_is_out_at_once(ana: Browser, gateway, ledger) -> None:
    await ana.get("/console/cuenta")
    await agents.remove(ledger, "ana", gateway.clock())
    await ana.get("/console/cuenta")
    assert ana.path.startswith("/console/entrar")


@pytest.mark.parametrize("csrf", ["", "otra"])
async def test_a_form_without_the_sessions_word_changes_nothing(ana: Browser, csrf: str) -> None:
    await ana.get("/console/cuenta")
    await ana.post("/console/salir", csrf=csrf)
    assert ana.status == 403
    await ana.get("/console/cuenta")
    assert ana.path == "/console/cuenta"


async def test_another_site_can_neither_sign_in_nor_out(ana: Browser) -> None:
    await ana.get("/console/cuenta")
    word = ana.csrf
    for path in ("/console/salir", "/console/entrar"):
        await ana.post(path, csrf=word, headers={"Sec-Fetch-Site": "cross-site"})
        assert ana.status == 403


async def test_the_cookie_is_for_the_server_alone_and_only_its_digest_is_kept(browser: Browser, add_agent, ledger) -> None:
    await add_agent("ana")
    async with browser.http.post(
        browser.base + "/console/entrar", data={"nombre": "ana", "clave": PASSWORD, "sigue": ""}, allow_redirects=False
    ) as response:
        cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/console" in cookie
    word = cookie.partition("=")[2].partition(";")[0]
    kept = await ledger.read(lambda connection: connection.execute(select(SESSION)).one())
    assert word not in str(kept)
    agent = await ledger.read(lambda connection: connection.execute(select(AGENT)).one())
    assert agent.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    "away", ["https://malo.example/", "//malo.example/console/", "/console/\\malo.example", "/otra", "javascript:alert(1)"]
)
async def test_signing_in_leads_nowhere_else(browser: Browser, add_agent, away: str) -> None:
    await add_agent("ana")
    async with browser.http.post(
        browser.base + "/console/entrar", data={"nombre": "ana", "clave": PASSWORD, "sigue": away}, allow_redirects=False
    ) as response:
        assert response.headers["Location"] == "/console/cola"


async def test_pages_run_nothing_from_elsewhere_and_are_not_kept(browser: Browser) -> None:
    await browser.get("/console/entrar")
    policy = browser.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert browser.headers["Cache-Control"] == "no-store"
    assert "<style" not in browser.page
    assert " style=" not in browser.page
    await browser.get("/console/estatico/console.css")
    assert browser.status == 200
    await browser.get("/console/estatico/..%2Fmodels.py")
    assert browser.status == 404
