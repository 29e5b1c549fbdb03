"""What a registered number may hear on WhatsApp: how the servers are, and nothing of the account, of its money or of its addresses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.accounts.demo import CUSTOMERS
from bot.accounts.port import Desk
from bot.identity.identity import Level
from bot.identity.levels import NEEDED, DataClass
from bot.protocol.frame import Asked
from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions import rendering
from tests.actions.rendering import ask
from tests.actions.test_every_situation import CHOICES, INTENTS
from tests.support.tokens import number_token


@pytest.fixture(autouse=True)
def recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    """The turn token says that whoever asks writes from a number of the desk."""

    monkeypatch.setattr(rendering, "turn_token", number_token)


def hidden_values(desk: Desk) -> set[str]:
    """What of a desk a number does not prove enough for."""
    found = {desk.name, desk.email, *desk.phones}
    for server in desk.servers:
        found |= {payment.masked for payment in server.payments} | {f"{payment.amount:,.2f}" for payment in server.payments}
        found |= {invoice.number or "" for invoice in server.invoices} | {mail.sent_to for mail in server.connection_mails}
        found |= {payment.reason or "" for payment in server.payments}
        if server.subscription is not None:
            found.add(f"{server.subscription.price:,.2f}")
    return {value for value in found if value}


SOURCES = {"payment", "invoice", "connection_mail", "plan_change"}


def test_the_table() -> None:
    needed = NEEDED["whatsapp"]
    assert {data for data, level in needed.items() if level is Level.RECOGNISED} == {DataClass.SERVERS, DataClass.BACKUPS}
    assert needed[DataClass.NAME] is Level.SIGNED_IN
    others = set(DataClass) - {DataClass.SERVERS, DataClass.BACKUPS, DataClass.NAME}
    assert {needed[data] for data in others} == {Level.CONFIRMED}


@pytest.mark.parametrize("intent", INTENTS)
async def test_nothing_of_the_account_is_told(intent: str) -> None:
    for name in CUSTOMERS:
        desk = demo_desk(name, DEMO_NOW)
        for servidor in (None, desk.servers[0].alias):
            for frame in ("", *(each.value for each in Asked)) if name in {"C-1009", "C-1005"} and servidor else ("",):
                answer = await ask(intent, replace(desk, read_at=DEMO_NOW), now=DEMO_NOW, choices=CHOICES, servidor=servidor, frame=frame)
                told = "\n".join([answer.text, *answer.titles])
                assert [value for value in hidden_values(desk) if value in told] == [], (name, frame, told)
                assert [effect["kind"] for effect in answer.effects if effect["kind"] not in {"escalate", "send_code"}] == []
                assert all(value not in str(answer.effects) for value in hidden_values(desk))
                assert {row["source"] for row in answer.readings} & SOURCES == set(), (name, frame, told)


@pytest.mark.parametrize("intent", ["consultar_suscripcion", "consultar_servidor", "consultar_respaldo"])
async def test_how_a_server_is_is_told(intent: str) -> None:
    desk = demo_desk("C-1001", DEMO_NOW)
    answer = await ask(intent, replace(desk, read_at=DEMO_NOW), now=DEMO_NOW, choices=CHOICES)
    assert answer.readings
    assert desk.servers[0].alias in answer.text
