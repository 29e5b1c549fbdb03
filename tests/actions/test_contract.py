"""Contracting and cancelling, as the customer reads the answers."""

from __future__ import annotations

import pytest

from tests.actions.rendering import ask, desk
from tests.actions.situations import creating, deleted, in_grace, pending, suspended, valid

HOW = (
    "Un servidor virtual se contrata en tu escritorio de servicios, con cargo automático a cuenta bancaria o a tarjeta de crédito o débito. "
    "Queda listo unos 15 minutos después de acreditarse el pago."
)
LINE = "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
PRICES = f"Precios y cuál solución te conviene te los dicen en la línea.\n\n{LINE}"
CANNOT = "No puedo cancelar servidores: la cancelación y sus condiciones se ven con soporte."


@pytest.mark.parametrize(
    ("of", "live"),
    [
        (None, ""),
        (desk(), "Tienes 0 de 5 servidores: puedes contratar 5 más.\n\n"),
        (desk(valid(), deleted()), "Tienes 1 de 5 servidores: puedes contratar 4 más.\n\n"),
    ],
)
async def test_how_to_contract_and_how_many_are_left(of, live):
    answer = await ask("contratar_servicio", of)
    assert answer.text == f"{HOW}\n\n{live}{PRICES}"
    assert answer.effects == []


async def test_who_can_contract_no_more_is_told_that_first():
    answer = await ask("contratar_servicio", desk(*(valid(f"S-0{n}") for n in range(1, 6))))
    assert answer.text.startswith(
        "Ya tienes 5 de 5 servidores: por ahora no puedes contratar otro en este escritorio de servicios.\n\nLínea"
    )


async def test_contracting_without_live_state_and_with_the_portals_address():
    assert (await ask("contratar_servicio", desk(valid()), away=True)).text == f"{HOW}\n\n{PRICES}"
    text = (await ask("contratar_servicio", portal_url="https://portal.example")).text
    assert "en tu escritorio de servicios (https://portal.example), con cargo" in text


KEPT = "Sin renovar: periodo de gracia hasta el miércoles 2 de diciembre y resguardo de tu información hasta el martes 29 de diciembre, inclusive."


@pytest.mark.parametrize(
    ("of", "live"),
    [
        (
            valid("H-01", 5),
            f"H-01 está vigente hasta el domingo 29 de noviembre. Si lo cancelas para cambiar de solución, hazlo a más tardar hoy, martes 24 de noviembre.\n\n{KEPT}",
        ),
        (
            in_grace(),
            (
                "La vigencia de RUIZ-01 terminó el domingo 22 de noviembre y no se ha renovado. "
                "Tu información se resguarda hasta el martes 22 de diciembre, inclusive."
            ),
        ),
        (
            suspended(),
            (
                "La vigencia de OCAMPO-01 terminó el jueves 12 de noviembre y no se ha renovado. "
                "Tu información se resguarda hasta el sábado 12 de diciembre, inclusive."
            ),
        ),
        (pending(), "NORTE-01 todavía no tiene fechas de vigencia que yo pueda decirte."),
        (
            deleted(),
            "LIRIO-01 ya fue eliminado: su vigencia terminó el miércoles 14 de octubre y el resguardo de su información, el viernes 13 de noviembre. Si necesitas algo sobre él, llama a soporte.",
        ),
    ],
)
async def test_what_follows_from_cancelling(of, live):
    answer = await ask("cancelar_servicio", desk(of))
    assert answer.text == f"{CANNOT}\n\n{live}\n\n{LINE}"
    assert answer.effects == []


async def test_the_cut_off_that_has_passed():
    text = (await ask("cancelar_servicio", desk(valid("H-01", 3)))).text
    assert "El plazo para cancelarlo y cambiar de solución terminó ayer, lunes 23 de noviembre." in text


async def test_a_server_that_is_being_created_has_its_dates():
    assert "está vigente hasta el martes 23 de noviembre de 2027" in (await ask("cancelar_servicio", desk(creating()))).text


async def test_which_of_several_is_asked_and_then_told():
    of = desk(valid("A-01", 5), valid("B-01", 90))
    asked = await ask("cancelar_servicio", of)
    assert asked.text == f"{CANNOT}\n\n¿Cuál servidor quieres cancelar?\n\n{LINE}"
    assert asked.titles == ["A-01", "B-01"]
    chosen = await ask("cancelar_servicio", of, servidor="B-01", slots=asked.slots)
    assert "B-01 está vigente" in chosen.text
    assert chosen.slots["pregunta_pendiente"] is None


async def test_cancelling_for_visitors_and_without_live_state():
    visitor = (await ask("cancelar_servicio")).text
    assert visitor.startswith(CANNOT)
    assert "abre este chat desde ahí" in visitor
    away = (await ask("cancelar_servicio", desk(valid()), away=True)).text
    assert "no puedo consultar los datos de tu cuenta" in away
    assert "ESPERANZA" not in away
