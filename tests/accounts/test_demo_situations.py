"""Every demo customer is in the situation of design section 8, whichever moment `now` is."""

from datetime import timedelta

import pytest

from bot.accounts.demo import CUSTOMERS, MEXICO, demo_rows
from bot.errors import DeskUnknown
from bot.rules import backup, payment, service, subscription
from tests.accounts.desks import NOW, demo_desk, moments

EVERY_DAY = moments()
DAY = timedelta(days=1)


def only_server(desk_id, now):
    (server,) = demo_desk(desk_id, now).servers
    return server, MEXICO.local_date(now)


def phase(server, today):
    return subscription.phase(server.subscription.ends_on, today)


def test_esperanza_is_well():
    for now in EVERY_DAY:
        server, today = only_server("C-1001", now)
        assert (server.alias, server.status, server.subscription.status) == ("ESPERANZA-01", "active", "active")
        assert subscription.days_left(server.subscription.ends_on, today) == 120
        assert MEXICO.local_date(server.backups[0].started_at) == backup.last_night(MEXICO, now)
        assert backup.streak_of_failures(server.backups) == 0
        assert [(licence.product, licence.users, licence.status) for licence in server.licences] == [("Aspel SAE", 5, "active")]
        assert server.payments[0].method == "credit_card"
        assert server.payments[0].status == "credited"


def test_hidalgo_ends_in_five_days():
    for now in EVERY_DAY:
        server, today = only_server("C-1002", now)
        assert (server.alias, server.status) == ("HIDALGO-01", "active")
        assert subscription.days_left(server.subscription.ends_on, today) == 5
        assert server.payments[0].method == "credit_card"
        assert server.subscription.next_charge_on == server.subscription.ends_on


def test_ruiz_is_in_grace_until_tomorrow():
    for now in EVERY_DAY:
        server, today = only_server("C-1003", now)
        assert (server.alias, server.status, server.subscription.status) == ("RUIZ-01", "active", "grace")
        assert subscription.grace(server.subscription.ends_on, today) == subscription.Grace(today + DAY, 1)
        charge = server.payments[0]
        assert (charge.method, charge.status, charge.reason, charge.credited_at) == ("debit_card", "rejected", "fondos insuficientes", None)
        assert charge.charged_at < now
        assert server.payments[1].status == "credited"


def test_ocampo_is_suspended_and_kept_for_eighteen_more_days():
    for now in EVERY_DAY:
        server, today = only_server("C-1004", now)
        assert (server.alias, server.status, phase(server, today)) == ("OCAMPO-01", "suspended", "retained")
        assert subscription.retention_last_day(server.subscription.ends_on) == today + 18 * DAY
        assert server.health.state == "down"
        assert MEXICO.local_date(server.backups[0].started_at) == today - 9 * DAY


def test_lirio_is_deleted():
    for now in EVERY_DAY:
        server, today = only_server("C-1005", now)
        assert (server.alias, server.status, phase(server, today)) == ("LIRIO-01", "deleted", "gone")
        assert subscription.days_left(server.subscription.ends_on, today) == -41


def test_central_is_being_created():
    for now in EVERY_DAY:
        server, _ = only_server("C-1006", now)
        (charge,) = server.payments
        assert (server.alias, server.status, charge.method, charge.status) == ("CENTRAL-01", "provisioning", "credit_card", "credited")
        assert now - charge.credited_at == timedelta(minutes=6)
        assert service.expected_ready_at(charge.credited_at) == now + timedelta(minutes=9)
        assert server.subscription.starts_on == MEXICO.local_date(charge.credited_at)
        assert (server.connection_mails, server.backups, server.health) == ((), (), None)


def test_norte_waits_inside_the_window():
    for now in EVERY_DAY:
        server, today = only_server("C-1007", now)
        (charge,) = server.payments
        assert (server.alias, server.status, charge.method, charge.status) == ("NORTE-01", "provisioning", "bank_account", "pending")
        assert MEXICO.local_date(charge.charged_at) == MEXICO.add_business_days(today, -1)
        assert not payment.is_overdue(MEXICO, charge.charged_at, now)
        assert payment.confirmation_window(MEXICO, charge.charged_at).earliest_day > today
        assert server.connection_mails == ()
        assert (server.subscription.status, server.subscription.starts_on, server.subscription.ends_on) == ("pending", None, None)


def test_mercado_is_overdue():
    for now in EVERY_DAY:
        server, today = only_server("C-1008", now)
        (charge,) = server.payments
        assert (server.alias, charge.method, charge.status) == ("MERCADO-01", "bank_account", "pending")
        assert MEXICO.local_date(charge.charged_at) == MEXICO.add_business_days(today, -6)
        assert payment.is_overdue(MEXICO, charge.charged_at, now)


def test_sierra_has_one_of_each():
    for now in EVERY_DAY:
        desk, today = demo_desk("C-1009", now), MEXICO.local_date(now)
        assert [(server.alias, server.status, phase(server, today)) for server in desk.servers] == [
            ("SIERRA-01", "active", "valid"),
            ("SIERRA-02", "active", "valid"),
            ("SIERRA-03", "active", "grace"),
            ("SIERRA-04", "provisioning", "valid"),
            ("SIERRA-05", "suspended", "retained"),
        ]
        assert service.servers_left(service.contracted(server.status for server in desk.servers)) == 0
        assert desk.servers[0].plan_change.state == "in_progress"
        assert desk.servers[1].os != desk.servers[0].os


def test_mitla_has_failed_twice():
    for now in EVERY_DAY:
        server, _ = only_server("C-1010", now)
        assert (server.alias, server.status) == ("MITLA-01", "active")
        assert backup.streak_of_failures(server.backups) == 2
        assert MEXICO.local_date(server.backups[0].started_at) == backup.last_night(MEXICO, now)
        assert server.backups[0].bytes is None
        assert server.backups[2].bytes > 0


def test_vision_has_no_invoice_yet_and_its_mail_bounced():
    for now in EVERY_DAY:
        server, today = only_server("C-1011", now)
        (charge,), (invoice,), (mail,) = server.payments, server.invoices, server.connection_mails
        assert (server.alias, server.status, charge.status) == ("VISION-01", "active", "credited")
        assert MEXICO.local_date(charge.credited_at) == MEXICO.add_business_days(today, -2)
        assert invoice.number is None
        assert invoice.available_on > today
        assert (mail.status, mail.sent_to) == ("bounced", "contacto@opticavision.example")
        assert charge.credited_at < mail.sent_at < now


def test_aguila_has_its_invoice_and_an_incident():
    for now in EVERY_DAY:
        server, today = only_server("C-1012", now)
        assert (server.alias, server.status, server.health.state) == ("AGUILA-01", "active", "down")
        assert MEXICO.local_date(server.payments[0].credited_at) == MEXICO.add_business_days(today, -10)
        assert (server.invoices[0].payment_id, server.invoices[0].number) == (server.payments[0].id, "A-1012")
        assert server.invoices[0].available_on <= today
        assert server.incident.started_at < now
        assert phase(server, today) == "valid"


@pytest.mark.parametrize("desk_id", CUSTOMERS)
def test_every_history_is_believable(desk_id):
    numbers = set()
    for now in EVERY_DAY:
        desk, today = demo_desk(desk_id, now), MEXICO.local_date(now)
        assert desk.email.startswith("contacto@")
        assert desk.email.endswith(".example")
        for server in desk.servers:
            assert all(charge.charged_at <= (charge.credited_at or now) <= now for charge in server.payments)
            assert [charge.charged_at for charge in server.payments] == sorted(
                (charge.charged_at for charge in server.payments), reverse=True
            )
            assert all((invoice.number is not None) == (invoice.available_on <= today) for invoice in server.invoices)
            assert len(server.invoices) == sum(charge.status == "credited" for charge in server.payments)
            assert all(night.started_at < night.finished_at <= now for night in server.backups)
            assert all(
                2 <= MEXICO.local(night.started_at).hour < 3 and MEXICO.local(night.finished_at).hour < 3 for night in server.backups
            )
            assert all(mail.sent_at < now for mail in server.connection_mails)
            assert (server.health is None) == (server.status in {"provisioning", "deleted"})
            if server.status == "active" and desk_id != "C-1011":
                assert len(server.backups) == 14
                assert len(server.payments) >= 3
            if server.subscription.next_charge_on:
                assert server.subscription.next_charge_on >= today
        issued = [invoice.number for server in desk.servers for invoice in server.invoices if invoice.number]
        assert len(issued) == len(set(issued))
        numbers.update(issued)
    others = {
        invoice.number for other in CUSTOMERS if other != desk_id for server in demo_desk(other, NOW).servers for invoice in server.invoices
    }
    assert not (numbers & (others - {None}))


def test_an_unknown_demo_customer():
    with pytest.raises(DeskUnknown):
        demo_rows("C-9999", NOW)
