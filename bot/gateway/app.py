"""The application: resources opened and closed in order, workers started and stopped, nothing made at import."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial

from aiohttp import web
from sqlalchemy.exc import ArgumentError

from bot import accounts as live_state
from bot import clock
from bot.accounts.port import AccountsPort
from bot.channels.base import BACKLOG, DISPATCHER, Channel, TextKey
from bot.channels.bodies import SMALL
from bot.channels.web import keys as web_keys
from bot.channels.web.channel import WebChannel
from bot.channels.web.portal_keys import PortalKeys
from bot.channels.whatsapp.channel import WhatsAppChannel
from bot.console import routes as console
from bot.console import upkeep
from bot.console.forwarding import SEND
from bot.console.publishing import PUBLISHER
from bot.console.push import sender as pushes
from bot.console.push.pages import SERVICE as PUSH
from bot.conversations.feed import Feed
from bot.conversations.ledger import Ledger
from bot.database import open_database
from bot.effects.mailer import Mailer
from bot.effects.worker import EffectsWorker
from bot.errors import SettingsError
from bot.gateway import keys
from bot.gateway.middleware import add_headers, explain_errors, observe, refuse_unclear
from bot.gateway.refusals import FIELD_BYTES, say_little
from bot.gateway.routes import add_routes
from bot.limits import Limit
from bot.metrics import Metrics
from bot.privacy import retention
from bot.privacy.masking import mask_for
from bot.resources import RESOURCES, Resources
from bot.settings import Settings
from bot.timings import Timings
from bot.turns.backlog import Backlog
from bot.turns.delays import DelayNotices
from bot.turns.dialogue_client import DialogueClient
from bot.turns.dispatcher import Dispatcher

TYPING_PER_MINUTE = 20
"""Signs of typing of one conversation: one in 3 s, as the widget gives them."""


def create_app(
    settings: Settings,
    *,
    timings: Timings | None = None,
    accounts: AccountsPort | None = None,
    now: Callable[[], datetime] = clock.now,
    jitter: Callable[[], float] = random.random,
) -> web.Application:
    """The gateway. The databases must have been migrated; `accounts` replaces the live state of the settings.

    Raises SettingsError when a key, an address or the accounts' factory in the settings cannot be used.
    """
    _check_ledger(settings)
    say_little()
    live = accounts or live_state.create(settings)
    app = web.Application(
        middlewares=[observe, explain_errors, refuse_unclear], client_max_size=SMALL, handler_args={"max_field_size": FIELD_BYTES}
    )
    app[web_keys.PORTAL_KEYS] = PortalKeys(settings)
    app[web_keys.SESSION_LIMIT] = Limit("sessions", settings.rate_sessions_per_minute, now)
    app[web_keys.MESSAGE_LIMIT] = Limit("messages", settings.rate_messages_per_minute, now)
    app[web_keys.TYPING_LIMIT] = Limit("typing", TYPING_PER_MINUTE, now)
    app[web_keys.VISITOR_LIMIT] = Limit("visitors", settings.rate_visitors_per_minute, now)
    console.prepare(app, settings, now, (timings or Timings()).poll_seconds)
    channels: list[Channel] = [WebChannel(settings)]
    if settings.whatsapp_phone_number_id:
        channels.append(WhatsAppChannel(settings))
    mailer = Mailer(settings.smtp_url)
    app[SEND] = mailer.deliver

    async def run(app: web.Application) -> AsyncIterator[None]:
        resources = app[RESOURCES] = _open(settings, timings or Timings(), live, now, jitter)
        dialogue = app[keys.DIALOGUE] = DialogueClient(settings.dialogue_urls, settings.internal_secret, resources.timings)
        app[BACKLOG] = Backlog(resources.ledger, settings.rate_queue_most)
        words = _Words(channels, now)
        failed = {"resend_connection_mail": words.of("resend_failed"), "send_code": words.of("code_failed")}
        effects = EffectsWorker(resources, mailer, failed)
        gathered: dict[str, timedelta] = {channel.name: channel.limits.burst for channel in channels}
        dispatcher = app[DISPATCHER] = Dispatcher(resources, dialogue, words.of("parked"), effects.worker.wake, gathered)
        delays = DelayNotices(resources, [channel.name for channel in channels], words.of("delay"))
        async with AsyncExitStack() as open_channels:
            carriers = [worker for channel in channels for worker in await open_channels.enter_async_context(channel.running(app))]
            workers = [  # in the order in which they are stopped
                dispatcher.worker,
                dispatcher.outage.worker,
                effects.worker,
                delays.worker,
                *upkeep.workers(resources, app[PUBLISHER], partial(mailer.post, resources)),
                *pushes.workers(resources, app[PUSH]),
                retention.worker(resources, mailer),
            ]
            for worker in (*workers, *carriers, *resources.feed.workers):
                worker.start()
            yield
            for worker in workers:
                await worker.stop()
            await dispatcher.drain()
            for worker in (*carriers, *resources.feed.workers):  # the last answers are carried too
                await worker.stop()
        await resources.feed.close()
        await dialogue.close()
        await resources.ledger.close()
        if accounts is None:
            await live.close()

    app.cleanup_ctx.append(run)
    app.on_shutdown.append(_end_streams)
    app.on_response_prepare.append(add_headers)
    add_routes(app, channels, with_demo=settings.demo)
    return app


class _Words:
    """The channels' own words, for those parts of the house that know no channel."""

    def __init__(self, channels: Sequence[Channel], now: Callable[[], datetime]) -> None:
        self._channels: dict[str, Channel] = {channel.name: channel for channel in channels}
        self._now = now

    def of(self, key: TextKey) -> Callable[[str], str | None]:
        """What a channel says for `key` now; None where it says nothing, or serves here no more."""

        def words(name: str) -> str | None:
            channel = self._channels.get(name)
            return None if channel is None else channel.text(key, self._now())

        return words


def _check_ledger(settings: Settings) -> None:
    """Opening nothing, find out whether the address names a database that we can use. Raises SettingsError."""
    try:
        open_database(settings.database_url)
    except (ValueError, ArgumentError) as error:
        raise SettingsError(f"DATABASE_URL: {error}") from None


def _open(
    settings: Settings, timings: Timings, accounts: AccountsPort, now: Callable[[], datetime], jitter: Callable[[], float]
) -> Resources:
    ledger = Ledger(open_database(settings.database_url))
    return Resources(
        settings=settings,
        timings=timings,
        now=now,
        jitter=jitter,
        ledger=ledger,
        accounts=accounts,
        feed=Feed(ledger, now, timings.poll_seconds),
        metrics=Metrics(),
        mask=mask_for([settings.support_phone]),
    )


async def _end_streams(app: web.Application) -> None:
    app[RESOURCES].feed.end_all()
