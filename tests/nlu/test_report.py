"""The report made of an evaluation: figures against bars, harmless text, plots, blocks in documents."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.evaluation import Labelled
from bot.nlu.noise import NOISES
from bot.nlu.normalise import normalise
from bot.nlu.readings import COMPLETE, Compound, ModelFacts, Reading, noisy
from bot.nlu.report import write_report
from bot.nlu.report_figures import BARS, Bar, Measured, all_figures, noise_losses
from bot.nlu.report_tables import MarkersMissing, interval, shown, write_between
from tests.nlu.test_evaluation import ALL, FAR_REFUSED, RIGHT, reading


@given(st.text(max_size=300))
def test_shown_text_is_one_line_without_markup(text):
    cell = shown(text)
    assert not re.search(r"[\n\r|<>`*_\[\]\\#~@/]", re.sub(r"&#\d+;", "", cell))
    assert "www." not in cell.lower()
    assert not cell.isspace()


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "![x](http://a/b.png)", "| a | b |", "**ya** _no_ `x`", "a & b &lt;"])
def test_shown_text_reads_as_it_was_written(text):
    assert html.unescape(shown(text)) == text


def test_intervals_are_wide_for_few_messages():
    assert interval(1.0, 10) == "72.2-100.0"
    assert interval(0.5, 1000) == "46.9-53.1"
    assert interval(None, 0) == "–"


def test_bars_are_met_or_not():
    least, most = Bar("a", "", 0.95, True), Bar("b", "", 0.03, False)
    assert [least.met(0.95), least.met(0.9499), least.met(None)] == ["yes", "**no**", "–"]
    assert [most.met(0.03), most.met(0.031)] == ["yes", "**no**"]
    assert all(bar.key in all_figures(ALL) for bar in BARS)


def test_only_the_block_between_the_markers_is_replaced(tmp_path):
    path = tmp_path / "doc.md"
    path.write_text("a\n<!-- figures -->\nold\n<!-- /figures -->\nb <!-- peers --><!-- /peers -->\n", encoding="utf-8")
    for _ in range(2):
        write_between(path, "figures", "new")
    assert path.read_text(encoding="utf-8") == "a\n<!-- figures -->\nnew\n<!-- /figures -->\nb <!-- peers --><!-- /peers -->\n"
    with pytest.raises(MarkersMissing, match="no <!-- other -->"):
        write_between(path, "other", "x")


def measured(readings: list[Reading], **more) -> Measured:
    return Measured(["a_b.tsv"], ModelFacts("m.tar.gz", "2026-11-23T03:15", 100, 6, 0.7), readings, frozenset({"hola"}), normalise, **more)


def test_noise_loss_is_the_fall_in_points():
    noise = {"errors": [[*ALL[1:], reading("faq_que_es", "saludar")], ALL], "marks": [ALL]}
    losses = noise_losses(measured(ALL, noise=noise))
    assert losses["marks"] == {"accuracy": 0.0, "answered_right": 0.0, "answered_wrong": 0.0}
    assert losses["errors"]["accuracy"] == pytest.approx(1 / 12, abs=1e-3)
    assert losses["errors"]["answered_wrong"] == pytest.approx(0.05)


def test_noise_is_made_of_every_message():
    assert [row.text for row in noisy([Labelled("¿Qué es?", "faq_que_es")], NOISES["marks"], 1)] == ["Que es"]


def test_the_report_holds_figures_plots_and_harmless_messages(tmp_path):
    hostile = reading("faq_que_es", "saludar", text="<img src=x onerror=alert(1)> | [clic](http://malo)")
    compound = [Compound("<b>y</b>", ("faq_factura", "faq_que_es"), [("answered", "faq_que_es", [])])]
    found = measured([*ALL, hostile], noise={kind: [ALL] for kind in NOISES}, compound=compound, compound_file="two.tsv")
    index = write_report(tmp_path / "report", found)
    text = index.read_text(encoding="utf-8")
    for expected in (
        "`m.tar.gz`",
        "on 100 examples",
        "`a_b.tsv`",
        "95 % interval",
        "one typing error",
        COMPLETE,
        "answered saludar",
        "10 of the messages",
    ):
        assert expected in text
    assert not re.search(r"<img|<b>|\]\(http", text)
    names = {path.name for path in index.parent.glob("*.png")}
    assert names == {"reliability.png", "risk_coverage.png", "recall.png", "confusions.png"}
    assert set(re.findall(r"\]\((\w+\.png)\)", text)) == names


def test_a_report_without_mistakes_has_no_confusions(tmp_path):
    write_report(tmp_path, measured(ALL))
    text = write_report(tmp_path, measured([RIGHT, FAR_REFUSED])).read_text(encoding="utf-8")
    assert "No label was mistaken" in text
    assert not (tmp_path / "confusions.png").exists()
