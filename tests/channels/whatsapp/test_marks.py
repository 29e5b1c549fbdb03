"""Bold is bold, and nothing else of a text turns into a mark."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.whatsapp.marks import marked
from bot.channels.whatsapp.titles import units
from tests.channels.whatsapp.writing import LINK, spans


@pytest.mark.parametrize(
    ("text", "shown", "bold"),
    [
        ("Vence el **28 de noviembre**.", "Vence el *28 de noviembre*.", ["28 de noviembre"]),
        ("**Uno** y **dos**", "*Uno* y *dos*", ["Uno", "dos"]),
        ("¿**SIERRA-02**?", "¿*SIERRA-02*?", ["SIERRA-02"]),
        ("a co*****o@empresa.mx y a do*****s@empresa.mx", "a co∗∗∗∗∗o@empresa.mx y a do∗∗∗∗∗s@empresa.mx", []),
        ("tarjeta **** 1234 o **** 5678", "tarjeta ∗∗∗∗ 1234 o ∗∗∗∗ 5678", []),
        ("*solo* ~tachado~ `código` ```mucho```", "∗solo∗ ∼tachado∼ ˋcódigoˋ ˋˋˋmuchoˋˋˋ", []),
        ("juan_perez@x.mx y ana_lopez_r@x.mx", "juan_perez@x.mx y ana_lopez_r@x.mx", []),  # copied as they are
        ("_juan_@x.mx", "ˍjuanˍ@x.mx", []),
        ("juan_@x.mx", "juan_@x.mx", []),  # one alone makes no pair
        ("https://x.mx/_a_/*b*/~c~", "https://x.mx/_a_/*b*/~c~", []),
        ("**ve https://x.mx/a_b**", "ve https://x.mx/a_b", []),
        ("[la guía](https://x.mx/g_1)", "la guía: https://x.mx/g_1", []),
        ("no**esto**", "noesto", []),  # WhatsApp marks no part of a word
        ("**a\nb**", "∗∗a\nb∗∗", []),
        ("** suelto **", "∗∗ suelto ∗∗", []),
        ("**co*****o**", "∗∗co∗∗∗∗∗o∗∗", []),
        ("• **Uno**: 1\n• **Dos**: 2", "• *Uno*: 1\n• *Dos*: 2", ["Uno", "Dos"]),
    ],
)
def test_each_case(text: str, shown: str, bold: list[str]) -> None:
    assert marked(text) == shown
    assert spans(shown) == [("bold", words) for words in bold]


SIGNS = st.text(st.sampled_from("*_~` abñ.@\n(1😀"), max_size=40)
PIECE = st.one_of(SIGNS, st.sampled_from(["https://x.mx/_a_*b*", "co*****o@x.mx", "**uno**", "_dos_", " "]))


@given(st.lists(PIECE, max_size=8).map("".join))
def test_only_our_bold_is_marked_and_links_stay(text: str) -> None:
    shown = marked(text)
    assert units(shown) <= units(text)
    ours = re.findall(r"(?<!\*)\*\*(?![\s*])([^*\n]+?)(?<!\s)\*\*(?!\*)", text)
    for kind, words in spans(shown):
        assert kind == "bold"
        assert words in [marked(each) for each in ours] or any(words in marked(line) for line in ours), (text, shown)
    assert [link.rstrip("*") for link in LINK.findall(text)] == [link.rstrip("*") for link in LINK.findall(shown)]


@given(st.text())
def test_any_text_stays_what_it_says(text: str) -> None:
    back = marked(text).translate(str.maketrans("∗∼ˋˍ", "*~`_"))
    assert back.replace("*", "") == text.replace("*", "").translate(str.maketrans("∗∼ˋˍ", "*~`_")).replace("*", "") or "](http" in text
