"""What customers read about the validity of their servers (FAQ 6, 10, 15, 18 and consultar_suscripcion)."""

from datetime import date, datetime

import pytest

from bot.accounts.port import Server
from tests.actions.rendering import MEXICO, NOW, ask, at, desk, payment, server, subscription
from tests.actions.situations import FIVE, SITUATIONS, ends_in, in_grace, suspended, valid

FAQS = ("faq_periodo_gracia", "faq_resguardo_sin_pago", "faq_consultar_vigencia", "faq_inicio_vigencia")
INTENTS = (*FAQS, "consultar_suscripcion")
EVENING = NOW.replace(hour=20)
OPEN = "Línea de soporte: 55 8000 9480"
ACCOUNT_STATEMENT = "PAGO DE SERVICIOS > Mi Estado de Cuenta"


@pytest.mark.parametrize("now", [NOW, EVENING], ids=["line open", "line closed"])
@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("intent", INTENTS)
async def test_each_situation_has_a_whole_answer_about_its_own_server(intent: str, situation: str, now: datetime):
    mine = SITUATIONS[situation]()

    rendered = await ask(intent, desk(mine), now=now, others=[desk(valid("AJENO-01"), id="C-2")])

    assert mine.alias in rendered.text
    assert "AJENO-01" not in rendered.text


@pytest.mark.parametrize("intent", INTENTS)
async def test_five_servers_get_a_line_each(intent: str):
    rendered = await ask(intent, desk(*FIVE))

    assert rendered.text.count("• SIERRA-0") == 5


GENERAL = {
    "faq_periodo_gracia": (
        "El servidor virtual tiene un periodo de gracia de 3 días después de su fecha de fin. Es independiente del periodo de gracia del "
        "sistema Aspel en suscripción, si lo contrataste en conjunto."
    ),
    "faq_resguardo_sin_pago": (
        "Si no se realiza el pago de la suscripción, tu información se resguarda durante 30 días naturales después de la fecha de fin."
    ),
    "faq_consultar_vigencia": (
        "Puedes consultar la vigencia dentro de tu escritorio de servicios, en la sección Mis Servicios > Servidor virtual > Fecha Fin."
    ),
    "faq_inicio_vigencia": "La vigencia inicia a partir de que se confirma el pago del servicio.",
}


@pytest.mark.parametrize(("intent", "general"), GENERAL.items())
async def test_a_visitor_gets_the_general_answer_and_how_to_identify(intent: str, general: str):
    rendered = await ask(intent)

    assert rendered.text == (
        f"{general}\n\nSi quieres que revise también los datos de tu cuenta, entra a tu escritorio de servicios y abre este chat desde ahí."
    )
    assert rendered.readings == []


async def test_a_visitor_never_gets_a_date_of_anybody():
    rendered = await ask("consultar_suscripcion", others=[desk(valid())])

    assert rendered.text.startswith("Para darte ese dato necesito saber qué cuenta es la tuya")
    assert rendered.readings == []


@pytest.mark.parametrize("intent", INTENTS)
async def test_without_live_state_nothing_is_invented(intent: str):
    rendered = await ask(intent, desk(valid()), away=True)

    assert rendered.text.startswith(GENERAL.get(intent, "En este momento no puedo consultar"))
    assert "En este momento no puedo consultar los datos de tu cuenta." in rendered.text
    assert OPEN in rendered.text
    assert rendered.readings == []


WHOLE = {
    "valid": (
        "ESPERANZA-01 está vigente hasta el miércoles 24 de marzo de 2027: faltan 120 días.\n\n"
        "El próximo cargo automático es el miércoles 24 de marzo de 2027, de $1,250.00 MXN a Visa ···· 4242."
    ),
    "ends_tomorrow": (
        "HIDALGO-01 está vigente hasta mañana, miércoles 25 de noviembre.\n\n"
        "El próximo cargo automático es mañana, miércoles 25 de noviembre, de $1,250.00 MXN a Visa ···· 4242."
    ),
    "ends_today": (
        "La vigencia de HIDALGO-01 termina hoy, martes 24 de noviembre, a las 23:59. Si no se renovara, tiene periodo de gracia hasta el "
        "viernes 27 de noviembre, inclusive.\n\n"
        "El próximo cargo automático es hoy, martes 24 de noviembre, de $1,250.00 MXN a Visa ···· 4242."
    ),
    "in_grace": (
        "La vigencia de RUIZ-01 terminó el domingo 22 de noviembre. Está en periodo de gracia: puedes usarlo hasta mañana, miércoles 25 de "
        "noviembre, inclusive.\n\n"
        "El cargo de $1,250.00 MXN por RUIZ-01 fue rechazado: fondos insuficientes.\n\n"
        "Para ponerte al corriente, consulta tu adeudo en PAGO DE SERVICIOS > Mi Estado de Cuenta.\n\n"
        "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
    ),
    "suspended": (
        "La vigencia de OCAMPO-01 terminó el jueves 12 de noviembre: está suspendido y ahora no se puede usar. Su información se resguarda hasta el sábado 12 "
        "de diciembre, inclusive: quedan 18 días.\n\n"
        "Para reactivarlo, consulta tu adeudo en PAGO DE SERVICIOS > Mi Estado de Cuenta y llama a soporte.\n\n"
        "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
    ),
    "deleted": (
        "La información de LIRIO-01 por regla ya no se guarda: su vigencia terminó el miércoles 14 de octubre y su resguardo, el viernes 13 de noviembre. Si quieres "
        "volver a contratar, soporte te orienta.\n\n"
        "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
    ),
    "creating": (
        "CENTRAL-01 está vigente hasta el martes 23 de noviembre de 2027: faltan 364 días.\n\nCENTRAL-01 se está creando: tu pago se "
        "acreditó hoy a las 9:54 y tarda unos 15 minutos; calculamos que quede listo hoy a las 10:09."
    ),
}


@pytest.mark.parametrize(("situation", "text"), WHOLE.items())
async def test_my_subscription_in_full(situation: str, text: str):
    rendered = await ask("consultar_suscripcion", desk(SITUATIONS[situation]()))

    assert rendered.text == text


SENTENCES = [
    ("consultar_suscripcion", "ends_in_5", "hasta el domingo 29 de noviembre: faltan 5 días."),
    ("consultar_suscripcion", "pending", "La vigencia de NORTE-01 todavía no inicia porque su pago aún no se confirma."),
    ("consultar_suscripcion", "pending", "a más tardar, el jueves 26 de noviembre."),
    ("consultar_suscripcion", "first_charge_rejected", "falta que se acredite su pago."),
    ("consultar_suscripcion", "first_charge_rejected", "El cargo de $1,250.00 MXN por NORTE-01 fue rechazado: fondos insuficientes."),
    ("consultar_suscripcion", "no_renewal", "No tiene renovación con cargo automático. Soporte te orienta para renovarlo."),
    ("consultar_suscripcion", "valid_rejected", "El cargo de $1,250.00 MXN por HIDALGO-01 fue rechazado: fondos insuficientes."),
    ("consultar_suscripcion", "suspended_rejected", "fue rechazado, sin motivo registrado."),
    ("consultar_suscripcion", "suspended_still_valid", "está suspendido y su fecha de fin registrada es el lunes 14 de diciembre."),
    ("consultar_suscripcion", "no_records", "No tengo registrada la vigencia de VACIO-01."),
    ("faq_periodo_gracia", "valid", "su periodo de gracia llegaría hasta el sábado 27 de marzo de 2027, inclusive."),
    ("faq_periodo_gracia", "grace_first_day", "hasta el jueves 26 de noviembre, inclusive. Te quedan 2 días además de hoy."),
    ("faq_periodo_gracia", "in_grace", "puedes usarlo hasta mañana, miércoles 25 de noviembre, inclusive."),
    ("faq_periodo_gracia", "in_grace", ACCOUNT_STATEMENT),
    ("faq_periodo_gracia", "grace_last_day", "Hoy, martes 24 de noviembre, es el último día de su periodo de gracia"),
    ("faq_periodo_gracia", "suspended", "El periodo de gracia de OCAMPO-01 terminó el domingo 15 de noviembre."),
    ("faq_periodo_gracia", "grace_pending", "Tu cargo de $1,250.00 MXN todavía está en proceso"),
    ("faq_resguardo_sin_pago", "valid", "se resguardaría hasta el viernes 23 de abril de 2027, inclusive."),
    ("faq_resguardo_sin_pago", "in_grace", "su información se resguarda hasta el martes 22 de diciembre, inclusive."),
    ("faq_resguardo_sin_pago", "suspended", "hasta el sábado 12 de diciembre, inclusive: quedan 18 días."),
    ("faq_resguardo_sin_pago", "suspended_last_day", "Hoy, martes 24 de noviembre, es el último día en que se resguarda"),
    ("faq_consultar_vigencia", "valid", "ESPERANZA-01 está vigente hasta el miércoles 24 de marzo de 2027."),
    ("faq_consultar_vigencia", "cancelled", "LIRIO-01 está dado de baja."),
    ("faq_inicio_vigencia", "valid", "inició el miércoles 25 de marzo; termina el miércoles 24 de marzo de 2027."),
    ("faq_inicio_vigencia", "in_grace", "; terminó el domingo 22 de noviembre."),
    ("faq_inicio_vigencia", "pending", "a más tardar, el jueves 26 de noviembre."),
    ("faq_inicio_vigencia", "creating_without_dates", "sus fechas todavía no aparecen registradas."),
]


@pytest.mark.parametrize(("intent", "situation", "sentence"), SENTENCES)
async def test_the_sentence_that_decides(intent: str, situation: str, sentence: str):
    rendered = await ask(intent, desk(SITUATIONS[situation]()))

    assert sentence in rendered.text


BOUNDARIES = [
    (valid("LIMITE-01", 2), "faltan 2 días"),
    (valid("LIMITE-01", 0), "termina hoy, martes 24 de noviembre, a las 23:59"),
    (in_grace("LIMITE-01", 1), "Te quedan 2 días además de hoy"),
    (in_grace("LIMITE-01", 3), "es el último día de su periodo de gracia"),
    (suspended("LIMITE-01", 4), "inclusive: quedan 26 días"),
    (suspended("LIMITE-01", 29), "hasta mañana, miércoles 25 de noviembre, inclusive: queda 1 día"),
    (suspended("LIMITE-01", 30), "es el último día en que se resguarda"),
    (suspended("LIMITE-01", 31), "y su resguardo, ayer, lunes 23 de noviembre."),
]


@pytest.mark.parametrize(("mine", "sentence"), BOUNDARIES)
async def test_last_days_count_whole(mine: Server, sentence: str):
    rendered = await ask("consultar_suscripcion", desk(mine))

    assert sentence in rendered.text


async def test_the_day_changes_at_local_midnight():
    mine = desk(in_grace(ended_days_ago=3))

    before = await ask("consultar_suscripcion", mine, now=datetime(2026, 11, 24, 23, 59, 59, tzinfo=MEXICO))
    after = await ask("consultar_suscripcion", mine, now=datetime(2026, 11, 25, 0, 0, 1, tzinfo=MEXICO))

    assert "es el último día de su periodo de gracia" in before.text
    assert "la gracia, ayer, martes 24 de noviembre." in after.text


async def test_days_of_grace_and_retention_follow_the_settings():
    grace = await ask("faq_periodo_gracia", desk(in_grace()), grace_days=5)
    kept = await ask("faq_resguardo_sin_pago", desk(in_grace()), retention_days=60)

    assert "un periodo de gracia de 5 días" in grace.text
    assert "hasta el viernes 27 de noviembre, inclusive" in grace.text
    assert "durante 60 días naturales" in kept.text


async def test_a_late_charge_is_escalated():
    rendered = await ask("consultar_suscripcion", desk(SITUATIONS["late"]()))

    assert [effect["kind"] for effect in rendered.effects] == ["escalate"]
    assert rendered.effects[0]["payload"]["code"] in rendered.text
    assert OPEN in rendered.text


async def test_friday_evening_says_when_the_line_opens():
    friday = datetime(2026, 12, 11, 19, 0, tzinfo=MEXICO)
    rendered = await ask(
        "consultar_suscripcion", desk(suspended(ended_days_ago=0, subscription=subscription(date(2026, 12, 1)))), now=friday
    )

    assert "abre el lunes 14 de diciembre a las 9:00" in rendered.text


async def test_next_steps_of_an_unpaid_subscription():
    rendered = await ask("consultar_suscripcion", desk(in_grace()))

    assert rendered.intents == ["consultar_pago", "faq_formas_pago"]


async def test_of_several_the_unpaid_are_offered_in_detail():
    rendered = await ask("consultar_suscripcion", desk(*FIVE))

    assert rendered.titles == ["SIERRA-03", "SIERRA-05"]
    assert {
        "• SIERRA-03: en gracia hasta mañana, miércoles 25 de noviembre",
        "• SIERRA-05: suspendido, resguardo hasta el sábado 12 de diciembre",
    } <= set(rendered.text.splitlines())


async def test_a_named_server_of_several_is_told_alone_and_remembered():
    rendered = await ask("consultar_suscripcion", desk(*FIVE), servidor="SIERRA-02")

    assert rendered.text.startswith("SIERRA-02 está vigente hasta el domingo 7 de febrero de 2027: faltan 75 días.")
    assert "SIERRA-03" not in rendered.text
    assert rendered.slots["servidor"] == "SIERRA-02"


async def test_what_was_told_is_kept_as_read():
    rendered = await ask("consultar_suscripcion", desk(valid()))

    assert {
        ("subscription", "ends_on", "2027-03-24", "ESPERANZA-01"),
        ("subscription", "next_charge_on", "2027-03-24", "ESPERANZA-01"),
        ("subscription", "price", "1250.00", "ESPERANZA-01"),
        ("payment", "masked", "Visa ···· 4242", "ESPERANZA-01"),
    } <= rendered.told()


async def test_the_next_charge_before_any_was_made():
    rendered = await ask("consultar_suscripcion", desk(valid("UNO-01", 5, payments=())))

    assert rendered.text.endswith("El próximo cargo automático es el domingo 29 de noviembre, de $1,250.00 MXN.")


async def test_a_past_next_charge_is_not_announced():
    mine = server(subscription=subscription(ends_in(10), next_charge_on=ends_in(-1)), payments=(payment(charged_at=at(ends_in(-300))),))

    rendered = await ask("consultar_suscripcion", desk(mine))

    assert "cargo" not in rendered.text


LINES = [
    ("consultar_suscripcion", "ends_today", "• HIDALGO-01: vence hoy, martes 24 de noviembre"),
    ("consultar_suscripcion", "suspended_still_valid", "• OCAMPO-01: suspendido"),
    ("consultar_suscripcion", "creating_without_dates", "• CENTRAL-01: en creación, sin fechas todavía"),
    ("consultar_suscripcion", "pending", "• NORTE-01: su pago aún no se confirma"),
    ("consultar_suscripcion", "first_charge_rejected", "• NORTE-01: falta que se acredite su pago"),
    ("consultar_suscripcion", "no_records", "• VACIO-01: sin fecha registrada"),
    ("faq_inicio_vigencia", "pending", "• NORTE-01: todavía sin fecha de inicio"),
]


@pytest.mark.parametrize(("intent", "situation", "line"), LINES)
async def test_its_line_among_several(intent: str, situation: str, line: str):
    rendered = await ask(intent, desk(SITUATIONS[situation](), valid("OTRO-01")))

    assert line in rendered.text.splitlines()


async def test_when_all_are_gone_they_are_listed():
    rendered = await ask("consultar_suscripcion", desk(SITUATIONS["deleted"](), valid("OTRO-01", 20, status="cancelled")))

    assert rendered.text.splitlines()[1:] == ["• LIRIO-01: terminó el miércoles 14 de octubre", "• OTRO-01: dado de baja"]
