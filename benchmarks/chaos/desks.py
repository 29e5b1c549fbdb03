"""The customers of a chaos run: one desk and one server each, named so that an answer shows at once whose it is."""

from __future__ import annotations

import re
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from bot.accounts import models
from bot.accounts.demo import insert
from bot.accounts.story import Card, Story
from bot.database import open_database
from bot.rules.calendar import BusinessCalendar

FIRST = 5001
MARK = re.compile(r"\b(?:CAOS-|cliente)(\d{4})\b", re.IGNORECASE)
"""In a server's name and in a mail domain: the number of the only customer who may read it."""


def desk_id(customer: int) -> str:
    """The desk of a customer (counted from 0)."""
    return f"C-{FIRST + customer}"


def alias(customer: int) -> str:
    """The name of the customer's only server."""
    return f"CAOS-{FIRST + customer}"


def address(customer: int) -> str:
    """Where the customer's connection mails go."""
    return f"contacto@cliente{FIRST + customer}.example"


def strangers(text: str, customer: int) -> set[str]:
    """The other customers whose names stand in a text."""
    return set(MARK.findall(text)) - {str(FIRST + customer)}


def rows_of(customer: int, now: datetime) -> list[models.Base]:
    """A paid, running, backed-up server; its dates differ from customer to customer."""
    rng = Random(f"desk {customer}")
    calendar = BusinessCalendar(ZoneInfo("America/Mexico_City"))
    number = FIRST + customer
    story = Story(calendar, now, number, f"Cliente {number}", f"cliente{number}", Card("credit_card", f"Visa ···· {number}"))
    server = story.running(alias(customer), ends_in=rng.randint(1, 27), price="899.00", gigabytes=rng.uniform(5, 30), paid=3)
    story.licence("Aspel SAE", rng.randint(1, 9), server)
    return story.rows


async def seed(url: str, customers: int, now: datetime) -> None:
    """Put them all into the (migrated, empty) accounts database."""
    rows = [row for customer in range(customers) for row in rows_of(customer, now)]
    async with open_database(url) as database:
        await database.write(lambda connection: insert(connection, rows))
