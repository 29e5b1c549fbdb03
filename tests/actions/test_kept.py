"""Who asks for a last day so as not to lose files or data hears first until when they are kept, whichever question about dates it was read as."""

from __future__ import annotations

import pytest

from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions.rendering import ask

KEPT = "Tu información se guarda hasta el martes 22 de diciembre, inclusive: dentro de 28 días. RUIZ-01 se puede usar hasta mañana"


async def said(customer: str, question: str, text: str) -> str:
    intent, frame = question.split(" ", 1)
    return (await ask(intent, demo_desk(customer, DEMO_NOW), now=DEMO_NOW, frame=frame, text=text)).text


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("consultar_suscripcion until", "¿cuál es mi último día para no quedarme sin archivos?"),
        ("consultar_suscripcion when", "pa q no se pierda nada, cuándo es lo último"),
        ("faq_periodo_gracia until", "¿hasta qué día para que no se borren mis datos?"),
        ("consultar_servidor until", "hasta cuándo tengo antes de que me borren todo"),
        ("consultar_pago until", "¿hasta cuándo puedo pagar sin perder mi información?"),
        ("pagar_adeudo when", "último día para pagar sin perder los archivos"),
    ],
)
async def test_in_grace_the_day_until_when_the_information_is_kept_comes_first(question: str, text: str):
    assert (await said("C-1003", question, text)).startswith(KEPT)


@pytest.mark.parametrize(
    "text",
    [
        "¿hasta cuándo puedo entrar a sacar mis archivos?",
        "para no perder el servicio, ¿hasta cuándo tengo?",
        "¿hasta cuándo?",
        "perdón, ¿hasta cuándo tengo?",
    ],
)
async def test_the_day_until_when_it_can_be_used_stays_first_where_that_is_asked(text: str):
    assert (await said("C-1003", "consultar_suscripcion until", text)).startswith("Hasta mañana, miércoles 25 de noviembre, a las 23:59: ")


@pytest.mark.parametrize(
    ("customer", "start"),
    [
        ("C-1001", "ESPERANZA-01 vence el miércoles 24 de marzo de 2027"),
        ("C-1004", "La información de OCAMPO-01 se guarda hasta el sábado 12 de diciembre"),
        ("C-1005", "LIRIO-01 ya está eliminado"),
    ],
)
async def test_elsewhere_there_is_one_date_that_matters(customer: str, start: str):
    assert (await said(customer, "consultar_suscripcion until", "para que no se pierda mi información")).startswith(start)
