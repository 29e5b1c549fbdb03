"""One answer is one message if it can be, and every message is one that the platform takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.whatsapp.render import contents
from bot.channels.whatsapp.titles import cut, fitted, units
from bot.conversations.messages import ShownButton, ShownMessage
from bot.rules.choices import match_choice
from tests.channels.whatsapp.limits import check_content

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
SENTENCE = "Tu servidor vence el martes 24 de noviembre. "


def message(text: str, *titles: str) -> ShownMessage:
    return ShownMessage(7, "bot", "answer", 6, text, tuple(ShownButton(f"{n:032x}", title) for n, title in enumerate(titles)), NOON)


def body(content: dict[str, Any]) -> str:
    return content["text"]["body"] if content["type"] == "text" else content["interactive"]["body"]["text"]


def test_text() -> None:
    assert contents(message("Vence el **28**.")) == [{"type": "text", "text": {"body": "Vence el *28*.", "preview_url": False}}]


def test_up_to_three_are_reply_buttons() -> None:
    (content,) = contents(message("¿Cuál?", "SIERRA-01", "SIERRA-02", "SIERRA-03"))
    replies = content["interactive"]["action"]["buttons"]
    assert content["interactive"]["type"] == "button"
    assert [each["reply"] for each in replies] == [{"id": f"{n:032x}", "title": f"SIERRA-0{n + 1}"} for n in range(3)]


def test_up_to_ten_are_a_list() -> None:
    (content,) = contents(message("¿Cuál?", *(f"SIERRA-{n}" for n in range(10))))
    assert content["interactive"]["type"] == "list"
    assert content["interactive"]["action"]["button"] == "Ver opciones"
    (section,) = content["interactive"]["action"]["sections"]
    assert [row["title"] for row in section["rows"]] == [f"SIERRA-{n}" for n in range(10)]


def test_what_a_list_had_to_cut_stands_whole_below() -> None:
    title = "Servidor de contabilidad de la sucursal norte"
    (content,) = contents(message("¿Cuál?", title, "b", "c", "d"))
    row = content["interactive"]["action"]["sections"][0]["rows"][0]
    assert (row["title"], row["description"]) == ("Servidor de contabilida…", title)


@pytest.mark.parametrize("titles", [[f"Opción {c}" for c in "abcdefghijk"], ["Uno", " \u200b", "Tres"]])
def test_more_than_a_list_holds_or_what_nobody_can_read_is_numbered_text(titles: list[str]) -> None:
    (content,) = contents(message("¿Cuál?", *titles))
    assert content["type"] == "text"
    for number, title in enumerate(titles, start=1):
        shown = title if title.isprintable() else f"Opción {number}"
        assert f"{number}. {shown}" in body(content).split("\n")
    for typed in ("2", "la segunda"):  # the ledger matches what is typed with the titles, whatever was shown
        assert match_choice(typed, titles) == 1


def test_buttons_without_words() -> None:
    (content,) = contents(message(" ", "Sí", "No"))
    assert body(content) == "Elige una opción:"


def test_a_blank_message_is_none() -> None:
    assert contents(message(" \n ")) == []


@pytest.mark.parametrize(("characters", "parts"), [(1024, 1), (1025, 2), (4096, 2), (5000, 2), (5300, 3)])
def test_a_long_answer_with_buttons_has_them_on_its_last_part(characters: int, parts: int) -> None:
    text = (SENTENCE * 200)[:characters].strip().ljust(characters, ".")
    made = contents(message(text, "Sí", "No"))
    assert [content["type"] for content in made] == ["text"] * (parts - 1) + ["interactive"]
    assert " ".join(body(content) for content in made).split() == text.split()


@pytest.mark.parametrize(("characters", "parts"), [(4095, 1), (4097, 2), (9000, 3)])
def test_a_long_answer(characters: int, parts: int) -> None:
    assert len(contents(message((SENTENCE * 300)[:characters].strip().ljust(characters, ".")))) == parts


def test_emoji_count_twice() -> None:
    made = contents(message("😀" * 3000))
    assert len(made) == 2
    assert "".join(map(body, made)) == "😀" * 3000


def test_a_last_line_is_the_last_line() -> None:
    (content,) = contents(message("Hola.", "Sí", "No"), "Usamos tus datos.")
    assert body(content).split("\n")[-1] == "Usamos tus datos."


@pytest.mark.parametrize(
    ("titles", "shown"),
    [
        (["Sí", "No"], ["Sí", "No"]),
        (["Reenviar mis datos de conexión"], ["Reenviar mis datos…"]),
        (["Hablar con una persona del equipo", "Ver"], ["Hablar con una…", "Ver"]),
        (["Contabilidad sucursal norte", "Contabilidad sucursal sur"], ["1. Contabilidad…", "2. Contabilidad…"]),
        (["Igual", "igual"], ["1. Igual", "2. igual"]),
        (["Anticonstitucionalidades"], ["Anticonstitucionali…"]),
        (["  dos\n líneas "], ["dos líneas"]),
    ],
)
def test_titles_are_cut_with_sense_and_told_apart(titles: list[str], shown: list[str]) -> None:
    assert fitted(titles, 20) == shown


def test_a_cut_parts_no_emoji_and_no_accent() -> None:
    family = "👨‍👩‍👧‍👦"
    assert cut(f"0123456789 {family}{family}", 20) == "0123456789…"
    assert cut("a" * 18 + "e\u0301" * 4, 20) == "a" * 18 + "…"
    assert units(cut("😀" * 30, 20)) <= 20


WORDS = st.one_of(
    st.text(),
    st.lists(st.sampled_from(["**uno** ", "dos. ", "\n\n", "😀", "https://x.mx/a_b ", "co*****o@x.mx ", "a" * 90]), max_size=300).map(
        "".join
    ),
)


@given(text=WORDS, titles=st.lists(st.text(max_size=90), max_size=13), last=st.sampled_from([None, "Aviso de privacidad: https://x.mx/p."]))
def test_any_answer_with_any_buttons_is_taken(text: str, titles: list[str], last: str | None) -> None:
    made = contents(message(text, *titles), last)
    assert bool(made) == bool(text.strip() or titles or last)
    for content in made:
        check_content(content)
    assert all(content["type"] == "text" for content in made[:-1])


@given(st.integers(800, 9000), st.integers(0, 3))
def test_no_words_are_lost_in_parts(characters: int, buttons: int) -> None:
    text = (SENTENCE * 250)[:characters]
    made = contents(message(text, *(f"Opción {n}" for n in range(buttons))))
    assert " ".join(map(body, made)).split() == text.split()
