"""The same attacks without the documented proxy, as behind any other one: what is not clear is refused, and nothing behind it is read."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.security.smuggling.attacks import ATTACKS, PIPELINED, catching_request, hidden_request
from tests.security.smuggling.site import LAST, Site, attack, exchange, messages_of, more_than, open_session


@pytest.fixture(scope="module")
def pipelined() -> list[str]:
    """Attacks until now in which the gateway may have seen a second request."""
    return []


@pytest.mark.parametrize("name", ATTACKS)
def test_request_smuggling(site: Site, name: str, pipelined: list[str]) -> None:
    token = open_session(site.gateway)
    pipelined += [name] if name in PIPELINED else []
    attack(site.gateway, ATTACKS[name](catching_request(token)))
    assert site.seen()["POST", "/webchat/messages"] <= len(pipelined)
    assert messages_of(site.gateway, token) == []


def test_the_watch_sees_what_no_proxy_has_sent(site: Site) -> None:
    """Two requests in one, as a careless proxy would let them through."""
    before = site.seen()
    answer = exchange(site.gateway, hidden_request("") + LAST)
    assert answer.count(b"HTTP/1.1 ") == 2
    new = site.seen() - before
    assert new["GET", "/health/ready"] == 1
    assert more_than(new, Counter({("GET", "/widget.js"): new["GET", "/widget.js"]})) == {"GET": 1, "GET /health/ready": 1}
