"""What a module logs, whatever other tests of the same process have configured."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import structlog


@contextmanager
def logged(module: ModuleType) -> Iterator[list[MutableMapping[str, Any]]]:
    """Its entries while it lasts. A logger that was used once keeps its processors, so the module gets another one."""
    before, its_own = structlog.get_config(), module.log
    structlog.reset_defaults()
    module.log = structlog.get_logger()
    try:
        with structlog.testing.capture_logs() as entries:
            yield entries
    finally:
        module.log = its_own
        structlog.configure(**before)
