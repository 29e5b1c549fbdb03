"""The documents, and what they name."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY")), *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def name(page: Path) -> str:
    """For the ids of tests."""
    return page.relative_to(ROOT).as_posix()


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def links(page: Path) -> list[str]:
    """Targets of links and pictures that are not addresses on the web."""
    return [target for target in _LINK.findall(_FENCE.sub("", text(page))) if "://" not in target]


def code(page: Path) -> list[str]:
    """What stands between backticks within the text."""
    return _CODE.findall(_FENCE.sub("", text(page)))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    bare = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(_FENCE.sub("", text(page))))
    return {heading.replace(" ", "-") for heading in bare}
