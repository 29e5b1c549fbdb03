"""Attacks run against a whole gateway on a ledger of its own."""

from __future__ import annotations

from tests.channels.whatsapp.meta import meta, start_meta
from tests.gateway.conftest import databases, dialogue, gateway, migrated, quiet_logs, seeded, start, visitor

__all__ = ["databases", "dialogue", "gateway", "meta", "migrated", "quiet_logs", "seeded", "start", "start_meta", "visitor"]
