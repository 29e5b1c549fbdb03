from __future__ import annotations

import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp.test_utils import TestServer

from bot.accounts import demo
from bot.database import open_database
from bot.gateway.app import create_app
from bot.settings import Settings, load_settings
from bot.timings import Timings
from harness.dialogue import SECRET, StandIn
from tests.gateway.client import Visitor
from tests.support.migrated import copied

FAST = Timings(
    poll_seconds=0.02,
    keep_alive_seconds=0.05,
    turn_seconds=10.0,
    connect_seconds=5.0,
    drain_seconds=1.0,
    renew_seconds=5.0,
    back_off_first=timedelta(milliseconds=20),
    back_off_most=timedelta(milliseconds=80),
)


@pytest.fixture(autouse=True)
def quiet_logs():
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.reset_defaults()


class Clock:
    """The clock of the gateway under test: it runs, and can be moved."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(tz=UTC) + self.ahead

    def forward(self, **parts: float) -> None:
        self.ahead += timedelta(**parts)


class Gateway:
    """A running gateway on a free port, with what tests look into."""

    def __init__(self, settings: Settings, server: TestServer, dialogue: StandIn, clock: Clock) -> None:
        self.settings, self.server, self.dialogue, self.clock = settings, server, dialogue, clock

    @property
    def app(self):
        return self.server.app

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))


Start = Callable[..., Awaitable[Gateway]]


@pytest.fixture
async def dialogue() -> AsyncIterator[StandIn]:
    standin = StandIn()
    await standin.start()
    yield standin
    standin.release.set()
    await standin.stop()


def settings_for(folder: Path, dialogue: StandIn, **changes: Any) -> Settings:
    environ = {
        "DATABASE_URL": f"sqlite:///{folder}/ledger.db",
        "ACCOUNTS_DATABASE_URL": f"sqlite:///{folder}/accounts.db",
        "DIALOGUE_URLS": dialogue.url,
        "ACTIONS_URL": dialogue.url,
        "INTERNAL_SECRET": SECRET,
        "SESSION_SECRET": "session-secret-of-the-tests-0000001",
        "PORTAL_JWT_SECRET": "portal-secret-of-the-tests-00000001",
        "RATE_MESSAGES_PER_MINUTE": "10000",
        "RATE_VISITORS_PER_MINUTE": "10000",
        "RATE_SESSIONS_PER_MINUTE": "10000",
        "SMTP_URL": f"file://{folder}/outbox",
        "ALLOWED_ORIGINS": "https://portal.example",
        "DEMO": "1",
    }
    return replace(load_settings(environ), **changes)


@pytest.fixture
def databases(tmp_path: Path, migrated: Path) -> None:
    for name in ("ledger.db", "accounts.db"):
        copied(migrated / name, tmp_path / name)


@pytest.fixture
async def start(tmp_path: Path, dialogue: StandIn, databases: None) -> AsyncIterator[Start]:
    """Starts gateways on one ledger: `await start(timings=…, settings changes…)`; on a free port, where none is given."""
    running: list[TestServer] = []

    async def begin(
        *, timings: Timings = FAST, clock: Clock | None = None, accounts: Any = None, port: int | None = None, **changes: Any
    ) -> Gateway:
        settings = settings_for(tmp_path, dialogue, **changes)
        clock = clock or Clock()
        app = create_app(settings, timings=timings, accounts=accounts, now=clock, jitter=random.Random(7).random)
        server = TestServer(app, host="127.0.0.1", port=port)
        await server.start_server()
        running.append(server)
        return Gateway(settings, server, dialogue, clock)

    yield begin
    for server in running:
        await server.close()


@pytest.fixture
async def gateway(start: Start) -> Gateway:
    return await start()


@pytest.fixture
async def seeded(tmp_path: Path, databases: None) -> None:
    """The demo customers in the live state."""
    async with open_database(f"sqlite:///{tmp_path}/accounts.db") as database:
        await demo.seed(database, datetime.now(tz=UTC))


@pytest.fixture
async def visitor(gateway: Gateway) -> AsyncIterator[Visitor]:
    async with Visitor(gateway.url("/")) as someone:
        await someone.open()
        yield someone
