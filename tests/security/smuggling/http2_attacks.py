"""Requests in HTTP/2 that may become another one, or two, when a proxy writes them anew in HTTP/1.1, each by the name of its attack; the smuggled one is put in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.security.smuggling.http2 import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    HEADERS,
    PADDED,
    PRIORITY,
    PUSH_PROMISE,
    SETTINGS,
    Fields,
    asked,
    block,
    body,
    frame,
    headers,
)

Attack = Callable[[bytes], bytes]
"""The frames that are sent on stream 1, from the bytes that are to be smuggled."""

JSON: Final = (b"content-type", b"application/json")
_GET: Final = asked(b"GET", b"/widget.js")
_POST: Final = asked(b"POST", b"/webchat/session", JSON)
_FORMS: Final = {
    "CRLF": lambda inner: b"\r\n\r\n" + inner,
    "LF": lambda inner: b"\n\n" + inner.replace(b"\r\n", b"\n"),
    "CR": lambda inner: b"\r\r" + inner.replace(b"\r\n", b"\r"),
    "NUL": lambda inner: b"\0\0" + inner.replace(b"\r\n", b"\0"),
    "CRLF and a header": lambda inner: b"\r\nTransfer-Encoding: chunked\r\nContent-Length: %d" % len(inner),
    "LF and a header": lambda _: b"\nTransfer-Encoding: chunked",
}
"""Ways to end a header before its end."""


def _bodied(fields: Fields, before: bytes = b"") -> Attack:
    """What is smuggled is the body, or stands in it behind `before`."""
    return lambda inner: headers(fields, ends=False) + body(before + inner)


def _short(fields: Fields) -> Attack:
    """No body, whatever the fields say."""
    return lambda _: headers(fields, ends=True)


def _in(make: Callable[[bytes], Fields], form: Callable[[bytes], bytes]) -> Attack:
    """Within a field, after an end of a line in this form."""
    return lambda inner: headers(make(form(inner)), ends=True)


def _injected(place: str, make: Callable[[bytes], Fields]) -> dict[str, Attack]:
    return {f"{form} in {place}": _in(make, ends) for form, ends in _FORMS.items()}


def _with_length(*values: bytes) -> Attack:
    """`%d` in a value is the length of what is smuggled."""

    def made(inner: bytes) -> bytes:
        lengths = [(b"content-length", value.replace(b"%d", b"%d" % len(inner))) for value in values]
        return headers([*_POST, *lengths], ends=False) + body(inner)

    return made


def _pseudo(*fields: tuple[bytes, bytes]) -> Attack:
    """These in place of the request's own, with what is smuggled as a body."""
    return _bodied([*fields, JSON])


def _replaced(name: bytes, value: bytes, fields: Fields = _POST) -> Fields:
    return [(each, value if each == name else old) for each, old in fields]


def _split(fields: Fields, *at: int, ends: bool = False) -> Attack:
    """The header block cut at these octets, over CONTINUATION frames."""

    def made(inner: bytes) -> bytes:
        whole = block([(name, value.replace(b"INNER", inner)) for name, value in fields])
        parts = [whole[start:end] for start, end in zip((0, *at), (*at, len(whole)), strict=True)]
        begun = frame(HEADERS, END_STREAM if ends else 0, 1, parts[0])
        rest = [frame(CONTINUATION, END_HEADERS if number == len(parts) - 1 else 0, 1, part) for number, part in enumerate(parts) if number]
        return begun + b"".join(rest) + (b"" if ends else body(inner))

    return made


def _octets(fields: Fields) -> range:
    return range(1, len(block(fields)))


_INJECTED: Final[dict[str, Attack]] = {
    **_injected("a value", lambda end: [*_GET, (b"x-a", b"b" + end)]),
    **_injected("a name", lambda end: [*_GET, (b"x-a: b" + end.lower() + b"x", b"y")]),
    **_injected("a cookie", lambda end: [*_GET, (b"cookie", b"a=b"), (b"cookie", b"c=d" + end)]),
    **_injected(":path", lambda end: _replaced(b":path", b"/widget.js HTTP/1.1\r\nHost: chat.example" + end, _GET)),
    **_injected(":path, behind its end", lambda end: _replaced(b":path", b"/widget.js" + end, _GET)),
    **_injected(":path, in its query", lambda end: _replaced(b":path", b"/widget.js?a" + end, _GET)),
    **_injected(":method", lambda end: _replaced(b":method", b"GET /widget.js HTTP/1.1" + end + b"GET", _GET)),
    **_injected(":authority", lambda end: _replaced(b":authority", b"chat.example" + end, _GET)),
    **_injected(":scheme", lambda end: _replaced(b":scheme", b"https" + end, _GET)),
    **_injected("host", lambda end: [*_GET, (b"host", b"chat.example" + end)]),
    **_injected("content-type", lambda end: _replaced(b"content-type", b"application/json" + end, _POST)),
}
_LENGTHS: Final[dict[str, Attack]] = {
    "content-length of nothing before a body (H2.CL)": _with_length(b"0"),
    "content-length of less than the body": _with_length(b"2"),
    "content-length of more than the body": _with_length(b"9000"),
    "content-length of a body that never comes": _short([*_POST, (b"content-length", b"700")]),
    "two lengths, the first is nothing": _with_length(b"0", b"%d"),
    "two lengths, the last is nothing": _with_length(b"%d", b"0"),
    "two lengths alike": _with_length(b"%d", b"%d"),
    "a list of lengths": _with_length(b"%d, %d"),
    "a length with a plus": _with_length(b"+%d"),
    "a length below nothing": _with_length(b"-1"),
    "a length in hexadecimal": _with_length(b"0x0"),
    "a length with a blank": _with_length(b"0 0"),
    "a length with blanks around": _with_length(b" 0 "),
    "a length more than a number can be": _with_length(b"18446744073709551616"),
    "a length of nothing at all": _with_length(b""),
    "a length that is right": _with_length(b"%d"),
    "a length of a GET without a body": _short([*_GET, (b"content-length", b"700")]),
    "no length (H2.0)": _bodied(_POST),
    "a body of a GET": _bodied(_GET),
    "a body of an OPTIONS": _bodied(asked(b"OPTIONS", b"/webchat/session")),
    "a body of what is not there": _bodied(asked(b"POST", b"/webchat/nothing")),
    "a body of a method of one's own": _bodied(asked(b"SMUGGLE", b"/webchat/session")),
}
_ENCODED: Final[dict[str, Attack]] = {
    f"transfer-encoding (H2.TE), {name}": _bodied([*_POST, *fields], b"0\r\n\r\n")
    for name, fields in {
        "plain": [(b"transfer-encoding", b"chunked")],
        "identity": [(b"transfer-encoding", b"identity")],
        "with a length": [(b"transfer-encoding", b"chunked"), (b"content-length", b"5")],
        "upper case": [(b"Transfer-Encoding", b"chunked")],
        "twice": [(b"transfer-encoding", b"identity"), (b"transfer-encoding", b"chunked")],
        "unknown coding": [(b"transfer-encoding", b"xchunked")],
        "a blank behind the name": [(b"transfer-encoding ", b"chunked")],
        "a tab before the value": [(b"transfer-encoding", b"\tchunked")],
        "a colon in the name": [(b"transfer-encoding: chunked\r\nx", b"y")],
        "a colon and no line": [(b"transfer-encoding:chunked", b"")],
        "underscore": [(b"transfer_encoding", b"chunked")],
        "named in connection": [(b"connection", b"transfer-encoding"), (b"transfer-encoding", b"chunked")],
        "as TE": [(b"te", b"chunked")],
        "as a trailer's name": [(b"trailer", b"transfer-encoding"), (b"te", b"trailers")],
        "behind an expectation": [(b"expect", b"100-continue"), (b"transfer-encoding", b"chunked")],
    }.items()
}
_CONNECTION: Final[dict[str, Attack]] = {
    f"of the connection: {name}": _bodied([*_POST, *fields])
    for name, fields in {
        "keep-alive": [(b"connection", b"keep-alive"), (b"keep-alive", b"timeout=60")],
        "close": [(b"connection", b"close")],
        "a length is taken away": [(b"connection", b"content-length"), (b"content-length", b"0")],
        "the proxy's": [(b"proxy-connection", b"keep-alive")],
        "upgrade to h2c": [
            (b"connection", b"upgrade, http2-settings"),
            (b"upgrade", b"h2c"),
            (b"http2-settings", b"AAMAAABkAARAAAAAAAIAAAAA"),
        ],
        "upgrade to websocket": [(b"connection", b"upgrade"), (b"upgrade", b"websocket"), (b"sec-websocket-version", b"777")],
        "expectation that nobody knows": [(b"expect", b"200-ok")],
    }.items()
}
_PSEUDO: Final[dict[str, Attack]] = {
    "blank in :path": _pseudo(*_replaced(b":path", b"/widget.js HTTP/1.1 x", _POST[:4])),
    "blank first in :path": _pseudo(*_replaced(b":path", b" /health/ready", _POST[:4])),
    "tab in :path": _pseudo(*_replaced(b":path", b"/widget.js\tHTTP/1.1", _POST[:4])),
    "whole address in :path": _pseudo(*_replaced(b":path", b"http://127.0.0.1/health/ready", _POST[:4])),
    "no stroke in :path": _pseudo(*_replaced(b":path", b"health/ready", _POST[:4])),
    "@ in :path": _pseudo(*_replaced(b":path", b"@127.0.0.1/health/ready", _POST[:4])),
    "empty :path": _pseudo(*_replaced(b":path", b"", _POST[:4])),
    "star as :path": _pseudo(*_replaced(b":path", b"*", _POST[:4])),
    "number sign in :path": _pseudo(*_replaced(b":path", b"/webchat/session#/health/ready", _POST[:4])),
    "blank in :method": _pseudo(*_replaced(b":method", b"GET /health/ready HTTP/1.1", _POST[:4])),
    "small :method": _pseudo(*_replaced(b":method", b"post", _POST[:4])),
    "empty :method": _pseudo(*_replaced(b":method", b"", _POST[:4])),
    "CONNECT": _pseudo((b":method", b"CONNECT"), (b":authority", b"127.0.0.1:80")),
    "CONNECT with a path and a protocol": _pseudo((b":protocol", b"websocket"), *_replaced(b":method", b"CONNECT", _POST[:4])),
    "TRACE": _pseudo(*_replaced(b":method", b"TRACE", _POST[:4])),
    "address as :scheme": _pseudo(*_replaced(b":scheme", b"https://chat.example/health/ready?", _POST[:4])),
    "other :scheme": _pseudo(*_replaced(b":scheme", b"file", _POST[:4])),
    "path in :authority": _pseudo(*_replaced(b":authority", b"chat.example/health/ready?", _POST[:4])),
    "user in :authority": _pseudo(*_replaced(b":authority", b"chat.example@127.0.0.1:80", _POST[:4])),
    "blank in :authority": _pseudo(*_replaced(b":authority", b"chat.example /health/ready", _POST[:4])),
    "empty :authority": _pseudo(*_replaced(b":authority", b"", _POST[:4])),
    ":authority and another host": _pseudo(*_POST[:4], (b"host", b"127.0.0.1")),
    "two hosts": _pseudo(*_POST[:3], (b"host", b"chat.example"), (b"host", b"127.0.0.1")),
    "no :authority, no host": _pseudo(*_POST[:3]),
    "no :path": _pseudo(*_POST[:2], _POST[3]),
    "no :method": _pseudo(*_POST[1:4]),
    "no :scheme": _pseudo(_POST[0], *_POST[2:4]),
    **{
        f"two {name.decode()}": _pseudo(*_POST[:4], (name, other))
        for name, other in ((b":method", b"GET"), (b":path", b"/health/ready"), (b":authority", b"127.0.0.1"), (b":scheme", b"http"))
    },
    **{f"two {name.decode()} alike": _pseudo(*_POST[:4], (name, value)) for name, value in _POST[:4]},
    ":path behind a header": _pseudo(*_POST[:2], _POST[3], (b"x-a", b"b"), _POST[2]),
    "second :path behind a header": _pseudo(*_POST[:4], (b"x-a", b"b"), (b":path", b"/health/ready")),
    ":status": _pseudo(*_POST[:4], (b":status", b"200")),
    "pseudo-header that nobody knows": _pseudo(*_POST[:4], (b":smuggle", b"GET /health/ready")),
    "pseudo-header without a name": _pseudo(*_POST[:4], (b":", b"x")),
}
_NAMES: Final[dict[str, Attack]] = {
    "upper case in a name": _bodied([*_POST, (b"X-A", b"b")]),
    "upper case in content-length": _bodied([*_POST, (b"Content-Length", b"0")]),
    "empty name": _bodied([*_POST, (b"", b"b")]),
    "blank in a name": _bodied([*_POST, (b"x a", b"b")]),
    "colon in a name": _bodied([*_POST, (b"content-length: 0\r\nx-a", b"b")]),
    "colon first in a name": _bodied([*_POST, (b" :path", b"/health/ready")]),
    "octet above ASCII in a name": _bodied([*_POST, (b"x-\xff", b"b")]),
    "request line as a name": _bodied([*_POST, (b"get /health/ready http/1.1", b"b")]),
    "DEL in a value": _bodied([*_POST, (b"x-a", b"b\x7f")]),
    "blanks around a value": _bodied([*_POST, (b"x-a", b" b "), (b"content-length", b" 0")]),
    "value of 70,000 octets": _bodied([*_POST, (b"x-a", b"b" * 8_000)] + [(b"x-a", b"b" * 1_000)] * 7),
}
_HIDING: Final = [*_GET, (b"x-a", b"b\r\n\r\nINNER")]
_CODES: Final = {"a": "00011", "\r": "1" * 28 + "01", "\n": "1" * 28 + "00", "b": "100011"}
"""Of HPACK's table (RFC 7541, appendix B)."""


def _huffman(text: str) -> bytes:
    bits = "".join(_CODES[each] for each in text)
    bits += "1" * (-len(bits) % 8)
    coded = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return bytes([0x80 | len(coded)]) + coded


_FRAMED: Final[dict[str, Attack]] = {
    "header block in pieces of an octet": _split(_POST, *_octets(_POST)),
    "header block cut within a name": _split(_POST, 3),
    "header block cut within a value": _split(_POST, len(block(_POST)) - 4),
    "header block that begins with nothing": _split(_POST, 0),
    "header block that ends with nothing": _split(_POST, len(block(_POST))),
    "header block with a hundred empty pieces": _split(_POST, *[5] * 100),
    "CR and LF in two frames": _split(_HIDING, len(block([*_GET, (b"x-a", b"")])) + 2, len(block([*_GET, (b"x-a", b"")])) + 3, ends=True),
    "CRLF in Huffman codes": lambda inner: frame(HEADERS, END_HEADERS, 1, block(_POST) + b"\0\x03x-a" + _huffman("a\r\nb")) + body(inner),
    "Huffman codes of what is harmless": lambda inner: frame(HEADERS, END_HEADERS, 1, block(_POST) + b"\0\x03x-a" + _huffman("ab")) + body(inner),
    "DATA between HEADERS and CONTINUATION": lambda inner: (
        frame(HEADERS, 0, 1, block(_POST)) + body(inner, ends=False) + frame(CONTINUATION, END_HEADERS, 1, block([(b"x-a", b"b")]))
    ),
    "SETTINGS between HEADERS and CONTINUATION": lambda inner: (
        frame(HEADERS, 0, 1, block(_POST)) + frame(SETTINGS, 0, 0) + frame(CONTINUATION, END_HEADERS, 1) + body(inner)
    ),
    "CONTINUATION of another stream": lambda inner: (
        frame(HEADERS, 0, 1, block(_POST)) + frame(CONTINUATION, END_HEADERS, 3, block([(b"content-length", b"0")])) + body(inner)
    ),
    "CONTINUATION without HEADERS": lambda inner: frame(CONTINUATION, END_HEADERS, 1, block(_POST)) + body(inner),
    "CONTINUATION behind the end": lambda inner: (
        headers(_POST, ends=False) + frame(CONTINUATION, END_HEADERS, 1, block([(b"content-length", b"0")])) + body(inner)
    ),
    "header block without an end": lambda inner: frame(HEADERS, 0, 1, block(_POST)) + body(inner),
    "header block cut off": lambda inner: frame(HEADERS, END_HEADERS, 1, block([*_POST, (b"x-a", b"b" * 40)])[:-20]) + body(inner),
    "header longer than its frame": lambda inner: (
        frame(HEADERS, END_HEADERS, 1, block(_POST) + b"\0\x03x-a\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") + body(inner)
    ),
    "field of a table that is empty": lambda inner: frame(HEADERS, END_HEADERS, 1, block(_POST) + b"\xff\x20") + body(inner),
    "what is smuggled as padding of HEADERS": lambda inner: (
        frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, bytes([200]) + block(_GET) + inner[:200].ljust(200))
    ),
    "more padding than frame": lambda inner: frame(HEADERS, END_HEADERS | PADDED, 1, b"\xff" + block(_POST)[:50]) + body(inner),
    "what is smuggled as padding of DATA": lambda inner: (
        headers(_POST, ends=False) + frame(DATA, END_STREAM | PADDED, 1, bytes([200]) + b"{}" + inner[:200].ljust(200))
    ),
    "DATA behind the end": lambda inner: headers(_POST, ends=False) + body(b"{}") + body(inner),
    "DATA before HEADERS": lambda inner: body(inner) + headers(_POST, ends=True),
    "HEADERS twice": lambda inner: headers(_POST, ends=False) + headers(_GET, ends=False) + body(inner),
    "HEADERS on the server's own stream": lambda inner: headers(_POST, ends=False, stream=2) + body(inner, stream=2),
    "HEADERS on the connection's stream": lambda inner: headers(_POST, ends=False, stream=0) + body(inner, stream=0),
    "stream that depends on itself": lambda inner: frame(PRIORITY, 0, 1, (1).to_bytes(4, "big") + b"\0") + headers(_POST, ends=False) + body(inner),
    "promise of a client": lambda inner: frame(PUSH_PROMISE, END_HEADERS, 1, (2).to_bytes(4, "big") + block(_GET)) + body(inner),
    "frame that nobody knows": lambda inner: headers(_POST, ends=False) + frame(0xEE, END_STREAM, 1, inner) + body(b"{}"),
    "frame longer than allowed": lambda inner: headers(_POST, ends=False) + frame(DATA, END_STREAM, 1, inner.ljust(20_000)),
    "HTTP/1.1 among the frames": lambda inner: headers(_GET, ends=True) + inner,
    "body in pieces of an octet": lambda inner: headers(_POST, ends=False) + b"".join(body(inner[at : at + 1], ends=False) for at in range(len(inner))) + body(b""),
}  # fmt: skip
_TRAILERS: Final[dict[str, Attack]] = {
    f"trailer: {name}": lambda inner, fields=fields: (  # type: ignore[misc]
        headers(_POST, ends=False)
        + body(b"{}", ends=False)
        + headers([(each, value.replace(b"INNER", inner)) for each, value in fields], ends=True)
    )
    for name, fields in {
        "a length": [(b"content-length", b"900")],
        "an encoding": [(b"transfer-encoding", b"chunked")],
        "a request": [(b":method", b"GET"), (b":path", b"/health/ready")],
        "CRLF": [(b"x-a", b"b\r\n\r\nINNER")],
        "an address": [(b"x-forwarded-for", b"10.9.9.9")],
    }.items()
}
_TRAILERS["trailer: and more behind it"] = lambda inner: (
    headers(_POST, ends=False) + body(b"{}", ends=False) + headers([(b"x-a", b"b")], ends=False) + body(inner)
)

ATTACKS: Final[dict[str, Attack]] = {
    **_INJECTED,
    **_LENGTHS,
    **_ENCODED,
    **_CONNECTION,
    **_PSEUDO,
    **_NAMES,
    **_FRAMED,
    **_TRAILERS,
}

CLAIMS: Final[dict[str, Fields]] = {
    "once": [(b"x-forwarded-for", b"10.9.9.9")],
    "twice": [(b"x-forwarded-for", b"10.9.9.9"), (b"x-forwarded-for", b"10.8.8.8")],
    "as the proxy itself": [(b"x-forwarded-for", b"127.0.0.1")],
    "as a list with the proxy": [(b"x-forwarded-for", b"10.9.9.9, 127.0.0.1")],
    "in upper case": [(b"X-Forwarded-For", b"10.9.9.9")],
    "with an underscore": [(b"x_forwarded_for", b"10.9.9.9")],
    "with a blank behind the name": [(b"x-forwarded-for ", b"10.9.9.9")],
    "behind CRLF in a value": [(b"x-a", b"b\r\nX-Forwarded-For: 10.9.9.9")],
    "behind CRLF in a name": [(b"x-a: b\r\nx-forwarded-for", b"10.9.9.9")],
    "named in connection": [(b"connection", b"x-forwarded-for"), (b"x-forwarded-for", b"10.9.9.9")],
    "as a pseudo-header": [(b":x-forwarded-for", b"10.9.9.9")],
    "as forwarded": [(b"forwarded", b"for=10.9.9.9")],
}
"""Fields by which a client would be at another address."""
