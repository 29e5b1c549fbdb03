"""Whoever asks what is kept of them is told it, and a wish about it becomes one case."""

from __future__ import annotations

import pytest

from bot.protocol.state import SUBJECT_AFTER
from tests.actions.rendering import ask, desk, server

KEPT = (
    "Se guarda esta conversación 365 días. Antes se ocultan teléfonos, correos, RFC, CURP y CLABE (lo oculto, cifrado 90 días); "
    "contraseñas, códigos y tarjetas no se guardan. Es para responderte y mejorar la atención, nunca para publicidad."
)


@pytest.mark.parametrize(
    ("asked", "text"),
    [("which", "¿qué saben de mi persona?"), ("whether", "¿los venden?"), ("count", "¿cuánto duran?"), ("who", "¿quién puede leer esto?")],
)
async def test_what_is_kept(asked, text):
    visitor = await ask("datos_personales", frame=asked, text=text)
    assert visitor.text == KEPT
    known = await ask("datos_personales", desk(server()), frame=asked, text=text)
    assert known.text.startswith(f"{KEPT}\n\nDe tu cuenta consulto servidores,")
    assert visitor.effects == known.effects == []


@pytest.mark.parametrize(
    ("asked", "text"), [("whether", "¿los pueden eliminar?"), ("how", "¿cómo lo solicito?"), ("general", "mis derechos")]
)
async def test_what_may_be_asked_for(asked, text):
    answer = await ask("datos_personales", frame=asked, text=text)
    assert answer.text.startswith("Puedes pedir una copia de tus datos, que se corrijan, que se borren o que no se usen.")
    assert answer.effects == []


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("eliminen lo que tengan mío", "borrar"),
        ("quiero una copia de lo que guardan", "copia"),
        ("corrijan mi apellido", "corregir"),
        ("no quiero que usen mis datos", "oponerse"),
        ("no quiero que me manden publicidad", "oponerse"),
    ],
)
async def test_a_wish_is_a_case_and_only_one(text, wish):
    first = await ask("datos_personales", desk(server(), id="C-1001"), frame="do", text=text)
    (case,) = (effect["payload"] for effect in first.effects)
    assert case["reason"] == "datos_personales"
    assert wish in case["summary"]
    assert first.text.startswith(f"Registré tu solicitud sobre tus datos personales con el folio {case['code']}. La atiende una persona,")
    assert "55 8000 9480" in first.text
    again = await ask(
        "datos_personales",
        desk(server(), id="C-1001"),
        frame="do",
        text=text,
        slots={"folios": {f"datos_personales{SUBJECT_AFTER}{wish}": case["code"]}},
    )
    assert again.text == f"Tu solicitud ya está registrada con el folio {case['code']}."
    assert again.effects == []


async def test_another_wish_is_added_to_the_same_case():
    slots = {"folios": {f"datos_personales{SUBJECT_AFTER}copia": "7K2M9X"}}
    (added,) = (await ask("datos_personales", desk(server()), frame="do", text="ahora bórrenlos", slots=slots)).effects
    assert added["payload"]["code"] == "7K2M9X"
    assert "borrar" in added["payload"]["summary"]


async def test_a_visitor_has_the_same_right():
    answer = await ask("datos_personales", frame="do", text="borren lo mío")
    assert [effect["payload"]["reason"] for effect in answer.effects] == ["datos_personales"]


@pytest.mark.parametrize(("frame", "text"), [("do move=denies", "no, siempre no"), ("do", "no quiero que borren nada de lo mío")])
async def test_who_declines_has_asked_for_nothing(frame, text):
    answer = await ask("datos_personales", desk(server()), frame=frame, text=text)
    assert answer.effects == []
