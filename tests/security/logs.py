"""What all processes would write, as in production, for the whole of a module that imports this."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import configure_logs


@pytest.fixture(scope="module", autouse=True)
def logs() -> Iterator[io.StringIO]:
    out, before = io.StringIO(), logging.getLogger().handlers[:]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", out)
        configure_logs("INFO")
        yield out
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = before
