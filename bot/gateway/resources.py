"""What the gateway's handlers and workers share, opened once and closed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.accounts.port import AccountsPort
from bot.channels.webchat.hub import Hub
from bot.conversations.ledger import Ledger
from bot.gateway.actions_client import ActionsClient
from bot.gateway.dialogue_client import DialogueClient
from bot.gateway.metrics import Metrics
from bot.gateway.timings import Timings
from bot.settings import Settings


@dataclass(frozen=True)
class Resources:
    """`now` is the clock (aware, UTC), `jitter` gives numbers in 0…1."""

    settings: Settings
    timings: Timings
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    ledger: Ledger
    accounts: AccountsPort
    dialogue: DialogueClient
    actions: ActionsClient
    hub: Hub
    metrics: Metrics
