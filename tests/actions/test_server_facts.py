"""What is asked of one server, as the customer reads the answers: the asked fact first."""

from __future__ import annotations

import pytest

from tests.actions.rendering import ago, ask, backup, desk, health, incident, licence, mail, payment, server, subscription
from tests.actions.situations import creating, deleted, in_grace, late, pending, suspended, valid

LINE = "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
AGUILA = valid("AGUILA-01", health=health("down"), incident=incident())
OPEN = "tiene un incidente abierto desde hoy a las 9:00"
MAIL = "Después llega el correo «Archivo de conexión a tu servidor Aspel Nube» a la dirección registrada."
ASKED = [
    (AGUILA, "state", "", f"AGUILA-01 {OPEN}: Falla de red en el centro de datos."),
    (AGUILA, "when", "a qué hora queda", "No hay una hora estimada de solución registrada y no te voy a inventar una"),
    (AGUILA, "since", "desde cuándo", "Desde hoy a las 9:00: a esa hora se registró el incidente de AGUILA-01, y sigue abierto."),
    (AGUILA, "why", "no abre", f"No es tu equipo: AGUILA-01 {OPEN}. Esto está registrado: Falla de red en el centro de datos."),
    (AGUILA, "whether", "¿ya lo saben o lo reporto?", f"Ya está registrado y no hace falta reportarlo otra vez: AGUILA-01 {OPEN}."),
    (AGUILA, "whether", "¿es porque no pagué?", "No es por falta de pago: la vigencia de AGUILA-01 termina el miércoles 24 de marzo de 2027."),
    (AGUILA, "whether", "es nomas a nosotros o a todos", f"Solo puedo ver tu cuenta: AGUILA-01 {OPEN}."),
    (AGUILA, "sure", "entonces no fue el módem", f"La falla es de nuestro lado, no de tu equipo ni de tu internet: AGUILA-01 {OPEN}."),
    (AGUILA, "sure", "¿seguro?", f"Así está registrado: AGUILA-01 {OPEN}."),
    (AGUILA, "which", "¿folio?", "No me aparece un número de reporte; el incidente de AGUILA-01 está abierto desde hoy a las 9:00."),
    (AGUILA, "who", "¿de quién es la culpa?", f"La falla es de nuestro lado: AGUILA-01 {OPEN}."),
    (AGUILA, "how", "¿y qué hago?", "De tu lado no hay nada que hacer: la falla es del servidor y el incidente sigue abierto."),
    (AGUILA, "do", "arréglenlo YA", f"AGUILA-01 {OPEN}"),
    (suspended(), "why", "", "OCAMPO-01 venció el jueves 12 de noviembre y no aparece pagada su renovación, por eso está suspendido."),
    (suspended(), "sure", "o sea que sí fue por lana", "Sí, es por falta de pago: la vigencia de OCAMPO-01 terminó el jueves 12 de noviembre"),
    (suspended(), "since", "", "La vigencia de OCAMPO-01 terminó el jueves 12 de noviembre y su periodo de gracia, el domingo 15"),
    (suspended(), "whether", "puedo entrar a ver una factura", "OCAMPO-01 está suspendido y no se puede usar: venció el jueves 12 de noviembre y no aparece pagada su renovación"),
    (deleted(), "sure", "¿borrado borrado?", "LIRIO-01 ya fue eliminado: su vigencia terminó el miércoles 14 de octubre"),
    (creating(), "when", "cuánto le falta", "Todavía se está creando: calculamos que CENTRAL-01 quede listo en cerca de 9 minutos, hoy a las 10:09."),
    (creating(minutes=14), "when", "cuánto le falta", "Todavía se está creando: calculamos que CENTRAL-01 quede listo en cerca de 1 minuto, hoy a las 10:01."),
    (creating(), "count", "cuánto le falta", "Todavía se está creando: calculamos que CENTRAL-01 quede listo en cerca de 9 minutos"),
    (creating(), "sure", "¿nueve minutos?", "Es aproximado: son unos 15 minutos desde que se acreditó tu pago (hoy a las 9:54), así que quedaría listo en cerca de 9"),
    (creating(), "why", "¿por qué tarda?", "CENTRAL-01 todavía se está creando: lo normal son unos 15 minutos"),
    (creating(), "how", "¿qué hago?", "Solo hay que esperar cerca de 9 minutos"),
    (creating(), "do", "me avisas", "No puedo escribirte después, pero calculamos que CENTRAL-01 quede listo hoy a las 10:09"),
    (creating(minutes=20), "when", "", "CENTRAL-01 todavía aparece en creación"),
    (pending(), "when", "", "A más tardar el jueves 26 de noviembre debe confirmarse tu cargo; unos 15 minutos después se crea NORTE-01."),
    (late(), "when", "", "MERCADO-01 todavía no se crea: el cargo a BBVA ···· 1234 debía confirmarse a más tardar el"),
    (valid(), "state", "¿está prendido?", "ESPERANZA-01 está activo; en la última revisión, hoy a las 10:00, estaba encendido y respondiendo."),
    (valid(), "count", "cuántos usuarios", "Esto tiene registrado ESPERANZA-01:\n• SAE: activa, suscripción, usuarios: 5"),
    (valid(licences=()), "count", "", "ESPERANZA-01 está activo"),
    (valid(), "do", "reinícialo", "Desde aquí no puedo reparar ni reiniciar ESPERANZA-01.\n\nESPERANZA-01 está activo"),
    (in_grace(), "state", "¿sigue arriba?", "RUIZ-01 está en gracia y se puede usar hasta mañana, miércoles 25 de noviembre: "),
]  # fmt: skip


@pytest.mark.parametrize(("of", "asked", "text", "begins"), ASKED)
async def test_what_is_asked_of_my_server_comes_first(of, asked, text, begins):
    answer = await ask("consultar_servidor", desk(of), frame=asked, text=text)
    assert answer.text.startswith(begins)


@pytest.mark.parametrize("asked", sorted({asked for of, asked, *_ in ASKED if of is AGUILA}))
async def test_the_line_stands_beneath_an_incident_once(asked):
    first = await ask("consultar_servidor", desk(AGUILA), frame=asked)
    assert first.text.endswith(LINE)
    then = await ask("consultar_servidor", desk(AGUILA), frame=f"{asked} refers=goes_on", slots={"estado": first.state})
    assert LINE not in then.text


async def test_an_incident_is_not_told_twice_in_the_same_words():
    first = await ask("consultar_servidor", desk(AGUILA), frame="state")
    still = await ask("consultar_servidor", desk(AGUILA), frame="state refers=goes_on", slots={"estado": first.state})
    assert still.text == "AGUILA-01 sigue con el incidente abierto; en la última revisión, hoy a las 10:00, no respondía."
    why = await ask("consultar_servidor", desk(AGUILA), frame="why refers=goes_on", slots={"estado": still.state})
    assert why.text.startswith("Esto es lo registrado: Falla de red en el centro de datos. De la causa no tengo más detalle")


async def test_a_server_that_is_up_again_is_not_called_down():
    of = desk(valid(health=health("up"), incident=incident()))
    for asked in ("when", "why", "whether", "since"):
        assert "En la última revisión, hoy a las 10:00, ya respondía." in (await ask("consultar_servidor", of, frame=asked)).text


async def test_the_mail_is_promised_once():
    first = await ask("consultar_servidor", desk(creating()), frame="when")
    assert first.text.endswith(MAIL)
    assert MAIL not in (await ask("consultar_servidor", desk(creating()), frame="sure refers=goes_on", slots={"estado": first.state})).text


async def test_a_charge_that_waits_is_told_in_short_afterwards():
    first = await ask("consultar_servidor", desk(pending()), frame="state")
    then = await ask("consultar_servidor", desk(pending()), frame="sure refers=goes_on", slots={"estado": first.state})
    assert then.text == ("NORTE-01 todavía no se crea: eso pasa unos 15 minutos después de que se acredite el cargo, que sigue pendiente.")


async def test_what_else_is_the_matter_is_told_of_a_server_that_runs():
    failing = valid(backups=(backup(status="failed"),))
    assert "Lo que falla es su respaldo: el último no salió bien." in (await ask("consultar_servidor", desk(failing), frame="state")).text
    bounced = await ask("consultar_servidor", desk(valid(connection_mails=(mail("bounced"),))), frame="why")
    assert "El correo con tus datos de conexión rebotó" in bounced.text
    assert "reenviar_datos_conexion" in bounced.intents


async def test_whether_all_is_well():
    well = await ask("consultar_servidor", desk(valid(backups=(backup(),))), frame="state", text="¿todo bien con el mío?")
    assert well.text.endswith("Está vigente hasta el miércoles 24 de marzo de 2027 y su último respaldo terminó bien hoy a las 2:41.")


RULE = "Unos 15 minutos después de que se acredita el pago: con tarjeta de crédito, al momento; con débito o cuenta bancaria, de 2 a 3 días hábiles."


@pytest.mark.parametrize("of", [None, desk(valid()), desk(deleted()), desk(suspended())])
async def test_who_asks_of_a_new_server_hears_the_time_by_each_way_to_pay(of):
    text = (await ask("faq_tiempo_creacion", of, frame="when")).text
    assert text.startswith(RULE)
    assert "-01" not in text


async def test_the_time_of_the_server_that_waits():
    assert (await ask("faq_tiempo_creacion", desk(creating()), frame="when")).text.startswith(
        "Todavía se está creando: calculamos que CENTRAL-01 quede listo en cerca de 9 minutos"
    )
    first = await ask("faq_tiempo_creacion", desk(pending()), frame="when")
    assert first.text == (
        f"A más tardar el jueves 26 de noviembre debe confirmarse tu cargo; unos 15 minutos después se crea NORTE-01.\n\n{MAIL}"
    )
    count = await ask("faq_tiempo_creacion", desk(pending()), frame="count")
    assert count.text.startswith("Unos 15 minutos después de que se acredite tu pago: NORTE-01 se crea solo.")


HOURS = "A cualquier hora: está disponible las 24 horas del día, los 7 días de la semana."


@pytest.mark.parametrize(
    ("of", "begins"),
    [
        (None, HOURS),
        (valid(), HOURS),
        (creating(), "A cualquier hora en cuanto esté creado: "),
        (AGUILA, f"Sí, es de 24 horas, los 7 días; ahora AGUILA-01 {OPEN}. Es una falla, no un horario."),
        (suspended(), "OCAMPO-01 está suspendido"),
        (valid(health=health("down")), "ESPERANZA-01 está activo, pero en la última revisión, hoy a las 10:00, no respondía."),
    ],
)
async def test_the_hours_of_access(of, begins):
    assert (await ask("faq_horario_acceso", desk(of) if of else None, frame="whether", text="¿en domingo?")).text.startswith(begins)


@pytest.mark.parametrize("of", [None, desk(valid())])
async def test_the_hour_of_the_backup_is_not_vouched_for(of):
    text = (await ask("faq_horario_acceso", of, frame="whether", text="y a las 2 que dicen que se hace la copia?")).text
    assert text.startswith("El servicio está disponible las 24 horas, los 7 días; el respaldo se hace entre 2 am y 3 am.")
    assert LINE in text


async def test_which_system():
    other = desk(server("SIERRA-02", os="Windows Server 2019", subscription=subscription(), payments=(payment(charged_at=ago(days=40)),)))
    assert (await ask("faq_sistema_operativo", other, frame="which")).text == "SIERRA-02 tiene Windows Server 2019."
    assert (await ask("faq_sistema_operativo", frame="which")).text.startswith("Todas las soluciones incluyen Windows Server 2012 R2.")
    newer = await ask("faq_sistema_operativo", desk(valid(licences=(licence(),))), frame="whether", text="¿lo puedo subir a 2022?")
    assert newer.text == (
        "Windows Server 2012 R2 viene incluido en todas las soluciones. "
        f"De otras versiones o de su actualización no tengo información; eso lo ve soporte.\n\n{LINE}"
    )
