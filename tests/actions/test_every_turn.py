"""No turn ends without a message, and no answer is given twice in the same words as if it were new."""

from __future__ import annotations

from functools import partial
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.fixed import FixedAnswer
from bot.protocol.frame import Asked, Move
from tests.actions.rendering import Rendered, ask, desk, executor
from tests.actions.situations import FIVE, bounced, creating, deleted, in_grace, late, suspended, valid

INTENTS = sorted(name.removeprefix("action_") for name, run in executor().actions.items() if not isinstance(run.__self__, FixedAnswer))
CHOICES = ({"intent": "consultar_pago", "title": "Mi pago"},)
DESKS = (
    None,
    desk(),
    *(desk(make()) for make in (valid, in_grace, suspended, deleted, creating, late, bounced)),
    desk(valid(), suspended("OCAMPO-02")),
    desk(*FIVE),
)
MEANT = ("", " servers=all", " servers=filter:active", " servers=foreign", " servers=rest")
REPEATING = ("utter_como_te_decia", "utter_te_lo_repito")


async def _again_and_again(intent: str, of, frame: str, times: int = 3) -> list[Rendered]:
    told: list[Rendered] = []
    slots: dict[str, object] = {}
    for turn in range(times):
        told.append(await ask(intent, of, frame=frame, slots=slots, choices=CHOICES, turn=f"m-{turn}"))
        slots = {**slots, **told[-1].slots, "estado": told[-1].state}
    return told


@pytest.mark.parametrize("intent", INTENTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    of=st.sampled_from(DESKS),
    asked=st.sampled_from(sorted(Asked)),
    meant=st.sampled_from(MEANT),
    move=st.sampled_from([Move.ASKS, Move.CORRECTS, Move.COMPLAINS]),
)
async def test_whatever_is_asked_and_was_told_there_is_an_answer(intent, of, asked, meant, move):
    """`ask` checks that something is said; a heading alone says nothing."""
    for answer in await _again_and_again(intent, of, f"{asked} move={move}{meant}"):
        assert not answer.text.endswith(":"), answer.responses
        assert "utter_tema_no_cubierto" not in answer.responses or intent == "tema_no_cubierto"  # it has something to say of its own


async def test_where_a_password_is_changed_is_told_as_often_as_it_is_asked():
    for frame, of in product(("general", "where"), (None, desk(valid()), desk(*FIVE))):
        first, second, third = await _again_and_again("faq_cambiar_contrasena", of, frame)
        assert "Mis Servicios > Servidor virtual > Contraseña" in first.text
        assert [second.responses[0], third.responses[0]] == list(REPEATING)
        assert second.text == f"Como te decía:\n\n{third.text.removeprefix('Te lo repito:').strip()}"
        assert "Mis Servicios > Servidor virtual > Contraseña" in second.text


async def test_who_asks_for_it_again_or_after_something_else_just_hears_it():
    wanted = partial(ask, "faq_cambiar_contrasena", desk(valid()))
    first = await wanted(frame="where")
    again = await wanted(frame="again refers=goes_on", slots={"estado": first.state})
    other = await ask("consultar_suscripcion", desk(valid()), frame="until", slots={"estado": first.state})
    later = await wanted(frame="where", slots={"estado": other.state})
    assert {REPEATING[0], REPEATING[1]}.isdisjoint([*again.responses, *later.responses])


async def test_what_is_done_twice_is_not_said_to_be_repeated():
    mail = desk(valid())
    first, second, _ = await _again_and_again("reenviar_datos_conexion", mail, "do")
    assert first.effects
    assert second.responses[0] not in REPEATING or not second.effects


@pytest.mark.parametrize("intent", ["saludar", "consultar_pago"])
async def test_an_action_that_has_nothing_to_say_still_ends_the_turn(intent, monkeypatch):
    async def says_nothing(*_: object) -> None:
        return None

    monkeypatch.setattr(executor().actions[f"action_{intent}"].__self__.__class__, "answer", says_nothing)
    answer = await ask(intent, desk(valid()), frame="whether move=corrects")
    assert answer.responses == ["utter_tema_no_cubierto", "utter_linea"]
