"""What the database itself refuses, and that values come back as they went in."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from bot.accounts import models
from bot.accounts.demo import seed
from tests.accounts.desks import NOW
from tests.accounts.rows import put

BAD = [
    "UPDATE virtual_server SET status = 'broken'",
    "UPDATE virtual_server SET alias = lower(alias)",
    "UPDATE virtual_server SET alias = 'SIERRA-01' WHERE desk_id = 'C-1009'",
    "UPDATE virtual_server SET desk_id = 'C-9999'",
    "UPDATE server_health SET state = 'maybe'",
    "UPDATE subscription SET status = 'free'",
    "UPDATE subscription SET ends_on = NULL WHERE starts_on IS NOT NULL",
    "UPDATE subscription SET ends_on = '2001-01-01' WHERE starts_on IS NOT NULL",
    "UPDATE subscription SET price_cents = -1",
    "UPDATE payment SET method = 'cash'",
    "UPDATE payment SET status = 'lost'",
    "UPDATE payment SET status = 'credited'",
    "UPDATE payment SET amount_cents = 0",
    "UPDATE backup SET status = 'maybe'",
    "UPDATE backup SET finished_at = NULL",
    "UPDATE backup SET bytes = 1",
    "UPDATE invoice SET number = 'A-1'",
    "UPDATE connection_mail SET status = 'lost'",
    "UPDATE connection_mail SET status = 'queued'",
    "UPDATE connection_mail SET request_key = 'same'",
    "UPDATE licence SET status = 'stolen'",
    "UPDATE licence SET users = 0",
    "UPDATE plan_change SET state = 'lost'",
    "UPDATE incident SET ended_at = '2001-01-01 00:00:00'",
]


async def test_the_database_refuses_what_cannot_be(database):
    await seed(database, NOW)
    accepted = []
    for statement in BAD:
        try:
            await database.write(lambda connection, statement=statement: connection.execute(text(statement)))
        except IntegrityError:
            continue
        accepted.append(statement)
    assert not accepted


async def test_a_desk_takes_everything_of_its_own_with_it(database):
    await seed(database, NOW)
    await database.write(lambda connection: connection.execute(text("DELETE FROM desk")))
    for table in models.Base.metadata.sorted_tables:
        left = await database.read(lambda connection, table=table: connection.execute(select(table)).all())
        assert bool(left) == (table.name == "incident"), table.name


@pytest.mark.parametrize(
    "moment", [datetime(2028, 2, 29, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-6))), datetime(2026, 1, 1, tzinfo=UTC)]
)
async def test_values_come_back_as_they_went_in(database, moment):
    await seed(database, NOW)
    charge = models.Payment(
        id="P",
        subscription_id="C-1001:ESPERANZA-01:s",
        amount=Decimal("1234567.89"),
        currency="MXN",
        method="credit_card",
        masked="Visa ···· 4242",
        status="pending",
        charged_at=moment,
    )
    await put(database, charge, models.Invoice(payment_id="P", number=None, available_on=date(2028, 2, 29)))

    def read_back(connection):
        session = Session(connection)
        read = session.get(models.Payment, "P")
        assert (read.charged_at, read.charged_at.tzinfo, read.amount, read.masked) == (moment, UTC, Decimal("1234567.89"), "Visa ···· 4242")
        assert str(read.amount) == "1234567.89"
        assert session.get(models.Invoice, "P").available_on == date(2028, 2, 29)
        return session.scalar(select(models.Payment.id).where(models.Payment.charged_at == moment, models.Payment.id == "P"))

    assert await database.read(read_back) == "P"


@pytest.mark.parametrize(("column", "value"), [("amount", Decimal("0.001")), ("charged_at", datetime(2026, 1, 1))])
async def test_values_that_would_change_are_refused(database, column, value):
    await seed(database, NOW)

    def change(connection):
        session = Session(connection)
        setattr(session.get(models.Payment, "P-1001-01"), column, value)
        session.flush()

    with pytest.raises(StatementError):
        await database.write(change)
