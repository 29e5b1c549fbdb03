"""Any text through the whole path: accepted and answered, or refused with a reason; the process goes on and the order holds."""

from __future__ import annotations

import json
import uuid

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.web.parse import MAX_CHARACTERS, Malformed, TooLong, clean_message
from tests.gateway.client import Visitor

any_text = st.text(st.characters(), max_size=60) | st.text("/\\ \n\t\0\ud800\udc00\u200b\u202e{}\"'<>&áñ😀", max_size=30)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "text", "button", "seq"]) | any_text, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(any_text)
def test_a_cleaned_text_can_be_stored_and_is_stable(text: str) -> None:
    try:
        cleaned = clean_message(text)
    except Malformed:
        return
    cleaned.encode("utf-8")
    assert "\0" not in cleaned
    assert cleaned == clean_message(cleaned)


@given(st.integers(MAX_CHARACTERS - 2, MAX_CHARACTERS + 2), st.sampled_from("aé😀\n"))
def test_the_limit_is_exact(length: int, char: str) -> None:
    text = "x" + char * (length - 2) + "x"
    try:
        assert len(clean_message(text)) == length <= MAX_CHARACTERS
    except TooLong:
        assert length > MAX_CHARACTERS


async def test_texts_through_http(gateway, visitor: Visitor) -> None:
    texts: list[str] = []

    @settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(any_text)
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    last = 0
    for text in texts:
        raw = json.dumps({"id": str(uuid.uuid4()), "text": text})  # lone surrogates travel as JSON escapes
        status, answer = await visitor.call("POST", "/webchat/messages", data=raw)
        assert (status, answer.get("error")) in {(202, None), (400, "empty")}, (text, answer)
        last = answer.get("seq", last)
    await visitor.answer_to(last)
    messages = await visitor.messages()
    assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1))


async def test_bodies_through_http(visitor: Visitor) -> None:
    bodies: list[object] = []

    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(any_json)
    def collect(body: object) -> None:
        bodies.append(body)

    collect()
    for body in bodies:
        for path in ("/webchat/messages", "/webchat/read", "/demo/login"):
            status, answer = await visitor.call("POST", path, data=json.dumps(body))
            assert status in {202, 204, 400, 404, 413}, (path, body, answer)
        fields = {name: value for name, value in body.items() if name in {"token", "session"}} if isinstance(body, dict) else body
        status, answer = await visitor.call("POST", "/webchat/session", data=json.dumps(fields))
        assert status in {200, 400, 401}, (body, answer)
