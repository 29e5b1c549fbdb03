"""Live values stand in words beside an answer; what there is no word for stands as it was read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.console import live_values
from bot.console.pages import Clocks
from bot.rules.calendar import BusinessCalendar
from bot.settings import ROOT

CLOCKS = Clocks(BusinessCalendar(ZoneInfo("America/Mexico_City")), datetime(2026, 11, 27, 18, tzinfo=UTC))


@pytest.mark.parametrize(
    ("source", "field", "value", "told"),
    [
        ("virtual_server", "status", "suspended", "Estado: suspendido"),
        ("subscription", "ends_on", "2026-11-27", "Vence: viernes 27 de noviembre"),
        ("subscription", "ends_on", "2027-01-02", "Vence: sábado 2 de enero de 2027"),
        ("subscription", "auto_renew", "True", "Se renueva sola: sí"),
        ("payment", "charged_at", "2026-11-27T01:05:00+00:00", "Cargo hecho: jueves 26 de noviembre, 19:05"),
        ("backup", "bytes", "12400000000", "Respaldo, tamaño: 12.4 GB"),
        ("licence", "Aspel SAE", "expired", "Licencia de Aspel SAE: vencida"),
        ("payment", "reason", "fondos insuficientes", "Motivo del rechazo: fondos insuficientes"),
        ("payment", "status", "a new one", "Cargo: a new one"),
        ("invoice", "number", "20261202", "Factura: 20261202"),
        ("subscription", "ends_on", "2026-13-40", "Vence: 2026-13-40"),
        ("payment", "charged_at", "2026-11-27T99:05:00+00:00", "Cargo hecho: 2026-11-27T99:05:00+00:00"),
        ("another", "thing", None, "another.thing: sin valor"),
    ],
)
def test_a_live_value_is_told_in_words(source: str, field: str, value: str | None, told: str) -> None:
    assert f"{live_values.name(source, field)}: {CLOCKS.value(source, field, value)}" == told


def test_there_is_a_name_for_whatever_the_actions_read() -> None:
    """Of those that name their fields where they read them; the others gather them in a dictionary before."""
    found = set()
    for path in (ROOT / "actions").glob("*.py"):
        for source, given in re.findall(r'readings\(turn, \w+, "(\w+)", ([^*()]*)', path.read_text(encoding="utf-8")):
            found |= {f"{source}.{field}" for field in re.findall(r"(\w+)=", given)}
    assert len(found) > 15
    assert sorted(each for each in found if live_values.name(*each.split(".")) == each) == []
