from __future__ import annotations

from harness.postgres import postgres, postgres_url
from tests.gateway.conftest import databases, dialogue, migrated, quiet_logs, seeded, start

__all__ = ["databases", "dialogue", "migrated", "postgres", "postgres_url", "quiet_logs", "seeded", "start"]
