"""What the macros stand for, seen in words that customers read."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.conversing.macros import Macros
from bot.rules.calendar import BusinessCalendar

MEXICO = ZoneInfo("America/Mexico_City")
MACROS = Macros(BusinessCalendar(MEXICO), date(2026, 11, 26), "55 8000 9480", 72)  # a Thursday


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("{day:18}", "hasta el lunes 14 de diciembre"),
        ("{day:18}", "el 14/12"),
        ("{day:18}", "2026-12-14"),
        ("{day:-12}", "el 14 nov"),
        ("{day:1}", "hasta mañana"),
        ("{day:0}", "vence HOY"),
        ("{day:-1}", "fue ayer"),
        ("{weekday:1}", "el viernes"),
        ("{weekday:1}", "mañana mismo"),
        ("{weekday:4}", "el lunes"),
        ("{business:2}", "lunes 30 de noviembre"),
        ("{business:-1}", "ayer"),
        ("{cancel_by:18}", "a más tardar el martes 8 de diciembre"),
        ("{cancel_by:2}", "el plazo ya pasó"),
        ("{money:899}", "$899.00 MXN"),
        ("{money:1499}", "$1,499.00"),
        ("{money:1499.5}", "$1,499.50"),
        ("{phone}", "llama al 5580009480"),
        ("{line}", "Un Asesor te ayuda"),
        ("{line}", "55 8000 9480"),
        ("{ask}", "¿De cuál?"),
        (r"\b\d{1,2} d[ií]as", "en 18 días"),
        ("({day:1}|{day:4})", "30 de noviembre"),
    ],
)
def test_it_stands_for(expression, text):
    assert MACROS.compiled(expression).search(text)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("{day:1}", "a las 9 de la mañana"),
        ("{day:1}", "pasado mañana"),
        ("{day:18}", "114 de diciembre"),
        ("{weekday:2}", "mañana"),
        ("{cancel_by:18}", "el plazo ya pasó"),
        ("{money:899}", "$8,990"),
        ("{money:1499.5}", "$1,499"),
        ("{phone}", "5 8000 9480"),
        ("{ask}", "De cuál?"),
    ],
)
def test_it_does_not_stand_for(expression, text):
    assert not MACROS.compiled(expression).fullmatch(text)
    assert expression.startswith("{money") or not MACROS.compiled(expression).search(text)


def test_days_off_of_the_company_are_no_business_days():
    off = Macros(BusinessCalendar(MEXICO, [date(2026, 11, 27)]), date(2026, 11, 26), "55 8000 9480", 72)
    assert off.compiled("{business:1}").search("lunes 30 de noviembre")


@pytest.mark.parametrize("expression", ["{dia:1}", "{day}", "{phone:3}", "{money:mucho}", "(sin cerrar", "{day:1.5}"])
def test_what_is_none_is_refused(expression):
    with pytest.raises(Exception, match=r"is no macro|missing|invalid literal|could not convert"):
        MACROS.compiled(expression)
