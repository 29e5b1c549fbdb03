"""Text made safe (`plain_text`) and comparable (`normalise`): whatever is typed, nothing is a command and nothing raises."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.nlu.normalise import normalise, plain_text, without_accents

TRICKY = [*"/\\ \t\n\r\0aé½℀／⁄´\u0301\u0338\u200b\u200d\u202e\u2028\u3000\u00a0\u00ad\ufeff\u3164", "😀", "👍🏽", "\ud800", "\udfff", "ﷺ"]
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=120)  # lone surrogates too
TRICKY_TEXT = st.lists(st.sampled_from(TRICKY), max_size=12).map("".join)
MESSAGES = ANY_TEXT | TRICKY_TEXT
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}

TYPED_COMMANDS = {
    "plain": "/restart",
    "space before": " /restart",
    "two spaces before": "  /restart",
    "tab before": "\t/restart",
    "line before": "\n/restart",
    "windows line before": "\r\n/restart",
    "no-break space before": "\u00a0/restart",
    "ideographic space before": "\u3000/restart",
    "line separator before": "\u2028/restart",
    "next line before": "\u0085/restart",
    "twice": "//restart",
    "three times": "///restart",
    "space after": "/ restart",
    "slash, space, slash": "/ /restart",
    "line after": "/\nrestart",
    "full-width slash": "／restart",
    "two full-width slashes": "／／restart",
    "full-width word": "／ｒｅｓｔａｒｔ",
    "zero-width space before": "\u200b/restart",
    "zero-width space after": "/\u200brestart",
    "zero-width joiner before": "\u200d/restart",
    "byte order mark before": "\ufeff/restart",
    "right-to-left override before": "\u202e/restart",
    "soft hyphen before": "\u00ad/restart",
    "NUL before": "\0/restart",
    "NUL after": "/\0restart",
    "escape before": "\x1b/restart",
    "surrogate before": "\ud800/restart",
    "surrogate after": "/\ud800restart",
    "private use before": "\ue000/restart",
    "backslash": "\\restart",
    "backslash, slash": "\\/restart",
    "capitals": "/RESTART",
}
TYPED_PAYLOADS = [
    ("/session_start", "session_start"),
    ("/back", "back"),
    ("/faq_factura", "faq_factura"),
    ('/restart{"a": "b"}', 'restart{"a": "b"}'),
    ('/faq_factura{"servidor": "SIERRA-02"}', 'faq_factura{"servidor": "SIERRA-02"}'),
    ("/x@1.0{}", "x@1.0{}"),
    ("/nlu_ask@0.99", "nlu_ask@0.99"),
    ("／session_start", "session_start"),
    ("/", ""),
    ("//", ""),
    ("/ /", ""),
    ("／", ""),
]


@pytest.mark.parametrize("typed", TYPED_COMMANDS.values(), ids=TYPED_COMMANDS)
def test_a_typed_command_is_a_word(typed):
    assert plain_text(typed).lower() == "restart"
    assert normalise(typed) == "restart"


def test_there_are_thirty_spellings():
    assert len(set(TYPED_COMMANDS.values())) >= 30


@pytest.mark.parametrize(("typed", "text"), TYPED_PAYLOADS)
def test_typed_payloads_are_text(typed, text):
    assert plain_text(typed) == text


@pytest.mark.parametrize("text", ["1/2 servidores", "24/7", "a/c", "https://aspel.com.mx/nube", "5⁄2"])
def test_a_slash_inside_stays(text):
    assert plain_text(text) == text


@given(MESSAGES)
def test_plain_text_is_safe(text):
    plain = plain_text(text)
    assert not plain.startswith("/")
    assert plain == plain.strip()
    assert len(plain.splitlines()) <= 1
    assert not any(unicodedata.category(character) in INVISIBLE for character in plain)
    plain.encode("utf-8")


@given(MESSAGES)
def test_plain_text_of_plain_text_is_no_command_either(text):
    once = plain_text(text)
    assert not plain_text(once).startswith("/")
    assume(unicodedata.is_normalized("NFKC", once))
    assert plain_text(once) == once


def test_a_letter_and_its_accent_are_one_even_with_a_control_character_between_them():
    assert plain_text("a\0\u0301") == "á"


@given(MESSAGES)
def test_normalise_never_raises_and_is_lower_case_words(text):
    words = normalise(text)
    assert words == " ".join(words.split())
    assert set(words) <= set("abcdefghijklmnopqrstuvwxyz0123456789 '-")


@given(MESSAGES)
def test_case_does_not_matter(text):
    assume(text.upper().lower() == text.lower())
    assert normalise(text.upper()) == normalise(text.lower())


@pytest.mark.parametrize(
    "text",
    [
        "palabra " * 12_500,
        " " * 100_000,
        "/" * 100_000,
        "\\ " * 50_000,
        "a" * 100_000,
        "\0" * 100_000,
        "\u0301" * 100_000,
        "👍" * 100_000,
        "\ud800" * 100_000,
        "/\u200b" * 50_000 + "restart",
    ],
    ids=lambda text: f"{text[:4]!a} x {len(text)}",
)
def test_a_hundred_kilobytes(text):
    assert not plain_text(text).startswith("/")
    assert isinstance(normalise(text), str)


@pytest.mark.parametrize("piece", ["a.", "a-", "1-", "1.", "1 ", "@", "$1,", "ja", "0/", "x@a.", "www."])
def test_a_message_of_nothing_but_almost_masks(piece):
    """What is served is cut to 1,000 characters before it is normalised."""
    assert isinstance(normalise((piece * 1000)[:1000]), str)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # case, accents, marks
        ("¿Cuándo vence mi SERVIDOR?", "cuando vence mi servidor"),
        ("Sí", "si"),
        ("niño, año, pingüino", "nino ano pinguino"),
        ("Ｓｅｒｖｉｄｏｒ", "servidor"),
        ("¡¡¡HOLA!!!", "hola"),
        ("hola\n\n\tbuenas\r\ntardes", "hola buenas tardes"),
        ("...", ""),
        ("", ""),
        # doubled letters, laughter, emoji
        ("holaaaa", "hola"),
        ("hoooola buenassss", "hola buenas"),
        ("siii", "si"),
        ("llegó", "llego"),
        ("leer correo", "leer correo"),
        ("jajajaja no sirve", "no sirve"),
        ("jeje ok", "ok"),
        ("lol xd", "que risa"),
        # nothing but signs
        ("😂😂", "que risa"),
        ("jajaja", "que risa"),
        (":)", "que risa"),
        ("👍🏽", "si"),
        ("👌👌", "si"),
        ("jaja 👍", "si"),
        ("👎🏽👎🏽", "no"),
        ("👎👍", "no"),
        ("🙏", "gracias"),
        ("❤️", "gracias"),
        ("🫶🏽", "gracias"),
        ("va 👍", "va"),
        ("???", ""),
        ("Gracias!!! 😀🙏", "gracias"),
        ("ok 👍🏽 va 🇲🇽", "ok va"),
        # shorthand
        (
            "oye xq no me yega el correo dl server si ya pague desde ayer x banco",
            "oye porque no me llega el correo del servidor si ya pague desde ayer por banco",
        ),
        ("q onda", "que onda"),
        ("xfa pásame la pwd", "por favor pasame la contrasena"),
        ("cdo vense?", "cuando vence"),
        ("tmb kiero saber dnd", "tambien kiero saber donde"),
        ("el backup tmb?", "el respaldo tambien"),
        ("E-mail y back-up", "correo y respaldo"),
        ("cfdi", "factura cfdi"),
        # masks
        ("mi correo es ana.lopez@correo.mx ok", "mi correo es correoelectronico ok"),
        ("mi rfc es XAXX010101000", "mi rfc es rfcpersona"),
        ("https://x.mx/a?b=1 no abre", "enlaceweb no abre"),
        ("www.aspel.com.mx", "enlaceweb"),
        ("deposité $1,250.00 ayer", "deposite montodinero ayer"),
        ("pagué 1250 pesos", "pague montodinero"),
        ("pagué el 12/11/2026", "pague el fechadada"),
        ("el 3-11", "el fechadada"),
        ("llamen al 55 8000 9480", "llamen al numerolargo"),
        ("llamen al +52 55-8000-9480", "llamen al numerolargo"),
        # numbers that decide stay
        ("atienden 24/7?", "atienden 24 7"),
        ("5 servidores", "5 servidores"),
        ("Windows Server 2012 R2", "windows servidor 2012 r2"),
        ("sae 9.0", "sae 9 0"),
        # a server's own name never decides
        ("SIERRA-02 no abre", "servidorpropio no abre"),
        ("norte 01 no prende", "servidorpropio no prende"),
        ("windows 01", "windows 01"),
        ("excel 365", "excel 365"),
    ],
)
def test_mexican_spanish_has_one_form(text, words):
    assert normalise(text) == words


@pytest.mark.parametrize(("text", "bare"), [("áéíóúüñ", "aeiouuñ"), ("ÁÉÍÓÚÜÑ", "AEIOUUÑ"), ("año", "año"), ("", "")])
def test_accents_go_and_the_letter_ene_stays(text, bare):
    assert without_accents(text) == bare
