"""A long reply is cut where a reader would pause, and nothing of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.parts import split_reply

WORDS = st.text(st.sampled_from(" \n\t.!?¿•-*1aÁñ😀\u0301\u200d\u00a0é"), max_size=300)


@given(WORDS, st.integers(1, 60))
def test_parts_fit_are_not_blank_and_lose_nothing(text: str, limit: int) -> None:
    parts = split_reply(text, limit)
    assert all(part.strip() and len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(WORDS, st.integers(1, 60))
def test_no_word_is_broken_that_fits(text: str, limit: int) -> None:
    if max(map(len, text.split()), default=0) <= limit:
        assert " ".join(split_reply(text, limit)).split() == text.split()


@given(st.text(max_size=200), st.integers(200, 400))
def test_what_fits_stays_whole(text: str, limit: int) -> None:
    assert split_reply(text, limit) == ([text.strip()] if text.strip() else [])


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("Uno dos.\n\nTres cuatro.", 15, ["Uno dos.", "Tres cuatro."]),
        ("Uno dos.\nTres cuatro.", 15, ["Uno dos.", "Tres cuatro."]),
        ("Uno dos. Tres cuatro.", 15, ["Uno dos.", "Tres cuatro."]),
        ("Vence el 3. ¿Quieres pagar?", 20, ["Vence el 3.", "¿Quieres pagar?"]),
        ("uno dos tres cuatro", 9, ["uno dos", "tres", "cuatro"]),
        ("a" * 10, 4, ["aaaa", "aaaa", "aa"]),
        ("Antes va esto.\nTus servidores:\n• UNO\n• DOS\n• TRES", 40, ["Antes va esto.", "Tus servidores:\n• UNO\n• DOS\n• TRES"]),
        ("Tus servidores:\n• UNO\n• DOS\n• TRES", 24, ["Tus servidores:\n• UNO", "• DOS\n• TRES"]),
        ("Llama al 55\u00a08000\u00a09480 hoy", 16, ["Llama al", "55\u00a08000\u00a09480 hoy"]),
        ("Vence **mañana martes 24** por la tarde", 22, ["Vence", "**mañana martes 24**", "por la tarde"]),
        ("S. " + "palabra " * 6, 30, ["S. palabra palabra palabra", "palabra palabra palabra"]),
        ("cafe\u0301" * 3, 4, ["caf", "e\u0301ca", "fe\u0301c", "afe\u0301"]),
        (" \n ", 5, []),
        ("", 5, []),
    ],
)
def test_where_it_is_cut(text: str, limit: int, parts: list[str]) -> None:
    assert split_reply(text, limit) == parts


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="room"):
        split_reply("hola", 0)
