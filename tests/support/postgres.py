"""PostgreSQL for tests, on a server of their own.

`postgres_url` is the SQLAlchemy URL of a new, empty database of one test; `postgres` is the server of the whole session.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.postgres import PostgresServer, find_binaries, start_server


@contextmanager
def own_server() -> Iterator[PostgresServer]:
    """A server for as long as the block runs; the test is skipped, naming the package, where none is installed."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server here: apt-get install -y postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        server = start_server(binaries, folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The session's server."""
    with own_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A new, empty database for one test."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)
