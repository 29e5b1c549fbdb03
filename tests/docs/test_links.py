"""Whatever the documents point at is there: pages, pictures, headings, files, make targets, commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS
from tests.docs.pages import PAGES, ROOT, anchors, code, links, name, text

FOLDERS = ("bot/", "actions/", "data/", "tests/", "benchmarks/", "harness/", "docs/", "scripts/", "requirements/")
PICTURE_BYTES = 200_000
every_page = pytest.mark.parametrize("page", PAGES, ids=name)


@every_page
def test_links_lead_somewhere(page):
    assert [target for target in links(page) if not resolves(page, target)] == []


def resolves(page: Path, target: str) -> bool:
    file, _, anchor = target.partition("#")
    found = (page.parent / file).resolve() if file else page
    return found.is_relative_to(ROOT) and found.exists() and (not anchor or anchor in anchors(found))


def test_a_link_to_nothing_is_seen():
    readme = ROOT / "README.md"
    assert resolves(readme, "docs/architecture.md#when-something-fails")
    assert not resolves(readme, "docs/architecture.md#when-nothing-fails")
    assert not resolves(readme, "docs/nowhere.md")


@every_page
def test_files_that_are_named_exist(page):
    named = [piece for piece in code(page) if piece.startswith(FOLDERS) and not re.search(r"[<>*{…\s]", piece)]
    assert [piece for piece in named if not (ROOT / piece).exists()] == []


@every_page
def test_make_targets_exist(page):
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b(?=[`\s]*(?:`|\s+#|FILE|$))", text(page), re.MULTILINE)) - targets == set()


@every_page
def test_commands_exist(page):
    assert set(re.findall(r"python -m bot ([a-z]+(?:-[a-z]+)*)", text(page))) - set(COMMANDS) == set()


def test_every_command_is_registered_and_in_the_readme():
    written = {path.stem.replace("_", "-") for path in (ROOT / "bot" / "commands").glob("[!_]*.py")}
    assert written == set(COMMANDS)
    assert {command for command in COMMANDS if not re.search(rf"`{command}\b", text(ROOT / "README.md"))} == set()


def test_the_readme_names_every_make_target_a_person_needs():
    declared = re.search(r"^\.PHONY: (.+)$", text(ROOT / "Makefile"), re.MULTILINE)
    assert declared
    assert {target for target in declared[1].split() if f"make {target}" not in text(ROOT / "README.md")} <= {"setup"}


@every_page
def test_nothing_of_one_machine_or_registry(page):
    assert re.findall(r"(?<![\w.])/(?:work|home|root|Users|tmp)/|pypi\.org|files\.pythonhosted|registry\.npmjs|index-url", text(page)) == []


@pytest.mark.parametrize("picture", sorted((ROOT / "docs" / "images").iterdir()), ids=name)
def test_a_picture_is_small(picture):
    assert picture.stat().st_size < PICTURE_BYTES
