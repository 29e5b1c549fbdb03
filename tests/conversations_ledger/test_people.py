"""One person, one conversation: numbers and ids as aliases, numbers that change hands, and never two people in one."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.conversations import batches, episodes, people
from bot.conversations.inbox import Inbound, Terms
from bot.conversations.models import Address as Row
from bot.conversations.models import Conversation, Episode
from bot.conversations.people import Address, Reach
from bot.identity.identity import ANONYMOUS, Identity, Level
from tests.conversations_ledger.conftest import NOON, rows

NUMBER = Address("+525510001001", "+5215510001001")
ID = Address("MX.1")
OTHER_NUMBER = Address("+525510001002", "+5215510001002")
OTHER_ID = Address("MX.2")
KNOWN = Identity("C-1001", None, Level.RECOGNISED, "whatsapp number")


async def find(ledger, *addresses: Address, at=NOON) -> str:
    return await ledger.write_again(lambda connection: people.find_or_make(connection, "whatsapp", addresses, at))


async def move(ledger, left, to, at=NOON) -> str | None:
    return await ledger.write(lambda connection: people.move(connection, "whatsapp", left, to, at))


async def reach(ledger, conversation: str) -> Reach:
    return await ledger.read(lambda connection: people.reach(connection, conversation))


async def say(ledger, conversation: str, wamid: str, at, scope: str = "106", who: Identity = ANONYMOUS) -> None:
    inbound = Inbound(conversation, "whatsapp", scope, wamid, "hola", sent_at=at)
    await batches.accept_many(ledger, [inbound], NOON, Terms(lambda *_: who))


@pytest.mark.parametrize(
    "meetings",
    [
        [(NUMBER,), (NUMBER,)],
        [(ID,), (ID,)],
        [(ID, NUMBER), (NUMBER,), (ID,)],
        [(NUMBER,), (ID, NUMBER), (ID,)],
        [(ID,), (ID, NUMBER), (NUMBER,)],
        [(NUMBER,), (Address("+525510001001", "+525510001001"),)],
    ],
    ids=["number", "id", "both at once", "number first", "id first", "521 and 52"],
)
async def test_whoever_comes_back_is_the_same(ledger, meetings) -> None:
    assert len({await find(ledger, *addresses) for addresses in meetings}) == 1
    assert len(await rows(ledger, Conversation)) == 1


async def test_two_people_are_two(ledger) -> None:
    found = [await find(ledger, *who) for who in ((ID, NUMBER), (OTHER_ID, OTHER_NUMBER), (OTHER_ID,), (NUMBER,))]
    assert [found.index(each) for each in found] == [0, 1, 1, 0]


async def test_a_number_that_changed_hands_goes_to_who_has_it_now(ledger) -> None:
    before = await find(ledger, ID, NUMBER)
    after = await find(ledger, OTHER_ID, NUMBER)
    assert after != before
    assert await find(ledger, NUMBER) == after
    assert await find(ledger, ID) == before
    assert (await reach(ledger, before)).to is None


async def test_an_id_that_was_known_takes_its_number_along(ledger) -> None:
    first, second = await find(ledger, ID), await find(ledger, NUMBER)
    assert first != second
    assert await find(ledger, ID, NUMBER) == first
    assert await find(ledger, NUMBER) == first


async def test_many_at_once_are_what_they_are_one_by_one(ledger) -> None:
    batch = [(ID,), (NUMBER,), (ID, NUMBER), (OTHER_NUMBER,), (OTHER_ID, OTHER_NUMBER), (OTHER_ID,)]
    found = await ledger.write(lambda connection: people.find_or_make_many(connection, "whatsapp", batch, NOON))
    assert [found.index(each) for each in found] == [0, 1, 0, 3, 3, 3]
    assert await find(ledger, NUMBER) == found[0]


async def test_the_same_new_people_at_several_gateways_at_once(open_ledger) -> None:
    crowd = [(Address(f"MX.{n}"), Address(f"+52551000{n:04}", f"+521551000{n:04}")) for n in range(40)]

    async def meet(ledger, order) -> list[str]:
        return await ledger.write_again(lambda connection: people.find_or_make_many(connection, "whatsapp", order, NOON))

    ledgers = [open_ledger() for _ in range(3)]
    found = await asyncio.gather(*(meet(ledger, crowd if n % 2 else crowd[::-1]) for n, ledger in enumerate(ledgers)))
    assert {tuple(each if n % 2 else each[::-1]) for n, each in enumerate(found)} == {tuple(found[1])}
    assert len(await rows(ledgers[0], Conversation)) == 40


async def test_the_form_of_a_number_and_when_it_was_seen_are_kept(ledger) -> None:
    conversation = await find(ledger, ID, NUMBER)
    await find(ledger, ID, Address(NUMBER.value, "+525510001001"))
    assert (await reach(ledger, conversation)).to == "+525510001001"
    await find(ledger, ID, Address(NUMBER.value))
    assert (await reach(ledger, conversation)).to == "+525510001001"
    later = NOON + timedelta(days=1)
    await find(ledger, ID, at=later)
    assert {row.value: row.seen_at for row in await rows(ledger, Row)} == {ID.value: later, NUMBER.value: NOON}


async def test_somebody_moves_and_what_was_proved_is_over(ledger) -> None:
    conversation = await find(ledger, ID, NUMBER)
    await say(ledger, conversation, "wamid.1", NOON, who=KNOWN)
    await ledger.write(lambda connection: episodes.begin(connection, conversation, KNOWN, NOON))
    assert (await rows(ledger, Conversation))[0].desk == "C-1001"
    assert await move(ledger, [ID, NUMBER], [OTHER_ID, OTHER_NUMBER]) == conversation
    assert await find(ledger, OTHER_ID, OTHER_NUMBER) == conversation
    assert await find(ledger, OTHER_NUMBER) == conversation
    (row,) = await rows(ledger, Conversation)
    assert (row.desk, row.level) == (None, 0)
    assert [episode.outcome for episode in await rows(ledger, Episode)] == ["identity"]
    assert await find(ledger, NUMBER) != conversation  # whoever has the old number now is somebody else


async def test_who_wrote_from_the_new_number_before_we_heard_of_it_keeps_that_conversation(ledger) -> None:
    before, after = await find(ledger, ID, NUMBER), await find(ledger, OTHER_ID, OTHER_NUMBER)
    assert await move(ledger, [ID, NUMBER], [OTHER_ID, OTHER_NUMBER]) == before
    assert await find(ledger, OTHER_ID) == after
    assert await find(ledger, NUMBER) not in {before, after}


async def test_nobody_moves_whom_we_do_not_know(ledger) -> None:
    assert await move(ledger, [ID], [OTHER_ID]) is None
    assert await rows(ledger, Row) == []


async def test_the_number_of_an_id(ledger) -> None:
    await find(ledger, ID, NUMBER)
    await find(ledger, ID, OTHER_NUMBER, at=NOON + timedelta(minutes=1))
    await find(ledger, OTHER_ID)
    assert await people.numbers_of(ledger, "whatsapp", ["MX.1", "MX.2", "MX.3"]) == {"MX.1": OTHER_NUMBER.value}
    assert await people.numbers_of(ledger, "whatsapp", []) == {}


async def test_how_somebody_is_reached(ledger) -> None:
    conversation = await find(ledger, ID, NUMBER)
    assert await reach(ledger, conversation) == Reach(None, NUMBER.wire, "MX.1", None, privacy_told=False, opted_out=False)
    await say(ledger, conversation, "wamid.1", NOON, scope="106")
    await say(ledger, conversation, "wamid.2", NOON - timedelta(days=3), scope="107")  # it came late
    found = await reach(ledger, conversation)
    assert (found.number, found.last_inbound_at) == ("106", NOON)
