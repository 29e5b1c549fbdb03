"""Carries what was said to WhatsApp: several messages at once, one of a conversation after the other, each until its end is known.

Nothing it knows is needed to go on: what is due stands in the ledger under a lease. Whoever dies while sending leaves an attempt of which
nobody knows the end; a status may settle it until the lease is over, then the message is sent once more, visibly repeated at worst. A third
time it is sent only where the platform's reports show that it never had it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.channels.whatsapp import render, texts
from bot.channels.whatsapp.codes import FEW
from bot.channels.whatsapp.graph import Ambiguous, Graph, NotReached, Refused
from bot.channels.whatsapp.numbers import OtherForms
from bot.channels.whatsapp.outcomes import OUTSIDE, Attempt, Outcomes
from bot.channels.whatsapp.pacing import Pace
from bot.channels.whatsapp.template import INVITED, invitation, was_invited
from bot.conversations import outbox, people, reports
from bot.conversations.base import WINDOWS
from bot.conversations.outbox import DueDelivery
from bot.errors import LeaseLost, LedgerUnavailable
from bot.resources import Resources
from bot.worker import Worker

log = structlog.get_logger()

AT_ONCE: Final = 64
WINDOW: Final = WINDOWS["whatsapp"]
SHORT: Final = timedelta(seconds=1)
"""Waited for on the spot; what has to wait longer is put back."""
MOST_UNSETTLED: Final = 2
"""Sendings of one message of which nothing was heard: the second one is the only repeat that a customer may see."""
DRAIN_SECONDS: Final = 10.0

Sleep = Callable[[float], Awaitable[None]]


class Sender:
    """`sleep` waits for so many seconds: tests that move the clock give their own."""

    def __init__(self, resources: Resources, graph: Graph, sleep: Sleep = asyncio.sleep) -> None:
        self._settings, self._ledger, self._metrics = resources.settings, resources.ledger, resources.metrics
        self._now, self._sleep, self._graph, self._feed = resources.now, sleep, graph, resources.feed
        self._lease_life, self._settles = resources.timings.delivery_lease_life, resources.timings.delivery_settles
        self._pace = Pace(resources.settings.whatsapp_messages_per_second)
        self._forms, self._running = OtherForms(), set[asyncio.Task[None]]()
        self._outcomes = Outcomes(resources, self._pace)
        self.worker = Worker("whatsapp", self.step, resources.timings.poll_seconds)
        resources.feed.on_speech(self.worker.wake)

    async def step(self) -> bool:
        """Take what is due and begin to send it; whether there was anything, and a place for it."""
        if len(self._running) >= AT_ONCE or self._all_stopped():
            return False
        due = await outbox.claim(self._ledger, "whatsapp", self._now(), self._lease_life)
        if due is None:
            return False
        task = asyncio.create_task(self._carry(due))
        self._running.add(task)
        task.add_done_callback(self._end)
        return True

    async def drain(self) -> None:
        """Let what is being sent come to its end; what is left is taken up again when its lease is over."""
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN_SECONDS)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _all_stopped(self) -> bool:
        return all(self._pace.is_stopped(number, self._now()) for number in self._settings.whatsapp_phone_number_id)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self.worker.wake()

    async def _carry(self, due: DueDelivery) -> None:
        try:
            outcome = await self._settle(due)
        except LeaseLost:
            outcome = "lease_lost"
        except LedgerUnavailable as error:
            outcome = "ledger_away"
            log.warning("the ledger is away", worker="whatsapp", error=str(error))
        except Exception:
            outcome = "broken"
            log.exception("a delivery failed", delivery=due.id)
        if outcome not in {"paced", "lease_lost", "ledger_away"}:
            self._feed.moved(due.conversation)  # who has it open sees what became of it
        self._metrics.deliveries.labels("whatsapp", outcome).inc()
        log.info("delivery", outcome=outcome, delivery=due.id, attempts=due.attempts)

    async def _settle(self, due: DueDelivery) -> str:
        """Send it if it may go now, and write down what came of it; a word for that."""
        reach = await self._ledger.read(lambda connection: people.reach(connection, due.conversation))
        numbers, person = self._settings.whatsapp_phone_number_id, reach.to or reach.user_id
        number = reach.number if reach.number in numbers else numbers[0]
        missed = due.unsettled > 1 and await reports.come_in(self._ledger, number, self._now() - self._settles)
        attempt = Attempt(due, reach, number, person or "", missed=missed)
        if person is None:
            return await self._outcomes.give_up(attempt, "no address")
        if due.unsettled > MOST_UNSETTLED and not (missed and due.attempts <= FEW):
            return await self._outcomes.leave_unsettled(attempt)
        wait = await self._pass_pace(attempt)
        if wait:
            await outbox.put_back(self._ledger, due, self._now() + wait)
            return "paced"
        last = reach.last_inbound_at
        return await (self._outside(attempt) if last is None or self._now() - last >= WINDOW else self._say(attempt))

    async def _pass_pace(self, attempt: Attempt) -> timedelta:
        """Nothing once the message may go, or for how long it is too early for it."""
        while wait := self._pace.take(attempt.number, attempt.person, self._now()):
            if wait > SHORT:
                return wait
            await self._sleep(wait.total_seconds())
        return timedelta()

    async def _say(self, attempt: Attempt) -> str:
        due = attempt.due
        tells_privacy = due.kind == "answer" and not attempt.reach.privacy_told
        parts = render.contents(due.shown, texts.privacy(self._settings) if tells_privacy else None)
        if due.part >= len(parts):
            return await self._outcomes.give_up(attempt, "nothing to show")
        if due.part == 0 and len(parts) > 1:  # before the first is sent: whoever dies then leaves none out
            await outbox.add_parts(self._ledger, due, len(parts), self._now())
        if due.unsettled > 1:
            self._outcomes.repeats(attempt)
        return await self._send(attempt, parts[due.part], told_privacy=tells_privacy and due.part == len(parts) - 1)

    async def _outside(self, attempt: Attempt) -> str:
        """The customer has been silent for 24 hours: the configured template, once and if wanted, or a case for agents."""
        due, reach, since = attempt.due, attempt.reach, attempt.reach.last_inbound_at
        if since is None or reach.opted_out or not self._settings.whatsapp_template:
            return await self._outcomes.leave_to_agents(attempt)
        if await self._ledger.read(lambda connection: was_invited(connection, due.conversation, since)):
            return await self._outcomes.give_up(attempt, OUTSIDE)
        return await self._send(attempt, invitation(self._settings), note=INVITED)

    async def _send(self, attempt: Attempt, content: render.Content, **taken_with: Any) -> str:
        """One request; two where a number wants its other form, or where the platform closed the window before we did."""
        due, reach, now = attempt.due, attempt.reach, self._now
        body = {"messaging_product": "whatsapp", "recipient_type": "individual", "biz_opaque_callback_data": due.key, **content}
        try:
            if reach.to is None:
                taken = await self._graph.send(attempt.number, {**body, "recipient": reach.user_id})
            else:
                taken = await self._forms.send(f"+{reach.to.lstrip('+')}", lambda to: self._graph.send(attempt.number, {**body, "to": to}))
        except NotReached as error:
            return await self._outcomes.not_reached(attempt, error)
        except Ambiguous as error:
            return await self._outcomes.ambiguous(attempt, error)
        except Refused as error:
            invites = taken_with.get("note") == INVITED
            if self._outcomes.wants_template(error) and not invites:
                return await self._outside(attempt)
            return await self._outcomes.refused(attempt, error, invites=invites)
        self._pace.went_well(attempt.number, attempt.person, now())
        self._metrics.number_stopped.labels(attempt.number).set(0)
        self._metrics.delivery_seconds.labels("whatsapp").observe(max(0.0, (now() - due.shown.at).total_seconds()))
        await outbox.sent(self._ledger, due, taken.external_id, now(), number=attempt.number, **taken_with)
        return "sent"
