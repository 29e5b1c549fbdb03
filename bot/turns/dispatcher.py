"""Takes waiting messages through the dialogue: one turn at a time per conversation, a bounded number at once, each until it is answered.

Nothing it knows is needed to go on: the queue, the leases and the attempts stand in the ledger, so it may die at any line.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError

from bot import texts
from bot.conversations import answers, gathering, inbox, queue, unreadable
from bot.conversations.codes import Asked
from bot.conversations.inbox import Accepted, Inbound, Terms
from bot.conversations.queue import OpenTurn
from bot.errors import DialogueUnavailable, EpisodeUnreadable, LeaseLost, LedgerUnavailable, TurnAborted
from bot.identity.turn import TurnClaims, sign_turn
from bot.protocol.turn import Reply, TurnResult, Wait
from bot.resources import Resources
from bot.turns import next_steps
from bot.turns.dialogue_client import DialogueClient, TurnRejected
from bot.turns.outage import OutageWatch
from bot.worker import Worker

log = structlog.get_logger()

UNAVAILABLE = "dialogue unavailable"
ABORTED = "turn aborted"
FOLIO_TAKEN = "folio taken"


class Dispatcher:
    """Runs the turns of this process. `parked_text` gives a channel's words for a message that was given up.

    `gathered`: by channel, how long a message that asks nothing yet waits for the next one.
    """

    def __init__(
        self,
        resources: Resources,
        dialogue: DialogueClient,
        parked_text: Callable[[str], str | None],
        wake_effects: Callable[[], None],
        gathered: Mapping[str, timedelta],
    ) -> None:
        self._resources, self._ledger, self._dialogue, self._feed = resources, resources.ledger, dialogue, resources.feed
        self._settings, self._metrics, self._timings = resources.settings, resources.metrics, resources.timings
        self._now, self._jitter = resources.now, resources.jitter
        self._parked_text, self._wake_effects, self._gathered = parked_text, wake_effects, gathered
        self._running: set[asyncio.Task[None]] = set()
        self._newest: dict[str, OpenTurn] = {}  # by conversation: a late turn must not put out the typing sign of the one after it
        self._arriving = 0
        self._draining = False
        self._caught_up = False  # whether the last look at the queue found nothing
        self.worker = Worker("turns", self.step, self._timings.poll_seconds)
        self.outage = OutageWatch(resources, dialogue, (UNAVAILABLE, ABORTED), self.worker.wake)
        self._feed.watch(self._heard)

    async def step(self) -> bool:
        """Take what waits and start its turn; whether there was anything, and a place for it."""
        self._caught_up = False
        if not self._has_place():
            return False  # the turn that ends next wakes us
        turn = await queue.claim(self._ledger, self._now(), self._timings.lease_life)
        if turn is None:
            self._caught_up = True
            return False
        self._start(turn)
        self._feed.typing(turn.lease.conversation, now=True)
        return True

    async def accept(self, inbound: Inbound, terms: Terms) -> Accepted:
        """Store a message; its turn begins at once if there is a place and nobody waits. Raises what `inbox.accept` raises."""
        at_once = self._caught_up and not self.worker.woken and not self._draining and self._has_place()
        self._arriving += at_once
        try:
            asked = replace(terms, lease_life=self._timings.lease_life if at_once else None)
            accepted = await inbox.accept(self._ledger, inbound, self._now(), asked)
        finally:
            self._arriving -= at_once
        self.begin([accepted])
        return accepted

    def begin(self, accepted: Sequence[Accepted]) -> None:
        """These messages are stored: their turns begin, or are taken from the queue."""
        for each in accepted:
            if each.turn is not None:
                self._start(each.turn)
            elif each.answering:
                self.worker.wake()
            if not each.repeated:
                waits = each.answering and each.turn is None
                self._feed.moved(each.conversation, each.messages, typing=each.answering or None, waits=waits)

    def _heard(self, _conversation: str, waits: bool) -> None:
        if waits:
            self.worker.wake()

    def look_at(self, moment: datetime) -> None:
        """Something in the queue will be due then: look at that moment, not at the poll after it."""
        asyncio.get_running_loop().call_later(max(0.0, (moment - self._now()).total_seconds()), self.worker.wake)

    def _has_place(self) -> bool:
        return len(self._running) + self._arriving < self._settings.rate_turns_at_once

    def _start(self, turn: OpenTurn) -> None:
        self._newest[turn.lease.conversation] = turn
        task = asyncio.create_task(self._take(turn))
        self._running.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not self._caught_up:
            self.worker.wake()

    async def drain(self) -> None:
        """Wait for the turns that run, at most `drain_seconds`; what is left is taken again when its lease has ended."""
        self._draining = True
        log.info("stopping: no new turns; those that run are finished", process="gateway", turns=len(self._running))
        if self._running:
            await asyncio.wait(self._running, timeout=self._timings.drain_seconds)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _take(self, turn: OpenTurn) -> None:
        conversation, waits = turn.lease.conversation, False
        with structlog.contextvars.bound_contextvars(correlation=turn.correlation, conversation=conversation, turn=turn.last.id):
            try:
                waits = await self._settle(turn)
            except LeaseLost:
                self._count(turn, "lease_lost")
            except LedgerUnavailable as error:  # the lease ends by itself, and the turn is taken again
                self._count(turn, "ledger_unavailable", error=str(error))
            except Exception:
                log.exception("a turn could not be settled")
                self._metrics.turns.labels("internal").inc()
            finally:
                if self._newest.get(conversation) is turn:
                    del self._newest[conversation]
                    if not waits:
                        self._feed.typing(conversation, now=False)

    async def _settle(self, turn: OpenTurn) -> bool:
        """Ask, and write down what came of it; whether that is only to wait for the customer's next message."""
        turn = replace(turn, may_wait=self._may_wait(turn))
        try:
            async with self._renewing(turn):
                result = await self._ask(turn)
        except TurnRejected as error:
            await self._park(turn, str(error))
        except EpisodeUnreadable as error:
            return await self._in_a_fresh_episode(turn, str(error))
        except TurnAborted as error:
            await self._again(turn, ABORTED, str(error))
        except DialogueUnavailable as error:
            await self._again(turn, UNAVAILABLE, str(error))
        else:
            if isinstance(result, Wait):
                await self._wait(turn)
                return True
            await self._commit(turn, result)
        return False

    def _may_wait(self, turn: OpenTurn) -> bool:
        """Whether there is time for its customer to write more."""
        return turn.may_wait and self._gathered_for(turn) > timedelta() and self._now() < turn.first_at + self._timings.gather_most

    def _gathered_for(self, turn: OpenTurn) -> timedelta:
        return self._gathered.get(turn.channel, timedelta())

    async def _ask(self, turn: OpenTurn) -> TurnResult | Wait:
        now = self._now()
        if not turn.asked:
            return Wait(wait=True) if turn.may_wait else _fixed(turn)
        token = sign_turn(self._settings.internal_secret, TurnClaims(turn.identity, turn.channel, turn.last.id), now)
        self._metrics.stage_seconds.labels("waiting").observe(max(0.0, (now - turn.accepted_at).total_seconds()))
        with self._metrics.stage_seconds.labels("dialogue").time():
            return await self._dialogue.turn(turn, token)

    async def _in_a_fresh_episode(self, turn: OpenTurn, error: str) -> bool:
        """What the assistant remembered cannot be read: forget it, and answer the message now instead of never."""
        if not turn.events:  # there was nothing to read: it is the turn's own failure
            await self._again(turn, ABORTED, error)
            return False
        fresh = await unreadable.begin_anew(self._ledger, turn, self._now())
        self._count(turn, "unreadable_episode", error=error)
        return await self._settle(fresh)

    async def _wait(self, turn: OpenTurn) -> None:
        until = await gathering.wait_for_more(self._ledger, turn, self._now(), self._gathered_for(turn), self._timings.gather_most)
        self.look_at(until)
        self._count(turn, "waits")

    async def _commit(self, turn: OpenTurn, result: TurnResult) -> None:
        now = self._now()
        try:
            with self._metrics.stage_seconds.labels("commit").time():
                offer = await next_steps.offer(self._resources, turn, result)
                committed = await answers.commit(self._ledger, turn, result, now, offer, self._asked)
        except IntegrityError:  # an open case has this very folio: the next attempt makes another one
            await self._again(turn, FOLIO_TAKEN, "")
            return
        self._feed.moved(turn.lease.conversation, (committed.answer,))
        if committed.more:
            self.worker.wake()
        if result.effects:
            self._wake_effects()
            self._metrics.escalations.inc(sum(effect.kind == "escalate" for effect in result.effects))
        for part in result.understood:
            self._metrics.decisions.labels(part.decision).inc()
        self._metrics.answer_seconds.observe(max(0.0, (now - turn.accepted_at).total_seconds()))
        self._count(turn, "answered")

    def _asked(self, asked: Asked, to: str) -> str:
        return texts.code_asked(self._settings, asked.kind, to, asked.until, self._now())

    async def _again(self, turn: OpenTurn, error: str, detail: str) -> None:
        now = self._now()
        patient = timedelta() <= now - turn.first_attempt_at < self._timings.park_after  # a clock that was set back must not prolong it
        if turn.attempts >= self._timings.park_attempts and not patient:
            await self._park(turn, f"{error}: {detail}")
            return
        await queue.postpone(self._ledger, turn, now + self._timings.back_off(turn.attempts, self._jitter()), error)
        self.outage.suspect()
        self._count(turn, "postponed", error=f"{error}: {detail}")

    async def _park(self, turn: OpenTurn, error: str) -> None:
        more = await queue.park(self._ledger, turn, error, self._parked_text(turn.channel), self._now())
        self._feed.moved(turn.lease.conversation)
        if more:
            self.worker.wake()
        self._metrics.notices.labels("parked").inc()
        self._count(turn, "parked", error=error)

    def _count(self, turn: OpenTurn, outcome: str, **detail: str) -> None:
        self._metrics.turns.labels(outcome).inc()
        log.info("turn", outcome=outcome, attempts=turn.attempts, **detail)

    @asynccontextmanager
    async def _renewing(self, turn: OpenTurn) -> AsyncIterator[None]:
        """Keep the lease while the block runs; when it is lost the commit will find out."""
        renewal = Worker("lease", lambda: self._renew(turn), self._timings.renew_seconds)
        first = asyncio.get_running_loop().call_later(self._timings.renew_seconds, renewal.start)  # hardly a turn takes so long
        try:
            yield
        finally:
            first.cancel()
            await renewal.stop()

    async def _renew(self, turn: OpenTurn) -> bool:
        with contextlib.suppress(LeaseLost):
            await queue.renew(self._ledger, turn.lease, self._now(), self._timings.lease_life)
        return False


def _fixed(turn: OpenTurn) -> TurnResult:
    """The answer that the channel had ready; the dialogue remembers what it did."""
    return TurnResult((Reply(turn.last.fixed_answer or ""),), turn.events, ())
