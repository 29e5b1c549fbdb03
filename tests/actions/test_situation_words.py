"""What the reader is told of an account: the words beside the corpus are those of the demo customers, on any day."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from rasa_sdk import Tracker

from actions import trouble
from actions.trouble import known_situation, situation
from actions.turn import Turn
from bot.accounts import SqlAccounts, demo
from bot.database import open_database
from bot.identity.identity import Identity, Level
from bot.identity.turn import TurnClaims
from bot.migrations import upgrade
from bot.nlu.conversations import read_situations
from bot.rules.calendar import BusinessCalendar
from bot.settings import load_settings
from tests.actions.rendering import MEXICO

FRIDAY = datetime(2026, 11, 27, 12, 0, tzinfo=MEXICO)
NOTHING_SAID = Tracker("-", {}, {}, [], False, None, {}, None)


async def situations_of_the_demo(folder: Path, now: datetime, level: Level) -> dict[str, tuple[str, ...]]:
    url, settings = f"sqlite:///{folder}/accounts.db", load_settings({"DEMO": "1"})
    await asyncio.to_thread(upgrade, url, "accounts")
    calendar, found = BusinessCalendar(settings.timezone, settings.extra_holidays), {}
    async with open_database(url) as database:
        await demo.seed(database, now)
        for customer in demo.CUSTOMERS:
            claims = TurnClaims(Identity(customer, None, level, "portal"), "whatsapp", "t")
            desk = await SqlAccounts(database).read_desk(customer)
            found[customer] = situation(Turn(now, settings, calendar, claims, "known", NOTHING_SAID, desk))
    return found


@pytest.mark.parametrize("later", [timedelta(), timedelta(days=1, hours=9), timedelta(days=2, hours=-5), timedelta(days=5)], ids=str)
async def test_the_corpus_knows_the_demo_customers_as_they_are(tmp_path, later):
    assert await situations_of_the_demo(tmp_path, FRIDAY + later, Level.CONFIRMED) == read_situations()


async def test_what_may_not_be_told_helps_nobody_to_read(tmp_path):
    """On WhatsApp a recognised number hears nothing of payments and invoices."""
    known = await situations_of_the_demo(tmp_path, FRIDAY, Level.RECOGNISED)
    assert {word for words in known.values() for word in words} == {"backup", "down", "ending", "gone", "suspended", "unpaid", "waiting"}


def turn_of(audience) -> Turn:
    settings = load_settings({"DEMO": "1"})
    claims = TurnClaims(Identity("C-1", None, Level.CONFIRMED, "portal"), "web", "t")
    return Turn(FRIDAY, settings, BusinessCalendar(settings.timezone, settings.extra_holidays), claims, audience, NOTHING_SAID, None)


def test_what_was_not_read_is_not_taken_for_nothing(monkeypatch):
    assert known_situation(turn_of("unavailable")) is None
    assert known_situation(turn_of("known")) == ()

    def breaks(_turn: Turn) -> tuple[str, ...]:
        raise ValueError("an odd record")

    monkeypatch.setattr(trouble, "situation", breaks)
    assert known_situation(turn_of("known")) is None
