"""The eight questions on the own account, asked by each demo customer and by a visitor, word for word (`my_account.yml`).

The dates that decide are worked out once more in `TOLD`, from who each customer is (design section 8) and the rules (section 7).
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.conversations.questions import ACCOUNT
from tests.conversations.runner import DESKS, Talks, expect, read_yaml
from tests.conversations.spanish import TODAY, bare, business, day, the, wrong_dates

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
    ("consultar_suscripcion", "C-1001"): [f"vigente hasta {the(ENDS['C-1001'])}: faltan 120 días"],
    ("consultar_suscripcion", "C-1002"): [f"vigente hasta {the(ENDS['C-1002'])}: faltan 5 días"],
    ("consultar_suscripcion", "C-1003"): [f"terminó {the(ENDS['C-1003'])}", f"usarlo hasta {the(ENDS['C-1003'] + GRACE)}, inclusive"],
    ("consultar_suscripcion", "C-1004"): [
        f"terminó {the(ENDS['C-1004'])}",
        f"hasta {the(ENDS['C-1004'] + KEPT)}, inclusive: quedan 18 días",
    ],
    ("consultar_suscripcion", "C-1005"): [f"terminó {the(ENDS['C-1005'])} y el resguardo de su información, {the(ENDS['C-1005'] + KEPT)}"],
    ("consultar_suscripcion", "C-1007"): [
        f"hecho {the(NORTE)}",
        f"lo más pronto {the(business(2, NORTE))}; a más tardar, {the(business(3, NORTE))}",
    ],
    ("consultar_suscripcion", "C-1008"): [f"hecho {the(MERCADO)}, debía confirmarse a más tardar {the(business(3, MERCADO))}"],
    ("consultar_suscripcion", "C-1009"): [
        f"SIERRA-01: vence {the(ENDS['SIERRA-01'])}",
        f"SIERRA-02: vence {the(ENDS['SIERRA-02'])}",
        f"SIERRA-03: en gracia hasta {the(ENDS['SIERRA-03'] + GRACE)}",
        f"SIERRA-05: resguardo hasta {the(ENDS['SIERRA-05'] + KEPT)}",
    ],
    ("consultar_suscripcion", "C-1010"): [f"vigente hasta {the(ENDS['C-1010'])}: faltan 17 días"],
    ("consultar_suscripcion", "C-1011"): ["vigente hasta el sábado 19 de diciembre: faltan 25 días"],
    ("consultar_suscripcion", "C-1012"): ["vigente hasta el martes 8 de diciembre: faltan 14 días"],
    ("consultar_respaldo", "C-1010"): [f"el último bueno es del {bare(day(-2))}"],
    ("consultar_respaldo", "C-1004"): [f"terminó bien {the(ENDS['C-1004'] + GRACE)}"],
    ("consultar_pago", "C-1003"): ["rechazado: fondos insuficientes", f"hasta {the(ENDS['C-1003'] + GRACE)}, inclusive"],
    ("consultar_pago", "C-1004"): [f"su vigencia terminó {the(ENDS['C-1004'])}"],
    ("consultar_pago", "C-1006"): [f"se acreditó {the(TODAY)}"],
    ("consultar_pago", "C-1007"): [f"lo más pronto {the(business(2, NORTE))}; a más tardar, {the(business(3, NORTE))}"],
    ("consultar_pago", "C-1008"): [f"a más tardar {the(business(3, MERCADO))} y sigue pendiente", "{folio}"],
    ("consultar_pago", "C-1009"): ["Tu adeudo es de $1,798.00 MXN"],
    ("consultar_pago", "C-1011"): [f"se acreditó {the(VISION)}"],
    ("consultar_pago", "C-1012"): [
        f"se acreditó {the(AGUILA)}",
        f"próximo cargo automático es {the(business(-3, TODAY + timedelta(days=14)))}",
    ],
    ("consultar_servidor", "C-1003"): [f"terminó {the(ENDS['C-1003'])}", f"usarlo hasta {the(ENDS['C-1003'] + GRACE)}"],
    ("consultar_servidor", "C-1004"): [f"terminó {the(ENDS['C-1004'])}", f"se resguarda hasta {the(ENDS['C-1004'] + KEPT)}"],
    ("consultar_servidor", "C-1006"): ["se acreditó hoy a las 9:54", "listo hoy a las 10:09"],
    ("consultar_servidor", "C-1007"): [f"a más tardar {the(business(3, NORTE))}"],
    ("consultar_servidor", "C-1008"): [f"a más tardar {the(business(3, MERCADO))} y sigue pendiente", "{folio}"],
    ("consultar_servidor", "C-1012"): ["desde hoy a las 9:10", "hoy a las 9:58, no respondía"],
    ("consultar_factura", "C-1006"): [f"a partir del {bare(business(6))}"],
    ("consultar_factura", "C-1009"): [f"SIERRA-04: a partir del {bare(business(6))}"],
    ("consultar_factura", "C-1011"): [f"a partir del {bare(business(6, VISION))}"],
    ("consultar_factura", "C-1012"): ["La factura A-1012", f"acreditado {the(AGUILA)}, ya está disponible"],
}
CASES = [(intent, desk) for intent in ACCOUNT for desk in ("visitor", *DESKS)]


def test_every_question_is_written_for_everybody():
    assert [(intent, desk) for intent, answers in GOLDEN.items() for desk in answers] == CASES


@pytest.mark.parametrize(("intent", "desk"), CASES)
def test_the_answer_word_for_word(talks: Talks, intent, desk):
    golden = GOLDEN[intent][desk]
    talk = talks.of(None if desk == "visitor" else desk)
    expect(talk.says(ACCOUNT[intent]), {"buttons": [], **golden})
    assert [(part["intent"], part["decision"]) for part in talk.understood()] == [(intent, "answered")]


@pytest.mark.parametrize(("intent", "desk"), TOLD, ids=[f"{intent}-{desk}" for intent, desk in TOLD])
def test_the_dates_are_right(intent, desk):
    written = GOLDEN[intent][desk]["answers"]
    assert [part for part in TOLD[intent, desk] if part not in written] == []
    assert wrong_dates(written) == []
