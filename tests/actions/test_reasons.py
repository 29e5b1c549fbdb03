"""The reasons that an answer gives for a case, and the folio beside the line, as the customer and the agents read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.accounts.port import Desk, Health
from tests.actions.rendering import Rendered, ago, ask, backup, desk, health, incident, server, subscription
from tests.actions.situations import TODAY, creating, deleted, in_grace, suspended, valid
from tests.actions.test_backup import LINE

MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 22)
FAILED_TWICE = server("MITLA-01", backups=(backup(status="failed"), backup(MONDAY, "failed"), backup(SUNDAY)))
WELL = server("SIERRA-01", backups=(backup(),))
DOWN = server(health=health("down", ago(minutes=2)))
NOT_SEEN = server(health=None)
SEEN_LONG_AGO = server(health=Health(ago(days=2), "up"))
OPEN = {"folios": {"cliente_pide_llamada": "4KD7WP"}}


def summary(answer: Rendered) -> str:
    (effect,) = answer.effects
    return effect["payload"]["summary"]


def tells_folio(answer: Rendered) -> bool:
    """Once, as the end of the line's paragraph."""
    code = answer.effects[0]["payload"]["code"]
    return answer.text.endswith(f"\n\n{LINE} Tu folio: {code}.") and answer.text.count(code) == 1


async def then(first: Rendered, intent: str, of: Desk | None, **given) -> Rendered:
    """What is answered next in the same sitting."""
    return await ask(intent, of, slots={**first.slots, "estado": first.state}, turn="inbound-2", **given)


# --- failed backups


@pytest.mark.parametrize(
    ("of", "explained"),
    [
        (FAILED_TWICE, "MITLA-01: 2 fallidos seguidos, bueno: domingo 22 de noviembre"),
        (server("MITLA-01", backups=(backup(status="failed"),)), "MITLA-01: 1 fallido, bueno: ninguno"),
        (server("MITLA-01", backups=(backup(SUNDAY),)), "MITLA-01: faltan los recientes, bueno: domingo 22 de noviembre"),
        (server("MITLA-01", backups=(backup(status="running"), backup(MONDAY))), "MITLA-01: sin terminar, bueno: lunes 23 de noviembre"),
        (server("MITLA-01"), "MITLA-01: ninguno, bueno: ninguno"),
    ],
)
@pytest.mark.parametrize("intent", ["consultar_respaldo", "faq_respaldo_automatico"])
async def test_failed_backups_are_a_case(intent, of, explained):
    answer = await ask(intent, desk(of))
    assert answer.reasons == ["respaldos_fallidos"]
    assert summary(answer) == f"C-1 · Papelería Central · {explained}"
    assert tells_folio(answer)


@pytest.mark.parametrize("of", [WELL, server("SIERRA-01", backups=(backup(MONDAY),)), suspended()])
async def test_backups_that_end_well_or_miss_one_night_are_none(of):
    answer = await ask("consultar_respaldo", desk(of))
    assert answer.reasons == []
    assert "folio" not in answer.text


async def test_of_several_servers_those_are_named_whose_backups_were_told_and_fail():
    answer = await ask("consultar_respaldo", desk(WELL, FAILED_TWICE, replace(FAILED_TWICE, alias="MITLA-02")))
    assert summary(answer).count("2 fallidos seguidos") == 2
    assert "SIERRA-01" not in summary(answer)
    one = await ask("consultar_respaldo", desk(WELL, FAILED_TWICE), servidor="SIERRA-01")
    assert one.reasons == []


async def test_a_visitor_has_no_case_of_backups():
    assert (await ask("faq_respaldo_automatico", others=[desk(FAILED_TWICE)])).reasons == []


# --- a server that is down


async def test_a_server_that_does_not_answer_without_an_incident_is_a_case():
    answer = await ask("consultar_servidor", desk(DOWN), frame="state", text="no puedo entrar")
    assert answer.reasons == ["servidor_sin_acceso"]
    assert summary(answer) == "C-1 · Papelería Central · CENTRAL-01: no responde hoy a las 9:58"
    assert tells_folio(answer)


@pytest.mark.parametrize(
    ("of", "explained"),
    [(NOT_SEEN, "CENTRAL-01: sin revisiones"), (SEEN_LONG_AGO, "CENTRAL-01: respondiendo el domingo 22 de noviembre a las 10:00")],
)
@pytest.mark.parametrize("text", ["no me deja entrar", "Se cayó el servidor", "ya no responde nada", "sigue caída la nube?"])
async def test_one_that_nobody_saw_is_a_case_for_who_says_that_it_is_down(of, explained, text):
    answer = await ask("consultar_servidor", desk(of), frame="state", text=text)
    assert answer.reasons == ["servidor_sin_acceso"]
    assert summary(answer).endswith(explained)
    assert tells_folio(answer)


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (NOT_SEEN, "¿cómo está mi servidor?"),
        (server(), "no puedo entrar"),
        (server(health=health("down"), incident=incident()), "no puedo entrar"),
        (suspended(), "no puedo entrar"),
        (creating(), "no puedo entrar"),
    ],
)
async def test_one_that_is_up_or_whose_trouble_is_known_is_none(of, text):
    assert (await ask("consultar_servidor", desk(of), frame="state", text=text)).reasons == []


# --- anger


@pytest.mark.parametrize(
    ("of", "explained"),
    [
        (deleted(), "LIRIO-01: eliminado"),
        (suspended(), "OCAMPO-01: suspendido"),
        (in_grace(), "RUIZ-01: en periodo de gracia"),
        (server(health=health("down"), incident=incident()), "CENTRAL-01: no responde"),
    ],
)
@pytest.mark.parametrize("intent", ["contar", "charla"])
async def test_anger_is_a_case_where_the_line_is_given(intent, of, explained):
    answer = await ask(intent, desk(of), frame="none move=complains", text="qué burla")
    assert answer.reasons == ["cliente_molesto"]
    assert summary(answer) == f"C-1 · Papelería Central · {explained}"
    assert tells_folio(answer)
    again = await then(answer, intent, desk(of), frame="none move=complains", text="son unos rateros")
    assert again.reasons == []
    assert "registro tu caso" not in again.text  # it is open


async def test_anger_without_the_line_is_none():
    answer = await ask("contar", desk(valid()), frame="none move=complains", text="qué burla")
    assert (answer.reasons, "Tu folio" in answer.text) == ([], False)


async def test_who_is_not_answered_on_the_line_has_a_case_when_known():
    told = [await ask("contar", of, frame="none move=complains", text="no contestan la línea") for of in (None, desk(valid()))]
    assert [answer.reasons for answer in told] == [[], ["cliente_molesto"]]
    assert told[1].text.endswith(f"\n\nTu folio: {told[1].effects[0]['payload']['code']}.")
    visitor, known = [
        await then(answer, "contar", of, frame="none move=complains", text="nadie contesta")
        for answer, of in zip(told, (None, desk(valid())), strict=True)
    ]
    assert "registro tu caso con un folio" in visitor.text
    assert "da tu folio y no empiezas de cero" in known.text


# --- live state away


async def test_an_account_that_cannot_be_read_is_a_case_of_its_customer():
    answer = await ask("consultar_suscripcion", desk(valid()), away=True)
    assert answer.reasons == ["datos_no_disponibles"]
    assert summary(answer) == "C-1 · hoy a las 10:00"
    assert tells_folio(answer)
    assert (await ask("consultar_suscripcion", away=True)).reasons == []
    assert (await then(answer, "consultar_pago", desk(valid()), away=True)).reasons == []


async def test_small_talk_needs_no_account():
    assert (await ask("saludar", desk(valid()), away=True)).reasons == []


# --- a change that only the line can make


@pytest.mark.parametrize(
    ("intent", "of", "explained"),
    [
        ("cancelar_servicio", valid(), "cancelar_servicio · ESPERANZA-01: fin miércoles 24 de marzo de 2027"),
        ("faq_cambiar_solucion", valid(), "faq_cambiar_solucion · ESPERANZA-01: fin miércoles 24 de marzo de 2027"),
        ("reactivar_servicio", suspended(), "reactivar_servicio · OCAMPO-01: fin jueves 12 de noviembre"),
    ],
)
async def test_what_only_the_line_can_change_is_a_case_for_who_asks_to_have_it_done(intent, of, explained):
    answer = await ask(intent, desk(of), frame="do", text="háganlo por favor")
    assert answer.reasons == ["cambio_por_linea"]
    assert summary(answer) == f"C-1 · Papelería Central · {explained}"
    assert tells_folio(answer) or answer.text.endswith(f"\n\nTu folio: {answer.effects[0]['payload']['code']}.")


@pytest.mark.parametrize("intent", ["cancelar_servicio", "faq_cambiar_solucion", "reactivar_servicio"])
@pytest.mark.parametrize("frame", ["how", "whether", "until", "what_if", "general", "do move=denies"])
async def test_who_only_asks_how_it_is_done_has_none(intent, frame):
    for of in (valid(), suspended()):
        assert (await ask(intent, desk(of), frame=frame)).reasons == []


async def test_who_takes_it_back_or_is_no_customer_has_none():
    assert (await ask("cancelar_servicio", desk(valid()), frame="do", text="no quiero cancelar mi servidor")).reasons == []
    assert (await ask("cancelar_servicio", frame="do", text="quiero cancelar")).reasons == []


async def test_a_server_that_runs_needs_no_reactivation_and_no_case():
    assert (await ask("reactivar_servicio", desk(valid()), frame="do", text="reactívalo")).reasons == []


# --- the folio beside the line


@pytest.mark.parametrize(
    ("intent", "of", "frame"),
    [("tema_no_cubierto", desk(valid()), ""), ("consultar_servidor", desk(suspended()), "state"), ("contratar_servicio", None, "how")],
)
async def test_the_line_ends_with_the_folio_of_the_open_case(intent, of, frame):
    without, beside = [await ask(intent, of, frame=frame, slots=slots) for slots in ({}, OPEN)]
    assert beside.text == without.text.replace(LINE, f"{LINE} Tu folio: 4KD7WP.")
    assert beside.effects == without.effects == []


async def test_an_answer_without_the_line_tells_no_folio():
    assert "4KD7WP" not in (await ask("consultar_servidor", desk(server()), frame="state", slots=OPEN)).text


async def test_a_text_that_gives_the_number_itself_is_followed_by_the_folio():
    answer = await ask("consultar_linea", desk(valid()), frame="when", slots=OPEN)
    assert answer.text.endswith("\n\nTu folio: 4KD7WP.")
    by_phone = await ask("hablar_con_asesor", desk(valid()), frame="how", slots=OPEN)
    assert by_phone.text == "Por teléfono, en la línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00).\n\nTu folio: 4KD7WP."


async def test_an_answer_that_says_the_folio_says_it_once():
    for intent, text in (("hablar_con_asesor", "quiero un asesor"), ("consultar_pago", "¿cuál es mi folio?")):
        answer = await ask(intent, desk(valid()), frame="do", text=text, slots=OPEN)
        assert answer.text.count("4KD7WP") == 1, answer.text


async def test_another_reason_is_added_to_the_open_case_under_its_folio():
    answer = await ask("consultar_respaldo", desk(FAILED_TWICE), slots=OPEN)
    assert answer.reasons == ["respaldos_fallidos"]
    assert answer.effects[0]["payload"]["code"] == "4KD7WP"
    assert tells_folio(answer)
    again = await then(answer, "consultar_respaldo", desk(FAILED_TWICE), frame="why", text="¿por qué?")
    assert (again.reasons, "Tu folio" in again.text) == ([], False)  # the line was just given


async def test_a_case_that_is_opened_where_the_line_was_just_told_is_told_with_it():
    told = await ask("consultar_linea", desk(FAILED_TWICE), frame="do")
    told = await then(told, "tema_no_cubierto", desk(FAILED_TWICE))
    assert (LINE in told.text, told.reasons) == (True, [])
    answer = await then(told, "consultar_respaldo", desk(FAILED_TWICE))
    assert answer.reasons == ["respaldos_fallidos"]
    assert tells_folio(answer)


async def test_a_new_sitting_that_knows_the_reason_does_not_add_it_again():
    answer = await ask("consultar_respaldo", desk(FAILED_TWICE), slots={"folios": {"respaldos_fallidos": "4KD7WP"}})
    assert answer.reasons == []
    assert answer.text.endswith(f"{LINE} Tu folio: 4KD7WP.")


@pytest.mark.parametrize("ends_on", [date(2027, 3, 24), TODAY])
async def test_two_reasons_in_one_answer_are_one_case(ends_on):
    of = replace(FAILED_TWICE, subscription=subscription(ends_on))
    answer = await ask("contar", desk(of), frame="none move=complains", text="qué burla")
    assert answer.reasons == ["respaldos_fallidos", "cliente_molesto"]
    assert len({effect["payload"]["code"] for effect in answer.effects}) == 1
    assert answer.text.count("Tu folio") == 1
