"""An agent's own account: who found a browser open cannot change how its agent signs in, and who changes it is alone with it."""

from __future__ import annotations

import re

import pyotp
import pytest
from sqlalchemy import select

from bot.console import agents, audit, passwords, second_factor, texts
from bot.console.agents import AGENT, SESSION
from bot.resources import RESOURCES
from tests.console.conftest import KEPT, PASSWORD, Browser, enrol
from tests.gateway.conftest import Start

NEW = "caballo pila grapa correcta"


async def is_in(browser: Browser) -> bool:
    await browser.get("/console/cuenta")
    return browser.path == "/console/cuenta"


async def change(browser: Browser, now: str, new: str) -> None:
    await browser.get("/console/cuenta")
    await browser.post("/console/cuenta/clave", clave=now, nueva=new)


async def test_another_password_wants_the_one_of_now_and_signs_out_everywhere_else(ana: Browser, other: Browser, ledger) -> None:
    await other.sign_in("ana")
    await change(ana, "no es la de ahora", NEW)
    assert ana.status == 401
    assert texts.NOT_YOURS_NOW in ana.words
    assert await is_in(other)
    await change(ana, PASSWORD, NEW)
    assert ana.path == "/console/cuenta"
    assert not await is_in(other)
    await other.sign_in("ana")
    assert other.status == 401
    await other.sign_in("ana", NEW)
    assert await is_in(other)
    assert [row.what for row in await audit.newest(ledger)].count("clave") == 1


async def test_the_password_of_now_is_not_guessed_there_either(ana: Browser, other: Browser, gateway) -> None:
    for _ in range(agents.MOST_FAILURES):
        await change(ana, "no es la de ahora", NEW)
    await change(ana, PASSWORD, NEW)
    assert ana.status == 401
    gateway.clock.forward(minutes=16)
    await other.sign_in("ana")
    assert await is_in(other)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("corta", "length"),
        ("x" * 300, "length"),
        ("aaaaaaaaaaaaaaaa", "guessed"),
        ("abababababababab", "guessed"),
        ("Servidor-Virtual-2026", "guessed"),
        ("mi consola de trabajo", "guessed"),
    ],
)
async def test_a_password_that_is_guessed_is_refused(ana: Browser, new: str, why: passwords.Weakness) -> None:
    await change(ana, PASSWORD, new)
    assert ana.status == 400
    assert texts.WEAK[why] in ana.words
    await ana.sign_in("ana")
    assert await is_in(ana)


async def test_a_password_with_the_agents_own_name_is_refused(browser: Browser, add_agent) -> None:
    await add_agent("marisela")
    await browser.sign_in("marisela")
    await change(browser, PASSWORD, "soy MARISELA y ya")
    assert texts.WEAK["guessed"] in browser.words


async def test_a_leaked_password_is_refused(start: Start, tmp_path) -> None:
    known = tmp_path / "leaked.txt"
    known.write_bytes(b"123456\r\nTrustNo1TrustNo1\r\n\xff\xfe\r\n")
    gateway = await start(known_passwords=known)
    assert passwords.weakness("trustno1trustno1", "ana", known) == "known"
    await agents.add(gateway.app[RESOURCES].ledger, "ana", "agent", KEPT, gateway.clock())
    async with Browser(gateway.url("/")) as ana:
        await ana.sign_in("ana")
        await change(ana, PASSWORD, "TrustNo1TrustNo1")
        assert texts.WEAK["known"] in ana.words
        await change(ana, PASSWORD, NEW)
        assert ana.status == 200


@pytest.mark.parametrize("password", ["ñandú ☂ 漢字 con espacios", "x" * 300, "clave-de-256-" + "abcdefghij" * 24 + "xyz"])
async def test_a_password_is_taken_as_it_is_or_not_at_all(browser: Browser, add_agent, ledger, gateway, password: str) -> None:
    """Nothing of it is cut off: what only begins like it is another one."""
    await add_agent("ana")
    await agents.set_password(ledger, "ana", passwords.hashed(password[: passwords.LONGEST]), gateway.clock())
    await browser.sign_in("ana", password)
    assert (browser.status == 401) == (len(password) > passwords.LONGEST)
    await browser.sign_in("ana", password + "y")
    assert browser.status == 401


async def test_whoever_finds_a_browser_open_signs_in_again_before_it_is_changed(ana: Browser, other: Browser, gateway) -> None:
    await other.sign_in("ana")
    for path in ("/console/cuenta/segundo-factor", "/console/cuenta/sesiones"):
        gateway.clock.forward(minutes=11)
        await ana.get("/console/cuenta")
        await ana.post(path)
        assert ana.status == 401
        assert texts.AGAIN in ana.words
        assert not await is_in(ana)
        assert await is_in(other)
        await ana.sign_in("ana")
    await ana.get("/console/cuenta")
    await ana.post("/console/cuenta/segundo-factor")
    assert "Escanea esta imagen" in ana.words


async def test_agents_see_where_they_are_signed_in_and_end_it(ana: Browser, other: Browser, gateway, ledger) -> None:
    await ana.get("/console/cuenta")
    assert 'name="cual"' not in ana.page
    gateway.clock.forward(minutes=3)
    await other.sign_in("ana")
    await ana.get("/console/cuenta")
    assert ana.words.count("usada hace") == 2
    assert ana.words.count("(esta)") == 1
    await ana.post("/console/cuenta/sesiones", cual=re.findall(r'name="cual" value="(\w+)"', ana.page)[0])
    assert await is_in(ana)
    assert not await is_in(other)
    await other.sign_in("ana")
    async with Browser(gateway.url("/")) as third:
        await third.sign_in("ana")
        await ana.get("/console/cuenta")
        assert "Cerrar las demás" in ana.words
        await ana.post("/console/cuenta/sesiones")
        assert [await is_in(browser) for browser in (ana, other, third)] == [True, False, False]
    assert [row.detail for row in await audit.newest(ledger) if row.what == "sesiones"] == ["2", "1"]


async def test_nobody_ends_the_session_of_another(ana: Browser, beto: Browser, ledger, gateway) -> None:
    theirs = await ledger.read(lambda connection: connection.scalar(select(SESSION.c.id).join(AGENT).where(AGENT.c.name == "beto")))
    await ana.get("/console/cuenta")
    await ana.post("/console/cuenta/sesiones", cual=theirs)
    assert await is_in(beto)


async def test_who_has_the_machine_signs_an_agent_out(ana: Browser, gateway, ledger) -> None:
    assert await agents.sign_out(ledger, "ana", gateway.clock())
    assert not await is_in(ana)
    await ana.sign_in("ana")
    assert await is_in(ana)
    assert not await agents.sign_out(ledger, "nadie", gateway.clock())


async def test_a_second_factor_ends_what_was_open_without_it(ana: Browser, other: Browser, gateway) -> None:
    await other.sign_in("ana")
    await ana.get("/console/cuenta")
    await ana.post("/console/cuenta/segundo-factor")
    secret = ana.page.partition("<code>")[2].partition("</code>")[0]
    assert await is_in(other)
    await ana.post("/console/segundo-factor", codigo=pyotp.TOTP(secret).at(gateway.clock()))
    assert "quedó activado" in ana.words
    assert await is_in(ana)
    assert not await is_in(other)


async def test_a_company_may_want_the_second_factor_of_everybody(start: Start) -> None:
    gateway = await start(second_factor_for_all=True)
    await agents.add(gateway.app[RESOURCES].ledger, "ana", "agent", KEPT, gateway.clock())
    async with Browser(gateway.url("/")) as ana:
        await ana.sign_in("ana")
        assert not await is_in(ana)
        await enrol(ana, gateway, "ana")
        assert await is_in(ana)


def test_a_recovery_code_is_too_long_to_be_found_from_its_digest() -> None:
    codes = second_factor.recovery_codes()
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert all(len(second_factor._LETTERS) ** len(code.replace("-", "")) >= 2**112 for code in codes)


@pytest.mark.parametrize(("scheme", "name", "path"), [("https", "__Host-console_session", "/"), ("http", "console_session", "/console")])
async def test_by_https_the_cookie_is_of_this_host_alone(start: Start, scheme: str, name: str, path: str) -> None:
    gateway = await start(trusted_proxies=("127.0.0.1",))
    await agents.add(gateway.app[RESOURCES].ledger, "ana", "agent", KEPT, gateway.clock())
    came = {"X-Forwarded-Proto": scheme, "X-Forwarded-For": "127.0.0.9"}
    async with Browser(gateway.url("/")) as ana:
        form = {"nombre": "ana", "clave": PASSWORD, "sigue": ""}
        async with ana.http.post(ana.base + "/console/entrar", data=form, headers=came, allow_redirects=False) as response:
            cookie = response.cookies[name]
        assert (cookie["path"], bool(cookie["secure"]), cookie["httponly"], cookie["domain"]) == (path, scheme == "https", True, "")
        held = {"Cookie": f"{name}={cookie.value}"}
        page = await ana.get("/console/cuenta", **came, **held)
        assert "Mi cuenta" in page
        ana.http.cookie_jar.clear()
        planted = {"Cookie": f"{'console_session' if scheme == 'https' else '__Host-console_session'}={cookie.value}"}
        await ana.get("/console/cuenta", **came, **planted)
        assert ana.path.startswith("/console/entrar")


@pytest.mark.parametrize(("method", "path"), [("GET", "/console/auditoria"), ("GET", "/console/publicar"), ("POST", "/console/publicar")])
async def test_what_a_role_may_not_is_noted(ana: Browser, ledger, method: str, path: str) -> None:
    await ana.get("/console/cuenta")
    await (ana.get(path) if method == "GET" else ana.post(path))
    assert ana.status == 403
    assert next((row.agent, row.what, row.detail) for row in await audit.newest(ledger)) == ("ana", "negado", path)
