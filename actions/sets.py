"""Questions about several servers at once: which, how many, how much in all, which first. Pure functions over the servers of one desk.

They judge each server by the same words as the answers about one (`actions.live`), so that a set never disagrees with its members.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeGuard

from actions.live import IN_FORCE, IN_GRACE, owed, standing
from actions.turn import GONE, Moment
from bot.accounts.port import Health, Server
from bot.rules.backup import last_night

Which = Literal[
    "active", "in_force", "suspended", "being_created", "gone", "in_grace", "up", "down", "owing", "without_backup", "in_change"
]
Servers = tuple[Server, ...]

HEALTH_HOLDS = timedelta(hours=1)
"""How long what was seen of a machine says how it is now; after that it says how it was."""
UNDER_WAY = frozenset({"requested", "in_progress"})


def members(moment: Moment, servers: Iterable[Server], which: Which) -> Servers:
    """Those of `servers` that are so, in their order. Of every server that is gone nothing but "gone" is true."""
    return tuple(each for each in servers if (each.status in GONE) == (which == "gone") and _IS[which](moment, each))


def ending_within(moment: Moment, servers: Iterable[Server], days: int | None = None) -> Servers:
    """Those in force that end today or within `days` days (None: whenever), the first to end first."""
    return tuple(each for end, each in _by_end(moment, servers) if days is None or end <= moment.today + timedelta(days=days))


def first_to_end(moment: Moment, servers: Iterable[Server]) -> Servers:
    """Those in force that end before all others: several when they end on one day, none when none has an end to come."""
    ends = _by_end(moment, servers)
    return tuple(each for end, each in ends if end == ends[0][0])


def last_to_end(moment: Moment, servers: Iterable[Server]) -> Servers:
    """Those in force that end after all others."""
    ends = _by_end(moment, servers)
    return tuple(each for end, each in ends if end == ends[-1][0])


def rest(servers: Iterable[Server], told: Iterable[Server]) -> Servers:
    """The others of `servers`: those that are not in `told`."""
    known = {each.id for each in told}
    return tuple(each for each in servers if each.id not in known)


def sum_owed(moment: Moment, servers: Iterable[Server]) -> Mapping[str, Decimal]:
    """What is due now in all, by currency; empty when nothing is."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for server in servers:
        due = owed(moment, server)
        if due:
            sums[due[1]] += due[0]
    return dict(sums)


def owes_most(moment: Moment, servers: Iterable[Server]) -> Servers:
    """Those for which most is due; of each currency, as amounts of two currencies cannot be compared."""
    due = [(each, *found) for each in servers if (found := owed(moment, each))]
    most: dict[str, Decimal] = {}
    for _, amount, currency in due:
        most[currency] = max(amount, most.get(currency, amount))
    return tuple(each for each, amount, currency in due if amount == most[currency])


def has_backup(moment: Moment, server: Server) -> bool:
    """Whether the backup of the last night, or a later one, ended well."""
    night = last_night(moment.calendar, moment.now)
    return any(each.status == "ok" and moment.calendar.local_date(each.started_at) >= night for each in server.backups)


def is_down(moment: Moment, server: Server) -> bool:
    """Whether an active server has an open incident, or was seen down of late."""
    seen = is_recent(server.health, moment) and server.health.state == "down"
    return server.status == "active" and (server.incident is not None or seen)


def is_up(moment: Moment, server: Server) -> bool:
    """Whether an active server was seen up of late, and no incident says otherwise."""
    seen = is_recent(server.health, moment) and server.health.state == "up"
    return server.status == "active" and server.incident is None and seen


def is_recent(health: Health | None, moment: Moment) -> TypeGuard[Health]:
    """Whether what was seen of a machine still says how it is."""
    return health is not None and moment.now - health.at <= HEALTH_HOLDS


def is_changing(server: Server) -> bool:
    """Whether a change of it was asked for and is not over."""
    return server.plan_change is not None and server.plan_change.state in UNDER_WAY


_IS: dict[Which, Callable[[Moment, Server], bool]] = {
    "active": lambda _, each: each.status == "active",
    "in_force": lambda moment, each: each.status == "active" and standing(moment, each) in IN_FORCE,
    "suspended": lambda _, each: each.status == "suspended",
    "being_created": lambda _, each: each.status == "provisioning",
    "gone": lambda _, each: each.status in GONE,
    "in_grace": lambda moment, each: standing(moment, each) in IN_GRACE,
    "up": is_up,
    "down": is_down,
    "owing": lambda moment, each: owed(moment, each) is not None,
    "without_backup": lambda moment, each: each.status == "active" and not has_backup(moment, each),
    "in_change": lambda _, each: is_changing(each),
}


def _by_end(moment: Moment, servers: Iterable[Server]) -> list[tuple[date, Server]]:
    ends = [
        (each.subscription.ends_on, each)
        for each in servers
        if each.subscription and each.subscription.ends_on and standing(moment, each) in IN_FORCE
    ]
    return sorted(ends, key=lambda pair: pair[0])
