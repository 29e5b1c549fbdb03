"""Paying what is overdue and getting a server back, as the customer reads the answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.actions.rendering import ask, at, desk, payment
from tests.actions.situations import creating, deleted, ends_in, in_grace, late, pending, suspended, valid

LINE = "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
WHERE = (
    "Consulta lo que debes en PAGO DE SERVICIOS > Mi Estado de Cuenta; soporte te ayuda a pagarlo y a que el servidor siga o vuelva a funcionar."
    f"\n\n{LINE}"
)
GRACE = (
    "Debes $1,250.00 MXN por RUIZ-01. Está en periodo de gracia: lo puedes usar hasta mañana, miércoles 25 de noviembre, inclusive; "
    f"sin el pago, tu información se resguarda hasta el martes 22 de diciembre.\n\n{WHERE}"
)
KEPT = (
    "Debes $1,250.00 MXN por OCAMPO-01. Ahora no se puede usar; tu información se resguarda hasta el sábado 12 de diciembre, inclusive, "
    f"y todavía puedes reactivarlo.\n\n{WHERE}"
)
BOTH = ("pagar_adeudo", "reactivar_servicio")


@pytest.mark.parametrize("intent", BOTH)
@pytest.mark.parametrize(("of", "text"), [(in_grace(), GRACE), (suspended(), KEPT)])
async def test_what_is_due_until_when_and_where_it_is_paid(intent, of, text):
    answer = await ask(intent, desk(of))
    assert answer.text == text
    assert answer.effects == []
    assert ("subscription", "price", "1250.00", of.alias) in answer.told()


async def test_a_rejected_first_charge_has_no_deadline():
    of = replace(pending("N-01"), payments=(payment("rejected", charged_at=at(ends_in(-1))),))
    assert (await ask("pagar_adeudo", desk(of))).text == f"Debes $1,250.00 MXN por N-01.\n\n{WHERE}"


async def test_nothing_is_due():
    assert (await ask("pagar_adeudo", desk(valid()))).text == (
        "No tienes adeudo por ESPERANZA-01.\n\n"
        "El próximo cargo automático es el miércoles 24 de marzo de 2027, de $1,250.00 MXN a Visa ···· 4242."
    )
    assert (await ask("pagar_adeudo", desk(valid("A-01"), valid("B-01")))).text.endswith("No veo adeudos.")
    assert "no veo adeudos por él" in (await ask("pagar_adeudo", desk(deleted()))).text


async def test_a_charge_under_way_is_not_paid_twice():
    assert "hecho ayer, lunes 23 de noviembre, está pendiente" in (await ask("pagar_adeudo", desk(pending()))).text
    assert [effect["kind"] for effect in (await ask("pagar_adeudo", desk(late()))).effects] == ["escalate"]
    paying = suspended(payments=(payment("pending", "bank_account", at(ends_in(-1))),))
    assert "está pendiente" in (await ask("reactivar_servicio", desk(paying))).text


@pytest.mark.parametrize("intent", BOTH)
async def test_only_those_that_owe_are_named_with_their_sum(intent):
    text = (await ask(intent, desk(valid("S-01"), in_grace("S-03"), suspended("S-05")))).text
    assert text == (
        "En tus servidores:\n• S-03: cargo de $1,250.00 MXN rechazado\n• S-05: $1,250.00 MXN sin pagar\n\n"
        f"En total debes $2,500.00 MXN.\n\n{WHERE}"
    )


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (
            valid(),
            "ESPERANZA-01 está activo y no hace falta reactivarlo; en la última revisión, hoy a las 10:00, estaba encendido y respondiendo.",
        ),
        (
            creating(),
            "CENTRAL-01 se está creando: tu pago se acreditó hoy a las 9:54 y tarda unos 15 minutos; calculamos que quede listo hoy a las 10:09.",
        ),
        (
            valid(status="suspended"),
            f"ESPERANZA-01 está suspendido. Para saber el motivo y reactivarlo, llama a soporte.\n\n{LINE}",
        ),
        (valid(status="cancelled"), f"ESPERANZA-01 está cancelado. Si necesitas algo sobre él, llama a soporte.\n\n{LINE}"),
    ],
)
async def test_reactivating_what_is_not_overdue(of, text):
    assert (await ask("reactivar_servicio", desk(of))).text == text


async def test_a_deleted_server_is_contracted_again():
    answer = await ask("reactivar_servicio", desk(deleted()))
    assert "su vigencia terminó el miércoles 14 de octubre y el resguardo de tu información, el viernes 13 de noviembre" in answer.text
    assert answer.intents == ["contratar_servicio"]


@pytest.mark.parametrize(
    ("intent", "general"),
    [
        (
            "pagar_adeudo",
            "Lo que está pendiente de pago se consulta en tu escritorio de servicios, en PAGO DE SERVICIOS > Mi Estado de Cuenta",
        ),
        ("reactivar_servicio", "Hay 3 días de gracia y 30 días naturales de resguardo; después hay que contratar otra vez."),
    ],
)
async def test_visitors_and_state_away_hear_the_rule_and_no_values(intent, general):
    visitor, away = (await ask(intent)).text, (await ask(intent, desk(in_grace()), away=True)).text
    assert general in visitor
    assert "abre este chat desde ahí" in visitor
    assert general in away
    assert "no puedo consultar los datos de tu cuenta" in away
    assert "RUIZ" not in visitor + away
