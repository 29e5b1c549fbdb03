"""Health, metrics, limits, origins, headers, logs, pages: what surrounds the messages."""

from __future__ import annotations

import io
import json
from email.message import EmailMessage

import pytest
import structlog

from bot import __version__
from bot.resources import RESOURCES
from harness.dialogue import reply, result
from tests.gateway.client import Visitor, all_answered


async def test_ready_names_what_is_not(gateway, visitor: Visitor) -> None:
    url = gateway.dialogue.url  # one stand-in plays both
    well = {
        "ready": True,
        "not_ready": [],
        "degraded": [],
        "version": __version__,
        "processes": {"dialogue": {url: "ready"}, "actions": {url: "ready"}},
    }
    assert await visitor.call("GET", "/health/ready") == (200, well)
    gateway.dialogue.ready = False
    status, body = await visitor.call("GET", "/health/ready")
    assert (status, body["not_ready"], body["degraded"]) == (503, ["dialogue", "actions"], [])
    assert (await visitor.call("GET", "/health/live"))[0] == 200


async def test_one_of_several_that_is_away_is_told_as_degraded(start, dialogue) -> None:
    gone = "http://127.0.0.1:9"
    gateway = await start(dialogue_urls=(dialogue.url, gone), actions_url=(gone, dialogue.url))
    async with Visitor(gateway.url("/")) as visitor:
        status, body = await visitor.call("GET", "/health/ready")
        assert (status, body["ready"], body["not_ready"]) == (200, True, [])
        assert body["degraded"] == [f"dialogue {gone}", f"actions {gone}"]
        assert body["processes"]["dialogue"] == {dialogue.url: "ready", gone: "away"}
        told = (await visitor.call("GET", "/metrics"))[1].decode()
        assert f'gateway_process_ready{{process="dialogue",url="{dialogue.url}"}} 1.0' in told
        assert f'gateway_process_ready{{process="actions",url="{gone}"}} 0.0' in told


async def test_a_ledger_without_tables_is_not_ready_and_accepts_nothing(start, tmp_path) -> None:
    gateway = await start(database_url=f"sqlite:///{tmp_path}/empty.db")
    async with Visitor(gateway.url("/")) as visitor:
        status, body = await visitor.call("GET", "/health/ready")
        assert (status, body["not_ready"]) == (503, ["ledger"])
        async with visitor.http.post(gateway.url("/webchat/session")) as response:
            assert response.status == 503
            assert int(response.headers["Retry-After"]) > 0
            assert (await response.json())["error"] == "unavailable"


async def test_live_state_that_is_away_is_told_as_degraded(start, tmp_path) -> None:
    gateway = await start(accounts_database_url=f"sqlite:///{tmp_path}/empty.db")
    async with Visitor(gateway.url("/")) as visitor:
        status, body = await visitor.call("GET", "/health/ready")
        assert (status, body["not_ready"], body["degraded"]) == (200, [], ["accounts"])


async def test_metrics_count_turns_and_the_queue(gateway, visitor: Visitor) -> None:
    await visitor.ask("hola")
    text = (await visitor.call("GET", "/metrics"))[1].decode()
    assert 'gateway_turns_total{outcome="answered"} 1.0' in text
    assert 'gateway_queue_messages{state="received"} 0.0' in text
    assert 'gateway_decisions_total{decision="answered"} 1.0' in text
    assert 'route="/webchat/messages",status="202"' in text
    assert visitor.conversation not in text


async def test_too_many_messages(start) -> None:
    gateway = await start(rate_messages_per_minute=5)
    async with Visitor(gateway.url("/")) as visitor, Visitor(gateway.url("/")) as other:
        await visitor.open()
        await other.open()
        statuses = [(await visitor.send(f"n={n}"))[0] for n in range(7)]
        assert statuses == [202] * 5 + [429] * 2
        body = {"id": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "text": "x"}
        async with visitor.http.post(gateway.url("/webchat/messages"), headers=visitor.headers, json=body) as response:
            error = await response.json()
            assert 1 <= int(response.headers["Retry-After"]) <= 60
        assert error["error"] == "rate"
        assert "rápido" in error["message"]
        assert (await other.send("hola"))[0] == 202  # nobody else pays for it
        messages = await visitor.until(all_answered)  # what was accepted is answered
        assert len([m for m in messages if m["author"] == "customer"]) == 5
        gateway.clock.forward(seconds=13)
        assert (await visitor.send("ya"))[0] == 202


async def test_too_many_sessions_of_an_address(start) -> None:
    gateway = await start(rate_sessions_per_minute=3)
    async with Visitor(gateway.url("/")) as visitor:
        assert [(await visitor.call("POST", "/webchat/session"))[0] for _ in range(5)] == [200] * 3 + [429] * 2
        lies = {"X-Forwarded-For": "203.0.113.9"}
        assert (await visitor.call("POST", "/webchat/session", headers=lies))[0] == 429  # believed of trusted proxies only


async def test_a_trusted_proxy_tells_addresses_apart(start) -> None:
    gateway = await start(rate_sessions_per_minute=1, trusted_proxies=("127.0.0.1",))
    async with Visitor(gateway.url("/")) as visitor:

        async def open_from(forwarded: str) -> int:
            return (await visitor.call("POST", "/webchat/session", headers={"X-Forwarded-For": forwarded}))[0]

        assert await open_from("203.0.113.1") == 200
        assert await open_from("198.51.100.7, 203.0.113.1") == 429  # the hop before the proxy's own is the client's invention
        assert await open_from("203.0.113.2") == 200
        assert await open_from("2001:db8::1") == 200
        assert await open_from("2001:db8::2") == 429  # the same /64


ORIGINS = {
    "the portal": ("https://portal.example", True),
    "another site": ("https://evil.example", False),
    "a longer name": ("https://portal.example.evil.test", False),
    "a subdomain": ("https://x.portal.example", False),
    "without TLS": ("http://portal.example", False),
    "another port": ("https://portal.example:8443", False),
    "null": ("null", False),
}


@pytest.mark.parametrize("case", ORIGINS)
async def test_cross_origin(gateway, visitor: Visitor, case: str) -> None:
    origin, allowed = ORIGINS[case]
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    async with visitor.http.options(gateway.url("/webchat/messages"), headers=headers) as response:
        assert response.status == (204 if allowed else 403)
        assert response.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert "Access-Control-Allow-Credentials" not in response.headers
    for path in ("/webchat/messages", "/webchat/stream"):
        async with visitor.http.get(gateway.url(path), headers={**visitor.headers, "Origin": origin}) as response:
            assert response.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
            assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("site", "origin", "status"),
    [
        ("cross-site", "https://evil.example", 403),
        ("same-site", "https://evil.example", 403),
        ("cross-site", "null", 403),
        ("cross-site", None, 403),
        ("cross-site", "https://portal.example", 200),
        ("same-origin", "https://chat.example", 200),
        (None, "https://evil.example", 200),
    ],
)
async def test_a_form_of_another_site_opens_no_session(start, site: str | None, origin: str | None, status: int) -> None:
    """Browsers send it without asking first; one that does not tell where it comes from (Safari before 16.4) cannot be told from others."""
    gateway = await start(allowed_origins=("https://portal.example",))
    told = {name: value for name, value in {"Sec-Fetch-Site": site, "Origin": origin, "Content-Type": "text/plain"}.items() if value}
    async with (
        Visitor(gateway.url("/")) as visitor,
        visitor.http.post(gateway.url("/webchat/session"), data="{}", headers=told) as response,
    ):
        assert response.status == status


async def test_an_error_can_be_read_across_origins(gateway, visitor: Visitor) -> None:
    headers = {"Origin": "https://portal.example"}
    async with visitor.http.get(gateway.url("/webchat/messages"), headers=headers) as response:
        assert response.status == 401
        assert response.headers["Access-Control-Allow-Origin"] == "https://portal.example"


async def test_headers_of_the_api(gateway, visitor: Visitor) -> None:
    async with visitor.http.get(gateway.url("/webchat/messages"), headers=visitor.headers) as response:
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Correlation-ID"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/widget.js", "text/javascript"),
        ("/", "text/html"),
        ("/portal/portal.css", "text/css"),
        ("/privacidad", "text/html"),
        ("/privacidad.css", "text/css"),
        ("/console/entrar", "text/html"),
        ("/console/estatico/console.js", "application/javascript"),
        ("/console/estatico/icon.svg", "image/svg+xml"),
        ("/console/servicio.js", "application/javascript"),
        ("/nothing", "application/json"),
        ("/metrics", "text/plain"),
    ],
)
async def test_headers_of_everything(gateway, visitor: Visitor, path: str, kind: str) -> None:
    async with visitor.http.get(gateway.url(path)) as response:
        told = response.headers
        assert (response.content_type.replace("text/javascript", kind), response.charset) == (kind, "utf-8")
        for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert part in told["Content-Security-Policy"]
        assert (told["X-Content-Type-Options"], told["Referrer-Policy"]) == ("nosniff", "no-referrer")
        assert "Server" not in told


@pytest.mark.parametrize("path", ["/widget.js", "/console/entrar", "/webchat/session", "/privacidad"])
async def test_nothing_is_traced_back(gateway, visitor: Visitor, path: str) -> None:
    async with visitor.http.request("TRACE", gateway.url(path), headers={"X-Secret": "do not repeat"}) as response:
        assert response.status == 405
        assert "do not repeat" not in await response.text()


async def test_the_portal_page_allows_nothing_inline(gateway, visitor: Visitor) -> None:
    async with visitor.http.get(gateway.url("/")) as response:
        page = await response.text()
        policy = response.headers["Content-Security-Policy"]
    assert response.content_type == "text/html"
    assert "script-src 'self';" in policy
    assert "unsafe-inline" not in policy
    assert "<style" not in page
    assert " style=" not in page
    assert "onclick" not in page


@pytest.mark.parametrize("path", ["/widget.js", "/portal/portal.css", "/portal/portal.js", "/privacidad.css"])
async def test_files_are_revalidated(gateway, visitor: Visitor, path: str) -> None:
    async with visitor.http.get(gateway.url(path)) as response:
        assert response.status == 200
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        tag = response.headers["ETag"]
    async with visitor.http.get(gateway.url(path), headers={"If-None-Match": tag}) as response:
        assert response.status == 304


async def test_the_privacy_page(gateway, visitor: Visitor) -> None:
    status, page = await visitor.call("GET", "/privacidad")
    assert status == 200
    assert gateway.settings.support_phone in page.decode()
    assert "derechos ARCO" in page.decode()


@pytest.mark.usefixtures("seeded")
async def test_the_demo_customers(gateway, visitor: Visitor) -> None:
    status, customers = await visitor.call("GET", "/demo/customers")
    assert status == 200
    assert [customer["id"] for customer in customers] == [f"C-{n}" for n in range(1001, 1013)]
    assert all(customer["name"] and customer["situation"] for customer in customers)
    assert [await desks_of(gateway, customer["phone"]) for customer in customers] == [(customer["id"],) for customer in customers]
    status, answer = await visitor.call("POST", "/demo/login", json={"customer": "C-1003"})
    assert status == 200
    await visitor.open(token=answer["token"])
    status, error = await visitor.call("POST", "/demo/login", json={"customer": "C-9999"})
    assert (status, error["error"]) == (404, "unknown_customer")


async def test_the_demo_portal_names_the_person_that_its_page_names(gateway, visitor: Visitor) -> None:
    _, first = await visitor.call("POST", "/demo/login", json={"customer": "C-1003", "person": "ana-1"})
    conversation = (await visitor.open(token=first["token"]))["conversation"]
    _, second = await visitor.call("POST", "/demo/login", json={"customer": "C-1003", "person": "ana-1"})
    assert (await visitor.open(token=second["token"]))["conversation"] == conversation
    for wrong in ("", "ana o beto", 7, "\ud800", "x" * 65):
        assert (await visitor.call("POST", "/demo/login", data=json.dumps({"customer": "C-1003", "person": wrong})))[0] == 400


async def desks_of(gateway, phone: str) -> tuple[str, ...]:
    return await gateway.app[RESOURCES].accounts.desks_by_phone(phone)


async def test_the_telephone_is_where_the_stand_in_is(start) -> None:
    gateway = await start(whatsapp_api_base="http://127.0.0.1:5165")
    async with Visitor(gateway.url("/")) as visitor, visitor.http.get(gateway.url("/whatsapp-demo"), allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (302, "http://127.0.0.1:5165")
    real = await start()
    async with Visitor(real.url("/")) as visitor:
        assert (await visitor.call("GET", "/whatsapp-demo"))[0] == 404


async def test_the_mailbox_of_the_demo_shows_mails_and_runs_nothing(gateway, visitor: Visitor, tmp_path) -> None:
    _, empty = await visitor.call("GET", "/demo/correo")
    assert "Todavía no hay ninguno" in empty.decode()
    mail = EmailMessage()
    mail["Subject"], mail["To"], mail["Date"] = "<b>hola</b>", "<script>alert(1)</script>@x.example", "hoy"
    mail.set_content("Tu código es 123456.\n\n<img src=x onerror=alert(1)>")
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "1.eml").write_bytes(mail.as_bytes())
    _, page = await visitor.call("GET", "/demo/correo")
    assert "Tu código es 123456." in page.decode()
    assert "<b>" not in page.decode()
    assert "<script" not in page.decode()
    assert "<img" not in page.decode()


async def test_where_mails_are_really_sent_there_is_no_mailbox(start) -> None:
    gateway = await start(smtp_url="smtp://mail.example:25")
    async with Visitor(gateway.url("/")) as visitor:
        assert (await visitor.call("GET", "/demo/correo"))[0] == 404


async def test_without_demo_there_is_no_demo(start) -> None:
    gateway = await start(demo=False)
    async with Visitor(gateway.url("/")) as visitor:
        for method, path in [
            ("GET", "/"),
            ("GET", "/demo/customers"),
            ("POST", "/demo/login"),
            ("GET", "/portal/portal.js"),
            ("GET", "/whatsapp-demo"),
            ("GET", "/demo/correo"),
        ]:
            assert (await visitor.call(method, path))[0] == 404


async def test_the_privacy_notice_links_where_it_is_told_to(start) -> None:
    gateway = await start(privacy_url="https://empresa.example/aviso")
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.ask("hola")
        assert "https://empresa.example/aviso" in (await visitor.messages())[1]["text"]


async def test_a_forged_host_does_not_reach_the_notice(visitor: Visitor) -> None:
    body = json.dumps({"id": "1" * 8 + "-1111-1111-1111-" + "1" * 12, "text": "hola"})
    headers = {"Host": 'evil.example/"><script>', "Content-Type": "application/json"}
    status, _ = await visitor.call("POST", "/webchat/messages", data=body, headers=headers)
    assert status in {202, 400}
    for message in await visitor.messages():
        assert "evil" not in message["text"]


async def test_logs_carry_no_text_and_no_token(gateway, visitor: Visitor) -> None:
    out = io.StringIO()
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(out),
        wrapper_class=structlog.make_filtering_bound_logger(0),
    )
    gateway.dialogue.script["CANARIO-TEXTO"] = result(reply("CANARIO-RESPUESTA"))
    await visitor.ask("CANARIO-TEXTO")
    await visitor.send("CANARIO-TEXTO" * 1000)
    await visitor.call("POST", "/webchat/messages", data=b"CANARIO-TEXTO")
    await visitor.call("GET", "/webchat/messages?since=CANARIO-TEXTO")
    logged = out.getvalue()
    assert '"event": "turn"' in logged
    assert "CANARIO" not in logged
    assert visitor.session not in logged
    correlations = {json.loads(line).get("correlation") for line in logged.splitlines() if '"turn"' in line}
    assert gateway.dialogue.turns[0]["correlation"] in correlations
