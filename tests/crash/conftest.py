from __future__ import annotations

import pytest

from tests.gateway.conftest import databases, dialogue, quiet_logs, seeded, start

__all__ = ["databases", "dialogue", "quiet_logs", "seeded", "start"]


@pytest.fixture(autouse=True)
def both(databases: None) -> None:
    """Each gateway finds its databases made: only the death is to take time."""
