"""Runs a conversation written as pairs: what the customer does, what the bot answers. Every answer must pass the same floor.

The floor: exactly one answer to each message, short, no hole in it, no date with a wrong weekday, nothing of any other customer,
buttons that every channel can show.
"""

from __future__ import annotations

import email
import email.policy
import re
import sqlite3
import time
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.conversations.spanish import MEXICO, wrong_dates

if TYPE_CHECKING:
    from tests.support.house import Answer, Customer, House

HERE = Path(__file__).parent
MOST_CHARACTERS = 500
RESUMED = "Volviendo a tu pregunta anterior, ¿de cuál servidor querías saber?"
FOLIO = re.compile(r"\b[234679ACDEFHJKMNPQRTUVWX]{6}\b")
DESKS = {
    "C-1001": ("Abarrotes La Esperanza", "ESPERANZA-", "4242"),
    "C-1002": ("Ferretería Hidalgo", "HIDALGO-", "5108"),
    "C-1003": ("Despacho Contable Ruiz", "RUIZ-", "3310"),
    "C-1004": ("Taller Mecánico Ocampo", "OCAMPO-", "5108"),
    "C-1005": ("Boutique Lirio", "LIRIO-", "4242"),
    "C-1006": ("Papelería Central", "CENTRAL-", "4242"),
    "C-1007": ("Refaccionaria del Norte", "NORTE-", "1187"),
    "C-1008": ("Grupo Mercado", "MERCADO-", "1187"),
    "C-1009": ("Consultores Sierra", "SIERRA-", "5108"),
    "C-1010": ("Dulcería Mitla", "MITLA-", "4242"),
    "C-1011": ("Óptica Visión", "VISION-", "4242"),
    "C-1012": ("Transportes Águila", "AGUILA-", "1187"),
}
"""Name, beginning of the servers' names, and last digits of the card of each demo customer."""


class Talk:
    """One conversation of one customer, or of a visitor (`desk` None)."""

    def __init__(self, house: House, desk: str | None) -> None:
        self.house, self.desk = house, desk
        self.customer: Customer = house.customer(desk)
        self._said: list[str] = []

    @property
    def id(self) -> str:
        assert self.customer.visitor.conversation
        return self.customer.visitor.conversation

    def says(self, text: str, questions: int = 1) -> Answer:
        """Write; `questions` are how many of them the message holds."""
        self._said.append(text)
        return self._checked(self.customer.asks(text), questions)

    def presses(self, title: str) -> Answer:
        self._said.append(title)
        return self._checked(self.customer.presses(title), 1)

    def plays(self, turns: list[dict[str, Any]]) -> None:
        """Turns of a YAML file: `says` or `presses`; then `answers` (the whole text), `has`, `lacks`, `buttons`."""
        for turn in turns:
            answer = self.says(turn["says"], turn.get("questions", 1)) if "says" in turn else self.presses(turn["presses"])
            expect(answer, turn)

    def understood(self) -> list[dict[str, Any]]:
        """What was understood, part by part, oldest first."""
        return self.rows(
            "SELECT u.* FROM understanding u JOIN message m ON m.id = u.message_id WHERE m.conversation_id = ? ORDER BY m.seq, u.n"
        )

    def effects(self) -> list[dict[str, Any]]:
        """The effects of this conversation, oldest first."""
        return self.rows("SELECT e.* FROM effect e JOIN message m ON m.id = e.inbound_id WHERE m.conversation_id = ? ORDER BY m.seq, e.n")

    def applied(self) -> list[str]:
        """The states of the effects, once none is pending."""
        for _ in range(400):
            states = [effect["state"] for effect in self.effects()]
            if "pending" not in states:
                return states
            time.sleep(0.02)
        raise AssertionError(f"still pending: {self.effects()}")

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Rows of the ledger; the one parameter is the conversation."""
        with sqlite3.connect(self.house.settings.database_url.partition("///")[2]) as ledger:
            ledger.row_factory = sqlite3.Row
            return [dict(row) for row in ledger.execute(query, (self.id,))]

    def _checked(self, answer: Answer, questions: int) -> Answer:
        self._one_answer_each()
        own = answer.text.removesuffix(RESUMED).strip()
        assert own, "an empty answer"
        assert len(own) <= MOST_CHARACTERS * questions, f"{len(own)} characters: {own}"
        assert not re.search(r"[{}]|None|null", answer.text), answer.text
        assert answer.text.count("¿") == answer.text.count("?"), answer.text
        assert answer.text.count("¡") == answer.text.count("!"), answer.text
        assert wrong_dates(answer.text, datetime.now(MEXICO).year) == [], answer.text
        assert len(answer.buttons) <= 10
        assert all(1 <= len(title) <= 20 for title in answer.titles), answer.titles
        assert len(set(answer.titles)) == len(answer.titles), answer.titles
        assert self._of_others(answer) == []
        return answer

    def _one_answer_each(self) -> None:
        messages = self.customer.messages()
        asked = [message["seq"] for message in messages if message["author"] == "customer"]
        answered = [message["in_reply_to"] for message in messages if message["kind"] == "answer"]
        assert answered == asked, "exactly one answer for each message, in their order"

    def _of_others(self, answer: Answer) -> list[str]:
        """Names of other customers and their servers that the customer did not write."""
        shown = " ".join([answer.text, *answer.titles])
        named = " ".join(self._said).upper()
        others = [word for desk, words in DESKS.items() if desk != self.desk for word in words[:2]]
        return [word for word in others if word in shown and word not in named]


class Talks:
    def __init__(self, house: House) -> None:
        self.house = house

    def of(self, desk: str | None) -> Talk:
        return Talk(self.house, desk)


def mails(house: House, to: str) -> list[EmailMessage]:
    """The mails in the outbox for this address, oldest first."""
    files = sorted(Path(house.settings.smtp_url.removeprefix("file://")).glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
    return [mail for mail in found if mail["To"] == to]


def expect(answer: Answer, turn: Mapping[str, Any]) -> None:
    """Compare with a turn of a YAML file."""
    text = masked(answer.text)
    if "answers" in turn:
        assert text == turn["answers"].strip()
    missing = [part for part in turn.get("has", ()) if part not in text]
    assert not missing, f"{missing} not in: {text}"
    wrong = [part for part in turn.get("lacks", ()) if part in text]
    assert not wrong, f"{wrong} in: {text}"
    if "buttons" in turn:
        assert answer.titles == turn["buttons"]


def masked(text: str) -> str:
    """Folios differ from run to run; in a golden text they are written "{folio}"."""
    return FOLIO.sub("{folio}", text)


def read_yaml(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def scenarios(name: str) -> list[Any]:
    """The conversations of a YAML file, as parameters of a test; `fails` tells why one is known to fail (and must, until it is mended)."""
    return [
        pytest.param(
            scenario,
            id=scenario["name"].replace(" ", "-"),
            marks=[pytest.mark.xfail(reason=scenario["fails"])] if "fails" in scenario else [],
        )
        for scenario in read_yaml(name)
    ]


def play(talks: Talks, scenario: Mapping[str, Any]) -> Talk:
    """Run one: its turns, then `effects` (kinds) and `understood` (intents) of the whole conversation, where told."""
    talk = talks.of(scenario.get("customer"))
    talk.plays(scenario["turns"])
    if "effects" in scenario:
        assert [effect["kind"] for effect in talk.effects()] == scenario["effects"]
        assert set(talk.applied()) <= {"done"}
    if "understood" in scenario:
        assert [part["intent"] for part in talk.understood()] == scenario["understood"]
    return talk
