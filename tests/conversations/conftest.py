"""One house for all conversations, in which every test begins on Tuesday 24 November 2026 at 10:00 in Mexico City."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
import time_machine

from tests.conversations.runner import Talk, Talks
from tests.conversations.spanish import NOW

if TYPE_CHECKING:
    from tests.support.house import House

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rasa and what it imports warn in every one of their corners; those warnings are not ours to mend."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="package")
def clock() -> Iterator[time_machine.Coordinates]:
    """The clock of this whole process; ends with this folder, because other tests talk to processes that have another one."""
    with time_machine.travel(NOW, tick=True) as coordinates:
        yield coordinates


@pytest.fixture(scope="package")
def house(clock: time_machine.Coordinates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    from tests.support.house import House  # brings TensorFlow: only when a test of this folder runs

    house = House(tmp_path_factory.mktemp("house"), LOG_LEVEL="WARNING").start()
    yield house
    house.stop()


@pytest.fixture(autouse=True)
def ten_o_clock(clock: time_machine.Coordinates) -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    clock.move_to(NOW)
    yield
    structlog.configure(**before)


@pytest.fixture
def talks(house: House) -> Talks:
    """`talks.of("C-1009")`: a new conversation; None for a visitor."""
    return Talks(house)


@pytest.fixture
def visitor(talks: Talks) -> Talk:
    return talks.of(None)
