"""`Turn.sees` is the only way to a desk, and whoever is only recognised hears how to identify and nothing of the account."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

import actions
from bot.accounts.demo import CUSTOMERS
from bot.accounts.port import Desk
from bot.identity.identity import Identity, Level
from bot.identity.turn import TurnClaims, sign_turn
from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions import rendering
from tests.actions.rendering import ask
from tests.actions.test_every_situation import CHOICES, INTENTS

MODULES = sorted(path for path in Path(actions.__path__[0]).glob("*.py"))
GATE = {"turn.py"}
"""Where the desk is read and shown only by `sees`."""
PROCESS = {"server.py", "__main__.py", "environment.py"}
"""Where the live state is opened, warmed and closed; no answer is made there."""


@pytest.mark.parametrize("path", [path for path in MODULES if path.name not in GATE | PROCESS], ids=lambda path: path.name)
def test_no_topic_reaches_past_the_table_of_levels(path: Path) -> None:
    reached = {node.attr for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Attribute)}
    assert reached.isdisjoint({"_desk", "accounts", "read_desk", "desk_exists"})
    assert not (reached & {"read_turn", "open_turn"})


def test_the_gate_itself_shows_the_desk_in_one_place() -> None:
    tree = ast.parse((Path(actions.__path__[0]) / "turn.py").read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    shows = {each.name for each in functions for node in ast.walk(each) if isinstance(node, ast.Attribute) and node.attr == "_desk"}
    assert shows == {
        "sees",
        "read_at",
        "code_goes_to",
    }  # the second tells only when it was read, the third a masked address without its domain


@pytest.fixture
def recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    """The turn token says that whoever asks is only recognised."""

    def token(secret: str, desk: str | None, turn: str, now: datetime, channel: str = "web") -> str:
        assert desk is not None
        return sign_turn(secret, TurnClaims(Identity(desk, None, Level.RECOGNISED, "phone"), channel, turn), now)

    monkeypatch.setattr(rendering, "turn_token", token)


def values_of(desk: Desk) -> set[str]:
    """What of a desk would be recognised in a text: names, aliases, addresses, masked means, numbers, amounts."""
    found = {desk.name, desk.email, *desk.phones}
    for server in desk.servers:
        found |= {server.alias, server.host or ""}
        found |= {payment.masked for payment in server.payments} | {f"{payment.amount:,.2f}" for payment in server.payments}
        found |= {invoice.number or "" for invoice in server.invoices} | {mail.sent_to for mail in server.connection_mails}
    return {str(value) for value in found if value and not isinstance(value, Decimal)}


@pytest.mark.usefixtures("recognised")
@pytest.mark.parametrize("intent", INTENTS)
async def test_who_is_only_recognised_hears_nothing_of_the_account(intent: str) -> None:
    for name in CUSTOMERS:
        desk = demo_desk(name, DEMO_NOW)
        for servidor in (None, desk.servers[0].alias):
            asked = {"now": DEMO_NOW, "choices": CHOICES, "servidor": servidor}
            answer = await ask(intent, replace(desk, read_at=DEMO_NOW), **asked)
            told = "\n".join([answer.text, *answer.titles])
            assert [value for value in values_of(desk) if value in told] == [], name
            assert answer.readings == []
            assert [effect["kind"] for effect in answer.effects if effect["kind"] != "escalate"] == []
            assert all(value not in str(answer.effects) for value in values_of(desk))
            if intent.startswith(("consultar_", "listar_", "reenviar_")) and intent != "consultar_linea":  # the line is the company's
                assert {"utter_identificate_cuenta", "utter_identificate_cuenta_portal"} & set(answer.responses), name
