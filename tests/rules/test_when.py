"""Days as customers name them, read on Friday 27 November 2026."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.calendar import BusinessCalendar
from bot.rules.when import When, find_when

CALENDAR = BusinessCalendar(ZoneInfo("America/Mexico_City"))
TODAY = date(2026, 11, 27)
DAY = timedelta(days=1)


def on(text: str, today: date = TODAY, *, last: bool = False) -> When | None:
    return find_when(text, today, CALENDAR, last=last)


def written(when: When | None) -> str:
    """As "11-30", "11-30 12-06" (a span), "end+10", "past 11-15" or "-"."""
    if when is None:
        return "-"
    counted = [f"end{each:+}" for each in when.after_end]
    return " ".join(["past"] * when.past + [day.isoformat()[5:] for day in when.days] + counted)


ONE_DAY = {
    "y si pago hoy mismo": "11-27",
    "i si paga oy": "11-27",
    "si pago ahorita alcanzo?": "11-27",
    "y si pago ya?": "11-27",
    "lo pago ahora": "11-27",
    "y si pagara esta misma tarde": "11-27",
    "si contrato hoy viernes el lunes ya estaria?": "11-27",
    "¿Y si contrato hoy, mañana ya estaríamos?": "11-27",
    "si pago el 3 y el 5 hoy con crédito": "11-27",
    "mañana deposito": "11-28",
    "y si pago mñn": "11-28",
    "y si pago manana en la noche? salgo a las 9": "11-28",
    "ella regresa pasado mañana en la mañana": "11-29",
    "Y PASADO MAÑANA / QUE": "11-29",
    "si el banco no confirma mañana ni pasado": "11-29",
    "y el lunes?": "11-30",
    "EL LUNES ME PAGAN": "11-30",
    "el lunes que viene": "11-30",
    "hasta el prox lunes": "11-30",
    "el jueves": "12-03",
    "el miércoles": "12-02",
    "hasta el viernes": "12-04",
    "el lunes de la otra semana": "11-30",
    "el miercoles de la semana que viene": "12-02",
    "¿y si es domingo también?": "11-29",
    "en 15 días": "12-12",
    "si me espero 20 dias": "12-17",
    "de aquí a 20 días": "12-17",
    "dentro de 3 días": "11-30",
    "Y SI DE PLANO ME TARDO UNOS VEINTE DIAS": "12-17",
    "otros 15 dias": "12-12",
    "son 16 días, la libro?": "12-13",
    "en treinta y un días": "12-28",
    "veintidós días": "12-19",
    "en 3 días hábiles": "12-02",
    "15 d": "12-12",
    "en 15d": "12-12",
    "20 diaz": "12-17",
    "y en 15?": "12-12",
    "¿y si lo firman hasta dentro de 20?": "12-17",
    "y 17": "12-14",
    "con 20 ya no verdad": "12-17",
    "y si son 20": "12-17",
    "Y TREINTA": "12-27",
    "al séptimo día contando de hoy": "12-04",
    "una semana": "12-04",
    "1 sem": "12-04",
    "Y SI LE DOY EN DOS SEMANAS": "12-11",
    "HASTA DE AQUI EN TRES SEMANAS SI ME AGUANTO": "12-18",
    "semana y media": "12-08",
    "mes y medio": "01-11",
    "me espero un mes y ya?": "12-27",
    "y si al mes ya no quiero?": "12-27",
    "en tres meses": "02-27",
    "medio mes": "12-12",
    "hasta la quincena": "11-30",
    "a la kincena": "11-30",
    "si no pago esta quincena sino la que sigue": "12-15",
    "hasta la otra quincena": "12-15",
    "una quincena": "12-12",
    "para el cierre de mes": "11-30",
    "fin de mes": "11-30",
    "a fines de mes": "11-30",
    "el último día del mes": "11-30",
    "hasta fin de mes que viene": "12-31",
    "el 20": "12-20",
    "el 31": "12-31",
    "para el 30 te pago": "11-30",
    "el 3 de diciembre": "12-03",
    "3 dic": "12-03",
    "el tres de diciembre": "12-03",
    "el viernes 4 de diciembre": "12-04",
    "hasta el domingo, 13 de diciembre": "12-13",
    "para el lunes 7": "12-07",
    "viernes 04/12": "12-04",
    "el 05/12": "12-05",
    "05-12-2026": "12-05",
    "2026-12-05": "12-05",
    "el 2 de enero": "01-02",
    "el primero de enero": "01-01",
    "a fin de enero": "01-31",
}
SPANS = {
    "si paga la otra semana": "11-30 12-06",
    "la semana que viene": "11-30 12-06",
    "le kaigo con el varo el finde": "11-28 11-29",
    "el fin de semana": "11-28 11-29",
    "el mes que sigue no pago": "12-01 12-31",
    "en enero": "01-01 01-31",
    "a principios de mes": "12-01 12-05",
}
COUNTED = {
    "al décimo día de vencido": "end+10",
    "a los 10 dias de vencido": "end+10",
    "3 días después de que venza": "end+3",
    "¿y si pago 3 días después?": "end+3",
    "un día antes del vencimiento": "end-1",
    "con dos días de anticipación": "end-2",
    "y si se me atrasa un dia me cortan?": "end+1",
    "y si ya pasaron como 40?": "end+40",
    "el mero dia q se vence": "end+0",
    "si me espero al final": "end+0",
}
SEVERAL = {
    "y a los 40?": "01-06 end+40",
    "¿Y al noveno?": "12-06 end+9",
    "en el segundo día la cambio": "11-29 end+2",
    "¿y al día treinta y uno?": "12-31 end+31",
    "el lunes 8": "11-30 12-08",
    "con debito en el dia 17?": "12-14 12-17 end+17",
}
OVER = {
    "si hubiera pagado hace 12 dias": "past 11-15",
    "ayer": "past 11-26",
    "antier": "past 11-25",
    "el lunes pasado": "past 11-23",
    "hace una semana": "past 11-20",
    "el 3 de noviembre": "past 11-03",
}
NONE = (
    "",
    "y si no pago?",
    "unos días",
    "si un mes no paga, ¿se lo quitan?",
    "no pago este mes",
    "y si en 20 minutos no esta?",
    "a las 9 de la noche",
    "si pasa la media hora",
    "en la mañana",
    "los 120 días que faltan",
    "los 3 días de gracia",
    "quiero pasar de 5 a 10 usuarios",
    "En el primer caso, la factura",
    "30 de febrero",
    "el 45",
    "y si no quiero esperar 120 días?",
    "si un dia me cancelan la tarjeta",
    "solicito la fecha de vencimiento y el importe",
    "99/99/9999",
)
CASES = {**ONE_DAY, **SPANS, **COUNTED, **SEVERAL, **OVER, **dict.fromkeys(NONE, "-")}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_a_day_is_read(text, expected):
    assert written(on(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("supongamos que hoy no le pongo nada, que me pasa mañana", "11-28"),
        ("y si no me contestan hoy me lo apagan mañana?", "11-28"),
        ("¿Y si de plano ni hoy ni el lunes, si se me va dos semanas?", "12-11"),
        ("si me espero 20 dias, es que ahorita la quincena estuvo muy flaca", "12-17"),
    ],
)
def test_of_several_days_the_last_is_read_when_one_asks_how_things_stand_then(text, expected):
    assert written(on(text, last=True)) == expected


def test_today_is_no_answer_to_how_things_stand_then():
    assert on("¿y si hoy no pago?", last=True) is None


def test_what_is_counted_from_the_end_needs_the_end():
    ended = date(2026, 11, 25)
    when = on("al décimo día de vencido")
    assert when.possible(ended, TODAY) == (date(2026, 12, 5),)
    assert when.possible(None, TODAY) == ()
    assert When(after_end=(1,)).possible(ended, TODAY) == ()
    assert on("a los 10").possible(ended, TODAY) == (date(2026, 12, 5), date(2026, 12, 7))


@pytest.mark.parametrize(("today", "expected"), [("11-14", "11-15"), ("11-15", "11-30"), ("11-29", "11-30"), ("11-30", "12-15")])
def test_payday_is_the_next_15th_or_last_day(today, expected):
    assert written(on("a la quincena", date.fromisoformat(f"2026-{today}"))) == expected


@pytest.mark.parametrize(("today", "expected"), [("11-23", "11-30"), ("11-28", "11-30"), ("11-29", "11-30")])
def test_a_weekday_is_never_today(today, expected):
    assert written(on("el lunes", date.fromisoformat(f"2026-{today}"))) == expected


@pytest.mark.parametrize(
    ("today", "expected"), [("11-27", "11-28 11-29"), ("11-28", "11-28 11-29"), ("11-29", "11-29 11-29"), ("11-30", "12-05 12-06")]
)
def test_a_weekend_is_this_one_until_it_is_over(today, expected):
    assert written(on("el finde", date.fromisoformat(f"2026-{today}"))) == expected


WORDS = (
    "si pago el la lunes viernes 15 20 31 40 0 9999 dia dias semana mes y medio mañana pasado hoy en a los al de enero febrero 30/02 quincena otra "
    "que viene vencido antes hace ayer fin no ni hasta un dos treinta uno décimo 3 / - ¿ ?"
)


@given(
    st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join)),
    st.dates(date(2019, 1, 1), date(2090, 12, 31)),
    st.booleans(),
)
def test_any_text_is_read_without_error_and_no_day_before_today_unless_it_is_over(text, today, last):
    when = on(text, today, last=last)
    if when is not None:
        assert when.days or when.after_end
        assert list(when.days) == sorted(when.days)
        if when.past:
            assert all(day < today for day in when.days)
        else:
            assert all(day >= today for day in when.days)


@given(st.integers(1, 400), st.dates(date(2019, 1, 1), date(2090, 12, 31)))
def test_so_many_days_are_so_many_days(n, today):
    for text in (f"en {n} días", f"{n} d", f"si me espero {n} dias más"):
        assert on(text, today).days == (today + n * DAY,)


@pytest.mark.parametrize("text", ["y si pago en 9999 días", "si me espero 1001 días", "¿y si pago el 31 de febrero?", "el 99/99/9999"])
def test_what_no_calendar_has_and_nobody_plans_for_names_no_day(text):
    assert find_when(text, TODAY, CALENDAR) is None


@pytest.mark.parametrize("text", ["si pago el 1 de enero de 1900", "si pago el 01/01/1900"])
def test_a_year_that_is_over_is_over(text):
    found = find_when(text, TODAY, CALENDAR)
    assert found is not None
    assert found.past
