"""What becomes of a message that was not plainly taken: tried again, waited for, held back with its number, or given up.

What is given up is never dropped in silence: it stands in the ledger as failed with the reason, and agents get a case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection, update

from bot.channels.whatsapp.codes import FEW, Do, Rule, long_pause, pause, rule
from bot.channels.whatsapp.graph import Ambiguous, NotReached, Refused
from bot.channels.whatsapp.pacing import Pace
from bot.conversations import cases, outbox
from bot.conversations.outbox import DueDelivery
from bot.conversations.people import Reach
from bot.conversations.tables import CONVERSATION
from bot.resources import Resources

log = structlog.get_logger()

THROTTLED: Final = timedelta(seconds=1)
"""Besides the pause of its number, before a message that was too fast goes again."""
ALERTS_AGAIN: Final = timedelta(hours=1)
OUTSIDE: Final = "outside 24 h"
OUTSIDE_CASE: Final = "whatsapp_fuera_de_24_horas"
UNDELIVERED_CASE: Final = "whatsapp_no_entregado"
UNSETTLED_CASE: Final = "whatsapp_sin_confirmar"
"""Reasons of cases, as agents see them."""


@dataclass(frozen=True)
class Attempt:
    """A delivery on its way: from which number of ours, to whom.

    `missed`: it was sent before, and can hardly have been taken, since the platform has reported messages that were sent later.
    """

    due: DueDelivery
    reach: Reach
    number: str
    person: str
    missed: bool = False


class Outcomes:
    """Writes down what became of attempts; each method gives a word for it. All raise LeaseLost and LedgerUnavailable."""

    def __init__(self, resources: Resources, pace: Pace) -> None:
        self._ledger, self._metrics, self._now, self._jitter = resources.ledger, resources.metrics, resources.now, resources.jitter
        self._pace, self._settles = pace, resources.timings.delivery_settles
        self._alerted: dict[int, datetime] = {}

    async def not_reached(self, attempt: Attempt, error: NotReached) -> str:
        """The platform is away: again, however often."""
        again_at = self._now() + pause(3, self._jitter())
        await outbox.not_sent(self._ledger, attempt.due, f"not reached: {error}", again_at, counts=False)
        return "not_reached"

    async def ambiguous(self, attempt: Attempt, error: Ambiguous) -> str:
        """It may have been taken: wait for its status before anything else of the conversation goes out."""
        self._metrics.deliveries.labels("whatsapp", "unsettled").inc()
        log.warning("whatsapp: no reply, so nobody knows whether it was taken", delivery=attempt.due.id, error=str(error))
        await outbox.not_sent(self._ledger, attempt.due, f"no reply: {error}", self._now() + self._settles, ambiguous=True)
        return "waits_for_status"

    def repeats(self, attempt: Attempt) -> None:
        """It is sent once more: a repeat that its customer may see, unless it was missed."""
        if attempt.missed:
            log.warning("whatsapp: sent again, since later messages were reported and this one was not", delivery=attempt.due.id)
            return
        self._metrics.deliveries.labels("whatsapp", "repeated").inc()
        log.warning("whatsapp: sent once more, since nobody knows whether it was taken", delivery=attempt.due.id)

    async def leave_unsettled(self, attempt: Attempt) -> str:
        """It was sent as often as it may be; whether it arrived only a late status can tell, and agents can ask."""
        also = partial(cases.open_case, conversation=attempt.due.conversation, reason=UNSETTLED_CASE, now=self._now())
        await outbox.not_sent(self._ledger, attempt.due, "sent twice, and nothing was heard of it", None, ambiguous=True, also=also)
        log.error("whatsapp: a message may not have arrived", delivery=attempt.due.id)
        return "ambiguous"

    async def refused(self, attempt: Attempt, error: Refused, *, invites: bool) -> str:
        """As the table of codes says. `invites`: what was refused is the template, so the message itself is left to agents."""
        wanted = rule(error.code)
        self._tell(attempt, error, wanted)
        wait = self._wait(attempt, error, wanted)
        if wait is not None:
            counts = wanted.do is Do.RETRY
            await outbox.not_sent(self._ledger, attempt.due, str(error), self._now() + wait, counts=counts)
            return str(wanted.do)
        if wanted.do is Do.UNSUBSCRIBE:
            await self._ledger.write(partial(_opt_out, conversation=attempt.due.conversation, now=self._now()))
        return await (self.leave_to_agents(attempt) if invites else self.give_up(attempt, str(error)))

    def wants_template(self, error: Refused) -> bool:
        """Whether the platform says that the customer has been silent for too long."""
        return rule(error.code).do is Do.OUTSIDE

    async def give_up(self, attempt: Attempt, error: str) -> str:
        """It can never be sent."""
        await self._fail(attempt, error, UNDELIVERED_CASE)
        return "failed"

    async def leave_to_agents(self, attempt: Attempt) -> str:
        """The customer cannot be written to any more, but called."""
        await self._fail(attempt, OUTSIDE, OUTSIDE_CASE)
        return "left_to_agents"

    async def _fail(self, attempt: Attempt, error: str, reason: str) -> None:
        also = partial(cases.open_case, conversation=attempt.due.conversation, reason=reason, now=self._now())
        await outbox.not_sent(self._ledger, attempt.due, error, None, also=also)
        log.warning("whatsapp: a message was given up", delivery=attempt.due.id)

    def _wait(self, attempt: Attempt, error: Refused, wanted: Rule) -> timedelta | None:
        """How long to wait before the next attempt; None when there is none."""
        now, number = self._now(), attempt.number
        match wanted.do:
            case Do.STOP:
                self._metrics.number_stopped.labels(number).set(1)
                return self._pace.stop(number, now) - now
            case Do.SLOW_DOWN:
                again = self._pace.slow_down(number, now) + THROTTLED * (1 + self._jitter())
                return min(max(again, error.wait or timedelta()), outbox.LONGEST_WAIT)
            case Do.SLOW_PAIR:
                return self._pace.slow_pair(number, attempt.person, now)
            case Do.LATER:
                return long_pause(attempt.due.attempts, self._jitter(), error.wait)
            case Do.RETRY if attempt.due.attempts < FEW:
                return pause(attempt.due.attempts, self._jitter())
            case _:
                return None

    def _tell(self, attempt: Attempt, error: Refused, wanted: Rule) -> None:
        """Count it, and tell operators: what they must see at most once an hour for each code."""
        self._metrics.delivery_refusals.labels("whatsapp", str(error.code)).inc()
        now, last = self._now(), self._alerted.get(error.code)
        if wanted.alert and (last is None or not timedelta() <= now - last < ALERTS_AGAIN):
            self._alerted[error.code] = now
            log.error("whatsapp: refused, and somebody must look at it", code=error.code, does=str(wanted.do), number=attempt.number)
        else:
            log.warning("whatsapp: refused", code=error.code, does=str(wanted.do), delivery=attempt.due.id)


def _opt_out(connection: Connection, conversation: str, now: datetime) -> None:
    out = update(CONVERSATION).where(CONVERSATION.c.id == conversation, CONVERSATION.c.opted_out_at.is_(None))
    connection.execute(out.values(opted_out_at=now, wished_at=now))
