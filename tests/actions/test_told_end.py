"""What visitors read who tell when their server ends: dates that follow from it, under that condition, and no account. Asked on Tuesday 24 November 2026."""

from __future__ import annotations

import pytest

from tests.actions.rendering import ask, desk, responses_by_file
from tests.actions.situations import valid

UNTIL_PAY = "mi servidor vence el 10 de diciembre, ¿hasta cuándo tengo para pagar?"
CASES = [
    ("pagar_adeudo until", UNTIL_PAY, ["Si vence el jueves 10 de diciembre", "a más tardar el domingo 13 de diciembre", "3 días de gracia"]),
    ("consultar_suscripcion until", UNTIL_PAY, ["a más tardar el domingo 13 de diciembre", "hasta el sábado 9 de enero de 2027"]),
    ("consultar_suscripcion what_if supposed=nopay", "¿qué pasa si vence mañana y no pago?", ["Si vence mañana, miércoles 25 de noviembre, se puede usar hasta el sábado 28 de noviembre"]),
    ("faq_resguardo_sin_pago whether", "venció hace 5 días, ¿todavía recupero mi información?", ["Si venció el jueves 19 de noviembre, su gracia terminó el domingo 22 de noviembre", "hasta el sábado 19 de diciembre"]),
    ("faq_periodo_gracia whether", "venció el domingo, ¿lo puedo usar?", ["Si venció el domingo 22 de noviembre, está en gracia y se puede usar hasta mañana, miércoles 25 de noviembre"]),
    ("consultar_pago until", "se venció ayer, ¿hasta cuándo puedo pagar?", ["Si venció ayer, lunes 23 de noviembre", "a más tardar el jueves 26 de noviembre"]),
    ("faq_resguardo_sin_pago whether", "se me venció el 20 de octubre, ¿ya se borró?", ["su resguardo terminó el jueves 19 de noviembre", "55 8000 9480"]),
    ("consultar_suscripcion whether supposed=pay", "si vence el 10 de diciembre y pago el 7, ¿alcanzo?", ["Con esas fechas sí alcanzas"]),
    ("consultar_suscripcion what_if supposed=wait", "si vence el 10 de diciembre y pago el 12, ¿alcanzo?", ["con tarjeta de crédito sí alcanzas", "Con débito o cuenta bancaria no: sería entre el martes 15 y el miércoles 16"]),
    ("consultar_suscripcion whether supposed=pay", "si vence el 13 de diciembre y pago el 14, ¿alcanzo?", ["con tarjeta de crédito sí alcanzas", "no es seguro: sería entre el miércoles 16 y el jueves 17"]),
    ("reactivar_servicio whether supposed=pay", "si vence el 10 de diciembre y pago el 20 ¿lo recupero?", ["para el domingo 20 de diciembre ya estará suspendido, pero la información se resguarda hasta el sábado 9 de enero de 2027"]),
    ("faq_resguardo_sin_pago whether supposed=pay", "si vence el 30 de noviembre y pago el 15 de enero ¿se salva?", ["ya no: la información se resguarda hasta el miércoles 30 de diciembre"]),
    ("faq_cambiar_solucion until", "vence el viernes 4 de diciembre, ¿hasta cuándo puedo cancelar para cambiarlo?", ["se cancela a más tardar el lunes 30 de noviembre", "72 horas hábiles"]),
    ("cancelar_servicio until", "vence pasado mañana, ¿todavía alcanzo a cancelar para cambiarlo?", ["el plazo para cancelar y cambiar de solución terminó el viernes 20 de noviembre"]),
]  # fmt: skip


@pytest.mark.parametrize(("frame", "text", "expected"), CASES, ids=[text for _, text, _ in CASES])
async def test_a_visitor_gets_the_dates_that_follow_from_the_told_one(frame, text, expected):
    intent, _, rest = frame.partition(" ")
    answer = await ask(intent, frame=rest, text=text)
    assert [each for each in expected if each not in answer.text] == [], answer.text
    assert answer.readings == []


async def test_it_is_remembered_for_the_next_question_and_no_longer():
    first = await ask("pagar_adeudo", frame="until", text=UNTIL_PAY)
    paid = await ask("consultar_suscripcion", frame="what_if supposed=pay", text="¿y si pago el 12?", slots={"estado": first.state})
    assert "Con débito o cuenta bancaria no" in paid.text
    other = await ask("faq_sistema_operativo", frame="which", text="¿qué windows trae?", slots={"estado": paid.state})
    later = await ask("faq_periodo_gracia", frame="count", text="¿cuánto dura la gracia?", slots={"estado": other.state})
    assert "diciembre" not in later.text


async def test_who_is_known_hears_what_the_account_says():
    answer = await ask("consultar_suscripcion", desk(valid(days=5)), frame="until", text=UNTIL_PAY)
    assert "domingo 29 de noviembre" in answer.text
    assert not any(key.startswith("utter_dicho") for key in answer.responses)


@pytest.mark.parametrize("text", ["¿hasta cuándo tengo para pagar si ya venció?", "¿cuándo vence mi servidor?", "mi servidor vence pronto"])
async def test_without_a_day_there_is_nothing_to_compute(text):
    answer = await ask("faq_periodo_gracia", frame="until", text=text)
    assert not any(key.startswith("utter_dicho") for key in answer.responses)


async def test_where_the_question_is_unsure_the_date_still_answers():
    choices = [{"intent": "hablar_con_asesor", "title": "x"}, {"intent": "faq_resguardo_sin_pago", "title": "y"}]
    answer = await ask("preguntar_intencion", text="se me venció el 20 de octubre, ¿ya se borró?", choices=choices)
    assert "su resguardo terminó el jueves 19 de noviembre" in answer.text


async def test_every_text_of_it_is_reached():
    reached = set()
    for frame, text, _ in CASES:
        intent, _, rest = frame.partition(" ")
        reached |= set((await ask(intent, frame=rest, text=text)).responses)
    defined = {key for key in responses_by_file()["suppositions.yml"] if key.startswith("utter_dicho_")}
    assert sorted(defined - reached) == []
