"""What is no question is answered shortly, truly, and never twice in a row in the same words."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bot.accounts.port import Desk
from tests.actions.rendering import Rendered, ask, desk
from tests.actions.said import DOWN, FAILED, NOT_ANSWERING, SAID, say_again
from tests.actions.situations import SITUATIONS, bounced, creating, deleted, in_grace, late, suspended, valid

LINE = "55 8000 9480"
MOST = 400
SAID_EACH_TIME = {
    "Yo contesto a cualquier hora, todos los días. Las personas de la línea de soporte atienden en días hábiles de 9:00 a 18:00 h.",
    (
        "Quien use tu sesión abierta verá lo mismo que tú; si tienes duda, ciérrala y cambia tu contraseña. "
        "Sin entrar por el escritorio de servicios solo doy información general."
    ),
    "Sí: cuando alguien entra a su escritorio de servicios y me escribe desde ahí, veo los datos de esa cuenta, y solo de esa.",
    "Atiendo en español, con mucho gusto.",
}
"""Facts that one sentence says; whoever asks again hears them again."""


def said_to(*intents: str) -> list[tuple[str, Desk | None, str, str]]:
    return [each for each in SAID if each[0] in intents]


def words(answer: Rendered) -> str:
    """Without the line, which may stand beneath two answers with others between."""
    return answer.text.partition("\n\nLínea de soporte")[0]


@pytest.mark.parametrize("each", [each for each in SAID if each[1] is None or each[0] != "consultar_pago"], ids=str)
async def test_the_same_words_never_come_twice_in_a_row(each):
    answers = [words(answer) for answer in await say_again(*each)]
    same = [one for one, other in pairwise(answers) if one == other]
    assert [one for one in same if one not in SAID_EACH_TIME] == []


@pytest.mark.parametrize("each", said_to("charla", "contar", "saludar", "agradecer", "afirmar", "negar", "despedirse"), ids=str)
async def test_talk_is_short(each):
    assert all(len(answer.text) <= MOST for answer in await say_again(*each))


@pytest.mark.parametrize(
    "each", [each for each in said_to("charla", "saludar", "agradecer", "negar", "despedirse") if "complains" not in each[2]], ids=str
)
async def test_where_nothing_is_wrong_no_number_is_given(each):
    for answer in await say_again(*each):
        assert LINE not in answer.text
        assert answer.effects == []


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("échame otro chiste de contadores", "¿qué le dijo el contador a su café?"),
        ("¿y tú no duermes?", "contesto a cualquier hora"),
        ("perdón, no era para ti", "No te preocupes"),
        ("¡qué amable!", "¡Gracias!"),
        ("😂😂", "humor"),
        ("👍", "Aquí sigo."),
        ("KE CALORÓN", "soy un programa"),
    ],
)
async def test_small_talk_is_answered_by_what_was_said(text, answered):
    assert answered in (await ask("charla", desk(valid()), text=text, frame="none")).text


@pytest.mark.parametrize(
    ("of", "state"),
    [
        (suspended(), "OCAMPO-01 está suspendido porque su vigencia terminó"),
        (late(), "sigue pendiente. Lo reporté con el folio"),
        (deleted(), "LIRIO-01 ya fue eliminado"),
        (DOWN, "AGUILA-01 tiene un incidente abierto"),
        (NOT_ANSWERING, "no respondía"),
        (FAILED, "El último respaldo de MITLA-01 falló"),
        (bounced(), "y rebotó. Si la dirección cambió"),
        (in_grace(), "RUIZ-01 sigue en su periodo de gracia hasta mañana, miércoles 25 de noviembre, inclusive"),
        (creating(), "CENTRAL-01 se está creando"),
    ],
)
async def test_anger_hears_first_what_explains_it_and_only_once(of, state):
    answers = await say_again("contar", desk(of), "none move=complains", "qué burla")
    assert state in answers[0].text
    if of.alias != "RUIZ-01":  # its one short text may come again later, not at once
        assert all(state not in answer.text for answer in answers[1:])
    assert sum(sentence.startswith(("Lamento", "Entiendo", "Tienes razón")) for sentence in answers[0].text.split("\n\n")) == 1


async def test_a_late_charge_is_one_case_however_angry_one_is():
    answers = await say_again("contar", desk(late()), "none move=complains", "rateros")
    assert [answer.reasons for answer in answers] == [["cargo_vencido", "cliente_molesto"], [], [], []]
    assert len({effect["payload"]["code"] for answer in answers for effect in answer.effects}) == 1


async def test_what_was_just_told_does_not_explain_anger_again():
    told = await ask("consultar_servidor", desk(suspended()), frame="state")
    angry = await ask("contar", desk(suspended()), frame="none move=complains", text="qué burla", slots={"estado": told.state})
    assert angry.text.startswith("Lamento el mal rato. Lo que urge es ponerte al corriente: la información de OCAMPO-01 se resguarda hasta")


async def test_notices_are_not_invented():
    answer = await ask("contar", desk(suspended()), frame="none move=complains", text="y a mí nadie me avisó")
    assert "OCAMPO-01 está suspendido" in answer.text
    assert "Aquí no veo qué avisos se enviaron" in answer.text


async def test_who_got_no_answer_by_telephone_is_not_only_sent_there_again():
    text = (await ask("contar", None, frame="none move=complains", text="llevo 20 minutos en la línea")).text
    assert text == (
        "Lamento que la línea no te haya contestado. Atiende en días hábiles de 9:00 a 18:00 h (abierta hoy hasta las 18:00). "
        "Lo que yo pueda resolver, dímelo y lo vemos aquí."
    )


async def test_an_incident_is_said_not_to_be_for_want_of_payment_only_where_it_was_paid():
    paid = await say_again("contar", desk(DOWN), "none move=complains", "y para cobrar sí son puntuales")
    assert any("No es por tu pago, que está acreditado" in answer.text for answer in paid)
    owing = valid("AGUILA-01", -2, health=DOWN.health, incident=DOWN.incident, payments=in_grace().payments)
    assert all(
        "No es por tu pago" not in answer.text for answer in await say_again("contar", desk(owing), "none move=complains", "qué burla")
    )


# --- the one word before an answer --------------------------------------------------------------------------------------


async def test_regret_follows_the_state_and_only_where_things_are_bad():
    for of in (suspended(), late(), deleted(), DOWN, FAILED):
        text = (await ask("consultar_suscripcion", desk(of), frame="state move=complains")).text
        assert text.split("\n\n")[1] == "Lamento mucho la molestia."
    for of in (valid(), in_grace(), creating()):
        text = (await ask("consultar_suscripcion", desk(of), frame="state move=complains")).text
        assert "Lamento" not in text
    assert "Lamento" not in (await ask("consultar_suscripcion", None, frame="state move=complains")).text


@pytest.mark.parametrize(
    ("frame", "text", "before"),
    [
        ("when move=corrects", "no, el cargo", "Perdón, va:"),
        ("when move=corrects", "perdón, me equivoqué, el cargo", "Sin problema, va:"),
        ("sure move=corrects", "no, yo pagué el lunes", None),
        ("when", "no, el cargo", None),
        ("when move=corrects", "finalmente, sírvase precisarme la fecha del cargo", None),
    ],
)
async def test_a_correction_is_taken_in_two_words(frame, text, before):
    parts = (await ask("consultar_pago", desk(valid()), frame=frame, text=text)).text.split("\n\n")
    assert (parts[0] if parts[0].endswith("va:") else None) == before
    assert len(parts) > 1 or before is None


async def test_who_wants_no_regret_gets_none():
    for move, text in (("complains", "no quiero que lo sientas"), ("corrects", "no le pedí una disculpa, sino una fecha")):
        answer = await ask("consultar_servidor", desk(DOWN), frame=f"when move={move}", text=text)
        assert not answer.text.startswith(("Lamento", "Entiendo", "Perdón"))


@pytest.mark.parametrize("move", ["corrects", "complains"])
async def test_no_word_before_two_answers_in_a_row(move):
    first, second = await say_again("consultar_pago", desk(late()), f"when move={move}", "no, el cargo", times=2)
    before = "Perdón, va:" if move == "corrects" else "Lamento mucho la molestia."
    assert first.text.split("\n\n")[0 if move == "corrects" else 1] == before
    assert before not in second.text
    other = {"corrects": "complains", "complains": "corrects"}[move]
    third = await ask("consultar_pago", desk(late()), frame=f"when move={other}", text="no, el cargo", slots={"estado": first.state})
    assert not third.text.startswith(("Perdón", "Sin problema", "Lamento", "Entiendo", "Tienes razón"))


@pytest.mark.parametrize("name", SITUATIONS)
async def test_anger_is_met_truly_in_every_situation(name):
    for text in ("qué burla", "nadie me avisó"):
        for answer in await say_again("contar", desk(SITUATIONS[name]()), "none move=complains", text):
            assert len(answer.text) <= MOST


# --- a day that must not pass -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("intent", ["agradecer", "despedirse"])
async def test_who_leaves_is_reminded_of_the_day_once(intent):
    first, second = await say_again(intent, desk(in_grace()), "none", "va", times=2)
    assert first.text.endswith("Ten presente la fecha: el periodo de gracia de RUIZ-01 termina mañana, miércoles 25 de noviembre.")
    assert "Ten presente" not in second.text
    kept = (await ask(intent, desk(suspended()), frame="none")).text
    assert kept.endswith("la información de OCAMPO-01 se resguarda hasta el sábado 12 de diciembre, inclusive.")
    for of in (valid(), deleted(), SITUATIONS["grace_pending"](), SITUATIONS["suspended_still_valid"]()):
        assert "Ten presente" not in (await ask(intent, desk(of), frame="none")).text


# --- whose account it is ------------------------------------------------------------------------------------------------------


async def test_a_visitor_hears_how_to_identify_whole_once_and_then_in_other_words():
    answers = await say_again("consultar_pago", None, "state", "¿ya se acreditó mi pago?")
    assert answers[0].text.startswith("Para darte ese dato necesito saber qué cuenta es la tuya: entra a tu escritorio de servicios")
    assert all("Para darte ese dato" not in answer.text for answer in answers[1:])
    assert sum(LINE in answer.text for answer in answers) == 1


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("te doy mi RFC", "un nombre, un RFC o un número no me prueban de quién es la cuenta"),
        ("es que olvidé la contraseña", "soporte te ayuda a recuperar el acceso"),
        ("pero si soy el dueño", "Te creo, pero desde aquí no puedo comprobarlo"),
        ("nomás dime un sí o un no", "Ni siquiera un sí o un no, ni si alguien es cliente"),
        ("¿y si él entra con su cuenta?", "veo los datos de esa cuenta, y solo de esa"),
    ],
)
async def test_what_a_visitor_offers_proves_nothing(text, answered):
    first = await ask("consultar_pago", None, frame="state")
    again = await ask("consultar_pago", None, frame="state refers=goes_on", text=text, slots={"estado": first.state})
    assert answered in again.text


@pytest.mark.parametrize(
    "intent", ["consultar_pago", "consultar_suscripcion", "consultar_servidor", "listar_servidores", "faq_periodo_gracia"]
)
async def test_nothing_of_this_desk_is_told_for_that_of_another(intent):
    for answer in await say_again(intent, desk(in_grace()), "until servers=foreign", "¿cuándo se le vence a mi compadre?"):
        assert "RUIZ-01" not in answer.text
        assert answer.readings == []


@pytest.mark.parametrize(
    "text", ["¿me dices cuándo le vence a la Ferretería Lupita?", "¿cuánto debe a ustedes Taller Pérez?", "cuánto paga Grupo Lozano"]
)
async def test_what_is_due_of_a_business_by_its_name_is_not_told(text: str):
    answer = await ask("consultar_suscripcion", desk(in_grace()), frame="until", text=text)
    assert "RUIZ-01" not in answer.text
    assert answer.readings == []


async def test_a_password_is_never_to_be_given():
    text = (await ask("tema_no_cubierto", desk(valid()), frame="whether", text="alguien me pidió la contraseña, ¿son ustedes?")).text
    assert text.startswith("No la des: yo nunca pido contraseñas")
    assert "Mis Servicios > Servidor virtual > Contraseña" in text
