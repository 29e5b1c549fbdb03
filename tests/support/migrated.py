"""Databases that were migrated once and are copied since: a migration takes longer than most tests that need its tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.postgres import PostgresServer

if TYPE_CHECKING:
    from bot.migrations import Branch


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `ledger.db` and `accounts.db`, migrated and empty."""
    from bot.migrations import upgrade  # brings Alembic: only where a test needs a database

    folder = tmp_path_factory.mktemp("migrated")
    upgrade(f"sqlite:///{folder}/ledger.db", "ledger")
    upgrade(f"sqlite:///{folder}/accounts.db", "accounts")
    return folder


def copied(source: Path, target: Path) -> str:
    """The URL of a copy of a SQLite database."""
    with sqlite3.connect(source) as there, sqlite3.connect(target) as here:
        there.backup(here)
    there.close()
    here.close()
    return f"sqlite:///{target}"


@pytest.fixture(scope="session")
def template(postgres: PostgresServer) -> Callable[[Branch], str]:
    """The name of a PostgreSQL database with the tables of a branch, for others to be made from."""

    from bot.migrations import upgrade

    @cache
    def of(branch: Branch) -> str:
        name = postgres.create_database()
        upgrade(postgres.url(name), branch)
        return name

    return of


@pytest.fixture
def from_template(postgres: PostgresServer, template: Callable[[Branch], str]) -> Iterator[Callable[[Branch], str]]:
    """Makes a PostgreSQL database with the tables of a branch, for one test; its URL."""
    made: list[str] = []

    def make(branch: Branch) -> str:
        made.append(postgres.create_database(template(branch)))
        return postgres.url(made[-1])

    yield make
    for name in made:
        postgres.drop_database(name)
