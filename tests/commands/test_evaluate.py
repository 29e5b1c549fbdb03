"""`python -m bot evaluate` as it is called: what it prints where, what it writes, and how it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT

MESSAGES = "¿qué es el servidor virtual?\tfaq_que_es\nhola\tsaludar\n¿quién ganó el partido?\tfuera_de_tema\n¿cómo instalo mi impresora?\ttema_no_cubierto\n"
TWO = "¿Cuándo vence mi servidor? ¿Y cómo puedo pagarlo?\tconsultar_suscripcion\tfaq_formas_pago\n"
FIGURES = {"messages", "accuracy", "macro_f1", "top3", "answered_right", "asked_with_right_choice", "asked", "refused_in_scope"} | {
    "answered_wrong", "ece", "refused_far", "near_not_answered", "ms_p50",
}  # fmt: skip


def evaluate(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "evaluate", *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False
    )


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("hola\tsaludar\nsin tabulador\n", "bad.tsv:2: expected text<TAB>intent"),
        ("hola\tsaludarr\n", "bad.tsv:1: unknown intent 'saludarr'"),
        ("", "bad.tsv: no messages"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path, content, complaint):
    good, bad = write(tmp_path / "good.tsv", MESSAGES), write(tmp_path / "bad.tsv", content)
    done = evaluate(good, bad, "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_files_and_models_are_refused(tmp_path):
    good = write(tmp_path / "good.tsv", MESSAGES)
    for words in ((tmp_path / "none.tsv",), (good, "--compound", tmp_path / "none.tsv"), (good, "--model", good), (good, "--doc", good)):
        done = evaluate(*words, "--json")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("evaluate: ")


def test_json_is_alone_on_standard_output(tmp_path):
    done = evaluate(write(tmp_path / "a.tsv", MESSAGES), "--json")
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) == FIGURES


def test_a_report_of_two_files_and_compound_questions(tmp_path):
    one, other = write(tmp_path / "a.tsv", MESSAGES), write(tmp_path / "b.tsv", "gracias\tagradecer\n")
    doc = write(tmp_path / "doc.md", "before\n<!-- figures -->\n<!-- /figures -->\nafter\n")
    out = tmp_path / "report"
    done = evaluate(one, other, "--compound", write(tmp_path / "two.tsv", TWO), "--report", "--out", out, "--doc", doc)
    assert done.returncode == 0, done.stderr
    *told, last = done.stdout.splitlines()
    result = json.loads(last)
    assert set(result) == FIGURES | {"compound_messages", "compound_in_order", "noise_loss"}
    assert (result["messages"], result["compound_messages"]) == (5, 1)
    assert set(result["noise_loss"]) == {"marks", "errors", "shorthand"}
    assert any(line.startswith("one typing error") for line in told)
    index = (out / "index.md").read_text(encoding="utf-8")
    assert "`a.tsv`, `b.tsv`" in index
    assert {path.name for path in out.iterdir()} >= {"index.md", "reliability.png", "risk_coverage.png", "recall.png"}
    text = doc.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert "in-scope accuracy" in text
    assert text.endswith("after\n")
