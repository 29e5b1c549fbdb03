"""Attacks run against a whole gateway, or against a ledger on each kind of database."""

from __future__ import annotations

from tests.channels.whatsapp.meta import meta, start_meta
from tests.conversations_ledger.conftest import ledger, open_ledger, url
from tests.gateway.conftest import databases, dialogue, gateway, quiet_logs, seeded, start, visitor

__all__ = ["databases", "dialogue", "gateway", "ledger", "meta", "open_ledger", "quiet_logs", "seeded", "start", "start_meta", "url", "visitor"]  # fmt: skip
