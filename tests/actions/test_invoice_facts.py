"""What is asked of one invoice, of the ways to pay, of the mail that waits and of a debt: the value first, true in every state."""

from __future__ import annotations

from datetime import date

import pytest

from actions.charge_facts import DEBT_FACTS, MAIL_FACTS
from actions.invoice_facts import INVOICE_FACTS
from tests.actions.in_between import STATUSES, built, periods_and_charges, untrue
from tests.actions.rendering import TODAY, ask, at, desk, invoice, payment
from tests.actions.situations import valid
from tests.actions.test_payment_facts import of_demo

PATH = "PAGO DE SERVICIOS > Mi Estado de Cuenta"
LINE = "Línea de soporte: 55 8000 9480"

LEADS = [
    ("C-1011", "state", "", "Todavía no: tu factura estará disponible el lunes 30 de noviembre, en 4 días hábiles.\n\nSe consulta y descarga"),
    ("C-1011", "when", "", "El lunes 30 de noviembre, en 4 días hábiles."),
    ("C-1011", "sure", "", "Estará disponible el lunes 30 de noviembre, en 4 días hábiles; el plazo cuenta desde que se acreditó el pago: el viernes 20"),
    ("C-1011", "sure", "¿días hábiles es sin sábado?", "Son días hábiles, de lunes a viernes: sábados, domingos y días festivos no cuentan."),
    ("C-1011", "where", "", f"En tu escritorio de servicios: {PATH}.\n\nLa tuya estará disponible el lunes 30 de noviembre."),
    ("C-1011", "whether", "¿no la emiten antes?", "No la puedo adelantar ni enviar desde aquí: estará disponible el lunes 30 de noviembre."),
    ("C-1011", "whether", "¿llega al correo?", f"No tengo registrado que se envíe por correo: se descarga en tu escritorio de servicios, en {PATH}."),
    ("C-1011", "which", "¿a nombre de quién sale?", "Aquí no veo ni cambio los datos fiscales ni el formato de la factura: "),
    ("C-1011", "why", "", "Es el plazo establecido: la factura está disponible después de 5 días hábiles de acreditado el pago."),
    ("C-1011", "since", "", "El plazo cuenta desde que se acreditó el pago: el viernes 20 de noviembre."),
    ("C-1011", "again", "", f"El lunes 30 de noviembre, en 4 días hábiles: se descarga en {PATH}."),
    ("C-1012", "state", "", "Tu factura ya está disponible: es la A-1012, del pago acreditado el lunes 9 de noviembre."),
    ("C-1012", "which", "", "Es la A-1012, del pago de $1,499.00 MXN acreditado el lunes 9 de noviembre."),
    ("C-1012", "amount", "", "Es por $1,499.00 MXN, del pago acreditado el lunes 9 de noviembre."),
    ("C-1012", "whether", "¿aunque esté caído?", "La A-1012 ya se puede descargar en tu escritorio de servicios, que no depende del servidor: "),
    ("C-1012", "whether", "¿no la emiten antes?", "Es el plazo establecido: la factura está disponible después de 5 días hábiles de acreditado el pago."),
    ("C-1012", "since", "", "Desde el miércoles 18 de noviembre: salió después de 5 días hábiles de acreditado el pago."),
    ("C-1012", "do", "", "No puedo enviártela por aquí: la A-1012 se descarga en tu escritorio de servicios, "),
    ("C-1012", "again", "", f"Es la A-1012; se descarga en tu escritorio de servicios, en {PATH}."),
    ("C-1008", "when", "", "Después de 5 días hábiles de acreditado el pago de MERCADO-01, que todavía no se acredita."),
]  # fmt: skip


@pytest.mark.parametrize(("customer", "asked", "text", "lead"), LEADS)
async def test_of_an_invoice_what_is_asked_comes_first(customer: str, asked: str, text: str, lead: str):
    assert (await of_demo("consultar_factura", customer, asked, text)).text.startswith(lead)


DAYS = [
    (date(2026, 11, 25), "mañana, miércoles 25 de noviembre", "Mañana, miércoles 25 de noviembre, debe estar disponible."),
    (TODAY, "hoy, martes 24 de noviembre", "Hoy, martes 24 de noviembre, debe estar disponible."),
]


@pytest.mark.parametrize(("day", "told", "when"), DAYS)
async def test_an_invoice_that_is_near_is_told_by_its_day(day: date, told: str, when: str):
    mine = desk(valid(payments=(payment(charged_at=at(date(2026, 11, 13))),), invoices=(invoice(day, None),)))

    assert (await ask("consultar_factura", mine, frame="when")).text.startswith(when)
    assert f"debe estar disponible {told}." in (await ask("consultar_factura", mine, frame="state")).text


async def test_a_late_invoice_is_for_a_person():
    mine = desk(valid(payments=(payment(charged_at=at(date(2026, 11, 3))),), invoices=(invoice(date(2026, 11, 11), None),)))
    for asked in INVOICE_FACTS.keys() - {"where", "how", "amount"}:
        text = (await ask("consultar_factura", mine, frame=asked)).text
        assert text.startswith("Todavía no aparece: debía estar disponible desde el miércoles 11 de noviembre."), asked
        assert LINE in text


async def test_what_is_due_has_no_invoice_yet():
    due = "Lo que debes de RUIZ-01 tendrá factura cuando se pague."
    assert due in (await of_demo("consultar_factura", "C-1003", "when")).text
    assert due not in (await of_demo("consultar_factura", "C-1003", "where")).text
    assert "Lo que debes" not in (await of_demo("consultar_factura", "C-1012", "when")).text


async def test_the_rule_of_invoices_is_short_and_what_is_to_come_stands_alone():
    visitor = await ask("faq_factura", frame="when")
    paid = await of_demo("faq_factura", "C-1002", "when")
    waiting = await of_demo("faq_factura", "C-1011", "when")

    assert visitor.text.startswith("Después de 5 días hábiles de acreditado el pago.\n\n")
    assert paid.text.startswith("Después de 5 días hábiles de acreditado el pago.\n\nLa factura A-")
    assert waiting.text.startswith("El lunes 30 de noviembre, en 4 días hábiles.")


METHODS = [
    ("whether", "¿pasa la de débito?", "Con tarjeta de débito o cuenta bancaria sí se puede, con cargo automático; tarda de 2 a 3 días hábiles en acreditarse."),
    ("whether", "¿aceptan OXXO?", "Solo con cargo automático: a cuenta bancaria o a tarjeta de crédito o débito. Otra forma de pago no está"),
    ("whether", "¿se paga solo o hay que picarle?", "Se cobra solo: es un cargo automático a la cuenta bancaria o a la tarjeta que registres."),
    ("how", "no tengo de crédito, solo la de nómina, ¿cómo le pago?", "Se puede con cargo automático a tarjeta de crédito, "),
    ("how", "¿con transferencia?", "Solo con cargo automático: "),
    ("why", "", "Porque el cargo a cuenta bancaria o débito no se realiza en línea y tarda de 2 a 3 días hábiles;"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "text", "lead"), METHODS)
async def test_ways_to_pay(asked: str, text: str, lead: str):
    assert (await ask("faq_formas_pago", frame=asked, text=text)).text.startswith(lead)
    assert (await of_demo("faq_formas_pago", "C-1009", asked, text)).text.startswith(lead)


async def test_the_way_to_another_card_is_the_line():
    changing = "Para cambiar la tarjeta o cuenta registrada, soporte te indica cómo."
    where = await of_demo("faq_formas_pago", "C-1001", "where", "¿dónde pongo la nueva?")
    how = await of_demo("faq_formas_pago", "C-1001", "how", "¿cómo se paga?")

    assert where.text.startswith(f"{changing}\n\n{LINE}")
    assert changing in how.text
    assert how.text.startswith("Las formas de pago disponibles son")


async def test_who_pays_a_debt_with_another_card_is_told_who_changes_it():
    answer = await of_demo("pagar_adeudo", "C-1003", "where", "con la visa entonces, ¿dónde la pone?")
    assert answer.text.startswith(f"Para cambiar la tarjeta o cuenta registrada, soporte te indica cómo.\n\n{LINE}")


async def test_a_visitor_whose_days_are_over_is_sent_to_a_person():
    answer = await ask("faq_pago_sin_correo", frame="how")
    assert answer.text.startswith("Si ya pasaron más de 3 días hábiles desde el cargo, llama a soporte con tu comprobante a la mano.")
    assert LINE in answer.text


MAIL = [
    ("C-1007", "why", "El correo sale cuando se confirme tu pago, que sigue pendiente: es el cargo de $1,499.00 MXN a Cuenta BBVA ···· 1187 hecho ayer"),
    ("C-1007", "why refers=goes_on", "Porque el cargo a cuenta bancaria o débito no se realiza en línea: "),
    ("C-1007", "sure", "Va en tiempo: está pendiente, no rechazado; lleva 1 día hábil desde el cargo y lo normal es de 2 a 3."),
    ("C-1007", "when", "Lo más pronto mañana, miércoles 25 de noviembre; a más tardar, el jueves 26 de noviembre."),
    ("C-1008", "sure", "Ya pasó del plazo normal, de 2 a 3: lleva 6 días hábiles desde el cargo"),
    ("C-1011", "why", "Tu pago ya se acreditó el viernes 20 de noviembre.\n\nEl correo de VISION-01 se envió"),
]  # fmt: skip


@pytest.mark.parametrize(("customer", "frame", "lead"), MAIL)
async def test_a_mail_that_waits(customer: str, frame: str, lead: str):
    assert (await of_demo("faq_pago_sin_correo", customer, frame)).text.startswith(lead)


DEBTS = [
    ("C-1003", "whether", "Desde aquí no puedo cobrarte, y no tengo registrado que el cobro se intente otra vez solo: para pagar los $899.00 MXN, "),
    ("C-1003", "how", f"En {PATH} ves lo que debes, $899.00 MXN;"),
    ("C-1003", "do", "Desde aquí no puedo volver a hacer el cobro."),
    ("C-1003", "when", "Puedes seguir usando el servidor hasta mañana, miércoles 25 de noviembre, inclusive."),
    ("C-1004", "amount", "Son $899.00 MXN: es la renovación de OCAMPO-01, que venció el jueves 12 de noviembre y está sin pagar."),
    ("C-1001", "how", "No tienes adeudo por ESPERANZA-01."),
]  # fmt: skip


@pytest.mark.parametrize(("customer", "asked", "lead"), DEBTS)
async def test_paying_what_is_due(customer: str, asked: str, lead: str):
    assert (await of_demo("pagar_adeudo", customer, asked)).text.startswith(lead)


FACTS = [("faq_pago_sin_correo", MAIL_FACTS), ("pagar_adeudo", DEBT_FACTS), ("consultar_factura", INVOICE_FACTS)]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("intent", "asked"), [(intent, asked) for intent, facts in FACTS for asked in sorted(facts)])
async def test_every_fact_is_true_in_every_state(intent: str, asked: str, status: str):
    for number, state in enumerate(periods_and_charges()):
        if state[0] == status and number % 3 == len(asked) % 3:  # each state is met by a third of the questions
            of = built(*state)
            answer = await ask(intent, desk(of), frame=asked)
            assert untrue(answer.text, of) == [], (state, answer.text)
