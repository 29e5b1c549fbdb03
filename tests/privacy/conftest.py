from __future__ import annotations

from tests.conversations_ledger.conftest import desk, ledger, open_ledger, url

__all__ = ["desk", "ledger", "open_ledger", "url"]
