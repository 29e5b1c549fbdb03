"""Who is asking, what state could be read, and which server is meant: worked out once, before a topic says anything.

Actions trust the signed turn token and nothing else: no slot, no text, no other metadata says who the customer is. `Turn.sees` is their only
way to the customer's desk: it asks the table of levels first.
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
from bot.identity.levels import DataClass, may_see
from bot.identity.turn import TurnClaims, read_turn
from bot.protocol import state
from bot.protocol.frame import Asked, Frame, parse_frame
from bot.rules.calendar import BusinessCalendar
from bot.settings import Settings

log = structlog.get_logger()

SLOT_SERVER = "servidor"
SLOT_PENDING = "pregunta_pendiente"
SLOT_FAILURES = "fallos"
SLOT_TOPIC = "tema"
SLOT_FOLIOS = "folios"
CLAIMED_PAYMENT = "ya_pago"
WAITING = "espera"
OTHER_SERVER = "otro"
NUMBERED = "#"
GONE = frozenset({"deleted", "cancelled"})

Audience = Literal["known", "visitor", "unavailable"]


@dataclass(frozen=True)
class Moment:
    """All that a server's state is judged by, beside the server itself."""

    now: datetime
    settings: Settings
    calendar: BusinessCalendar

    @property
    def today(self) -> date:
        """The local date."""
        return self.calendar.local_date(self.now)


@dataclass(frozen=True)
class Turn(Moment):
    """One question, ready to be answered.

    `audience`: somebody unknown, or known, or known while live state cannot be read.
    """

    claims: TurnClaims
    audience: Audience
    tracker: Tracker
    _desk: Desk | None

    def sees(self, data: DataClass) -> Desk | None:
        """The desk, for answers that tell this kind of data; None when it cannot be read, or may not be told to whoever is asking."""
        return self._desk if may_see(self.claims.identity.level, data, self.claims.channel) else None

    @property
    def read_at(self) -> datetime:
        """When the live state was read; now, when it was not."""
        return self._desk.read_at if self._desk is not None else self.now

    @property
    def attempt(self) -> int:
        """How often this turn has been tried, this time included."""
        return int((self.tracker.latest_message.get("metadata") or {}).get("attempt", 1))

    @property
    def text(self) -> str:
        """What the customer wrote, as it was read."""
        return str(self.tracker.latest_message.get("text") or "")

    @property
    def frame(self) -> Frame:
        """What is asked, in its parts; the general question of its intent where no more was understood (a pressed button, say)."""
        latest = self.tracker.latest_message
        written = latest.get("frame")
        return parse_frame(written) if written else Frame(str((latest.get("intent") or {}).get("name") or "?"), Asked.GENERAL)

    @property
    def state(self) -> state.State:
        """What the episode remembers."""
        return state.read_state(self.tracker.get_slot(state.SLOT))

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
    def says_to_wait(self) -> bool:
        """Whether the customer says to be waiting or held up."""
        return self.entity(WAITING) is not None

    @property
    def servers(self) -> tuple[Server, ...]:
        """The desk's servers that matter: those not deleted or cancelled, or all when nothing else is left."""
        desk = self.sees(DataClass.SERVERS)
        if desk is None:
            return ()
        living = tuple(server for server in desk.servers if server.status not in GONE)
        return living or desk.servers

    @property
    def remembered(self) -> Server | None:
        """The server chosen earlier in the episode, if it (still) belongs to this desk."""
        desk, alias = self.sees(DataClass.SERVERS), self.tracker.get_slot(SLOT_SERVER)
        return desk.server(alias) if desk and alias else None

    @property
    def named(self) -> Server | None:
        """The server named in this message, if it belongs to this desk. "otro" means the other one of two, "#3" the one numbered 03."""
        desk, alias = self.sees(DataClass.SERVERS), self.entity(SLOT_SERVER)
        if not (desk and alias):
            return None
        if alias == OTHER_SERVER:
            others = [server for server in self.servers if server != self.remembered]
            return others[0] if self.remembered and len(others) == 1 else None
        if alias.startswith(NUMBERED):
            numbered = [server for server in self.servers if server.alias.endswith(f"-{int(alias.removeprefix(NUMBERED)):02d}")]
            return numbered[0] if len(numbered) == 1 else None
        return desk.server(alias)

    @property
    def named_foreign(self) -> str | None:
        """A server name written in full that is not on this desk: never a hint whether it exists elsewhere."""
        desk, alias = self.sees(DataClass.SERVERS), self.entity(SLOT_SERVER)
        if desk is None or not alias or alias == OTHER_SERVER or desk.server(alias):
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
    claims = read_turn(environment.settings.internal_secret, metadata.get("turn_token", ""), now)
    desk, audience = await _read_desk(environment, claims)
    return Turn(now, environment.settings, environment.calendar, claims, audience, tracker, desk)


async def _read_desk(environment: Environment, claims: TurnClaims) -> tuple[Desk | None, Audience]:
    if claims.identity.desk is None:
        return None, "visitor"
    try:
        return await environment.accounts.read_desk(claims.identity.desk), "known"
    except AccountsUnavailable:
        log.warning("live state unavailable", turn=claims.turn)
    except DeskUnknown:
        log.warning("identified desk is not in the live state", turn=claims.turn)
    return None, "unavailable"
