"""Backups, as the customer reads the answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from actions.escalation import escalation_code
from tests.actions.rendering import MEXICO, NOW, TODAY, ask, backup, desk, incident, server, subscription

LINE = "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
REPORTED = f"{LINE} Tu folio: {escalation_code('inbound-1', 'respaldos_fallidos', 1)}."
"""The line where failed backups have a case: all but one missing night."""
GENERAL = (
    "El respaldo es automático, de todo el servidor: se genera diariamente (entre 2 am y 3 am) y sobrescribe el del día anterior. "
    "Haz además respaldos periódicos de tu sistema Aspel y guárdalos en una unidad de almacenamiento o equipo físico."
)
MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 22)
BRIEF = "Los servidores activos se respaldan solos, diariamente entre 2 am y 3 am; cada respaldo sobrescribe el del día anterior."
NEXT = "mañana, miércoles 25 de noviembre, entre 2:00 y 3:00."
COPY = "Haz hoy tu propia copia y repórtalo."


def mitla(*backups, **given):
    return server("MITLA-01", backups=backups, **given)


LIVE = [
    (mitla(backup()), f"El último respaldo de MITLA-01 terminó bien hoy a las 2:41 y pesa 12.4 GB. El siguiente es {NEXT}"),
    (
        mitla(backup(status="running"), backup(MONDAY)),
        f"El respaldo de MITLA-01 que empezó hoy a las 2:05 no aparece terminado; el último bueno es del lunes 23 de noviembre. {COPY}\n\n{REPORTED}",
    ),
    (
        mitla(backup(status="running")),
        f"El respaldo de MITLA-01 que empezó hoy a las 2:05 no aparece terminado y no encuentro uno bueno. {COPY}\n\n{REPORTED}",
    ),
    (mitla(subscription=subscription(date(2027, 11, 23))), f"MITLA-01 todavía no tiene respaldos. El primero será {NEXT}"),
    (mitla(), f"No encuentro ningún respaldo de MITLA-01. {COPY}\n\n{REPORTED}"),
    (mitla(subscription=None), f"No encuentro ningún respaldo de MITLA-01. {COPY}\n\n{REPORTED}"),
    (
        mitla(backup(date(2026, 9, 25))),
        f"El último respaldo de MITLA-01 terminó bien el viernes 25 de septiembre a las 2:41; faltan los de las últimas 60 noches. {COPY}\n\n{REPORTED}",
    ),
    (
        mitla(backup(SUNDAY, "failed"), backup(date(2026, 11, 21))),
        f"El último respaldo de MITLA-01 falló; el último bueno es del sábado 21 de noviembre. {COPY}\n\nDesde entonces no aparece otro respaldo.\n\n{REPORTED}",
    ),
    (mitla(replace(backup(), bytes=None)), f"El último respaldo de MITLA-01 terminó bien hoy a las 2:41. El siguiente es {NEXT}"),
    (
        mitla(backup(status="failed"), backup(MONDAY)),
        f"El último respaldo de MITLA-01 falló; el último bueno es del lunes 23 de noviembre. {COPY}\n\n{REPORTED}",
    ),
    (
        mitla(backup(status="failed"), backup(MONDAY, "failed"), backup(SUNDAY)),
        f"Los últimos 2 respaldos de MITLA-01 fallaron; el último bueno es del domingo 22 de noviembre. {COPY}\n\n{REPORTED}",
    ),
    (mitla(backup(status="failed")), f"El último respaldo de MITLA-01 falló y no encuentro uno bueno. {COPY}\n\n{REPORTED}"),
    (
        mitla(backup(status="failed"), backup(MONDAY, "failed")),
        f"Los últimos 2 respaldos de MITLA-01 fallaron y no encuentro uno bueno. {COPY}\n\n{REPORTED}",
    ),
    (
        mitla(backup(MONDAY)),
        (
            "El último respaldo de MITLA-01 terminó bien ayer, lunes 23 de noviembre, a las 2:41; "
            f"falta el de la última noche. Repórtalo a soporte.\n\n{LINE}"
        ),
    ),
    (mitla(status="provisioning"), "MITLA-01 todavía no se crea; cuando esté activo, se respaldará cada noche."),
    (
        mitla(backup(date(2026, 11, 15)), status="suspended"),
        "MITLA-01 está suspendido. Su último respaldo registrado terminó bien el domingo 15 de noviembre a las 2:41 y pesa 12.4 GB.",
    ),
    (mitla(status="suspended"), "MITLA-01 está suspendido y no encuentro respaldos registrados."),
    (mitla(status="cancelled"), f"MITLA-01 está cancelado. Si necesitas algo sobre él, llama a soporte.\n\n{LINE}"),
]


@pytest.mark.parametrize(("of", "live"), LIVE)
async def test_my_backup(of, live):
    assert (await ask("consultar_respaldo", desk(of))).text == live


@pytest.mark.parametrize(("of", "live"), LIVE)
async def test_the_general_answer_with_my_backup_beneath(of, live):
    text = (await ask("faq_respaldo_automatico", desk(of))).text
    gone, well = of.status == "cancelled", of.status == "active" and LINE not in live
    line = next((each for each in (REPORTED, LINE) if live.endswith(each)), "")
    beneath = live if gone else "\n\n".join(filter(None, [live.removesuffix(line).strip(), BRIEF, line]))
    assert text == (f"{GENERAL}\n\n{live}" if well else beneath)


async def test_a_backup_runs_until_its_window_closes():
    of = desk(mitla(backup(status="running"), backup(MONDAY)))
    running = await ask("consultar_respaldo", of, now=datetime(2026, 11, 24, 3, 0, tzinfo=MEXICO))
    assert running.text == "El respaldo de MITLA-01 se está haciendo en este momento."
    assert "no aparece terminado" in (await ask("consultar_respaldo", of, now=datetime(2026, 11, 24, 3, 6, tzinfo=MEXICO))).text


async def test_the_nights_before_a_running_backup_are_not_forgotten():
    of = desk(mitla(backup(status="running"), backup(MONDAY, "failed"), backup(SUNDAY, "failed")))
    text = (await ask("consultar_respaldo", of, now=datetime(2026, 11, 24, 2, 30, tzinfo=MEXICO))).text
    assert text.startswith("El respaldo de MITLA-01 se está haciendo en este momento.\n\nLos últimos 2 respaldos de MITLA-01 fallaron")


async def test_a_visitor_hears_the_rule_and_nothing_of_anybody():
    answer = await ask("faq_respaldo_automatico", others=[desk(mitla(backup()), id="C-2")])
    assert answer.text.startswith(GENERAL)
    assert "MITLA" not in answer.text
    assert "Para darte ese dato necesito saber qué cuenta es la tuya" in (await ask("consultar_respaldo")).text


async def test_without_live_state_no_value_is_invented():
    answer = await ask("consultar_respaldo", desk(mitla(backup())), away=True)
    assert answer.text.startswith("En este momento no puedo consultar los datos de tu cuenta.")
    assert LINE in answer.text
    assert answer.readings == []


@pytest.mark.parametrize(
    ("clock", "of", "decisive"),
    [
        # the window of tonight is open or still to come: last night's is yesterday's
        ("01:59", mitla(backup(MONDAY)), "El siguiente es hoy, martes 24 de noviembre, entre 2:00 y 3:00."),
        ("02:30", mitla(backup(MONDAY)), "El siguiente es hoy, martes 24 de noviembre, entre 2:00 y 3:00."),
        ("03:00", mitla(backup(MONDAY)), "falta el de la última noche"),
        ("03:00", mitla(backup(TODAY)), f"El siguiente es {NEXT}"),
    ],
)
async def test_around_the_window(clock, of, decisive):
    hour, minute = map(int, clock.split(":"))
    now = datetime(2026, 11, 24, hour, minute, tzinfo=MEXICO)
    assert decisive in (await ask("consultar_respaldo", desk(of), now=now)).text


async def test_readings():
    answer = await ask("consultar_respaldo", desk(mitla(backup())))
    assert {(row["source"], row["field"]) for row in answer.readings} == {
        ("backup", "status"),
        ("backup", "started_at"),
        ("backup", "finished_at"),
        ("backup", "bytes"),
    }
    assert {row["server"] for row in answer.readings} == {"MITLA-01"}
    assert {row["read_at"] for row in answer.readings} == {NOW.isoformat()}
    failing = await ask("consultar_respaldo", desk(mitla(backup(status="failed"), backup(MONDAY))))
    assert ("backup", "failures_in_a_row", "1", "MITLA-01") in failing.told()


async def test_several_servers_in_lines_and_the_line_when_one_failed():
    of = [
        server("A-01", backups=(backup(size=820_000_000),)),
        server("B-01", backups=(backup(status="running"),)),
        server("C-01", subscription=subscription(date(2027, 11, 23))),
        server("D-01", "provisioning"),
    ]
    lines = "• A-01: bien (hoy a las 2:41)\n• B-01: se está haciendo ahora\n• C-01: todavía sin respaldos\n• D-01: todavía no se crea"
    running = datetime(2026, 11, 24, 3, 0, tzinfo=MEXICO)
    assert (await ask("consultar_respaldo", desk(*of), now=running)).text == f"Último respaldo de cada servidor:\n{lines}"
    assert (await ask("faq_respaldo_automatico", desk(*of), now=running)).text == f"{GENERAL}\n\nÚltimo respaldo:\n{lines}"
    lines = lines.replace("se está haciendo ahora", "sin terminar (hoy a las 2:05)")
    failed = server("E-01", backups=(backup(status="failed"),))
    assert (await ask("consultar_respaldo", desk(*of, failed))).text == (
        f"Último respaldo de cada servidor:\n{lines}\n• E-01: falló (hoy a las 2:41)\n\n{REPORTED}"
    )


async def test_a_deleted_server():
    of = server("LIRIO-01", "deleted", subscription=subscription(date(2026, 10, 14), status="expired"))
    assert (await ask("consultar_respaldo", desk(of))).text.startswith(
        "LIRIO-01 ya fue eliminado: su vigencia terminó el miércoles 14 de octubre y el resguardo de su información, el viernes 13"
    )


FAILED_TWICE = mitla(backup(status="failed"), backup(MONDAY, "failed"), backup(SUNDAY))
WELL = mitla(backup())
NEXT_TRY = "El siguiente se intenta solo, mañana, miércoles 25 de noviembre, entre 2:00 y 3:00; no puedo asegurarte que salga bien."
REPORT = f"Haz hoy tu propia copia y repórtalo a soporte.\n\n{LINE}"
FAILED = "Los últimos 2 respaldos de MITLA-01 fallaron, desde ayer, lunes 23 de noviembre; el último bueno es del domingo 22 de noviembre."
NO_CAUSE = (
    "La causa no aparece registrada; soporte la tiene que revisar. "
    "El respaldo se hace en el servidor, así que no depende de la luz ni del internet de tu negocio."
)
UNTIL_SUNDAY = (
    "Los últimos 2 respaldos de MITLA-01 fallaron: lo que capturaste después del último bueno, del domingo 22 de noviembre, "
    "no está en ninguna copia automática."
)
ASKED = [
    (FAILED_TWICE, "state", "el respaldo como va", f"{FAILED}\n\n{REPORT}"),
    (FAILED_TWICE, "when", "y la última buena?", f"El último respaldo bueno de MITLA-01 es del domingo 22 de noviembre; el siguiente intento es {NEXT}"),
    (FAILED_TWICE, "since", "desde cuándo", "Desde ayer, lunes 23 de noviembre: van 2 seguidos que fallan. El último bueno es del domingo 22 de noviembre."),
    (FAILED_TWICE, "why refers=goes_on", "¿y por qué?", NO_CAUSE),
    (FAILED_TWICE, "why", "¿por qué no se respalda?", f"{FAILED}\n\n{NO_CAUSE}"),
    (FAILED_TWICE, "whether", "¿no se perdió nada?", UNTIL_SUNDAY),
    (FAILED_TWICE, "whether", "Esta noche va a fallar otra vez?", NEXT_TRY),
    (FAILED_TWICE, "whether", "será porque no pagué?", f"{FAILED}\n\n{NO_CAUSE}"),
    (FAILED_TWICE, "whether", "y lo reporto yo o ya lo saben", "Haz hoy un respaldo de tu sistema Aspel, guárdalo en una unidad de almacenamiento"),
    (FAILED_TWICE, "whether", "me afecta pa vender?", "MITLA-01 sigue activo: lo que falla es solo el respaldo."),
    (FAILED_TWICE, "sure", "neta 2 noches?", "Así está registrado: en MITLA-01 fallaron los últimos 2, desde ayer, lunes 23 de noviembre"),
    (FAILED_TWICE, "how", "¿y mientras?", "Haz hoy un respaldo de tu sistema Aspel, guárdalo en una unidad de almacenamiento o equipo físico"),
    (FAILED_TWICE, "do", "restáuramelo", "Desde aquí no puedo hacer, enviar ni restaurar respaldos; eso se ve con soporte.\n\nEl último bueno de MITLA-01 es"),
    (FAILED_TWICE, "what_if", "y si hoy se cae?", UNTIL_SUNDAY),
    (FAILED_TWICE, "whether", "¿y antenoche?", "El de ayer, lunes 23 de noviembre, también falló; el último bueno es del domingo 22 de noviembre."),
    (mitla(backup(), backup(MONDAY)), "whether", "¿y el de antenoche?", "El de ayer, lunes 23 de noviembre, terminó bien."),
    (FAILED_TWICE, "what_if", "y si sale bien?", "El siguiente respaldo que salga bien sobrescribe el anterior: se intenta mañana, miércoles 25 de noviembre"),
    (WELL, "whether", "¿se guardó lo de hoy?", "El último respaldo de MITLA-01 terminó bien hoy a las 2:41; lo capturado después todavía no está en él."),
    (WELL, "how", "¿qué hago?", "Con el respaldo automático de MITLA-01 no tienes que hacer nada."),
    (WELL, "why", "¿por qué?", "El último respaldo de MITLA-01 terminó bien hoy a las 2:41"),
    (mitla(backup(status="failed"), backup(MONDAY)), "since", "desde?", "Desde hoy, martes 24 de noviembre: solo ha fallado ese."),
    (mitla(status="provisioning"), "state", "", "MITLA-01 todavía no se crea"),
]  # fmt: skip


@pytest.mark.parametrize(("of", "asked", "text", "begins"), ASKED)
async def test_what_is_asked_of_my_backup_comes_first(of, asked, text, begins):
    assert (await ask("consultar_respaldo", desk(of), frame=asked, text=text)).text.startswith(begins)


async def test_what_to_do_is_said_once_and_again_when_it_is_asked_for():
    first = await ask("consultar_respaldo", desk(FAILED_TWICE), frame="state")
    then = await ask("consultar_respaldo", desk(FAILED_TWICE), frame="why refers=goes_on", slots={"estado": first.state})
    assert then.text == NO_CAUSE
    again = await ask("consultar_respaldo", desk(FAILED_TWICE), frame="again refers=returns", slots={"estado": then.state})
    assert again.text.startswith(f"{FAILED}\n\nHaz hoy tu propia copia y repórtalo a soporte.")


async def test_nothing_is_left_of_a_deleted_server_but_own_copies():
    of = desk(server("LIRIO-01", "deleted", subscription=subscription(date(2026, 10, 14), status="expired")))
    none = "No me aparece ninguna copia de LIRIO-01: su respaldo era del propio servidor, y su resguardo ya terminó."
    own = "Los respaldos de tu sistema Aspel que tengas en una USB u otro equipo son tuyos; si te sirven y cómo usarlos, lo ve soporte."
    assert (await ask("consultar_respaldo", of, frame="whether", text="¿no hay una copia?")).text == f"{none}\n\n{own}\n\n{LINE}"
    assert (await ask("consultar_respaldo", of, frame="what_if", text="¿y si tengo una USB?")).text == f"{own}\n\n{none}\n\n{LINE}"


async def test_a_suspended_server_is_told_what_is_kept_first():
    of = desk(mitla(backup(date(2026, 11, 15)), status="suspended", subscription=subscription(date(2026, 11, 12), status="expired")))
    assert (await ask("consultar_respaldo", of, frame="whether", text="¿lo siguen respaldando?")).text.startswith(
        "No tengo dato de que se respalde mientras está suspendido; tu información se resguarda hasta el sábado 12 de diciembre.\n\n"
    )


async def test_during_an_incident_nobody_promises_the_data():
    text = (await ask("consultar_respaldo", desk(mitla(backup(), incident=incident())), frame="whether", text="¿se perdió algo?")).text
    assert f"Cómo están tus datos durante el incidente de MITLA-01, lo confirma soporte.\n\n{LINE}" in text


RULE = [
    ("whether", "Es automático: cada noche, entre 2 am y 3 am, de todo el servidor. Solo queda el último"),
    ("sure", "Es automático: cada noche, entre 2 am y 3 am, de todo el servidor. Solo queda el último"),
    ("which", "De todo el servidor, no solo de tu sistema Aspel"),
    ("where", "Tu propia copia guárdala en una unidad de almacenamiento o equipo físico."),
    ("who", "El respaldo del servidor es automático, cada noche entre 2 am y 3 am."),
    ("why", "Porque cada respaldo automático sobrescribe el del día anterior y solo queda el último."),
]


@pytest.mark.parametrize(("asked", "begins"), RULE)
@pytest.mark.parametrize("of", [None, desk(WELL), desk(FAILED_TWICE)])
async def test_what_is_asked_of_the_rule_comes_first(of, asked, begins):
    text = (await ask("faq_respaldo_automatico", of, frame=asked)).text
    assert text.startswith(begins)
    assert ("fallaron" in text) == (of is not None and of.servers[0] is FAILED_TWICE)


async def test_the_rule_gives_way_to_what_this_server_needs():
    kept = await ask(
        "faq_respaldo_automatico", desk(FAILED_TWICE), frame="whether", text="¿Esa copia se conserva o la siguiente la encima?"
    )
    assert kept.text.startswith(
        "El siguiente respaldo que salga bien sobrescribe el anterior: se intenta mañana, miércoles 25 de noviembre"
    )
    assert "Si necesitas algo del último bueno de MITLA-01, que es del domingo 22 de noviembre, llama antes a soporte." in kept.text
    assert (await ask("faq_respaldo_automatico", desk(WELL), frame="whether", text="¿se conserva?")).text.startswith("Es automático")
    assert (await ask("faq_respaldo_automatico", desk(FAILED_TWICE), frame="how")).text.startswith(
        "Haz hoy un respaldo de tu sistema Aspel"
    )
    assert (await ask("faq_respaldo_automatico", desk(WELL), frame="how")).text.startswith("El automático no requiere nada de ti.")


async def test_when_it_is_made_by_the_rule_and_for_my_server():
    assert (await ask("faq_respaldo_automatico", frame="when")).text.startswith("Diariamente, entre 2 am y 3 am, sin que hagas nada.")
    assert (await ask("faq_respaldo_automatico", desk(WELL), frame="when")).text == (
        "Cada noche, entre 2:00 y 3:00, sin que hagas nada; el siguiente de MITLA-01 es mañana, miércoles 25 de noviembre."
    )
