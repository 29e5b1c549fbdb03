"""What follows from what a customer supposes, as it is read: the demo customers' own dates, every in-between state, visitors.

Demo customers are asked on Tuesday 24 November 2026.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.protocol.frame import Act
from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions.in_between import PERIODS, STATUSES, Fact, built, charge_is, charges, paid_ahead, periods_and_charges, untrue, within
from tests.actions.rendering import TODAY, answers, ask, desk, payment, server, subscription
from tests.actions.situations import FIVE, in_grace, pending, suspended, valid

CREDIT = "Con tarjeta de crédito"
BANK = "Con débito o cuenta bancaria"
CASES = [
    # C-1003: ended on Sunday 22, usable until Wednesday 25, kept until 22 December; debit
    ("C-1003", "consultar_suscripcion what_if supposed=pay:lunes", "si pago hasta el lunes q pasa", ["Para el lunes 30 de noviembre, RUIZ-01 ya estará suspendido", "todavía se conserva", "hasta el martes 22 de diciembre", f"{CREDIT} se confirma al momento", "entre el miércoles 2 y el jueves 3 de diciembre"]),
    ("C-1003", "consultar_suscripcion what_if supposed=pay", "y si paga hoy con la misma tarjeta", [f"{BANK} no alcanza: tarda de 2 a 3 días hábiles, se confirmaría entre el jueves 26 y el viernes 27 de noviembre", "Tu información todavía se conserva"]),
    ("C-1003", "consultar_suscripcion whether supposed=pay move=fragment", "y con crédito mañana?", ["Sí alcanzas si pagas mañana, miércoles 25 de noviembre: con tarjeta de crédito"]),
    ("C-1003", "consultar_suscripcion what_if supposed=pay:mañana move=fragment refers=goes_on", "¿y con crédito?", ["Sí alcanzas si pagas mañana"]),
    ("C-1003", "consultar_suscripcion what_if supposed=pay", "¿y si pago hoy?", [f"{CREDIT} sí alcanzas", f"{BANK} no: sería entre el jueves 26 y el viernes 27"]),
    ("C-1003", "consultar_suscripcion what_if supposed=nopay", "y luego?", ["Sin pago, RUIZ-01 se puede usar hasta mañana, miércoles 25 de noviembre, inclusive; después se suspende"]),
    ("C-1003", "consultar_suscripcion what_if supposed=nopay:mañana", "si no pago hoy me lo apagan mañana?", ["RUIZ-01 todavía se puede usar mañana, miércoles 25 de noviembre: es el último día de su gracia"]),
    ("C-1003", "faq_resguardo_sin_pago what_if supposed=wait", "Y SI ME TARDO UNOS VEINTE DIAS SE PIERDE TODO", ["Para el lunes 14 de diciembre, RUIZ-01 ya estará suspendido (se puede usar hasta mañana, miércoles 25 de noviembre), pero tu información todavía se conserva"]),
    ("C-1003", "faq_resguardo_sin_pago what_if supposed=wait move=fragment", "Y TREINTA", ["ya no alcanzas", "hasta el martes 22 de diciembre"]),
    ("C-1003", "faq_resguardo_sin_pago whether supposed=nopay", "no se pierde nada vdd?", ["Tu información de RUIZ-01 se resguarda hasta el martes 22 de diciembre"]),
    ("C-1003", "consultar_pago whether supposed=pay", "si le echan lana a la cuenta hoy se vuelve a cobrar solo o q", ["Si el cargo rechazado se intenta otra vez solo no está en mi información", "55 8000 9480"]),
    ("C-1003", "faq_formas_pago whether supposed=pay", "y con la de credito de mi comadre?", [f"{CREDIT} el pago se confirma al momento", "Si se acepta la tarjeta de otra persona"]),
    ("C-1003", "faq_traslado_informacion whether supposed=contract", "y si mejor hago uno nuevo, se pasa lo mio?", ["previsto para un cambio de solución", "55 8000 9480"]),
    # C-1004: ended on 12 November, suspended, kept until 12 December
    ("C-1004", "consultar_suscripcion what_if supposed=wait", "y si me espero 20 dias", ["Para el lunes 14 de diciembre ya no alcanzas", "hasta el sábado 12 de diciembre"]),
    ("C-1004", "consultar_suscripcion what_if supposed=wait move=fragment", "y en 15?", ["Para el miércoles 9 de diciembre, tu información de OCAMPO-01 todavía está", "sigue suspendido"]),
    ("C-1004", "consultar_suscripcion whether supposed=pay", "si paga la otra semana todavia alcanza a rescatar sus cosas?", ["Sí alcanzas si pagas el domingo 6 de diciembre"]),
    ("C-1004", "faq_resguardo_sin_pago what_if supposed=pay", "son 16 días, la libro?", ["Si pagas el jueves 10 de diciembre, con tarjeta de crédito alcanzas", f"{BANK} no es seguro"]),
    ("C-1004", "faq_resguardo_sin_pago what_if supposed=pay", "y si pago en 16 dias por banco?", [f"{BANK} no alcanza: se confirmaría entre el lunes 14 y el martes 15"]),
    ("C-1004", "faq_resguardo_sin_pago what_if supposed=pay", "y si pago con debito el 9 de diciembre?", ["No es seguro: con débito o cuenta bancaria se confirmaría entre el viernes 11 y el lunes 14"]),
    ("C-1004", "faq_resguardo_sin_pago what_if supposed=pay", "con debito en el dia 17?", ["a más tardar el sábado 12 de diciembre"]),
    ("C-1004", "consultar_suscripcion until supposed=pay", "entonces cual es el ultimo dia seguro con debito", [f"{BANK}, paga a más tardar el martes 8 de diciembre"]),
    ("C-1004", "consultar_suscripcion until supposed=pay", "y con credito?", [f"{CREDIT}, a más tardar el sábado 12 de diciembre"]),
    ("C-1004", "reactivar_servicio when supposed=pay", "y si pago mañana cuanto se tarda en que me lo prendan", [f"{CREDIT} se confirma al momento; con débito o cuenta bancaria, entre el viernes 27 y el lunes 30", "no está en mi información", "55 8000 9480"]),
    ("C-1004", "reactivar_servicio whether supposed=pay", "pagando digo, se quita?", ["no está en mi información", "55 8000 9480"]),
    ("C-1004", "faq_inicio_vigencia what_if supposed=pay", "Y si pago hoy, ¿me lo dan desde hoy?", ["La vigencia inicia cuando se confirma el pago", "55 8000 9480"]),
    ("C-1004", "consultar_suscripcion what_if supposed=nopay", "y si no pago?", ["Sin pago, OCAMPO-01 sigue suspendido y sin acceso"]),
    # C-1002: ends on Sunday 29, usable until 2 December, kept until 29 December
    ("C-1002", "consultar_suscripcion what_if supposed=nopay", "ok y si rebota?", ["HIDALGO-01 sigue vigente hasta el domingo 29 de noviembre y tiene 3 días de gracia, hasta el miércoles 2 de diciembre"]),
    ("C-1002", "consultar_suscripcion what_if supposed=nopay", "¿Y si para el cierre de mes sigo sin cubrirlo?", ["Para el lunes 30 de noviembre, HIDALGO-01 todavía se puede usar"]),
    ("C-1002", "consultar_suscripcion what_if supposed=pay", "al décimo día de vencido", ["Para el miércoles 9 de diciembre, HIDALGO-01 ya estará suspendido"]),
    ("C-1002", "consultar_suscripcion what_if supposed=pay move=fragment", "¿Y al día treinta y uno?", ["Para el jueves 31 de diciembre ya no alcanzas"]),
    ("C-1002", "consultar_suscripcion whether supposed=pay", "si la cobran el mero dia q se vence alcanza?", ["Sí alcanzas", "entre el martes 1 y el miércoles 2 de diciembre"]),
    ("C-1002", "consultar_suscripcion whether supposed=pay", "con debito el lunes alcanza?", ["No es seguro: con débito o cuenta bancaria se confirmaría entre el miércoles 2 y el jueves 3"]),
    ("C-1002", "consultar_suscripcion whether supposed=pay", "y si pago el lunes, alcanzo?", [f"{CREDIT} sí alcanzas", f"{BANK} no es seguro"]),
    ("C-1002", "consultar_suscripcion whether supposed=pay", "¿Y si pagara hoy le quitan los días que le quedan?", ["no está en mi información", "55 8000 9480"]),
    ("C-1002", "faq_formas_pago what_if supposed=pay", "si pongo una de debito?", [f"{BANK} el pago tarda de 2 a 3 días hábiles", "a más tardar el miércoles 2 de diciembre"]),
    ("C-1002", "faq_cambiar_solucion what_if supposed=cancel", "y si lo cancelo hasta pasado mañana", ["No, para el jueves 26 de noviembre, ya es tarde", "se cancela a más tardar hoy, martes 24 de noviembre", "a más tardar el martes 22 de diciembre"]),
    ("C-1010", "faq_cambiar_solucion what_if supposed=cancel", "y si lo cancelo el 10 de diciembre", ["No, para el jueves 10 de diciembre, ya es tarde", "se cancela a más tardar el lunes 7 de diciembre"]),
    ("C-1010", "faq_cambiar_solucion whether supposed=change", "y si lo hago el lunes", ["Sí estarías a tiempo", "a más tardar el lunes 7 de diciembre"]),
    ("C-1004", "pagar_adeudo what_if supposed=pay", "y si pago la mitad el lunes", ["pagar solo una parte no está en mi información", "55 8000 9480"]),
    ("C-1003", "consultar_suscripcion what_if supposed=pay", "y si deposito el viernes 4 de diciembre", ["Para el viernes 4 de diciembre"]),
    # C-1005: gone since 13 November
    ("C-1005", "reactivar_servicio what_if supposed=pay", "y si hoy pago lo atrasado no lo regresan?", ["No: pagar ahora no devuelve la información de LIRIO-01", "viernes 13 de noviembre"]),
    ("C-1005", "consultar_suscripcion what_if supposed=pay", "si hubiera pagado hace 12 dias si se salvaba?", ["Sí: para el jueves 12 de noviembre"]),
    ("C-1005", "consultar_suscripcion what_if supposed=pay", "y si hubiera pagado ayer?", ["No: para ayer, lunes 23 de noviembre", "ya no se resguardaba"]),
    ("C-1005", "contratar_servicio what_if supposed=contract", "si contrato otro empiezo de cero?", ["No: un servidor nuevo empieza sin la información de LIRIO-01"]),
    # C-1007, C-1008: a charge in process
    ("C-1007", "consultar_pago what_if supposed=pay", "y si mejor le meto la tarjeta de credito hoy", [f"{CREDIT} se confirma al momento, pero ya hay un cargo", "55 8000 9480"]),
    ("C-1007", "consultar_pago whether supposed=pay", "si le doy otra vez me cobran doble?", ["Antes de pagar otra vez, habla con soporte"]),
    ("C-1007", "consultar_pago what_if supposed=pay", "¿y si pago hoy?", ["Ya hay un cargo de $1,499.00 MXN", "Unos 15 minutos después de confirmarse"]),
    ("C-1007", "consultar_pago when supposed=wait", "Si el banco no confirma mañana ni pasado, ¿cuándo me preocupo?", ["y el jueves 26 de noviembre", "Si pasado ese plazo"]),
    ("C-1007", "faq_tiempo_creacion what_if supposed=pay", "Si acreditara en sábado, ¿se crearía igual?", ["Unos 15 minutos después de que se acredite"]),
    ("C-1008", "consultar_pago what_if supposed=pay", "y si mejor lo pago con otra tarjeta", ["Antes de pagar otra vez", "debía confirmarse a más tardar el jueves 19"]),
]  # fmt: skip


async def supposed(customer: str | None, frame: str, text: str, **given):
    intent, _, rest = frame.partition(" ")
    of = demo_desk(customer, DEMO_NOW) if customer else None
    return await ask(intent, of, now=DEMO_NOW, frame=rest, text=text, **given)


@pytest.mark.parametrize(("customer", "frame", "text", "expected"), CASES, ids=[f"{case[0]} {case[2]}" for case in CASES])
async def test_it_is_answered_from_the_customers_own_dates(customer, frame, text, expected):
    answer = await supposed(customer, frame, text)
    assert [each for each in expected if each not in answer.text] == [], answer.text
    assert answer.readings


@pytest.mark.parametrize(
    ("frame", "text", "expected"),
    [
        (
            "faq_resguardo_sin_pago what_if supposed=nopay",
            "digamos q dejo de pagar un mes, me borran todo?",
            "Sin pago hay 3 días de gracia",
        ),
        ("faq_resguardo_sin_pago what_if supposed=nopay:1mes", "¿y si un mes no le alcanza?", "Sin pago hay 3 días de gracia"),
        ("faq_resguardo_sin_pago what_if supposed=pay", "¿Y si pagara al día veinticinco?", "A los 25 días de vencido ya está suspendido"),
        ("faq_resguardo_sin_pago what_if supposed=wait", "y con 2 dias de vencido", "A los 2 días de vencido todavía se puede usar"),
        ("faq_resguardo_sin_pago what_if supposed=wait", "y si me espero 15 dias?", "A los 15 días de vencido ya está suspendido"),
        ("consultar_suscripcion what_if supposed=nopay", "y si ya pasaron como 40?", "A los 40 días de vencido ya no"),
        ("consultar_suscripcion what_if supposed=pay", "y si pago el lunes?", "Sin pago hay 3 días de gracia"),
        (
            "faq_tiempo_creacion whether supposed=contract",
            "si contrato hoy con la cuenta de banco, ¿el lunes ya?",
            "entre el jueves 26 y el viernes 27 de noviembre",
        ),
        ("faq_tiempo_creacion when supposed=pay", "ok y si pago con débito también son 15 min?", "De 2 a 3 días hábiles"),
        ("faq_tiempo_creacion when supposed=contract", "¿y con crédito?", "El mismo día"),
        (
            "faq_tiempo_creacion when supposed=pay",
            "y si pago hoy cuando lo traigo jalando",
            "entre el jueves 26 y el viernes 27 de noviembre",
        ),
        ("faq_tiempo_creacion when supposed=contract", "y si lo contratamos en cuanto lo tenemos", "unos 15 minutos después de pagar"),
        (
            "faq_inicio_vigencia since supposed=contract",
            "si contrato el último día del mes con cuenta de cheques",
            "Empezaría entre el miércoles 2 y el jueves 3 de diciembre",
        ),
        ("faq_inicio_vigencia since supposed=contract", "¿Y si lo hiciera con crédito?", "Empezaría ese mismo día"),
        ("faq_inicio_vigencia since supposed=contract", "desde cuando me cuentan el mes", "el día en que se confirma el pago"),
        ("faq_formas_pago when supposed=pay", "Y si paga por el banco, ¿se tarda?", f"{BANK} el pago tarda de 2 a 3 días hábiles"),
    ],
)
async def test_a_visitor_gets_the_rule_and_no_account(frame, text, expected):
    answer = await supposed(None, frame, text)
    assert expected in answer.text
    assert answer.readings == []


async def test_each_of_several_servers_has_its_line():
    answer = await supposed(
        "C-1009", "consultar_suscripcion what_if servers=filter:owing supposed=pay", "y si mejor pago los 2 pero hasta la quincena"
    )
    assert answer.text.startswith("Sin pago, para el lunes 30 de noviembre:\n• SIERRA-03: suspendido; resguardo hasta")
    assert "• SIERRA-05: suspendido; resguardo hasta el lunes 14 de diciembre" in answer.text
    which = await supposed("C-1009", "consultar_suscripcion which servers=filter:owing supposed=pay", "si nomas alcanza pa uno cual salvo")
    assert "• SIERRA-03: uso hasta el jueves 26 de noviembre; resguardo hasta el miércoles 23 de diciembre" in which.text
    assert which.text.endswith("después ya no.")
    every = await supposed("C-1009", "consultar_suscripcion count servers=all supposed=nopay", "cuantos van a seguir prendidos si no pago")
    assert "• SIERRA-01: vigente hasta" in every.text


async def test_a_named_server_alone_is_answered_and_its_number_is_no_day():
    frame = "consultar_suscripcion what_if servers=named:SIERRA-03 supposed=pay"
    answer = await supposed("C-1009", frame, "si pago el 3 hoy con crédito ya quedo?", servidor="SIERRA-03")
    assert answer.text.startswith("Sí alcanzas si pagas hoy, martes 24 de noviembre")
    assert answer.state["servers"] == ["SIERRA-03"]
    assert answer.slots["servidor"] == "SIERRA-03"
    without_day = await supposed("C-1009", frame, "y si pago el 3 con banco?", servidor="SIERRA-03")
    assert without_day.text.startswith(f"{BANK} el pago tarda")


async def test_what_stands_in_the_way_goes_the_usual_way():
    grace = desk(in_grace())
    away = await ask("consultar_suscripcion", grace, away=True, frame="what_if supposed=pay", text="y si pago el lunes")
    assert "no puedo consultar los datos" in away.text
    foreign = await ask("consultar_suscripcion", grace, servidor="OTRO-01", frame="what_if supposed=pay", text="y si pago OTRO-01 el lunes")
    assert "No encuentro OTRO-01" in foreign.text
    minutes = await ask("consultar_servidor", desk(pending()), frame="what_if supposed=wait:20min", text="y si en 20 minutos no esta?")
    amount = await ask("consultar_pago", grace, frame="amount supposed=pay", text="si pago hoy cuanto es")
    cancelling = await ask("cancelar_servicio", grace, frame="what_if supposed=cancel", text="y si lo cancelo?")
    assert not any("supuesto" in key for answer in (away, foreign, minutes, amount, cancelling) for key in answer.responses)


async def test_nobody_is_told_twice_how_fast_a_charge_is_confirmed():
    grace = desk(in_grace())
    first = await ask("consultar_suscripcion", grace, frame="what_if supposed=pay", text="y si pago?")
    assert "de 2 a 3 días hábiles" in first.text
    second = await ask("consultar_suscripcion", grace, frame="what_if supposed=pay", text="y si pago?", slots={"estado": first.state})
    assert "de 2 a 3 días hábiles" not in second.text


@pytest.mark.parametrize("topic", ["faq_formas_pago", "reactivar_servicio", "consultar_suscripcion"])
@pytest.mark.parametrize("of", [None, desk(in_grace()), desk(suspended()), desk(*FIVE)], ids=["visitor", "grace", "suspended", "five"])
async def test_the_same_question_again_has_an_answer_again(topic, of):
    asked = {"frame": "when supposed=pay", "text": "y si pago mañana con débito, cuándo se confirma?"}
    first = await ask(topic, of, **asked)
    second = await ask(topic, of, **asked, slots={"estado": first.state})
    assert second.responses[:2] == ["utter_como_te_decia", first.responses[0]]


# --- every state between ----------------------------------------------------------------------------------------------

DAYS = (
    "",
    "hoy",
    "mañana",
    "el lunes",
    "en 10 días",
    "en 25 días",
    "en 60 días",
    "al décimo día de vencido",
    "el día 20",
    "la otra semana",
    "ayer",
)
WAYS = ("", " con tarjeta de crédito", " con débito", " con la misma tarjeta")
TOPICS = (
    "consultar_suscripcion",
    "consultar_pago",
    "faq_cambiar_solucion",
    "faq_formas_pago",
    "faq_inicio_vigencia",
    "faq_periodo_gracia",
    "faq_resguardo_sin_pago",
    "faq_tiempo_creacion",
    "faq_traslado_informacion",
    "cancelar_servicio",
    "contratar_servicio",
    "pagar_adeudo",
    "reactivar_servicio",
)
KEPT = (-9999, 30)
PROMISES: list[tuple[str, Fact]] = [
    (
        r"(?<!no )se puede usar|[Ll]o puedes abrir|no se suspende",
        lambda of: of.status == "active" and within(of, -9999, 3) and not paid_ahead(of),
    ),
    (
        r"[Ss]í alcanzas|crédito alcanzas",
        lambda of: of.status in {"active", "suspended"} and within(of, *KEPT) and not charge_is(of, "pending"),
    ),
    (r"no se pierde|todavía está|todavía se conserva", lambda of: within(of, *KEPT) and not paid_ahead(of)),
    (r"sigue vigente", lambda of: of.status == "active" and within(of, -9999, 0)),
    (r"estarías a tiempo", lambda of: of.status == "active" and within(of, -9999, -1)),
    (r"no devuelve|empieza sin la información", lambda of: within(of, 31, 9999)),
    (r"podrían ser dos cobros|no pagar dos veces", lambda of: any(each.status == "pending" for each in of.payments)),
]


async def wrong(of, topic: str, act: str, day: str, way: str = "", asked: str = "what_if") -> list[str]:
    answer = await ask(topic, desk(of), frame=f"{asked} supposed={act}", text=f"¿y si lo hago {day}{way}?")
    if not any("supuesto" in key for key in answer.responses):
        return []  # the topic's own answer, as without a supposition
    return [*untrue(answer.text, of), *(promise for promise, holds in PROMISES if re.search(promise, answer.text) and not holds(of))]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("act", [Act.PAY, Act.WAIT, Act.CONTRACT])
async def test_every_period_and_charge_is_supposed_truly(act, status):
    for state in periods_and_charges():
        if state[0] == status:
            for day in ("", "en 25 días"):
                assert await wrong(built(*state), "consultar_suscripcion", act, day) == [], (state, day)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
async def test_no_supposition_promises_what_the_state_denies(data):
    draw = data.draw
    period = draw(st.sampled_from(list(PERIODS)))
    charge = draw(st.sampled_from(list(charges(PERIODS[period])) if PERIODS[period] else ["none"]))
    of = built(draw(st.sampled_from(STATUSES)), period, charge)
    topic, act = draw(st.sampled_from(TOPICS)), draw(st.sampled_from(list(Act)))
    asked = draw(st.sampled_from(("what_if", "whether", "until", "when", "since", "which", "sure")))
    assert await wrong(of, topic, act, draw(st.sampled_from(DAYS)), draw(st.sampled_from(WAYS)), asked) == []


RANKS = {
    "utter_supuesto_sin_pago_vigente": 0,
    "utter_supuesto_en_gracia": 1,
    "utter_supuesto_ultimo_dia_usable": 1,
    "utter_supuesto_suspendido": 2,
    "utter_supuesto_sigue_suspendido": 2,
    "utter_supuesto_eliminado": 3,
}


@pytest.mark.parametrize("of", [valid(days=5), in_grace(), suspended()], ids=lambda of: of.alias)
async def test_waiting_longer_never_helps_and_beginning_today_is_as_it_is(of):
    ends_on = of.subscription.ends_on
    told = []
    for n in range(1, 40):
        answer = await ask("consultar_suscripcion", desk(of), frame="what_if supposed=wait", text=f"y si me espero {n} días?")
        rank, gone = RANKS[answer.responses[0]], (TODAY + timedelta(days=n) - ends_on).days
        assert rank == (0 if gone <= 0 else 1 if gone <= 3 else 2 if gone <= 30 else 3), (n, answer.text)
        told.append(rank)
    assert told == sorted(told)


PAID_RANKS = {
    "utter_supuesto_credito_a_tiempo": 0,
    "utter_supuesto_banco_a_tiempo": 0,
    "utter_supuesto_banco_justo": 1,
    "utter_supuesto_banco_tarde": 2,
    "utter_supuesto_suspendido": 3,
    "utter_supuesto_alcanza_resguardo": 3,
    "utter_supuesto_banco_resguardo_justo": 4,
    "utter_supuesto_banco_resguardo_tarde": 5,
    "utter_supuesto_eliminado": 6,
}


@pytest.mark.parametrize("way", ["con tarjeta de crédito", "con débito"])
@pytest.mark.parametrize("of", [valid(days=5), in_grace(), suspended()], ids=lambda of: of.alias)
async def test_paying_later_is_never_better(of, way):
    told = []
    for n in range(1, 40):
        answer = await ask("faq_resguardo_sin_pago", desk(of), frame="whether supposed=pay", text=f"si pago en {n} días {way}, alcanzo?")
        told.append(PAID_RANKS[answer.responses[0]])
    assert told == sorted(told)
    assert told[-1] == PAID_RANKS["utter_supuesto_eliminado"]


async def test_every_answer_is_reached():
    """With the right placeholders each time."""
    reached: set[str] = set()
    for customer, frame, text, _ in CASES:
        reached |= set((await supposed(customer, frame, text)).responses)
    for topic, act, day, way in product(
        TOPICS, Act, ("", "en 2 días", "en 16 días", "a los 2 días de vencido", "a los 40 días de vencido"), WAYS
    ):
        for of in (None, desk(in_grace()), desk(valid(days=5)), desk(suspended()), desk(*FIVE)):
            asked = "until" if of and way and not day else "what_if"
            reached |= set((await ask(topic, of, frame=f"{asked} supposed={act}", text=f"y si lo hago {day}{way}")).responses)
    late = valid("MITLA-01", -1, payments=(payment("rejected", "debit_card"),), subscription=subscription(date(2026, 11, 23)))
    for text in ("con debito mañana", "cual es el ultimo dia con credito", "en 70 dias"):
        reached |= set((await ask("faq_resguardo_sin_pago", desk(late), frame="until supposed=pay", text=text)).responses)
        reached |= set(
            (await ask("consultar_suscripcion", desk(valid(), valid("B-02", 3)), frame="what_if supposed=pay", text=text)).responses
        )
    for customer, frame, text in (
        (None, "faq_tiempo_creacion when supposed=contract", "si contrato el lunes con banco"),
        (None, "faq_inicio_vigencia since supposed=contract", "si contrato el lunes con banco"),
        ("C-1009", "consultar_suscripcion which servers=filter:owing supposed=pay", "cual salvo"),
        ("C-1009", "consultar_suscripcion what_if servers=all supposed=nopay", "y si dejo de pagar 90 dias"),
        ("C-1009", "consultar_suscripcion what_if servers=all supposed=nopay", "y si no pago mañana"),
    ):
        reached |= set((await supposed(customer, frame, text)).responses)
    reached |= set((await ask("faq_formas_pago", desk(valid()), frame="whether supposed=pay", text="y con tarjeta?")).responses)
    over = desk(valid("HIDALGO-01", 3))
    reached |= set((await ask("cancelar_servicio", over, frame="what_if supposed=cancel", text="¿y si cancelo hoy?")).responses)
    defined = {key for key in answers() if key.startswith("utter_supuesto_")}
    assert sorted(defined - reached) == []


async def test_a_server_named_by_its_number_is_the_one_that_is_supposed_about():
    """Whatever the reader says of servers: a wrong date of another server is worse than none."""
    five = desk(*(server(f"SIERRA-0{n}", subscription=subscription(TODAY + timedelta(days=10 * n))) for n in range(1, 6)))
    for frame in ("what_if supposed=nopay", "what_if servers=named:? supposed=nopay refers=goes_on"):
        answer = await ask(
            "consultar_suscripcion", five, frame=frame, text="si no pago la 3 el 20 de enero que pasa", slots={"servidor": "SIERRA-02"}
        )
        assert "SIERRA-03" in answer.text
        assert "SIERRA-02" not in answer.text


async def test_how_long_a_suspended_server_takes_to_come_back_is_not_promised():
    answer = await ask(
        "faq_tiempo_creacion", desk(suspended()), frame="when supposed=pay", text="si pago hoy con tarjeta de credito ya jala al ratito?"
    )
    assert "15 minutos" not in answer.text


async def _talk(customer, *turns):
    """The answers to (frame, text) one after the other, in one talk."""
    told, slots = [], {}
    for frame, text in turns:
        intent, _, rest = frame.partition(" ")
        told.append(await ask(intent, demo_desk(customer, DEMO_NOW), now=DEMO_NOW, frame=rest, text=text, slots=slots))
        slots = {**slots, **told[-1].slots, "estado": told[-1].state}
    return [each.text for each in told]


MONDAY = ("consultar_suscripcion what_if supposed=pay", "¿y si pago el lunes?")


@pytest.mark.parametrize(
    ("frame", "text", "expected"),
    [
        ("faq_formas_pago what_if supposed=pay refers=goes_on", "¿y si es con tarjeta de crédito?", "pagas el lunes 30 de noviembre"),
        ("faq_formas_pago which refers=goes_on", "¿y con débito?", "se confirmaría entre el miércoles 2 y el jueves 3"),
        ("consultar_pago which move=fragment", "con crédito", "pagas el lunes 30 de noviembre"),
        (
            "faq_formas_pago whether supposed=pay refers=goes_on",
            "¿y si es con tarjeta?",
            "Depende de si la tarjeta es de crédito o de débito.",
        ),
    ],
)
async def test_a_way_to_pay_goes_on_with_the_day_that_was_supposed(frame, text, expected):
    _, answer = await _talk("C-1002", MONDAY, (frame, text))
    assert expected in answer


@pytest.mark.parametrize(
    "frame", ["consultar_suscripcion state refers=goes_on", "consultar_suscripcion what_if supposed=nopay move=fragment"]
)
async def test_a_day_goes_on_with_the_way_to_pay_that_was_supposed(frame):
    by_debit = ("consultar_suscripcion what_if supposed=pay", "¿y si pago mañana con débito?")
    _, answer = await _talk("C-1002", by_debit, (frame, "¿y el lunes?"))
    assert answer.startswith("No es seguro: con débito o cuenta bancaria se confirmaría entre el miércoles 2 y el jueves 3")


@pytest.mark.parametrize("frame", ["until", "until supposed=pay", "when supposed=pay refers=goes_on", "state supposed=nopay"])
@pytest.mark.parametrize("text", ["¿y cuándo vence?", "¿y hoy vence?", "entonces qué día termina"])
async def test_a_plain_question_of_a_date_is_about_the_real_state(frame, text):
    _, answer = await _talk("C-1002", MONDAY, (f"consultar_suscripcion {frame}", text))
    assert answer.startswith("HIDALGO-01 ")
    assert "domingo 29 de noviembre" in answer


async def test_what_was_supposed_is_over_once_something_else_was_asked():
    plain = ("consultar_suscripcion until refers=goes_on", "¿y cuándo vence?")
    *_, answer = await _talk("C-1002", MONDAY, plain, ("faq_formas_pago which refers=goes_on", "¿y con débito?"))
    assert "lunes 30" not in answer


@pytest.mark.parametrize("intent", ["faq_tiempo_creacion", "consultar_suscripcion", "consultar_pago", "faq_inicio_vigencia"])
async def test_paying_while_a_charge_is_in_process_is_told_that_charges_days_first(intent):
    (answer,) = await _talk("C-1007", (f"{intent} when supposed=pay", "¿cuándo se acredita si pago hoy?"))
    assert answer.startswith("Ya hay un cargo de $1,499.00 MXN por NORTE-01 en proceso")
    assert "se confirma entre mañana, miércoles 25 de noviembre y el jueves 26 de noviembre" in answer
    assert "podría ser un segundo cobro" in answer


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        ("faq_tiempo_creacion when", "¿cuándo se acredita?"),
        ("faq_tiempo_creacion whether", "¿mañana se confirma?"),
        ("consultar_suscripcion when refers=goes_on", "¿y cuándo se confirma?"),
    ],
)
async def test_when_a_charge_is_confirmed_is_told_by_its_day(frame, text):
    (answer,) = await _talk("C-1007", (frame, text))
    assert "jueves 26 de noviembre" in answer.split(".")[0]


async def test_a_limit_that_is_over_is_told_as_over():
    answer = await ask("cancelar_servicio", desk(valid("HIDALGO-01", 4)), frame="what_if supposed=cancel", text="¿y si cancelo hoy?")
    ended = await ask("cancelar_servicio", desk(valid("HIDALGO-01", 3)), frame="what_if supposed=cancel", text="¿y si cancelo hoy?")
    assert "Sí estarías a tiempo" in answer.text
    assert "el plazo para cancelar y cambiar de solución terminó" in ended.text
    assert "a más tardar ayer" not in ended.text
