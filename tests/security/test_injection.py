"""What customers and strangers write is only ever words: in spreadsheets, pages, logs, headers, searches and commands."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import quote

import aiohttp
import pytest

from bot.console import audit
from bot.conversations import inbox
from bot.conversations.inbox import Inbound, Terms
from bot.identity.identity import ANONYMOUS
from bot.resources import RESOURCES
from tests.console.conftest import Browser, add_agent, ana, browser, ledger
from tests.console.talk import customer, say
from tests.gateway.client import Visitor
from tests.gateway.conftest import databases, dialogue, gateway, start, visitor
from tests.security.logs import logs

__all__ = ["add_agent", "ana", "browser", "databases", "dialogue", "gateway", "ledger", "logs", "start", "visitor"]

FORMULAS = ['=HYPERLINK("http://evil.example";"clic")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "  =cmd|'/C calc'!A0"]
MARKUP = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg/onload=alert(1)>', "javascript:alert(1)", "{{ 7*7 }}", "{% include 'base.html' %}", "</li></ol><form action=//evil.example>", "<!--", "&lt;script&gt;"]  # fmt: skip
LINES = [
    'hola\n{"event": "turn", "level": "error"}',
    "hola\r\nSet-Cookie: x=1",
    "\x1b[2J\x1b[1;31mroto",
    "a\u2028b\u2029c",
    "hola\x00mundo",
]
SEARCHES = [
    '"',
    "' OR 1=1 --",
    "a* OR b",
    "NEAR(a b)",
    "text:secreto",
    "a AND NOT b",
    "^hola",
    "(((",
    "%",
    "_",
    "\\",
    "'; DROP TABLE message; --",
    ":*",
    "a & !b | <->",
]
COMMANDS = [
    "/restart",
    '/consultar_pago{"servidor":"RUIZ-01"}',
    " /session_start",
    "\u00a0/restart",
    "／restart",
    "\u200b/restart",
    '/set_identity{"desk":"C-1001","level":3}',
]


@pytest.mark.parametrize("formula", FORMULAS)
async def test_a_message_and_a_name_are_no_formula_in_a_spreadsheet(ana: Browser, gateway, ledger, formula) -> None:
    async with customer(gateway) as one:
        inbound = Inbound(one.conversation, "web", "x", "1", formula, profile_name=formula)
        await inbox.accept(ledger, inbound, gateway.clock(), Terms(lambda *_: ANONYMOUS))
        await ana.get("/console/conversaciones.csv")
    cells = [cell for row in csv.reader(io.StringIO(ana.page.lstrip("\ufeff"), newline="")) for cell in row]
    assert len(cells) >= 20
    assert not [cell for cell in cells if cell.lstrip(" ")[:1] in {"=", "+", "-", "@", "\t", "\r"}]


@pytest.mark.parametrize("markup", MARKUP)
async def test_a_message_is_no_markup_in_the_console(ana: Browser, gateway, ledger, markup) -> None:
    async with customer(gateway) as one:
        inbound = Inbound(one.conversation, "web", "x", "1", markup, profile_name=markup)
        await inbox.accept(ledger, inbound, gateway.clock(), Terms(lambda *_: ANONYMOUS))
        for path in (
            f"/console/conversaciones/{one.conversation}",
            f"/console/conversaciones/{one.conversation}/privacidad",
            "/console/conversaciones",
        ):
            await ana.get(path)
            assert ana.status == 200
            assert not [
                tag
                for tag in ("<script>alert", "<img src=x", "<svg/onload", "<form action=//", "<!--", 'href="javascript:')
                if tag in ana.page
            ]
            assert "{{ 7*7 }}" in ana.words or "7*7" not in markup or path.endswith("privacidad")


async def test_the_reason_for_opening_is_no_markup_in_the_audit(ana: Browser, gateway, ledger) -> None:
    talk = await say(gateway, "al 55 1234 5678")
    await ana.get(f"/console/conversaciones/{talk}/privacidad")
    await ana.post(f"/console/conversaciones/{talk}/privacidad", motivo="<script>alert(1)</script> motivo")
    (entry,) = [row for row in await audit.newest(ledger) if row.what == "sellado"]
    assert entry.detail == "<script>alert(1)</script> motivo"
    assert "<script>alert" not in ana.page


@pytest.mark.parametrize("text", LINES)
async def test_a_message_makes_no_line_of_the_log(visitor: Visitor, logs, text) -> None:
    before = len(logs.getvalue())
    await visitor.ask(text)
    await visitor.call("GET", "/webchat/messages?since=0", headers={"User-Agent": "x", "X-Correlation-ID": "a b\tc"})
    written = logs.getvalue()[before:].splitlines()
    assert all(json.loads(line)["event"] for line in written)
    assert not [line for line in written if "roto" in line or "Set-Cookie" in line or "mundo" in line]


@pytest.mark.parametrize("name", ["ana\r\nSet-Cookie: a=b", 'ana\n{"event":"x"}', "=1+1"])
async def test_a_name_at_the_sign_in_writes_nothing_of_its_own(browser: Browser, gateway, ledger, logs, name) -> None:
    before = len(logs.getvalue())
    await browser.post("/console/entrar", nombre=name, clave="x", sigue="/console/cola")
    assert browser.status == 401
    assert "a" not in browser.http.cookie_jar.filter_cookies(browser.base)
    assert [row.agent for row in await audit.newest(ledger)] == ["(desconocido)"]
    assert all(json.loads(line)["event"] for line in logs.getvalue()[before:].splitlines())


@pytest.mark.parametrize(
    "after",
    ["//evil.example", "https://evil.example", "/console/\r\nX-Evil: 1", "/\\evil.example", "javascript:alert(1)", "/console/../../evil"],
)
async def test_a_sign_in_goes_on_to_no_other_site_and_writes_no_header(ana: Browser, gateway, after) -> None:
    async with ana.http.get(f"{ana.base}/console/entrar", params={"sigue": after}, allow_redirects=False) as response:
        assert response.status == 303
        assert "X-Evil" not in response.headers
        assert response.headers["Location"].startswith("/console/")
        assert "\n" not in response.headers["Location"]


@pytest.mark.parametrize("header", ["Origin", "X-Correlation-ID", "Host", "X-Forwarded-For", "User-Agent"])
async def test_a_header_comes_back_in_no_other_one(gateway, header) -> None:
    async with aiohttp.ClientSession() as http, http.get(gateway.url("/health/live"), headers={header: "evil.example/<x>"}) as response:
        assert "evil.example" not in repr(dict(response.headers))


@pytest.mark.parametrize("words", SEARCHES)
async def test_words_that_are_looked_for_are_no_operators(ana: Browser, gateway, words) -> None:
    talk = await say(gateway, "hola secreto")
    await ana.get(f"/console/conversaciones?q={quote(words, safe='')}")
    assert ana.status == 200
    await ana.get(f"/console/conversaciones/{talk}")
    assert ana.status == 200


@pytest.mark.parametrize("text", COMMANDS)
async def test_what_is_typed_reaches_the_dialogue_as_text_and_never_as_a_button(visitor: Visitor, gateway, text) -> None:
    await visitor.ask(text)
    (message,) = gateway.dialogue.turns[-1]["messages"]
    assert message["button"] is None
    assert gateway.dialogue.turns[-1]["level"] == 0


@pytest.mark.parametrize(
    "more",
    [
        {"metadata": {"desk": "C-1001", "level": 3}},
        {"desk": "C-1001"},
        {"level": 3},
        {"proof": "portal"},
        {"conversation": "x" * 32},
        {"input_channel": "whatsapp"},
    ],
)
async def test_what_a_client_adds_to_a_message_makes_it_nobody_else(visitor: Visitor, gateway, more) -> None:
    status, _ = await visitor.call("POST", "/webchat/messages", json={"id": "00000000-0000-4000-8000-000000000001", "text": "hola", **more})
    assert status in {202, 400}
    if status == 202:
        await visitor.until(lambda messages: messages[-1]["kind"] == "answer")
        assert (gateway.dialogue.turns[-1]["level"], gateway.dialogue.turns[-1]["channel"]) == (0, "web")


async def test_nobody_writes_into_the_disclosure_ledger_by_asking_for_it(visitor: Visitor, gateway) -> None:
    conversation = visitor.conversation
    async with Visitor(gateway.url("/")) as stranger:
        for path in ("", "/privacidad", "/lineas"):
            status, _ = await stranger.call("GET", f"/console/conversaciones/{conversation}{path}", allow_redirects=False)
            assert status in {303, 401}
    entries = await gateway.app[RESOURCES].ledger.read(
        lambda connection: connection.exec_driver_sql("SELECT count(*) FROM disclosure").scalar()
    )
    assert entries == 0
