"""Every finding of bandit has a decision in docs/security.md, and every decision has its finding."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from bot.settings import ROOT

EVERYWHERE = "B101"


def decided() -> set[tuple[str, str]]:
    table = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").partition("## bandit")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| B")]
    return {(test, path.strip()) for row in rows for test in re.findall(r"B\d{3}", row[1]) for path in row[2].split(",")} - {
        (EVERYWHERE, "everywhere")
    }


def test_every_finding_is_decided(tmp_path) -> None:
    out = tmp_path / "bandit.json"
    command = [sys.executable, "-m", "bandit", "-r", "bot", "actions", "-q", "-f", "json", "-o", str(out)]
    subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    results = json.loads(out.read_text(encoding="utf-8"))["results"]
    assert [each for each in results if each["issue_severity"] == "HIGH"] == []
    found = {(each["test_id"], each["filename"].removeprefix("./")) for each in results if each["test_id"] != EVERYWHERE}
    assert found == decided()
