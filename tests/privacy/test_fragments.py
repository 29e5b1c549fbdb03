"""What is written in pieces over several messages is found when it is whole."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.privacy.fragments import join, may_go_on
from bot.privacy.masking import Mask, replaced
from bot.privacy.names import find_broken
from bot.privacy.numbers import is_clabe, is_luhn
from bot.privacy.pieces import follows_cue, in_pieces, says_what_it_is
from tests.privacy import identifiers

MASK = Mask()


def said(*messages: str) -> list[str]:
    """Messages as they are stored at the end, each coming after those before it."""
    stored: list[str] = []
    for text in messages:
        joined = join(stored, text, MASK) if stored and may_go_on(text) else None
        if joined is None:
            stored.append(MASK(text).text)
            continue
        for piece in joined.pieces:
            stored[piece.place] = piece.text
        stored.append(replaced(text, joined.found))
    return stored


LETTER = "No puedo entrar a mi servidor desde ayer y nadie me contesta. " * 20


@pytest.mark.parametrize(
    ("messages", "stored"),
    [
        (["4242 4242", "4242 4242"], ["[tarjeta]", "[tarjeta]"]),
        (["mi tarjeta es 4242", "4242 4242", "4242 gracias"], ["mi tarjeta es [tarjeta]", "[tarjeta]", "[tarjeta] gracias"]),
        (["te paso mi tarjeta 4242 4242", "y los otros son 4242 4242"], ["te paso mi tarjeta [tarjeta]", "y los otros son [tarjeta]"]),
        (["cuatro dos cuatro dos cuatro dos cuatro dos", "cuatro dos cuatro dos cuatro dos cuatro dos"], ["[tarjeta]", "[tarjeta]"]),
        (["032180000", "118359719"], ["[CLABE]", "[CLABE]"]),
        (["mi cel 55", "1234 5678"], ["mi cel [teléfono]", "[teléfono]"]),
        (["mi contraseña es", "perrito"], ["mi contraseña es", "[contraseña]"]),
        (["hola", "te paso la contraseña:", "Gato.99", "no entra"], ["hola", "te paso la contraseña:", "[contraseña]", "no entra"]),
        (["mi código es", "482 913"], ["mi código es", "[código]"]),
        (["ana.lopez", "@gmail.com"], ["[correo]", "[correo]"]),
        (["mi rfc es GODE", "561231 GR8"], ["mi rfc es [RFC]", "[RFC]"]),
        (["GODE56", "1231", "GR8"], ["[RFC]", "[RFC]", "[RFC]"]),
        (["BOXW3108", "20HNERXN09"], ["[CURP]", "[CURP]"]),
        (["mándalo a ana.lopez@gm", "ail.com porfa"], ["mándalo a [correo]", "[correo] porfa"]),
        (["mi cel es 551234", "5678"], ["mi cel es [teléfono]", "[teléfono]"]),
        (["mi cel es", "1234 5678"], ["mi cel es", "[teléfono]"]),
        (["55", "1234", "5678"], ["[teléfono]", "[teléfono]", "[teléfono]"]),
        (["cincuenta y cinco doce", "treinta y cuatro cincuenta y seis", "setenta y ocho"], ["[teléfono]", "[teléfono]", "[teléfono]"]),
        (
            ["mi tarjeta es 4242 4242", "luego 4242", "y al final 4242"],
            ["mi tarjeta es [tarjeta]", "luego [tarjeta]", "y al final [tarjeta]"],
        ),
        (["4242 4242", "espera", "son 1500 pesos", "4242 4242"], ["[tarjeta]", "espera", "son 1500 pesos", "[tarjeta]"]),
        (["pagué 1500", "4242 4242", "4242 4242"], ["pagué 1500", "[tarjeta]", "[tarjeta]"]),
        (["mi tarjeta es 4152 3136", "0000 1112"], ["mi tarjeta es [tarjeta]", "[tarjeta]"]),  # a slip of the finger
        (["mi clabe es", "0321 8000 0118", "359719"], ["mi clabe es", "[CLABE]", "[CLABE]"]),
        (["ya pagué y mi código es 482", "913"], ["ya pagué y mi código es [código]", "[código]"]),
        (["mi código es 482", "913"], ["mi código es [código]", "[código]"]),
        (["mi contraseña", "es perrito"], ["mi contraseña", "es [contraseña]"]),
        (["mi contraseña", "Gato.99"], ["mi contraseña", "[contraseña]"]),
        (["mi password", "es girasol"], ["mi password", "es [contraseña]"]),
        (["ok, mi pwd", "es girasol"], ["ok, mi pwd", "es [contraseña]"]),
        (["mi código", "tengo el 482913"], ["mi código", "tengo el [código]"]),
        (["mi código de transferencia es", "482 913"], ["mi código de transferencia es", "[código]"]),
        (["el código debe ser", "482913 creo"], ["el código debe ser", "[código] creo"]),
        (["pago con 4242 4242", "4242 4242"], ["pago con [tarjeta]", "[tarjeta]"]),
        (["pago con 4242", "4242 4242 4242"], ["pago con [tarjeta]", "[tarjeta]"]),
        (["mi tarjeta del banco 4242 4242", "4242 4242"], ["mi tarjeta del banco [tarjeta]", "[tarjeta]"]),
        (["4242 4242", "y pago con 4242 4242"], ["[tarjeta]", "y pago con [tarjeta]"]),
        (["referencia 4242 4242", "a ver", "4242 4242"], ["referencia [tarjeta]", "a ver", "[tarjeta]"]),
        (["4242 4242", "pagué 12345678", "4242 4242"], ["[tarjeta]", "pagué 12345678", "[tarjeta]"]),
        ([LETTER + " mi tarjeta es 4242 4242", "4242 4242"], [LETTER + " mi tarjeta es [tarjeta]", "[tarjeta]"]),
        (["mi tarjeta es 4242 4242", "4242 4242. " + LETTER], ["mi tarjeta es [tarjeta]", "[tarjeta]. " + LETTER]),
    ],
)
def test_pieces(messages: list[str], stored: list[str]):
    assert said(*messages) == stored


@pytest.mark.parametrize(
    "messages",
    [
        ["pagué 1500", "2000", "25"], ["hola", "mi servidor no entra", "SIERRA-02"], ["¿cómo cambio mi contraseña?", "gracias"], ["tengo 5 servidores", "2026"],
        ["olvidé mi contraseña", "SIERRA-02"], ["mi contraseña no sirve", "ayuda"], ["no me llega el código", "pagué 1500 pesos"], ["24/11/2026", "25/11/2026"],
        ["debo 899", "desde el 20/11/2026", "de SIERRA-03"], ["2024", "2025", "2026", "2027"], ["no me llegó el código", "pagué 1500"], ["factura 64366", "56344"],
        ["olvidé mi contraseña", "7A9CDE"], ["olvidé mi contraseña", "A-1012"], ["cambio de contraseña", "10:30hrs"], ["olvidé la contraseña", "es urgente"],
        ["les llamé", "12 11 2026"], ["pagué con mi tarjeta", "1500 el 3", "2026"], ["y 4", "192.168.1.10", "899.00"], ["me cobraron 27 11 2025", "2025"],
        ["version 10.0.19041", "51000"], ["uno", "dos", "tres", "cuatro", "cinco", "seis", "siete"], ["treinta y cinco", "cuarenta y dos", "veinte", "diez", "sesenta y uno"],
        ["18635", "40294"], ["1500", "2000", "2500", "3000"], ["RUIZ 251126", "899"],
        ["me marca error", "80070005"], ["marca un error", "80070005"], ["mi cel marca falla", "80070005"], ["mi código", "tengo el 2022"], ["no tengo el código para pagar", "son 1500"],
        ["pago con 1500", "2000 2500 3001"], ["pagué 4500", "2000", "2500", "3003"], ["pagué 42424242", "1234"], ["olvidé mi password", "es urgente"], [LETTER + "pagué 1500", LETTER + "2000"],
    ],
)  # fmt: skip
def test_messages_that_are_no_pieces(messages: list[str]):
    assert said(*messages) == messages


# --- whatever is split is masked --------------------------------------------------------------------------------------

AROUND = ["{}", "{}", "y {}", "luego {}", "y los otros son {}", "{} gracias", "{}, ¿listo?", "y termina en {}."]
CHATTER = ["espera", "hola", "¿sigues ahí?", "son 1500 pesos", "es de RUIZ-01", "vence el 24/11/2026", "folio 7A9CDE", "a las 10:30"]


@st.composite
def cut(draw: st.DrawFn, number: str, least: int = 3) -> list[str]:
    """A number in two to five pieces."""
    pieces, rest = [], number
    while len(rest) >= 2 * least and len(pieces) < 4 and (not pieces or draw(st.booleans())):
        length = draw(st.integers(least, len(rest) - least))
        pieces.append(rest[:length])
        rest = rest[length:]
    return [*pieces, rest]


@st.composite
def grouped(draw: st.DrawFn, digits: str) -> str:
    """A piece as people write it: as it is, in fours, digit by digit, or dictated."""
    fours = [digits[at : at + 4] for at in range(0, len(digits), 4)]
    return draw(st.sampled_from([digits, " ".join(fours), "-".join(fours), " ".join(digits), identifiers.dictated(digits)]))


@st.composite
def split_numbers(draw: st.DrawFn) -> tuple[list[str], str]:
    """The messages of a card or a CLABE, with words around the pieces and other messages between them; and the number."""
    number = draw(st.one_of(identifiers.cards(), identifiers.clabes()))
    messages = []
    for piece in draw(cut(number)):
        if messages and len(messages) < 6 and draw(st.booleans()):
            messages.append(draw(st.sampled_from(CHATTER)))
        messages.append(draw(st.sampled_from(AROUND)).format(draw(grouped(piece))))
    return messages, number


def left(stored: list[str]) -> str:
    """The digits that can still be read, dictated ones too."""
    words = {word: str(digit) for digit, word in enumerate(identifiers.ONES)}
    said_ = re.sub("|".join(words), lambda found: words[found[0]], " ".join(stored))
    return "".join(filter(str.isdecimal, said_))


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(split_numbers())
def test_a_card_or_clabe_is_masked_wherever_it_is_cut_and_nothing_beside_it_is(split: tuple[list[str], str]):
    """A piece that is something by itself is masked as that, and so are several that are something together: ten dictated digits are a telephone's."""
    messages, _ = split
    assume(all(MASK(message).text == message for message in messages))
    chatter = [message for message in messages if message in CHATTER]
    stored = said(*messages)
    assert [message for message in stored if message in CHATTER] == chatter
    rest = left([message for message in stored if message not in CHATTER])
    assert rest == "" or ("[teléfono]" in "".join(stored) and len(rest) <= 8), stored


@settings(max_examples=200)
@given(st.data(), st.sampled_from(["mi cel es {}", "márcame al {}", "mi número es el {}", "tel {}", "mi whatsapp {}"]))
def test_a_telephone_is_masked_wherever_it_is_cut(data: st.DataObject, cue: str):
    first, *others = data.draw(identifiers.phones().flatmap(lambda number: cut(number, 2)))
    assert len(left(said(cue.format(first), *others))) <= 4  # the end of one that was whole without it


@settings(max_examples=200)
@given(st.one_of(identifiers.rfcs(), identifiers.curps()), st.data(), st.sampled_from(["mi {} es", "te paso el {}", "{}:"]), st.booleans())
def test_an_rfc_or_curp_is_masked_wherever_it_is_cut(number: str, data: st.DataObject, cue: str, alone: bool):
    pieces = data.draw(cut(number, 3))
    asked = cue.format("curp" if len(number) == 18 else "rfc")
    messages = [asked, *pieces] if alone else [f"{asked} {pieces[0]}", *pieces[1:]]
    assert len(left(said(*messages))) <= 3  # the homoclave of one that was whole without it


# --- nothing unrelated is ------------------------------------------------------------------------------------------------

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31)).flatmap(
    lambda day: st.sampled_from(
        [
            day.strftime(form)
            for form in ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%y", "%d/%m", "%d %m %Y", "el %d", "%d de noviembre")
        ]
    )
)
AMOUNTS = st.integers(1, 9_999_999).flatmap(
    lambda amount: st.sampled_from(
        [
            f"${amount}",
            f"$ {amount:,}.00",
            f"{amount:,}.50",
            f"{amount} pesos",
            f"pagué {amount}",
            f"me cobraron {amount}",
            f"debo {amount} desde el lunes",
        ]
    )
)
FOLIOS = st.one_of(
    st.from_regex(r"[234679ACDEFHJKMNPQRTUVWX]{5}[ACDEFHJKMNPQRTUVWX]", fullmatch=True),
    st.integers(1000, 99999).flatmap(
        lambda number: st.sampled_from([f"A-{number}", f"factura {number}", f"mi folio es el {number}", f"el folio {number}"])
    ),
)
SERVERS = st.tuples(st.sampled_from(["SIERRA", "RUIZ", "NORTE"]), st.integers(1, 5)).flatmap(
    lambda named: st.sampled_from(["{0}-0{1}", "{0} 0{1}", "{0} {1}", "la {1}", "{1}"]).map(lambda form: form.format(*named))
)
TIMES = st.times().flatmap(
    lambda at: st.sampled_from([at.strftime(form) for form in ("%H:%M", "%H:%M:%S", "a las %H", "%H:%M hrs", "%H hrs")])
)
COUNTS = st.integers(1, 9999).flatmap(
    lambda number: st.sampled_from(
        [f"{number} usuarios", f"windows {number}", f"error {number}", f"10.0.{number}", f"192.168.{number % 255}.10", f"puerto {number}"]
    )
)
WORDS = st.sampled_from(
    [
        "hola",
        "gracias",
        "olvidé mi contraseña",
        "no me llegó el código",
        "pagué con mi tarjeta",
        "¿y mi factura?",
        "les llamé ayer",
        "mi cuenta",
    ]
)


@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(DAYS, AMOUNTS, FOLIOS, SERVERS, TIMES, COUNTS, WORDS), min_size=2, max_size=7))
def test_what_says_what_it_is_is_never_taken_for_a_piece(messages: list[str]):
    assume(all(MASK(message).text == message for message in messages))
    assert said(*messages) == messages


@settings(max_examples=300)
@given(st.lists(st.integers(1, 99999).map(str), min_size=2, max_size=6))
def test_bare_figures_stay_unless_they_check_out(messages: list[str]):
    """A row of mere numbers is somebody's only where its digits check each other, or have the form of a telephone."""
    rows = ["".join(messages[start:end]) for start in range(len(messages)) for end in range(start + 2, len(messages) + 1)]
    assume(not any(is_clabe(row) or (len(row) in {15, 16} and is_luhn(row)) or (len(row) in {10, 12, 13}) for row in rows))
    assert said(*messages) == messages


@settings(max_examples=200)
@given(st.lists(st.one_of(DAYS, AMOUNTS, FOLIOS, SERVERS, WORDS), min_size=1, max_size=4), st.data())
def test_a_piece_of_a_card_is_found_among_what_is_unrelated(messages: list[str], data: st.DataObject):
    number = data.draw(identifiers.cards().filter(lambda card: len(card) == 16))
    assume(all(MASK(message).text == message and not message.isdecimal() for message in messages))
    stored = said(f"mi tarjeta es {number[:8]}", *messages, number[8:])
    assert [*stored[:1], *stored[-1:]] == ["mi tarjeta es [tarjeta]", "[tarjeta]"]
    assert stored[1:-1] == messages


# --- work ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["pag" * 200_000 + " zz 12345678", "pago 1, " * 20_000 + "12345678"])
def test_what_stands_before_figures_is_not_read_from_the_beginning(text: str):
    """Much longer than any message: what looked at all that stands before each of its figures would not come to an end here."""
    assert in_pieces(["mi tarjeta es 4242", text], [0, 19], frozenset()) == []
    says_what_it_is(text, len(text) - 8, 0)
    follows_cue(text, len(text) - 8, 0)


@pytest.mark.parametrize("text", ["a" * 1_000_000, "a@" * 500_000, "ana" + "@" + "b" * 1_000_000, "a" * 1_000_000 + "@b"])
def test_an_address_in_two_messages_is_looked_for_once_in_each_place(text: str):
    assert list(find_broken(text)) == []
