"""Every setting is documented, and no document names one that does not exist."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest

from bot.commands import settings
from tests.docs.pages import PAGES, ROOT, code, name, text

VARIABLES = [variable for variable, _, _ in settings.rows()]


def test_the_page_is_current():
    assert text(ROOT / "docs" / "settings.md") == settings.markdown() + "\n", "python -m bot settings --markdown > docs/settings.md"


@pytest.mark.parametrize(("variable", "meaning"), [(variable, meaning) for variable, _, meaning in settings.rows()])
def test_a_setting_is_documented(variable, meaning):
    assert f"| `{variable}` |" in text(ROOT / "docs" / "settings.md")
    assert len(meaning.split()) > 1


@lru_cache(maxsize=1)
def constants() -> frozenset[str]:
    """Names in capitals of the code: a document may speak of those too."""
    files = [path for package in ("bot", "actions", "tests") for path in (ROOT / package).rglob("*.py")]
    return frozenset(found for path in files for found in re.findall(r"^([A-Z][A-Z0-9_]+)\b", text(path), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_setting_is_made_up(page):
    named = {piece.partition("=")[0] for piece in code(page) if re.fullmatch(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?:=.*)?", piece)}
    assert named - set(VARIABLES) - constants() == set()
