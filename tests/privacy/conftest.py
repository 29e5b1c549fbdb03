from __future__ import annotations

from tests.conversations_ledger.conftest import desk, ledger, open_ledger, postgres, postgres_url, url

__all__ = ["desk", "ledger", "open_ledger", "postgres", "postgres_url", "url"]
