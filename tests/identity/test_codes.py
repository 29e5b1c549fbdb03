"""Codes in what people write: found in every way to write six digits, and in nothing that only looks like them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.identity.codes import DIGITS, MASK, asks_again, digest, find, new_code


@pytest.mark.parametrize(
    ("written", "masked", "alone"),
    [
        ("123456", MASK, True),
        (" 123456. ", f" {MASK}. ", True),
        ("123 456", MASK, True),
        ("123-456", MASK, True),
        ("12 34 56", MASK, True),
        ("1 2 3 4 5 6", MASK, True),
        ("1-2-3-4-5-6", MASK, True),
        ("１２３４５６", MASK, True),
        ("١٢٣٤٥٦", MASK, True),
        ("uno dos tres cuatro cinco seis", MASK, True),
        ("Uno, dos, tres, cuatro, cinco, SEIS", MASK, True),
        ("mi código es 123456", f"mi código es {MASK}", True),
        ("Aquí está el código: 123456 🙂", f"Aquí está el código: {MASK} 🙂", True),
        ("123456 ¿ya pagué?", f"{MASK} ¿ya pagué?", False),
        ("factura 123456 de mayo", f"factura {MASK} de mayo", False),
        ("123456 234567", f"{MASK} {MASK}", True),
        ("es 123456\no 234567", f"es {MASK}\no {MASK}", False),
    ],
)
def test_a_code_is_found(written: str, masked: str, alone: bool) -> None:
    found = find(written)
    assert found is not None
    assert (found.code, found.masked, found.alone) == ("123456", masked, alone)


@pytest.mark.parametrize(
    "said",
    [
        "hola", "", "la 2", "12", "55 1234 5678", "5512345678", "442 123 4567", "27-11-26", "27/11/2026", "1,234,567", "$12,345.60", "123456.78",
        "A1234567", "uno dos tres", "del uno al siete", "cuesta 1500 al mes", "192.168.100.200",
    ],
)  # fmt: skip
def test_talk_is_no_code(said: str) -> None:
    assert find(said) is None


@pytest.mark.parametrize("said", ["123", "12345", "1234567", "123 45", "1234-5678"])
def test_digits_alone_that_are_not_six_are_meant_for_one_and_masked(said: str) -> None:
    found = find(said)
    assert found is not None
    assert (found.code, found.masked) == ("", MASK)


@given(st.text())
def test_whatever_is_found_is_masked(text: str) -> None:
    found = find(text)
    if found is not None:
        assert MASK in found.masked
        assert find(found.masked) is None or "uno" in text.lower()
        assert found.code == "" or (len(found.code) == DIGITS and found.code.isascii() and found.code.isdigit())


def test_codes_are_six_digits_of_every_kind() -> None:
    made = [new_code() for _ in range(2000)]
    assert all(len(code) == DIGITS and code.isdigit() for code in made)
    assert len(set(made)) > 1950
    assert len(Counter(code[0] for code in made)) == 10


def test_what_is_kept_of_a_code_is_of_one_key_conversation_and_desk() -> None:
    kept = {
        digest(*each)
        for each in (("k", "c", "d", "1"), ("K", "c", "d", "1"), ("k", "C", "d", "1"), ("k", "c", "D", "1"), ("k", "cd", "", "1"))
    }
    assert len(kept) == 5
    assert all(len(each) == 64 for each in kept)


@pytest.mark.parametrize(
    "said",
    [
        "no me llegó el código",
        "mándame otro código",
        "el codigo no llega",
        "no lo recibí, el código",
        "reenvíame el código",
        "un código nuevo",
        "la clave otra vez porfa",
        "No encuentro la clave",
    ],
)
def test_another_code_is_asked_for(said: str) -> None:
    assert asks_again(said)


@pytest.mark.parametrize(
    "said",
    [
        "no me llegó el correo",
        "otra cosa",
        "¿qué código?",
        "mi nuevo código postal es 06000",
        "¿hay otro código de descuento?",
        "no me llega el código de activación",
        "reenvíame mis datos",
    ],
)
def test_no_other_code_is_asked_for(said: str) -> None:
    assert not asks_again(said)
