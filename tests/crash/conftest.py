from __future__ import annotations

from tests.gateway.conftest import databases, dialogue, migrated, quiet_logs, seeded, start
from tests.support.postgres import postgres, postgres_url

__all__ = ["databases", "dialogue", "migrated", "postgres", "postgres_url", "quiet_logs", "seeded", "start"]
