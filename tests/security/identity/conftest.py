"""Attacks run against a whole gateway, or against a ledger on each kind of database."""

from __future__ import annotations

from tests.channels.whatsapp.meta import meta, start_meta
from tests.conversations_ledger.conftest import ledger, open_ledger, url
from tests.gateway.conftest import databases, dialogue, gateway, migrated, quiet_logs, seeded, start, visitor
from tests.support.postgres import postgres, postgres_url

__all__ = [
    "databases", "dialogue", "gateway", "ledger", "meta", "migrated", "open_ledger", "postgres", "postgres_url", "quiet_logs", "seeded", "start",
    "start_meta", "url", "visitor",
]  # fmt: skip
