"""The peers' benchmark: what is sampled, how a peer is scored, what the table says."""

from __future__ import annotations

from benchmarks.nlu.material import read_material
from benchmarks.nlu.runner import PEERS, Run
from benchmarks.nlu.scores import peers_table, score
from bot.nlu.evaluation import Labelled


def a_run(name: str, milliseconds: float, answers: list, kept: str | None = None) -> Run:
    rows = [{"ranking": ranking, "milliseconds": milliseconds, "sureness": sureness} for ranking, sureness in answers]
    peer = next(peer for peer in PEERS if peer.name == name)
    return Run(peer, {"cpu_seconds": 10.0, "wall_seconds": 11.0, "peak_mb": 300}, {"peak_mb": 200, "answers": rows}, kept)


def test_a_peer_is_scored_by_its_own_sureness():
    messages = [Labelled("a", "faq_factura"), Labelled("b", "faq_que_es"), Labelled("c", "fuera_de_tema")]
    sure_of_all = [([["faq_factura", 0.9]], None), ([["saludar", 0.8]], None), ([["fuera_de_tema", 0.6], ["saludar", 0.4]], None)]
    found = score(a_run("svm", 4.0, sure_of_all), messages)
    assert (found["accuracy"], found["auroc"], found["ms_p50"]) == (0.5, 1.0, 4.0)
    with_own = [(ranking, own) for (ranking, _), own in zip(sure_of_all, (0.1, 0.2, 0.9), strict=True)]
    assert score(a_run("ours", 2.0, with_own), messages)["auroc"] == 0.0


def test_the_peers_table_tells_ratios_and_what_was_kept():
    messages = [Labelled("a", "faq_factura")]
    answers = [([["faq_factura", 0.9]], None)]
    scores = {
        "ours": score(a_run("ours", 2.0, answers), messages),
        "svm": score(a_run("svm", 4.0, answers, "2026-11-23 03:00 UTC"), messages),
    }
    ours, svm = peers_table(scores, {"ours": "ours", "svm": "SVM"}).splitlines()[2:]
    assert "2.00 |" in ours
    assert "SVM (training kept from 2026-11-23 03:00 UTC)" in svm
    assert "4.00 (×2)" in svm


def test_a_sample_takes_as_many_of_each_label_and_always_the_same(tmp_path):
    blocks = "".join(
        f"  - intent: {name}\n    examples: |\n" + "".join(f"      - {name} {n}\n" for n in range(9)) for name in ("saludar", "faq_que_es")
    )
    (tmp_path / "a.yml").write_text(f'version: "3.1"\nnlu:\n{blocks}', encoding="utf-8")
    (tmp_path / "test.tsv").write_text("Saludar 3\tsaludar\notra cosa\tsaludar\n", encoding="utf-8")
    whole, few, again = (read_material(tmp_path, [tmp_path / "test.tsv"], number) for number in (None, 4, 4))
    assert (len(whole.examples), whole.also_trained) == (18, 1)
    assert sorted(example.intent for example in few.examples) == ["faq_que_es"] * 4 + ["saludar"] * 4
    assert few.examples == again.examples
    assert few.training_digest != whole.training_digest
