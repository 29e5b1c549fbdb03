"""The same customers on days that trip a calendar: a long weekend, month and year ends, a leap day, midnight, before the backup.

The demo is always relative to now, so each date below was counted by hand for that day.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from tests.conversations.questions import ACCOUNT, FREQUENT
from tests.conversations.runner import Talks, masked
from tests.conversations.spanish import MEXICO

ASK = {**ACCOUNT, **FREQUENT}
CASES = [
    pytest.param(
        datetime(2026, 11, 15, 20, 0),
        "C-1007",
        "consultar_pago",
        "hecho el viernes 13 de noviembre, sigue pendiente. Debe confirmarse a más tardar el jueves 19 de noviembre",
        id="Sunday before a holiday on Monday: neither counts for a bank charge",
    ),
    pytest.param(
        datetime(2026, 11, 15, 20, 0),
        None,
        "hablar_con_asesor",
        "Claro: te atiende un asesor en cuanto abra la línea. Registré tu solicitud con el folio {folio}; dáselo al llamar.\n\n"
        "Línea de soporte: 55 8000 9480 (cerrada; abre el martes 17 de noviembre a las 9:00).",
        id="Sunday before a holiday on Monday: the line opens on Tuesday",
    ),
    pytest.param(
        datetime(2026, 11, 27, 18, 0),
        "C-1012",
        "consultar_servidor",
        "(cerrada; abre el lunes 30 de noviembre a las 9:00)",
        id="Friday at six: the line has just closed",
    ),
    pytest.param(
        datetime(2026, 11, 24, 8, 30),
        "C-1012",
        "consultar_servidor",
        "(cerrada; abre hoy a las 9:00)",
        id="Tuesday before nine: the line opens today",
    ),
    pytest.param(
        datetime(2026, 11, 24, 23, 58),
        "C-1003",
        "consultar_suscripcion",
        "se puede usar hasta mañana, miércoles 25 de noviembre:",
        id="two minutes to midnight, although it is another day in UTC",
    ),
    pytest.param(
        datetime(2026, 11, 24, 1, 30),
        "C-1001",
        "consultar_respaldo",
        "terminó bien ayer, lunes 23 de noviembre, a las 2:33; lo capturado después todavía no está en él. "
        "El siguiente es hoy, martes 24 de noviembre, entre 2:00 y 3:00.",
        id="before the backup of the night",
    ),
    pytest.param(
        datetime(2026, 12, 31, 12, 0),
        "C-1011",
        "consultar_factura",
        "estará disponible el jueves 7 de enero de 2027, en 4 días hábiles.",
        id="New Year's Day is no business day for an invoice",
    ),
    pytest.param(
        datetime(2026, 12, 31, 12, 0),
        "C-1003",
        "consultar_suscripcion",
        "está en gracia y se puede usar hasta mañana, viernes 1 de enero de 2027:",
        id="grace ends in another year",
    ),
    pytest.param(
        datetime(2027, 2, 26, 12, 0),
        "C-1002",
        "faq_cambiar_solucion",
        "el plazo para cancelar HIDALGO-01 y cambiar terminó ayer, jueves 25 de febrero, 72 horas hábiles antes de que venza, el miércoles 3 de marzo.\n\n"
        "Si se renueva, tu siguiente oportunidad es a más tardar el martes 30 de marzo.",
        id="five days before the end may be too late to cancel",
    ),
    pytest.param(
        datetime(2028, 2, 28, 10, 0),
        "C-1003",
        "consultar_suscripcion",
        "está en gracia y se puede usar hasta mañana, martes 29 de febrero:",
        id="grace ends on a leap day",
    ),
    pytest.param(
        datetime(2027, 3, 12, 10, 0),
        "C-1008",
        "consultar_pago",
        "hecho el jueves 4 de marzo, sigue pendiente y ya se pasó del plazo, que terminó el martes 9 de marzo.\n\n"
        "Ya lo reporté con el folio {folio}",
        id="six business days ago, over one weekend",
    ),
    pytest.param(
        datetime(2027, 3, 12, 10, 0),
        "C-1007",
        "consultar_pago",
        "hecho ayer, jueves 11 de marzo, sigue pendiente. Debe confirmarse a más tardar el miércoles 17 de marzo",
        id="Juárez's birthday is kept on the third Monday of March",
    ),
]


@pytest.mark.parametrize(("now", "desk", "intent", "told"), CASES)
def test_a_day(talks: Talks, clock: time_machine.Coordinates, now, desk, intent, told):
    clock.move_to(now.replace(tzinfo=MEXICO).astimezone(UTC))
    assert told in masked(talks.of(desk).says(ASK[intent]).text)
