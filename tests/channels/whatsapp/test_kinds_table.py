"""The tables of kinds and of error codes name tests that exist, and every code stands in the row of what it asks for."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from bot.channels.whatsapp.codes import RULES

HERE = Path(__file__).parent
TABLE = HERE.parents[2] / "docs" / "whatsapp-kinds.md"


def test_every_test_that_the_table_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", TABLE.read_text(encoding="utf-8")))
    assert len(named) > 60
    missing = [(file, test) for file, test in named if not re.search(rf"def {test}\(", (HERE / file).read_text(encoding="utf-8"))]
    assert missing == []


def test_every_code_stands_in_one_row_with_those_of_its_rule() -> None:
    section = TABLE.read_text(encoding="utf-8").partition("## Error codes")[2]
    rows = [_codes(line.split("|")[1].partition(";")[0]) for line in section.splitlines() if re.match(r"\| \d", line)]
    assert sorted(chain(*rows)) == sorted(RULES)
    assert [row for row in rows if len({RULES[code].do for code in row}) != 1] == []


def _codes(cell: str) -> list[int]:
    """Of 1, 200–202: 1, 200, 201, 202; what stands in brackets, or after ", and", is no code."""
    plain = re.sub(r"\(.*?\)", "", cell).partition(", and")[0]
    return [code for first, last in re.findall(r"(\d+)(?:–(\d+))?", plain) for code in range(int(first), int(last or first) + 1)]
