"""Reports of a channel: by our own key before the reply was read, about several sendings of one message, with prices, in any order."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.conversations import outbox, reports
from bot.conversations.models import Conversation, Delivery
from bot.conversations.reports import Report
from bot.errors import LeaseLost
from tests.conversations_ledger.conftest import NOON, rows
from tests.conversations_ledger.test_outbox import Phone, claim, open_phone

SECOND = timedelta(seconds=1)


@pytest.fixture
async def phone(ledger) -> Phone:
    return await open_phone(ledger)


async def the_one(ledger) -> Delivery:
    (delivery,) = await rows(ledger, Delivery)
    return delivery


async def test_a_status_before_our_own_row(ledger, phone) -> None:
    await phone.hears("hola")
    due = await claim(ledger)
    told = Report("wamid.1", "delivered", NOON + SECOND, ours=due.key, number="106")
    (news,) = await reports.apply(ledger, [told], NOON + SECOND)
    assert (news.before, news.conversation, news.message, news.repeated) == ("pending", phone.conversation, due.message, False)
    await outbox.sent(ledger, due, "wamid.1", NOON + 2 * SECOND, number="106")  # the reply, late: no news
    with pytest.raises(LeaseLost):
        await outbox.sent(ledger, due, "wamid.2", NOON)
    delivery = await the_one(ledger)
    assert (delivery.state, delivery.external_id, delivery.number, delivery.sent_at) == ("delivered", "wamid.1", "106", NOON + SECOND)
    (conversation,) = await rows(ledger, Conversation)
    assert conversation.privacy_notice_at == NOON + SECOND  # what was settled by its status carried what it had to carry
    assert await claim(ledger, NOON + timedelta(minutes=5)) is None


async def test_a_sending_without_reply_is_settled_and_the_next_one_goes_on(ledger, phone) -> None:
    await phone.hears("uno")
    await phone.hears("dos")
    due = await claim(ledger)
    await outbox.not_sent(ledger, due, "no reply", NOON + 60 * SECOND, ambiguous=True)
    assert await claim(ledger, NOON + SECOND) is None  # the second one waits for what became of the first
    await reports.apply(ledger, [Report("wamid.1", "sent", NOON + SECOND, ours=due.key)], NOON)
    assert (await claim(ledger, NOON + SECOND)).text == "dos"


async def test_both_sendings_of_a_message_arrive(ledger, phone) -> None:
    await phone.hears("hola")
    due = await claim(ledger)
    await outbox.sent(ledger, due, "wamid.2", NOON)
    about_the_first = [Report("wamid.1", state, NOON, ours=due.key) for state in ("sent", "failed")]
    assert await reports.apply(ledger, about_the_first, NOON) == []
    assert (await the_one(ledger)).state == "sent"
    (news,) = await reports.apply(ledger, [Report("wamid.1", "read", NOON, ours=due.key)], NOON)
    assert news.repeated is True
    delivery = await the_one(ledger)
    assert (delivery.state, delivery.external_id) == ("read", "wamid.2")


STATUSES: tuple[dict[str, Any], ...] = (
    {"state": "sent", "at": NOON + SECOND, "billable": True, "category": "service"},
    {"state": "delivered", "at": NOON + 2 * SECOND, "billable": True, "category": "service"},
    {"state": "read", "at": NOON + 3 * SECOND},
    {"state": "failed", "at": NOON + 2 * SECOND, "error": "131026 x"},
)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_statuses_in_any_order_one_by_one_or_together(ledger, phone, order) -> None:
    told = [Report("wamid.1", **STATUSES[n]) for n in order]
    for together in (True, False):
        await phone.hears("hola")
        await outbox.sent(ledger, await claim(ledger), "wamid.1", NOON, number="106")
        for batch in [told] if together else [[each] for each in told]:
            await reports.apply(ledger, batch, NOON)
        delivery = await the_one(ledger)
        assert (delivery.state, delivery.error) == ("read", None)
        assert (delivery.billable, delivery.category, delivery.priced_at, delivery.sent_at) == (True, "service", NOON + SECOND, NOON)
        assert await reports.apply(ledger, told * 2, NOON) == []
        await ledger.write(lambda connection: connection.exec_driver_sql("DELETE FROM delivery"))


async def test_failed_stays_failed_until_it_has_arrived(ledger, phone) -> None:
    await phone.hears("hola")
    await outbox.sent(ledger, await claim(ledger), "wamid.1", NOON)
    await reports.apply(ledger, [Report("wamid.1", "failed", NOON, error="131047 Re-engagement"), Report("wamid.1", "sent", NOON)], NOON)
    delivery = await the_one(ledger)
    assert (delivery.state, delivery.error) == ("failed", "131047 Re-engagement")


async def test_a_thousand_reports_take_a_few_statements(ledger) -> None:
    people = [await open_phone(ledger) for _ in range(10)]
    for n in range(1000):
        phone = people[n % 10]
        await phone.hears(f"{n}")
        await outbox.sent(ledger, await claim(ledger), f"wamid.{n}", NOON)
    statements: list[str] = []

    def work(connection: Any) -> int:
        event.listen(connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
        told = [Report(f"wamid.{n}", "delivered", NOON, billable=True, category="service") for n in range(1000)]
        return len(reports.apply_within(connection, told, NOON))

    assert await ledger.write(work) == 1000
    assert len(statements) < 10
    assert {row.state for row in await rows(ledger, Delivery)} == {"delivered"}
