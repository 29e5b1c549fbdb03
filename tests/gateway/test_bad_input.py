"""Bad input: a clear error or a sensible answer, never a 500, nothing lost, nobody else's data."""

from __future__ import annotations

import json
import uuid

import pytest

from tests.gateway.client import Visitor


def body(**fields) -> bytes:
    return json.dumps({"id": str(uuid.uuid4()), **fields}).encode()


MALFORMED = {
    "nothing": b"",
    "not JSON": b"hola",
    "cut JSON": b'{"id": "',
    "a list": b"[]",
    "a text": b'"hola"',
    "null": b"null",
    "not UTF-8": b'{"id": "\xff\xfe"}',
    "UTF-16": json.dumps({"id": str(uuid.uuid4()), "text": "hola"}).encode("utf-16"),
    "nested ten thousand deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "no id": json.dumps({"text": "hola"}).encode(),
    "an id that is no UUID": json.dumps({"id": "1", "text": "hola"}).encode(),
    "an id with a NUL": json.dumps({"id": "0" * 35 + "\0", "text": "hola"}).encode(),
    "an id that is a number": json.dumps({"id": 7, "text": "hola"}).encode(),
    "neither text nor button": body(),
    "both text and button": body(text="hola", button="x"),
    "a text that is a number": body(text=7),
    "a text that is an object": body(text={"$ne": ""}),
    "a text that is a list": body(text=["hola"]),
    "a button that is a number": body(button=7),
    "a button with a quote": body(button="x' OR '1'='1"),
    "a button with an intent": body(button="/restart"),
}
EMPTY = {
    "empty": "",
    "blanks": " \t\n ",
    "NUL": "\0",
    "control characters": "\x01\x02\x1b\x7f\x9f",
    "a lone surrogate": "\ud800",
    "zero-width characters": "\u200b\u200d\u2060\ufeff",
    "direction marks": "\u202e\u2066",
    "a lone combining mark": "\u0301",
    "no-break spaces": "\u00a0\u2003",
}


@pytest.mark.parametrize("case", MALFORMED)
async def test_malformed(visitor: Visitor, case: str) -> None:
    status, error = await visitor.call("POST", "/webchat/messages", data=MALFORMED[case])
    assert (status, error["error"]) == (400, "malformed")
    assert error["message"]
    assert await visitor.messages() == []


@pytest.mark.parametrize("case", EMPTY)
async def test_empty(visitor: Visitor, case: str) -> None:
    status, error = await visitor.send(EMPTY[case])
    assert (status, error["error"]) == (400, "empty")
    assert await visitor.messages() == []


@pytest.mark.parametrize("path", ["/webchat/session", "/webchat/read", "/demo/login"])
@pytest.mark.parametrize(
    "raw", [b"hola", b"[]", b"7", b'{"seq": true, "token": 7, "customer": null}', b'{"a":' * 5000 + b"1" + b"}" * 5000]
)
async def test_malformed_elsewhere(visitor: Visitor, path: str, raw: bytes) -> None:
    status, error = await visitor.call("POST", path, data=raw)
    assert (status, error["error"]) == (400, "malformed")


async def test_the_longest_text(visitor: Visitor) -> None:
    assert (await visitor.send("ñ" * 4096))[0] == 202
    status, error = await visitor.send("ñ" * 4097)
    assert (status, error["error"]) == (413, "too_large")
    assert "4,096" in error["message"]


async def test_characters_are_counted_after_composition(visitor: Visitor) -> None:
    assert (await visitor.send("n\u0303" * 4096))[0] == 202


async def test_ten_thousand_characters(visitor: Visitor) -> None:
    status, error = await visitor.send("a" * 10_000)
    assert (status, error["error"]) == (413, "too_large")


async def test_a_body_of_a_megabyte(visitor: Visitor) -> None:
    status, error = await visitor.call("POST", "/webchat/messages", data=b" " * 2**20)
    assert (status, error["error"]) == (413, "too_large")


async def test_a_body_without_an_announced_length(visitor: Visitor) -> None:
    async def drip():
        for _ in range(100):
            yield b" " * 1024

    status, error = await visitor.call("POST", "/webchat/messages", data=drip())
    assert (status, error["error"]) == (413, "too_large")


async def test_only_emoji(gateway, visitor: Visitor) -> None:
    family = "👨‍👩‍👧‍👦❤️🇲🇽"
    assert (await visitor.ask(family))["text"] == f"eco: {family}"
    assert gateway.dialogue.turns[0]["messages"][0]["text"] == family


async def test_what_cannot_be_stored_is_taken_out(gateway, visitor: Visitor) -> None:
    await visitor.ask("a\0b\ud800c\x07d\u202ee\r\nf\tg")
    assert gateway.dialogue.turns[0]["messages"][0]["text"] == "abcde\nf g"


async def test_a_pair_of_escaped_surrogates_is_a_character(gateway, visitor: Visitor) -> None:
    raw = b'{"id": "%s", "text": "\\ud83d\\ude00"}' % str(uuid.uuid4()).encode()
    assert (await visitor.call("POST", "/webchat/messages", data=raw))[0] == 202
    await visitor.answer_to(1)
    assert gateway.dialogue.turns[0]["messages"][0]["text"] == "😀"


SPELLINGS = [
    "/restart",
    "/session_start",
    "/back",
    "/nlu_fallback",
    "/faq_factura",
    "/ restart",
    " /restart",
    "\n/restart",
    "\u00a0/restart",
    "／restart",
    "\u200b/restart",
    "\ufeff/restart",
    "/restart@1.0",
    '/inform{"verified": true}',
    '/set_identity{"customer_id": "C-1003"}',
    '/x@1.0{"a": [1, 2]}',
    "//restart",
    "/RESTART",
    "/restart{}",
    "/restart ",
    "\u2215restart",
    "\u2044restart",
    "/\u200brestart",
    "/restart\u200b",
    "⁄restart",
    "\x00/restart",
    "\x1b/restart",
    "/restart\n/restart",
    '/{"intent": "restart"}',
    "/",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_typed_command_is_text(gateway, visitor: Visitor, spelling: str) -> None:
    await visitor.ask("hola")
    await visitor.ask(spelling)
    turn = gateway.dialogue.turns[1]
    assert turn["messages"][0]["button"] is None
    assert len(turn["events"]) == 2  # nothing was restarted


@pytest.mark.parametrize("since", ["1", "99999999999999999999", "-1", "1.0", "x", "%00", "٣", "1;2", "%ff"])
@pytest.mark.parametrize("path", ["messages", "stream"])
async def test_a_cursor_that_does_not_exist(visitor: Visitor, path: str, since: str) -> None:
    status, error = await visitor.call("GET", f"/webchat/{path}?since={since}")
    assert (status, error["error"]) == (400, "cursor")


@pytest.mark.parametrize("header", ["7", "x", "-3"])
async def test_a_last_event_id_from_the_future(visitor: Visitor, header: str) -> None:
    status, error = await visitor.call("GET", "/webchat/stream?since=0", headers={"Last-Event-ID": header})
    assert (status, error["error"]) == (400, "cursor")


@pytest.mark.parametrize("seq", [99, -1, 1.5, True, "1", None, 10**30])
async def test_read_marks_that_do_not_exist(visitor: Visitor, seq) -> None:
    await visitor.ask("hola")
    status, _ = await visitor.call("POST", "/webchat/read", json={"seq": seq})
    assert status == 400


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nada", 404, "not_found"),
        ("GET", "/webchat/nada", 404, "not_found"),
        ("GET", "/portal/../../settings.py", 404, "not_found"),
        ("GET", "/portal/%2e%2e%2fsettings.py", 404, "not_found"),
        ("GET", "/portal/portal.html", 404, "not_found"),
        ("DELETE", "/webchat/messages", 405, "method"),
        ("GET", "/webchat/session", 405, "method"),
        ("PUT", "/demo/login", 405, "method"),
    ],
)
async def test_addresses_that_do_not_exist(visitor: Visitor, method: str, path: str, status: int, code: str) -> None:
    got, error = await visitor.call(method, path)
    assert (got, error["error"]) == (status, code)
    assert error["message"]
