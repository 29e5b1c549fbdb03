"""The meter, the cases and whom a message reaches, on both databases; what they add up is tested with the channel."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update

from bot.channels.whatsapp.template import INVITED, was_invited
from bot.commands.checks.whatsapp import _figures
from bot.conversations import cases, meter, outbox, people
from bot.conversations.ledger import new_id
from bot.conversations.meter import Line
from bot.conversations.models import Address, Delivery, Escalation, Message
from bot.conversations.people import Reach
from tests.conversations_ledger.conftest import NOON, rows
from tests.conversations_ledger.test_outbox import Phone, claim, open_phone

SECOND = timedelta(seconds=1)
MEXICO = ZoneInfo("America/Mexico_City")


async def sends(phone: Phone, **priced: object) -> None:
    await phone.hears("hola")
    await outbox.sent(phone.ledger, await claim(phone.ledger), f"wamid.{new_id()}", NOON, number="106")
    await phone.ledger.write(lambda connection: connection.execute(update(Delivery).where(Delivery.priced_at.is_(None)).values(**priced)))


async def test_a_month(ledger) -> None:
    phone = await open_phone(ledger)
    for billable, category in ((True, "service"), (False, "service"), (True, "utility"), (True, None)):
        await sends(phone, billable=billable, category=category, priced_at=NOON)
    month = await meter.month(ledger, "whatsapp", *meter.bounds(2026, 11, MEXICO))
    assert month.lines == (Line("106", "service", 3, 2), Line("106", "utility", 1, 1))
    assert (month.answers, month.sendings, month.dearest) == (4, 4, ((phone.conversation, 3),))


async def writes(phone: Phone, **row: object) -> None:
    given = {"id": new_id(), "conversation_id": phone.conversation, "author": "customer", "kind": "text", "text": "hola", "at": NOON}
    given |= {"channel": "whatsapp", "scope": "106", "external_id": f"wamid.{new_id()}", "state": "noted", "sent_at": NOON, **row}
    await phone.ledger.write(lambda connection: connection.execute(insert(Message), given))


async def test_a_case_is_about_the_last_message_and_opened_once_for_a_reason(ledger) -> None:
    phone = await open_phone(ledger)

    async def open_case(reason: str) -> bool:
        return await ledger.write(lambda connection: cases.open_case(connection, phone.conversation, reason, NOON))

    assert await open_case("a") is False  # nobody wrote
    for seq in (101, 102):
        await writes(phone, seq=seq)
    assert [await open_case(reason) for reason in "aab"] == [True, False, True]
    opened = await rows(ledger, Escalation, Escalation.id)
    last = [message.id for message in await rows(ledger, Message, Message.seq)][-1]
    assert [(case.reason, case.inbound_id, case.n, case.state) for case in opened] == [("a, b", last, 0, "open")]
    await ledger.write(lambda connection: connection.execute(update(Escalation).values(state="solved")))
    assert await open_case("a") is True


async def test_whom_a_message_reaches(ledger) -> None:
    phone = await open_phone(ledger)
    given = {"conversation_id": phone.conversation, "channel": "whatsapp", "created_at": NOON}
    known = [("+525510001001", "5215510001001", NOON), ("+525510001002", "525510001002", NOON + SECOND), ("MX.1", None, NOON)]
    added = [{**given, "value": value, "wire": wire, "seen_at": seen} for value, wire, seen in known]
    await ledger.write(lambda connection: connection.execute(insert(Address), added))
    await writes(phone, seq=101, scope="107", sent_at=NOON - SECOND)
    await writes(phone, seq=102, scope="106", sent_at=NOON - 5 * SECOND)  # it came late
    found = await ledger.read(lambda connection: people.reach(connection, phone.conversation))
    assert Reach("107", found.to, "MX.1", NOON - SECOND, privacy_told=False, opted_out=False) == found
    assert found.to.lstrip("+") == "525510001002"


async def test_who_was_invited(ledger) -> None:
    phone = await open_phone(ledger)
    await phone.hears("hola")
    await outbox.sent(ledger, await claim(ledger), "wamid.1", NOON, note=INVITED)
    asked = [NOON - SECOND, NOON]
    assert [await ledger.read(lambda c, since=since: was_invited(c, phone.conversation, since)) for since in asked] == [True, False]


async def test_what_the_doctor_counts(ledger) -> None:
    phone = await open_phone(ledger)
    await phone.hears("hola")
    assert await ledger.read(_figures) == {"late": 1, "failed": 0, "ambiguous": 0, "standby": 0}
