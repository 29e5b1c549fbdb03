"""Asks an implementation of `AccountsPort` what the assistant will ask it, and says what came, how long it took and what breaks the contract.

It asks the implementation itself, without the guard, so that nothing is hidden: how slow it is, how long it blocks the event loop,
what it raises. It only reads: no mail is asked for. `python -m bot accounts check` prints it, `bot/accounts/contract.py` asserts it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final

from bot.accounts.guard import ACCOUNTS_SECONDS, desk_problems
from bot.accounts.port import AccountsPort, Desk
from bot.accounts.validation import problems_of
from bot.errors import DeskUnknown
from bot.rules.contact import normal_mail, normal_phone

PATIENCE_SECONDS: Final = 15.0
TICK_SECONDS: Final = 0.005
BLOCKED_SECONDS: Final = 0.2
"""Longer than this, and customers who ask about something else notice it."""
ASKED_AGAIN: Final = 2
STRANGE_IDS: Final = ("", "-", "no-such-desk", "x" * 5000, "A\x00", "\ud800", "🙂", "A' OR '1'='1")
MOST_PHONES: Final = 3


@dataclass(frozen=True)
class Asked:
    """One call: what came of it, the seconds it took, the longest that the event loop stood still, and what breaks the contract."""

    call: str
    value: Any = None
    error: BaseException | None = None
    seconds: float = 0.0
    blocked: float = 0.0
    problems: list[str] = field(default_factory=list)

    def found(self, *problems: str) -> Asked:
        """The same with more problems."""
        self.problems.extend(problems)
        return self


async def examine(source: AccountsPort, desk_id: str) -> list[Asked]:
    """Every reading call, about a desk that is there and about ids that are none."""
    reading = await _ask("read_desk", lambda: source.read_desk(desk_id))
    answers = [await _exists(source, desk_id, expected=True), reading]
    if reading.error:
        reading.found(f"raised {kind_of(reading.error)} for a desk that should be there")
    else:
        reading.found(*(f"{problem.field or 'the desk'} {problem.text}" for problem in desk_problems(reading.value, desk_id)))
    if isinstance(reading.value, Desk) and not reading.problems:
        answers += await _found_again(source, reading.value)
    for strange in STRANGE_IDS:
        answers += [await _exists(source, strange, expected=False), await _unknown(source, strange)]
    return answers


async def _exists(source: AccountsPort, desk_id: str, *, expected: bool) -> Asked:
    asked = await _ask(f"desk_exists({_short(desk_id)})", lambda: source.desk_exists(desk_id))
    if asked.error:
        return asked.found(f"raised {kind_of(asked.error)}: return {expected}")
    return asked if asked.value is expected else asked.found(f"must return {expected}")


async def _unknown(source: AccountsPort, desk_id: str) -> Asked:
    asked = await _ask(f"read_desk({_short(desk_id)})", lambda: source.read_desk(desk_id))
    if isinstance(asked.error, DeskUnknown):
        return asked
    return asked.found(
        f"{f'raised {kind_of(asked.error)}' if asked.error else 'returned something'}: raise DeskUnknown for an id that is none"
    )


async def _found_again(source: AccountsPort, desk: Desk) -> list[Asked]:
    """The desk by each of its own telephones and its address."""
    phones = list(dict.fromkeys(filter(None, map(normal_phone, desk.phones))))
    address = normal_mail(desk.email)
    answers = [await _ask("desks_by_phone", partial(source.desks_by_phone, phone)) for phone in phones[:MOST_PHONES]]
    answers += [await _ask("desks_by_mail", lambda: source.desks_by_mail(address))] if address else []
    for asked in answers:
        if asked.error:
            asked.found(f"raised {kind_of(asked.error)}: return the ids of the desks, () when there is none")
        elif found := problems_of(asked.value, tuple[str, ...]):
            asked.found(*(f"the result{problem.field} {problem.text}" for problem in found))
        elif desk.id not in asked.value:
            asked.found("does not find the desk by what read_desk says of it: compare in the form of bot/rules/contact.py")
    nobody = await _ask("desks_by_phone(nobody's)", lambda: source.desks_by_phone("+520000000000"))
    return [*answers, nobody if nobody.value == () else nobody.found("must return () when there is none")]


async def _ask(call: str, ask: Callable[[], Coroutine[Any, Any, Any]]) -> Asked:
    """Call and await, at most some seconds. What blocks is asked again: a machine that is busy otherwise blocks once, code does each time."""
    asked = await _ask_once(call, ask)
    for _ in range(ASKED_AGAIN):
        if asked.blocked <= BLOCKED_SECONDS:
            break
        asked = min(asked, await _ask_once(call, ask), key=lambda each: each.blocked)
    if asked.seconds > ACCOUNTS_SECONDS:
        asked.found(f"took {asked.seconds:.1f} s: after {ACCOUNTS_SECONDS:.0f} s customers read that nothing can be read now")
    if asked.blocked > BLOCKED_SECONDS:
        asked.found(f"blocked the event loop for {asked.blocked:.1f} s: await what waits, or put it into asyncio.to_thread")
    return asked


async def _ask_once(call: str, ask: Callable[[], Coroutine[Any, Any, Any]]) -> Asked:
    """Beside a clock that notices when the event loop stands still."""
    standing = asyncio.ensure_future(_longest_standstill())
    await asyncio.sleep(0)  # the clock ticks before the call begins
    value, error, begun = None, None, time.perf_counter()
    try:
        value = await asyncio.wait_for(ask(), PATIENCE_SECONDS)
    except Exception as raised:
        error = raised
    seconds = time.perf_counter() - begun
    await asyncio.sleep(2 * TICK_SECONDS)
    standing.cancel()
    return Asked(call, value, error, seconds, await standing)


async def _longest_standstill() -> float:
    """Until it is cancelled: the longest time in seconds that passed between two ticks, beyond the tick."""
    longest, last = 0.0, time.perf_counter()
    while True:
        try:
            await asyncio.sleep(TICK_SECONDS)
        except asyncio.CancelledError:
            return longest
        now = time.perf_counter()
        longest, last = max(longest, now - last - TICK_SECONDS), now


def kind_of(error: BaseException) -> str:
    """The kind of an error and where it arose; its words may hold a password or a row."""
    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} ({Path(last.filename).name}:{last.lineno})"


def _short(desk_id: str) -> str:
    shown = ascii(desk_id)
    return shown if len(shown) <= 20 else f"{shown[:8]}… {len(desk_id):,} characters"  # noqa: PLR2004 - fits a line
