"""States between the plain ones, as rows allow them: each gets a true answer, and the support line where a person is needed."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions import in_between
from tests.actions.in_between import (
    BACKUPS,
    CHANGES,
    LINE,
    MACHINES,
    MAILS,
    PERIODS,
    STATUSES,
    built,
    charges,
    needs_person,
    periods_and_charges,
    untrue,
)
from tests.actions.rendering import ask, desk, executor
from tests.actions.said import say_again

MOST_OF_TALK = 400

INTENTS = sorted(
    name.removeprefix("action_") for name in executor().actions if name.startswith(("action_faq_", "action_consultar_", "action_listar_"))
)
OF_PERIODS = (
    "consultar_suscripcion",
    "consultar_pago",
    "consultar_servidor",
    "faq_resguardo_sin_pago",
    "faq_periodo_gracia",
    "faq_pago_sin_correo",
)


FACTS = [
    (name.removeprefix("action_"), asked)
    for name, run in executor().actions.items()
    for asked in sorted(getattr(run.__self__.__class__, "facts", ()))
]
"""What has an answer of its own, beside the general one."""
WORDS = (
    "",
    "sera porque no pague?",
    "y hoy si sale",
    "lo reporto yo",
    "si borro algo lo recupero",
    "todo bien?",
    "y en la usb",
    "a todos",
    "a las 2",
)
"""Words by which facts of one question are told apart."""


async def _wrong(intent: str, of, **asked: str) -> list[str]:
    answer = await ask(intent, desk(of), **asked)
    found = untrue(answer.text, of)
    if not asked and needs_person(of, intent) and LINE not in answer.text:
        found.append("no support line")
    return [f"{each} | {answer.text}" for each in found]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("intent", OF_PERIODS)
async def test_every_period_and_charge_is_told_truly(intent, status):
    for state in periods_and_charges():
        if state[0] == status:
            assert await _wrong(intent, built(*state)) == [], state


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("intent", ["consultar_respaldo", "faq_respaldo_automatico"])
async def test_every_state_of_backups_is_told_truly(intent, status):
    for period, nights in product(("no dates", "valid", "retained", "gone"), BACKUPS):
        assert await _wrong(intent, built(status, period, "credited", nights)) == [], (period, nights)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("intent", ["faq_datos_conexion", "faq_pago_sin_correo"])
async def test_every_state_of_mails_is_told_truly(intent, status):
    for period, letter in product(("no dates", "valid", "retained", "gone"), MAILS):
        assert await _wrong(intent, built(status, period, "credited", letter=letter)) == [], (period, letter)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("intent", ["faq_cambiar_solucion", "faq_traslado_informacion"])
async def test_every_state_of_a_change_is_told_truly(intent, status):
    for period, change in product(PERIODS, CHANGES):
        of = built(status, period, "credited" if PERIODS[period] else "none", change=change)
        assert await _wrong(intent, of) == [], (period, change)


@st.composite
def servers(draw):
    period = draw(st.sampled_from(list(PERIODS)))
    charge = draw(st.sampled_from(list(charges(PERIODS[period])) if PERIODS[period] else ["none"]))
    rest = (draw(st.sampled_from(list(each))) for each in (BACKUPS, MAILS, CHANGES, MACHINES))
    return built(draw(st.sampled_from(STATUSES)), period, charge, *rest)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(of=servers())
async def test_no_answer_promises_what_the_state_denies(of):
    for intent in INTENTS:
        assert await _wrong(intent, of) == [], intent


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(of=servers(), words=st.sampled_from(WORDS), refers=st.sampled_from(("new", "goes_on")))
async def test_no_answer_to_what_is_asked_promises_what_the_state_denies(of, words, refers):
    for intent, asked in FACTS:
        assert await _wrong(intent, of, frame=f"{asked} refers={refers}", text=words) == [], (intent, asked, words)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("intent", "asked"), [pair for pair in FACTS if "respaldo" in pair[0]])
async def test_what_is_asked_of_backups_is_told_truly(intent, asked, status):
    for period, nights, words in product(("no dates", "valid", "retained", "gone"), BACKUPS, WORDS[:6]):
        of = built(status, period, "credited", nights)
        assert await _wrong(intent, of, frame=asked, text=words) == [], (period, nights, words)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("intent", "asked"), [pair for pair in FACTS if pair[0] in {"consultar_servidor", "faq_horario_acceso"}])
async def test_what_is_asked_of_a_machine_is_told_truly(intent, asked, status):
    for period, machine, words in product(PERIODS, MACHINES, WORDS[:2]):
        of = built(status, period, "credited", machine=machine)
        assert await _wrong(intent, of, frame=asked, text=words) == [], (period, machine, words)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(one=servers(), other=servers())
async def test_a_list_of_two_is_short_and_fills_every_placeholder(one, other):
    of = desk(one, in_between.replace(other, alias="OTRO-02", id="id-2"))
    for intent in INTENTS:
        assert "{" not in (await ask(intent, of)).text


@pytest.mark.parametrize("customer", [f"C-{1001 + n}" for n in range(12)])
async def test_no_demo_customer_is_promised_what_is_not_so(customer):
    mine = demo_desk(customer, DEMO_NOW)
    for intent in INTENTS:
        for each in mine.servers:
            answer = await ask(intent, mine, now=DEMO_NOW, servidor=each.alias)
            deciding = [promise for promise in untrue(answer.text, each) if "próximo" not in promise]
            assert deciding == [], (intent, each.alias, answer.text)


async def test_the_data_of_a_deleted_server_is_promised_to_nobody():
    lirio = demo_desk("C-1005", DEMO_NOW)
    text = (await ask("faq_traslado_informacion", lirio, now=DEMO_NOW)).text
    assert text.startswith("LIRIO-01 ya fue eliminado: su vigencia terminó el miércoles 14 de octubre y el resguardo de su información,")
    assert "estará disponible" not in text


async def test_a_charge_credited_after_the_end_is_not_called_unpaid():
    of = built("active", "grace", "renewed")
    assert "se acreditó" in (await ask("consultar_pago", desk(of))).text
    assert "su vigencia todavía aparece terminada el domingo 22 de noviembre" in (await ask("consultar_suscripcion", desk(of))).text


async def test_text_of_others_keeps_its_sense_without_braces_and_within_bounds():
    rejected = await ask("consultar_pago", desk(built("active", "grace", "rejected")))
    assert "fue rechazado: Fondos (insuficientes) según (banco)." in rejected.text
    broken = await ask("consultar_servidor", desk(built("active", "valid", "credited", machine="incident")))
    assert "Falla (x) de red. Trabajamos en ello." in broken.text
    assert "…" in broken.text


@pytest.mark.parametrize("status", STATUSES)
async def test_whatever_is_said_without_asking_is_answered_truly_in_every_state(status):
    for state in periods_and_charges():
        if state[0] != status:
            continue
        of = built(*state)
        for intent, frame, text in (
            ("contar", "none move=complains", "qué burla"),
            ("contar", "none move=tells", "aquí ando"),
            ("despedirse", "none move=leaves", "adiós"),
        ):
            for answer in await say_again(intent, desk(of), frame, text):
                assert untrue(answer.text, of) == [], (state, answer.text)
                assert len(answer.text) <= MOST_OF_TALK, (state, answer.text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(of=servers(), other=servers())
async def test_anger_about_two_servers_is_met_truly(of, other):
    both = desk(of, in_between.replace(other, alias="OTRO-02", id="id-2"))
    for answer in await say_again("contar", both, "none move=complains", "nadie me avisó"):
        assert "{" not in answer.text
        assert len(answer.text) <= MOST_OF_TALK
