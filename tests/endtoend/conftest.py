"""The real processes, started as `make run` starts them, on free ports and databases of their own."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from harness.up import Up
from tests.browser.conftest import browser, new_context  # noqa: F401 - fixtures


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser is made in the session's event loop, so its tests run there."""
    for item in items:
        if "tests/endtoend/" in item.path.as_posix() and inspect.iscoroutinefunction(getattr(item, "function", None)):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Everything, as a user starts it."""
    running = Up(tmp_path_factory.mktemp("up")).start()
    try:
        yield running.wait_ready()
    finally:
        running.stop()
