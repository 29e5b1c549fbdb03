"""A running stock Rasa: `rasa run` and `rasa run actions` by the plain command line, loopback only, asked over its REST channel."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import yaml

from benchmarks import machine
from benchmarks.stock.bench_actions import ACTIONS_VARIABLE, SITTING
from benchmarks.stock.environment import stock_python
from benchmarks.stock.project import QUIET
from benchmarks.system import WrongAnswer
from benchmarks.workload import DESKS
from bot import clock
from bot.accounts.demo import demo_rows, seed
from bot.accounts.models import VirtualServer
from bot.database import open_database
from bot.migrations import upgrade
from bot.settings import ROOT
from harness.ports import free_port

START_SECONDS = 180
STOP_SECONDS = 20
ASK_SECONDS = 120
POLL_SECONDS = 0.05


class Stock:
    """Stock Rasa on a project that is trained; `folder` is for its databases and logs."""

    name = "stock"

    def __init__(self, project: Path, folder: Path) -> None:
        self.project, self.folder = project, folder
        self.port, self.actions_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._accounts = f"sqlite:///{folder}/accounts.db"
        self._sittings = itertools.count()
        self._aliases = {desk: _aliases(desk) for desk in DESKS}
        self._servers: dict[str, psutil.Popen] = {}

    async def prepare(self) -> None:
        """Make the accounts database; not part of the start, because in a company it is there."""
        await asyncio.to_thread(upgrade, self._accounts, "accounts")
        await _seed(self._accounts)

    def start(self) -> None:
        """Start both servers together; returns at once."""
        endpoints = self.folder / "endpoints.yml"
        endpoints.write_text(yaml.safe_dump(self._endpoints()), encoding="utf-8")
        domain = yaml.safe_load((self.project / "domain.yml").read_text(encoding="utf-8"))
        environment = {
            **os.environ,
            **QUIET,
            "PYTHONPATH": str(ROOT),
            "ACCOUNTS_DATABASE_URL": self._accounts,
            ACTIONS_VARIABLE: " ".join(domain["actions"]),
            "SANIC_HOST": "127.0.0.1",  # the action server's only way to be told
        }
        where = ("--credentials", "credentials.yml", "--endpoints", str(endpoints), "--model", "models/stock.tar.gz")
        self._run("dialogue", environment, "run", "-i", "127.0.0.1", "-p", str(self.port), *where)
        self._run("actions", environment, "run", "actions", "-p", str(self.actions_port), "--actions", "benchmarks.stock.bench_actions")

    def _endpoints(self) -> dict[str, Any]:
        return {
            "action_endpoint": {"url": f"http://127.0.0.1:{self.actions_port}/webhook"},
            "tracker_store": {"type": "SQL", "dialect": "sqlite", "url": f"sqlite:////{str(self.folder).lstrip('/')}/tracker.db"},
        }

    def _run(self, name: str, environment: dict[str, str], *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            command = [str(stock_python()), "-m", "rasa", *arguments]
            self._servers[name] = psutil.Popen(command, cwd=self.project, env=environment, stdout=log, stderr=log)

    async def wait_ready(self) -> None:
        """Until both answer. RuntimeError when one ended or it takes too long."""
        deadline = time.monotonic() + START_SECONDS
        async with aiohttp.ClientSession() as http:
            for url in (f"http://127.0.0.1:{self.actions_port}/health", f"{self.url}/"):
                while not await _answers(http, url):
                    self._check_alive(deadline)
                    await asyncio.sleep(POLL_SECONDS)

    def _check_alive(self, deadline: float) -> None:
        ended = [name for name, process in self._servers.items() if process.poll() is not None]
        if ended or time.monotonic() > deadline:
            words = {name: (self.folder / f"{name}.log").read_text(errors="replace")[-1500:] for name in self._servers}
            raise RuntimeError(f"stock Rasa did not start ({', '.join(ended) or 'no answer'} ended): {words}")

    @asynccontextmanager
    async def converse(self, desk: str) -> AsyncIterator[RestConversation]:
        """A sender of its own: stock Rasa takes the sender for the conversation."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ASK_SECONDS)) as http:
            yield RestConversation(http, self.url, f"{desk}{SITTING}{next(self._sittings)}", self._aliases[desk])

    def processes(self) -> dict[str, psutil.Process]:
        """`rasa run` and `rasa run actions`."""
        return {name: psutil.Process(process.pid) for name, process in self._servers.items()}

    def stop(self) -> None:
        """End both."""
        machine.stop(self._servers.values(), STOP_SECONDS)


class RestConversation:
    """A sender on the REST channel; the answers are those of one request."""

    def __init__(self, http: aiohttp.ClientSession, url: str, sender: str, aliases: list[str]) -> None:
        self._http, self._url, self._sender, self._aliases = http, url, sender, aliases

    async def ask(self, text: str) -> str:
        """Raises WrongAnswer unless the answer names every server of the customer, which only the custom action can know."""
        async with self._http.post(f"{self._url}/webhooks/rest/webhook", json={"sender": self._sender, "message": text}) as response:
            messages = await response.json()
        answer = "\n".join(message.get("text", "") for message in messages)
        if response.status != 200 or not all(alias in answer for alias in self._aliases):
            raise WrongAnswer(f"stock Rasa answered {text!r} of {self._sender} with {response.status} {answer!r}: no custom action ran")
        return answer


def _aliases(desk: str) -> list[str]:
    return [row.alias for row in demo_rows(desk, clock.now()) if isinstance(row, VirtualServer)]


async def _seed(accounts: str) -> None:
    async with open_database(accounts) as database:
        await seed(database, clock.now())


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
