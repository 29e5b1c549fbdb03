"""How long Meta waits for the acknowledgement of a webhook with 1,000 updates: `python -m benchmarks.whatsapp_batch`.

The real gateway over HTTP, signed bytes, on SQLite and on PostgreSQL. No turns run meanwhile: what is measured is checking, reading, looking
people up and storing. Batches of people who write for the first time, of people who are known, of few who write much, and of statuses.
"""

from __future__ import annotations

import asyncio
import cProfile
import itertools
import json
import pstats
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.accounts import demo
from bot.channels.base import DISPATCHER
from bot.channels.whatsapp import webhook
from bot.channels.whatsapp.signature import HEADER, sign
from bot.database import open_database
from bot.gateway.app import create_app
from bot.logs import configure_logs
from bot.migrations import upgrade
from bot.resources import Resources
from bot.settings import Secret, Settings, load_settings
from harness.ports import free_port
from harness.postgres import find_binaries, start_server

NUMBER, SECRET = "106000000000001", "app-secret"
UPDATES = 1000
TIMES = 15
BAR_MS = 250
Make = Callable[[int], dict[str, Any]]

_ids = itertools.count()


def message(person: int) -> dict[str, Any]:
    stamp = str(int(datetime.now(tz=UTC).timestamp()))
    words = {"body": f"¿Cuándo vence mi servidor? {person}"}
    return {
        "from": f"52155{person:08}",
        "from_user_id": f"MX.{person:020}",
        "id": f"wamid.{next(_ids):060}",
        "timestamp": stamp,
        "type": "text",
        "text": words,
    }


def contact(person: int) -> dict[str, Any]:
    return {"profile": {"name": f"Ana {person}"}, "wa_id": f"52155{person:08}", "user_id": f"MX.{person:020}"}


def body(*, people: Callable[[int], int] | None) -> bytes:
    """A batch: messages of `people(n)`, or statuses where there are none."""
    value: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER}}
    if people is None:
        pricing = {"billable": True, "category": "service"}
        sent = {"status": "delivered", "timestamp": str(int(time.time())), "recipient_id": "5215500001234", "pricing": pricing}
        value["statuses"] = [{"id": f"wamid.{next(_ids):060}", **sent} for _ in range(UPDATES)]
    else:
        writers = [people(n) for n in range(UPDATES)]
        value["messages"] = [message(person) for person in writers]
        value["contacts"] = [contact(person) for person in sorted(set(writers))]
    changes = [{"field": "messages", "value": value}]
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}).encode()


async def _no_statuses(_resources: Resources, _statuses: Any) -> None:
    return None


@asynccontextmanager
async def gateway(settings: Settings) -> AsyncIterator[str]:
    """A gateway that stores and does not answer; the webhook's address."""
    app = create_app(settings)
    if all(resource.canonical != webhook.PATH for resource in app.router.resources()):
        app.router.add_routes(webhook.routes(lambda *_: None, _no_statuses))
    runner = web.AppRunner(app)
    await runner.setup()
    await app[DISPATCHER].worker.stop()
    await web.TCPSite(runner, "127.0.0.1", settings.bind_port).start()
    yield f"http://127.0.0.1:{settings.bind_port}{webhook.PATH}"
    await runner.cleanup()


@dataclass(frozen=True)
class Took:
    """Milliseconds until the 200, and of the processor's time (sending included)."""

    wall: float
    cpu: float


async def acknowledged(http: aiohttp.ClientSession, url: str, raw: bytes) -> Took:
    started, worked = time.perf_counter(), time.process_time()
    async with http.post(url, data=raw, headers={HEADER: f"sha256={sign(SECRET, raw)}"}) as response:
        assert response.status == 200, response.status
        await response.read()
    return Took((time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000)


async def measure(settings: Settings, profile: str | None) -> dict[str, list[Took]]:
    """Milliseconds of each batch, by its kind."""
    fresh = itertools.count(10_000)
    kinds: dict[str, Callable[[], bytes]] = {
        "1,000 new people": lambda: body(people=lambda _: next(fresh)),
        "1,000 known people": lambda: body(people=lambda n: n),
        "10 people, 100 messages each": lambda: body(people=lambda n: n % 10),
        "1,000 statuses": lambda: body(people=None),
    }
    found: dict[str, list[Took]] = {}
    async with gateway(settings) as url, aiohttp.ClientSession() as http:
        await acknowledged(http, url, kinds["1,000 known people"]())
        for name, make in kinds.items():
            profiler = cProfile.Profile() if profile == name else None
            raws = [make() for _ in range(TIMES)]
            if profiler:
                profiler.enable()
            found[name] = [await acknowledged(http, url, raw) for raw in raws]
            if profiler:
                profiler.disable()
                pstats.Stats(profiler).sort_stats("tottime").print_stats(45)
    return found


def settings_for(folder: Path, ledger: str, accounts: str) -> Settings:
    secrets = dict.fromkeys(("INTERNAL_SECRET", "SESSION_SECRET", "PORTAL_JWT_SECRET"), "benchmark-secret-of-32-characters")
    environ = {
        **secrets,
        "DATABASE_URL": ledger,
        "ACCOUNTS_DATABASE_URL": accounts,
        "SMTP_URL": f"file://{folder}/outbox",
        "LOG_LEVEL": "ERROR",
    }
    found = load_settings({**environ, "BIND_PORT": str(free_port())})
    word = Secret("palabra")
    ours = {"whatsapp_phone_number_id": (NUMBER,), "whatsapp_access_token": word, "whatsapp_app_secret": Secret(SECRET)}
    return replace(found, **ours, whatsapp_verify_token=word, whatsapp_api_base="http://127.0.0.1:9")


async def run(folder: Path, ledger: str, accounts: str, profile: str | None) -> dict[str, list[Took]]:
    async with open_database(accounts) as database:
        await demo.seed(database, datetime.now(tz=UTC))
    return await measure(settings_for(folder, ledger, accounts), profile)


def on(folder: Path, ledger: str, accounts: str, profile: str | None) -> dict[str, list[Took]]:
    upgrade(ledger, "ledger")
    upgrade(accounts, "accounts")
    return asyncio.run(run(folder, ledger, accounts, profile))


def report(database: str, found: dict[str, list[Took]]) -> bool:
    for name, times in found.items():
        p50, cpu = statistics.median(each.wall for each in times), statistics.median(each.cpu for each in times)
        said = "good" if p50 <= BAR_MS else "ABOVE THE BAR"
        print(
            f"{database:<12}{name:<32}p50 {p50:6.0f} ms   max {max(each.wall for each in times):6.0f} ms   processor {cpu:5.0f} ms   {said}"
        )
    return all(statistics.median(each.wall for each in times) <= BAR_MS for times in found.values())


def main() -> int:
    """Print the table; 1 when a bar is missed. An argument names the kind of batch to profile on SQLite."""
    configure_logs("ERROR")
    profile = sys.argv[1] if sys.argv[1:] else None
    folder, cluster = (
        Path(tempfile.mkdtemp(prefix="whatsapp-batch-", dir="/tmp")) for _ in range(2)
    )  # the second becomes the server's own
    try:
        good = report("sqlite", on(folder, f"sqlite:///{folder}/ledger.db", f"sqlite:///{folder}/accounts.db", profile))
        binaries = find_binaries()
        if binaries is None:
            print("no PostgreSQL server here: apt-get install -y postgresql")
            return 1
        server = start_server(binaries, cluster)
        try:
            names = [server.url(server.create_database()) for _ in range(2)]
            return 0 if report("postgresql", on(folder, *names, None)) and good else 1
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(cluster, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
