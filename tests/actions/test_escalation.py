"""A person takes over: folio, support line and its hours, as the customer reads them."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from actions.escalation import escalation_code
from bot.privacy.masking import Mask
from tests.actions.rendering import MEXICO, ask, at, desk, payment, server
from tests.actions.said import say_again
from tests.actions.test_backup import LINE


def test_a_folio_is_short_stable_and_different_for_each_turn():
    codes = {escalation_code(f"turn-{n}", "cargo_vencido", 1) for n in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(r"[234679ACDEFHJKMNPQRTUVWX]{5}[ACDEFHJKMNPQRTUVWX]", code) for code in codes)
    assert all(Mask()(code).text == code for code in codes)
    assert escalation_code("turn-1", "cargo_vencido", 1) == escalation_code("turn-1", "cargo_vencido", 1)
    assert escalation_code("turn-1", "cargo_vencido", 1) != escalation_code("turn-1", "cargo_vencido", 2)  # another attempt, another folio


async def test_a_known_customer_while_the_line_is_open():
    answer = await ask("hablar_con_asesor", desk(server(), id="C-1006"), slots={"tema": "consultar_pago"})
    code = escalation_code("inbound-1", "cliente_pide_asesor", 1)
    assert answer.text == (
        f"Claro, Papelería Central: un asesor continúa contigo. Registré tu solicitud con el folio {code}; llama y dáselo."
        "\n\nLínea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
    )
    payload = {"reason": "cliente_pide_asesor", "code": code, "summary": "C-1006 · Papelería Central · consultar_pago"}
    assert answer.effects == [{"kind": "escalate", "payload": payload}]


async def test_a_visitor_while_the_line_is_closed():
    answer = await ask("hablar_con_asesor", now=datetime(2026, 11, 27, 18, 0, tzinfo=MEXICO))
    assert answer.text == (
        f"Claro: te atiende un asesor en cuanto abra la línea. Registré tu solicitud con el folio "
        f"{escalation_code('inbound-1', 'cliente_pide_asesor', 1)}; dáselo al llamar."
        "\n\nLínea de soporte: 55 8000 9480 (cerrada; abre el lunes 30 de noviembre a las 9:00)."
    )
    assert answer.effects[0]["payload"]["summary"]


async def test_the_same_turn_tried_again_has_the_same_folio():
    first, again = [await ask("hablar_con_asesor", turn="m-7") for _ in range(2)]
    assert first == again
    assert (await ask("hablar_con_asesor", turn="m-8")).effects != first.effects


async def test_asked_again_in_an_episode_the_same_folio_is_told_and_no_second_case_opened():
    first, again, third = await say_again("hablar_con_asesor", desk(server()), "do", "quiero una persona", times=3)
    code = first.effects[0]["payload"]["code"]
    assert again.text == f"Tu solicitud ya está registrada: es el folio {code}. Con ese número te atienden.\n\n{LINE}"
    assert third.text.startswith(f"Sigue siendo el folio {code}; dalo al llamar")
    assert again.effects == third.effects == []


@pytest.mark.parametrize("frame", ["who move=complains", "how", "none move=denies"])
async def test_who_asks_for_nobody_gets_no_folio(frame):
    answer = await ask("hablar_con_asesor", desk(server()), frame=frame)
    assert answer.effects == []
    assert ("55 8000 9480" in answer.text) == ("denies" not in frame)


async def test_a_case_is_told_by_the_charge_it_is_about():
    late = {f"p-{n}": payment("pending", "bank_account", at(date(2026, 11, 13)), id=f"p-{n}") for n in (1, 2)}
    one, two = (server(alias, "provisioning", payments=(late[charge],)) for alias, charge in (("A-01", "p-1"), ("B-01", "p-2")))
    first = await ask("consultar_pago", desk(one), turn="m-1")
    known = first.effects[0]["payload"]["code"]
    both = await ask("consultar_pago", desk(one, two), turn="m-2", slots=first.slots)
    (effect,) = both.effects
    assert effect["payload"]["summary"].startswith("C-1 · Papelería Central · B-01 · p-2")
    assert effect["payload"]["code"] == known  # one case a conversation: the second charge is added to it
    assert f"con el folio {known};" in both.text
    assert (await ask("consultar_servidor", desk(one), turn="m-3", slots=both.slots)).effects == []


async def test_an_identified_customer_whose_state_is_away_is_still_named_to_the_agents():
    answer = await ask("hablar_con_asesor", desk(server()), away=True)
    assert answer.text.startswith("Claro: un asesor continúa contigo. Registré")
    assert answer.effects[0]["payload"]["summary"] == "C-1"


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (datetime(2026, 11, 24, 8, 59), "(cerrada; abre hoy a las 9:00)"),
        (datetime(2026, 11, 24, 9, 0), "(abierta hoy hasta las 18:00)"),
        (datetime(2026, 11, 24, 17, 59), "(abierta hoy hasta las 18:00)"),
        (datetime(2026, 11, 24, 18, 0), "(cerrada; abre mañana, miércoles 25 de noviembre, a las 9:00)"),
        (datetime(2026, 11, 28, 12, 0), "(cerrada; abre el lunes 30 de noviembre a las 9:00)"),
        (datetime(2026, 12, 24, 20, 0), "(cerrada; abre el lunes 28 de diciembre a las 9:00)"),
        (datetime(2026, 12, 25, 10, 0), "(cerrada; abre el lunes 28 de diciembre a las 9:00)"),
        (datetime(2026, 12, 31, 20, 0), "(cerrada; abre el lunes 4 de enero de 2027 a las 9:00)"),
        (datetime(2026, 11, 13, 19, 0), "(cerrada; abre el martes 17 de noviembre a las 9:00)"),  # Monday 16 is a holiday
    ],
)
async def test_the_hours_of_the_line(now, line):
    assert line in (await ask("tema_no_cubierto", now=now.replace(tzinfo=MEXICO))).text


async def test_a_day_off_of_the_company():
    text = (await ask("tema_no_cubierto", extra_holidays=(date(2026, 11, 24),))).text
    assert "(cerrada; abre mañana, miércoles 25 de noviembre, a las 9:00)" in text


async def test_a_question_that_waited_is_dropped():
    answer = await ask(
        "hablar_con_asesor", desk(server("A-01"), server("B-01")), slots={"pregunta_pendiente": {"intent": "consultar_pago"}}
    )
    assert answer.slots["pregunta_pendiente"] is None
    assert answer.buttons == []
