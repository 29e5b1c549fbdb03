"""`python -m tests.crash.dying_gateway POINT MARKER`: the real gateway, which kills itself (SIGKILL) once, exactly at POINT.

The product has no hooks for this: one function of it is wrapped, here and only here. The file MARKER is made just before the kill;
where it exists already the process is the plain gateway. Times of leases and back-offs are short, so that tests need not wait.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import bot.gateway.__main__ as gateway
from bot.accounts.store import SqlAccounts
from bot.channels.web import stream
from bot.channels.whatsapp.graph import Graph
from bot.conversations import answers, effects, gathering, inbox, outbox, queue
from bot.effects.mailer import Mailer
from bot.gateway.app import create_app
from bot.timings import Timings
from bot.turns.dialogue_client import DialogueClient

QUICK = Timings(
    poll_seconds=0.05,
    lease_life=timedelta(seconds=1),
    renew_seconds=0.3,
    effect_lease_life=timedelta(seconds=1),
    delivery_lease_life=timedelta(seconds=1),
    delivery_settles=timedelta(seconds=1),
    back_off_first=timedelta(milliseconds=50),
    back_off_most=timedelta(milliseconds=200),
)
BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Point:
    """The call at which the process dies: `owner.name`, before or after it did its work."""

    owner: Any
    name: str
    when: str
    fits: Callable[[tuple[Any, ...]], bool] = lambda _: True


def _is_answer(arguments: tuple[Any, ...]) -> bool:
    """Whether a write to a stream carries an answer."""
    return any(isinstance(value, bytes) and b'"kind": "answer"' in value for value in arguments)


POINTS = {
    "before the store": Point(inbox, "accept", BEFORE),
    "after the store": Point(inbox, "accept", AFTER),
    "after the claim": Point(queue, "claim", AFTER),
    "while the dialogue works": Point(DialogueClient, "turn", BEFORE),
    "after the turn": Point(DialogueClient, "turn", AFTER),
    "before the commit": Point(answers, "commit", BEFORE),
    "after the commit": Point(answers, "commit", AFTER),
    "before the wait": Point(gathering, "wait_for_more", BEFORE),
    "after the wait": Point(gathering, "wait_for_more", AFTER),
    "before the write to the stream": Point(stream, "_write", BEFORE, _is_answer),
    "after the write to the stream": Point(stream, "_write", AFTER, _is_answer),
    "after the mail was queued": Point(SqlAccounts, "queue_connection_mail", AFTER),
    "before the mail": Point(Mailer, "send", BEFORE),
    "after the mail": Point(Mailer, "send", AFTER),
    "after the mail was marked sent": Point(SqlAccounts, "connection_mail_sent", AFTER),
    "before the effect is done": Point(effects, "done", BEFORE),
    "after the effect is done": Point(effects, "done", AFTER),
}
DELIVERY_POINTS = {
    "after the delivery is claimed": Point(outbox, "claim", AFTER),
    "after the parts are added": Point(outbox, "add_parts", AFTER),
    "before the request": Point(Graph, "send", BEFORE),
    "after the request": Point(Graph, "send", AFTER),
    "before the delivery is marked": Point(outbox, "sent", BEFORE),
    "after the delivery is marked": Point(outbox, "sent", AFTER),
}
"""Where an answer is carried by us."""
INSIDE = {
    "inside the store": (inbox, "accept"),
    "inside the claim": (queue, "claim"),
    "inside the commit": (answers, "commit"),
    "inside the wait": (gathering, "wait_for_more"),
    "inside the delivery's mark": (outbox, "sent"),
    "inside the delivery's claim": (outbox, "claim"),
}
"""Killed when the transaction has done all its work and only COMMIT is missing."""


def die(marker: Path) -> None:
    """Leave the marker, and the world."""
    marker.touch()
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: Point, marker: Path) -> None:
    """Wrap the point's function, once; nobody may come in between, for it dies with the call."""
    original = getattr(point.owner, point.name)

    async def wrapped(*arguments: Any, **options: Any) -> Any:
        fatal = point.fits(arguments)
        if fatal and point.when == BEFORE:
            die(marker)
        result = await original(*arguments, **options)
        if fatal and result is not False and (point.name != "claim" or result is not None):
            die(marker)
        return result

    setattr(point.owner, point.name, wrapped)


def arm_inside(owner: Any, name: str, marker: Path) -> None:
    """Die between the work of the first transaction of `owner.name` and its COMMIT."""
    original = getattr(owner, name)

    async def wrapped(ledger: Any, *arguments: Any, **options: Any) -> Any:
        return await original(_Dying(ledger, marker, name), *arguments, **options)

    setattr(owner, name, wrapped)


class _Dying:
    """A ledger whose next transaction that wrote something is the process's last."""

    def __init__(self, ledger: Any, marker: Path, name: str) -> None:
        self._ledger, self._marker, self._name = ledger, marker, name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    async def write(self, work: Callable[[Any], Any]) -> Any:
        def last(connection: Any) -> Any:
            result = work(connection)
            if self._name != "claim" or result is not None:
                die(self._marker)
            return result

        return await self._ledger.write(last)


def main() -> int:
    """Arm the point unless it has killed before, and serve."""
    point, marker = sys.argv[1], Path(sys.argv[2])
    if point != "never" and not marker.exists():
        points = POINTS | DELIVERY_POINTS
        if point in points:
            arm(points[point], marker)
        else:
            arm_inside(*INSIDE[point], marker)
    gateway.create_app = partial(create_app, timings=QUICK)
    return gateway.main()


if __name__ == "__main__":
    sys.exit(main())
