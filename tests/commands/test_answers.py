"""The document of all answers, for one topic: what a customer in each situation reads, a visitor, and one whose account is away."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import clock
from bot.__main__ import main
from bot.commands.answers import MOMENT


@pytest.fixture
def told(monkeypatch, capsys):
    def run(*topics: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["bot", "answers", *topics])
        return main(), capsys.readouterr().out

    return run


def test_a_topic_is_told_for_everybody_who_may_ask(told):
    code, document = told("faq_cambiar_contrasena")
    lines = document.splitlines()
    assert code == 0
    assert lines[0] == "# Lo que contesta el asistente"
    assert [line for line in lines if line.startswith("## ")] == ["## Cambiar contraseña (`faq_cambiar_contrasena`)"]
    rows = [[part.strip() for part in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")][1:]
    assert all(len(row) == 3 for row in rows)
    who = {name for _, names, _ in rows for name in names.split(", ")}
    assert who == {*(f"C-10{number:02}" for number in range(1, 13)), "visitante", "cuenta sin leer"}
    assert any(
        "dónde" in asked and "C-1005" in names and "De un servidor contratado" not in text and "Contraseña" in text
        for asked, names, text in rows
    )
    assert all("Mis Servicios > Servidor virtual > Contraseña" in text for _, names, text in rows if "visitante" in names)
    assert not any("{" in text for *_, text in rows)
    assert not any("warning" in line for line in lines)


def test_the_dates_are_those_of_its_moment_whatever_the_day(told):
    _, document = told("faq_consultar_vigencia")
    assert "domingo 29 de noviembre" in document
    with clock.stopped(datetime(2030, 1, 1, tzinfo=UTC)):
        assert told("faq_consultar_vigencia") == (0, document)
        assert clock.now().year == 2030
    assert clock.now() != MOMENT


def test_a_topic_that_is_none_is_refused(told):
    assert told("consultar_nada") == (2, "")
