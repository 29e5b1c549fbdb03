"""Takes waiting messages through the dialogue: one at a time per conversation, a bounded number at once, each until it is answered.

Nothing it knows is needed to go on: the queue, the leases and the attempts stand in the ledger, so it may die at any line.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import structlog

from bot.conversations import answers, turns, unreadable
from bot.conversations.results import TurnResult
from bot.conversations.turns import OpenTurn
from bot.errors import DialogueUnavailable, EpisodeUnreadable, LeaseLost, LedgerUnavailable, TurnAborted
from bot.gateway import texts
from bot.gateway.dialogue_client import TurnRejected
from bot.gateway.outage import OutageWatch
from bot.gateway.place import Place
from bot.gateway.resources import Resources
from bot.gateway.worker import Worker
from bot.identity.turn import sign_turn

log = structlog.get_logger()

UNAVAILABLE = "dialogue unavailable"
ABORTED = "turn aborted"
HINTED_AT_ONCE = 4
"""While more turns run, the processors are busy anyway, and telling the actions what comes would only cost."""


class Dispatcher:
    """Runs the turns of this process."""

    def __init__(self, resources: Resources, wake_effects: Callable[[], None]) -> None:
        self._ledger, self._dialogue, self._actions, self._hub = resources.ledger, resources.dialogue, resources.actions, resources.hub
        self._settings, self._metrics, self._timings = resources.settings, resources.metrics, resources.timings
        self._now, self._jitter = resources.now, resources.jitter
        self._running: set[asyncio.Task[None]] = set()
        self._places: set[Place] = set()
        self._draining = self._behind = False
        self.worker = Worker("turns", self.step, self._timings.poll_seconds)
        self.outage = OutageWatch(resources, (UNAVAILABLE, ABORTED), self.worker.wake)
        self._wake_effects = wake_effects

    async def step(self) -> bool:
        """Take one message and start its turn; whether there was one, and a place for it."""
        if not self._has_place():
            self._behind = True  # the turn that ends next wakes us
            return False
        turn = await turns.claim(self._ledger, self._now(), self._timings.lease_life)
        self._behind = turn is not None
        if turn is None:
            return False
        self._start(turn)
        self._hub.wake(turn.lease.conversation, typing=True, moved=False)
        return True

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Keep a place for a message that is being accepted in the block. While others wait nobody goes before them.

        A turn that the block began is dropped when the block fails, for then its message was not stored.
        """
        free = not self._draining and not self._behind and self._has_place()
        self._behind = not free
        place = Place(self._timings.lease_life if free else None, self._start)
        self._places.add(place)
        stored = False
        try:
            yield place
            stored = True
        finally:
            self._places.discard(place)
            place.close(stored=stored)
        if place.task is None:  # it has to wait for others
            self.worker.wake()

    def _has_place(self) -> bool:
        return len(self._running) + sum(place.is_kept for place in self._places) < self._settings.rate_turns_at_once

    def _start(self, turn: OpenTurn, decided: asyncio.Event | None = None) -> asyncio.Task[None]:
        task = asyncio.create_task(self._take(turn, decided))
        self._running.add(task)
        task.add_done_callback(self._end)
        return task

    def _end(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._behind:  # else nothing waits: who accepts a message that must wait says so
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

    async def _take(self, turn: OpenTurn, decided: asyncio.Event | None) -> None:
        conversation = turn.lease.conversation
        with structlog.contextvars.bound_contextvars(correlation=turn.correlation, conversation=conversation, turn=turn.message):
            try:
                await self._settle(turn, decided)
            except LeaseLost:
                self._count(turn, "lease_lost")
            except LedgerUnavailable as error:  # the lease ends by itself, and the turn is taken again
                self._count(turn, "ledger_unavailable", error=str(error))
            except Exception:
                log.exception("a turn could not be settled")
                self._metrics.turns.labels("internal").inc()
            finally:
                self._hub.wake(conversation, typing=False, moved=False)

    async def _settle(self, turn: OpenTurn, decided: asyncio.Event | None = None) -> None:
        try:
            async with self._renewing(turn):
                result = await self._ask(turn, decided)
        except TurnRejected as error:
            await self._park(turn, str(error))
        except EpisodeUnreadable as error:
            await self._in_a_fresh_episode(turn, str(error))
        except TurnAborted as error:
            await self._again(turn, ABORTED, str(error))
        except DialogueUnavailable as error:
            await self._again(turn, UNAVAILABLE, str(error))
        else:
            await self._commit(turn, result)

    async def _ask(self, turn: OpenTurn, decided: asyncio.Event | None) -> TurnResult:
        """What the dialogue makes of a message; not before it is decided that the message is stored (or else this task is cancelled)."""
        now = self._now()
        token = sign_turn(self._settings.internal_secret, turn.desk, turn.level, turn.message, now)
        self._metrics.stage_seconds.labels("waiting").observe(max(0.0, (now - turn.accepted_at).total_seconds()))
        if turn.desk is not None and len(self._running) <= HINTED_AT_ONCE:
            self._actions.foretell(turn.message, token)
        try:
            with self._metrics.stage_seconds.labels("dialogue").time():
                return await self._dialogue.turn(turn, token)
        finally:
            if decided is not None:
                await decided.wait()

    async def _in_a_fresh_episode(self, turn: OpenTurn, error: str) -> None:
        """What the assistant remembered cannot be read: forget it, and answer the message now instead of never."""
        if not turn.events:  # there was nothing to read: it is the turn's own failure
            await self._again(turn, ABORTED, error)
            return
        fresh = await unreadable.begin_anew(self._ledger, turn, self._now())
        self._count(turn, "unreadable_episode", error=error)
        await self._settle(fresh)

    async def _commit(self, turn: OpenTurn, result: TurnResult) -> None:
        now = self._now()
        with self._metrics.stage_seconds.labels("commit").time():
            committed = await answers.commit(self._ledger, turn, result, now)
        self._hub.publish(turn.lease.conversation, (committed.answer,), typing=False)
        await asyncio.sleep(0)  # the customer reads while we count
        self._behind |= committed.more
        self._metrics.deliveries.labels("pending").inc()
        if result.effects:
            self._wake_effects()
            self._metrics.escalations.inc(sum(effect.kind == "escalate" for effect in result.effects))
        for part in result.understood:
            self._metrics.decisions.labels(part.decision).inc()
        self._metrics.answer_seconds.observe(max(0.0, (now - turn.accepted_at).total_seconds()))
        self._count(turn, "answered")

    async def _again(self, turn: OpenTurn, error: str, detail: str) -> None:
        now = self._now()
        patient = timedelta() <= now - turn.first_attempt_at < self._timings.park_after  # a clock that was set back must not prolong it
        if turn.attempts >= self._timings.park_attempts and not patient:
            await self._park(turn, f"{error}: {detail}")
            return
        await turns.postpone(self._ledger, turn, now + self._timings.back_off(turn.attempts, self._jitter()), error)
        self.outage.suspect()
        self._count(turn, "postponed", error=f"{error}: {detail}")

    async def _park(self, turn: OpenTurn, error: str) -> None:
        await turns.park(self._ledger, turn, error, texts.parked(self._settings, self._now()), self._now())
        self._hub.wake(turn.lease.conversation)
        self._behind = True
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
            await turns.renew(self._ledger, turn.lease, self._now(), self._timings.lease_life)
        return False
