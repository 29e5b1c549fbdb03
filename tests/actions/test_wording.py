"""Words of a message by which facts of one question are told apart."""

from __future__ import annotations

import re

from actions.wording import first_that_fits, plain


def test_accents_case_and_short_forms_make_no_difference():
    assert plain("  ¿Q PASÓ   con él, y k más?") == "¿que paso con el, y que mas?"
    assert plain("kilo q1") == "kilo q1"


def test_the_first_pattern_counts():
    patterns = {"data": re.compile(r"que datos"), "hours": re.compile(r"hora")}
    assert first_that_fits("A qué hora, y Q DATOS", patterns) == "data"
    assert first_that_fits("¿a qué hora?", patterns) == "hours"
    assert first_that_fits("gracias", patterns) is None
