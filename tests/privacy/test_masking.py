"""What is personal is masked however it is written; what the assistant needs to answer never is."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.privacy.kinds import NEVER_KEPT, PLACEHOLDERS
from bot.privacy.masking import Mask, mask_for
from tests.privacy import identifiers

MASK = mask_for(["55 8000 9480"])
FOLIO = "234679ACDEFHJKMNPQRTUVWX"
AROUND = st.sampled_from(
    [
        "{}",
        "hola, {}",
        "mi número es {} gracias",
        "{}, ¿cuándo vence?",
        "por favor márcame al {}.",
        "¿{}?",
        "anota: {}\ngracias",
        "es el {} y urge",
    ]
)

# --- masked -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mi tarjeta es 4152 3136 0000 1111", "mi tarjeta es [tarjeta]"),
        ("tarjeta 4242-4242-4242-4242 vence 12/28 cvv 123", "tarjeta [tarjeta] vence 12/28 cvv [código]"),
        ("con mi tarjeta 4242424242424242 o la 5555 5555 5555 4444", "con mi tarjeta [tarjeta] o la [tarjeta]"),
        ("4152/3136/0000/1111", "[tarjeta]"),
        ("la amex 3782 822463 10005", "la amex [tarjeta]"),
        ("cuatro dos cuatro dos cuatro dos cuatro dos cuatro dos cuatro dos cuatro dos cuatro dos", "[tarjeta]"),
        ("doble cuatro veintidós 42 cuatro dos cuatro dos cuatro dos cuatro dos cuatro dos", "[tarjeta]"),
        ("clabe 032180000118359719", "clabe [CLABE]"),
        ("032 180 00011835971 9", "[CLABE]"),
        ("mi clabe es 123456789012345678", "mi clabe es [CLABE]"),  # a slip in it: still whose it is
        ("a la cuenta 0123456789", "a la cuenta [CLABE]"),
        ("mi rfc es GODE561231GR8", "mi rfc es [RFC]"),
        ("gode 561231 gr8", "[RFC]"),
        ("COMG-600703", "[RFC]"),
        ("mab9307148t4", "[RFC]"),
        ("curp BOXW310820HNERXN09", "curp [CURP]"),
        ("me marcan al 33 1234 5678?", "me marcan al [teléfono]?"),
        ("+52 1 55 1234 5678", "[teléfono]"),
        ("+1 (415) 555-2671", "[teléfono]"),
        ("55 12 34 56 78 o 5598765432", "[teléfono] o [teléfono]"),
        ("mi cel es 1234 5678", "mi cel es [teléfono]"),
        ("tel5512345678", "tel[teléfono]"),
        ("cincuenta y cinco doce treinta y cuatro cincuenta y seis setenta y ocho", "[teléfono]"),
        ("mándalo a juan.perez+x@gmail.com por favor", "mándalo a [correo] por favor"),
        ("juan @ despacho.com.mx", "[correo]"),
        ("juan@gmail", "[correo]"),
        ("es juan punto perez arroba gmail punto com", "es [correo]"),
        ("mi contraseña es Perrito123", "mi contraseña es [contraseña]"),
        ("mi contraseña es perrito", "mi contraseña es [contraseña]"),
        ("mi contraseña del servidor SIERRA-02 es Lucero.88 y no entra", "mi contraseña del servidor SIERRA-02 es [contraseña] y no entra"),
        ("contraseña: hola.2024!", "contraseña: [contraseña]!"),
        ("password=abc123", "password=[contraseña]"),
        ("usé la contraseña a12345 y no entra", "usé la contraseña [contraseña] y no entra"),
        ("usuario ana contraseña perro12", "usuario ana contraseña [contraseña]"),
        ("mi contra es perro88 o gato99", "mi contra es [contraseña] o [contraseña]"),
        ("Aspel2024 es mi contraseña", "[contraseña] es mi contraseña"),
        ("mi clave de acceso es 8821", "mi clave de acceso es [contraseña]"),
        ("mi contraseña es juan@gmail.com", "mi contraseña es [contraseña]"),
        ("mi código es 482913", "mi código es [código]"),
        ("482913", "[código]"),
        ("es el 482 913, gracias", "es el [código], gracias"),
        ("el código que me llegó es cuatro ocho dos nueve uno tres", "el código que me llegó es [código]"),
        ("mi nip es 4821", "mi nip es [código]"),
        ("ya pagué, mi código es cuatro ocho dos nueve uno tres", "ya pagué, mi código es [código]"),
        ("ya pagué y el código que llegó fue 482913", "ya pagué y el código que llegó fue [código]"),
        ("tu código para pagar es 482913", "tu código para pagar es [código]"),
        ("código de transferencia 482913", "código de transferencia [código]"),
        ("el código debe ser 482913", "el código debe ser [código]"),
        ("el código que debo poner: 4829", "el código que debo poner: [código]"),
        ("código para el pago 482 913", "código para el pago [código]"),
        ("contraseña 12-perro-34", "contraseña [contraseña]"),
        ("contraseña Windows2024", "contraseña [contraseña]"),
        ("contraseña MAX234", "contraseña [contraseña]"),
        ("４２４２ ４２４２ ４２４２ ４２４２", "[tarjeta]"),
        ("4242\u200b4242\u200b4242\u200b4242", "[tarjeta]"),
    ],
)
def test_masked(text: str, masked: str):
    assert MASK(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "¿sigue siendo el 55 8000 9480?", "RUIZ-01 no abre", "SIERRA-02, SIERRA-03 y sierra 04", "olvidé la contraseña SIERRA-02", "contraseña de mi servidor RUIZ-01",
        "mi contraseña es incorrecta", "mi contraseña es la misma de siempre", "la contraseña no es", "contraseña: no me llegó", "¿cuál es mi contraseña?",
        "la clave es tener paciencia", "la contraseña es obligatoria", "mi contraseña caducó", "cambio de contraseña office365",
        "pagué 1,499.00 el 24/11/2026 a las 10:30", "2026-11-24 10:30", "del 24-11-2026 al 30-11-2026", "vence el 24.11.2026", "$899.00 MXN", "debo 150000 pesos",
        "son 1234567890 pesos", "$1,234,567,890.00", "versión 10.0.19041.1237", "windows server 2022 21H2 20348.2113", "192.168.100.25", "sae 9.0 reinstalable 14",
        "mi código postal es 06600", "no me llegó el código y pagué 1500", "olvidé mi contraseña 7A9CDE", "contraseña A-1012", "cambié la contraseña 24-nov-2026", "código de error 0x80070005", "error 1603 0 100", "folio 7A9CDE", "factura A-1012", "cliente C-1003", "tengo 1500 2000 y 2500",
        "uno dos tres, probando", "son veinte o treinta y cinco usuarios", "dos mil quinientos cincuenta y cinco", "24/7", "Y LA CLAVE TAMBIEN ES AHI", "4 8 15 16 23 42", "Contraseña (AGUILA-01 está caído)", "mándalo a mi gmail", "van 120630 que",
        "no tengo el código para pagar 1500", "no me llegó el código y debo pagar 1500", "me falta el código, cobraron 150000", "el código no sirve y pago 1500",
        "contraseña 24-noviembre-2026", "cambié la contraseña 3/dic/26", "contraseña Windows2022", "contraseña MAX23A",
        "me marca error 80070005", "número de error 80070005", "hola", "", "@", "arroba", "2024 2025 2026", "5 servidores a 899 cada uno son 4495",
    ],
)  # fmt: skip
def test_not_masked(text: str):
    assert MASK(text).text == text


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])  # the first draw compiles its patterns
@given(
    st.one_of(
        identifiers.written_cards(),
        identifiers.written_clabes(),
        identifiers.written_phones(),
        identifiers.written_names(),
        identifiers.written_mails(),
    ),
    AROUND,
)
def test_identifiers_of_every_kind_in_every_way_leave_nothing_behind(written: str, around: str):
    text = around.format(written)
    masked = MASK(text).text
    assert any(placeholder in masked for placeholder in PLACEHOLDERS.values())
    assert written not in masked
    assert sum(map(str.isdecimal, masked)) <= 1, masked


@settings(max_examples=200)
@given(
    identifiers.passwords(),
    st.sampled_from(["mi contraseña es {}", "contraseña: {}", "pass {} y no entra", "{} es mi contraseña", "la clave es: {}."]),
)
def test_passwords_leave_nothing_behind(password: str, told: str):
    assert password not in MASK(told.format(password)).text


# --- never masked -----------------------------------------------------------------------------------------------------


@settings(max_examples=300)
@given(
    st.one_of(
        st.from_regex(r"[A-ZÑ]{3,12}-0[1-9]", fullmatch=True),
        st.text(FOLIO, min_size=6, max_size=6).filter(lambda folio: not folio.isdecimal()),
        st.dates(date(1990, 1, 1), date(2060, 1, 1)).flatmap(
            lambda day: st.sampled_from([day.strftime(form) for form in ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%y")])
        ),
        st.decimals(0, 99_999_999, places=2).flatmap(
            lambda amount: st.sampled_from([f"${amount:,}", f"{amount:,} pesos", f"${amount}", f"{amount} MXN"])
        ),
        st.tuples(*[st.integers(0, 99)] * 3).map(lambda parts: ".".join(map(str, parts))),
        st.tuples(st.integers(6, 11), st.just(0), st.integers(10240, 26100), st.integers(1, 9999)).map(
            lambda parts: ".".join(map(str, parts))
        ),
    ),
    st.sampled_from(
        ["{}", "¿qué pasa con {}?", "mi folio es {}", "el {} no pude entrar", "{} y {}", "mi contraseña de {} no sirve", "código {}"]
    ),
)
def test_names_of_servers_folios_dates_amounts_and_versions_stay(told: str, around: str):
    text = around.format(*[told] * 2)
    assert MASK(text).text == text


@settings(max_examples=300)
@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(text: str):
    once = MASK(text).text
    assert MASK(once).text == once


@settings(max_examples=200)
@given(
    st.lists(
        st.one_of(
            identifiers.written_cards(), identifiers.written_phones(), identifiers.written_mails(), st.just("mi contraseña es Gato.99")
        ),
        max_size=4,
    )
)
def test_masking_twice_is_masking_once_with_identifiers(written: list[str]):
    once = MASK(" y luego ".join(written)).text
    assert MASK(once).text == once


# --- what may be sealed -------------------------------------------------------------------------------------------------


def test_secrets_are_not_even_kept():
    masked = MASK("soy ana@correo.mx, mi contraseña es Gato.99 y la tarjeta 4242 4242 4242 4242")
    assert masked.kinds == ("card", "mail", "password")
    assert masked.has_secrets
    assert masked.kept == "soy ana@correo.mx, mi contraseña es [contraseña] y la tarjeta [tarjeta]"


def test_nothing_is_kept_where_there_are_only_secrets_or_nothing():
    assert MASK("mi tarjeta 4242 4242 4242 4242").kept is None
    assert MASK("hola").kept is None
    assert {"password", "code", "card"} == NEVER_KEPT


def test_other_public_numbers_are_masked():
    assert Mask()("55 8000 9480").text == "[teléfono]"


def test_json_is_masked_wherever_it_has_words():
    assert MASK.anything({"a": ["ana@correo.mx", 3, None], "b": {"c": "5512345678"}}) == {
        "a": ["[correo]", 3, None],
        "b": {"c": "[teléfono]"},
    }


# --- time ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit",
    [
        "a ",
        "1 ",
        "uno ",
        "4152 ",
        "@",
        "a@",
        "contraseña ",
        "a.b-",
        "x",
        "1",
        "mi contraseña es ",
        "arroba ",
        "código ",
        "a arroba b punto ",
    ],
)
def test_no_message_takes_long(unit: str):
    text = (unit * 4096)[:4096]
    began = time.process_time()
    MASK(text)
    assert time.process_time() - began < 0.5
