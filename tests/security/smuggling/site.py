"""A site as it is documented, seen from outside: raw bytes to the proxy, and what of them reached the gateway behind it."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PATIENCE_SECONDS: Final = 60.0
QUIET_SECONDS: Final = 1.0
"""So long nothing comes, and the other side is believed to wait for more. Too short, an attack is broken off early; nothing fails by it."""
LOG_FORMAT: Final = "$request_method $uri $upstream_addr"
LAST: Final = b"GET /widget.js HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n\r\n"
OURS: Final = {"/metrics", "/health/live"}
"""What the test itself asks the gateway, beside the proxy."""
_COUNTED: Final = re.compile(r'^gateway_requests_total\{method="(\w+)",route="([^"]+)",status="\d+"\} (\d+)', re.MULTILINE)

Seen = Counter[tuple[str, str]]
"""Requests by (method, route)."""


@dataclass(frozen=True)
class Site:
    """`proxy` and `gateway` are ports, `access_log` is the proxy's, `ledger` the gateway's file."""

    proxy: int
    gateway: int
    access_log: Path
    ledger: Path

    def seen(self) -> Seen:
        """What the gateway has answered until now, by its own count, without what the test asked."""
        text = ask(self.gateway, "GET", "/metrics")[1].decode()
        counts: Seen = Counter()
        for method, route, number in _COUNTED.findall(text):
            if route not in OURS:
                counts[method, route] += int(number)
        return counts

    def forwarded(self) -> Seen:
        """What the proxy has sent on until now, once for each time that it did, by address in the place of the route."""
        counts: Seen = Counter()
        for line in self.access_log.read_text(encoding="utf-8", errors="replace").splitlines():
            method, _, rest = line.partition(" ")
            path, _, upstream = rest.rpartition(" ")
            if upstream != "-":
                counts[method, path] += len(upstream.split(","))
        return counts

    def unexplained(self) -> dict[str, int]:
        """Requests that the gateway has seen and the proxy has not sent on as such, once its log has caught up; empty: none."""
        seen, until = self.seen(), time.monotonic() + PATIENCE_SECONDS
        while (found := more_than(seen, self.forwarded())) and time.monotonic() < until:
            time.sleep(0.02)
        return found


def more_than(seen: Seen, sent: Seen) -> dict[str, int]:
    """By method, and by method and route where the gateway has one."""
    found: Counter[str] = Counter()
    for (method, route), number in seen.items():
        found[method] += number
        if route != "none":
            found[f"{method} {route}"] += number - sent[method, route]
    for (method, _), number in sent.items():
        found[method] -= number
    return {name: number for name, number in found.items() if number > 0}


def ask(port: int, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
    """What somebody honest is answered, on a connection of their own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    with contextlib.closing(connection):
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        response = connection.getresponse()
        return response.status, response.read()


def attack(port: int, sent: bytes) -> bytes:
    """Everything that comes back to these bytes, and to a last request behind them that ends the connection.

    Who still waits for more then is told that there is none.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        received = b""
        with contextlib.suppress(OSError):  # it may be closed at any point
            connection.sendall(sent)
            connection.settimeout(QUIET_SECONDS)
            for part in _parts(connection):
                received += part
                if b"\r\n\r\n" in received:
                    connection.sendall(LAST)
                    break
            received += b"".join(_parts(connection))
            connection.settimeout(PATIENCE_SECONDS)
            connection.shutdown(socket.SHUT_WR)
            received += b"".join(_parts(connection))
        return received


def exchange(port: int, sent: bytes, address: str = "127.0.0.1") -> bytes:
    """The answer to a request that ends its connection, sent from this address."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS, source_address=(address, 0)) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
        return b"".join(_parts(connection))


def _parts(connection: socket.socket) -> Iterator[bytes]:
    with contextlib.suppress(TimeoutError, OSError):
        while part := connection.recv(65536):
            yield part


def open_session(port: int) -> str:
    """The token of a new visitor."""
    status, body = ask(port, "POST", "/webchat/session", "{}")
    assert status == 200, body
    return str(json.loads(body)["session"])


def messages_of(port: int, token: str) -> list[object]:
    """What stands in the conversation of this visitor."""
    request = f"GET /webchat/messages?since=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    return list(json.loads(exchange(port, request.encode()).partition(b"\r\n\r\n")[2])["messages"])
