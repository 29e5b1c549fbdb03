"""What is wrong on a customer's account now, the worst first: it explains an angry message better than any excuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import structlog

from actions.invoice_day import invoice_state
from actions.live import IN_FORCE, IN_GRACE, charge_state, last_charge, last_mail, standing
from actions.sets import is_down
from actions.turn import GONE, Moment, Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.rules.backup import streak_of_failures
from bot.rules.subscription import days_left

log = structlog.get_logger()

Trouble = Literal["gone", "down", "late", "suspended", "backup", "mail", "unpaid", "waiting"]
BAD: frozenset[Trouble] = frozenset({"gone", "down", "late", "suspended", "backup"})
"""What a word of regret is due for, whatever is asked."""
SOON_DAYS = 7
INVOICE_TO_COME = frozenset({"later", "tomorrow", "today", "late"})

_IS: dict[Trouble, tuple[DataClass, Callable[[Moment, Server], bool]]] = {
    "gone": (DataClass.SERVERS, lambda _, each: each.status in GONE),
    "down": (DataClass.SERVERS, is_down),
    "late": (DataClass.PAYMENTS, lambda moment, each: charge_state(moment, last_charge(moment, each)) == "overdue"),
    "suspended": (DataClass.SERVERS, lambda _, each: each.status == "suspended"),
    "backup": (DataClass.BACKUPS, lambda _, each: each.status == "active" and streak_of_failures(each.backups) > 0),
    "mail": (DataClass.CONNECTION, lambda _, each: each.status == "active" and _bounced(each)),
    "unpaid": (DataClass.SERVERS, lambda moment, each: standing(moment, each) in IN_GRACE),
    "waiting": (DataClass.SERVERS, lambda _, each: each.status == "provisioning"),
}
"""In the order of their weight."""


_NEAR: dict[str, tuple[DataClass, Callable[[Moment, Server], bool]]] = {
    "charged": (DataClass.PAYMENTS, lambda moment, each: charge_state(moment, last_charge(moment, each)) == "pending"),
    "rejected": (DataClass.PAYMENTS, lambda moment, each: charge_state(moment, last_charge(moment, each)) == "rejected"),
    "ending": (DataClass.SERVERS, lambda moment, each: standing(moment, each) in IN_FORCE and _ends_soon(moment, each)),
    "invoice": (DataClass.INVOICES, lambda moment, each: invoice_state(moment, each) in INVOICE_TO_COME),
}
"""No trouble, but what is likely to be written about."""


def trouble_of(turn: Turn, server: Server) -> Trouble | None:
    """The worst that is wrong with one server, of what may be told to whoever is asking."""
    return next((name for name, (data, is_so) in _IS.items() if turn.sees(data) and is_so(turn, server)), None)


def situation(turn: Turn) -> tuple[str, ...]:
    """What is the matter on the account, and what is near to happen, in words that the reader learns from (data/conversations/situations.tsv)."""
    found = {name: data for each in turn.servers for name, (data, is_so) in (*_IS.items(), *_NEAR.items()) if is_so(turn, each)}
    return tuple(sorted(name for name, data in found.items() if turn.sees(data)))


def known_situation(turn: Turn) -> tuple[str, ...] | None:
    """The same; None where the account was not read. No answer is lost for what only helps to read the next message."""
    try:
        return situation(turn) if turn.audience == "known" else None
    except Exception as error:
        log.error("situation not known", kind=type(error).__name__)  # noqa: TRY400 - its words may hold what a customer wrote
        return None


def worst_trouble(turn: Turn) -> tuple[Trouble, Server] | None:
    """What is wrong with the server that is talked about, else the worst of all; None when all is well or nothing may be told."""
    found = [(trouble, each) for each in turn.servers if (trouble := trouble_of(turn, each))]
    meant = {each.alias for each in (turn.chosen,) if each} or set(turn.state.servers)
    order = list(_IS)
    return min(found, key=lambda one: (one[1].alias not in meant, order.index(one[0])), default=None)


def _ends_soon(moment: Moment, server: Server) -> bool:
    subscription = server.subscription
    return subscription is not None and subscription.ends_on is not None and days_left(subscription.ends_on, moment.today) <= SOON_DAYS


def _bounced(server: Server) -> bool:
    mail = last_mail(server)
    return mail is not None and mail.status == "bounced"
