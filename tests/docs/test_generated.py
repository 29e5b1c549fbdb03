"""What is written from the code is current, and the tables that people write hold everything they are about."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from bot import __version__
from bot.accounts.demo import CUSTOMERS
from bot.commands import filemap
from tests.browser import conditions as browsers
from tests.docs.pages import ROOT, name, text

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
INTENTS = yaml.safe_load(text(ROOT / "domain.yml"))["intents"]


def test_the_file_map_is_current():
    assert text(ROOT / "docs" / "filemap.md") == filemap.markdown() + "\n", "python -m bot filemap > docs/filemap.md"


def test_the_table_of_browsers_is_current():
    assert text(ROOT / "docs" / "browsers.md") == browsers.markdown(), "python -m tests.browser.conditions > docs/browsers.md"


def test_the_newest_heading_of_the_changelog_is_the_version():
    newest = re.search(r"^## (\S+)", text(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert newest
    assert newest.group(1) == __version__


def test_the_version_stands_in_one_place():
    assert tomllib.loads(text(ROOT / "pyproject.toml"))["project"]["dynamic"] == ["version"]
    asked = subprocess.run([sys.executable, "-m", "bot", "--version"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert asked.stdout == f"{__version__}\n"


def test_a_module_without_a_purpose_is_refused(tmp_path, monkeypatch):
    silent = tmp_path / "silent.py"
    silent.write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(filemap, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=r"silent\.py does not say why it exists"):
        filemap.purpose(silent)


def test_the_readme_lists_the_demo_customers():
    rows = re.findall(r"^\| (C-\d+) \| ([^|]+) \|", text(ROOT / "README.md"), re.MULTILINE)
    assert rows == [(desk, who) for desk, (who, *_) in CUSTOMERS.items()]


@pytest.mark.parametrize("intent", INTENTS)
def test_an_intent_is_in_the_glossary(intent):
    assert f"| `{intent}` |" in text(ROOT / "docs" / "glossary.md")


def test_the_glossary_knows_no_other_intent():
    assert set(re.findall(r"^\| `(\w+)` \|", text(ROOT / "docs" / "glossary.md"), re.MULTILINE)) == set(INTENTS)


@pytest.mark.parametrize("page", DECISIONS, ids=name)
def test_a_decision_has_its_shape(page):
    written = text(page)
    assert re.match(rf"# {page.name[:4]} .+\n\n\d{{4}}-\d\d-\d\d\n\n## Context\n", written)
    assert re.findall(r"^## (.+)$", written, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_decisions_are_numbered_without_gaps():
    assert [page.name[:4] for page in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
