"""What changes the world happens once, however often it is asked, pressed or tried: one mail, one case, one folio."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.conversations.runner import FOLIO, Talks, mails
from tests.conversations.spanish import day, the

if TYPE_CHECKING:
    from tests.conversations.runner import Talk
    from tests.support.house import House

LATE = "¿ya se acreditó mi pago?"
RESEND = "reenvíame el correo con los datos de conexión"
SUBJECT = "Archivo de conexión a tu servidor Aspel Nube."


def test_a_resend_asked_twice_sends_one_mail(house: House, talks: Talks):
    to = "contacto@abarroteslaesperanza.example"
    before = len(mails(house, to))
    talk = talks.of("C-1001")
    assert "Estoy reenviando los datos de conexión de ESPERANZA-01" in talk.says(RESEND).text
    assert talk.applied() == ["done"]
    again = talk.says(RESEND).text
    assert again.startswith("El correo de ESPERANZA-01 ya va en camino a co*****o@abarroteslaesperanza.example: es de hoy a las 10:0")
    assert talk.applied() == ["done"]
    assert len(mails(house, to)) - before == 1
    mail = mails(house, to)[-1]
    assert mail["Subject"] == SUBJECT
    assert "ESPERANZA-01" in mail.get_body().get_content()


def test_a_button_pressed_twice_sends_one_mail(house: House, talks: Talks):
    to = "contacto@opticavision.example"
    before = len(mails(house, to))
    talk = talks.of("C-1011")
    offer = talk.says("¿dónde encuentro los datos para conectarme?")
    (button,) = offer.buttons
    visitor, key = talk.customer.visitor, str(uuid.uuid4())
    status, first = house.run(visitor.send(button=button["id"], message_id=key))
    assert status == 202
    assert house.run(visitor.send(button=button["id"], message_id=key)) == (202, first)  # the same press, sent again
    status, refused = house.run(visitor.send(button=button["id"]))  # another press
    assert (status, refused["error"]) == (409, "button_used")
    text = house.run(visitor.answer_to(first["seq"]))["text"]
    assert text.startswith(
        "El último correo de VISION-01 a co*****o@opticavision.example rebotó. Lo estoy reenviando a esa misma dirección"
    )
    assert talk.applied() == ["done"]
    assert len(mails(house, to)) - before == 1


def test_an_overdue_charge_has_one_case_however_it_is_asked_about(talks: Talks):
    talk = talks.of("C-1008")
    questions = [
        LATE,
        "¿cómo va mi suscripción?",
        "no puedo entrar a mi servidor, ¿está encendido?",
        "¿cuánto tarda en crearse mi servidor?",
        LATE,
    ]
    folios = {folio for question in questions for folio in FOLIO.findall(talk.says(question).text)}
    assert len(folios) == 1
    (effect,) = talk.effects()
    assert effect["kind"] == "escalate"
    (case,) = talk.rows("SELECT * FROM escalation WHERE conversation_id = ?")
    assert {case["code"]} == folios
    assert case["reason"] == "cargo_vencido"
    assert "C-1008 · Grupo Mercado · MERCADO-01" in case["summary"]


def test_another_conversation_has_a_case_of_its_own(talks: Talks):
    first, second = (FOLIO.findall(talks.of("C-1008").says(LATE).text) for _ in range(2))
    assert len(first) == len(second) == 1
    assert first != second


def test_an_agent_asked_for_twice_is_one_case(talks: Talks):
    for desk in (None, "C-1002"):
        talk = talks.of(desk)
        first = FOLIO.findall(talk.says("quiero hablar con un asesor").text)
        talk.says("gracias")
        assert FOLIO.findall(talk.says("comunícame con una persona por favor").text) == first
        assert [effect["kind"] for effect in talk.effects()] == ["escalate"]


def test_two_reasons_in_one_message_are_one_case_with_one_folio(talks: Talks):
    talk = talks.of("C-1008")
    (folio,) = set(FOLIO.findall(talk.says("¿ya se acreditó mi pago? y quiero hablar con un asesor", questions=2).text))
    cases = talk.rows("SELECT * FROM escalation WHERE conversation_id = ?")
    assert [(case["code"], case["reason"]) for case in cases] == [(folio, "cargo_vencido, cliente_pide_asesor")]


def test_a_charge_that_is_not_late_opens_no_case(talks: Talks):
    talk = talks.of("C-1007")
    assert f"a más tardar {the(day(2))}" in talk.says(LATE).text
    assert talk.effects() == []


def stored(talk: Talk) -> tuple[str, str, str]:
    """The code, the reasons and the summary of the one case of a conversation."""
    (case,) = talk.rows("SELECT * FROM escalation WHERE conversation_id = ?")
    assert case["state"] == "open"
    return case["code"], case["reason"], case["summary"]


@pytest.mark.parametrize(
    ("desk", "says", "reason", "explained"),
    [
        ("C-1010", "¿se hizo mi respaldo?", "respaldos_fallidos", "C-1010 · Dulcería Mitla · MITLA-01: 2 fallidos seguidos, bueno: "),
        (
            "C-1001",
            "quiero cancelar mi servidor",
            "cambio_por_linea",
            "C-1001 · Abarrotes La Esperanza · cancelar_servicio · ESPERANZA-01: fin ",
        ),
    ],
)
def test_what_the_line_has_to_see_to_is_a_case_whose_folio_stands_beside_the_line(talks: Talks, desk, says, reason, explained):
    talk = talks.of(desk)
    answer = talk.says(says).text
    code, reasons, summary = stored(talk)
    assert answer.endswith(f" Tu folio: {code}.")
    assert (reasons, summary.startswith(explained)) == (reason, True), summary
    talk.says("gracias")
    talk.says(says)
    assert stored(talk) == (code, reasons, summary)  # nothing is added twice


def test_anger_is_a_case_of_its_own(talks: Talks):
    talk = talks.of("C-1005")
    assert "folio" not in talk.says("¿qué pasó con mi servidor?").text
    answer = talk.says("qué burla").text
    code, reasons, summary = stored(talk)
    assert answer.endswith(f" Tu folio: {code}.")
    assert (reasons, summary.startswith("C-1005 · Boutique Lirio · LIRIO-01: eliminado")) == ("cliente_molesto", True), summary


def test_reasons_are_added_to_one_case(talks: Talks):
    talk = talks.of("C-1010")
    first = FOLIO.findall(talk.says("¿se hizo mi respaldo?").text)
    assert FOLIO.findall(talk.says("quiero hablar con un asesor").text) == first
    talk.says("quiero cancelar mi servidor")
    code, reasons, summary = stored(talk)
    assert [code] == first
    assert reasons == "respaldos_fallidos, cliente_pide_asesor, cambio_por_linea"
    assert len(summary.split("\n")) == 3


def test_who_asks_how_it_is_cancelled_or_is_a_visitor_has_no_case(talks: Talks):
    for desk, says in (
        ("C-1001", "¿cómo cancelo mi servidor?"),
        (None, "quiero cancelar mi servidor"),
        (None, "qué burla, son unos rateros"),
    ):
        talk = talks.of(desk)
        assert "Tu folio" not in talk.says(says).text
        assert talk.rows("SELECT * FROM escalation WHERE conversation_id = ?") == []
