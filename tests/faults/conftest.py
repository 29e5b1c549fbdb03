from __future__ import annotations

from harness.postgres import postgres, postgres_url
from tests.gateway.conftest import databases, dialogue, gateway, migrated, quiet_logs, seeded, start, visitor

__all__ = ["databases", "dialogue", "gateway", "migrated", "postgres", "postgres_url", "quiet_logs", "seeded", "start", "visitor"]
