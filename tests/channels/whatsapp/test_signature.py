"""The signature is checked over the bytes as they came, and whatever stands in its header is refused without an error."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.whatsapp.signature import fault, sign

ESCAPED = rb'{"t":"caf\u00e9 \u0040 50\u0025 \ud83d\ude00 a\/b"}'
GOOD = "10a5ea549bfd2902af519e8b3f526315b378c58b7cea34c1771ff81c03e70eb1"


@pytest.mark.parametrize(
    ("key", "body", "signature"),
    [
        ("sesame", b"hello world", "f39034b29165ec6a5104d9aef27266484ab26c8caa7bca8bcb2dd02e8be61b17"),
        ("app-secret", ESCAPED, GOOD),
    ],
)
def test_the_published_vectors(key: str, body: bytes, signature: str) -> None:
    assert sign(key, body) == signature
    assert fault(key, body, [f"sha256={signature}"]) is None


def test_a_body_that_was_parsed_and_written_again_is_not_the_signed_one() -> None:
    assert fault("app-secret", json.dumps(json.loads(ESCAPED)).encode(), [f"sha256={GOOD}"]) == "wrong"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], "missing"),
        ([""], "malformed"),
        ([GOOD], "malformed"),
        ([f"sha1={GOOD}"], "malformed"),
        ([f"sha256={GOOD[:-1]}"], "malformed"),
        ([f"sha256={GOOD}0"], "malformed"),
        ([f"sha256={GOOD}\n"], "malformed"),
        (["sha256=" + "g" * 64], "malformed"),
        (["sha256=" + "é" * 64], "malformed"),
        (["sha256=" + "\udce9" * 64], "malformed"),
        (["sha256=" + "٣" * 64], "malformed"),
        ([f"sha256={GOOD}", f"sha256={GOOD}"], "malformed"),
        (["sha256=" + "0" * 64], "wrong"),
    ],
)
def test_what_is_wrong_with_it(headers: list[str], expected: str) -> None:
    assert fault("app-secret", ESCAPED, headers) == expected


def test_another_key_or_another_byte_is_wrong() -> None:
    assert fault("other", ESCAPED, [f"sha256={GOOD}"]) == "wrong"
    assert fault("app-secret", ESCAPED + b" ", [f"sha256={GOOD}"]) == "wrong"


@given(st.text(st.characters()), st.binary(max_size=50))
def test_no_header_makes_it_raise(header: str, body: bytes) -> None:
    assert fault("app-secret", body, [header]) in {"malformed", "wrong"}
