"""What a proof learns and what it finds changed, by its files; the training itself is that of `train`."""

from __future__ import annotations

import json

import yaml

from bot.commands import prove
from bot.commands.prove import Line, Read, changes, examples_file, lines_of, to_learn

KNOWN = {"cuando vence": "consultar_suscripcion", "hola": "saludar"}


def line(key: str, text: str, right: str | None, *, learn: bool = True) -> Line:
    return Line(key, text, right, learn)


def test_inputs_are_read_as_they_are_written() -> None:
    row = {"key": "a:0", "text": "ya\n pagué", "right": "consultar_pago", "learn": True}
    assert lines_of(f"{json.dumps(row)}\n\n") == [Line("a:0", "ya pagué", "consultar_pago", learn=True)]


def test_the_latest_word_is_learned_once_and_what_contradicts_our_data_is_not() -> None:
    lines = [
        line("a:0", "Ya pagué", "consultar_factura"),
        line("b:0", "ya pagué", "consultar_pago"),
        line("c:0", "¿Cuándo vence?", "consultar_pago"),
        line("d:0", "hola", "saludar"),
        line("e:0", "otra cosa", None),
        line("f:0", "no se aprende", "consultar_pago", learn=False),
    ]
    known = {prove_normal("¿Cuándo vence?"): "consultar_suscripcion", prove_normal("hola"): "saludar"}
    assert to_learn(lines, known) == ([("ya pagué", "consultar_pago")], ["c:0"])


def prove_normal(text: str) -> str:
    from bot.nlu.normalise import normalise

    return normalise(text)


def test_what_a_customer_wrote_is_no_markup() -> None:
    lines = [line("a:0", '- el [server](servidor) {x} no abre: "ya"\'', "estado_servidor")]
    learned, _ = to_learn(lines, {})
    content = yaml.safe_load(examples_file(learned))
    assert content["nlu"] == [{"intent": "estado_servidor", "examples": '- el  server  servidor   x  no abre: "ya"\'\n'}]


def test_what_is_read_otherwise_is_told_with_what_was_right() -> None:
    lines = [
        line("same:0", "x", "consultar_pago"),
        line("worse:0", "x", "consultar_pago"),
        line("better:0", "x", "consultar_pago"),
        line("real:0", "x", None, learn=False),
        line("far:0", "x", "fuera_de_tema"),
    ]
    right, wrong, refused = Read("answered", ("consultar_pago",)), Read("answered", ("saludar",)), Read("refused", ())
    found = changes(lines, [right, right, refused, wrong, refused], [right, wrong, right, refused, right])
    assert [(item["key"], item["was_right"], item["is_right"]) for item in found] == [
        ("worse:0", True, False), ("better:0", False, True), ("real:0", None, None), ("far:0", True, False),
    ]  # fmt: skip
    assert found[0]["before"] == {"decision": "answered", "labels": ["consultar_pago"]}


def test_inputs_that_cannot_be_read_are_told(tmp_path, capsys) -> None:
    (tmp_path / prove.INPUTS).write_text("{", encoding="utf-8")
    assert prove.run(type("Args", (), {"folder": tmp_path})) == 1
    assert "JSONDecodeError" in capsys.readouterr().err
    assert not (tmp_path / prove.RESULT).exists()
