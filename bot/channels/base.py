"""What a channel is. A new one is one package that provides this; everything else of the house knows channels only by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, runtime_checkable

from aiohttp import web

from bot import texts
from bot.conversations import base
from bot.conversations.codes import CodeTerms
from bot.conversations.messages import ShownMessage
from bot.settings import Settings
from bot.turns.backlog import Backlog
from bot.turns.dispatcher import Dispatcher
from bot.worker import Worker

TextKey = Literal["delay", "parked", "resend_failed", "code_failed"]
"""What the house says to a customer besides answers, in the channel's words. A channel that does not say it has None for it."""


@dataclass(frozen=True)
class Limits:
    """What one message of a channel may hold. Longer texts are cut into parts (`parts.split_reply`), not refused.

    `burst`: how long a message that asks nothing yet waits for the next one; longer where the channel says that the customer types
    (`gathering.note_typing`, as the web chat does).
    """

    text_characters: int
    buttons: int
    button_title_characters: int
    burst: timedelta


@runtime_checkable
class Channel(Protocol):
    """One way to the customers."""

    @property
    def name(self) -> base.Channel:
        """As the ledger writes it."""

    @property
    def limits(self) -> Limits:
        """What one message may hold, and how long a burst is waited for."""

    def routes(self) -> Sequence[web.RouteDef]:
        """Its addresses on the gateway."""

    def running(self, app: web.Application) -> AbstractAsyncContextManager[Sequence[Worker]]:
        """While the gateway runs: what it does in the background, such as carrying deliveries. What it needs is opened and closed with it.

        The workers are started and stopped within. `app` holds the resources; what its handlers share stands there under keys of its own.
        """

    def render(self, message: ShownMessage) -> Any:
        """A message of the ledger in the channel's own form."""

    def text(self, key: TextKey, now: datetime) -> str | None:
        """Words of our own, as they are right at this moment."""


def code_terms(settings: Settings, now: Callable[[], datetime]) -> CodeTerms:
    """How one-time codes are heard, on a channel where they are asked for."""
    return CodeTerms(settings.session_secret, lambda heard: texts.code_heard(settings, heard.kind, heard.left, heard.until, now()))


DISPATCHER = web.AppKey("dispatcher", Dispatcher)
BACKLOG = web.AppKey("backlog", Backlog)
