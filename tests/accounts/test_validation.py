"""What a desk must not hold, field by field; our own desks hold none of it."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.accounts.demo import CUSTOMERS
from bot.accounts.guard import desk_problems
from bot.accounts.port import Backup, ConnectionMail, Desk, Incident, Invoice, Licence, PlanChange
from bot.accounts.validation import problems_of
from tests.accounts.desks import NOW, demo_desk, moments

LATER = NOW + timedelta(days=1)


def changed(**changes) -> Desk:
    """Sierra's desk with another first server."""
    desk = demo_desk("C-1009", NOW)
    return replace(desk, servers=(replace(desk.servers[0], **changes), *desk.servers[1:]))


def payment(**changes) -> Desk:
    return changed(payments=(replace(demo_desk("C-1009", NOW).servers[0].payments[0], **changes),))


def subscription(**changes) -> Desk:
    return changed(subscription=replace(demo_desk("C-1009", NOW).servers[0].subscription, **changes))


def desk(**changes) -> Desk:
    return replace(demo_desk("C-1009", NOW), **changes)


@pytest.mark.parametrize("desk_id", CUSTOMERS)
def test_the_demo_customers_are_right_on_any_day(desk_id):
    assert [problem for now in moments(40) for problem in desk_problems(demo_desk(desk_id, now), desk_id)] == []


WRONG = [
    (desk(id=1009), "id", "is int, must be str"),
    (desk(name=None), "name", "is NoneType, must be str"),
    (desk(read_at=datetime(2026, 1, 1)), "read_at", "has no time zone"),
    (desk(read_at=date(2026, 1, 1)), "read_at", "is date, must be datetime"),
    (desk(read_at="2026-01-01T00:00:00Z"), "read_at", "is str, must be datetime"),
    (desk(phones="5510001001"), "phones", "is str, must be tuple"),
    (desk(phones=(5510001001,)), "phones[0]", "is int, must be str"),
    (desk(servers=list(desk().servers)), "servers", "is list, must be tuple"),
    (desk(servers=desk().servers[::-1]), "servers", "in order of alias"),
    (desk(servers=desk().servers[:1] * 2, licences=()), "servers", "two have the same alias"),
    (desk(servers=(None,)), "servers[0]", "is NoneType, must be Server"),
    (desk(licences=(Licence("SAE", "anual", 1, "active", "OTRO-01"),)), "licences[0].server_alias", "names no server"),
    (desk(licences=(Licence("SAE", "anual", 0, "active", None),)), "licences[0].users", "at least 1"),
    (desk(licences=(Licence("SAE", "anual", True, "active", None),)), "licences[0].users", "is bool, must be int"),
    (changed(alias=""), "servers[0].alias", "upper case"),
    (changed(alias="sierra-01"), "servers[0].alias", "upper case"),
    (changed(status="running"), "servers[0].status", "must be one of provisioning"),
    (changed(status=["active"]), "servers[0].status", "must be one of provisioning"),
    (changed(host=1), "servers[0].host", "is int, must be str"),
    (changed(incident=Incident(datetime(2026, 1, 1), "falla")), "servers[0].incident.started_at", "has no time zone"),
    (changed(plan_change=PlanChange("Nube", NOW, "later")), "servers[0].plan_change.state", "must be one of requested"),
    (changed(invoices=(Invoice("P", None, NOW),)), "servers[0].invoices[0].available_on", "is datetime, must be date"),
    (changed(backups=(Backup(NOW, None, "ok", None),)), "servers[0].backups[0].finished_at", "unless the backup still runs"),
    (changed(backups=(Backup(NOW, NOW, "failed", 5),)), "servers[0].backups[0].bytes", "size of a backup that went well"),
    (changed(backups=(Backup(NOW, NOW, "ok", -1),)), "servers[0].backups[0].bytes", "never negative"),
    (changed(backups=(Backup(NOW, NOW, "ok", 1), Backup(LATER, LATER, "ok", 1))), "servers[0].backups", "newest first"),
    (changed(connection_mails=(ConnectionMail("a@b.example", None, NOW, "sent"),)), "servers[0].connection_mails[0].sent_at", "queued"),
    (subscription(price=899.0), "servers[0].subscription.price", "is float, must be Decimal"),
    (subscription(price=899), "servers[0].subscription.price", "is int, must be Decimal"),
    (subscription(price=Decimal("NaN")), "servers[0].subscription.price", "is no number"),
    (subscription(price=Decimal("Infinity")), "servers[0].subscription.price", "is no number"),
    (subscription(price=Decimal("899.005")), "servers[0].subscription.price", "more than two decimals"),
    (subscription(price=Decimal(-1)), "servers[0].subscription.price", "is negative"),
    (subscription(currency="mxn"), "servers[0].subscription.currency", "three capitals"),
    (subscription(auto_renew=1), "servers[0].subscription.auto_renew", "is int, must be bool"),
    (subscription(ends_on=None), "servers[0].subscription.ends_on", "is missing where starts_on is not"),
    (subscription(ends_on=date(2020, 1, 1)), "servers[0].subscription.ends_on", "is before starts_on"),
    (subscription(ends_on=NOW), "servers[0].subscription.ends_on", "is datetime, must be date"),
    (payment(masked="Visa 4242 4242 4242 4242"), "servers[0].payments[0].masked", "more than four digits"),
    (payment(credited_at=None), "servers[0].payments[0].credited_at", "is missing for a credited payment"),
    (payment(method="cash"), "servers[0].payments[0].method", "must be one of bank_account"),
]


@pytest.mark.parametrize(("value", "field", "text"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_wrong_is_named_with_what_to_do(value, field, text):
    (found,) = problems_of(value, Desk)
    assert found.field == field
    assert text in found.text


@pytest.mark.parametrize("value", [None, {}, "C-1009", object()])
def test_no_desk_at_all(value):
    (found,) = problems_of(value, Desk)
    assert (found.field, found.text.split(",")[0]) == ("", f"is {type(value).__name__}")


def test_the_desk_of_another_is_none():
    assert [problem.field for problem in desk_problems(desk(), "C-1001")] == ["id"]


@pytest.mark.parametrize(
    "value",
    [
        desk(email="", phones=(), licences=()),
        desk(name="{nombre} {0} %s"),
        subscription(price=Decimal("899.000")),
        subscription(price=Decimal(0)),
        subscription(starts_on=None, ends_on=None),
        changed(health=None, incident=None, subscription=None, payments=(), backups=(), invoices=(), connection_mails=()),
        changed(plan_change=PlanChange("Nube", NOW.astimezone(), "done")),
    ],
)
def test_what_is_right(value):
    assert problems_of(value, Desk) == []


def test_no_value_is_told():
    secret = "4242424242424242"
    for value in (
        desk(name=int(secret)),
        payment(masked=secret),
        changed(status=secret),
        changed(alias=f"a{secret}"),
        desk(read_at=secret),
    ):
        assert secret not in str(problems_of(value, Desk))


def test_a_large_desk_is_looked_over_in_little_time():
    """It runs at every question; the demo's largest desk is looked over in well under a millisecond on an idle machine."""
    largest, begun = demo_desk("C-1009", datetime.now(tz=UTC)), time.thread_time()
    for _ in range(100):
        problems_of(largest, Desk)
    assert (time.thread_time() - begun) / 100 < 0.01
