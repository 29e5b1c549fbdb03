"""Attacks run against a whole gateway on a ledger of its own."""

from __future__ import annotations

from tests.gateway.conftest import databases, dialogue, gateway, migrated, quiet_logs, seeded, start, visitor

__all__ = ["databases", "dialogue", "gateway", "migrated", "quiet_logs", "seeded", "start", "visitor"]
