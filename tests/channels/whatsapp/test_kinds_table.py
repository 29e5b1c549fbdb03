"""The table of kinds names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE.parents[2] / "docs" / "whatsapp-kinds.md"


def test_every_test_that_the_table_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", TABLE.read_text(encoding="utf-8")))
    assert len(named) > 60
    missing = [(file, test) for file, test in named if not re.search(rf"def {test}\(", (HERE / file).read_text(encoding="utf-8"))]
    assert missing == []
