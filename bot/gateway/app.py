"""The application: resources opened and closed in order, workers started and stopped, nothing made at import."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from aiohttp import web
from sqlalchemy.exc import ArgumentError

from bot import accounts as live_state
from bot import clock
from bot.accounts.port import AccountsPort
from bot.channels.bodies import SMALL
from bot.channels.webchat.hub import Hub
from bot.conversations.ledger import Ledger
from bot.database import make_engine
from bot.errors import SettingsError
from bot.gateway import keys
from bot.gateway.actions_client import ActionsClient
from bot.gateway.backlog import Backlog
from bot.gateway.dialogue_client import DialogueClient
from bot.gateway.dispatcher import Dispatcher
from bot.gateway.effects import EffectsWorker
from bot.gateway.limits import Limit
from bot.gateway.mailer import Mailer
from bot.gateway.metrics import Metrics
from bot.gateway.middleware import add_headers, explain_errors, observe
from bot.gateway.news import NewsListener
from bot.gateway.refusals import FIELD_BYTES, say_little
from bot.gateway.resources import Resources
from bot.gateway.routes import add_routes
from bot.gateway.timings import Timings
from bot.gateway.waiting import DelayNotices
from bot.gateway.worker import Worker
from bot.identity.portal import portal_key
from bot.settings import Settings


def create_app(
    settings: Settings,
    *,
    timings: Timings | None = None,
    accounts: AccountsPort | None = None,
    now: Callable[[], datetime] = clock.now,
    jitter: Callable[[], float] = random.random,
) -> web.Application:
    """The gateway. The databases must have been migrated; `accounts` replaces the live state of the settings.

    Raises SettingsError when a key or an address in the settings cannot be used.
    """
    _check_databases(settings)
    say_little()
    app = web.Application(middlewares=[observe, explain_errors], client_max_size=SMALL, handler_args={"max_field_size": FIELD_BYTES})
    app[keys.PORTAL_KEY] = portal_key(settings)
    app[keys.SESSION_LIMIT] = Limit("sessions", settings.rate_sessions_per_minute, now)
    app[keys.MESSAGE_LIMIT] = Limit("messages", settings.rate_messages_per_minute, now)
    mailer = Mailer(settings.smtp_url)

    async def run(app: web.Application) -> AsyncIterator[None]:
        resources = _open(settings, timings or Timings(), accounts, now, jitter)
        app[keys.RESOURCES] = resources
        app[keys.BACKLOG] = Backlog(resources.ledger, settings.rate_queue_most)
        effects = EffectsWorker(resources, mailer)
        dispatcher = app[keys.DISPATCHER] = Dispatcher(resources, effects.worker.wake)
        news = NewsListener(resources.ledger, resources.hub, dispatcher.worker.wake, resources.timings.poll_seconds)
        workers = [*_workers(resources, dispatcher, effects), news.worker]
        for worker in workers:
            worker.start()
        yield
        for worker in workers:
            await worker.stop()
        await dispatcher.drain()
        await news.close()
        await resources.dialogue.close()
        await resources.actions.close()
        await resources.ledger.close()
        if accounts is None:
            await resources.accounts.close()

    app.cleanup_ctx.append(run)
    app.on_shutdown.append(_close_streams)
    app.on_response_prepare.append(add_headers)
    add_routes(app, with_demo=settings.demo)
    return app


def _workers(resources: Resources, dispatcher: Dispatcher, effects: EffectsWorker) -> list[Worker]:
    """In the order in which they are stopped."""
    polling = Worker("streams", resources.hub.poll, resources.timings.poll_seconds)
    return [dispatcher.worker, dispatcher.outage.worker, effects.worker, DelayNotices(resources).worker, polling]


def _check_databases(settings: Settings) -> None:
    """Opening nothing, find out whether the addresses name databases that we can use. Raises SettingsError."""
    for variable, url in (("DATABASE_URL", settings.database_url), ("ACCOUNTS_DATABASE_URL", settings.accounts_database_url)):
        try:
            make_engine(url)
        except (ValueError, ArgumentError) as error:
            raise SettingsError(f"{variable}: {error}") from None


def _open(
    settings: Settings, timings: Timings, accounts: AccountsPort | None, now: Callable[[], datetime], jitter: Callable[[], float]
) -> Resources:
    ledger = Ledger(make_engine(settings.database_url))
    return Resources(
        settings=settings,
        timings=timings,
        now=now,
        jitter=jitter,
        ledger=ledger,
        accounts=accounts or live_state.create(settings),
        dialogue=DialogueClient(settings.dialogue_urls, settings.internal_secret, timings),
        actions=ActionsClient(settings.actions_url, settings.internal_secret),
        hub=Hub(ledger, now),
        metrics=Metrics(),
    )


async def _close_streams(app: web.Application) -> None:
    app[keys.RESOURCES].hub.close()
