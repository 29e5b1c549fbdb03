from __future__ import annotations

from tests.gateway.conftest import databases, dialogue, gateway, migrated, quiet_logs, seeded, start, visitor
from tests.support.postgres import postgres, postgres_url

__all__ = ["databases", "dialogue", "gateway", "migrated", "postgres", "postgres_url", "quiet_logs", "seeded", "start", "visitor"]
