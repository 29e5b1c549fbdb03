"""Request smuggling at the documented proxy: nothing of one request is ever taken for another one, and nobody is at another address.

A real nginx with `deploy/nginx.conf` before a real gateway. Each attack is sent as raw bytes with a request behind it that must not arrive: one
for an address that nobody outside may see, and one that would take the next customer's request for the attacker's message. Then two customers
ask, over the connections that the proxy keeps to the gateway, and the gateway's count of requests is held against the proxy's log.
"""

from __future__ import annotations

import sqlite3

import pytest

from tests.security.smuggling.attacks import ATTACKS, CLAIMS, HIDDEN_PATHS, catching_request, hidden_request
from tests.security.smuggling.site import Site, ask, attack, exchange, messages_of, open_session

SIGN_IN = b"POST /console/entrar HTTP/1.1\r\nHost: chat.example\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
FORM = b"nombre=nadie&clave=x"


@pytest.fixture(scope="module")
def widget(site: Site) -> bytes:
    """What everybody gets who asks for the widget."""
    status, body = ask(site.proxy, "GET", "/widget.js")
    assert (status, len(body) > 1000) == (200, True)
    return body


@pytest.mark.parametrize("smuggled", [hidden_request, catching_request], ids=["for a hidden address", "to catch the next request"])
@pytest.mark.parametrize("name", ATTACKS)
def test_request_smuggling(site: Site, widget: bytes, name: str, smuggled) -> None:
    token = open_session(site.proxy)
    answer = attack(site.proxy, ATTACKS[name](smuggled(token)))
    assert b"not_ready" not in answer
    for _ in range(2):
        assert ask(site.proxy, "GET", "/widget.js") == (200, widget)
        assert open_session(site.proxy) != token
    assert site.unexplained() == {}
    assert site.seen()["GET", "/health/ready"] == 0
    assert messages_of(site.proxy, token) == []


@pytest.mark.parametrize("path", HIDDEN_PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_an_address_that_nobody_outside_may_see_by_another_spelling(site: Site, path: str, method: str) -> None:
    answer = exchange(site.proxy, f"{method} {path} HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5", b"<html>")), answer
    assert b"gateway_requests_total" not in answer
    assert b"not_ready" not in answer
    assert site.unexplained() == {}
    assert not [route for _, route in site.seen() if route.startswith("/health")]


@pytest.mark.parametrize("name", CLAIMS)
def test_x_forwarded_for_cannot_be_forged(site: Site, name: str) -> None:
    """A sign-in that fails is written down with the address that it came from."""
    own = f"127.0.1.{10 + list(CLAIMS).index(name)}"
    answer = exchange(site.proxy, SIGN_IN + CLAIMS[name] + b"Content-Length: %d\r\n\r\n" % len(FORM) + FORM, own)
    status = int(answer.split()[1])
    assert status in {400, 401}
    assert addresses(site).count(own) == (status == 401)
    assert {address for address in addresses(site) if not address.startswith("127.0.1.")} == set()


def test_x_forwarded_for_cannot_be_forged_in_a_trailer(site: Site) -> None:
    body = b"%x\r\n%s\r\n0\r\nX-Forwarded-For: 10.9.9.9\r\n\r\n" % (len(FORM), FORM)
    answer = exchange(site.proxy, SIGN_IN + b"Transfer-Encoding: chunked\r\n\r\n" + body, "127.0.1.5")
    assert addresses(site).count("127.0.1.5") == answer.startswith(b"HTTP/1.1 401")
    assert "10.9.9.9" not in addresses(site)


def addresses(site: Site) -> list[str]:
    """Of the sign-ins that failed."""
    with sqlite3.connect(f"file:{site.ledger}?mode=ro", uri=True) as connection:
        return [row[0] for row in connection.execute("SELECT address FROM audit_entry")]
