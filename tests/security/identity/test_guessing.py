"""Guessing one-time codes: in parallel, from many conversations, through several gateways, and with all the patience in the world."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, update

from bot.conversations import batches, codes, people
from bot.conversations.codes import CodeTerms
from bot.conversations.inbox import Inbound, Terms
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.models import CodeSent, Guesses, Message, StepUp
from bot.conversations.people import Address
from bot.conversations.tables import STEP_UP
from bot.identity.codes import LIFE, digest
from bot.identity.identity import Identity, Level
from tests.conversations_ledger.conftest import NOON, rows

DESK = "C-1001"
SECRET = "s" * 40
TRIES = 10_000
CONVERSATIONS = 40
AT_ONCE = 8
RECOGNISED = Identity(DESK, None, Level.RECOGNISED, "whatsapp number")
TERMS = Terms(lambda *_: RECOGNISED, codes=CodeTerms(SECRET, lambda heard: heard.kind))


async def make_conversations(ledger: Ledger, number: int) -> list[str]:
    addresses = [(Address(f"+5255{n:08d}"),) for n in range(number)]
    return await ledger.write(lambda connection: people.find_or_make_many(connection, "whatsapp", addresses, NOON))


async def open_codes(ledger: Ledger, right: dict[str, str], now: datetime = NOON) -> None:
    """In each conversation a code is waited for, more than would ever be sent."""
    asked = {"desk": DESK, "asked_at": now, "expires_at": now + LIFE}
    values = [
        {"conversation_id": each, "inbound_id": new_id(), "digest": digest(SECRET, each, DESK, code), **asked}
        for each, code in right.items()
    ]
    await ledger.write(lambda connection: connection.execute(insert(STEP_UP), values))


def guess(conversation: str, code: str) -> Inbound:
    return Inbound(conversation, "whatsapp", "106000000000001", f"wamid.{new_id()}", text=code)


async def fire(ledgers: Sequence[Ledger], guesses: Sequence[Inbound], now: datetime = NOON) -> None:
    """All of them, in webhooks of 50, many at once."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(n: int, some: Sequence[Inbound]) -> None:
        async with places:
            assert not [
                each for each in await batches.accept_many(ledgers[n % len(ledgers)], some, now, TERMS) if isinstance(each, Exception)
            ]

    await asyncio.gather(*(one(n, guesses[start : start + 50]) for n, start in enumerate(range(0, len(guesses), 50))))


async def answers_to(ledger: Ledger) -> Counter[Any]:
    return Counter(row.fixed_answer for row in await rows(ledger, Message))


async def test_ten_thousand_guesses_in_parallel_never_get_past_the_lock(open_ledger) -> None:
    ledgers = [open_ledger(command_seconds=60) for _ in range(3)]  # all wait for one row, on a machine that may be busy
    conversations = await make_conversations(ledgers[0], CONVERSATIONS)
    right = {each: f"{n:06d}" for n, each in enumerate(conversations)}
    await open_codes(ledgers[0], right)
    wrong = [guess(conversations[n % CONVERSATIONS], f"{500_000 + n}") for n in range(TRIES - CONVERSATIONS)]
    await fire(ledgers, wrong[:1000])
    rest = wrong[1000:]
    for position, conversation in enumerate(conversations):  # the right one of each is somewhere among the others
        rest.insert(position * 200, guess(conversation, right[conversation]))
    await fire(ledgers, rest)
    assert await answers_to(ledgers[0]) == {"wrong": codes.ATTEMPTS - 1, "locked": TRIES - codes.ATTEMPTS + 1}
    assert [row for row in await rows(ledgers[0], StepUp) if row.confirmed_until] == []
    (guesses,) = await rows(ledgers[0], Guesses)
    assert (guesses.locks, guesses.locked_until) == (1, NOON + codes.FIRST_LOCK)
    assert {row.text for row in await rows(ledgers[0], Message)} == {"••••••"}


async def test_many_guesses_in_one_message_count_as_one_and_only_the_first_is_looked_at(ledger) -> None:
    (conversation,) = await make_conversations(ledger, 1)
    await open_codes(ledger, {conversation: "000007"})
    await fire([ledger], [guess(conversation, " ".join(f"{n:06d}" for n in range(600)))])
    assert await answers_to(ledger) == {"wrong": 1}
    (row,) = await rows(ledger, Message)
    assert set(row.text.split()) == {"••••••"}


async def test_a_right_code_does_not_shorten_the_next_lock(ledger) -> None:
    """Whoever owns one of the numbers confirms, so that the other one may guess on: the locks stay."""
    mine, theirs = await make_conversations(ledger, 2)
    await open_codes(ledger, {mine: "111111", theirs: "222222"})
    await fire([ledger], [guess(theirs, f"{n:06d}") for n in range(codes.ATTEMPTS)])
    (first,) = await rows(ledger, Guesses)
    later = first.locked_until
    await ledger.write(lambda connection: connection.execute(update(STEP_UP).values(asked_at=later, expires_at=later + LIFE)))
    await fire([ledger], [guess(mine, "111111")], later)
    await fire([ledger], [guess(theirs, f"{n:06d}") for n in range(codes.ATTEMPTS)], later)
    (second,) = await rows(ledger, Guesses)
    assert second.locked_until - later == 2 * codes.FIRST_LOCK


async def test_mail_bombing_from_many_conversations_at_once(open_ledger) -> None:
    ledgers = [open_ledger(command_seconds=60) for _ in range(3)]  # all wait for one row, on a machine that may be busy
    conversations = await make_conversations(ledgers[0], CONVERSATIONS)
    await open_codes(ledgers[0], {conversations[0]: "111111"}, NOON - timedelta(days=2))  # one that is forgotten meanwhile

    async def one(n: int, conversation: str) -> codes.Asked:
        return await ledgers[n % 3].write(lambda connection: codes.ask(connection, conversation, DESK, new_id(), None, NOON))

    asked = await asyncio.gather(*(one(n, each) for n, each in enumerate(conversations)))
    assert Counter(each.kind for each in asked) == {"sent": 3, "refused": CONVERSATIONS - 3}
    assert len(await rows(ledgers[0], CodeSent)) == len(await rows(ledgers[0], StepUp)) == 3


async def test_patience_of_a_month_looks_at_less_than_two_hundred_codes(ledger) -> None:
    """As many codes as are sent, all guesses that are looked at, every lock waited for."""
    (conversation,) = await make_conversations(ledger, 1)
    now, sent = NOON, 0
    while now < NOON + timedelta(days=30):

        def ask(connection: Connection, at: datetime = now) -> codes.Asked:
            return codes.ask(connection, conversation, DESK, new_id(), None, at)

        asked = await ledger.write(ask)
        if asked.kind == "refused":
            assert asked.until is not None
            now = asked.until
            continue
        sent += 1
        await fire([ledger], [guess(conversation, f"{n:06d}") for n in range(codes.ATTEMPTS)], now)
        now += timedelta(seconds=1)
    looked_at = (await answers_to(ledger))["wrong"] + sum(row.locks for row in await rows(ledger, Guesses))
    assert 0 < sent <= looked_at / 5 + 1
    assert looked_at < 200
