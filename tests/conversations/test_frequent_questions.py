"""Each of the 21 questions of the document in its four cases: known customer, visitor, several servers, live state away.

The facts are those of `faq-servidor-virtual.txt`, word for word. What is told of a customer is worked out here from who that customer
is (design section 8), never by the code that answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from actions.environment import Environment, environment, install
from bot.accounts.port import ConnectionMail, Desk
from bot.errors import AccountsUnavailable
from tests.conversations.questions import ACCOUNT, FREQUENT
from tests.conversations.runner import DESKS, FOLIO, Talks
from tests.conversations.spanish import DATE, OPEN, TODAY, bare, business, day, the

LINE = "55 8000 9480"
FACTS = {
    "faq_que_es": [
        "acceder de forma remota a los Sistemas Aspel SAE, CAJA, BANCO y PROD",
        "sencilla y segura",
        "cualquier lugar y momento",
    ],
    "faq_cantidad_maxima": ["5 ", "por escritorio de servicios"],
    "faq_sistema_operativo": ["Todas las soluciones incluyen Windows Server 2012 R2"],
    "faq_licencias_incluidas": ["el licenciamiento de los sistemas Aspel se tiene que contratar por separado"],
    "faq_respaldo_automatico": [
        "Es automático",
        "todo el servidor",
        "cada noche, entre 2 am y 3 am",
        "sobrescribe el del día anterior",
        "conviene tener también tus propias copias",
    ],
    "faq_periodo_gracia": ["periodo de gracia de 3 días", "independiente del periodo de gracia del sistema Aspel en suscripción"],
    "faq_instalar_mas_sistemas": ["cualquier producto de Aspel", "el rendimiento del servidor virtual dependerá de la solución contratada"],
    "faq_formas_pago": ["cargo automático a tarjeta de crédito", "tarjeta de débito o cuenta bancaria", "de 2 a 3 días hábiles"],
    "faq_tiempo_creacion": ["15 minutos después de que se acredita el pago", "2 a 3 días hábiles"],
    "faq_resguardo_sin_pago": ["30 días naturales"],
    "faq_horario_acceso": ["las 24 horas del día, los 7 días de la semana"],
    "faq_cambiar_solucion": ["cancela tu servidor 72 horas hábiles antes de su fecha de vencimiento", "contrata el que necesitas", LINE],
    "faq_traslado_informacion": [
        "tu información no se pierde",
        "estará disponible en el nuevo servidor",
        "activar otra vez tu sistema Aspel",
    ],
    "faq_datos_conexion": [
        "correo a la dirección registrada en tu escritorio de servicios",
        "Archivo de conexión a tu servidor Aspel Nube",
    ],
    "faq_consultar_vigencia": ["escritorio de servicios", "Mis Servicios > Servidor virtual > Fecha Fin"],
    "faq_factura": [
        "escritorio de servicios",
        "PAGO DE SERVICIOS > Mi Estado de Cuenta",
        "después de 5 días hábiles de acreditado el pago",
    ],
    "faq_cambiar_contrasena": ["escritorio de servicios", "Mis Servicios > Servidor virtual > Contraseña"],
    "faq_inicio_vigencia": ["Empieza cuando se confirma el pago"],
    "faq_licencia_requerida": ["puedes contratar el servidor virtual solo", "licenciamiento de algún sistema Aspel"],
    "faq_pago_sin_correo": ["cargo automático a cuenta bancaria o débito no se realiza en línea", "puede demorar de 2 a 3 días hábiles"],
    "faq_conexion_sae": ["SAE Remoto", LINE],
}


def last_night(number: int) -> str:
    """When the demo's last backup of desk C-<number> ended: it starts 3 to 11 minutes past 2 and takes 18 to 30."""
    return f"hoy a las 2:{3 + (TODAY.day * 7 + number) % 9 + 18 + (TODAY.day * 5) % 13:02}"


def grace(ends_on: date) -> date:
    return ends_on + timedelta(days=3)


def kept(ends_on: date) -> date:
    return ends_on + timedelta(days=30)


def cancel_by(ends_on: date) -> date:
    """The last business day before 72 business hours before 00:00 of the end."""
    return business(-1, business(-3, ends_on))


ESPERANZA, HIDALGO, RUIZ, OCAMPO, LIRIO = day(120), day(5), day(-2), day(-12), day(-41)
NORTE, MERCADO = business(-1), business(-6)  # the days of their charges
VISION, AGUILA = business(-2), business(-10)  # of their credits
SIERRA = {"SIERRA-01": day(20), "SIERRA-02": day(12), "SIERRA-03": day(-1), "SIERRA-04": date(2026, 12, 23), "SIERRA-05": day(-10)}
DATED = [
    f"• SIERRA-01: vence {the(SIERRA['SIERRA-01'])}",
    f"• SIERRA-02: vence {the(SIERRA['SIERRA-02'])}",
    f"• SIERRA-03: en gracia hasta {the(grace(SIERRA['SIERRA-03']))}",
    "• SIERRA-04: en creación",
    f"• SIERRA-05: suspendido, resguardo hasta {the(kept(SIERRA['SIERRA-05']))}",
]
LATE = "o reporté con el folio "

KNOWN = [
    ("faq_que_es", "C-1001", ["Tú ya tienes uno contratado: ESPERANZA-01."]),
    ("faq_cantidad_maxima", "C-1001", ["Puedes contratar 4 más: tienes 1 de los 5"]),
    ("faq_sistema_operativo", "C-1010", ["MITLA-01 tiene Windows Server 2012 R2."]),
    (
        "faq_licencias_incluidas",
        "C-1002",
        ["tienes 2 registradas: Aspel SAE y Aspel BANCO."],
    ),
    ("faq_licencias_incluidas", "C-1008", []),
    ("faq_respaldo_automatico", "C-1001", []),
    (
        "faq_respaldo_automatico",
        "C-1010",
        ["Los últimos 2 respaldos de MITLA-01 fallaron", f"el último bueno es del {bare(day(-2))}.", OPEN],
    ),
    (
        "faq_periodo_gracia",
        "C-1003",
        [f"La vigencia de RUIZ-01 terminó {the(RUIZ)}.", f"puedes usarlo hasta {the(grace(RUIZ))}, inclusive"],
    ),
    (
        "faq_periodo_gracia",
        "C-1002",
        [f"HIDALGO-01 está vigente hasta {the(HIDALGO)}.", f"llegaría hasta {the(grace(HIDALGO))}, inclusive"],
    ),
    ("faq_periodo_gracia", "C-1004", [f"terminó {the(grace(OCAMPO))}.", f"resguardada hasta {the(kept(OCAMPO))}, inclusive"]),
    ("faq_instalar_mas_sistemas", "C-1012", []),
    ("faq_formas_pago", "C-1001", []),
    ("faq_tiempo_creacion", "C-1001", []),
    (
        "faq_tiempo_creacion",
        "C-1006",
        ["Todavía se está creando: calculamos que CENTRAL-01 quede listo en cerca de 9 minutos, hoy a las 10:09."],
    ),
    ("faq_tiempo_creacion", "C-1007", ["unos 15 minutos después", f"A más tardar {the(business(3, NORTE))} debe confirmarse tu cargo"]),
    ("faq_tiempo_creacion", "C-1008", [f"debía confirmarse a más tardar {the(business(3, MERCADO))}", LATE, OPEN]),
    (
        "faq_resguardo_sin_pago",
        "C-1001",
        [f"se resguarda hasta {the(kept(ESPERANZA))}, inclusive", f"abrir hasta {the(grace(ESPERANZA))}"],
    ),
    ("faq_resguardo_sin_pago", "C-1003", [f"se resguarda hasta {the(kept(RUIZ))}, inclusive"]),
    (
        "faq_resguardo_sin_pago",
        "C-1004",
        ["OCAMPO-01 sigue suspendido", f"hasta {the(kept(OCAMPO))}, inclusive"],
    ),
    ("faq_horario_acceso", "C-1001", []),
    (
        "faq_horario_acceso",
        "C-1012",
        ["AGUILA-01 tiene un incidente abierto desde hoy a las 9:10", OPEN],
    ),
    (
        "faq_cambiar_solucion",
        "C-1001",
        [f"Cancela ESPERANZA-01 a más tardar {the(cancel_by(ESPERANZA))}"],
    ),
    (
        "faq_cambiar_solucion",
        "C-1002",
        [f"Cancela HIDALGO-01 a más tardar {the(cancel_by(HIDALGO))}"],
    ),
    ("faq_cambiar_solucion", "C-1003", [f"La vigencia de RUIZ-01 terminó {the(RUIZ)}, así que el plazo para cancelarlo ya pasó.", OPEN]),
    ("faq_traslado_informacion", "C-1001", []),
    (
        "faq_datos_conexion",
        "C-1001",
        [f"Se envió a co*****o@abarroteslaesperanza.example {the(date(2024, 3, 24))}"],
    ),
    ("faq_datos_conexion", "C-1011", [f"Se envió a co*****o@opticavision.example {the(VISION)} y rebotó", OPEN]),
    ("faq_consultar_vigencia", "C-1001", [f"ESPERANZA-01 vence {the(ESPERANZA)}"]),
    ("faq_consultar_vigencia", "C-1003", [f"Hasta {the(grace(RUIZ))}", f"RUIZ-01, que venció {the(RUIZ)}, se puede usar"]),
    ("faq_factura", "C-1012", [f"La factura A-1012 de AGUILA-01, del pago acreditado {the(AGUILA)}, ya está disponible."]),
    ("faq_factura", "C-1011", [f"La tuya estará disponible {the(business(6, VISION))}."]),
    ("faq_factura", "C-1006", [f"La tuya estará disponible {the(business(6))}."]),
    ("faq_cambiar_contrasena", "C-1004", ["OCAMPO-01 no está activo, así que no se puede entrar con ninguna"]),
    ("faq_inicio_vigencia", "C-1001", [f"inició {the(date(2026, 3, 25))}; termina {the(ESPERANZA)}."]),
    (
        "faq_inicio_vigencia",
        "C-1007",
        ["Todavía no corre", "empieza cuando se confirme tu pago", f"a más tardar {the(business(3, NORTE))}."],
    ),
    ("faq_licencia_requerida", "C-1004", ["tienes 1 registrada: Aspel SAE."]),
    (
        "faq_pago_sin_correo",
        "C-1007",
        [
            f"sigue pendiente: es el cargo de $1,499.00 MXN a Cuenta BBVA ···· 1187 hecho {the(NORTE)}.",
            f"Se confirma lo más pronto {the(business(2, NORTE))}; a más tardar, {the(business(3, NORTE))}.",
        ],
    ),
    ("faq_pago_sin_correo", "C-1008", [f"hecho {the(MERCADO)}", f"Debía confirmarse a más tardar {the(business(3, MERCADO))}", LATE, OPEN]),
    ("faq_pago_sin_correo", "C-1011", [f"Tu pago ya se acreditó {the(VISION)}.", f"{the(VISION)} y rebotó", OPEN]),
    ("faq_conexion_sae", "C-1001", ["ESPERANZA-01 tiene registrado SAE para 5 usuarios."]),
    ("faq_conexion_sae", "C-1003", ["No veo SAE registrado en RUIZ-01."]),
    ("faq_conexion_sae", "C-1007", ["NORTE-01 todavía no se crea"]),
]

ALL_FIVE = "SIERRA-01, SIERRA-02, SIERRA-03, SIERRA-04 y SIERRA-05"
SEVERAL: dict[str, list[str]] = {
    "faq_que_es": [f"Tú ya tienes varios contratados: {ALL_FIVE}."],
    "faq_cantidad_maxima": ["Ya no cabe otro: tienes los 5"],
    "faq_sistema_operativo": [
        "• SIERRA-02: Windows Server 2019\n• Los demás (SIERRA-01, SIERRA-03, SIERRA-04 y SIERRA-05): Windows Server 2012 R2"
    ],
    "faq_licencias_incluidas": ["tienes 3 registradas: Aspel SAE, Aspel PROD y Aspel COI."],
    "faq_respaldo_automatico": [
        *(f"• SIERRA-0{n}: bien ({last_night(1009)})" for n in (1, 2, 3)),
        "• SIERRA-04: todavía no se crea",
        "• SIERRA-05: suspendido",
    ],
    "faq_periodo_gracia": DATED,
    "faq_instalar_mas_sistemas": [],
    "faq_formas_pago": [],
    "faq_tiempo_creacion": [
        "• SIERRA-01: ya está creado",
        "• SIERRA-04: se está creando, listo hoy a las 10:11",
        "• SIERRA-05: suspendido",
    ],
    "faq_resguardo_sin_pago": [
        f"• SIERRA-03: uso hasta {the(grace(SIERRA['SIERRA-03']))}; resguardo hasta {the(kept(SIERRA['SIERRA-03']))}",
        f"• SIERRA-05: suspendido; resguardo hasta {the(kept(SIERRA['SIERRA-05']))}",
    ],
    "faq_horario_acceso": [*(f"• SIERRA-0{n}: encendido (hoy a las 9:58)" for n in (1, 2, 3)), "• SIERRA-05: suspendido"],
    "faq_cambiar_solucion": ["¿De cuál servidor te digo hasta qué día alcanzas?"],
    "faq_traslado_informacion": ["• SIERRA-01: cambio a Nube Empresarial en proceso"],
    "faq_datos_conexion": ["Los datos llegan por correo a co*****o@consultoressierra.example"],
    "faq_consultar_vigencia": [],
    "faq_factura": [f"• SIERRA-04: a partir del {bare(business(6))}", "• SIERRA-01: A-0586, disponible"],
    "faq_cambiar_contrasena": [],
    "faq_inicio_vigencia": [
        f"• SIERRA-01: inició {the(date(2026, 11, 15))}",
        f"• SIERRA-02: inició {the(date(2026, 11, 7))}",
        f"• SIERRA-03: inició {the(date(2026, 10, 24))}",
        f"• SIERRA-04: inició {the(TODAY)}",
        f"• SIERRA-05: inició {the(date(2026, 10, 15))}",
    ],
    "faq_licencia_requerida": ["tienes 3 registradas: Aspel SAE, Aspel PROD y Aspel COI."],
    "faq_pago_sin_correo": [
        "SIERRA-04 se está creando: tu pago se acreditó hoy a las 9:56 y tarda unos 15 minutos; calculamos que quede listo hoy a las 10:11."
    ],
    "faq_conexion_sae": ["• SIERRA-01: SAE, 10 usuarios", "• SIERRA-02: sin SAE registrado"],
}

CHANGE = ["72 horas hábiles antes de que venza", "contrata la solución que necesitas", LINE]
INVOICES = ["escritorio de servicios: PAGO DE SERVICIOS > Mi Estado de Cuenta"]
DENIED: dict[tuple[str, str], list[str]] = {
    ("faq_sistema_operativo", "C-1010"): [],
    ("faq_sistema_operativo", "C-1009"): [],
    ("faq_periodo_gracia", "C-1004"): ["es de 3 días después de su fecha de fin"],
    ("faq_tiempo_creacion", "C-1006"): [],
    ("faq_tiempo_creacion", "C-1007"): [],
    ("faq_tiempo_creacion", "C-1008"): [],
    ("faq_resguardo_sin_pago", "C-1001"): [],
    ("faq_resguardo_sin_pago", "C-1003"): [],
    ("faq_resguardo_sin_pago", "C-1004"): [],
    ("faq_resguardo_sin_pago", "C-1009"): [],
    ("faq_horario_acceso", "C-1012"): ["24 horas, los 7 días"],
    ("faq_cambiar_solucion", "C-1001"): CHANGE,
    ("faq_cambiar_solucion", "C-1002"): CHANGE,
    ("faq_cambiar_solucion", "C-1003"): [LINE],
    ("faq_datos_conexion", "C-1001"): ["Archivo de conexión a tu servidor Aspel Nube"],
    ("faq_datos_conexion", "C-1009"): ["Archivo de conexión a tu servidor Aspel Nube"],
    ("faq_datos_conexion", "C-1011"): [],
    ("faq_factura", "C-1006"): INVOICES,
    ("faq_factura", "C-1011"): INVOICES,
    ("faq_inicio_vigencia", "C-1001"): [],
    ("faq_inicio_vigencia", "C-1007"): [],
    ("faq_pago_sin_correo", "C-1007"): [],
    ("faq_pago_sin_correo", "C-1008"): [],
    ("faq_pago_sin_correo", "C-1011"): [],
    ("faq_pago_sin_correo", "C-1009"): [],
    ("faq_conexion_sae", "C-1007"): [LINE],
}
"""What is left of the rule where this customer's own state answers instead of it, or denies it: the reason, or nothing."""

SOMEBODYS = re.compile(
    rf"{DATE.pattern}|\b(?:hoy|ayer|mañana),|\$\d|····|\*\*\*|@|{FOLIO.pattern}|A-\d{{4}}|• |\b(?:{'|'.join(words[1] for words in DESKS.values())})\d",
)
"""Anything that could only come from somebody's account."""


class Away:
    """Live state that cannot be read."""

    async def read_desk(self, desk_id: str) -> Desk:
        raise AccountsUnavailable("away")

    async def desk_exists(self, desk_id: str) -> bool:
        raise AccountsUnavailable("away")

    async def queue_connection_mail(self, *_: object) -> ConnectionMail:
        raise AccountsUnavailable("away")

    async def close(self) -> None:
        return None


@pytest.fixture
def state_away(house) -> Iterator[None]:
    """The actions cannot read live state; the log-in can, as when the database goes away after it."""
    before = environment()
    install(Environment(before.settings, Away(), before.calendar))
    yield
    install(before)


def test_the_tables_hold_all_21_questions():
    assert len(FACTS) == 21
    assert set(FACTS) == set(FREQUENT) == set(SEVERAL) == {intent for intent, *_ in KNOWN}


def holds(text: str, parts: list[str]) -> None:
    missing = [part for part in parts if part not in text]
    assert not missing, f"{missing} not in:\n{text}"


@pytest.mark.parametrize(("intent", "desk", "told"), KNOWN, ids=[f"{intent}-{desk}" for intent, desk, _ in KNOWN])
def test_a_known_customer_reads_the_rule_and_the_own_state(talks: Talks, intent, desk, told):
    talk = talks.of(desk)
    answer = talk.says(FREQUENT[intent])
    holds(answer.text, [*DENIED.get((intent, desk), FACTS[intent]), *told])
    assert [part["intent"] for part in talk.understood()] == [intent]


@pytest.mark.parametrize("intent", FREQUENT)
def test_several_servers_are_named_or_asked_about(talks: Talks, intent):
    answer = talks.of("C-1009").says(FREQUENT[intent])
    holds(answer.text, [*DENIED.get((intent, "C-1009"), FACTS[intent]), *SEVERAL[intent]])
    if intent == "faq_cambiar_solucion":
        assert answer.titles == list(SIERRA)


@pytest.mark.parametrize("intent", FREQUENT)
def test_a_visitor_reads_the_rule_and_how_to_be_recognised(talks: Talks, intent):
    text = talks.of(None).says(FREQUENT[intent]).text
    holds(text, [*FACTS[intent], "Si quieres que revise también los datos de tu cuenta, entra a tu escritorio de servicios"])
    assert SOMEBODYS.search(text) is None


@pytest.mark.parametrize("desk", ["C-1003", "C-1009"])
@pytest.mark.parametrize("intent", FREQUENT)
def test_without_live_state_the_rule_and_the_line_and_nothing_invented(talks: Talks, state_away, intent, desk):
    text = talks.of(desk).says(FREQUENT[intent]).text
    holds(text, [*FACTS[intent], "En este momento no puedo consultar los datos de tu cuenta.", OPEN])
    told, _, folio = text.rpartition(" Tu folio: ")
    assert FOLIO.fullmatch(folio.removesuffix("."))
    assert SOMEBODYS.search(told) is None


def test_no_question_is_a_training_example():
    from bot.nlu.data import read_examples
    from bot.nlu.normalise import normalise

    trained = {normalise(example.text) for example in read_examples()}
    assert [text for text in (FREQUENT | ACCOUNT).values() if normalise(text) in trained] == []
