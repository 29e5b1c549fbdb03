"""What examples ask: labels beside examples that are really there."""

from __future__ import annotations

import pytest

from bot.nlu.asked import BadLabel, read_asked
from bot.nlu.data import read_examples
from bot.nlu.normalise import normalise


def test_nearly_every_label_belongs_to_an_example():
    there = {(example.intent, normalise(example.text)) for example in read_examples()}
    labelled = set(read_asked())
    assert len(labelled) > 6000
    assert len(labelled - there) < 0.02 * len(labelled), sorted(labelled - there)[:5]


@pytest.mark.parametrize("line", ["faq_que_es\tgeneral\tqué es", "faq_que_es\tnonsense\t-\tqué es", "faq_que_es\tgeneral\tfly\tqué es"])
def test_a_line_that_is_none_is_named(tmp_path, line):
    file = tmp_path / "examples.tsv"
    file.write_text(f"# comment\nfaq_que_es\tgeneral\t-\tqué es\n{line}\n", encoding="utf-8")
    with pytest.raises(BadLabel, match=r"examples\.tsv:3"):
        read_asked(file)
