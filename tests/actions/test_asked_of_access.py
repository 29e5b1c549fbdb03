"""Access, licences, the service and what is not covered, by what is asked of them: the lead first, true in every state, never the same words twice."""

from __future__ import annotations

from itertools import product

import pytest

from bot.accounts.port import Desk
from bot.protocol.frame import Asked
from tests.actions.in_between import LINE, MAILS, STATUSES, built, untrue
from tests.actions.rendering import Rendered, ask, desk, incident, licence, responses_by_file
from tests.actions.situations import FIVE, bounced, creating, deleted, in_grace, pending, suspended, valid

SUBJECT = "«Archivo de conexión a tu servidor Aspel Nube»"
PATH = "Mis Servicios > Servidor virtual > Contraseña"
OWN = desk(valid())
BOUNCED = desk(bounced())
CREATING = desk(creating())
FULL = desk(*FIVE)
DOWN = desk(valid(incident=incident()))

Question = tuple[str, str, str, Desk | None, str]
MAIL: list[Question] = [
    ("faq_datos_conexion", "which refers=goes_on", "a cuál correo", CREATING, "Los datos llegan por correo a co*****o@papeleria.mx"),
    ("faq_datos_conexion", "which", "¿con qué asunto llega?", CREATING, f"Su asunto es {SUBJECT}."),
    (
        "faq_datos_conexion",
        "which",
        "¿cuál es mi usuario?",
        OWN,
        "Tu usuario viene en el correo que se envió a co*****o@papeleria.mx el sábado 14 de",
    ),
    ("faq_datos_conexion", "who", "a quién le llega", OWN, "Se envió a co*****o@papeleria.mx el sábado 14 de noviembre a las 12:30"),
    ("faq_datos_conexion", "where", "a dónde llega", FULL, "Los datos llegan por correo a co*****o@papeleria.mx"),
    ("faq_datos_conexion", "again", "me repites el asunto", FULL, f"Su asunto es {SUBJECT}."),
    ("faq_datos_conexion", "where", "dónde les llega", None, "Llega por correo a la dirección registrada"),
    ("faq_datos_conexion", "whether", "llega solo?", None, "Llega solo, una vez acreditado el pago,"),
    ("faq_datos_conexion", "what_if", "y si no llega", None, "Si no lo ves, busca"),
    ("faq_datos_conexion", "what_if", "y si no llega", CREATING, "Si no lo ves, busca en correo no deseado"),
    ("faq_datos_conexion", "how", "cómo entro", OWN, f"Entras con los datos del correo {SUBJECT}"),
    ("faq_datos_conexion", "how refers=goes_on", "cómo sé que ya quedó", CREATING, f"Te avisa el correo {SUBJECT}"),
    ("faq_datos_conexion", "when", "y el correo cuándo", CREATING, "El correo llega a co*****o@papeleria.mx una vez acreditado el pago"),
    ("faq_datos_conexion", "state", "ya salió?", desk(pending()), "El correo de NORTE-01 todavía no se envía"),
    ("reenviar_datos_conexion", "state", "no me ha llegado", BOUNCED, "El correo de VISION-01 se envió a co*****o@papeleria.mx"),
    (
        "reenviar_datos_conexion",
        "which",
        "a cuál lo mandaron",
        BOUNCED,
        "Se envió a co*****o@papeleria.mx el viernes 20 de noviembre y rebotó.",
    ),
    ("reenviar_datos_conexion", "again", "cómo se llama", BOUNCED, "El correo de VISION-01 se envió"),
    ("faq_datos_conexion", "which", "con qué título", BOUNCED, f"Su asunto es {SUBJECT}; se envió a co*****o@papeleria.mx"),
    ("reenviar_datos_conexion", "why", "y por qué rebotó", BOUNCED, "Porque rebotó: co*****o@papeleria.mx no lo recibió"),
    ("reenviar_datos_conexion", "how", "cómo lo arreglo", BOUNCED, "Revisa que co*****o@papeleria.mx esté bien escrita"),
    ("reenviar_datos_conexion", "what_if", "y si vuelve a rebotar", BOUNCED, "Si co*****o@papeleria.mx lo vuelve a rebotar"),
    (
        "reenviar_datos_conexion",
        "whether",
        "se puede a otro?",
        BOUNCED,
        "Por seguridad, solo lo puedo enviar a la dirección registrada: co*****o@",
    ),
    ("reenviar_datos_conexion", "do", "mándalo", BOUNCED, "Lo estoy reenviando a co*****o@papeleria.mx"),
    ("reenviar_datos_conexion", "do", "mándalo", None, "Ese correo solo se envía a la dirección registrada"),
    ("reenviar_datos_conexion", "do servers=foreign", "y el de la papelería", OWN, "Desde esta sesión solo veo la cuenta de"),
]
PASSWORD: list[Question] = [
    ("faq_cambiar_contrasena", "where", "dónde la cambio", OWN, f"En tu escritorio de servicios: {PATH}."),
    ("faq_cambiar_contrasena", "how", "cómo la cambio", FULL, f"En tu escritorio de servicios: {PATH}."),
    ("faq_cambiar_contrasena", "again", "otra vez la ruta", DOWN, f"En tu escritorio de servicios: {PATH}."),
    ("faq_cambiar_contrasena", "do", "dámela", OWN, "No puedo verla, dártela ni cambiarla aquí."),
    (
        "faq_cambiar_contrasena",
        "whether",
        "la puede cambiar él?",
        OWN,
        "La del servidor la cambia quien entra a tu escritorio de servicios",
    ),
    ("faq_cambiar_contrasena", "whether", "¿se queda la sesión abierta?", OWN, "Qué pasa con sesiones abiertas"),
    ("faq_cambiar_contrasena", "which", "esa es la del server?", None, f"La de {PATH} es la del servidor"),
]
SAE: list[Question] = [
    ("faq_conexion_sae", "whether", "entran varios a la vez?", None, "Los usuarios de Aspel SAE se conectan"),
    ("faq_conexion_sae", "whether", "entran varios a la vez?", CREATING, "Los usuarios de Aspel SAE se conectan"),
    ("faq_conexion_sae", "how", "cómo entran", OWN, "Para conectar a los usuarios de Aspel SAE"),
    ("faq_conexion_sae", "count", "cuántos usuarios", OWN, "ESPERANZA-01 tiene registrado SAE para 5 usuarios."),
    ("faq_instalar_mas_sistemas", "count", "cuántas personas a la vez", OWN, "ESPERANZA-01 tiene registrado SAE para 5 usuarios."),
    ("faq_instalar_mas_sistemas", "count", "cuántos sistemas caben", OWN, "Sí, puedes instalar cualquier producto de Aspel"),
    ("faq_instalar_mas_sistemas", "whether", "y el COI?", OWN, "Sí, puedes instalar cualquier producto de Aspel"),
    ("faq_instalar_mas_sistemas", "whether", "y netflix jaja", OWN, "De programas que no son de Aspel no tengo información"),
    ("faq_instalar_mas_sistemas", "whether", "y quickbooks", FULL, "De programas que no son de Aspel no tengo información"),
    ("faq_instalar_mas_sistemas", "whether", "noi cabe?", desk(suspended()), "Cuando OCAMPO-01 esté activo se le puede instalar"),
    ("faq_instalar_mas_sistemas", "which", "cuáles", None, "Cualquier producto de Aspel: SAE, COI,"),
    ("faq_instalar_mas_sistemas", "do", "instálame el COI", OWN, "Desde aquí no puedo instalar programas"),
    (
        "faq_instalar_mas_sistemas",
        "what_if",
        "y si le cargo de más",
        None,
        "El rendimiento del servidor depende de la solución contratada.",
    ),
    ("faq_licencias_incluidas", "sure", "ah son dos cosas?", OWN, "Así es: el servidor virtual y el licenciamiento"),
    ("faq_licencias_incluidas", "whether", "ya trae el SAE?", OWN, "La suscripción no lo incluye"),
    ("faq_licencias_incluidas", "whether", "y si ya tengo la mía?", None, "La licencia de Aspel se contrata aparte del servidor"),
    ("faq_licencia_requerida", "whether", "sirve el SAE que ya tenemos?", None, "Puedes contratar el servidor solo, sin comprar otra"),
    ("faq_licencia_requerida", "whether", "a fuerza con ustedes?", None, "No es obligatorio"),
]
SERVICE: list[Question] = [
    ("faq_que_es", "general", "¿qué es el escritorio de servicios?", None, "El escritorio de servicios es tu cuenta en línea"),
    ("faq_que_es", "general", "q es solucion", None, "La solución es el servidor que contratas"),
    ("faq_que_es", "whether", "¿me mandan un aparato?", None, "No te llega ningún aparato"),
    (
        "faq_que_es",
        "what_if",
        "y si se va la luz",
        None,
        "La información está en el servidor, no en tu computadora, y cada noche se respalda",
    ),
    ("faq_que_es", "where", "dónde está físicamente", None, "El servidor es remoto"),
    ("faq_que_es", "whether", "jala en mac o en cel?", None, "El acceso es remoto, desde cualquier lugar, pero si sirve un celular"),
    ("faq_que_es", "whether", "los dos al mismo tiempo?", None, "Los usuarios de Aspel SAE se conectan"),
    ("faq_cambiar_contrasena", "sure", "no me sé la contraseña del portal", None, "Si no puedes entrar a tu escritorio de servicios"),
    ("faq_cambiar_contrasena", "where", "y la clave para entrar a la página?", OWN, "Si no puedes entrar a tu escritorio de servicios"),
    ("faq_cambiar_contrasena", "where", "¿la contraseña se cambia en el portal?", OWN, f"En tu escritorio de servicios: {PATH}."),
    ("faq_que_es", "whether", "¿es seguro?", None, "El acceso es seguro y con contraseña"),
    ("faq_que_es", "which", "qué incluye", OWN, "Incluye Windows Server 2012 R2"),
    ("faq_que_es", "whether", "¿es lo mismo que el SAE?", None, "Son dos cosas"),
    ("faq_que_es", "whether", "¿desde mi casa?", None, "Se puede: entras de forma remota"),
    ("faq_que_es", "whether", "por aquí es?", None, "Es un servidor con Windows en la nube"),
    ("faq_que_es", "sure", "como una compu en internet", None, "Así es: es un servidor con Windows en la nube"),
    ("faq_cantidad_maxima", "whether", "caben más?", OWN, "Puedes contratar 4 más: tienes 1 de los 5"),
    ("faq_cantidad_maxima", "count", "cuántos", desk(deleted()), "Por ahora no tienes ninguno contratado"),
    ("faq_cantidad_maxima", "whether", "puedo agregar otro?", FULL, "Ya no cabe otro: tienes los 5"),
    ("faq_cantidad_maxima", "whether", "y si tiro el apagado?", FULL, "El máximo es de 5 y ya los tienes"),
    ("faq_cantidad_maxima", "what_if", "y si abro otro escritorio?", FULL, "El límite de 5 servidores cuenta por escritorio"),
    ("faq_cantidad_maxima", "count", "son siete bodegas", None, "Puedes contratar hasta 5 servidores virtuales"),
    ("listar_servidores", "sure", "nomás uno?", OWN, "En tu escritorio de servicios solo aparece ESPERANZA-01."),
    ("listar_servidores", "count", "cuántos tengo", FULL, "Tienes 5 servidores contratados:"),
    ("listar_servidores", "which servers=foreign", "los de la competencia", None, "De una cuenta solo puedo hablar con quien entra"),
]
UNCOVERED: list[Question] = [
    ("tema_no_cubierto", f"{asked}", text, of, lead)
    for asked, text, of, lead in (
        ("amount", "cuánto cuesta", None, "No tengo lista de precios"),
        ("amount", "cuánto cuesta", OWN, "El precio registrado de ESPERANZA-01 es $1,250.00 MXN."),
        ("amount", "cuánto cuesta", FULL, "Tus precios registrados: SIERRA-01, $1,250.00 MXN"),
        ("amount", "y otro más grande cuánto cuesta", OWN, "De otras soluciones, usuarios o productos no tengo precios"),
        ("whether", "hay descuento si pago el año?", OWN, "Descuentos y promociones"),
        ("whether", "no quiero cancelar, ¿me devuelven lo que sobra?", OWN, "De acuerdo, aquí no se cancela nada."),
        ("who", "¿quién me paga las horas?", DOWN, "De devoluciones, bonificaciones o compensaciones"),
        ("whether", "me cobran recargo?", None, "Recargos, comisiones, prórrogas"),
        ("how", "¿cómo cambio la tarjeta 4111?", OWN, "Cómo cambiar la tarjeta"),
        ("how", "la impresora de tickets no imprime", OWN, "De impresoras, lectores y otros aparatos"),
        ("how", "cómo timbro una factura en el SAE", OWN, "El uso de los sistemas Aspel no lo cubro"),
        ("until", "no, la del SAE", OWN, "La fecha de la licencia de tu sistema Aspel no la tengo"),
        ("do", "cámbiame el RFC", OWN, "Los datos fiscales de la factura"),
        ("do", "mándame copia del contrato", None, "Contratos, cartas y datos de la empresa"),
        ("how", "¿y ese correo cómo lo cambio?", OWN, "La dirección de correo registrada no la puedo cambiar"),
        ("how", "olvidé la contraseña del escritorio", OWN, "La contraseña de tu escritorio de servicios"),
        ("how", "olvidé la contraseña del escritorio", None, "Si no puedes entrar a tu escritorio de servicios"),
        ("whether", "me llamaron y me pidieron la contraseña", OWN, "No des ni escribas tu contraseña"),
        ("how", "¿cómo me identifico?", None, "Solo con entrar a tu escritorio de servicios"),
        ("whether", "¿y si me mandas un código?", None, "Gracias, pero un nombre, un RFC o un número no me prueban"),
        ("whether servers=foreign", "ni si son clientes?", None, "De una cuenta solo puedo hablar con quien entra"),
        ("whether servers=foreign", "ni si son clientes?", OWN, "Desde esta sesión solo veo la cuenta de"),
        ("who", "¿quién más puede ver lo mío?", OWN, "Quien use tu sesión abierta verá lo mismo que tú"),
        ("who", "¿quién más puede ver mis datos?", None, "Los datos de una cuenta solo se ven con su sesión abierta"),
        ("which", "qué velocidad de internet necesito", None, "Requisitos y configuraciones técnicas"),
        ("whether", "y jala en mac?", None, "El acceso es remoto, desde cualquier lugar, pero"),
        ("amount", "cuánto pago de IVA", OWN, "De impuestos, trámites del SAT"),
        ("whether", "hay prueba gratis?", None, "Pruebas, plazos y condiciones"),
        ("which", "¿cuál me recomienda?", None, "Recomendar o comparar"),
        ("whether", "¿recuperan mi disco?", None, "Recuperar, pasar o capturar"),
        ("when", "y a qué hora me avisaron?", OWN, "De los avisos que se hayan enviado"),
        ("whether", "y eso?", None, "Eso no lo puedo resolver por aquí"),
    )
]
FAR: list[Question] = [("fuera_de_tema", "amount", "el dólar", None, "Con eso no te puedo ayudar")]
QUESTIONS = [*MAIL, *PASSWORD, *SAE, *SERVICE, *UNCOVERED, *FAR]


async def thrice(question: Question) -> list[Rendered]:
    """The answers to a question that is asked three times in a row."""
    intent, frame, text, of, _ = question
    told: list[Rendered] = []
    for _ in range(3):
        slots = {"estado": told[-1].state} if told else {}
        told.append(await ask(intent, of, frame=frame, text=text, slots=slots))
    return told


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: f"{each[0]} {each[1]}: {each[2]}")
async def test_what_is_asked_comes_first(question):
    *_, lead = question
    first, *_ = await thrice(question)
    assert first.text.startswith(lead)


@pytest.mark.parametrize("question", [*UNCOVERED, *FAR], ids=lambda each: each[2])
async def test_what_is_not_covered_is_never_said_twice_in_the_same_words(question):
    first, second, _ = await thrice(question)
    said = set(first.text.split("\n\n")) & set(second.text.split("\n\n"))
    assert said == set()


@pytest.mark.parametrize("intent", ["faq_que_es", "faq_licencias_incluidas", "faq_licencia_requerida", "faq_cantidad_maxima"])
@pytest.mark.parametrize("of", [desk(), desk(deleted()), OWN])
async def test_a_rule_that_is_asked_for_again_has_an_answer(intent, of):
    assert all(answer.text for answer in await thrice((intent, "general", "", of, "")))


async def test_who_still_has_no_mail_does_not_read_the_same_again():
    first, second, _ = await thrice(("reenviar_datos_conexion", "state", "no llega", BOUNCED, ""))
    assert set(first.text.split("\n\n")) & set(second.text.split("\n\n")) == set()
    assert second.text.startswith("Sigue rebotado: hay que corregir la dirección co*****o@papeleria.mx")


async def test_a_card_number_is_never_repeated():
    text = "cambia la tarjeta a la 4111 1111 1111 1111"
    assert "4111" not in (await ask("tema_no_cubierto", OWN, frame="do", text=text)).text


@pytest.mark.parametrize(
    "text", ["mándalo a mi gmail", "pues a otro, al de mi hija", "a este: yo@otro.mx", "mándalo a [correo]", "me lo mandas a mí?"]
)
async def test_nothing_is_sent_to_another_address(text):
    answer = await ask("reenviar_datos_conexion", OWN, frame="do", text=text)
    assert answer.effects == []
    assert "solo lo puedo enviar a la dirección registrada" in answer.text
    assert answer.intents == ["reenviar_datos_conexion"]


@pytest.mark.parametrize("text", ["mándalo", "sí, a ese", "va", "al registrado pues, no a mi gmail", "mándame los datos a mi correo"])
async def test_a_yes_sends_it(text):
    answer = await ask("reenviar_datos_conexion", OWN, frame="do move=confirms refers=answers", text=text)
    assert [effect["kind"] for effect in answer.effects] == ["resend_connection_mail"]


@pytest.mark.parametrize("frame", ["none move=tells", "do move=complains refers=goes_on"])
async def test_what_is_only_told_sends_nothing(frame):
    answer = await ask("reenviar_datos_conexion", BOUNCED, frame=frame, text="ya lo corrigieron")
    assert answer.effects == []
    assert "te lo reenvío" in answer.text


@pytest.mark.parametrize("asked", ["state", "when", "which", "where", "why", "how", "whether", "what_if", "sure", "again"])
async def test_a_question_about_the_mail_sends_nothing(asked):
    for of in (OWN, BOUNCED, CREATING, FULL, desk(in_grace()), desk(suspended()), desk(deleted())):
        assert [each for each in (await ask("reenviar_datos_conexion", of, frame=asked)).effects if each["kind"] != "escalate"] == []


async def test_who_has_no_registered_licence_hears_of_none():
    bare = desk(valid(licences=()))
    assert "registrada" not in (await ask("faq_licencias_incluidas", bare, frame="whether")).text
    some = desk(valid(licences=()), licences=[licence("Aspel COI", status="expired"), licence("Aspel SAE")])
    assert (await ask("faq_licencias_incluidas", some, frame="whether")).text.endswith("tienes 1 registrada: Aspel SAE.")


@pytest.mark.parametrize("intent", ["faq_licencias_incluidas", "faq_licencia_requerida"])
async def test_how_many_licences_are_registered_is_said(intent: str):
    two = desk(valid(licences=()), licences=[licence("Aspel SAE"), licence("Aspel BANCO")])
    assert (await ask(intent, two, frame="whether")).text.endswith("tienes 2 registradas: Aspel SAE y Aspel BANCO.")


ABOUT = sorted({question[0] for question in QUESTIONS})


@pytest.mark.parametrize("intent", ABOUT)
async def test_every_fact_is_true_in_every_state(intent):
    """`ask` checks that it is filled and short enough."""
    letters = tuple(MAILS) if "datos_conexion" in intent else ("sent",)
    states = [built(*state) for state in product(STATUSES, ("no dates", "valid", "grace", "retained", "gone"), ("credited",))]
    states += [built(status, "valid", "credited", letter=letter) for status, letter in product(STATUSES, letters)]
    for asked, of in product(Asked, states):
        answer = await ask(intent, desk(of), frame=asked)
        assert untrue(answer.text, of) == [], (asked, of.status, answer.text)


@pytest.mark.parametrize("intent", ABOUT)
@pytest.mark.parametrize("asked", Asked)
async def test_visitors_and_state_away_hear_no_values(intent, asked):
    visitor = await ask(intent, frame=asked, others=[BOUNCED])
    away = await ask(intent, BOUNCED, frame=asked, away=True)
    assert visitor.reasons == []
    assert away.reasons == (["datos_no_disponibles"] if "no puedo consultar los datos de tu cuenta" in away.text else [])
    for answer in (visitor, away):
        assert answer.readings == []
        assert len(answer.effects) == len(answer.reasons)
        assert "VISION" not in answer.text
        assert "@" not in answer.text


async def test_every_answer_about_access_is_reached():
    """Of those that are told by what is asked; the others are reached by the general questions."""
    reached = {key for question in QUESTIONS for answer in await thrice(question) for key in answer.responses}
    ours = {
        key
        for key in responses_by_file()["access.yml"]
        if key.startswith(("utter_datos_conexion", "utter_contrasena", "utter_reenvio_que"))
    }
    assert sorted(ours - reached - {"utter_contrasena_no_activo"}) == []
    assert "utter_contrasena_no_activo" in (await ask("faq_cambiar_contrasena", CREATING, frame="where")).responses
    assert LINE in (await ask("reenviar_datos_conexion", BOUNCED, frame="why")).text


@pytest.mark.parametrize("intent", ["tema_no_cubierto", "fuera_de_tema", "no_entendi"])
@pytest.mark.parametrize("confidence", [0.3, 0.9])
@pytest.mark.parametrize("card", ["4242 4242 4242 4242", "[tarjeta]"])
async def test_who_pastes_a_card_is_told_not_to_whatever_was_read(intent, confidence, card):
    answer = await ask(intent, OWN, confidence=confidence, text=f"te paso la otra {card} vence 09/29")
    assert "no escribas aquí números de tarjeta" in answer.text
    assert "4242" not in answer.text
    assert answer.effects == []
    other = await ask("fuera_de_tema", OWN, confidence=0.3, text="el folio es 1234567890123")
    assert "tarjeta" not in other.text
