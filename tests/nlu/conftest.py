"""Warnings of Rasa and what it imports are not ours to mend; only the tests that load the trained model meet them."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name == "test_understanding_unseen.py":
            item.add_marker(pytest.mark.filterwarnings("ignore"))
