from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts import Guarded, SqlAccounts, own_engine
from bot.accounts.guard import ACCOUNTS_SECONDS
from bot.database import make_engine
from bot.migrations import upgrade
from tests.support.postgres import postgres, postgres_url

__all__ = ["postgres", "postgres_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    """An empty database of each kind, migrated."""
    address = f"sqlite+aiosqlite:///{tmp_path}/accounts.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    upgrade(address, "accounts")
    return address


@pytest.fixture
async def open_store(url) -> AsyncIterator[Callable[..., Guarded]]:
    """Opens guarded stores on the database and closes them at the end."""
    stores: list[Guarded] = []

    def opened(seconds: float = ACCOUNTS_SECONDS) -> Guarded:
        stores.append(Guarded(SqlAccounts(make_engine(url, command_seconds=seconds)), seconds))
        return stores[-1]

    yield opened
    for store in stores:
        await store.close()


@pytest.fixture
def store(open_store) -> Guarded:
    return open_store()


@pytest.fixture
def engine(store) -> AsyncEngine:
    return own_engine(store)
