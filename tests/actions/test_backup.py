"""Backups, as the customer reads the answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.actions.rendering import MEXICO, NOW, TODAY, ask, backup, desk, server, subscription

LINE = "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
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
        f"El respaldo de MITLA-01 que empezó hoy a las 2:05 no aparece terminado; el último bueno es del lunes 23 de noviembre. {COPY}\n\n{LINE}",
    ),
    (
        mitla(backup(status="running")),
        f"El respaldo de MITLA-01 que empezó hoy a las 2:05 no aparece terminado y no encuentro uno bueno. {COPY}\n\n{LINE}",
    ),
    (mitla(subscription=subscription(date(2027, 11, 23))), f"MITLA-01 todavía no tiene respaldos. El primero será {NEXT}"),
    (mitla(), f"No encuentro ningún respaldo de MITLA-01. {COPY}\n\n{LINE}"),
    (mitla(subscription=None), f"No encuentro ningún respaldo de MITLA-01. {COPY}\n\n{LINE}"),
    (
        mitla(backup(date(2026, 9, 25))),
        f"El último respaldo de MITLA-01 terminó bien el viernes 25 de septiembre a las 2:41; faltan los de las últimas 60 noches. {COPY}\n\n{LINE}",
    ),
    (
        mitla(backup(SUNDAY, "failed"), backup(date(2026, 11, 21))),
        f"El último respaldo de MITLA-01 falló; el último bueno es del sábado 21 de noviembre. {COPY}\n\nDesde entonces no aparece otro respaldo.\n\n{LINE}",
    ),
    (mitla(replace(backup(), bytes=None)), f"El último respaldo de MITLA-01 terminó bien hoy a las 2:41. El siguiente es {NEXT}"),
    (
        mitla(backup(status="failed"), backup(MONDAY)),
        f"El último respaldo de MITLA-01 falló; el último bueno es del lunes 23 de noviembre. {COPY}\n\n{LINE}",
    ),
    (
        mitla(backup(status="failed"), backup(MONDAY, "failed"), backup(SUNDAY)),
        f"Los últimos 2 respaldos de MITLA-01 fallaron; el último bueno es del domingo 22 de noviembre. {COPY}\n\n{LINE}",
    ),
    (mitla(backup(status="failed")), f"El último respaldo de MITLA-01 falló y no encuentro uno bueno. {COPY}\n\n{LINE}"),
    (
        mitla(backup(status="failed"), backup(MONDAY, "failed")),
        f"Los últimos 2 respaldos de MITLA-01 fallaron y no encuentro uno bueno. {COPY}\n\n{LINE}",
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
    beneath = live if gone else "\n\n".join(filter(None, [live.removesuffix(LINE).strip(), BRIEF, LINE if LINE in live else ""]))
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
        f"Último respaldo de cada servidor:\n{lines}\n• E-01: falló (hoy a las 2:41)\n\n{LINE}"
    )


async def test_a_deleted_server():
    of = server("LIRIO-01", "deleted", subscription=subscription(date(2026, 10, 14), status="expired"))
    assert (await ask("consultar_respaldo", desk(of))).text.startswith(
        "LIRIO-01 ya fue eliminado: su vigencia terminó el miércoles 14 de octubre y el resguardo de su información, el viernes 13"
    )
