"""The table of OWASP ASVS leaves no requirement of level 1 and 2 out, counts right, and points at what is there."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223", "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22", "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23", "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
"""The level of each requirement of a section of ASVS 5.0.0, in order."""
STATES = ("met", "proxy", "part", "not", "n/a")
ROW = re.compile(r"^\| ([\d., ]+) \| ([12]) \| ([a-z/]+) \| ?(.*) ?\|$", re.MULTILINE)
ROWS = [(number, int(level), state) for numbers, level, state, _ in ROW.findall(PAGE) for number in numbers.split(", ")]


def test_every_requirement_of_level_1_and_2_stands_there_once_with_its_level() -> None:
    asked = [
        (f"{section}.{place}", int(level)) for section, levels in LEVELS.items() for place, level in enumerate(levels, 1) if level < "3"
    ]
    assert (len(LEVELS), sum(map(len, LEVELS.values())), len(asked)) == (80, 345, 253)
    assert [row[:2] for row in ROWS] == asked


def test_what_is_counted_is_so() -> None:
    for level in (1, 2):
        counted = Counter(state for _, each, state in ROWS if each == level)
        assert set(counted) <= set(STATES)
        told = re.search(rf"^\| {level} \| (.*) \|$", PAGE.partition("## What")[0], re.MULTILINE)
        assert told is not None
        assert [int(number) for number in told[1].split(" | ")] == [counted[state] for state in STATES]


def test_the_summary_by_chapter_is_of_the_same_rows() -> None:
    summary = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for chapter, title in re.findall(r"^## V(\d+) (.*)$", PAGE, re.MULTILINE):
        here = [(number, state) for number, _, state in ROWS if number.split(".")[0] == chapter]
        met, away = (sum(state == which for _, state in here) for which in ("met", "n/a"))
        between = [", ".join(number for number, state in here if state == which) or "–" for which in ("proxy", "part", "not")]
        assert f"| V{chapter} {title} | {met} | {' | '.join(between)} | {away} |" in summary


def test_what_is_not_met_says_why() -> None:
    assert [
        numbers for numbers, _, state, why in ROW.findall(PAGE) if state in {"part", "not", "proxy"} and len(why) < len("likewise")
    ] == []


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z][\w/.]*/[\w.]*)`", PAGE))))
def test_files_that_it_names_are_there(path: str) -> None:
    assert (ROOT / "bot" / path).exists() or (ROOT / path).exists()
