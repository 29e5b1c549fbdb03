"""The whole house in one process: gateway, dialogue with the trained model, actions, over real HTTP on free ports.

Nothing is faked: what a test reads is what a customer would read. The house lives in a thread with an event loop of its own, so
that tests are plain functions: `house.customer("C-1003").asks("¿cuándo vence?")`.
"""

from __future__ import annotations

import bot.dialogue.rasa  # noqa: F401 - before Rasa

# isort: split
import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from actions.environment import Environment, install
from actions.server import create_app as create_actions
from bot import clock
from bot.accounts import create as create_accounts
from bot.accounts import own_database
from bot.accounts.demo import seed
from bot.dialogue.action_client import ActionEndpoint
from bot.dialogue.engine import Engine
from bot.dialogue.models import fitting_model
from bot.dialogue.server import create_app as create_dialogue
from bot.gateway.app import create_app as create_gateway
from bot.migrations import upgrade
from bot.rules.calendar import BusinessCalendar
from bot.settings import Settings, load_settings
from harness.ports import free_port
from tests.gateway.client import Visitor

GUARD_SECONDS = 60


@dataclass(frozen=True)
class Answer:
    """What the customer reads."""

    text: str
    buttons: list[dict[str, str]]
    raw: dict[str, Any]

    @property
    def titles(self) -> list[str]:
        return [button["title"] for button in self.buttons]


class Customer:
    """A person in the web chat, identified or not."""

    def __init__(self, house: House, visitor: Visitor) -> None:
        self._house, self.visitor = house, visitor
        self._last: Answer | None = None

    def asks(self, text: str) -> Answer:
        """Write a message and wait for its answer."""
        return self._keep(self._house.run(self.visitor.ask(text)))

    def presses(self, title: str) -> Answer:
        """Press a button of the last answer by its title."""
        assert self._last is not None
        button = next((b for b in self._last.buttons if b["title"] == title), None)
        assert button is not None, f"no button {title!r} among {self._last.titles}"
        return self._keep(self._house.run(self.visitor.ask(button=button["id"])))

    def messages(self) -> list[dict[str, Any]]:
        """Everything in the conversation."""
        return self._house.run(self.visitor.messages())

    def _keep(self, raw: dict[str, Any]) -> Answer:
        self._last = Answer(raw["text"], raw["buttons"], raw)
        return self._last


class House:
    """Starts on `start()`, stops on `stop()`; `settings` tell where everything is."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.gateway_port, self.dialogue_port, self.actions_port = free_port(), free_port(), free_port()
        self.settings: Settings = load_settings(
            {
                "DEMO": "1",
                "DATABASE_URL": f"sqlite:///{folder}/ledger.db",
                "ACCOUNTS_DATABASE_URL": f"sqlite:///{folder}/accounts.db",
                "BIND_PORT": str(self.gateway_port),
                "DIALOGUE_URLS": f"http://127.0.0.1:{self.dialogue_port}",
                "ACTIONS_URL": f"http://127.0.0.1:{self.actions_port}",
                "SMTP_URL": f"file://{folder}/outbox",
                "BURST_SECONDS": "0.2",
                "RATE_MESSAGES_PER_MINUTE": "1000000",
                "RATE_VISITORS_PER_MINUTE": "1000000",
                "RATE_SESSIONS_PER_MINUTE": "1000000",
                "INTERNAL_SECRET": "i" * 40,
                "SESSION_SECRET": "s" * 40,
                "PORTAL_JWT_SECRET": "p" * 40,
                **environment,
            }
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runners: dict[str, web.AppRunner] = {}
        self._visitors: list[Visitor] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.gateway_port}"

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine in the house's loop and wait for it."""
        future: concurrent.futures.Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(GUARD_SECONDS)

    def start(self) -> House:
        upgrade(self.settings.database_url, "ledger")
        upgrade(self.settings.accounts_database_url, "accounts")
        self._thread.start()
        self.run(self._start())
        return self

    async def _start(self) -> None:
        model = fitting_model()
        assert model is not None, "no model fits the data: run `python -m bot train`"
        accounts = create_accounts(self.settings)
        calendar = BusinessCalendar(self.settings.timezone, self.settings.extra_holidays)
        await seed(own_database(accounts), clock.now(), calendar)
        install(Environment(self.settings, accounts, calendar))
        self.engine = Engine(model, ActionEndpoint(self.settings.actions_url, self.settings.internal_secret))
        await self.serve("actions", create_actions(), self.actions_port)
        await self.serve("dialogue", create_dialogue(self.engine, self.settings.internal_secret), self.dialogue_port)
        await self.serve("gateway", create_gateway(self.settings), self.gateway_port)

    async def serve(self, name: str, app: web.Application, port: int) -> None:
        """Serve one of the three."""
        runner = self._runners[name] = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()

    def customer(self, desk: str | None) -> Customer:
        """A new conversation of a demo customer, or of a visitor for None."""
        return self.run(self._customer(desk))

    async def _customer(self, desk: str | None) -> Customer:
        visitor = Visitor(self.url)
        self._visitors.append(visitor)
        token = {}
        if desk:
            status, body = await visitor.call("POST", "/demo/login", json={"customer": desk})
            assert status == 200, body
            token = {"token": body["token"]}
        await visitor.open(**token)
        return Customer(self, visitor)

    def stop(self) -> None:
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(GUARD_SECONDS)
        self._loop.close()

    async def _stop(self) -> None:
        for visitor in self._visitors:
            await visitor.http.close()
        for name in ("gateway", "dialogue", "actions"):
            if name in self._runners:
                await self._runners[name].cleanup()
