"""What is asked of one server's subscription, in every state that its rows allow: true, short, with the value in the first sentence."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.base import ServerAction
from bot.accounts.port import Server
from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions.in_between import untrue
from tests.actions.rendering import Rendered, ask, desk, executor
from tests.actions.situations import SITUATIONS
from tests.actions.test_in_between import servers

LEAD, ANSWER = 170, 500
SENTENCE = re.compile(r".*?[.:](?=\s|$)", re.DOTALL)
CUSTOMERS = [f"C-{number}" for number in range(1001, 1013) if number != 1009]  # 1009 has five servers
INTENTS = (
    "consultar_suscripcion",
    "faq_periodo_gracia",
    "faq_resguardo_sin_pago",
    "faq_consultar_vigencia",
    "faq_inicio_vigencia",
    "faq_cambiar_solucion",
    "faq_traslado_informacion",
    "cancelar_servicio",
    "reactivar_servicio",
)


def facts() -> list[tuple[str, str]]:
    """Every question that has an answer of its own: intent and what is asked."""
    actions = {name.removeprefix("action_"): run.__self__ for name, run in executor().actions.items()}
    found = [(intent, actions[intent]) for intent in INTENTS]
    assert all(isinstance(action, ServerAction) for _, action in found)
    return [(intent, str(asked)) for intent, action in found for asked in action.facts]


FACTS = facts()
BY_WORDS = {"whether", "sure", "what_if", "who"}
WORDS = ("", "¿seguro?", "¿cuentan sábados y domingos?", "¿es la misma que la del SAE?", "¿avisaron?")


async def _checked(intent: str, asked: str, of: Server, text: str = "") -> None:
    answer = await ask(intent, desk(of), frame=asked, text=text)
    assert untrue(answer.text, of) == [], (intent, asked, answer.text)
    assert "{" not in answer.text
    assert len(answer.text) <= ANSWER, answer.text


@pytest.mark.parametrize(("intent", "asked"), FACTS)
async def test_each_situation_has_a_true_answer_to_each_question(intent, asked):
    for situation in SITUATIONS.values():
        for text in WORDS if asked in BY_WORDS else ("",):
            await _checked(intent, asked, situation(), text)


@pytest.mark.parametrize(("intent", "asked"), FACTS)
async def test_demo_customers_read_the_value_in_a_short_first_sentence(intent, asked):
    for customer in CUSTOMERS:
        answer = await ask(intent, demo_desk(customer, DEMO_NOW), now=DEMO_NOW, frame=asked)
        first = SENTENCE.match(answer.text)
        assert first is not None
        assert len(first[0]) <= LEAD, first[0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(of=servers(), text=st.sampled_from(WORDS))
async def test_no_answer_promises_what_the_state_denies(of, text):
    for intent, asked in FACTS:
        await _checked(intent, asked, of, text)


READ = [
    ("C-1001", "consultar_suscripcion count", "", "Tienes 120 días más, sin contar hoy: ESPERANZA-01 vence el miércoles 24 de marzo de 2027, a las 23:59."),
    ("C-1001", "consultar_suscripcion amount", "", "ESPERANZA-01 cuesta $9,588.00 MXN al año."),
    ("C-1002", "consultar_suscripcion amount", "", "HIDALGO-01 cuesta $899.00 MXN al mes."),
    ("C-1002", "consultar_suscripcion until", "", "HIDALGO-01 vence el domingo 29 de noviembre, a las 23:59: dentro de 5 días."),
    ("C-1002", "consultar_suscripcion sure", "¿seguro?", "Sí: según tu cuenta a esta hora, vence el domingo 29 de noviembre,"),
    ("C-1002", "consultar_suscripcion sure", "entonces tengo 8 días, ¿verdad?", "Según tu cuenta a esta hora, HIDALGO-01 vence el domingo 29"),
    ("C-1002", "faq_periodo_gracia whether", "¿cuentan sab y dom?", "Son 3 días naturales después de la fecha de fin: cuentan sábados,"),
    ("C-1002", "faq_periodo_gracia whether", "¿la gracia es la misma del SAE?", "Son independientes: los 3 días de gracia del servidor"),
    ("C-1002", "faq_periodo_gracia whether", "¿y luego luego lo apagan?", "HIDALGO-01 no se apaga al vencer, el domingo 29 de noviembre"),
    ("C-1002", "faq_cambiar_solucion whether", "", "Alcanzas si lo cancelas a más tardar hoy, martes 24 de noviembre: 3 días hábiles antes"),
    ("C-1003", "consultar_suscripcion why", "", "El cargo de $899.00 MXN a tu Débito Banorte ···· 3310 fue rechazado por fondos insuficientes, por eso RUIZ-01 está en gracia hasta mañana, "),
    ("C-1003", "consultar_suscripcion until", "", "Hasta mañana, miércoles 25 de noviembre, a las 23:59: es su periodo de gracia y RUIZ-01, que venció el domingo 22"),
    ("C-1003", "faq_resguardo_sin_pago until", "", "Tu información se guarda hasta el martes 22 de diciembre, inclusive: dentro de 28 días."),
    ("C-1003", "cancelar_servicio none move=denies", "", "No he cancelado nada, y desde aquí no puedo hacerlo."),
    ("C-1004", "consultar_suscripcion since", "", "Desde que acabó su periodo de gracia, el domingo 15 de noviembre: OCAMPO-01 venció"),
    ("C-1004", "faq_resguardo_sin_pago count", "", "Tienes 18 días más, sin contar hoy: la información de OCAMPO-01 se guarda hasta el sábado 12"),
    ("C-1004", "faq_resguardo_sin_pago whether", "¿son hábiles?", "Son 30 días naturales desde la fecha de fin"),
    ("C-1004", "reactivar_servicio whether", "", "Todavía se puede: la información de OCAMPO-01 se guarda hasta el sábado 12 de diciembre, inclusive."),
    ("C-1005", "reactivar_servicio do", "", "Por regla ya no: el resguardo de la información de LIRIO-01 terminó el viernes 13"),
    ("C-1005", "faq_resguardo_sin_pago whether", "¿le avisaron siquiera?", "No veo qué avisos se enviaron; eso te lo puede decir soporte."),
    ("C-1007", "faq_inicio_vigencia whether", "", "Todavía no corre: la vigencia de NORTE-01 empieza cuando se confirme tu pago"),
    ("C-1006", "faq_inicio_vigencia since", "", "La vigencia de CENTRAL-01 ya corre: inició hoy, martes 24 de noviembre"),
    ("C-1010", "consultar_suscripcion state", "", "MITLA-01 está activo y vigente hasta el viernes 11 de diciembre"),
    (None, "faq_resguardo_sin_pago whether", "¿y en esos treinta puedo entrar?", "30 días naturales desde la fecha de fin. En los primeros 3 días"),
    (None, "faq_periodo_gracia count", "", "3 días naturales después de la fecha de fin."),
    (None, "faq_inicio_vigencia since", "", "Empieza cuando se confirma el pago: los días de espera no se descuentan"),
    (None, "faq_cambiar_solucion count", "", "72 horas hábiles antes de la fecha de fin: son 3 días hábiles"),
    (None, "reactivar_servicio whether", "", "Se puede mientras se guarda la información, 30 días naturales"),
    (None, "contratar_servicio where", "", "Se contrata en tu escritorio de servicios, no por aquí"),
    (None, "contratar_servicio which", "", "Hay varias soluciones y el rendimiento depende de la que contrates."),
    ("C-1005", "contratar_servicio whether", "", "Tienes 0 de 5 servidores: puedes contratar 5 más."),
]  # fmt: skip


async def _read(customer: str | None, frame: str, text: str = "", **given: object) -> Rendered:
    intent, _, rest = frame.partition(" ")
    mine = demo_desk(customer, DEMO_NOW) if customer else None
    return await ask(intent, mine, now=DEMO_NOW, frame=rest, text=text, **given)


@pytest.mark.parametrize(("customer", "frame", "text", "lead"), READ)
async def test_what_is_asked_comes_first(customer, frame, text, lead):
    answer = await _read(customer, frame, text)
    assert answer.text.startswith(lead), answer.text


@pytest.mark.parametrize(
    ("customer", "first", "second"),
    [
        ("C-1002", "consultar_suscripcion until", "consultar_suscripcion when"),
        ("C-1003", "consultar_suscripcion until", "consultar_suscripcion whether"),
        ("C-1004", "faq_resguardo_sin_pago state", "faq_resguardo_sin_pago sure"),
        ("C-1007", "consultar_suscripcion until", "consultar_suscripcion count"),
        ("C-1008", "consultar_suscripcion until", "faq_resguardo_sin_pago until"),
    ],
)
async def test_no_sentence_stands_again_in_the_next_answer(customer, first, second):
    earlier = await _read(customer, first)
    later = await _read(customer, f"{second} refers=goes_on", slots={"estado": earlier.state, **earlier.slots})
    assert set(earlier.text.split("\n\n")) & set(later.text.split("\n\n")) == set()


async def test_a_failed_backup_and_a_fault_are_told_to_who_asks_whether_all_is_well():
    assert "no encuentro bien terminado el respaldo de anoche" in (await _read("C-1010", "consultar_suscripcion state")).text
    assert "ahora mismo no está respondiendo bien" in (await _read("C-1012", "consultar_suscripcion state")).text
    assert "su respaldo de anoche terminó bien" in (await _read("C-1001", "consultar_suscripcion state")).text


async def test_who_corrects_the_date_is_told_where_to_see_it():
    answer = await _read("C-1003", "consultar_suscripcion sure move=corrects refers=goes_on", "pero yo no venzo hasta el 30")
    assert answer.text.startswith(
        "No es el lunes 30 de noviembre.\n\nSegún tu cuenta a esta hora, RUIZ-01 venció el domingo 22 de noviembre"
    )
    assert "Mis Servicios > Servidor virtual > Fecha Fin" in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "según yo vencía el 22",
        "según yo pagué el 20",
        "me dijeron que el cargo fue el 19",
        "¿no era el 25?",
        "¿seguro?",
        "¿seguro que es mañana?",
        "yo creía que en diciembre",
    ],
)
async def test_a_day_that_is_its_own_or_is_not_clear_is_not_denied(text: str):
    assert "No es " not in (await _read("C-1003", "consultar_suscripcion sure refers=goes_on", text)).text


async def test_a_missed_day_to_cancel_names_the_next_chance():
    answer = await ask("faq_cambiar_solucion", desk(SITUATIONS["ends_tomorrow"]()), frame="whether")
    assert answer.text.startswith("Para esta fecha ya no alcanzas: el plazo para cancelar HIDALGO-01 y cambiar terminó")
    assert "tu siguiente oportunidad es a más tardar" in answer.text


@pytest.mark.parametrize("hours", [24, 36, 72])
async def test_business_hours_are_told_as_the_days_that_they_are(hours):
    answer = await ask("faq_cambiar_solucion", frame="count", change_cutoff_business_hours=hours)
    assert f"son {hours / 24:g} días hábiles" in answer.text
