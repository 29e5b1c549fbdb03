"""Models and migrations agree, and any number of processes may bring a database up together."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.schema import CheckConstraint

from bot.accounts import Guarded, SqlAccounts
from bot.accounts.models import Base
from bot.database import open_database
from bot.migrations import HERE, _config, _run, differences, upgrade


def test_models_and_migrations_agree(url):
    assert differences(url, "accounts") == []


async def _checks(url: str) -> dict[str, set[str]]:
    async with open_database(url) as database:
        return await database.read(
            lambda seen: {table: {check["name"] for check in inspect(seen).get_check_constraints(table)} for table in Base.metadata.tables}
        )


async def test_every_check_of_the_models_is_in_the_database(url):
    declared = {
        name: {check.name for check in table.constraints if isinstance(check, CheckConstraint)}
        for name, table in Base.metadata.tables.items()
    }
    found = await _checks(url)
    assert {name: {str(check) for check in checks} for name, checks in declared.items()} == found


def test_every_check_holds_the_same_words_in_the_migrations():
    """The states inside the CHECKs come from the port; a new state there needs a migration."""
    source = "".join(path.read_text() for path in (HERE / "accounts" / "versions").glob("*.py"))
    for table in Base.metadata.tables.values():
        for check in table.constraints:
            if isinstance(check, CheckConstraint):
                assert str(check.sqltext) in source, check.name


def test_upgrading_twice_changes_nothing(url):
    upgrade(url, "accounts")
    assert differences(url, "accounts") == []


FILLED = [
    ("A", "  Compras@Uno.example", ["+52 1 55 1000 1001", "55 1000 1001"]),
    ("B", "sin correo", ["5510001001", "no tengo", None]),
    ("C", "c@tres.example", None),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def first_url(request, tmp_path) -> str:
    """A database of each kind whose schema is the first one, with desks in it."""
    address = f"sqlite:///{tmp_path}/first.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    _run(address, "accounts", lambda connection: command.upgrade(_config("accounts", connection), "accounts_0001"))
    desk = sa.table("desk", *(sa.column(name) for name in ("id", "name", "email")), sa.column("phones", sa.JSON))
    rows = [{"id": key, "name": "X", "email": email, "phones": phones} for key, email, phones in FILLED]
    _run(address, "accounts", lambda connection: connection.execute(sa.insert(desk), rows))
    return address


async def test_desks_of_the_first_schema_are_found_after_the_upgrade(first_url):
    upgrade(first_url, "accounts")
    assert differences(first_url, "accounts") == []
    store = Guarded(SqlAccounts(open_database(first_url)))
    assert await store.desks_by_phone("+5215510001001") == ("A", "B")
    assert await store.desks_by_mail("compras@uno.example") == ("A",)
    assert await store.desks_by_mail("c@tres.example") == ("C",)
    await store.close()


async def test_upgrading_inside_a_running_loop(url):
    upgrade(url, "accounts")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_many_processes_may_start_together(kind, request, tmp_path):
    url = f"sqlite:///{tmp_path}/new/folder/accounts.db" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as processes:
        for started in [processes.submit(upgrade, url, "accounts") for _ in range(4)]:
            started.result(timeout=120)
    assert differences(url, "accounts") == []


async def test_tables_of_others_in_the_same_database_are_left_alone(url):
    async with open_database(url) as database:
        await database.write(lambda connection: connection.execute(text("CREATE TABLE conversation (id INTEGER PRIMARY KEY)")))
    upgrade(url, "accounts")
    assert differences(url, "accounts") == []


@pytest.mark.parametrize("address", ["sqlite://", "mysql+aiomysql://localhost/x", "postgresql://localhost/x"])
def test_an_unsupported_address_is_refused(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError):
        upgrade(address, "accounts")


def test_an_unknown_branch_is_refused(tmp_path):
    with pytest.raises(ValueError):
        upgrade(f"sqlite:///{tmp_path}/x.db", "else")
