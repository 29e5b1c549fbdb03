"""The figures of an evaluation, on readings written by hand."""

from __future__ import annotations

import re

import pytest

from bot.nlu.evaluation import EvaluationError, Labelled, Outcome, expected_calibration_error, figures, read_labelled
from bot.nlu.readings import COMPLETE, Compound, Reading, confusions, hardest, read_compound, read_model, recalls, risk_coverage
from bot.nlu.report_figures import all_figures, compound_share

KNOWN = {"faq_factura", "consultar_factura", "faq_que_es", "saludar", "tema_no_cubierto", "fuera_de_tema"}


def reading(
    intent: str, top: str, decision: str = "answered", probability: float = 0.9, *, offered=(), text="hola", acceptance=0.9
) -> Reading:
    """A message of one part; the rest of the probability goes to the right label, or to another."""
    second = intent if top != intent else "saludar"
    parts = [(decision, top if decision == "answered" else "nlu_ask", list(offered))]
    return Reading(text, Outcome(intent, [(top, probability), (second, 1 - probability)], parts, 2.0), acceptance)


RIGHT = reading("faq_que_es", "faq_que_es")
PAIR = reading("faq_factura", "consultar_factura")
WRONG = reading("faq_que_es", "faq_factura")
ASKED = reading("faq_que_es", "faq_factura", "asked", 0.5, offered=["faq_factura", "faq_que_es"])
ASKED_BADLY = reading("faq_que_es", "faq_factura", "asked", 0.5, offered=["faq_factura"])
REFUSED = reading("faq_que_es", "faq_factura", "refused", 0.4)
FAR_REFUSED = reading("fuera_de_tema", "fuera_de_tema", "refused")
FAR_ASKED = reading("fuera_de_tema", "saludar", "asked", offered=["saludar"])
NEAR_ASKED = reading("tema_no_cubierto", "faq_que_es", "asked", offered=["faq_que_es"])
NEAR_ANSWERED = reading("tema_no_cubierto", "faq_que_es")
ALL = [RIGHT, PAIR, WRONG, ASKED, ASKED_BADLY, REFUSED, FAR_REFUSED, FAR_ASKED, NEAR_ASKED, NEAR_ANSWERED]


def test_figures_of_design_section_5():
    found = all_figures(ALL)
    expected = {
        "messages": 10,
        "accuracy": round(1 / 6, 4),
        "top3": 1.0,
        "answered_right": round(2 / 6, 4),
        "asked_with_right_choice": round(1 / 6, 4),
        "asked": round(2 / 6, 4),
        "refused_in_scope": round(1 / 6, 4),
        "answered_wrong": 0.2,
        "refused_far": 0.5,
        "near_not_answered": 0.5,
        "ms_p50": 2.0,
        "served": 0.5,
    }
    assert {key: found[key] for key in expected} == expected


def test_a_figure_without_rows_is_none():
    assert figures([RIGHT.outcome])["refused_far"] is None
    assert figures([FAR_REFUSED.outcome])["accuracy"] is None
    assert all_figures([FAR_REFUSED])["served"] is None


@pytest.mark.parametrize(
    ("probabilities", "right", "error"),
    [([0.95, 0.95], [True, True], 0.05), ([0.95, 0.25], [False, True], 0.85), ([1.0], [True], 0.0), ([], [], None)],
)
def test_calibration_error(probabilities, right, error):
    assert expected_calibration_error(probabilities, right) == error


def test_a_needless_second_answer_is_wrong_beside_the_right_one():
    parts = [("answered", "faq_que_es", []), ("answered", "saludar", [])]
    outcome = Outcome("faq_que_es", [("faq_que_es", 1.0)], parts, 1.0)
    assert outcome.answered_right
    assert outcome.answered_wrong


def test_confusions_and_recalls():
    assert confusions(ALL)["faq_que_es", "faq_factura"] == 4
    assert ("faq_factura", 1.0, 1) in recalls(ALL)
    assert ("faq_que_es", 0.2, 5) in recalls(ALL)


def test_risk_and_coverage_go_from_strict_to_lax():
    sure, unsure = reading("faq_que_es", "faq_que_es", acceptance=0.9), reading("faq_que_es", "saludar", acceptance=0.2)
    coverage, of_all, of_answered = risk_coverage([unsure, sure])
    assert (coverage.tolist(), of_all.tolist(), of_answered.tolist()) == ([0.5, 1.0], [0.0, 0.5], [0.0, 0.5])


def test_answering_what_is_not_ours_is_a_risk():
    assert FAR_REFUSED.best_of_ours == "saludar"
    assert FAR_REFUSED.would_be_wrong


def test_the_hardest_are_the_harmful_ones():
    assert {id(row) for row in hardest(ALL, 2)} == {id(WRONG), id(NEAR_ANSWERED)}


def two(*parts) -> str:
    return Compound("¿…?", ("faq_factura", "faq_que_es"), list(parts)).verdict


def test_verdicts_on_two_questions():
    first, second, wrong, asked = (
        ("answered", "consultar_factura", []),
        ("answered", "faq_que_es", []),
        ("answered", "saludar", []),
        ("asked", "nlu_ask", ["faq_que_es"]),
    )
    assert two(first, second) == COMPLETE
    assert two(second, first) == "both answered, not each once in order"
    assert two(first, wrong) == "a wrong answer"
    assert two(first, asked) == "one answered, asked about the rest"
    assert two(second) == "only one answered"
    assert two(asked) == "only asked"
    assert two(("refused", None, [])) == "refused"
    assert compound_share([]) is None


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"hola\tsaludar\nsin etiqueta\n", ":2: expected text<TAB>intent"),
        (b"hola\tsaludar\n\nhola\tno_existe\n", ":3: unknown intent 'no_existe'"),
        (b"\tsaludar\n", ":1: expected text<TAB>intent"),
        (b"\n\n", "no messages"),
        (b"\xff\xfe\tsaludar", "codec"),
    ],
)
def test_a_bad_file_names_its_line(tmp_path, content, complaint):
    path = tmp_path / "bad.tsv"
    path.write_bytes(content)
    with pytest.raises(EvaluationError, match=re.escape(complaint)):
        read_labelled(path, KNOWN)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("hola\tsaludar\n", ":1: expected text<TAB>intent1<TAB>intent2"),
        ("a\tsaludar\tfaq_que_es\nb\tnada\tsaludar\n", ":2: unknown intent 'nada'"),
        ("", "no messages"),
    ],
)
def test_a_bad_compound_file_names_its_line(tmp_path, content, complaint):
    path = tmp_path / "bad.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationError, match=re.escape(complaint)):
        read_compound(path, KNOWN)


def test_files_with_a_mark_at_the_beginning_and_tabs_in_the_text_are_read(tmp_path):
    path = tmp_path / "good.tsv"
    path.write_bytes("\ufeff¿qué es?\ty ya\tfaq_que_es\r\n".encode())
    assert read_labelled(path, KNOWN) == [Labelled("¿qué es?\ty ya", "faq_que_es")]
    path.write_text("¿qué es y mi factura?\tfaq_que_es\tfaq_factura\n", encoding="utf-8")
    assert read_compound(path, KNOWN) == [("¿qué es y mi factura?", "faq_que_es", "faq_factura")]


def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "model.tar.gz"
    path.write_text("no", encoding="utf-8")
    for bad in (path, tmp_path / "missing.tar.gz"):
        with pytest.raises(EvaluationError, match="not a trained model"):
            read_model(bad)
