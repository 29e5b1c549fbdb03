"""What is asked of one payment: its own answer, the value first; true and short in every state that rows allow."""

from __future__ import annotations

import pytest

from actions.charge_facts import PAYMENT_FACTS
from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions.in_between import STATUSES, built, periods_and_charges, untrue
from tests.actions.rendering import Rendered, ask, desk

_LINE = "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00). Tu folio: KNWHUA."


async def of_demo(intent: str, customer: str, frame: str, text: str = "", earlier: Rendered | None = None) -> Rendered:
    """What a demo customer reads, after an `earlier` answer."""
    slots = {**earlier.slots, "estado": earlier.state} if earlier else {}
    return await ask(intent, demo_desk(customer, DEMO_NOW), now=DEMO_NOW, frame=frame, text=text, slots=slots)


LEADS = [
    ("C-1001", "amount", "", "Son $9,588.00 MXN al año por ESPERANZA-01, con Visa ···· 4242."),
    ("C-1001", "amount", "¿cuánto debo?", "No tienes adeudo por ESPERANZA-01: "),
    ("C-1001", "which", "", "Es Visa ···· 4242 (tarjeta de crédito), la forma de pago registrada de ESPERANZA-01."),
    ("C-1001", "when", "", "El miércoles 24 de marzo de 2027, por $9,588.00 MXN a Visa ···· 4242: es el próximo cargo."),
    ("C-1001", "when", "¿y el último cuándo fue?", "El último pago de ESPERANZA-01 se acreditó el martes 24 de marzo: "),
    ("C-1001", "whether", "¿y se cobra solo?", "Se cobra solo: cargo automático de $9,588.00 MXN a Visa ···· 4242, el miércoles 24 de marzo de 2027."),
    ("C-1001", "do", "", "Desde aquí no puedo mover cargos ni cambiar la forma de pago;"),
    ("C-1001", "where", "", "En tu escritorio de servicios: PAGO DE SERVICIOS > Mi Estado de Cuenta."),
    ("C-1002", "amount", "", "Son $899.00 MXN al mes por HIDALGO-01, con Mastercard ···· 5108.\n\nEl próximo cargo es el domingo 29 de noviembre."),
    ("C-1003", "state", "", "RUIZ-01 está en gracia y se puede usar hasta mañana, miércoles 25 de noviembre: el cargo de $899.00 MXN a Débito Banorte"),
    ("C-1003", "why", "", "El cargo de $899.00 MXN a tu Débito Banorte ···· 3310 fue rechazado por fondos insuficientes, por eso RUIZ-01 está en gracia hasta mañana, "),
    ("C-1003", "who", "", "El cargo a Débito Banorte ···· 3310 lo rechazó el banco al intentarlo; el motivo registrado es «fondos insuficientes»."),
    ("C-1003", "amount", "", "Son $899.00 MXN: es el cargo a Débito Banorte ···· 3310 por RUIZ-01, hecho el jueves 19 de noviembre, que fue rechazado por fondos"),
    ("C-1003", "which", "", "Es Débito Banorte ···· 3310 (tarjeta de débito), "),
    ("C-1001", "sure", "entonces no hago nada, ¿verdad?", "Todo en orden: tu último pago se acreditó el martes 24 de marzo y el próximo, de $9,588.00 MXN a Visa"),
    ("C-1001", "whether", "¿con IVA o sin?", "Solo veo el total, $9,588.00 MXN: "),
    ("C-1003", "whether", "¿era cierto ese aviso?", "No pasó: el cargo de $899.00 MXN a Débito Banorte ···· 3310 por RUIZ-01, "),
    ("C-1003", "whether", "¿debo algo?", "Debes $899.00 MXN por RUIZ-01.\n\nPuedes seguir usando el servidor hasta mañana, miércoles 25 de noviembre"),
    ("C-1003", "whether", "¿lo vuelven a intentar?", "No veo otro cargo después del que fue rechazado, y no tengo registrado que se reintente solo."),
    ("C-1003", "count", "", "Veo un solo cargo rechazado: el de $899.00 MXN a Débito Banorte ···· 3310, hecho el jueves 19 de noviembre."),
    ("C-1003", "until", "", "Puedes seguir usando el servidor hasta mañana, miércoles 25 de noviembre, inclusive."),
    ("C-1003", "how", "", "En PAGO DE SERVICIOS > Mi Estado de Cuenta ves lo que debes, $899.00 MXN;"),
    ("C-1004", "amount", "", "Son $899.00 MXN: es la renovación de OCAMPO-01, que venció el jueves 12 de noviembre y está sin pagar."),
    ("C-1004", "why", "", "OCAMPO-01 venció el jueves 12 de noviembre y no aparece pagada su renovación, por eso está suspendido."),
    ("C-1004", "when", "", "Debía pagarse a más tardar el jueves 12 de noviembre, cuando terminó su vigencia."),
    ("C-1006", "state", "", "Está al corriente: tu último pago de CENTRAL-01, de $899.00 MXN con Visa ···· 4242, se acreditó hoy a las 10:14.\n\nCENTRAL-01 se está"),
    ("C-1007", "state", "", "NORTE-01 espera tu pago: el cargo de $1,499.00 MXN a Cuenta BBVA ···· 1187, hecho ayer, lunes 23 de noviembre, sigue pendiente."),
    ("C-1007", "when", "", "Lo más pronto mañana, miércoles 25 de noviembre; a más tardar, el jueves 26 de noviembre."),
    ("C-1007", "again", "", "Lo más pronto mañana, miércoles 25 de noviembre; a más tardar, el jueves 26 de noviembre."),
    ("C-1007", "count", "", "Lleva 1 día hábil desde el cargo; lo normal es de 2 a 3."),
    ("C-1007", "whether", "¿hay modo de apurarlo?", "Desde aquí no puedo apresurarlo ni recibir comprobantes:"),
    ("C-1007", "whether", "¿y el sábado cuenta?", "Son días hábiles, de lunes a viernes: sábados, domingos y días festivos no cuentan."),
    ("C-1007", "which", "", "Es Cuenta BBVA ···· 1187 (cuenta bancaria), "),
    ("C-1007", "why", "", "NORTE-01 todavía no se crea porque el cargo de $1,499.00 MXN a Cuenta BBVA ···· 1187 sigue pendiente: "),
    ("C-1007", "since", "", "Desde ayer, lunes 23 de noviembre: ese día se hizo el cargo, y sigue pendiente."),
    ("C-1008", "when", "", "El cargo de $1,499.00 MXN, hecho el viernes 13 de noviembre, debía confirmarse a más tardar el jueves 19 de noviembre (lo normal es de 2 a 3 días hábiles); sigue pendiente"),
    ("C-1008", "count", "", "Lleva 6 días hábiles desde el cargo, 3 días hábiles más de lo normal, que es de 2 a 3."),
    ("C-1008", "sure", "", "Ya pasó del plazo normal, de 2 a 3: lleva 6 días hábiles desde el cargo y sigue sin confirmarse; aparece pendiente, no rechazado."),
    ("C-1008", "why", "", "MERCADO-01 todavía no se crea porque el cargo de $1,499.00 MXN a Cuenta BBVA ···· 1187, hecho el viernes 13 de noviembre, sigue"),
    ("C-1008", "sure", "ya se pasaron, no? eran 2 o 3 días", "Sí, ya se pasó del plazo y sigue sin confirmarse: lleva 6 días hábiles desde el cargo y lo normal es de 2 a 3; "),
    ("C-1002", "whether", "¿eso es al mes?", "Son $899.00 MXN al mes por HIDALGO-01, con Mastercard ···· 5108."),
    ("C-1001", "sure", "¿o es al año?", "Son $9,588.00 MXN al año por ESPERANZA-01, con Visa ···· 4242."),
    ("C-1001", "amount", "¿cuánto sale al mes?", "Son $9,588.00 MXN al año por ESPERANZA-01, con Visa ···· 4242.\n\nEquivale a $799.00 MXN al mes."),
    ("C-1002", "amount", "¿y al año cuánto es?", "Son $899.00 MXN al mes por HIDALGO-01, con Mastercard ···· 5108.\n\nEn doce meses serían $10,788.00 MXN, si el precio no cambia."),
    ("C-1007", "whether", "¿tengo que pagar algo?", "Por ahora no tienes que pagar nada más: tu cargo de $1,499.00 MXN a Cuenta BBVA ···· 1187, hecho ayer, lunes 23 de noviembre, está pendiente"),
    ("C-1008", "state", "¿debo algo?", "Por ahora no tienes que pagar nada más: tu cargo de $1,499.00 MXN a Cuenta BBVA ···· 1187, hecho el viernes 13 de noviembre, está pendiente"),
    ("C-1001", "whether", "¿hay que pagar algo ahorita?", "No tienes adeudo por ESPERANZA-01"),
    ("C-1004", "whether", "¿me falta pagar algo?", "Debes $899.00 MXN por OCAMPO-01."),
    ("C-1007", "since", "¿cuál es el plazo normal?", "Lo normal es de 2 a 3 días hábiles desde el cargo, que se hizo ayer, lunes 23 de noviembre."),
    ("C-1008", "which", "¿cuánto suelen tardar?", "Lo normal es de 2 a 3 días hábiles desde el cargo, que se hizo el viernes 13 de noviembre."),
    ("C-1007", "what_if", "¿y si cambio de tarjeta?", "El cargo de $1,499.00 MXN a Cuenta BBVA ···· 1187, hecho ayer, lunes 23 de noviembre, sigue su curso. Para que los siguientes vayan a otra"),
    ("C-1007", "what_if", "¿y si cambio de plan?", "Tu cargo de $1,499.00 MXN"),
    ("C-1008", "who", "", "No veo en qué parte se detuvo, si en el banco o con nosotros: aquí el cargo solo aparece pendiente."),
    ("C-1008", "do", "", "Desde aquí no puedo moverlo ni cancelarlo: lo tiene que revisar soporte."),
    ("C-1008", "how", "", "Di que es el cargo de $1,499.00 MXN a Cuenta BBVA ···· 1187 por MERCADO-01, hecho el viernes 13 de noviembre, que sigue pendiente"),
]  # fmt: skip


@pytest.mark.parametrize(("customer", "asked", "text", "lead"), LEADS)
async def test_the_value_that_is_asked_comes_first(customer: str, asked: str, text: str, lead: str):
    assert (await of_demo("consultar_pago", customer, asked, text)).text.startswith(lead)


@pytest.mark.parametrize("customer", ["C-1001", "C-1003", "C-1004", "C-1006", "C-1007", "C-1008", "C-1012"])
async def test_a_follow_up_is_short_and_repeats_nothing(customer: str):
    earlier = await of_demo("consultar_pago", customer, "state")
    told = set(earlier.text.split("\n\n"))
    for asked in set(PAYMENT_FACTS) - {"state", "again", "what_if"}:
        answer = await of_demo("consultar_pago", customer, f"{asked} refers=goes_on", earlier=earlier)
        beside = len(_LINE) + 2 if _LINE in answer.text else 0  # of a late charge the line is told each time, its folio beside it
        assert len(answer.text) - beside <= 250, answer.text
        lead, *rest = answer.text.removeprefix("Como te decía:\n\n").split("\n\n")
        if lead not in told:  # a lead is said again when it is what is asked
            assert not told & set(rest), asked


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("asked", sorted(PAYMENT_FACTS))
async def test_every_fact_is_true_in_every_state(asked: str, status: str):
    for state in periods_and_charges():
        if state[0] == status:
            of = built(*state)
            answer = await ask("consultar_pago", desk(of), frame=asked)
            assert untrue(answer.text, of) == [], (state, answer.text)


async def test_a_late_charge_opens_one_case_and_its_folio_is_told():
    first = await of_demo("consultar_pago", "C-1008", "why")
    again = await of_demo("consultar_pago", "C-1008", "do refers=goes_on", earlier=first)

    assert [each["kind"] for each in first.effects] == ["escalate"]
    assert f"folio {first.effects[0]['payload']['code']}" in first.text
    assert again.effects == []


@pytest.mark.parametrize("move", ["", " move=complains"])
async def test_whether_a_late_charge_is_confirmed_is_answered_each_time_with_the_line_and_the_folio(move: str):
    first = await of_demo("consultar_pago", "C-1008", f"whether{move}", "¿ya se confirmó?")
    again = await of_demo("consultar_pago", "C-1008", f"whether{move} refers=goes_on", "¿pero ya?", earlier=first)
    thrice = await of_demo("consultar_pago", "C-1008", f"sure{move}", "¿entonces ya quedó?", earlier=again)

    assert first.text.startswith("Ya pasó del plazo normal, de 2 a 3: lleva 6 días hábiles desde el cargo")
    assert first.text.endswith(
        "Ya lo reporté con el folio KNWHUA; dáselo a soporte.\n\nLínea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
    )
    for later in (again, thrice):
        assert (
            later.text.removeprefix("Como te decía:\n\n")
            .removeprefix("Te lo repito:\n\n")
            .startswith(("Ya pasó del plazo normal", "Sigue sin confirmarse: "))
        )
        assert later.text.endswith(_LINE)


@pytest.mark.parametrize("intent", ["consultar_servidor", "pagar_adeudo", "faq_pago_sin_correo", "faq_tiempo_creacion"])
async def test_whichever_question_goes_on_about_a_late_charge_ends_with_the_line_and_the_folio(intent: str):
    told = await of_demo("consultar_pago", "C-1008", "state")
    for _ in range(3):
        told = await of_demo(intent, "C-1008", "whether refers=goes_on", earlier=told)
        assert "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)." in told.text.split("\n\n")[-1]
        assert "olio KNWHUA" in told.text or "olio: KNWHUA" in told.text


async def test_who_contradicts_a_rejection_is_sent_to_the_bank():
    answer = await of_demo("consultar_pago", "C-1003", "why move=complains refers=goes_on", "¡si tenía fondos!")
    assert answer.text.endswith("Es lo único que veo aquí; por qué se respondió así te lo dice tu banco.")


async def test_who_names_another_method_hears_what_is_registered_and_who_can_look():
    answer = await of_demo("consultar_pago", "C-1008", "which move=corrects refers=goes_on", "pero yo pagué con tarjeta")
    assert answer.text.startswith("Perdón, va:\n\nEs Cuenta BBVA ···· 1187 (cuenta bancaria),")
    assert "Si pagaste con otro medio, soporte lo puede revisar.\n\nLínea de soporte: 55 8000 9480" in answer.text
