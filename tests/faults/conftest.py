from __future__ import annotations

from tests.gateway.conftest import databases, dialogue, gateway, quiet_logs, seeded, start, visitor

__all__ = ["databases", "dialogue", "gateway", "quiet_logs", "seeded", "start", "visitor"]
