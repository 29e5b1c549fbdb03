"""A gateway on each kind of database: import `ledger_url` and `gateway` (and what they need) in place of the conftest's gateway."""

from __future__ import annotations

import asyncio

import pytest

from bot.migrations import upgrade
from tests.gateway.conftest import Gateway, Start


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest) -> str | None:
    """An empty database on the server; None: the file that the gateways of the tests have anyway."""
    return request.getfixturevalue("postgres_url") if request.param == "postgresql" else None


@pytest.fixture
async def gateway(ledger_url: str | None, start: Start) -> Gateway:
    """In this order: a gateway ends before its database does."""
    if ledger_url is None:
        return await start()
    await asyncio.to_thread(upgrade, ledger_url, "ledger")
    return await start(database_url=ledger_url)
