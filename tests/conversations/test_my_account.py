"""The eight questions on the own account, asked by each demo customer and by a visitor: what each answer must tell (`my_account.yml`).

The dates that decide are worked out once more in `TOLD`, from who each customer is (design section 8) and the rules (section 7).
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.conversations.questions import ACCOUNT
from tests.conversations.runner import DESKS, Talks, expect, read_yaml
from tests.conversations.spanish import TODAY, bare, business, day, the

GOLDEN = read_yaml("my_account.yml")
GRACE, KEPT = timedelta(days=3), timedelta(days=30)
ENDS = {
    "C-1001": day(120),
    "C-1002": day(5),
    "C-1003": day(-2),
    "C-1004": day(-12),
    "C-1005": day(-41),
    "C-1010": day(17),
    "SIERRA-01": day(20),
    "SIERRA-02": day(12),
    "SIERRA-03": day(-1),
    "SIERRA-05": day(-10),
}
NORTE, MERCADO, VISION, AGUILA = business(-1), business(-6), business(-2), business(-10)

TOLD = {
    ("consultar_suscripcion", "C-1001"): [f"vigente hasta {the(ENDS['C-1001'])}, dentro de 120 días"],
    ("consultar_suscripcion", "C-1002"): [f"vigente hasta {the(ENDS['C-1002'])}, dentro de 5 días"],
    ("consultar_suscripcion", "C-1003"): [f"usar hasta {the(ENDS['C-1003'] + GRACE)}:", f"se guarda hasta {the(ENDS['C-1003'] + KEPT)}"],
    ("consultar_suscripcion", "C-1004"): [
        f"venció {the(ENDS['C-1004'])}",
        f"hasta {the(ENDS['C-1004'] + KEPT)}, inclusive",
    ],
    ("consultar_suscripcion", "C-1005"): [f"venció {the(ENDS['C-1005'])}", f"terminó {the(ENDS['C-1005'] + KEPT)}"],
    ("consultar_suscripcion", "C-1007"): [
        f"hecho {the(NORTE)}",
        f"a más tardar {the(business(3, NORTE))}",
    ],
    ("consultar_suscripcion", "C-1008"): [f"hecho {the(MERCADO)}", f"plazo, que terminó {the(business(3, MERCADO))}"],
    ("consultar_suscripcion", "C-1009"): [
        f"SIERRA-01: vence {the(ENDS['SIERRA-01'])}",
        f"SIERRA-02: vence {the(ENDS['SIERRA-02'])}",
        f"SIERRA-03: en gracia hasta {the(ENDS['SIERRA-03'] + GRACE)}",
        f"SIERRA-05: suspendido, resguardo hasta {the(ENDS['SIERRA-05'] + KEPT)}",
    ],
    ("consultar_suscripcion", "C-1010"): [f"vigente hasta {the(ENDS['C-1010'])}, dentro de 17 días"],
    ("consultar_suscripcion", "C-1011"): ["vigente hasta el sábado 19 de diciembre, dentro de 25 días"],
    ("consultar_suscripcion", "C-1012"): ["vigente hasta el martes 8 de diciembre, dentro de 14 días"],
    ("consultar_respaldo", "C-1010"): [f"el último bueno es del {bare(day(-2))}"],
    ("consultar_respaldo", "C-1004"): [f"terminó bien {the(ENDS['C-1004'] + GRACE)}"],
    ("consultar_pago", "C-1003"): ["rechazado por fondos insuficientes", f"hasta {the(ENDS['C-1003'] + GRACE)}:"],
    ("consultar_pago", "C-1004"): [f"venció {the(ENDS['C-1004'])}"],
    ("consultar_pago", "C-1006"): ["se acreditó hoy a las 9:54"],
    ("consultar_pago", "C-1007"): [f"a más tardar {the(business(3, NORTE))}"],
    ("consultar_pago", "C-1008"): [f"plazo, que terminó {the(business(3, MERCADO))}", "{folio}"],
    ("consultar_pago", "C-1009"): ["Tu adeudo es de $1,798.00 MXN"],
    ("consultar_pago", "C-1011"): [f"se acreditó {the(VISION)}"],
    ("consultar_pago", "C-1012"): [
        f"se acreditó {the(AGUILA)}",
        f"próximo cargo automático es {the(business(-3, TODAY + timedelta(days=14)))}",
    ],
    ("consultar_servidor", "C-1003"): [f"usar hasta {the(ENDS['C-1003'] + GRACE)}"],
    ("consultar_servidor", "C-1004"): [f"venció {the(ENDS['C-1004'])}", f"se guarda hasta {the(ENDS['C-1004'] + KEPT)}"],
    ("consultar_servidor", "C-1006"): ["se acreditó hoy a las 9:54", "listo hoy a las 10:09"],
    ("consultar_servidor", "C-1007"): [f"a más tardar {the(business(3, NORTE))}"],
    ("consultar_servidor", "C-1008"): [f"plazo, que terminó {the(business(3, MERCADO))}", "{folio}"],
    ("consultar_servidor", "C-1012"): ["desde hoy a las 9:10", "hoy a las 9:58, no respondía"],
    ("consultar_factura", "C-1006"): [f"estará disponible {the(business(6))}"],
    ("consultar_factura", "C-1009"): [f"SIERRA-04: a partir del {bare(business(6))}"],
    ("consultar_factura", "C-1011"): [f"estará disponible {the(business(6, VISION))}"],
    ("consultar_factura", "C-1012"): ["ya está disponible: es la A-1012", f"acreditado {the(AGUILA)}."],
}
CASES = [(intent, desk) for intent in ACCOUNT for desk in ("visitor", *DESKS)]


def test_every_question_is_written_for_everybody():
    assert [(intent, desk) for intent, answers in GOLDEN.items() for desk in answers] == CASES


@pytest.mark.parametrize(("intent", "desk"), CASES)
def test_the_answer(talks: Talks, intent, desk):
    golden = GOLDEN[intent][desk]
    talk = talks.of(None if desk == "visitor" else desk)
    answer = talk.says(ACCOUNT[intent])
    expect(answer, {"buttons": [], **golden})
    expect(answer, {"has": TOLD.get((intent, desk), [])})
    assert [(part["intent"], part["decision"]) for part in talk.understood()] == [(intent, "answered")]
