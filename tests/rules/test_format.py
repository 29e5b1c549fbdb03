from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import format as words

MEXICO = ZoneInfo("America/Mexico_City")
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=MEXICO)


def test_a_long_date():
    assert words.long_date(date(2026, 11, 24)) == "martes 24 de noviembre"
    assert words.long_date(date(2027, 1, 2), TODAY) == "sábado 2 de enero de 2027"
    assert words.long_date(date(2028, 2, 29), date(2028, 1, 1)) == "martes 29 de febrero"


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_our_words_are_those_of_the_unicode_tables(day):
    assert words.long_date(day) == format_date(day, "EEEE d 'de' MMMM", locale="es_MX")


@pytest.mark.parametrize(
    ("day", "near", "on"),
    [
        ("2026-11-23", "hoy, lunes 23 de noviembre", "hoy, lunes 23 de noviembre"),
        ("2026-11-24", "mañana, martes 24 de noviembre", "mañana, martes 24 de noviembre"),
        ("2026-11-22", "ayer, domingo 22 de noviembre", "ayer, domingo 22 de noviembre"),
        ("2026-11-25", "miércoles 25 de noviembre", "el miércoles 25 de noviembre"),
        ("2027-11-24", "miércoles 24 de noviembre de 2027", "el miércoles 24 de noviembre de 2027"),
    ],
)
def test_near_dates(day, near, on):
    assert words.near_date(date.fromisoformat(day), TODAY) == near
    assert words.on_date(date.fromisoformat(day), TODAY) == on


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2026-12-01", "2026-12-02", "entre el martes 1 y el miércoles 2 de diciembre"),
        ("2026-11-30", "2026-12-01", "entre el lunes 30 de noviembre y el martes 1 de diciembre"),
        ("2026-12-31", "2027-01-04", "entre el jueves 31 de diciembre y el lunes 4 de enero de 2027"),
        ("2026-11-24", "2026-11-25", "entre mañana, martes 24 de noviembre y el miércoles 25 de noviembre"),
        ("2026-11-27", "2026-11-27", "el viernes 27 de noviembre"),
    ],
)
def test_days_between(first, last, told):
    assert words.between(date.fromisoformat(first), date.fromisoformat(last), TODAY) == told


def test_tomorrow_over_the_end_of_the_year():
    assert words.near_date(date(2027, 1, 1), date(2026, 12, 31)) == "mañana, viernes 1 de enero de 2027"


@pytest.mark.parametrize(
    ("when", "told", "on"),
    [
        ("2026-11-23T14:05", "hoy a las 14:05", "hoy a las 14:05"),
        ("2026-11-23T01:05", "hoy a la 1:05", "hoy a la 1:05"),
        ("2026-11-22T09:00", "ayer, domingo 22 de noviembre, a las 9:00", "ayer, domingo 22 de noviembre, a las 9:00"),
        ("2026-11-24T00:00", "mañana, martes 24 de noviembre, a las 0:00", "mañana, martes 24 de noviembre, a las 0:00"),
        ("2026-11-10T13:15", "martes 10 de noviembre a las 13:15", "el martes 10 de noviembre a las 13:15"),
    ],
)
def test_moments(when, told, on):
    moment = datetime.fromisoformat(when).replace(tzinfo=MEXICO)
    assert words.moment(moment, NOW) == told
    assert words.on_moment(moment, NOW.astimezone(UTC)) == on


def test_a_time_that_is_not_local_is_refused():
    for moment in (datetime(2026, 11, 23, 20, 5, tzinfo=UTC), datetime(2026, 11, 23, 20, 5)):
        with pytest.raises(ValueError, match="local"):
            words.clock_time(moment)
    assert words.clock_time(datetime(2026, 11, 23, 9, 5, tzinfo=MEXICO)) == "9:05"


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("1250", "$1,250.00 MXN"),
        ("899.00", "$899.00 MXN"),
        ("1234567.891", "$1,234,567.89 MXN"),
        ("0.005", "$0.01 MXN"),
        ("-5", "-$5.00 MXN"),
        ("0", "$0.00 MXN"),
    ],
)
def test_money(amount, told):
    assert words.money(Decimal(amount), "MXN") == told


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (12_400_000_000, "12.4 GB"),
        (820_000_000, "820 MB"),
        (999_999_999, "1.0 GB"),
        (999_960_000_000, "1.0 TB"),
        (3_000, "3 KB"),
        (12, "12 bytes"),
        (0, "0 bytes"),
        (2_500_000_000_000, "2.5 TB"),
    ],
)
def test_sizes(size, told):
    assert words.size(size) == told


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("contacto@optica.mx", "co*****o@optica.mx"),
        ("ventas@x.mx", "ve*****s@x.mx"),
        ("ana@x.mx", "a*****@x.mx"),
        ("a@x.mx", "*****@x.mx"),
        ('"a@b"@x.mx', '"a*****"@x.mx'),
        ("nothing", "*****"),
        ("@x.mx", "*****"),
        ("", "*****"),
    ],
)
def test_masked_mail(address, masked):
    assert words.mask_email(address) == masked


@given(st.from_regex(r"[a-z0-9._+-]{1,64}", fullmatch=True))
def test_a_masked_mail_never_shows_the_whole_name_nor_its_length(local):
    masked = words.mask_email(f"{local}@example.com")
    shown = masked.removesuffix("@example.com").split("*****")
    assert len("".join(shown)) < len(local)
    assert len(shown) == 2
    assert masked.endswith("*@example.com") or len(shown[1]) == 1


@given(st.text())
def test_masking_never_raises(text):
    assert "*****" in words.mask_email(text)


@pytest.mark.parametrize(("n", "told"), [(1, "1 día"), (3, "3 días"), (0, "0 días")])
def test_days(n, told):
    assert words.days(n) == told


@pytest.mark.parametrize(("n", "told"), [(0, "menos de un día hábil"), (1, "1 día hábil"), (4, "4 días hábiles")])
def test_business_days(n, told):
    assert words.business_days(n) == told


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], ""),
        (["A"], "A"),
        (["A", "B"], "A y B"),
        (["SIERRA-01", "SIERRA-02", "SIERRA-03"], "SIERRA-01, SIERRA-02 y SIERRA-03"),
        (["RUIZ-01", "HIDALGO-01"], "RUIZ-01 e HIDALGO-01"),
        (["A", "Ingenio"], "A e Ingenio"),
        (["A", "Hielo"], "A y Hielo"),
    ],
)
def test_names_joined(names, told):
    assert words.join_names(names) == told
