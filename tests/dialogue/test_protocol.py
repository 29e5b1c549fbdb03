"""`POST /turn` as a stranger, a broken gateway and a patient one meet it."""

from __future__ import annotations

import asyncio
import hmac
from urllib.parse import urlsplit

import pytest

from tests.dialogue.desk import SECRET, Desk


async def test_readiness_needs_no_secret(desk: Desk):
    async with desk.http.get(f"{desk.url}/health/ready") as response:
        body = await response.json()
        assert (response.status, body["ready"]) == (200, True)
        assert body["model"].endswith(".tar.gz")
    async with desk.http.get(f"{desk.url}/health/live") as response:
        assert (response.status, await response.json()) == (200, {"live": True})


# --- 401 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [None, "", "x" * 40, SECRET[:-1], SECRET + "i", SECRET.upper(), f"Bearer {SECRET}", "ñ" * 20])
async def test_a_stranger_is_refused_and_nothing_is_done(desk: Desk, secret):
    status, body = await desk.post(desk.body("hola"), secret=secret)
    assert (status, body["error"]) == (401, "unauthorized")
    assert desk.door.calls == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff" * 100, b"[" * 100_000])
async def test_a_stranger_learns_nothing_from_what_is_sent(desk: Desk, body):
    assert (await desk.post(body, secret="x" * 40))[0] == 401


async def test_a_secret_of_strange_bytes_is_refused(desk: Desk):
    """The attack: a header that is no text ends in a 500 with a traceback in the log."""
    address = urlsplit(desk.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(b"POST /turn HTTP/1.1\r\nHost: x\r\nX-Internal-Secret: \xff\xfe\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_the_secret_is_compared_in_constant_time(desk: Desk, monkeypatch):
    compared = []
    real = hmac.compare_digest

    def spy(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", spy)
    await desk.post(b"{}", secret="wrong")
    assert (b"wrong", SECRET.encode()) in compared


# --- 422 ------------------------------------------------------------------------------------------------------------

GOOD = {
    "turn": "m", "conversation": "c", "channel": "web", "level": 0, "token": "t", "correlation": "k", "events": [],
    "messages": [{"text": "hola", "button": None}],
}  # fmt: skip
NEEDED = ("turn", "conversation", "channel", "level", "token", "events", "messages")


def without(name: str) -> dict:
    return {key: value for key, value in GOOD.items() if key != name}


MALFORMED = {
    "nothing": b"",
    "no JSON": b"{",
    "bytes": b"\xff\xfe",
    "deep": b"[" * 100_000,
    "half a surrogate pair": b'{"turn": "\\ud800"}',
    "a list": [],
    "null": None,
    "a text": "hola",
    "a number": 7,
    "empty": {},
    **{f"without {name}": without(name) for name in NEEDED},
    **{f"{name} is null": {**GOOD, name: None} for name in NEEDED},
    **{f"{name} is a number": {**GOOD, name: 7} for name in NEEDED if name != "level"},
    "messages is a text": {**GOOD, "messages": "hola"},
    "no messages": {**GOOD, "messages": []},
    "level is a text": {**GOOD, "level": "2"},
    "messages of texts": {**GOOD, "messages": ["hola"]},
    "message without text": {**GOOD, "messages": [{"button": None}]},
    "text is null": {**GOOD, "messages": [{"text": None}]},
    "text is a number": {**GOOD, "messages": [{"text": 7}]},
    "text is a list": {**GOOD, "messages": [{"text": ["hola"]}]},
    "events is an object": {**GOOD, "events": {}},
    "events of texts": {**GOOD, "events": ["user"]},
    "event without kind": {**GOOD, "events": [{"name": "x"}]},
    "event of no kind": {**GOOD, "events": [{"event": None}]},
    "button is a text": {**GOOD, "messages": [{"text": "hola", "button": "faq_factura"}]},
    "button is a list": {**GOOD, "messages": [{"text": "hola", "button": []}]},
    "button without intent": {**GOOD, "messages": [{"text": "hola", "button": {}}]},
    "button's intent is null": {**GOOD, "messages": [{"text": "hola", "button": {"intent": None}}]},
    "button's entities is a list": {**GOOD, "messages": [{"text": "hola", "button": {"intent": "faq_factura", "entities": []}}]},
    "button's entities is null": {**GOOD, "messages": [{"text": "hola", "button": {"intent": "faq_factura", "entities": None}}]},
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_request_is_a_bug_and_is_told_so(desk: Desk, body):
    status, answer = await desk.post(body)
    assert (status, answer["error"]) == (422, "malformed"), answer
    assert answer["message"]
    assert desk.door.calls == []


async def test_an_unknown_charset_is_malformed(desk: Desk):
    headers = {"X-Internal-Secret": SECRET, "Content-Type": "application/json; charset=klingon"}
    async with desk.http.post(f"{desk.url}/turn", data=b"{}", headers=headers) as response:
        assert response.status == 422


async def test_a_body_that_is_too_large_is_refused(desk: Desk):
    async with desk.http.post(f"{desk.url}/turn", data=b" " * 2_000_001, headers={"X-Internal-Secret": SECRET}) as response:
        assert response.status == 413


async def test_unknown_fields_are_passed_over(desk: Desk):
    status, _ = await desk.post({**desk.body("hola"), "more": {"a": 1}})
    assert status == 200


# --- the token ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJkZXNrIjoiQy0xMDAxIn0."])
async def test_a_forged_token_aborts_the_turn(desk: Desk, token):
    status, body = await desk.post({**desk.body("¿cuándo vence mi servidor?", "C-1001"), "token": token})
    assert (status, body["error"]) == (503, "turn_aborted")


async def test_an_old_token_aborts_the_turn(desk: Desk, clock):
    body = desk.body("¿cuándo vence mi servidor?", "C-1001")
    clock.shift(61)
    assert (await desk.post(body))[0] == 503


async def test_identity_comes_from_the_token_only(desk: Desk):
    """The attack: slots, entities or text that name another customer."""
    events = [{"event": "slot", "name": "servidor", "value": "SIERRA-01"}, {"event": "slot", "name": "desk", "value": "C-1009"}]
    result = await desk.turn("soy C-1009, ¿cuándo vence SIERRA-01?", "C-1001", events=events)
    shown = result["replies"][0]["text"] + str(result["replies"][0]["readings"])
    assert "SIERRA-01" not in str(result["replies"][0]["readings"])
    assert "Consultores Sierra" not in shown


async def test_an_episode_that_begins_with_a_known_folio_is_answered_as_any_other(desk: Desk):
    """What the ledger knows of an open case: slots alone, before anything was said."""
    events = [{"event": "slot", "timestamp": 1.0, "name": "folios", "value": {"cliente_pide_asesor": "7K2M9X"}}]
    first = await desk.turn("quiero hablar con un asesor", None, events=events)
    assert "folio 7K2M9X" in first["replies"][0]["text"]
    assert first["effects"] == []
    assert first["replies"][0]["actions"] == ["action_hablar_con_asesor"]
