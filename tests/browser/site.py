"""What a browser meets: the real gateway with a real ledger, behind a wire that can fail, and a portal on another origin.

Only the dialogue is a stand-in, spoken to over real HTTP, so that a test says what is answered and when.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Row, func, insert, select, update

from bot import clock
from bot.accounts import demo
from bot.channels.web.keys import MESSAGE_LIMIT
from bot.conversations.ledger import new_id
from bot.conversations.tables import BUTTON, CONVERSATION, MESSAGE, WEB_SESSION
from bot.database import open_database
from bot.gateway.app import create_app
from bot.migrations import upgrade
from bot.resources import RESOURCES
from bot.settings import load_settings
from bot.timings import Timings
from harness.dialogue import SECRET, StandIn
from tests.browser import script
from tests.browser.portal import Portal
from tests.browser.wire import Wire, serving

PRIVACY_URL = "https://nube.example/privacidad"
TIMINGS = Timings(poll_seconds=0.05, keep_alive_seconds=1.0, drain_seconds=0.5)


class Site:
    """The parts, and what a test looks up or changes in the ledger, by desk (None: the visitor)."""

    def __init__(self, dialogue: StandIn, wire: Wire, portal: Portal) -> None:
        self.dialogue, self.wire, self.portal = dialogue, wire, portal
        self._serving = contextlib.AsyncExitStack()

    async def start(self) -> None:
        """Serve a gateway behind the wire."""
        assert self.portal.settings is not None
        self._app = create_app(self.portal.settings, timings=TIMINGS)
        self.wire.gateway = await self._serving.enter_async_context(serving(self._app))

    async def stop(self) -> None:
        """Stop the gateway."""
        await self._serving.aclose()

    async def restart(self, meanwhile: Callable[[], object]) -> None:
        """Stop the gateway, do something to its ledger, and serve again at the same address."""
        self.wire.offline = True
        await self.stop()
        await asyncio.to_thread(meanwhile)
        await self.start()
        self.wire.offline = False

    @property
    def origin(self) -> str:
        """Where the browser finds the gateway."""
        return self.wire.origin

    async def conversations(self, desk: str | None) -> list[Row[Any]]:
        """Its conversations, the newest first."""
        wanted = select(CONVERSATION).where(CONVERSATION.c.desk.is_not_distinct_from(desk)).order_by(CONVERSATION.c.created_at.desc())
        return await self._app[RESOURCES].ledger.read(lambda connection: list(connection.execute(wanted)))

    async def conversation(self, desk: str | None = None) -> Row[Any]:
        """The newest one."""
        return (await self.conversations(desk))[0]

    async def customer_texts(self, desk: str | None = None) -> list[str]:
        """What the customer wrote in the newest one."""
        inbound = select(MESSAGE.c.text).where(MESSAGE.c.author == "customer").order_by(MESSAGE.c.seq)
        wanted = inbound.where(MESSAGE.c.conversation_id == (await self.conversation(desk)).id)
        return await self._app[RESOURCES].ledger.read(lambda connection: list(connection.scalars(wanted)))

    async def open_sessions(self) -> int:
        """How many sessions were neither ended nor logged out."""
        wanted = select(func.count()).where(WEB_SESSION.c.revoked_at.is_(None), WEB_SESSION.c.expires_at > clock.now())
        return await self._app[RESOURCES].ledger.read(lambda connection: connection.execute(wanted).scalar_one())

    async def end_sessions(self) -> None:
        """The time of every session is over."""
        await self._write(update(WEB_SESSION).values(expires_at=clock.now()))

    async def use_up_buttons(self) -> None:
        """As if each had been pressed elsewhere."""
        await self._write(update(BUTTON).values(used_at=clock.now()))

    async def agent_says(self, text: str, desk: str | None = None) -> None:
        """An agent who has the conversation writes."""
        talk, now = await self.conversation(desk), clock.now()
        row = {
            "id": new_id(),
            "conversation_id": talk.id,
            "seq": talk.last_seq + 1,
            "author": "agent",
            "kind": "text",
            "text": text,
            "at": now,
        }
        mine = update(CONVERSATION).where(CONVERSATION.c.id == talk.id)
        await self._write(insert(MESSAGE).values(attempts=0, **row), mine.values(owner="agent", last_seq=row["seq"]))

    async def use_up_limit(self) -> None:
        """The visitor has just written as much as anybody may."""
        limit, key = self._app[MESSAGE_LIMIT], (await self.conversation()).id
        while limit._buckets[key].left >= 1:
            limit.take(key)

    async def _write(self, *statements: Any) -> None:
        def work(connection: Any) -> None:
            for statement in statements:
                connection.execute(statement)

        await self._app[RESOURCES].ledger.write(work)


async def prepare(folder: Path) -> None:
    """Both databases: an empty ledger, and the demo customers."""
    for kind in ("ledger", "accounts"):
        await asyncio.to_thread(upgrade, f"sqlite:///{folder}/{kind}.db", kind)
    async with open_database(f"sqlite:///{folder}/accounts.db") as database:
        await demo.seed(database, datetime.now(tz=UTC))


@contextlib.asynccontextmanager
async def trial() -> AsyncIterator[Site]:
    """A site of its own for who looks or measures, outside of the tests."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        await prepare(Path(folder))
        async with running(Path(folder)) as site:
            yield site


@contextlib.asynccontextmanager
async def running(folder: Path, **environment: str) -> AsyncIterator[Site]:
    """A site on the databases in `folder`."""
    async with contextlib.AsyncExitStack() as stack:
        dialogue = StandIn(script.answer)
        await dialogue.start()
        stack.push_async_callback(dialogue.stop)
        portal = await stack.enter_async_context(Portal().running())
        portal.settings = load_settings(
            {
                "DATABASE_URL": f"sqlite:///{folder}/ledger.db",
                "ACCOUNTS_DATABASE_URL": f"sqlite:///{folder}/accounts.db",
                "DIALOGUE_URLS": dialogue.url,
                "ACTIONS_URL": dialogue.url,
                "INTERNAL_SECRET": SECRET,
                "SESSION_SECRET": "session-secret-of-the-tests-0000001",
                "PORTAL_JWT_SECRET": "portal-secret-of-the-tests-00000001",
                "SMTP_URL": f"file://{folder}/outbox",
                "PRIVACY_URL": PRIVACY_URL,
                "ALLOWED_ORIGINS": portal.origin,
                "DEMO": "1",
                **environment,
            }
        )
        wire = Wire()
        site = Site(dialogue, wire, portal)
        await site.start()
        stack.push_async_callback(site.stop)
        await stack.enter_async_context(wire.running())
        portal.gateway = wire.origin
        yield site
