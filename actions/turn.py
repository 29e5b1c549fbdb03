"""Who is asking, what state could be read, and which server is meant: worked out once, before a topic says anything.

Actions trust the signed turn token and nothing else: no slot, no text, no other metadata says who the customer is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import structlog
from rasa_sdk import Tracker

from actions.environment import Environment
from bot import clock
from bot.accounts.port import Desk, Server
from bot.errors import AccountsUnavailable, DeskUnknown
from bot.identity.turn import TurnIdentity, read_turn
from bot.rules.calendar import BusinessCalendar
from bot.settings import Settings

log = structlog.get_logger()

SLOT_SERVER = "servidor"
SLOT_PENDING = "pregunta_pendiente"
SLOT_FAILURES = "fallos"
SLOT_TOPIC = "tema"
SLOT_FOLIOS = "folios"
CLAIMED_PAYMENT = "ya_pago"
OTHER_SERVER = "otro"
NUMBERED = "#"
GONE = frozenset({"deleted", "cancelled"})

Audience = Literal["known", "visitor", "unavailable"]


@dataclass(frozen=True)
class Turn:
    """One question, ready to be answered.

    `desk` is None for a visitor and when live state cannot be read; `audience` says which of the two.
    """

    now: datetime
    settings: Settings
    calendar: BusinessCalendar
    identity: TurnIdentity
    audience: Audience
    desk: Desk | None
    tracker: Tracker

    @property
    def today(self) -> date:
        """The local date."""
        return self.calendar.local_date(self.now)

    @property
    def entities(self) -> list[dict[str, Any]]:
        """Entities of the latest message."""
        return list(self.tracker.latest_message.get("entities") or [])

    def entity(self, name: str) -> str | None:
        """The last value of an entity (a button's own value comes after those of the original text)."""
        values = [entity["value"] for entity in self.entities if entity.get("entity") == name]
        return values[-1] if values else None

    @property
    def says_to_have_paid(self) -> bool:
        """Whether the customer says so in this message; what the live state says may be something else."""
        return self.entity(CLAIMED_PAYMENT) is not None

    @property
    def servers(self) -> tuple[Server, ...]:
        """The desk's servers that matter: those not deleted or cancelled, or all when nothing else is left."""
        if self.desk is None:
            return ()
        living = tuple(server for server in self.desk.servers if server.status not in GONE)
        return living or self.desk.servers

    @property
    def remembered(self) -> Server | None:
        """The server chosen earlier in the episode, if it (still) belongs to this desk."""
        alias = self.tracker.get_slot(SLOT_SERVER)
        return self.desk.server(alias) if self.desk and alias else None

    @property
    def named(self) -> Server | None:
        """The server named in this message, if it belongs to this desk. "otro" means the other one of two, "#3" the one numbered 03."""
        alias = self.entity(SLOT_SERVER)
        if not (self.desk and alias):
            return None
        if alias == OTHER_SERVER:
            others = [server for server in self.servers if server != self.remembered]
            return others[0] if self.remembered and len(others) == 1 else None
        if alias.startswith(NUMBERED):
            numbered = [server for server in self.servers if server.alias.endswith(f"-{int(alias.removeprefix(NUMBERED)):02d}")]
            return numbered[0] if len(numbered) == 1 else None
        return self.desk.server(alias)

    @property
    def named_foreign(self) -> str | None:
        """A server name written in full that is not on this desk: never a hint whether it exists elsewhere."""
        alias = self.entity(SLOT_SERVER)
        if self.desk is None or not alias or alias == OTHER_SERVER or self.desk.server(alias):
            return None
        written = any(entity.get("entity") == SLOT_SERVER and entity.get("exact") for entity in self.entities)
        return alias if written else None

    @property
    def wants_other(self) -> bool:
        """Whether the customer pointed away from the remembered server: "el otro", "el 3"."""
        alias = self.entity(SLOT_SERVER)
        return alias is not None and (alias == OTHER_SERVER or alias.startswith(NUMBERED))

    @property
    def chosen(self) -> Server | None:
        """The server this question is about: named now, else the only one, else the remembered one."""
        if self.named:
            return self.named
        if len(self.servers) == 1:
            return self.servers[0]
        return None if self.wants_other else self.remembered


async def open_turn(environment: Environment, tracker: Tracker) -> Turn:
    """Verify the turn token and read the desk. Raises TokenInvalid or TokenExpired, which abort the turn."""
    now = clock.now()
    metadata = tracker.latest_message.get("metadata") or {}
    identity = read_turn(environment.settings.internal_secret, metadata.get("turn_token", ""), now)
    desk, audience = await _read_desk(environment, identity)
    return Turn(now, environment.settings, environment.calendar, identity, audience, desk, tracker)


async def _read_desk(environment: Environment, identity: TurnIdentity) -> tuple[Desk | None, Audience]:
    if identity.desk is None:
        return None, "visitor"
    try:
        return await environment.ahead.desk(environment.accounts, identity.turn, identity.desk), "known"
    except AccountsUnavailable:
        log.warning("live state unavailable", turn=identity.turn)
    except DeskUnknown:
        log.warning("identified desk is not in the live state", turn=identity.turn)
    return None, "unavailable"
