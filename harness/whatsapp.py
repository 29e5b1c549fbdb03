"""WhatsApp on a stage: the whole assistant as a user starts it, or a gateway alone whose dialogue is a fast stand-in; Meta's stand-in lives in this process."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import aiohttp

from bot.accounts import demo
from bot.accounts.story import phone_of
from bot.database import open_database
from bot.fake_whatsapp.app import serving
from bot.fake_whatsapp.demo import NUMBER_ID
from bot.fake_whatsapp.fake import Business, FakeGraph
from bot.fake_whatsapp.people import Person, with_phone
from bot.migrations import upgrade
from bot.settings import ROOT
from harness import postgres
from harness.dialogue import SECRET
from harness.ports import free_port
from harness.up import Up

BUSINESS = Business("token-of-the-harness", "app-secret-of-the-harness", "verify-token-of-the-harness")
START_SECONDS = 120.0
ROOM = "shared_buffers=512MB"
"""What a server with a large ledger is given at the least; the harness's own 32 MB are for tests."""
STOP_SECONDS = 20.0
LIMITLESS = dict.fromkeys(
    ("RATE_MESSAGES_PER_MINUTE", "RATE_VISITORS_PER_MINUTE", "RATE_SESSIONS_PER_MINUTE", "RATE_QUEUE_MOST"), "1000000"
)


@dataclass
class Stage:
    """A running assistant at `url` and its Meta; `ledger` is the address of its ledger, `customers` the demo's twelve by desk."""

    fake: FakeGraph
    customers: dict[str, Person]
    ledger: str
    url: str


def variables(meta: str) -> dict[str, str]:
    """The settings by which a gateway takes the stand-in at this address for Meta."""
    return {
        "WHATSAPP_PHONE_NUMBER_ID": NUMBER_ID,
        "WHATSAPP_ACCESS_TOKEN": BUSINESS.access_token,
        "WHATSAPP_APP_SECRET": BUSINESS.app_secret,
        "WHATSAPP_VERIFY_TOKEN": BUSINESS.verify_token,
        "WHATSAPP_API_BASE": meta,
    }


def _customers(fake: FakeGraph) -> dict[str, Person]:
    return {desk: fake.people.add(with_phone(phone_of(int(desk.removeprefix("C-"))), name)) for desk, (name, *_) in demo.CUSTOMERS.items()}


@asynccontextmanager
async def whole() -> AsyncIterator[Stage]:
    """`python -m bot up` with the demo customers. Raises StartFailed."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="whatsapp-")))
        fake = FakeGraph(BUSINESS)
        meta = await stack.enter_async_context(serving(fake))
        up = Up(folder, **variables(meta), **LIMITLESS)
        fake.hooks.url = f"{up.url}/whatsapp/webhook"
        up.start()
        stack.callback(up.stop)
        await asyncio.to_thread(up.wait_ready)
        yield Stage(fake, _customers(fake), up.environment["DATABASE_URL"], up.url)


@asynccontextmanager
async def gateway_alone(database: str, **settings: str) -> AsyncIterator[Stage]:
    """A gateway and a dialogue that says what it hears; `database` is sqlite or postgres."""
    async with AsyncExitStack() as stack:
        folder = Path(mkdtemp(prefix="whatsapp-"))
        stack.callback(_remove, folder)
        ledger, accounts = _databases(stack, folder, database)
        await _fill(ledger, accounts)
        fake = FakeGraph(BUSINESS)
        meta = await stack.enter_async_context(serving(fake))
        dialogue, door = free_port(), free_port()
        environment = {
            **os.environ,
            "DEMO": "0",
            "BIND_HOST": "127.0.0.1",
            "BIND_PORT": str(door),
            "DATABASE_URL": ledger,
            "ACCOUNTS_DATABASE_URL": accounts,
            "DIALOGUE_URLS": f"http://127.0.0.1:{dialogue}",
            "ACTIONS_URL": f"http://127.0.0.1:{dialogue}",
            "INTERNAL_SECRET": SECRET,
            "SESSION_SECRET": "session-secret-of-the-harness-001",
            "PORTAL_JWT_SECRET": "portal-secret-of-the-harness-0001",
            "SMTP_URL": f"file://{folder}/outbox",
            "LOG_LEVEL": "WARNING",
            **variables(meta),
            **LIMITLESS,
            **settings,
        }
        fake.hooks.url = f"http://127.0.0.1:{door}/whatsapp/webhook"
        log = stack.enter_context((folder / "log").open("ab"))
        for module, *arguments in (("harness.dialogue", str(dialogue)), ("bot.gateway",)):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, *arguments, cwd=ROOT, env=environment, stdout=log, stderr=log
            )
            stack.push_async_callback(_end, process)
        await _ready(f"http://127.0.0.1:{door}/health/ready", folder / "log")
        yield Stage(fake, _customers(fake), ledger, f"http://127.0.0.1:{door}")


def _databases(stack: AsyncExitStack, folder: Path, database: str) -> tuple[str, str]:
    if database == "sqlite":
        return f"sqlite:///{folder}/ledger.db", f"sqlite:///{folder}/accounts.db"
    binaries = postgres.find_binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL server here: apt-get install -y postgresql")
    cluster = Path(mkdtemp(prefix="pg-whatsapp-", dir="/tmp"))
    stack.callback(_remove, cluster)
    server = postgres.start_server(binaries, cluster, "synchronous_commit=on", ROOM)
    stack.callback(server.stop)
    return server.url(server.create_database()), server.url(server.create_database())


def _remove(folder: Path) -> None:

    shutil.rmtree(folder, ignore_errors=True)


async def _fill(ledger: str, accounts: str) -> None:
    await asyncio.to_thread(upgrade, ledger, "ledger")
    await asyncio.to_thread(upgrade, accounts, "accounts")
    async with open_database(accounts) as database:
        await demo.seed(database, datetime.now(tz=UTC))


async def _ready(url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        while True:
            try:
                async with http.get(url) as response:
                    if response.status == 200:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            if time.monotonic() > deadline:
                raise RuntimeError(f"the gateway is not ready:\n{_last_words(log)}")
            await asyncio.sleep(0.1)


def _last_words(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
