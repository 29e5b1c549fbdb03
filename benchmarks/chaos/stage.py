"""Everything of a run that can be killed, on ports, databases and a folder of its own: migrated, seeded, started, ready."""

from __future__ import annotations

import asyncio
import functools
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import aiohttp
import asyncpg

from benchmarks.chaos import desks
from benchmarks.chaos.plan import Kind, Plan
from benchmarks.chaos.processes import Service, lasting_port
from bot import clock
from bot.database import DATABASE_ERRORS
from bot.dialogue.models import fitting_model, newest_model
from bot.migrations import upgrade
from bot.settings import ROOT, Settings, load_settings
from bot.supervisor.pulse import PROBE_SECONDS, http_probe
from harness import postgres

READY_SECONDS = 240.0
HOPELESS_STARTS = 4
SINCE_SEEDED = timedelta(minutes=1)

POSTGRES_OPTIONS = ("fsync=off", "synchronous_commit=on", "full_page_writes=on", "max_connections=200", "shared_buffers=64MB")
"""A commit is in the kernel's hands before it is acknowledged, which SIGKILL does not take away; only a power cut would need fsync."""


class Stage:
    """The services by kind; `settings` are those the processes run with, `more` are variables of a channel."""

    postgres_options: Sequence[str] = POSTGRES_OPTIONS
    cluster_folder = Path("/tmp")

    def __init__(self, plan: Plan, folder: Path, more: Mapping[str, str] | None = None) -> None:
        self.plan, self.folder, self._more = plan, folder, more or {}
        self.doors = [f"http://127.0.0.1:{lasting_port()}" for _ in range(plan.gateways)]
        self.services: list[Service] = []
        self._ready_urls: list[str] = []
        self._cluster: Path | None = None
        self._http: aiohttp.ClientSession | None = None
        self._model = fitting_model() or newest_model()

    async def build(self) -> None:
        """Databases, customers, processes; returns when all are ready."""
        databases = await asyncio.to_thread(self._start_cluster) if self.plan.database == "postgres" else self._files()
        self.environment = {**self._environment(*databases), **self._more}
        self.settings: Settings = load_settings(self.environment)
        await self._migrate(self.settings)
        self._http = aiohttp.ClientSession()
        await desks.seed(self.settings.accounts_database_url, self.plan.customers, clock.now() - SINCE_SEEDED)
        self._start_processes()
        await self._all_ready()

    def of_kind(self, kind: Kind) -> list[Service]:
        """The services of a kind."""
        return [service for service in self.services if service.kind == kind]

    async def close(self, *, keep: bool) -> None:
        """End everything, the public side first; the database server's log is kept with the others."""
        for service in reversed(self.services):
            await service.stop()
        if self._http is not None:
            await self._http.close()
        if self._cluster is not None:
            if keep and (self._cluster / "log").exists():
                shutil.copy(self._cluster / "log", self.folder / "postgres-first-start.log")
            shutil.rmtree(self._cluster, ignore_errors=True)

    def _files(self) -> tuple[str, str]:
        return f"sqlite:///{self.folder}/ledger.db", f"sqlite:///{self.folder}/accounts.db"

    def _start_cluster(self) -> tuple[str, str]:
        """A cluster made as the tests make theirs, then served with settings that keep what was committed."""
        binaries = postgres.find_binaries()
        if binaries is None:
            raise RuntimeError("no PostgreSQL server here: apt-get install -y postgresql")
        self._cluster = Path(tempfile.mkdtemp(prefix="pg-chaos-", dir=self.cluster_folder))
        server = postgres.start_server(binaries, self._cluster)
        names = [server.create_database() for _ in range(2)]
        server.stop()
        server.port = lasting_port()
        options = [part for option in self.postgres_options for part in ("-c", option)]
        where = ["-D", str(self._cluster / "data"), "-h", "127.0.0.1", "-p", str(server.port), "-k", str(self._cluster)]
        self.services.append(
            Service(
                "postgres",
                "postgres",
                [str(binaries / "postgres"), *where, *options],
                os.environ,
                self._cluster,
                self.folder / "postgres.log",
                account=postgres.unprivileged(),
                stop_signal=signal.SIGINT,
                probe=functools.partial(_database_answers, server.port, names[0]),
            )
        )
        return server.url(names[0]), server.url(names[1])

    def _environment(self, ledger: str, accounts: str) -> dict[str, str]:
        return {
            **os.environ,
            "DEMO": "0",
            "DATABASE_URL": ledger,
            "ACCOUNTS_DATABASE_URL": accounts,
            "DIALOGUE_URLS": _addresses(self.plan.dialogues),
            "ACTIONS_URL": _addresses(self.plan.actions_processes),
            "BIND_HOST": "127.0.0.1",
            "INTERNAL_SECRET": secrets.token_urlsafe(48),
            "SESSION_SECRET": secrets.token_urlsafe(48),
            "PORTAL_JWT_SECRET": secrets.token_urlsafe(48),
            "SMTP_URL": f"file://{self.folder}/outbox",
            "LOG_LEVEL": "INFO",
        }

    async def _migrate(self, settings: Settings) -> None:
        for service in self.services:
            service.start()
        started = time.monotonic()
        while not all([await service.probe() for service in self.services if service.probe]):
            if time.monotonic() - started > READY_SECONDS:
                raise RuntimeError(f"the database server is not ready after {READY_SECONDS:.0f} s; log in {self.folder}")
            await asyncio.sleep(0.2)
        await asyncio.to_thread(upgrade, settings.database_url, "ledger")
        await asyncio.to_thread(upgrade, settings.accounts_database_url, "accounts")

    def _start_processes(self) -> None:
        for number, url in enumerate(self.settings.actions_url, start=1):
            self._add(f"actions-{number}", "actions", "actions", url, "--port", url.rpartition(":")[2])
        for number, url in enumerate(self.settings.dialogue_urls, start=1):
            port = url.rpartition(":")[2]
            model = ("--model", str(self._model))
            self._add(f"dialogue-{number}", "dialogue", "bot.dialogue", url, "--port", port, *model)
        self._start_gateways()

    def _start_gateways(self) -> None:
        for number, door in enumerate(self.doors, start=1):
            self._add(f"gateway-{number}", "gateway", "bot.gateway", door, BIND_PORT=door.rpartition(":")[2])

    def _add(self, name: str, kind: Kind, module: str, url: str, *arguments: str, **environment: str) -> None:
        assert self._http is not None
        command = [sys.executable, "-m", module, *arguments]
        service = Service(name, kind, command, {**self.environment, **environment}, ROOT, self.folder / f"{name}.log")
        service.probe = http_probe(self._http, f"{url}/health/live")
        self.services.append(service)
        self._ready_urls.append(f"{url}/health/ready")
        service.start()

    async def _all_ready(self) -> None:
        started = time.monotonic()
        waiting = list(self._ready_urls)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
            while waiting:
                dying = [service for service in self.services if service.own_ends >= HOPELESS_STARTS]
                if dying or time.monotonic() - started > READY_SECONDS:
                    last_words = "".join(f"\n{service.log}:\n{service.last_words()}" for service in dying)
                    raise RuntimeError(f"not ready after {time.monotonic() - started:.0f} s: {waiting}; logs in {self.folder}{last_words}")
                if await _is_ready(http, waiting[0]):
                    waiting.pop(0)
                else:
                    await asyncio.sleep(0.2)


def _addresses(number: int) -> str:
    return ",".join(f"http://127.0.0.1:{lasting_port()}" for _ in range(number))


async def _database_answers(port: int, database: str) -> bool:
    """What whoever keeps a database server asks it."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            connection = await asyncpg.connect(host="127.0.0.1", port=port, user="postgres", database=database)
            try:
                return await connection.fetchval("SELECT 1") == 1
            finally:
                connection.terminate()
    except DATABASE_ERRORS:
        return False


async def _is_ready(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
