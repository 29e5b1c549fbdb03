"""What every topic answers alike, as it is read: the own case, other people's accounts, which debt runs out first, sums, all mails at once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from bot.rules.format import MONTHS
from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions.rendering import TODAY, Rendered, ago, ask, desk, health, incident, mail, responses_by_file, subscription
from tests.actions.situations import FIVE, SITUATIONS, deleted, in_grace, late, suspended, valid

SIERRA = demo_desk("C-1009", DEMO_NOW)
MAILABLE = {"smtp_url": "file:///tmp/outbox"}


async def talk(of, *turns, **given) -> list[Rendered]:
    """The answers to (frame, text), one after the other in one episode."""
    told, slots = [], {}
    for number, (frame, text) in enumerate(turns):
        intent, _, rest = frame.partition(" ")
        told.append(await ask(intent, of, frame=rest, text=text, slots=slots, turn=f"m-{number}", **given))
        slots = {**slots, **told[-1].slots, "estado": told[-1].state}
    return told


def opened(answer: Rendered) -> list[dict]:
    return [effect["payload"] for effect in answer.effects if effect["kind"] == "escalate"]


# --- the case that is open ------------------------------------------------------------------------------------------

PERSON = ("hablar_con_asesor do", "quiero hablar con una persona")
FOLIO = ("¿cuál es mi folio?", "me repites el folio", "perdí mi número de folio", "cual era mi numero de caso")
NEWS = ("¿qué pasó con mi reporte?", "¿en qué va mi caso?", "qué avance hay de mi folio", "ya vieron mi ticket?")
READ_AS = (
    "consultar_factura which",
    "consultar_suscripcion state",
    "hablar_con_asesor do",
    "tema_no_cubierto do",
    "contar none move=tells",
)


@pytest.mark.parametrize("read", READ_AS)
@pytest.mark.parametrize("text", FOLIO)
async def test_who_asks_for_the_folio_hears_it_whatever_it_was_read_as(read, text):
    for of in (None, desk(valid())):
        first, second = await talk(of, PERSON, (read, text))
        folio = opened(first)[0]["code"]
        assert second.text.startswith(f"Tu folio es {folio}.")
        assert second.effects == []


@pytest.mark.parametrize("text", NEWS)
async def test_what_became_of_a_case_is_told_as_far_as_it_is_seen(text):
    first, second, third = await talk(desk(valid()), PERSON, ("consultar_pago state", text), ("consultar_pago state", text))
    folio = opened(first)[0]["code"]
    assert second.text.startswith(f"Tu caso sigue registrado con el folio {folio}.")
    assert "no lo veo desde aquí" in second.text
    assert third.text.startswith("Desde aquí no veo")


async def test_the_case_of_a_late_charge_is_told_even_before_that_charge_was():
    folio, news = await talk(desk(late()), ("consultar_factura which", FOLIO[0]), ("consultar_pago state", NEWS[0]))
    code = opened(folio)[0]["code"]
    assert folio.text.startswith(f"Tu folio es {code}: es el reporte de tu cargo fuera de plazo.")
    assert "el cargo sigue pendiente" in news.text


@pytest.mark.parametrize("text", ["ábreme otro caso", "levántame otro reporte", "quiero otro folio"])
async def test_one_case_is_open_and_what_is_asked_further_is_added_to_it(text):
    first, second, third = await talk(None, PERSON, ("contratar_servicio do", text), ("contratar_servicio do", text))
    case = opened(first)[0]["code"]
    assert [each["code"] for each in opened(second)] == [case]
    assert second.text.startswith(f"Ya tienes un caso abierto, con el folio {case}")
    assert opened(third) == []


async def test_whatever_a_case_is_opened_for_in_one_talk_it_has_one_folio():
    of = desk(late())
    charge, person, lost, *_ = await talk(
        of, ("consultar_pago state", "¿y mi pago?"), PERSON, ("no_entendi none", "x"), ("no_entendi none", "x")
    )
    assert {each["code"] for each in (*opened(charge), *opened(person), *opened(lost))} == {opened(charge)[0]["code"]}
    assert [each["reason"] for each in opened(person)] == ["cliente_pide_asesor"]


async def test_without_a_case_that_is_said_and_one_is_offered():
    for of in (None, desk(valid()), desk(deleted())):
        (answer,) = await talk(of, ("consultar_factura which", FOLIO[0]))
        assert answer.text.startswith("En esta conversación no hay un caso abierto.")
        assert answer.titles == ["Hablar con un asesor"]
        assert answer.effects == []
        (opening,) = await talk(of, ("contratar_servicio do", "ábreme otro caso"))
        assert len(opened(opening)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "pásame el número de la línea",
        "revisen mi caso",
        "sin que abras otro reporte, ¿cuál es mi factura?",
        "¿cuál es el folio de mi factura?",
        "¿cuál es el folio fiscal?",
        "cómo saco el reporte de ventas en SAE",
    ],
)
async def test_other_folios_and_reports_are_no_case(text):
    _, answer = await talk(desk(valid()), PERSON, ("consultar_factura which", text))
    assert "utter_caso_folio" not in answer.responses
    assert "A-1012" in answer.text


async def test_the_number_of_an_incident_is_not_known_and_no_case_of_ours():
    down = desk(valid("AGUILA-01", health=health("down"), incident=incident()))
    for text in ("DEME EL NUMERO DEL REPORTE", "me pasas el folio para mi bitácora"):
        (answer,) = await talk(down, ("consultar_servidor which", text))
        assert answer.text.startswith("No me aparece un número de reporte; el incidente de AGUILA-01")


async def test_a_question_about_the_case_leaves_the_topic_as_it_was():
    until, case = await talk(desk(valid()), ("consultar_suscripcion until", "¿cuándo vence?"), ("consultar_factura which", FOLIO[0]))
    assert case.state["topics"] == until.state["topics"]


async def test_a_pressed_button_is_what_it_says():
    answer = await ask("hablar_con_asesor", desk(valid()), text=FOLIO[0])
    assert len(opened(answer)) == 1


# --- a late charge, asked about again and again -----------------------------------------------------------------------


async def test_a_late_charge_that_was_told_is_pointed_at_by_its_folio():
    asked = (
        ("consultar_pago state", "¿ya se acreditó mi pago?"),
        ("consultar_pago why refers=goes_on", "¿por qué tarda tanto?"),
        ("consultar_suscripcion how refers=goes_on", "¿y qué hago?"),
        ("faq_datos_conexion when refers=goes_on", "¿y cuándo me llega el correo?"),
        ("consultar_servidor state refers=goes_on", "¿ya quedó?"),
    )
    first, why, how, when, state = await talk(desk(late()), *asked)
    folio = opened(first)[0]["code"]
    assert "La causa no la tengo registrada" in why.text
    assert how.text.startswith("Di que es el cargo de $1,250.00 MXN")
    assert "su caso ya está abierto con el folio " + folio in when.text
    whole = "debía confirmarse a más tardar"
    assert [whole in each.text for each in (why, how, when, state)] == [False] * 4
    assert [opened(each) for each in (why, how, when, state)] == [[]] * 4


# --- other people's accounts ------------------------------------------------------------------------------------------

OTHERS = (
    "¿ya pagó Papelería Central?",
    "¿ya pagó la Ferretería Hidalgo?",
    "dame los datos de mi cliente",
    "¿cuándo vence el servidor de mi cliente?",
    "quiero ver la factura de taller ocampo",
    "¿cuánto debe Juan Pérez?",
    "me pasas el adeudo de un cliente",
    "cuánto debe mi vecino",
    "entonces cuanto le cobran a ferreteria hidalgo, es mi cuñado",
    "la dulceria lupita de enfrente tambien renta con ustedes verdad? como cuanto les cobran",
    "un compadre tiene con ustedes, si te dicto su número de cliente, ¿cómo anda lo suyo?",
    "el encargado de Refaccionaria Morelos me pidió averiguar hasta qué día tiene pagado su servidor",
)
MINE = (
    "¿se pierden los datos de mis clientes si no pago?",
    "¿ya pagó Abarrotes La Esperanza?",
    "¿ya se pagó?",
    "la tarjeta es de mi hermana, ¿ya pasó el pago?",
    "¿cuándo vence el servidor de la papelería?",
    "tengo al cliente enfrente, ¿ya jala mi servidor?",
    "cuanto debo de Nube Empresarial",
    "OIGAN NO ME DEJA ENTRAR AL SERVIDOR DEL TALLER PERDON",
    "con una sola cuenta de cliente, ¿cuándo vence?",
    "me haces el complemento de pago de una clienta",
    "el respaldo de la ferreteria quedo completo?",
    "un amigo renta con ustedes y me los recomendó, ¿cuándo vence lo mío?",
    "mi prima está con ustedes, ¿cuándo se paga mi servidor?",
    "¿por qué le cobran a la papelería dos veces?",
    "en la ferretería estamos todos contentos con su servicio, ¿cuándo vence?",
)


@pytest.mark.parametrize("text", OTHERS)
@pytest.mark.parametrize("read", ["consultar_servidor state", "consultar_pago amount", "tema_no_cubierto do", "consultar_factura which"])
async def test_of_somebody_elses_account_nothing_is_told_and_no_own_value_stands_for_it(read, text):
    of = replace(desk(valid()), name="Abarrotes La Esperanza")
    (answer,) = await talk(of, (read, text))
    assert answer.text.startswith("Desde esta sesión solo veo la cuenta de Abarrotes La Esperanza.")
    assert answer.readings == []
    (visitor,) = await talk(None, (read, text))
    assert visitor.readings == []
    assert "su titular" in visitor.text


@pytest.mark.parametrize("text", MINE)
async def test_what_is_ones_own_is_told(text):
    of = replace(desk(valid()), name="Abarrotes La Esperanza")
    (answer,) = await talk(of, ("consultar_suscripcion until", text))
    assert "ESPERANZA-01" in answer.text
    assert not answer.text.startswith("Desde esta sesión")


# --- sums and order ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["¿cuál me conviene pagar primero?", "cuál pago primero", "¿por cuál empiezo?", "con cual de los dos pago antes"]
)
@pytest.mark.parametrize("read", ["faq_formas_pago which", "consultar_suscripcion which servers=first", "tema_no_cubierto which"])
async def test_which_to_pay_first_is_told_by_what_is_lost_first(read, text):
    (answer,) = await talk(SIERRA, (read, text), now=DEMO_NOW)
    lines = answer.text.splitlines()
    assert lines[0] == "La primera información en eliminarse sería la de SIERRA-05: se resguarda hasta el lunes 14 de diciembre."
    assert "El primero en suspenderse sería SIERRA-03: se puede usar hasta el jueves 26 de noviembre." in lines
    assert [line[2:11] for line in lines if line.startswith("• ")] == ["SIERRA-05", "SIERRA-03"]
    assert answer.text.endswith("Cuál pagar primero lo decides tú.")


@pytest.mark.parametrize("text", ["cual de todos es el q ya mero pierdo", "¿cuál se elimina primero?", "cuál me van a borrar"])
async def test_which_is_lost_first_begins_with_those_that_ended(text):
    (answer,) = await talk(SIERRA, ("consultar_suscripcion which servers=first", text), now=DEMO_NOW)
    assert answer.text.startswith("La primera información en eliminarse sería la de SIERRA-05")
    assert "SIERRA-03" in answer.text
    assert "• " not in answer.text


@pytest.mark.parametrize(
    "text",
    ["¿cuál es la fecha en que se borra SIERRA-01?", "no pagué, por lo cual se borraron mis datos", "¿cuál es el día que se elimina?"],
)
async def test_a_date_is_no_order(text):
    (answer,) = await talk(SIERRA, ("faq_resguardo_sin_pago when", text), now=DEMO_NOW)
    assert "utter_prioridad_datos" not in answer.responses


async def test_with_one_debt_or_none_there_is_no_order_to_tell():
    for of in (desk(in_grace()), desk(valid(), suspended("OCAMPO-01")), desk(valid(), valid("B-02"))):
        (answer,) = await talk(of, ("faq_formas_pago which", "¿cuál me conviene pagar primero?"))
        assert "utter_prioridad_datos" not in answer.responses


@pytest.mark.parametrize("frame", ["consultar_pago amount", "consultar_pago amount servers=all", "tema_no_cubierto amount"])
async def test_what_all_servers_cost_is_summed(frame):
    (answer,) = await talk(SIERRA, (frame, "¿cuánto me sale todo al mes, en total?"), now=DEMO_NOW)
    assert "En total son $5,095.00 MXN al mes por 5 servidores" in answer.text
    assert answer.text.count("SIERRA-01") >= 1


@pytest.mark.parametrize("intent", ["consultar_pago", "tema_no_cubierto"])
async def test_a_sum_asked_again_is_of_the_servers_that_are_named_now(intent):
    named = f"{intent} amount servers=named:?"
    told = await talk(
        SIERRA,
        ("consultar_pago amount servers=all", "¿cuánto es al mes por todos, en total?"),
        (named, "¿cuánto es en total por SIERRA-01 y SIERRA-02?"),
        (named, "¿y cuánto dijiste que era en total por SIERRA-01 y SIERRA-03?"),
        (named, "¿y de SIERRA-03 con SIERRA-05, en total?"),
        now=DEMO_NOW,
    )
    for answer, total in zip(told[1:], ("$2,398.00", "$2,398.00", "$1,798.00"), strict=True):
        assert f"En total son {total} MXN al mes por 2 servidores" in answer.text
        assert "SIERRA-04" not in answer.text


async def test_only_what_is_owed_is_told_where_that_is_asked_and_a_server_in_play_narrows_no_sum():
    of = ("consultar_suscripcion until", "¿cuándo vence SIERRA-01?")
    _, answer = await talk(SIERRA, of, ("consultar_pago amount refers=goes_on", "¿y cuánto debo en total?"), now=DEMO_NOW)
    assert answer.text.startswith("En total debes $1,798.00 MXN por dos servidores: SIERRA-03 y SIERRA-05.")
    assert "En total son" not in answer.text


async def test_prices_of_different_periods_are_not_added_up():
    yearly = valid("ANUAL-01")
    (answer,) = await talk(desk(*FIVE[:2], yearly), ("tema_no_cubierto amount", "cuánto cuesta todo"))
    assert "En total son $3,750.00 MXN al año por 3 servidores" in answer.text
    monthly = demo_desk("C-1002", DEMO_NOW).servers[0]
    (mixed,) = await talk(desk(yearly, monthly), ("tema_no_cubierto amount", "cuánto cuesta todo"))
    assert "En total" not in mixed.text


# --- all mails at once ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "frame", ["do servers=all move=confirms refers=answers", "do servers=all", "general servers=all", "whether servers=all"]
)
async def test_the_data_of_all_are_sent_in_one_go(frame):
    (answer,) = await talk(SIERRA, (f"reenviar_datos_conexion {frame}", "mándalos todos"), now=DEMO_NOW, **MAILABLE)
    assert [effect["payload"]["server"] for effect in answer.effects] == ["SIERRA-01", "SIERRA-02", "SIERRA-03"]
    assert "los datos de conexión de SIERRA-01, SIERRA-02 y SIERRA-03" in answer.text
    assert "• SIERRA-05: suspendido" in answer.text


async def test_those_that_are_named_are_sent_and_what_is_on_its_way_is_not_sent_again():
    fresh = desk(valid("A-01"), valid("B-02", connection_mails=(mail("queued", ago(minutes=1)),)), valid("C-03"))
    (answer,) = await talk(fresh, ("reenviar_datos_conexion do servers=named:A-01,named:B-02", "los de A-01 y B-02"), **MAILABLE)
    assert [effect["payload"]["server"] for effect in answer.effects] == ["A-01"]
    assert "• B-02: en camino" in answer.text


async def test_nothing_is_sent_that_was_not_wished_or_cannot_be():
    for text, given in (("no los mandes todos", MAILABLE), ("mándalos todos", {"smtp_url": ""})):
        (answer,) = await talk(SIERRA, ("reenviar_datos_conexion do servers=all", text), now=DEMO_NOW, **given)
        assert answer.effects == []
    assert "Desde aquí no puedo enviarte el correo" in answer.text


# --- limits that are over ---------------------------------------------------------------------------------------------

LIMITED = (
    "faq_cambiar_solucion",
    "cancelar_servicio",
    "consultar_pago",
    "pagar_adeudo",
    "faq_pago_sin_correo",
    "faq_tiempo_creacion",
    "faq_inicio_vigencia",
)
_LIMIT = re.compile(
    r"(?P<over>[Dd]ebía\w* (?:\w+ )?)?a más tardar,? (?P<day>(?:ayer|hoy|mañana)|el \w+ (?P<n>\d+) de (?P<month>\w+)(?: de (?P<year>\d+))?)"
)


def _is_over(found: re.Match[str]) -> bool:
    if found["n"] is None:
        return found["day"] == "ayer"
    return date(int(found["year"] or TODAY.year), MONTHS.index(found["month"]) + 1, int(found["n"])) < TODAY


@pytest.mark.parametrize("intent", LIMITED)
async def test_no_limit_that_is_over_is_told_as_one_to_come(intent):
    """By yesterday is no advice: what is over is told in the past."""
    seen = 0
    servers = [*(make() for make in SITUATIONS.values()), *(valid("HIDALGO-01", days) for days in (2, 3, 4))]
    for of, asked in product(servers, ("until", "whether", "when", "how", "what_if", "what_if supposed=cancel")):
        answer = await ask(intent, desk(of), frame=asked, text="¿y si lo hago hoy?")
        limits = list(_LIMIT.finditer(answer.text))
        seen += len(limits)
        assert [found[0] for found in limits if _is_over(found) and not found["over"]] == [], answer.text
    assert seen
    assert _is_over(_LIMIT.search("se cancela a más tardar ayer"))


# --- how it works, to who has no server any more ------------------------------------------------------------------------

RULES = (
    ("faq_cambiar_contrasena where", "¿dónde cambio la contraseña?", "Mis Servicios > Servidor virtual > Contraseña"),
    ("faq_cambiar_solucion count", "¿con cuánto tiempo se cancela?", "72 horas hábiles antes de su fecha de fin"),
    ("faq_conexion_sae how", "¿cómo se conectan los usuarios?", "configurando SAE Remoto"),
    ("faq_consultar_vigencia where", "¿dónde se ve la fecha?", "Mis Servicios > Servidor virtual > Fecha Fin"),
    ("faq_datos_conexion where", "¿a dónde llegan los datos?", "«Archivo de conexión a tu servidor Aspel Nube»"),
    ("faq_horario_acceso whether", "¿se puede entrar de noche?", "las 24 horas del día, los 7 días de la semana"),
    ("faq_inicio_vigencia since", "¿desde cuándo cuenta?", "empieza cuando se confirma el pago"),
    ("faq_instalar_mas_sistemas whether", "¿se puede instalar COI?", "cualquier producto de Aspel"),
    ("faq_pago_sin_correo count", "¿cuánto tarda el débito?", "de 2 a 3 días hábiles"),
    ("faq_periodo_gracia count", "¿cuántos días de gracia son?", "La gracia es de 3 días naturales"),
    ("faq_periodo_gracia until", "¿hasta cuándo es la gracia si no se paga?", "La gracia es de 3 días naturales"),
    ("faq_resguardo_sin_pago count", "¿cuántos días guardan la información?", "30 días naturales después de su fecha de fin"),
    ("faq_resguardo_sin_pago until", "¿hasta cuándo se guarda si no pago?", "30 días naturales después de su fecha de fin"),
    ("faq_respaldo_automatico when", "¿a qué hora es el respaldo?", "cada día entre 2 am y 3 am"),
    ("faq_sistema_operativo which", "¿qué Windows trae?", "Windows Server 2012 R2"),
    ("faq_tiempo_creacion general", "¿cuánto tarda en crearse?", "Unos 15 minutos después"),
    ("faq_traslado_informacion whether", "¿se pasa la información al cambiar?", "su información pasa al nuevo"),
)


@pytest.mark.parametrize(("frame", "text", "fact"), RULES, ids=[frame for frame, _, _ in RULES])
async def test_who_has_no_server_any_more_hears_the_rule_that_is_asked(frame, text, fact):
    answer, again = await talk(desk(deleted()), (frame, text), ("faq_horario_acceso when", "¿a qué hora se puede?"))
    first, *state = answer.text.split("\n\n")
    assert fact in first
    assert len(first) <= 200
    assert len(state) <= 1
    assert all("LIRIO-01" in each for each in state)
    assert "55 8000 9480" not in answer.text
    told = answer.responses[1:]
    assert not (told and told[-1] in again.responses)  # the state is not told twice


async def test_what_is_asked_of_their_own_lost_server_is_told_of_it():
    for frame, text, own in (
        ("faq_resguardo_sin_pago until", "¿hasta cuándo guardan mi información?", "terminó"),
        ("faq_resguardo_sin_pago why", "¿por qué la borraron?", "y por eso ya fue eliminado"),
        ("faq_respaldo_automatico whether", "¿tienen algún respaldo mío?", "No me aparece ninguna copia de LIRIO-01"),
    ):
        (answer,) = await talk(desk(deleted()), (frame, text))
        assert own in answer.text.split("\n\n")[0]
    (kept,) = await talk(desk(suspended()), ("faq_cambiar_contrasena where", "¿dónde cambio la contraseña?"))
    assert "utter_regla_contrasena" not in kept.responses


OF_A_NEW_ONE = (
    (
        "faq_resguardo_sin_pago whether",
        "si vuelvo a sacar una, ¿con qué puedo pagar?",
        "Se puede con cargo automático a tarjeta de crédito",
    ),
    ("reactivar_servicio whether supposed=pay", "si vuelvo a sacar una, ¿con qué puedo pagar?", "Se puede con cargo automático a tarjeta"),
    ("faq_formas_pago whether supposed=pay", "si contrato otro, ¿puedo pagar en oxxo?", "Solo con cargo automático"),
    ("consultar_pago how", "¿y uno nuevo cómo se paga?", "Las formas de pago disponibles"),
    ("faq_traslado_informacion whether", "y si contrato otro con q lo pago", "Se puede con cargo automático a tarjeta de crédito"),
    ("consultar_pago amount", "¿cuánto cuesta uno nuevo?", "Precios y cuál solución te conviene te los dicen en la línea"),
    ("consultar_respaldo how", "con el nuevo, ¿cómo serían los respaldos?", "El de un servidor contratado es automático"),
    (
        "contratar_servicio what_if supposed=contract",
        "si contrato uno nuevo, ¿me hacen respaldos?",
        "El de un servidor contratado es automático",
    ),
    ("contratar_servicio how", "si contrato otro, ¿en cuánto está listo?", "Unos 15 minutos después de que se acredita el pago"),
    ("consultar_servidor when", "si saco otro, ¿cuándo estaría?", "Unos 15 minutos después de que se acredita el pago"),
    ("faq_periodo_gracia whether", "¿el nuevo también tiene gracia?", "La gracia es de 3 días naturales"),
    ("contratar_servicio do", "¿y cómo evito que me vuelva a pasar?", "Con un servidor nuevo, dos cosas: que su pago pase a tiempo"),
    ("reactivar_servicio how", "¿qué hago para no perderlo otra vez?", "Con un servidor nuevo, dos cosas: que su pago pase a tiempo"),
    ("no_entendi general", "que no se borre de nuevo, ¿cómo?", "Con un servidor nuevo, dos cosas: que su pago pase a tiempo"),
)


@pytest.mark.parametrize(("frame", "text", "fact"), OF_A_NEW_ONE, ids=[f"{frame} {text}" for frame, text, _ in OF_A_NEW_ONE])
async def test_what_is_asked_of_a_new_server_is_answered_without_the_lost_one(frame, text, fact):
    (answer,) = await talk(desk(deleted()), (frame, text))
    assert answer.text.startswith(fact)
    assert "LIRIO-01" not in answer.text


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        ("reactivar_servicio whether supposed=contract", "si contrato uno nuevo, ¿recupero mi información?"),
        ("contratar_servicio what_if supposed=contract", "si contrato otro, ¿empiezo de cero?"),
        ("reactivar_servicio whether", "no me deja entrar de nuevo, ¿me lo regresan?"),
    ],
)
async def test_what_a_new_one_would_have_of_the_lost_one_is_told_of_that(frame, text):
    (answer,) = await talk(desk(deleted()), (frame, text))
    assert "LIRIO-01" in answer.text


async def test_a_wish_for_a_person_is_never_taken_for_a_question():
    answer = await ask("hablar_con_asesor", desk(deleted()), frame="do", text="pásame con una persona, quiero evitar que me pase otra vez")
    assert [effect["kind"] for effect in answer.effects] == ["escalate"]
    (thanks,) = await talk(desk(deleted()), ("agradecer none", "gracias, para la próxima pago antes"))
    assert not thanks.text.startswith("Con un servidor nuevo")


async def test_it_is_answered_though_it_was_not_understood_which_question_it_is():
    answer = await ask("preguntar_intencion", desk(deleted()), text="¿cómo evito que me vuelva a pasar?")
    assert answer.text.startswith("Con un servidor nuevo, dos cosas")


async def test_who_has_a_server_hears_of_it_whatever_is_said_of_a_new_one():
    (answer,) = await talk(desk(suspended()), ("consultar_pago how", "¿y uno nuevo cómo se paga?"))
    assert answer.responses[0] != "utter_faq_formas_pago"


async def test_a_server_that_was_withdrawn_is_told_without_dates_that_are_not_true_of_it():
    withdrawn = valid("LIRIO-01", 20, status="cancelled")
    for frame in ("faq_resguardo_sin_pago count", "faq_traslado_informacion whether"):
        (answer,) = await talk(desk(withdrawn), (frame, ""))
        assert answer.text.endswith("LIRIO-01 ya no está contratado; para usar otro servidor hay que contratarlo.")


async def test_every_text_of_these_is_reached():
    dated = valid("MES-01", 17, subscription=subscription(TODAY + timedelta(days=17), starts_on=TODAY - timedelta(days=13)))
    odd = valid("SEIS-01", 100, subscription=subscription(TODAY + timedelta(days=100), starts_on=TODAY - timedelta(days=80)))
    talks = (
        (desk(late()), (("consultar_factura which", FOLIO[0]), *[("consultar_pago state", NEWS[0])] * 3)),
        (None, (("x none", FOLIO[0]), PERSON, ("x none", FOLIO[0]), ("x none", "otro folio"))),
        *((desk(deleted()), ((frame, text),)) for frame, text, _ in (*RULES, *OF_A_NEW_ONE)),
        *((desk(each, replace(each, id="2", alias="B-02")), (("consultar_pago amount", "en total"),)) for each in (valid(), dated, odd)),
        (SIERRA, (("faq_formas_pago which", "cuál pago primero"),)),
    )
    reached = set()
    for of, turns in talks:
        asked = [(frame.replace("x ", "consultar_factura "), text) for frame, text in turns]
        reached |= {key for answer in await talk(of, *asked) for key in answer.responses}
    assert sorted(set(responses_by_file()["across.yml"]) - reached) == []


# --- renewals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", ["consultar_suscripcion state", "consultar_pago amount refers=goes_on", "consultar_pago again"])
@pytest.mark.parametrize("text", ["¿y luego se renueva solo o les tengo que hablar?", "¿la renovación es automática?"])
async def test_whether_it_renews_by_itself_is_answered_by_the_next_charge(read, text):
    (answer,) = await talk(desk(valid()), (read, text))
    assert answer.text.startswith("Se cobra solo: cargo automático de $")
    (visitor,) = await talk(None, (read, text))
    assert "Se cobra solo: cargo automático de" not in visitor.text


async def test_of_a_server_without_a_next_charge_it_is_not_said():
    (answer,) = await talk(desk(suspended()), ("consultar_suscripcion state", "¿se renueva sola?"))
    assert "Se cobra solo" not in answer.text


# --- another day of the charge; a licence for good; the server that is in a change ------------------------------------

NO_OTHER_DAY = "Desde aquí no puedo cambiar fechas"
ANY_TOPIC = ("consultar_pago amount", "consultar_suscripcion until", "tema_no_cubierto do")


@pytest.mark.parametrize("frame", ANY_TOPIC)
@pytest.mark.parametrize(
    "text",
    [
        "¿se podrá que me cobren mejor el día doce?",
        "¿habría manera de que el cargo se recorriera al día 20?",
        "quiero que me muevan la fecha del cobro",
        "¿pueden pasar el cobro al día 5 de cada mes?",
        "¿podrían hacerme el cargo el día 20 en lugar de ese día?",
        "deseo mover la fecha de cargo de todos al día 1",
    ],
)
async def test_another_day_of_the_charge_is_for_support(frame: str, text: str):
    (answer,) = await talk(demo_desk("C-1002", DEMO_NOW), (frame, text))
    assert answer.text.startswith(NO_OTHER_DAY)
    assert "Línea de soporte: " in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "¿me van a cobrar el día 15?",
        "¿podrías decirme si me van a cobrar el día 15?",
        "¿me van a cobrar los 2 servidores?",
        "¿me cobrarán los 15 días de gracia?",
        "pagué y cambié mi contraseña hace 2 días y no puedo entrar",
        "pagué y no me movieron la fecha",
        "no quiero que me cobren el día 15",
        "puedo pagar el día 20 y cuándo vence",
    ],
)
async def test_who_asks_of_the_charge_is_not_told_that_its_day_stays(text: str):
    (answer,) = await talk(demo_desk("C-1002", DEMO_NOW), ("consultar_pago when", text))
    assert NO_OTHER_DAY not in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "¿mi sae es permanente o de renta?",
        "y la lisensia la tengo ke volver a comprar?? la compre pa siempre",
        "esa licencia la compré de por vida, ¿no me la quitan? la licencia digo",
    ],
)
async def test_a_licence_for_good_is_told_however_it_was_read(text: str):
    (answer,) = await talk(demo_desk("C-1004", DEMO_NOW), ("consultar_pago which", text))
    assert "SAE" in answer.text
    assert "permanente" in answer.text


@pytest.mark.parametrize("text", ["el banco ya le quitó el dinero a la cuenta", "SAE no abre, ¿cómo quito el error?"])
async def test_what_is_taken_away_is_mostly_no_licence(text: str):
    (answer,) = await talk(demo_desk("C-1007", DEMO_NOW), ("consultar_pago state", text))
    assert "permanente" not in answer.text


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        ("faq_cambiar_solucion whether servers=named:?", "el que se está cambiando a uno más grande ¿ya mero queda?"),
        ("faq_cambiar_solucion state servers=filter:creating", "el que se está cambiando, ¿ya mero queda?"),
        ("faq_cambiar_solucion until", "¿cuándo termina el cambio?"),
        ("faq_cambiar_solucion state", "¿cómo va lo que pedí?"),
    ],
)
async def test_how_a_change_goes_is_told_of_the_server_that_is_in_one(frame: str, text: str):
    (answer,) = await talk(SIERRA, (frame, text))
    assert answer.text.startswith("El cambio de SIERRA-01 a Nube Empresarial")


async def test_a_number_that_one_has_is_told_of_and_not_the_server_in_play():
    _, two = await talk(
        SIERRA,
        ("consultar_servidor state servers=named:SIERRA-04", "¿la 4 ya está?"),
        ("consultar_suscripcion until refers=goes_on", "¿y hasta cuándo tengo el 2?"),
    )
    assert two.text.startswith("SIERRA-02 vence")


async def test_how_much_is_no_list_of_servers():
    (answer,) = await talk(demo_desk("C-1001", DEMO_NOW), ("listar_servidores amount", "¿y lo mío de cuánto es?"))
    assert answer.text.startswith("ESPERANZA-01 cuesta $9,588.00 MXN al año")


async def test_when_a_change_ends_is_not_made_up():
    (answer,) = await talk(SIERRA, ("faq_cambiar_solucion when", "¿cuándo termina el cambio?"))
    assert "Todavía no hay un día registrado para que termine" in answer.text
    assert "Línea de soporte: " in answer.text


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        ("faq_cambiar_solucion until", "¿hasta cuándo puedo pedir el cambio de plan?"),
        ("consultar_servidor state servers=all", "¿qué está pasando con todos?"),
    ],
)
async def test_another_question_is_not_narrowed_to_the_server_in_a_change(frame: str, text: str):
    (answer,) = await talk(SIERRA, (frame, text))
    assert not answer.text.startswith("El cambio de SIERRA-01")
    assert "SIERRA-02" in answer.text or "72 horas" in answer.text


async def test_in_cambio_is_mostly_no_change():
    (answer,) = await talk(SIERRA, ("consultar_suscripcion until servers=named:SIERRA-02", "la del 2, en cambio, ¿cuándo vence?"))
    assert "SIERRA-02" in answer.text
    assert "SIERRA-01" not in answer.text


async def test_why_several_charges_were_refused_is_told_of_each():
    _, why = await talk(
        SIERRA,
        ("consultar_pago amount servers=all", "¿cuánto debo en total?"),
        ("consultar_pago why servers=that_one refers=goes_on", "¿y por qué no pasaron?"),
    )
    assert "• SIERRA-03: cargo de $899.00 MXN rechazado: tarjeta vencida" in why.text


async def test_the_time_of_creation_comes_before_the_state_of_a_late_charge():
    (answer,) = await talk(demo_desk("C-1008", DEMO_NOW), ("faq_tiempo_creacion count", "¿cuánto tarda en crearse ya que se confirme?"))
    assert answer.text.startswith("Lo normal: de 2 a 3 días hábiles para que se acredite el cargo, y unos 15 minutos después se crea solo.")


async def test_the_next_backup_is_not_promised_while_the_server_is_down():
    (answer,) = await talk(demo_desk("C-1012", DEMO_NOW), ("consultar_respaldo general", "¿cómo van mis respaldos?"))
    assert "Mientras AGUILA-01 siga con la falla, no puedo asegurarte que el siguiente se haga." in answer.text


async def test_what_can_be_done_now_is_asked_plainly_after_a_supposition():
    _, now = await talk(
        demo_desk("C-1003", DEMO_NOW),
        ("consultar_suscripcion what_if supposed=pay", "¿y si pago mañana?"),
        ("faq_periodo_gracia whether supposed=pay refers=goes_on", "¿sí o no lo puedo usar hoy?"),
    )
    assert "Con tarjeta de crédito" not in now.text


# --- a day that is over, a name that is not theirs, a fault in the way ------------------------------------------------


@pytest.mark.parametrize(
    "frame", ["consultar_suscripcion until", "consultar_suscripcion when", "faq_resguardo_sin_pago until refers=returns"]
)
@pytest.mark.parametrize("text", ["¿cuándo venció mi servidor?", "¿y cuál era la fecha en que venció?", "q dia vencio"])
async def test_the_day_that_it_ended_on_is_said_first(frame: str, text: str):
    (kept,) = await talk(desk(suspended()), (frame, text))
    assert re.match(r"\S+ venció el ", kept.text)
    assert "se guarda hasta" in kept.text
    (grace,) = await talk(desk(in_grace()), (frame, text))
    assert re.match(r"\S+ venció el ", grace.text)
    assert "su gracia llega hasta" in grace.text


async def test_what_runs_has_not_ended():
    (answer,) = await talk(desk(valid()), ("consultar_suscripcion until", "¿cuándo venció?"))
    assert " vence el " in answer.text


@pytest.mark.parametrize("read", ["faq_licencias_incluidas whether", "listar_servidores which", "consultar_linea when"])
async def test_a_server_that_is_not_theirs_is_answered_as_such(read: str):
    (answer,) = await talk(SIERRA, (read, "una colega renta con ustedes, su servidor es RUIZ-01, ¿ya pagó?"))
    if not read.startswith("consultar_linea"):  # the line is the same for everybody
        assert answer.text == "No encuentro RUIZ-01 en tu escritorio de servicios: desde esta sesión solo veo los servidores de tu cuenta."


async def test_a_program_with_its_version_is_no_server():
    (answer,) = await talk(SIERRA, ("faq_licencias_incluidas whether", "Ya tengo SAE-10, ¿me sirve esa licencia?"))
    assert "No encuentro" not in answer.text


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("mi cuñada contrató el suyo, ¿ya está listo?", False),
        ("mi prima ya tiene la suya, cuándo vence", False),
        ("mi cuñada tiene el suyo y yo quiero saber si el mío está activo", True),
        ("el contador dice que ya está, ¿es cierto?", True),
    ],
)
async def test_what_somebody_else_has_is_theirs(text: str, own: bool):
    (answer,) = await talk(demo_desk("C-1001", DEMO_NOW), ("consultar_servidor state", text))
    assert answer.text.startswith("ESPERANZA-01" if own else "Desde esta sesión solo veo la cuenta de")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (
            "¿es mi internet o está caído? aquí nadie puede cobrar",
            "La falla es de nuestro lado, no de tu equipo ni de tu internet: AGUILA-01",
        ),
        ("¿eso es de ustedes o de mi compu?", "La falla es de nuestro lado"),
        ("¿es porque no me han cobrado?", "No es por falta de pago"),
    ],
)
async def test_whose_fault_it_is_is_answered_first(text: str, first: str):
    (answer,) = await talk(demo_desk("C-1012", DEMO_NOW), ("consultar_servidor whether", text))
    assert answer.text.startswith(first)


async def test_a_fault_comes_before_the_password_that_is_not_to_blame():
    down = demo_desk("C-1012", DEMO_NOW)
    wrong, since = await talk(
        down,
        ("faq_cambiar_contrasena state", "no puedo entrar, creo que se me olvidó la contraseña"),
        ("faq_cambiar_contrasena since refers=goes_on", "no, sí me la sé. ¿desde qué hora está así?"),
    )
    assert wrong.text.startswith("AGUILA-01 tiene un incidente abierto desde hoy a las ")
    assert "Mis Servicios > Servidor virtual > Contraseña" in wrong.text
    assert since.text.startswith("Desde hoy a las ")
    assert "Contraseña" not in since.text
    (well,) = await talk(desk(valid()), ("faq_cambiar_contrasena since", "¿desde cuándo tengo esa contraseña?"))
    assert well.text.startswith("En tu escritorio de servicios: Mis Servicios")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ah no pues crédito, ¿esa es al momento?", "Con tarjeta de crédito sí se puede"),
        ("¿y con débito sale luego luego?", "tarda de 2 a 3 días hábiles en acreditarse"),
        ("¿débito o crédito?", "Se puede con cargo automático a tarjeta de crédito, que se acredita al momento, o a tarjeta de débito"),
        ("¿me lo dan a crédito?", "Se puede con cargo automático a tarjeta de crédito"),
    ],
)
async def test_of_one_way_to_pay_only_that_one_is_told(text: str, said: str):
    for of in (None, desk(valid())):
        (answer,) = await talk(of, ("faq_formas_pago whether refers=goes_on", text))
        assert said in answer.text


async def test_whether_a_charge_went_through_is_told_with_how_much():
    (answer,) = await talk(
        demo_desk("C-1006", DEMO_NOW), ("consultar_pago amount refers=goes_on", "¿pero el cobro sí pasó? ¿de cuánto fue?")
    )
    assert answer.text.startswith("El último pago de CENTRAL-01 se acreditó")
    assert "$899.00" in answer.text


async def test_of_two_in_play_the_change_is_asked_of_the_one_that_is_in_it():
    _, change = await talk(
        SIERRA,
        ("consultar_suscripcion which servers=filter:active", "¿de los activos cuál vence primero?"),
        ("faq_cambiar_solucion until servers=that_one refers=goes_on", "¿y el cambio que pedimos en cuál es?"),
    )
    assert change.text.startswith("El cambio de SIERRA-01 a Nube Empresarial")


async def test_which_of_them_is_down_asks_for_no_report():
    (answer,) = await talk(
        demo_desk("C-1012", DEMO_NOW), ("consultar_servidor which servers=filter:down", "¿alguno de mis servidores está caído?")
    )
    assert "AGUILA-01 tiene un incidente abierto" in answer.text
    assert "número de reporte" not in answer.text


async def test_by_credit_a_new_one_is_ready_in_minutes():
    (answer,) = await talk(None, ("faq_formas_pago when", "con tarjeta de crédito, ¿en cuánto queda listo?"))
    assert "Un servidor nuevo queda listo unos 15 minutos después." in answer.text


@pytest.mark.parametrize(
    ("standing", "text", "said"),
    [
        (valid, "¿cuántos días naturales faltan?", "días más, sin contar hoy"),
        (valid, "¿cuántos días de gracia me quedan?", "su gracia llega hasta"),
        (in_grace, "¿cuántos días me quedan?", "3 días naturales y RUIZ-01 venció"),
    ],
)
async def test_days_that_are_left_are_those_of_what_runs(standing, text: str, said: str):
    (answer,) = await talk(desk(standing()), ("faq_periodo_gracia count", text))
    assert said in answer.text


OCAMPO = demo_desk("C-1004", DEMO_NOW)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        ("reactivar_servicio how", "mi servidor se apagó cuando venció, ¿cómo lo reactivo?"),
        ("consultar_pago amount", "no me avisaron cuando venció, ¿cuánto debo?"),
        ("faq_licencias_incluidas when", "¿cuándo venció mi licencia de COI?"),
        ("consultar_pago when", "¿qué día venció mi tarjeta?"),
        ("faq_periodo_gracia until", "¿qué día venció la gracia?"),
        ("consultar_suscripcion when servers=foreign", "¿cuándo venció el de mi vecino?"),
        ("consultar_suscripcion when", "¿cuándo venció RUIZ-01?"),
    ],
)
async def test_the_day_that_it_ended_on_answers_nothing_else(read: str, text: str):
    (answer,) = await talk(OCAMPO, (read, text))
    assert not re.match(r"OCAMPO-01 venció el .{0,80}se guarda hasta", answer.text)


@pytest.mark.parametrize(("standing", "said"), [(suspended, "suspendid"), (deleted, "eliminad"), (valid, "Contraseña")])
async def test_since_when_a_password_does_not_serve_is_told_by_what_holds_it_up(standing, said: str):
    (answer,) = await talk(desk(standing()), ("faq_cambiar_contrasena since", "¿desde cuándo no sirve mi contraseña?"))
    assert said in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "¿puedo pagar en el banco?",
        "¿puedo pagar a meses sin intereses con tarjeta de crédito?",
        "¿puedo contratar sin tarjeta de crédito?",
        "no quiero usar mi tarjeta de crédito, ¿hay otra forma?",
        "¿en cuánto se refleja el pago en mi cuenta?",
    ],
)
async def test_more_than_whether_a_way_to_pay_is_taken_is_no_yes(text: str):
    (answer,) = await talk(None, ("faq_formas_pago whether", text))
    assert "sí se puede" not in answer.text


@pytest.mark.parametrize("text", ["¿la información del SAE que tengo se pierde?", "lo de mi SAE que compré, ¿ya se perdieron los datos?"])
async def test_what_is_kept_is_no_licence(text: str):
    (answer,) = await talk(OCAMPO, ("faq_resguardo_sin_pago whether", text))
    assert "Licencias registradas" not in answer.text


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("soy cliente, mi empresa renta con ustedes, ¿cuánto debe?", True),
        ("un amigo me recomendó y ahora mi negocio está con ustedes, ¿cuánto debe?", True),
        ("mi contadora dice que no puede entrar con el suyo", True),
        ("a mi cuñada le vendieron el suyo, ¿ya está?", False),
        ("mi compadre, el de la ferretería, tiene su servidor con ustedes, ¿cuánto paga?", False),
    ],
)
async def test_who_only_mentions_somebody_asks_of_their_own(text: str, own: bool):
    (answer,) = await talk(demo_desk("C-1001", DEMO_NOW), ("consultar_pago amount", text))
    assert answer.text.startswith("Desde esta sesión solo veo la cuenta de") is not own


@pytest.mark.parametrize(
    "text",
    [
        "los usuarios están cambiando su contraseña y no pueden entrar",
        "nos están cambiando la tarjeta en el banco, ¿hasta cuándo tengo?",
        "el que no le están haciendo cambio, ¿cuándo vence?",
    ],
)
async def test_what_is_changed_elsewhere_points_at_no_server(text: str):
    (answer,) = await talk(SIERRA, ("consultar_suscripcion until", text))
    assert "SIERRA-02" in answer.text


async def test_the_server_that_is_being_changed_is_pointed_at():
    (answer,) = await talk(SIERRA, ("faq_cambiar_solucion which", "¿y a cuál le están haciendo el cambio?"))
    assert answer.text.startswith("El cambio de SIERRA-01 a Nube Empresarial")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("¿alguien de ustedes ya lo está viendo?", "Ya está registrado"),
        ("¿ya lo sabe el equipo de soporte?", "Ya está registrado"),
        ("¿es a todos los de la red o nada más a nosotros?", "Solo puedo ver tu cuenta"),
    ],
)
async def test_a_word_of_theirs_asks_for_no_blame(text: str, said: str):
    (answer,) = await talk(demo_desk("C-1012", DEMO_NOW), ("consultar_servidor whether", text))
    assert said in answer.text


@pytest.mark.parametrize("text", ["¿cuántos días de tolerancia me quedan?", "¿cuántos días me quedan antes de que lo suspendan?"])
async def test_days_of_grace_under_another_name_are_grace(text: str):
    (answer,) = await talk(desk(valid()), ("faq_periodo_gracia count", text))
    assert "gracia llega hasta" in answer.text


async def test_a_server_that_is_to_come_may_be_named():
    (answer,) = await talk(SIERRA, ("faq_cantidad_maxima count", "¿cabe un SIERRA-06?"))
    assert "No encuentro" not in answer.text


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("faq_pago_sin_correo whether", "y si no llega ese día, ¿con quién me comunico?"),
        ("consultar_pago which", "volviendo a lo de mi pago, ¿a qué número marco?"),
        ("consultar_suscripcion until", "¿cuándo vence y a dónde llamo si no?"),
    ],
)
async def test_who_asks_whom_to_call_gets_the_line_whatever_else_is_asked(intent: str, text: str):
    (answer,) = await talk(demo_desk("C-1001", DEMO_NOW), (intent, text))
    assert "55 8000 9480" in answer.text


@pytest.mark.parametrize("text", ["¿de qué número de tarjeta se cobra?", "ayer hablé con quien me cobró", "¿con quién hablo?"])
async def test_other_numbers_and_persons_bring_no_line(text: str):
    (answer,) = await talk(demo_desk("C-1001", DEMO_NOW), ("consultar_pago which", text))
    assert "55 8000 9480" not in answer.text


@pytest.mark.parametrize(
    ("frame", "text", "said"),
    [
        ("consultar_pago when", "regresando al pago, ¿de cuánto fue el cargo?", "$899.00"),
        ("consultar_pago which", "¿y qué monto?", "$899.00"),
        ("consultar_pago when", "¿y sí me cobraron?", "El último pago de VISION-01 se acreditó"),
    ],
)
async def test_an_amount_is_told_to_who_asks_how_much_and_a_charge_to_who_asks_whether(frame: str, text: str, said: str):
    (answer,) = await talk(demo_desk("C-1011", DEMO_NOW), (frame, text))
    assert said in answer.text.split("\n")[0]


@pytest.mark.parametrize(
    "text",
    [
        "en el supuesto de que el próximo mes no se cubriera, ¿hasta qué día podríamos seguir trabajando?",
        "¿hasta cuándo puedo entrar si no alcanzo a pagarlo?",
    ],
)
async def test_not_paying_is_supposed_by_its_words(text: str):
    (answer,) = await talk(demo_desk("C-1002", DEMO_NOW), ("consultar_suscripcion until", text))
    assert "gracia" in answer.text


async def test_neither_changing_nor_paying_is_not_paying():
    (answer,) = await talk(demo_desk("C-1010", DEMO_NOW), ("faq_cambiar_solucion what_if supposed=nopay", "¿y si ni lo cambio ni lo pago?"))
    assert "gracia" in answer.text


@pytest.mark.parametrize(
    ("frame", "text", "said"),
    [
        ("faq_resguardo_sin_pago count", "y si empiezo otro desde cero, ¿en cuánto tiempo estaría?", "15 minutos"),
        ("contratar_servicio what_if", "si contrato uno nuevo, ¿el CAJA ya viene incluido?", "por separado"),
        ("faq_traslado_informacion whether", "y si compro otro, ¿la licencia viene aparte?", "por separado"),
    ],
)
async def test_what_is_asked_of_a_new_server_has_its_rule_however_it_was_read(frame: str, text: str, said: str):
    (answer,) = await talk(demo_desk("C-1005", DEMO_NOW), (frame, text))
    assert said in answer.text


async def test_who_asks_whether_they_are_known_hears_whose_account_it_is():
    (answer,) = await talk(demo_desk("C-1010", DEMO_NOW), ("charla whether", "ay qué curioso, ¿y a poco sabes quién soy yo?"))
    assert "Mitla" in answer.text


async def test_the_card_of_a_renewal_is_told_though_it_was_read_as_its_end():
    (answer,) = await talk(demo_desk("C-1001", DEMO_NOW), ("consultar_suscripcion which", "¿con qué tarjeta se hará la renovación?"))
    assert "4242" in answer.text


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        ("consultar_suscripcion whether", "ok, ¿y se renueva solito o le tengo que picar a algo?"),
        ("consultar_suscripcion how", "¿y sigue solo o tengo que hacer algo yo?"),
    ],
)
async def test_whether_it_goes_on_by_itself_is_answered_by_the_automatic_charge(frame: str, text: str):
    (answer,) = await talk(demo_desk("C-1001", DEMO_NOW), (frame, text))
    assert answer.text.startswith("Se cobra solo")


async def test_the_one_in_play_counts_beside_the_one_told_by_its_state():
    _, answer = await talk(
        SIERRA,
        ("consultar_suscripcion until servers=filter:grace", "el que está en gracia, ¿hasta cuándo lo puedo usar?"),
        ("consultar_pago amount servers=filter:suspended", "entre ese y el suspendido, ¿cuánto debo en total?"),
    )
    assert "$1,798.00" in answer.text


@pytest.mark.parametrize(
    "text", ["me dijeron que uno trae otro Windows distinto, ¿cuál es?", "¿cuál no tiene Windows Server 2012?", "el que trae el más reciente, ¿cuál es?"]
)  # fmt: skip
async def test_the_server_with_another_system_is_found(text: str):
    (answer,) = await talk(SIERRA, ("faq_sistema_operativo which", text))
    assert "SIERRA-02" in answer.text
    assert "2019" in answer.text


@pytest.mark.parametrize(
    "text",
    ["¿y cuál de ellos tiene en curso un cambio de solución?", "¿cuál está en proceso el cambio?", "¿cuál trae un cambio pendiente?"],
)
async def test_a_change_in_course_points_at_its_server(text: str):
    (answer,) = await talk(SIERRA, ("faq_cambiar_solucion which", text))
    assert answer.text.startswith("El cambio de SIERRA-01")


async def test_whether_it_is_paid_from_an_account_is_answered_with_the_account():
    (answer,) = await talk(demo_desk("C-1007", DEMO_NOW), ("consultar_pago sure", "¿y sale de la cuenta de BBVA, verdad?"))
    assert "BBVA" in answer.text.split("\n")[0]


async def test_whether_another_card_is_faster_is_answered_by_the_ways_to_pay():
    first = ("consultar_suscripcion what_if supposed=pay:miércoles", "y si pago el miércoles ¿ya valió?")
    second = ("consultar_pago why supposed=pay", "¿por qué con la de débito tarda tanto?, si mete una de crédito ¿es más rápido?")
    _, answer = await talk(demo_desk("C-1003", DEMO_NOW), first, second)
    assert "al momento" in answer.text
    assert not answer.text.startswith("Como te decía")


@pytest.mark.parametrize("text", ["¿y lo mío lo puede ver cualquiera que les escriba?", "¿alguien más puede ver mi cuenta?"])
async def test_who_asks_who_else_sees_it_hears_what_protects_it(text: str):
    (answer,) = await talk(demo_desk("C-1006", DEMO_NOW), ("consultar_servidor whether", text))
    assert answer.responses == ["utter_quien_eres_otra_persona"]


async def test_what_is_lost_is_not_to_be_had_again_however_it_was_read():
    (answer,) = await talk(demo_desk("C-1005", DEMO_NOW), ("consultar_suscripcion sure", "¿y de su lado no hay modo d recuperar algo?"))
    assert answer.text.startswith("Por regla ya no se guarda")


async def test_a_licence_of_before_is_asked_about_beside_a_new_server():
    text = "y si contrato otro nuevo, ¿puedo usar mi CAJA de antes o también ya caducó?"
    (answer,) = await talk(demo_desk("C-1005", DEMO_NOW), ("faq_traslado_informacion whether supposed=contract", text))
    assert "vencida tu licencia de Aspel CAJA" in answer.text


async def test_the_shop_of_a_neighbour_is_another_account():
    (answer,) = await talk(demo_desk("C-1006", DEMO_NOW), ("consultar_pago whether", "y d la papelería d mi vecina, ¿me dices si ya pagó?"))
    assert answer.text.startswith("Desde esta sesión solo veo la cuenta de")


async def test_whether_all_charges_went_through_is_told_of_each():
    (answer,) = await talk(
        demo_desk("C-1012", DEMO_NOW), ("consultar_pago sure servers=filter:owing", "entonces los pagos de todos sí entraron")
    )
    assert "se acreditó" in answer.text


async def test_whether_one_without_dates_can_be_cancelled_is_for_the_line():
    (answer,) = await talk(demo_desk("C-1008", DEMO_NOW), ("cancelar_servicio whether supposed=cancel", "o mejor cancelo todo, ¿se puede?"))
    assert answer.text.startswith("No puedo cancelar servidores")


TWO_DEBTS = ("consultar_pago which servers=filter:owing", "¿cuáles debo?")


@pytest.mark.parametrize(
    ("text", "alias"), [("¿por qué no pasó el cobro del primero?", "SIERRA-03"), ("¿y el último por qué?", "SIERRA-05")]
)
async def test_a_place_counts_among_those_that_were_told(text: str, alias: str):
    _, answer = await talk(SIERRA, TWO_DEBTS, ("consultar_pago why servers=named:?", text))
    assert alias in answer.text
    assert "SIERRA-01" not in answer.text


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("¿el de COI cuándo vence?", "SIERRA-02"),
        ("¿y el que trae windows 2019 cuándo vence?", "SIERRA-02"),
        ("¿hasta cuándo tengo el que venció ayer?", "SIERRA-03"),
        ("el que se venció hace 10 días, ¿hasta cuándo se guarda?", "SIERRA-05"),
    ],
)
async def test_a_server_is_told_by_what_it_is(text: str, alias: str):
    (answer,) = await talk(SIERRA, ("consultar_suscripcion until servers=all", text))
    assert re.findall(r"SIERRA-\d\d", answer.text) == [alias] * len(re.findall(r"SIERRA-\d\d", answer.text)) != []


async def test_when_the_charge_is_made_is_no_wish_for_another_day():
    (answer,) = await talk(demo_desk("C-1001", DEMO_NOW), ("consultar_pago when", "¿puedo saber si el pago se hace el 28?"))
    assert answer.responses[0] != "utter_suscripcion_no_puedo"


@pytest.mark.parametrize("text", ["¿y cómo conecto el SAE?", "la licencia del COI, ¿cuándo vence?"])
async def test_a_system_alone_points_at_no_server(text: str):
    (answer,) = await talk(SIERRA, ("consultar_suscripcion until servers=all", text))
    assert len(set(re.findall(r"SIERRA-\d\d", answer.text))) > 1


@pytest.mark.parametrize("text", ["¿y el de Grupo Mercado?", "taller ocampo?", "y la ferretería hidalgo"])
async def test_a_business_by_its_name_alone_is_another_account(text: str):
    (answer,) = await talk(demo_desk("C-1006", DEMO_NOW), ("consultar_suscripcion until refers=goes_on", text))
    assert answer.text.startswith("Desde esta sesión solo veo la cuenta de")


@pytest.mark.parametrize(
    ("customer", "frame", "text", "said"),
    [
        ("C-1012", "faq_tiempo_creacion count", "¿Y CUÁNTO MÁS VOY A ESPERAR?", "incidente abierto"),
        (
            "C-1004",
            "faq_tiempo_creacion count",
            "cómo le hago para pagar ahorita y en cuánto tiempo me lo prenden",
            "Cuándo queda activo te lo dice soporte",
        ),
        (
            "C-1012",
            "faq_resguardo_sin_pago whether",
            "¿y se pierde lo que no guardé?, estaba haciendo una carta porte",
            "no se alcanzó a guardar",
        ),
        ("C-1012", "faq_traslado_informacion sure", "que si lo que estaba capturando se pierde", "no se alcanzó a guardar"),
        ("C-1012", "consultar_servidor state", "estaba capturando una factura y no guardé, ¿se pierde?", "no se alcanzó a guardar"),
        ("C-1004", "consultar_suscripcion why", "si me lo cobran solito, ¿por qué no se pagó?", "No tengo registrada la causa"),
        (None, "faq_licencia_requerida whether", "¿hay contrato forzoso?", "plazos y condiciones del contrato"),
        (None, "faq_traslado_informacion whether", "si me cambio con ustedes ¿me migran mi información?", "no viene en mi información"),
        ("C-1001", "consultar_pago what_if supposed=pay", "¿puedo pedir que el cargo se haga el 1 de abril?", "soporte"),
    ],
)
async def test_no_neighbour_is_told_in_place_of_what_is_so(customer, frame, text, said):
    (answer,) = await talk(demo_desk(customer, DEMO_NOW) if customer else None, (frame, text))
    assert said in answer.text
    assert "15 minutos" not in answer.text
    assert "aunque no se pague" not in answer.text


async def test_nothing_is_to_be_paid_for_what_is_gone():
    text = "quiere volver a usar su sistema, ya juntó lo que debía, ¿cómo lo pagamos?"
    (answer,) = await talk(demo_desk("C-1005", DEMO_NOW), ("faq_formas_pago how", text))
    assert answer.responses[0] == "utter_pago_servicio_terminado"


async def test_whether_paying_later_is_in_time_is_no_question_of_a_creation():
    frame = "faq_tiempo_creacion what_if supposed=pay:lunes"
    (answer,) = await talk(demo_desk("C-1003", DEMO_NOW), (frame, "¿y si pago el lunes con tarjeta de crédito alcanzo?"))
    assert "15 minutos" not in answer.text
    assert "RUIZ-01" in answer.text


async def test_whom_to_call_is_said_again_and_instead_of_a_question_back():
    first = ("consultar_servidor state", "no puedo entrar")
    choices = [{"intent": "consultar_linea", "title": "Línea de soporte"}]
    _, again = await talk(demo_desk("C-1012", DEMO_NOW), first, ("consultar_servidor who", "¿y con quién me comunico entonces?"))
    (instead,) = await talk(None, ("preguntar_intencion", "¿con quién me comunico?"), choices=choices)
    assert "55 8000 9480" in again.text
    assert instead.responses == ["utter_linea"]


@pytest.mark.parametrize("text", ["busco distribuidor", "el taller mecánico", "somos despacho", "¿y el grupo completo?"])
async def test_a_trade_alone_is_no_other_account(text: str):
    (answer,) = await talk(demo_desk("C-1006", DEMO_NOW), ("consultar_suscripcion until refers=goes_on", text))
    assert not answer.text.startswith("Desde esta sesión solo veo la cuenta de")


@pytest.mark.parametrize(
    ("frame", "text", "missing"),
    [
        ("faq_cambiar_contrasena how", "¿cómo cambio la contraseña para entrar al escritorio remoto?", "utter_identificate_clave"),
        ("faq_licencia_requerida whether", "¿es forzoso tener licencia?", "utter_no_cubierto_condiciones"),
        ("consultar_pago state", "ya deposité, necesito que el pago se aplique al servidor", "utter_suscripcion_no_puedo"),
        ("consultar_servidor whether", "no se puede ver mi info en el SAE", "utter_quien_eres_otra_persona"),
        ("consultar_pago count", "¿qué cantidad de días tengo para pagar?", "utter_pago_precio_mensual"),
        ("consultar_servidor state", "¿cuánto cuesta uno solo o tengo que pagar todos?", "utter_pago_se_cobra_solo"),
    ],
)
async def test_everyday_words_are_not_caught_by_what_they_resemble(frame: str, text: str, missing: str):
    (answer,) = await talk(demo_desk("C-1002", DEMO_NOW), (frame, text))
    assert missing not in answer.responses


@pytest.mark.parametrize("text", ["¿cómo debo pagar si contrato otro?", "contrato otro, ¿en cuánto me queda al mes?"])
async def test_who_wants_a_new_one_is_not_told_of_the_old_debt_nor_of_minutes(text: str):
    (answer,) = await talk(demo_desk("C-1005", DEMO_NOW), ("contratar_servicio how", text))
    assert not {"utter_pago_servicio_terminado", "utter_creacion_segun_el_pago"} & set(answer.responses)


async def test_how_soon_a_new_one_is_there_is_no_question_of_cards():
    frame = "faq_tiempo_creacion what_if supposed=contract"
    (answer,) = await talk(demo_desk("C-1005", DEMO_NOW), (frame, "¿y si saco otro con tarjeta de crédito, en cuánto lo tendría?"))
    assert "15 minutos" in answer.text


@pytest.mark.parametrize(
    ("frame", "text"),
    [("listar_servidores which", "¿y planes, cuáles hay?"), ("consultar_pago whether", "¿se cobra por mes o año?"), ("faq_cambiar_solucion which", "el más básico")],
)  # fmt: skip
async def test_a_visitor_who_asks_for_plans_hears_who_tells_them(frame: str, text: str):
    (answer,) = await talk(None, (frame, text))
    assert answer.text.startswith("Se contrata por suscripción")
    assert "55 8000 9480" in answer.text


@pytest.mark.parametrize("text", ["¿cuándo vence mi licencia de BANCO?", "gracias, ¿y el SAE cuándo vence?", "¿cuándo caduca la licencia?"])
async def test_the_end_of_a_licence_is_not_that_of_the_server(text: str):
    (answer,) = await talk(demo_desk("C-1002", DEMO_NOW), ("consultar_suscripcion until", text))
    assert answer.text.startswith("La fecha de la licencia de tu sistema Aspel no la tengo")
    assert "HIDALGO-01 vence" not in answer.text


async def test_to_pay_once_more_while_a_charge_waits_is_warned_of():
    (answer,) = await talk(demo_desk("C-1007", DEMO_NOW), ("faq_formas_pago whether", "¿puedo pagar otra vez con tarjeta y ya?"))
    assert answer.text.startswith("Antes de pagar otra vez, habla con soporte")


async def test_what_was_captured_before_a_failure_is_not_told_as_moved():
    (answer,) = await talk(demo_desk("C-1012", DEMO_NOW), ("faq_traslado_informacion whether", "¿lo que ya tenía capturado se pierde?"))
    assert answer.responses[0] == "utter_no_cubierto_sin_guardar"


async def test_who_wants_back_what_is_gone_hears_first_that_we_are_sorry():
    (answer,) = await talk(demo_desk("C-1005", DEMO_NOW), ("faq_resguardo_sin_pago do", "quiero mi información de regreso"))
    assert answer.text.startswith("Lo siento mucho. La información de LIRIO-01 ya no se puede recuperar desde aquí")


async def test_as_many_as_are_contracted_are_nobody_elses():
    (answer,) = await talk(SIERRA, ("consultar_pago amount servers=foreign", "la mensualidad de los cinco juntos"))
    assert answer.text.startswith("En total son $5,095.00 MXN al mes por 5 servidores")


async def test_what_is_paid_and_not_what_is_owed():
    owed, paid = await talk(
        SIERRA, ("consultar_pago amount", "¿cuánto debo en total?"), ("consultar_pago amount servers=all", "no lo que debo, lo que pago")
    )
    assert owed.text.startswith("En total debes $1,798.00 MXN")
    assert paid.text.startswith("En total son $5,095.00 MXN al mes")


async def test_why_a_day_is_that_day():
    (answer,) = await talk(demo_desk("C-1003", DEMO_NOW), ("consultar_suscripcion why", "¿por qué hasta el 25?"))
    assert answer.text.startswith("Se cuenta desde la fecha de fin, el domingo 22 de noviembre: con 3 días naturales de gracia")


@pytest.mark.parametrize("text", ["¿No será el 20?", "¿y no era el 22?"])
async def test_a_doubted_day_is_no_hour_of_access(text: str):
    told, doubted = await talk(
        demo_desk("C-1002", DEMO_NOW), ("consultar_suscripcion until", "¿cuándo vence?"), ("faq_horario_acceso sure refers=goes_on", text)
    )
    assert "24 horas" not in doubted.text
    assert doubted.text.startswith("No es el ")
    assert "29 de noviembre" in told.text
    assert "29 de noviembre" in doubted.text


async def test_a_doubted_day_of_an_invoice_is_that_of_the_invoice():
    question = ("faq_horario_acceso sure refers=goes_on", "¿no será el 24?")
    _, doubted = await talk(demo_desk("C-1011", DEMO_NOW), ("consultar_factura when", "¿cuándo sale mi factura?"), question)
    assert "30 de noviembre" in doubted.text


@pytest.mark.parametrize("text", ["no puedo entrar a mi cuenta", "perdí el acceso a mi portal", "¿cómo recupero mi acceso?"])
async def test_who_is_locked_out_is_not_sent_to_the_door(text: str):
    (answer,) = await talk(None, ("consultar_servidor whether", text))
    assert answer.text.startswith("Si no puedes entrar a tu escritorio de servicios, soporte te ayuda a recuperar el acceso")
    assert "55 8000 9480" in answer.text


@pytest.mark.parametrize("intent", ["consultar_servidor", "faq_cambiar_solucion", "consultar_suscripcion"])
async def test_which_solution_is_contracted_is_told(intent: str):
    (answer,) = await talk(demo_desk("C-1007", DEMO_NOW), (f"{intent} which", "¿cuál de los planes es el que contraté?"))
    assert answer.text == "NORTE-01 tiene contratada la solución Nube Profesional."


async def test_which_solution_would_suit_is_no_question_of_the_own_one():
    (answer,) = await talk(demo_desk("C-1007", DEMO_NOW), ("faq_cambiar_solucion which", "¿qué plan me conviene más?"))
    assert "tiene contratada" not in answer.text


async def test_the_users_of_two_systems_are_both_told():
    (answer,) = await talk(demo_desk("C-1012", DEMO_NOW), ("faq_conexion_sae count", "¿cuántos usuarios de SAE y de FACTURE tenemos?"))
    assert "SAE para 4 usuarios" in answer.text
    assert "FACTURE para 2 usuarios" in answer.text


async def test_of_debts_that_are_over_the_days_are_told():
    _, first = await talk(
        SIERRA,
        ("consultar_pago which servers=filter:owing", "¿cuáles debo?"),
        ("consultar_pago which servers=first refers=goes_on", "¿de esos cuál urge más?"),
    )
    assert "26 de noviembre" in first.text


@pytest.mark.parametrize("text", ["¿me pueden mover la fecha del cobro?", "y la fecha del cobro me la pueden pasar para después?"])
async def test_the_day_of_a_charge_is_not_moved_here(text: str):
    (answer,) = await talk(demo_desk("C-1002", DEMO_NOW), ("consultar_pago whether", text))
    assert "55 8000 9480" in answer.text
    assert not answer.text.startswith("Se cobra solo")


async def test_if_nothing_were_owed_the_monthly_sum_is_what_is_asked():
    (answer,) = await talk(
        SIERRA, ("consultar_pago amount servers=all", "si los cinco estuvieran al corriente, ¿cuánto suma la mensualidad?")
    )
    assert answer.text.startswith("En total son $5,095.00 MXN al mes")
