"""HTTP/2 by hand (RFC 9113, RFC 7541): frames and fields that no library sends, for it would refuse them, and what comes back."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, Self

from tests.security.smuggling.site import PATIENCE_SECONDS, QUIET_SECONDS

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM: Final = 0x1
ACK: Final = 0x1
END_HEADERS: Final = 0x4
PADDED: Final = 0x8

Fields = Sequence[tuple[bytes, bytes]]

_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_WIDEST: Final = 2**31 - 1
_FIRST_WINDOW: Final = 65_535
_INITIAL_WINDOW_SIZE: Final = 4
_HEAD: Final = 9
_LONGEST: Final = 16_384
"""Of a frame that everybody takes."""
LAST: Final = 101
"""The stream of an honest request behind an attack's."""


def frame(kind: int, flags: int = 0, stream: int = 1, payload: bytes = b"") -> bytes:
    """One frame, whatever it holds."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def block(fields: Fields) -> bytes:
    """A header block of literals that nobody indexes: every octet of a name and a value arrives as it is."""
    return b"".join(b"\0" + _string(name) + _string(value) for name, value in fields)


def _string(text: bytes) -> bytes:
    most = 0x7F
    if len(text) < most:
        return bytes([len(text)]) + text
    rest, octets = len(text) - most, bytearray([most])
    while rest >= 0x80:
        octets.append(rest & most | 0x80)
        rest >>= 7
    return bytes(octets) + bytes([rest]) + text


def headers(fields: Fields, *, ends: bool, stream: int = 1) -> bytes:
    """A whole header block in one frame; `ends`: no body follows."""
    return frame(HEADERS, END_HEADERS | (END_STREAM if ends else 0), stream, block(fields))


def body(content: bytes, *, ends: bool = True, stream: int = 1) -> bytes:
    """A body in as many frames as it needs."""
    parts = [content[at : at + _LONGEST] for at in range(0, len(content), _LONGEST)] or [b""]
    return b"".join(frame(DATA, END_STREAM if ends and number == len(parts) else 0, stream, part) for number, part in enumerate(parts, 1))


def asked(method: bytes, path: bytes, *more: tuple[bytes, bytes], authority: bytes = b"chat.example") -> Fields:
    """The fields of a request as a browser has them."""
    return [(b":method", method), (b":scheme", b"https"), (b":path", path), (b":authority", authority), *more]


class Connection:
    """One to a server that speaks HTTP/2 over TLS. What came back: `bodies` by stream; `ended`: streams on which nothing more comes."""

    def __init__(self, port: int, trust: ssl.SSLContext, address: str = "127.0.0.1") -> None:
        plain = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS, source_address=(address, 0))
        self._socket = trust.wrap_socket(plain, server_hostname="127.0.0.1")
        assert self._socket.selected_alpn_protocol() == "h2"
        self._held = b""
        self.bodies: dict[int, bytes] = defaultdict(bytes)
        self.ended: set[int] = set()
        self.over = False
        settings = _INITIAL_WINDOW_SIZE.to_bytes(2, "big") + _WIDEST.to_bytes(4, "big")
        wide = frame(WINDOW_UPDATE, 0, 0, (_WIDEST - _FIRST_WINDOW).to_bytes(4, "big"))
        self.send(_PREFACE + frame(SETTINGS, 0, 0, settings) + wide)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, frames: bytes) -> None:
        """These; the other side may have ended the connection, at any point."""
        self._socket.settimeout(PATIENCE_SECONDS)
        with contextlib.suppress(OSError):
            self._socket.sendall(frames)

    def hear(self, stream: int, seconds: float) -> None:
        """Until nothing more comes on this stream, or nothing at all for so long."""
        self._socket.settimeout(seconds)
        while not self.over and stream not in self.ended:
            try:
                part = self._socket.recv(65_536)
            except TimeoutError:
                return
            except OSError:
                part = b""
            self.over = not part
            self._held += part
            while len(self._held) >= (end := _HEAD + int.from_bytes(self._held[:3], "big")):
                self._take(self._held[:end])
                self._held = self._held[end:]

    def _take(self, whole: bytes) -> None:
        kind, flags, stream, payload = whole[3], whole[4], int.from_bytes(whole[5:_HEAD], "big"), whole[_HEAD:]
        if kind == DATA:
            self.bodies[stream] += payload
        if kind == RST_STREAM or (kind in {DATA, HEADERS} and flags & END_STREAM):
            self.ended.add(stream)
        if kind == SETTINGS and not flags & ACK:
            self.send(frame(SETTINGS, ACK, 0))
        self.over |= kind == GOAWAY


def attack(port: int, trust: ssl.SSLContext, frames: bytes) -> bytes:
    """All bodies that come back to these frames, and to a last request behind them on the same connection. Who waits for more then is told that there is none."""
    with Connection(port, trust) as connection:
        connection.send(frames)
        connection.hear(1, QUIET_SECONDS)
        connection.send(headers(asked(b"GET", b"/widget.js"), ends=True, stream=LAST))
        connection.hear(LAST, QUIET_SECONDS)
        return b"".join(connection.bodies.values())


def ask(port: int, trust: ssl.SSLContext, fields: Fields, content: bytes = b"", address: str = "127.0.0.1") -> bytes:
    """What somebody honest is answered, on a connection of their own."""
    with Connection(port, trust, address) as connection:
        connection.send(headers(fields, ends=not content) + (body(content) if content else b""))
        connection.hear(1, PATIENCE_SECONDS)
        assert 1 in connection.ended
        return connection.bodies[1]
