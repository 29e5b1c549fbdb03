"""What the console does by itself.

Conversations whose agent has gone go back, what agents wanted said later is said, cases that nobody asks for any more expire, who waits for
an agent in the chat is told when the last one has left, agents get their digest, and surges are looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot import texts
from bot.console import audit, digest
from bot.console.publications import Publisher
from bot.console.surges import SurgeWatch
from bot.conversations import cases, dues, later, notices, presence, take_over
from bot.resources import Resources
from bot.worker import Worker

SELDOM_SECONDS: Final = 60.0
AWAY: Final = timedelta(seconds=60)
"""So long nobody must be there before it is told: an agent who goes from page to page has not left."""


def workers(resources: Resources, publisher: Publisher, post: digest.Post) -> Sequence[Worker]:
    """To be started and stopped with the gateway; several gateways may do so at once. `post` sends mails."""
    ledger, now = resources.ledger, resources.now

    async def take_back() -> bool:
        for conversation in await take_over.expire(ledger, now()):
            resources.feed.moved(conversation)
        return False

    def note(connection: Connection, outcome: later.Outcome) -> None:
        what = "programada, no se envió" if outcome.message is None else f"programada, mensaje {outcome.message.seq}"
        audit.add(connection, "respuesta", outcome.agent, "", now(), outcome.conversation, what)

    async def say_later() -> bool:
        outcomes = await later.say_what_is_due(ledger, now(), note)
        for each in outcomes:
            resources.feed.moved(each.conversation, () if each.message is None else [each.message])
        return len(outcomes) == later.AT_ONCE

    async def expire() -> bool:
        await presence.forget(ledger, now())
        for conversation in await cases.expire(ledger, now()):
            resources.feed.moved(conversation)
        return False

    async def tell_by_mail() -> bool:
        await digest.step(resources, post)
        return False

    async def prove() -> bool:
        await publisher.step(resources)
        return False

    every = resources.timings.poll_seconds
    return (
        Worker("take-overs", take_back, every),
        Worker("said later", say_later, every),
        Worker("who waits", _Waits(resources).step, every),
        Worker("proofs", prove, every),
        Worker("cases", expire, SELDOM_SECONDS),
        Worker("surges", SurgeWatch(resources).step, SELDOM_SECONDS),
        Worker("digests", tell_by_mail, SELDOM_SECONDS),
    )


class _Waits:
    """Tells who waits in the chat that nobody is there; `empty_since` is when this process saw the last agent go."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self.empty_since: datetime | None = None

    async def step(self) -> bool:
        """Look, and tell; always False."""
        ledger, now = self._resources.ledger, self._resources.now()
        waiting = await dues.open_ones(ledger, "chat")
        if not waiting or await presence.on_line(ledger, now):
            self.empty_since = None
            return False
        self.empty_since = self.empty_since or now
        for each in waiting if now - self.empty_since >= AWAY else ():
            if await dues.leave(ledger, each.conversation_id, now):
                await notices.tell(ledger, each.conversation_id, texts.agents_left(self._resources.settings, each.code, now), now)
                self._resources.feed.moved(each.conversation_id)
        return False
