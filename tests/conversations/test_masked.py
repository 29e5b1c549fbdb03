"""Personal data in a message: gone from all that is kept, and the answer is right all the same."""

from __future__ import annotations

import sqlite3

import pytest

from bot.texts import SECRETS
from tests.conversations.runner import Talks, play, scenarios

HELD = ("gmail.com", "arroba", "4242 4242", "5555 5555", "33 1234", "GODE561231GR8", "Perrito")


@pytest.mark.parametrize("scenario", scenarios("masked.yml"))
def test_a_conversation(talks: Talks, scenario):
    talk = play(talks, scenario)
    said = [message["text"] for message in talk.customer.messages() if message["author"] == "customer"]
    assert said == [turn["stored"] for turn in scenario["turns"]]
    for table in _tables(talk.house):
        assert not [word for word in HELD if word in table]


def test_a_password_is_warned_of_once(talks: Talks):
    talk = talks.of("C-1001")
    for _ in range(2):
        talk.says("mi contraseña es Perrito.88 y no me deja entrar")
    assert [message["text"] for message in talk.customer.messages()].count(SECRETS) == 1


def _tables(house) -> list[str]:
    """Every table of the ledger as text, the search index included."""
    with sqlite3.connect(house.settings.database_url.partition("///")[2]) as ledger:
        names = [name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [repr(ledger.execute(f'SELECT * FROM "{name}"').fetchall()) for name in names]
