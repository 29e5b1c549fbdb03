"""`python -m tests.browser.conditions > docs/browsers.md`: the table of what is tried in which browser, written from the tests themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

from tests.browser.three import BROWSERS, test_core, test_wild
from tests.browser.wild import test_conditions
from tests.browser.wild.pages import HOSTS

HEAD = """# The chat in other people's pages, in three browsers

Written from the tests by `python -m tests.browser.conditions > docs/browsers.md`; a test keeps it true. Each ✓ is a test that `make test` runs, and
that fails when the chat is not answered there, or not as said. – means that it is not tried in that browser. Measured times and pictures are in
[embedding.md](embedding.md#8-where-it-was-tried).
"""
PAGES = """
## Pages of other people

{number} pages, each named for what it imitates. On each the chat is asked and answers, takes its clicks, is closed and opened again with the focus where it
belongs, and where the page has rules of its own it looks as on a plain page: colours, letters, spacing, place. In Chromium also buttons and a reload on each.
"""
CONDITIONS = """
## Conditions

{number} ways in which customers open the chat: odd and shared browsers, networks that fail, portals that move the element, small and enlarged screens.
"""
CORE = """
## The core

{number} tests, the same ones in each browser.
"""


def conditions(module: ModuleType) -> dict[str, set[str]]:
    """What the tests of a module try, in words, and in which browsers those of this module run."""
    return {words: browsers for name, test in inspect.getmembers(module, tests_of(module)) for words, browsers in named(name, test)}


def tests_of(module: ModuleType) -> object:
    """Whether something is a test that was written there."""
    return lambda thing: inspect.iscoroutinefunction(thing) and thing.__name__.startswith("test_") and thing.__module__ == module.__name__


def named(name: str, test: object) -> Iterator[tuple[str, set[str]]]:
    """Once for each of its cases, where it has any."""
    words, browsers, cases = name.removeprefix("test_").replace("_", " "), set(BROWSERS), [""]
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize" and mark.args[0] == "browser":
            browsers = set(mark.args[1])
        elif mark.name == "parametrize":
            cases = [f" {case}" for case in mark.kwargs.get("ids") or mark.args[1]]
    yield from ((words + case, browsers) for case in cases)


def rows(tried: dict[str, set[str]]) -> str:
    """One for each, in the order of the names."""
    cells = ((words, ["✓" if browser in browsers else "–" for browser in BROWSERS]) for words, browsers in sorted(tried.items()))
    head = "\n| | Chromium | Firefox | WebKit |\n|---|:-:|:-:|:-:|\n"
    return head + "".join(f"| {words} | {' | '.join(marks)} |\n" for words, marks in cells)


def markdown() -> str:
    """The whole page."""
    others = conditions(test_wild)
    everywhere = {"chromium"} | others.pop("it works on a")
    pages = dict.fromkeys(HOSTS, everywhere)
    core = conditions(test_core)
    tried = {words: {"chromium"} | others.pop(words, set()) | core.get(words, set()) for words in conditions(test_conditions)}
    if others:
        raise ValueError(f"not among the conditions of Chromium: {sorted(others)}")
    parts = ((PAGES, pages), (CONDITIONS, tried), (CORE, core))
    return HEAD + "".join(text.format(number=len(table)) + rows(table) for text, table in parts)


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201
