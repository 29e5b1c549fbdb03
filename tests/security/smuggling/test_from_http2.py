"""Request smuggling from HTTP/2 at the documented proxy, which speaks it over TLS to browsers and HTTP/1.1 to the gateway.

A real nginx with `deploy/nginx.conf`, its lines for TLS taken out of their comments, before a real gateway. Each attack is sent as frames by hand,
once with a request for an address that nobody outside may see and once with one that would take the next customer's request for the attacker's
message. Then customers ask, over the connections that the proxy keeps, and the gateway's count of requests is held against the proxy's log.
"""

from __future__ import annotations

import http.client
import json
import sqlite3

import pytest

from tests.security.smuggling import http2
from tests.security.smuggling.attacks import HIDDEN_PATHS, catching_request, hidden_request
from tests.security.smuggling.conftest import SecureSite
from tests.security.smuggling.http2 import asked, body, headers
from tests.security.smuggling.http2_attacks import ATTACKS, CLAIMS, JSON

FORM = b"nombre=nadie&clave=x"
SIGN_IN = asked(b"POST", b"/console/entrar", (b"content-type", b"application/x-www-form-urlencoded"))


@pytest.fixture(scope="module")
def widget(secure_site: SecureSite) -> bytes:
    """What everybody gets who asks for the widget."""
    content = _ask(secure_site, b"GET", b"/widget.js")
    assert len(content) > 1000
    return content


@pytest.mark.parametrize("smuggled", [hidden_request, catching_request], ids=["for a hidden address", "to catch the next request"])
@pytest.mark.parametrize("name", ATTACKS)
def test_request_smuggling(secure_site: SecureSite, widget: bytes, name: str, smuggled) -> None:
    site = secure_site.site
    token = _open_session(secure_site)
    answers = http2.attack(site.proxy, secure_site.trust, ATTACKS[name](smuggled(token)))
    assert b"not_ready" not in answers
    for _ in range(2):
        assert _ask(secure_site, b"GET", b"/widget.js") == widget
        assert _open_session(secure_site) != token
    assert site.unexplained() == {}
    assert site.seen()["GET", "/health/ready"] == 0
    assert site.seen()["POST", "/webchat/messages"] == 0
    messages = _ask(secure_site, b"GET", b"/webchat/messages?since=0", (b"authorization", f"Bearer {token}".encode()))
    assert json.loads(messages)["messages"] == []


@pytest.mark.parametrize("path", HIDDEN_PATHS)
@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"POST"])
def test_an_address_that_nobody_outside_may_see_by_another_spelling(secure_site: SecureSite, path: str, method: bytes) -> None:
    site = secure_site.site
    answers = http2.attack(site.proxy, secure_site.trust, headers(asked(method, path.encode()), ends=True))
    assert b"gateway_requests_total" not in answers
    assert b"not_ready" not in answers
    assert site.unexplained() == {}
    assert not [route for _, route in site.seen() if route.startswith("/health")]


@pytest.mark.parametrize("name", CLAIMS)
def test_x_forwarded_for_cannot_be_forged(secure_site: SecureSite, name: str) -> None:
    """A sign-in that fails is written down with the address that it came from."""
    site, own = secure_site.site, f"127.0.2.{10 + list(CLAIMS).index(name)}"
    with http2.Connection(site.proxy, secure_site.trust, own) as connection:
        connection.send(headers([*SIGN_IN, *CLAIMS[name]], ends=False) + body(FORM))
        connection.hear(1, http2.PATIENCE_SECONDS)
        reached = "Consola de asesores" in connection.bodies[1].decode()
    assert addresses(secure_site).count(own) == reached
    assert {address for address in addresses(secure_site) if not address.startswith("127.0.2.")} == set()


def test_browsers_are_told_to_come_by_tls_only(secure_site: SecureSite) -> None:
    """HTTP/1.1 over TLS is spoken too."""
    connection = http.client.HTTPSConnection("127.0.0.1", secure_site.site.proxy, context=secure_site.trust_of("http/1.1"), timeout=60)
    connection.request("GET", "/widget.js")
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers.get_all("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"]
    response.read()
    connection.close()


def _ask(secure_site: SecureSite, method: bytes, path: bytes, *more: tuple[bytes, bytes], content: bytes = b"") -> bytes:
    return http2.ask(secure_site.site.proxy, secure_site.trust, asked(method, path, *more), content)


def _open_session(secure_site: SecureSite) -> str:
    return str(json.loads(_ask(secure_site, b"POST", b"/webchat/session", JSON, content=b"{}"))["session"])


def addresses(secure_site: SecureSite) -> list[str]:
    """Of the sign-ins that failed."""
    with sqlite3.connect(f"file:{secure_site.site.ledger}?mode=ro", uri=True) as connection:
        return [row[0] for row in connection.execute("SELECT address FROM audit_entry")]
