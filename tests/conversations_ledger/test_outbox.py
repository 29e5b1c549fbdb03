"""The outbox: what we say leaves a delivery where we carry it, carried in order by one at a time, and moved only forward by reports."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, text, update

from bot.conversations import outbox, reports
from bot.conversations.base import DeliveryState
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.models import Conversation, Delivery, Message
from bot.conversations.outbox import DueDelivery
from bot.conversations.reports import Report, Reported
from bot.errors import LeaseLost
from tests.conversations_ledger.conftest import LIFE, NOON, rows

SECOND = timedelta(seconds=1)
RANK: dict[DeliveryState, int] = {"pending": 0, "ambiguous": 0, "sent": 1, "failed": 2, "delivered": 3, "read": 4}
"""How far a message has come; one that reached a device has not failed."""


class Phone:
    """A person on WhatsApp to whom we say things."""

    def __init__(self, ledger: Ledger, conversation: str) -> None:
        self.ledger, self.conversation, self._seq = ledger, conversation, 0

    async def hears(self, words: str, at: Any = NOON, **options: Any) -> str:
        self._seq += 1
        given = {"channel": "whatsapp", "seq": self._seq, "now": at, **options}
        row = await self.ledger.write(lambda connection: outbox.say(connection, self.conversation, "answer", words, **given))
        return row["id"]


async def open_phone(ledger: Ledger) -> Phone:
    row = {"id": new_id(), "channel": "whatsapp", "level": 0, "owner": "bot", "last_seq": 0, "read_seq": 0, "lease_token": 0}
    await ledger.write(lambda connection: connection.execute(insert(Conversation), {**row, "created_at": NOON, "last_at": NOON}))
    return Phone(ledger, row["id"])


@pytest.fixture
async def phone(ledger) -> Phone:
    return await open_phone(ledger)


async def claim(ledger: Ledger, now: Any = NOON) -> DueDelivery | None:
    return await outbox.claim(ledger, "whatsapp", now, LIFE)


async def states(ledger: Ledger) -> list[str]:
    return [delivery.state for delivery in await rows(ledger, Delivery, Delivery.id)]


async def test_what_is_said_leaves_a_delivery_where_we_carry_it(ledger, phone) -> None:
    await phone.hears("en la web", channel="web")
    assert await rows(ledger, Delivery) == []
    message = await phone.hears("por WhatsApp")
    (delivery,) = await rows(ledger, Delivery)
    told = (delivery.message_id, delivery.part, delivery.channel, delivery.state, delivery.attempts, delivery.next_attempt_at)
    assert told == (message, 0, "whatsapp", "pending", 0, NOON)
    assert [m.text for m in await rows(ledger, Message, Message.seq)] == ["en la web", "por WhatsApp"]


async def test_a_claim_brings_what_is_to_be_carried(ledger, phone) -> None:
    message = await phone.hears("hola\0")
    due = await claim(ledger)
    told = (due.message, due.conversation, due.part, due.seq, due.kind, due.text, due.attempts)
    assert told == (message, phone.conversation, 0, 1, "answer", "hola", 1)
    assert await outbox.claim(ledger, "web", NOON + LIFE, LIFE) is None


async def test_the_oldest_that_is_due_is_taken_first(ledger) -> None:
    for words, wait in (("segundo", 2), ("primero", 1), ("aún no", 9)):
        await (await open_phone(ledger)).hears(words, NOON + wait * SECOND)
    assert await claim(ledger, NOON) is None
    taken = [await claim(ledger, NOON + 5 * SECOND) for _ in range(3)]
    assert [due and due.text for due in taken] == ["primero", "segundo", None]


async def test_nothing_overtakes_an_earlier_message_of_the_same_person(ledger, phone) -> None:
    other = await open_phone(ledger)
    await phone.hears("uno", NOON + SECOND)
    await phone.hears("dos", NOON)  # due first, and still the second one
    await other.hears("de otra persona", NOON + 2 * SECOND)
    now = NOON + 3 * SECOND
    first, elsewhere = await claim(ledger, now), await claim(ledger, now)
    assert (first.text, elsewhere.text, await claim(ledger, now)) == ("uno", "de otra persona", None)
    await outbox.not_sent(ledger, first, "busy", now + 10 * SECOND)
    assert await claim(ledger, now + 9 * SECOND) is None  # the second waits with the first
    again = await claim(ledger, now + 10 * SECOND)
    assert (again.text, again.attempts) == ("uno", 2)
    await outbox.sent(ledger, again, "wamid.1", now)
    assert (await claim(ledger, now + 10 * SECOND)).text == "dos"


@pytest.mark.parametrize("end", ["sent", "given up", "ambiguous"])
async def test_the_next_one_goes_when_the_one_before_is_over(ledger, phone, end: str) -> None:
    for words in ("uno", "dos"):
        await phone.hears(words)
    due = await claim(ledger)
    await {
        "sent": lambda: outbox.sent(ledger, due, "wamid.1", NOON),
        "given up": lambda: outbox.not_sent(ledger, due, "x" * 300, None),
        "ambiguous": lambda: outbox.not_sent(ledger, due, "no answer", None, ambiguous=True),
    }[end]()
    (delivery, _) = await rows(ledger, Delivery, Delivery.id)
    wanted = {"sent": ("sent", None), "given up": ("failed", "x" * 200), "ambiguous": ("ambiguous", "no answer")}[end]
    assert (delivery.state, delivery.error) == wanted
    assert (await claim(ledger)).text == "dos"
    assert await claim(ledger, NOON + timedelta(minutes=30)) is not None  # only its own lease had kept it
    assert await states(ledger) == [wanted[0], "pending"]


async def test_parts_of_a_message_go_in_order(ledger, phone) -> None:
    message = await phone.hears("larga")
    second = {"message_id": message, "part": 1, "channel": "whatsapp", "state": "pending", "attempts": 0, "lease_token": 0}
    await ledger.write(lambda connection: connection.execute(insert(Delivery), {**second, "next_attempt_at": NOON - SECOND}))
    first = await claim(ledger)
    assert (first.part, await claim(ledger)) == (0, None)
    await outbox.sent(ledger, first, "wamid.1", NOON)
    assert (await claim(ledger)).part == 1


async def test_a_late_holder_writes_nothing(ledger, phone) -> None:
    await phone.hears("hola")
    late = await claim(ledger)
    holder = await claim(ledger, NOON + LIFE)
    for attempt in (
        outbox.sent(ledger, late, "wamid.late", NOON),
        outbox.not_sent(ledger, late, "x", None),
        outbox.not_sent(ledger, late, "x", NOON),
    ):
        with pytest.raises(LeaseLost):
            await attempt
    await outbox.sent(ledger, holder, "wamid.1", NOON)
    with pytest.raises(LeaseLost):
        await outbox.not_sent(ledger, holder, "x", None)
    (delivery,) = await rows(ledger, Delivery)
    assert (delivery.state, delivery.external_id, delivery.attempts) == ("sent", "wamid.1", 2)


async def test_an_attempt_counts_as_unsettled_until_its_end_is_known(ledger, phone) -> None:
    await phone.hears("hola")
    wanted = iter([1, 2, 2, 2, 3])

    async def take(at: Any) -> DueDelivery:
        due = await claim(ledger, at)
        assert due.unsettled == next(wanted)
        return due

    await take(NOON)  # its holder dies
    second = await take(NOON + LIFE)
    await outbox.not_sent(ledger, second, "busy", NOON + 2 * LIFE)  # refused: it was not taken, that time
    third = await take(NOON + 2 * LIFE)
    await outbox.put_back(ledger, third, NOON + 3 * LIFE)  # not tried at all
    fourth = await take(NOON + 3 * LIFE)
    assert fourth.attempts == 3
    await outbox.not_sent(ledger, fourth, "no reply", NOON + 4 * LIFE, ambiguous=True)
    await take(NOON + 4 * LIFE)


async def test_an_attempt_that_does_not_count_leaves_the_number_of_attempts(ledger, phone) -> None:
    await phone.hears("hola")
    for _ in range(3):
        due = await claim(ledger)
        assert due.attempts == 1
        await outbox.not_sent(ledger, due, "token", NOON, counts=False)


async def test_parts_are_added_once_and_failed_with_the_one_before_them(ledger, phone) -> None:
    await phone.hears("larga")
    await phone.hears("otra")
    due = await claim(ledger)
    for _ in range(2):
        await outbox.add_parts(ledger, due, 3, NOON)
    assert [(row.part, row.state) for row in await rows(ledger, Delivery, Delivery.id)] == [
        (0, "pending"), (0, "pending"), (1, "pending"), (2, "pending"),
    ]  # fmt: skip
    await outbox.not_sent(ledger, due, "131026", None)
    assert [(row.part, row.state, row.error) for row in await rows(ledger, Delivery, Delivery.id)] == [
        (0, "failed", "131026"), (0, "pending", None), (1, "failed", "131026"), (2, "failed", "131026"),
    ]  # fmt: skip
    assert (await claim(ledger)).text == "otra"


async def test_who_heard_the_privacy_notice_is_marked_with_it(ledger, phone) -> None:
    for words in ("uno", "dos"):
        await phone.hears(words)
        await outbox.sent(ledger, await claim(ledger), f"wamid.{words}", NOON + SECOND, number="106", told_privacy=words == "dos")
        (conversation,) = await rows(ledger, Conversation)
        assert conversation.privacy_notice_at == (NOON + SECOND if words == "dos" else None)
    assert {(row.number, row.sent_at) for row in await rows(ledger, Delivery)} == {("106", NOON + SECOND)}


async def test_a_lease_from_before_the_clock_went_back_is_not_waited_for(ledger, phone) -> None:
    await phone.hears("hola")
    await claim(ledger)
    assert (await claim(ledger, NOON - timedelta(days=1))).attempts == 2


async def report(ledger: Ledger, told: Reported, error: str | None = None, external_id: str = "wamid.1", **more: Any) -> bool:
    return bool(await reports.apply(ledger, [Report(external_id, told, NOON, error=error, **more)], NOON))


async def test_a_report_on_an_unknown_message_is_no_news(ledger, phone) -> None:
    assert await report(ledger, "read", external_id="wamid.unknown") is False
    for ours in ("", "7", "x.y", f"{'a' * 32}.0", f"{'a' * 32}.99999999999999999999", "ñ" * 32 + ".1"):
        assert await report(ledger, "read", external_id="wamid.unknown", ours=ours) is False


async def _in_state(ledger: Ledger, state: DeliveryState) -> None:
    await ledger.write(lambda connection: connection.execute(update(Delivery).values(state=state, external_id="wamid.1", error="old")))


async def test_reports_move_only_forward(ledger, phone) -> None:
    await phone.hears("hola")
    for before, told in itertools.product(get_args(DeliveryState), get_args(Reported)):
        await _in_state(ledger, before)
        forward = RANK[told] > RANK[before]
        assert await report(ledger, told, "131047 " * 40 if told == "failed" else None) is forward, (before, told)
        (delivery,) = await rows(ledger, Delivery)
        error = ("131047 " * 40)[:200] if told == "failed" else None
        assert (delivery.state, delivery.error) == ((told, error) if forward else (before, "old"))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(reports=st.lists(st.sampled_from(get_args(Reported)), min_size=1, max_size=8), start=st.sampled_from(["sent", "ambiguous"]))
async def test_reports_in_any_order_and_repeated_end_at_the_furthest(ledger, phone, reports, start: DeliveryState) -> None:
    if not await rows(ledger, Delivery):
        await phone.hears("hola")
    await _in_state(ledger, start)
    for told in reports:
        await report(ledger, told)
    assert await states(ledger) == [max([start, *reports], key=RANK.__getitem__)]


async def test_many_carriers_never_meet_and_keep_each_persons_order(ledger, open_ledger) -> None:
    for n in range(6):
        phone = await open_phone(ledger)
        for part in range(3):
            await phone.hears(f"{n}.{part}")
    carried: list[tuple[str, int]] = []

    async def carry(mine: Ledger) -> None:
        while (due := await claim(mine)) is not None:
            carried.append((due.conversation, due.seq))
            await outbox.sent(mine, due, f"wamid.{due.message}", NOON)

    await asyncio.gather(*(carry(open_ledger()) for _ in range(4)))
    await carry(ledger)  # one that met only locked rows went home early
    assert len(carried) == len(set(carried)) == 18
    for conversation in {who for who, _ in carried}:
        assert [seq for who, seq in carried if who == conversation] == [1, 2, 3]
    assert set(await states(ledger)) == {"sent"}
    assert {delivery.attempts for delivery in await rows(ledger, Delivery)} == {1}


async def test_what_is_due_is_found_by_its_index(ledger, phone) -> None:
    """However many were sent before: the plan of the statement itself, with rows to choose among."""
    sent = {"channel": "whatsapp", "state": "sent", "attempts": 1, "lease_token": 1, "next_attempt_at": NOON}
    message = await phone.hears("hola")
    many = [{**sent, "message_id": message, "part": n} for n in range(1, 2001)]

    plan: list[Any] = []

    def explain(_connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' * sqlite}{statement}", parameters)
        plan.extend(cursor.fetchall())

    def work(connection: Any) -> None:
        connection.execute(insert(Delivery), many)
        connection.execute(text("ANALYZE"))
        event.listen(connection, "before_cursor_execute", explain)
        connection.execute(outbox._TAKE, {"carrier": "whatsapp", "now": NOON, "far": NOON + LIFE, "until": NOON + LIFE})

    sqlite = ledger.database.dialect == "sqlite"
    await ledger.write(work)
    assert "ix_delivery_due" in str(plan)
