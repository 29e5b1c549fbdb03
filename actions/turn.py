"""Who is asking, what state could be read, and which server is meant: worked out once, before a topic says anything.

Actions trust the signed turn token and nothing else: no slot, no text, no other metadata says who the customer is. `Turn.sees` is their only
way to the customer's desk: it asks the table of levels first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, Literal

import structlog
from rasa_sdk import Tracker

from actions.described import described
from actions.environment import Environment
from actions.mentioned import Mentioned, mentioned
from actions.say import Reading
from actions.tokens import said_count
from bot import clock
from bot.accounts.port import Desk, Server
from bot.errors import AccountsUnavailable, DeskUnknown
from bot.identity.identity import Level
from bot.identity.levels import ASKED_FOR, DataClass, may_see
from bot.identity.turn import TurnClaims, read_turn
from bot.protocol import state
from bot.protocol.frame import Asked, Frame, Move, Which, parse_frame
from bot.rules.calendar import BusinessCalendar
from bot.rules.format import mask_email
from bot.settings import Settings

log = structlog.get_logger()

SLOT_SERVER = "servidor"
SLOT_PENDING = "pregunta_pendiente"
SLOT_FAILURES = "fallos"
SLOT_TOPIC = "tema"
SLOT_FOLIOS = state.FOLIOS
CLAIMED_PAYMENT = "ya_pago"
WAITING = "espera"
OTHER_SERVER = "otro"
NUMBERED = "#"
GONE = frozenset({"deleted", "cancelled"})
SETS: Final = frozenset({Which.ALL, Which.REST, Which.SOME, Which.FIRST, Which.LAST, Which.MOST, Which.FILTER})
"""Ways to mean servers by what they are: nothing that is named beside them narrows them."""
BY_WORDS: Final = frozenset({Which.NAMED, Which.UNKNOWN, Which.REST})
"""Ways in which the words say that a server is meant, so that its number is enough."""

OF_OTHER_KINDS: Final[Mapping[str, DataClass]] = {
    "payment": DataClass.PAYMENTS,
    "invoice": DataClass.INVOICES,
    "connection_mail": DataClass.CONNECTION,
    "plan_change": DataClass.CHANGES,
    "desk": DataClass.NAME,
}
"""Sources of live values that tell another kind of data than the server's own state, in whichever answer they stand."""

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
    def code_goes_to(self) -> str | None:
        """The registered address, without what would name its owner, where a one-time code could prove more than is proved of who asks; else None."""
        desk, could = self._desk, self.claims.channel in ASKED_FOR and Level.ANONYMOUS < self.claims.identity.level < Level.CONFIRMED
        if desk is None or not could or not self.settings.smtp_url or "@" not in desk.email:
            return None
        return f"{mask_email(desk.email).rpartition('@')[0]}@…"

    def hides(self, reading: Reading) -> bool:
        """Whether this value may not be told to whoever is asking, though other values of the desk may."""
        data = DataClass.PAYMENTS if reading.field == "price" else OF_OTHER_KINDS.get(reading.source)
        return data is not None and not may_see(self.claims.identity.level, data, self.claims.channel)

    @property
    def read_at(self) -> datetime:
        """When the live state was read; now, when it was not."""
        return self._desk.read_at if self._desk is not None else self.now

    @property
    def attempt(self) -> int:
        """How often this turn has been tried, this time included."""
        return int((self.tracker.latest_message.get("metadata") or {}).get("attempt", 1))

    @cached_property
    def text(self) -> str:
        """What the customer wrote, as it was read."""
        return str(self.tracker.latest_message.get("text") or "")

    @cached_property
    def frame(self) -> Frame:
        """What is asked, in its parts; the general question of its intent where no more was understood (a pressed button, say)."""
        latest = self.tracker.latest_message
        written = latest.get("frame")
        return parse_frame(written) if written else Frame(str((latest.get("intent") or {}).get("name") or "?"), Asked.GENERAL)

    @property
    def is_read(self) -> bool:
        """Whether what is asked was read from words; else a button was pressed, or no more than the intent was understood."""
        return bool(self.tracker.latest_message.get("frame"))

    @cached_property
    def state(self) -> state.State:
        """What the episode remembers."""
        return state.read_state(self.tracker.get_slot(state.SLOT))

    @cached_property
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

    @cached_property
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

    @cached_property
    def in_play(self) -> tuple[Server, ...]:
        """The servers that the last answers were about: a set, or one; of this desk only."""
        desk = self.sees(DataClass.SERVERS)
        told = [desk.server(alias) for alias in self.state.servers] if desk else []
        return tuple(each for each in told if each) or ((self.remembered,) if self.remembered else ())

    @cached_property
    def named_servers(self) -> tuple[Server, ...]:
        """The servers of this desk that the message names, in its order; nothing where all or some of them are meant by what they are."""
        desk = self.sees(DataClass.SERVERS)
        if desk is None:
            return ()
        pressed = desk.server(self.pressed) if self.pressed else None
        if pressed:
            return (pressed,)
        if self._ways & SETS:
            return self._described if self._ways & SETS <= {Which.FILTER, Which.ALL} else ()
        return self._by_number or self._by_value or self.mentioned_servers or self._described

    @property
    def mentioned_servers(self) -> tuple[Server, ...]:
        """Those that its words name, whatever else is meant by it ("quita la 05": the rest)."""
        found = self._of(self._mentioned.aliases)
        one = [each.which for each in self.frame.servers] == [Which.NAMED]
        return found[-1:] if one and self.frame.move is Move.CORRECTS else found

    @property
    def named(self) -> Server | None:
        """The one server that is named."""
        return self.named_servers[0] if len(self.named_servers) == 1 else None

    @property
    def named_foreign(self) -> str | None:
        """A server's name that is not on this desk: never a hint whether it exists elsewhere."""
        desk = self.sees(DataClass.SERVERS)
        if desk is None or self.named_servers or self._ways & SETS:
            return None
        pressed = self.pressed
        if pressed and pressed != OTHER_SERVER and not pressed.startswith(NUMBERED):
            return pressed
        return self._mentioned.stranger or None

    @property
    def means_all(self) -> bool:
        """Whether as many servers are counted as there are: "los cinco"."""
        return 1 < len(self.servers) == said_count(self.text)

    @property
    def wants_other(self) -> bool:
        """Whether the customer pointed away from the server in play: "el otro", "el 3"."""
        pressed = self.pressed
        return Which.OTHER in self._ways or (pressed is not None and (pressed == OTHER_SERVER or pressed.startswith(NUMBERED)))

    @property
    def chosen(self) -> Server | None:
        """The server this question is about: named now, else the only one, else the one in play."""
        if self.named:
            return self.named
        if len(self.servers) == 1:
            return self.servers[0]
        return self.in_play[0] if len(self.in_play) == 1 and not (self.wants_other or self.named_servers) else None

    @cached_property
    def pressed(self) -> str | None:
        """What a button, or the reading in its context, says of the server; what was only found in the text (it has a place there) counts for nothing."""
        values = [str(entity["value"]) for entity in self.entities if entity.get("entity") == SLOT_SERVER and "start" not in entity]
        return values[-1] if values else None

    @cached_property
    def _ways(self) -> frozenset[Which]:
        return frozenset(each.which for each in self.frame.servers)

    @cached_property
    def _mentioned(self) -> Mentioned:
        return mentioned(self.text, self._aliases, loose=bool(self._ways & BY_WORDS), told=self._told)

    @cached_property
    def _described(self) -> tuple[Server, ...]:
        return self._of(described(self.text, self.servers, self.today)) if len(self.servers) > 1 and self.is_read else ()

    @property
    def _by_value(self) -> tuple[Server, ...]:
        """Those that the reader names, where it knows how."""
        values = [each.value.replace("_", " ") for each in self.frame.servers if each.which is Which.NAMED]
        found = [mentioned(value, self._aliases, loose=True, told=self._told).aliases for value in values]
        return self._of([alias for aliases in found for alias in aliases]) if found and all(found) else ()

    @property
    def _by_number(self) -> tuple[Server, ...]:
        pressed = self.pressed
        return self._of(mentioned(pressed, self._aliases, loose=True).aliases) if pressed and pressed.startswith(NUMBERED) else ()

    @cached_property
    def _told(self) -> tuple[str, ...]:
        """Some of several, as they were told just now: the first and the last are of these."""
        return tuple(each.alias for each in self.in_play) if 1 < len(self.in_play) < len(self.servers) else ()

    @cached_property
    def _aliases(self) -> tuple[str, ...]:
        """Those that are contracted before those that are gone."""
        desk = self.sees(DataClass.SERVERS)
        return tuple(dict.fromkeys(each.alias for each in (*self.servers, *(desk.servers if desk else ()))))

    def _of(self, aliases: Iterable[str]) -> tuple[Server, ...]:
        desk = self.sees(DataClass.SERVERS)
        found = {each.alias: each for each in desk.servers} if desk else {}
        return tuple(found[alias] for alias in dict.fromkeys(aliases) if alias in found)


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
