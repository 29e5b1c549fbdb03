"""What customers read about paying, and their charges (FAQ 8, 20, consultar_pago); the floor of FAQ 16 and consultar_factura, whose rest is in test_invoices.py."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.actions.rendering import MEXICO, NOW, ask, at, desk, payment, server, subscription
from tests.actions.situations import FIVE, SITUATIONS, bounced, creating, ends_in, late, pending, valid

FAQS = ("faq_formas_pago", "faq_pago_sin_correo", "faq_factura")
INTENTS = (*FAQS, "consultar_pago", "consultar_factura")
EVENING = NOW.replace(hour=20)
LINE = "Línea de soporte: 55 8000 9480"
GENERAL = {
    "faq_formas_pago": (
        "Las formas de pago disponibles son cargo automático a cuenta bancaria y cargo automático a tarjeta de crédito o débito."
    ),
    "faq_pago_sin_correo": (
        "El cargo automático a cuenta bancaria o débito no se realiza en línea; por eso confirmar el pago y liberar el servicio puede "
        "demorar de 2 a 3 días hábiles."
    ),
    "faq_factura": (
        "Puedes consultar y descargar la factura electrónica dentro de tu escritorio de servicios, en la sección PAGO DE SERVICIOS > Mi "
        "Estado de Cuenta, después de 5 días hábiles de haberse acreditado el pago."
    ),
}


@pytest.mark.parametrize("now", [NOW, EVENING], ids=["line open", "line closed"])
@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("intent", INTENTS)
async def test_each_situation_has_a_whole_answer(intent: str, situation: str, now: datetime):
    rendered = await ask(intent, desk(SITUATIONS[situation]()), now=now, others=[desk(valid("AJENO-01"), id="C-2")])

    if intent in GENERAL:
        holds = intent != "faq_pago_sin_correo" or situation in {"pending", "grace_pending", "no_records"}
        assert rendered.text.startswith(GENERAL[intent]) == holds
    assert "AJENO-01" not in rendered.text


@pytest.mark.parametrize(("intent", "general"), GENERAL.items())
async def test_a_visitor_gets_the_general_answer_and_how_to_identify(intent: str, general: str):
    rendered = await ask(intent)

    assert rendered.text == (
        f"{general}\n\nSi quieres que revise también los datos de tu cuenta, entra a tu escritorio de servicios y abre este chat desde ahí."
    )
    assert rendered.readings == []


@pytest.mark.parametrize("intent", ["consultar_pago", "consultar_factura"])
async def test_a_visitor_never_gets_a_payment_of_anybody(intent: str):
    rendered = await ask(intent, others=[desk(valid())])

    assert "Para darte ese dato necesito saber qué cuenta es la tuya" in rendered.text
    assert rendered.readings == []


@pytest.mark.parametrize("intent", INTENTS)
async def test_without_live_state_nothing_is_invented(intent: str):
    rendered = await ask(intent, desk(valid()), away=True)

    assert rendered.text.startswith(GENERAL.get(intent, "En este momento no puedo consultar"))
    assert "En este momento no puedo consultar los datos de tu cuenta." in rendered.text
    assert LINE in rendered.text
    assert rendered.readings == []
    assert rendered.reasons == ["datos_no_disponibles"]


WHOLE = {
    "valid": (
        "Tu último pago de ESPERANZA-01, de $1,250.00 MXN con Visa ···· 4242, se acreditó el sábado 14 de noviembre. No tienes adeudo por "
        "este servidor.\n\n"
        "El próximo cargo automático es el miércoles 24 de marzo de 2027, de $1,250.00 MXN a Visa ···· 4242."
    ),
    "in_grace": (
        "Tu cargo de $1,250.00 MXN a Débito ···· 5678 por RUIZ-01, hecho el domingo 22 de noviembre, fue rechazado: fondos "
        "insuficientes.\n\n"
        "Puedes seguir usando el servidor hasta mañana, miércoles 25 de noviembre, inclusive.\n\n"
        "Puedes ver el adeudo en PAGO DE SERVICIOS > Mi Estado de Cuenta; soporte te ayuda a ponerte al corriente.\n\n"
        "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
    ),
    "suspended": (
        "Está sin pagar la renovación de OCAMPO-01, de $1,250.00 MXN: su vigencia terminó el jueves 12 de noviembre.\n\n"
        "Puedes ver el adeudo en PAGO DE SERVICIOS > Mi Estado de Cuenta; soporte te ayuda a ponerte al corriente.\n\n"
        "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
    ),
    "pending": (
        "Tu cargo de $1,250.00 MXN a BBVA ···· 1234 por NORTE-01, hecho ayer, lunes 23 de noviembre, está pendiente. Se confirma lo más "
        "pronto mañana, miércoles 25 de noviembre; a más tardar, el jueves 26 de noviembre.\n\n"
        "Cuando se confirme, se crea tu servidor y te llega el correo con tus datos."
    ),
    "no_renewal": (
        "Tu último pago de ESPERANZA-01, de $1,250.00 MXN con Visa ···· 4242, se acreditó el sábado 14 de noviembre. No tienes adeudo por "
        "este servidor.\n\n"
        "No hay un próximo cargo programado."
    ),
    "deleted": (
        "LIRIO-01 ya no está activo y no veo adeudos por él. Para aclarar un pago o volver a contratar, soporte te orienta.\n\n"
        "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
    ),
}


@pytest.mark.parametrize(("situation", "text"), WHOLE.items())
async def test_my_payment_in_full(situation: str, text: str):
    rendered = await ask("consultar_pago", desk(SITUATIONS[situation]()))

    assert rendered.text == text


@pytest.mark.parametrize("intent", ["consultar_pago", "faq_pago_sin_correo"])
async def test_a_late_bank_charge_is_escalated_with_its_folio(intent: str):
    rendered = await ask(intent, desk(late()))

    [effect] = rendered.effects
    code = effect["payload"]["code"]
    assert effect["kind"] == "escalate"
    assert effect["payload"]["reason"] == "cargo_vencido"
    assert "MERCADO-01" in effect["payload"]["summary"]
    assert (
        "Tu cargo de $1,250.00 MXN a BBVA ···· 1234 por MERCADO-01, hecho el viernes 13 de noviembre, debía confirmarse a más tardar el "
        f"jueves 19 de noviembre y sigue pendiente. Lo reporté con el folio {code}; dáselo a soporte."
    ) in rendered.text
    assert rendered.text.endswith(f"{LINE} (abierta hoy hasta las 18:00).")


CONFIRMATION = [
    # charged, asked on, sentence (16 November is a Monday off)
    (date(2026, 11, 13), date(2026, 11, 13), "lo más pronto el miércoles 18 de noviembre; a más tardar, el jueves 19 de noviembre."),
    (date(2026, 11, 13), date(2026, 11, 18), "debe confirmarse a más tardar mañana, jueves 19 de noviembre."),
    (date(2026, 11, 13), date(2026, 11, 19), "debe confirmarse a más tardar hoy, jueves 19 de noviembre."),
    (date(2026, 11, 13), date(2026, 11, 20), "Lo reporté con el folio "),
    (date(2026, 12, 23), date(2026, 12, 24), "lo más pronto el lunes 28 de diciembre; a más tardar, el martes 29 de diciembre."),
    (date(2026, 12, 30), date(2026, 12, 31), "lo más pronto el lunes 4 de enero de 2027; a más tardar, el martes 5 de enero de 2027."),
]


@pytest.mark.parametrize(("charged", "today", "sentence"), CONFIRMATION)
@pytest.mark.parametrize("method", ["bank_account", "debit_card"])
async def test_the_window_of_a_pending_charge(charged: date, today: date, sentence: str, method: str):
    now = datetime(today.year, today.month, today.day, 10, tzinfo=MEXICO)

    rendered = await ask("consultar_pago", desk(pending(charged_on=charged, method=method)), now=now)

    assert sentence in rendered.text
    assert bool(rendered.effects) == ("folio" in sentence)


async def test_the_window_follows_the_settings():
    rendered = await ask("faq_pago_sin_correo", desk(late()), bank_confirmation_business_days=10)

    assert "de 9 a 10 días hábiles" in rendered.text
    assert rendered.effects == []


async def test_a_pending_credit_card_charge_is_no_bank_charge():
    rendered = await ask("consultar_pago", desk(SITUATIONS["pending_credit_card"]()))

    assert "Con tarjeta de crédito se acredita al momento" in rendered.text
    assert "a más tardar" not in rendered.text
    assert LINE in rendered.text


NO_MAIL = [
    ("creating", "Tu pago con tarjeta de crédito se acredita al momento."),
    ("creating", "calculamos que quede listo hoy a las 10:09."),
    ("creating_late", "Repórtalo a soporte"),
    ("valid", "Tu pago con tarjeta de crédito (Visa ···· 4242) ya se acreditó el sábado 14 de noviembre."),
    ("valid", "se envió el sábado 14 de noviembre a las 12:30 a co*****o@papeleria.mx."),
    ("bounced", "Tu pago ya se acreditó el viernes 20 de noviembre."),
    ("bounced", "y rebotó. Si la dirección cambió, soporte la corrige.\n\nSi lo necesitas, te lo reenvío."),
    ("mail_queued", "está por salir a co*****o@papeleria.mx"),
    ("no_mail", "No veo un correo con los datos de ESPERANZA-01.\n\nSi quieres, te lo envío."),
    ("in_grace", "El cargo de $1,250.00 MXN por RUIZ-01 fue rechazado: fondos insuficientes."),
    ("suspended", "Está sin pagar la renovación de OCAMPO-01"),
    ("refunded", "aparece reembolsado"),
    ("no_records", "No encuentro cargos registrados de VACIO-01."),
    ("pending", "Cuando se confirme, se crea tu servidor y te llega el correo con tus datos."),
]


@pytest.mark.parametrize(("situation", "sentence"), NO_MAIL)
async def test_paid_and_no_mail(situation: str, sentence: str):
    rendered = await ask("faq_pago_sin_correo", desk(SITUATIONS[situation]()))

    assert sentence in rendered.text


async def test_a_bounced_mail_after_a_credit_card_payment():
    rendered = await ask(
        "faq_pago_sin_correo", desk(replace(bounced(), payments=(payment(charged_at=at(date(2026, 11, 20))),))), now=EVENING
    )

    assert "Tu pago ya se acreditó el viernes 20 de noviembre." in rendered.text
    assert rendered.intents == ["reenviar_datos_conexion"]


async def test_paid_and_no_mail_is_about_the_server_that_waits():
    rendered = await ask("faq_pago_sin_correo", desk(*FIVE))

    assert "SIERRA-04 se está creando" in rendered.text
    assert "SIERRA-01" not in rendered.text
    assert rendered.slots["servidor"] == "SIERRA-04"


async def test_several_that_wait_are_listed_and_late_ones_escalated_once():
    rendered = await ask("faq_pago_sin_correo", desk(valid("UNO-01"), late("DOS-01"), pending("TRES-01"), late("TRES-02")))

    assert [line for line in rendered.text.splitlines() if line.startswith("•")] == [
        "• DOS-01: fuera de plazo",
        "• TRES-01: pendiente, a más tardar el jueves 26 de noviembre",
        "• TRES-02: fuera de plazo",
    ]
    assert len(rendered.effects) == 1
    assert rendered.effects[0]["payload"]["code"] in rendered.text
    assert rendered.text.endswith(f"{LINE} (abierta hoy hasta las 18:00).")


async def test_several_that_wait_are_offered_in_detail():
    rendered = await ask("faq_pago_sin_correo", desk(valid("UNO-01"), bounced("DOS-01"), pending("TRES-01")))

    assert rendered.titles == ["DOS-01", "TRES-01"]


@pytest.mark.parametrize("intent", ["consultar_pago", "faq_pago_sin_correo"])
async def test_five_late_charges_still_fit(intent: str):
    rendered = await ask(intent, desk(*(late(f"MERCADO-0{n}") for n in range(1, 6))), now=EVENING)

    assert rendered.text.count("fuera de plazo") == 6


async def test_payments_of_several_servers_and_what_is_owed_in_all():
    rendered = await ask("consultar_pago", desk(*FIVE))

    assert rendered.text == (
        "Así van los pagos de tus servidores:\n"
        "• SIERRA-01: acreditado el sábado 14 de noviembre\n"
        "• SIERRA-02: acreditado el viernes 20 de noviembre\n"
        "• SIERRA-03: cargo de $1,250.00 MXN rechazado\n"
        "• SIERRA-04: acreditado hoy, martes 24 de noviembre\n"
        "• SIERRA-05: $990.00 MXN sin pagar\n\n"
        "Tu adeudo es de $2,240.00 MXN. Elige un servidor para ver cómo ponerte al corriente."
    )
    assert rendered.titles == ["SIERRA-03", "SIERRA-05"]


async def test_several_servers_and_nothing_owed():
    rendered = await ask("consultar_pago", desk(valid("UNO-01"), pending("DOS-01")))

    assert rendered.text.endswith("No veo adeudos.")


async def test_amounts_are_told_as_recorded():
    charge = payment("rejected", "bank_account", at(ends_in(-1)), amount=payment().amount * 8, reason="cuenta cancelada")
    rendered = await ask("consultar_pago", desk(valid(payments=(charge,))))

    assert "$10,000.00 MXN a BBVA ···· 1234" in rendered.text
    assert "fue rechazado: cuenta cancelada." in rendered.text
    assert ("payment", "amount", "10000.00", "ESPERANZA-01") in rendered.told()
    assert ("payment", "reason", "cuenta cancelada", "ESPERANZA-01") in rendered.told()


METHODS = [
    (valid(), "ESPERANZA-01 se paga con cargo automático a tarjeta de crédito: Visa ···· 4242."),
    (bounced(), "VISION-01 se paga con cargo automático a tarjeta de débito: Débito ···· 5678."),
    (pending(), "NORTE-01 se paga con cargo automático a cuenta bancaria: BBVA ···· 1234."),
]


@pytest.mark.parametrize(("mine", "sentence"), METHODS)
async def test_the_method_is_told_masked(mine, sentence: str):
    rendered = await ask("faq_formas_pago", desk(mine))

    assert rendered.text == f"{GENERAL['faq_formas_pago']}\n\n{sentence}"


async def test_methods_of_several_servers():
    rendered = await ask("faq_formas_pago", desk(creating("UNO-01"), server("DOS-01", subscription=subscription())))

    assert rendered.text.splitlines()[-2:] == ["• UNO-01: Visa ···· 4242", "• DOS-01: sin forma de pago registrada"]


LINES = [
    ("consultar_pago", "pending_credit_card", "• NORTE-01: pendiente de acreditarse"),
    ("consultar_pago", "refunded", "• ESPERANZA-01: reembolsado"),
    ("consultar_pago", "no_records", "• VACIO-01: sin cargos registrados"),
    ("consultar_factura", "pending", "• NORTE-01: sin pago acreditado"),
]


@pytest.mark.parametrize(("intent", "situation", "line"), LINES)
async def test_its_line_among_several(intent: str, situation: str, line: str):
    rendered = await ask(intent, desk(SITUATIONS[situation](), valid("OTRO-01")))

    assert line in rendered.text.splitlines()


async def test_an_unpaid_renewal_without_any_recorded_charge():
    rendered = await ask("consultar_pago", desk(valid("UNO-01", -2, payments=())))

    assert rendered.text.startswith("Está sin pagar la renovación de UNO-01, de $1,250.00 MXN")


# --- "pero ya pagué" --------------------------------------------------------------------------------------------------

OWED = "Puedes ver el adeudo en PAGO DE SERVICIOS > Mi Estado de Cuenta; soporte te ayuda a ponerte al corriente."
NOT_HERE = "Si pagaste después, ese pago todavía no aparece: revisa PAGO DE SERVICIOS > Mi Estado de Cuenta y ten tu comprobante a la mano para soporte."


@pytest.mark.parametrize("intent", ["consultar_pago", "faq_pago_sin_correo"])
@pytest.mark.parametrize("situation", SITUATIONS)
async def test_who_says_to_have_paid_is_told_that_it_is_not_here_exactly_where_something_is_owed(intent: str, situation: str):
    asked = desk(SITUATIONS[situation]())
    claimed, plain = await ask(intent, asked, says_to_have_paid=True), await ask(intent, asked)

    owes = OWED in plain.text
    assert (NOT_HERE in claimed.text) == owes
    assert claimed.text.replace(NOT_HERE, OWED) == plain.text
    assert owes or situation not in {"in_grace", "suspended"}


async def test_a_visitor_who_says_to_have_paid_is_told_nothing_of_a_payment():
    assert NOT_HERE not in (await ask("consultar_pago", says_to_have_paid=True)).text


async def test_a_visitor_who_asks_what_it_costs_hears_who_tells_it():
    price = await ask("consultar_pago", text="¿cuánto vale?", frame="amount")
    assert price.text.startswith("No tengo lista de precios")
    assert "55 8000 9480" in price.text
    assert "lista de precios" not in (await ask("consultar_pago", text="¿cuánto debo?", frame="amount")).text
