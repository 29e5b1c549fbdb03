from collections.abc import AsyncIterator, Callable

import pytest

from bot.accounts import Guarded, SqlAccounts, own_database
from bot.accounts.guard import ACCOUNTS_SECONDS
from bot.database import Database, open_database
from tests.support.migrated import copied


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path, migrated) -> str:
    """An empty database of each kind, migrated."""
    if request.param == "sqlite":
        return copied(migrated / "accounts.db", tmp_path / "accounts.db")
    return request.getfixturevalue("from_template")("accounts")


@pytest.fixture
async def open_store(url) -> AsyncIterator[Callable[..., Guarded]]:
    """Opens guarded stores on the database and closes them at the end."""
    stores: list[Guarded] = []

    def opened(seconds: float = ACCOUNTS_SECONDS) -> Guarded:
        stores.append(Guarded(SqlAccounts(open_database(url, command_seconds=seconds)), seconds))
        return stores[-1]

    yield opened
    for store in stores:
        await store.close()


@pytest.fixture
def store(open_store) -> Guarded:
    """Patient: the machine of the tests may be busy."""
    return open_store(5 * ACCOUNTS_SECONDS)


@pytest.fixture
def database(store) -> Database:
    return own_database(store)
