"""What customers read about their invoices (FAQ 16, consultar_factura): available, or from which day."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.actions.rendering import MEXICO, ask, at, desk, invoice, payment
from tests.actions.situations import FIVE, SITUATIONS, ends_in, pending, valid

LINE = "Línea de soporte: 55 8000 9480"
WHERE = "Se consulta y descarga en tu escritorio de servicios, en la sección PAGO DE SERVICIOS > Mi Estado de Cuenta."

INVOICES = [
    ("valid", "La factura A-1012 de ESPERANZA-01, del pago acreditado el sábado 14 de noviembre, ya está disponible."),
    (
        "bounced",
        "El último pago de VISION-01 se acreditó el viernes 20 de noviembre; su factura estará disponible a partir del lunes 30 de noviembre.",
    ),
    ("creating", "se acreditó hoy, martes 24 de noviembre; su factura estará disponible a partir del miércoles 2 de diciembre."),
    ("pending", "Todavía no hay un pago acreditado de NORTE-01, así que aún no tiene factura."),
    ("deleted", "La factura A-1012 de LIRIO-01"),
]


@pytest.mark.parametrize("intent", ["faq_factura", "consultar_factura"])
@pytest.mark.parametrize(("situation", "sentence"), INVOICES)
async def test_invoices(intent: str, situation: str, sentence: str):
    rendered = await ask(intent, desk(SITUATIONS[situation]()))

    assert sentence in rendered.text


async def test_my_invoice_says_where_it_is():
    available = await ask("consultar_factura", desk(valid()))
    unpaid = await ask("consultar_factura", desk(pending()))

    assert available.text.endswith(WHERE)
    assert WHERE not in unpaid.text
    assert unpaid.intents == ["consultar_pago"]
    assert ("invoice", "number", "A-1012", "ESPERANZA-01") in available.told()


INVOICE_DAYS = [
    # credited on Friday 13 November, Monday 16 off: the sixth business day is Tuesday 24
    (date(2026, 11, 20), None, "a partir del martes 24 de noviembre."),
    (date(2026, 11, 23), None, "a partir de mañana, martes 24 de noviembre."),
    (date(2026, 11, 23), "A-7", "a partir de mañana, martes 24 de noviembre."),
    (date(2026, 11, 24), None, "su factura debe aparecer hoy, martes 24 de noviembre."),
    (date(2026, 11, 24), "A-7", "La factura A-7 de ESPERANZA-01"),
    (date(2026, 11, 25), None, "debía estar disponible desde el martes 24 de noviembre y todavía no aparece."),
]


@pytest.mark.parametrize(("today", "number", "sentence"), INVOICE_DAYS)
async def test_the_sixth_business_day(today: date, number: str | None, sentence: str):
    now = datetime(today.year, today.month, today.day, 10, tzinfo=MEXICO)
    recorded = valid(payments=(payment(charged_at=at(date(2026, 11, 13))),), invoices=(invoice(date(2026, 11, 24), number),))
    by_the_rule = replace(recorded, invoices=())

    for mine in (recorded,) if number else (recorded, by_the_rule):
        rendered = await ask("consultar_factura", desk(mine), now=now)
        assert sentence in rendered.text
        assert (LINE in rendered.text) == ("todavía no aparece" in sentence)


async def test_invoices_of_several_servers():
    rendered = await ask("consultar_factura", desk(*FIVE))

    assert rendered.text == (
        "Estas son las facturas de tus servidores:\n"
        "• SIERRA-01: A-1012, disponible\n"
        "• SIERRA-02: a partir del lunes 30 de noviembre\n"
        "• SIERRA-03: A-1012, disponible\n"
        "• SIERRA-04: a partir del miércoles 2 de diciembre\n"
        "• SIERRA-05: A-1012, disponible\n\n" + WHERE
    )


async def test_the_invoice_is_that_of_the_credited_payment():
    newer = payment("pending", "bank_account", at(ends_in(-1)), id="p-9")
    mine = valid(payments=(newer, payment(charged_at=at(ends_in(-40)))), invoices=(replace(invoice(ends_in(-20)), payment_id="p-1"),))

    rendered = await ask("consultar_factura", desk(mine))

    assert rendered.text.startswith("La factura A-1012 de ESPERANZA-01, del pago acreditado el jueves 15 de octubre")


async def test_invoice_lines_around_the_sixth_business_day():
    mine = valid("UNO-01", payments=(payment(charged_at=at(date(2026, 11, 13))),), invoices=())
    lines = [
        "• UNO-01: a partir de mañana, martes 24 de noviembre",
        "• UNO-01: hoy, martes 24 de noviembre",
        "• UNO-01: pendiente desde el martes 24 de noviembre",
    ]

    for day, line in zip((23, 24, 25), lines, strict=True):
        rendered = await ask("faq_factura", desk(mine, valid("OTRO-01")), now=datetime(2026, 11, day, 10, tzinfo=MEXICO))
        assert line in rendered.text.splitlines()
