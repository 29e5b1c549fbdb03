"""One dialogue process for all tests of this folder: the trained model, the real actions on the demo customers, real HTTP."""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
import structlog
import time_machine
from aiohttp import web

from harness.ports import free_port
from tests.conversations.spanish import NOW
from tests.dialogue.desk import SECRET, Desk, Door
from tests.support.rasa import quiet_imports

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for the folder; warnings of Rasa and what it imports are not ours to mend."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))
            if inspect.iscoroutinefunction(getattr(item, "function", None)):
                item.add_marker(pytest.mark.asyncio(loop_scope="package"), append=False)


@pytest.fixture(scope="package")
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=True) as coordinates:
        yield coordinates


async def serve(app: web.Application, port: int) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def door(clock: time_machine.Coordinates, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """The real actions on seeded demo customers, and the door before them."""
    from actions.environment import Environment, install
    from actions.server import create_app
    from bot.accounts import create, own_database
    from bot.accounts.demo import seed
    from bot.migrations import upgrade
    from bot.rules.calendar import BusinessCalendar
    from bot.settings import load_settings

    database = f"sqlite:///{tmp_path_factory.mktemp('dialogue')}/accounts.db"
    secrets = {"INTERNAL_SECRET": SECRET, "SESSION_SECRET": "s" * 40, "PORTAL_JWT_SECRET": "p" * 40}
    settings = load_settings({"ACCOUNTS_DATABASE_URL": database, **secrets})
    upgrade(settings.accounts_database_url, "accounts")
    accounts = create(settings)
    calendar = BusinessCalendar(settings.timezone, settings.extra_holidays)
    await seed(own_database(accounts), NOW, calendar)
    install(Environment(settings, accounts, calendar))
    port = free_port()
    actions = await serve(create_app(), port)
    before = Door(f"http://127.0.0.1:{port}")
    await before.start()
    yield before
    await before.stop()
    await actions.cleanup()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def dialogue(door: Door) -> AsyncIterator[Desk]:
    with quiet_imports():
        import bot.dialogue.rasa  # noqa: F401 - before Rasa

        # isort: split
        from bot.dialogue.action_client import ActionEndpoint
        from bot.dialogue.engine import Engine
        from bot.dialogue.models import fitting_model
        from bot.dialogue.server import create_app

        model = fitting_model()
        assert model is not None, "no model fits the data: run `python -m bot train`"
        endpoint = ActionEndpoint((door.url,), SECRET)
        engine = Engine(model, endpoint)
    port = free_port()
    runner = await serve(create_app(engine, SECRET), port)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        yield Desk(f"http://127.0.0.1:{port}", http, door, endpoint)
    await runner.cleanup()


@pytest.fixture
def desk(dialogue: Desk, clock: time_machine.Coordinates) -> Iterator[Desk]:
    """The client, at ten o'clock and with the door to the actions open."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    clock.move_to(NOW)
    dialogue.door.opened()
    yield dialogue
    dialogue.door.opened()
    structlog.configure(**before)
