import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.choices import match_choice

SERVERS = ["SIERRA-01", "SIERRA-02", "SIERRA-03", "SIERRA-04", "SIERRA-05"]
SOME_SERVERS = ["SIERRA-02", "SIERRA-04"]
TOPICS = ["Factura", "Mi pago", "Fecha de vencimiento"]
YES_NO = ["Sí, reenviar", "No, gracias"]


@pytest.mark.parametrize(
    ("text", "titles", "index"),
    [
        ("2", TOPICS, 1),
        ("2.", TOPICS, 1),
        ("la 2", TOPICS, 1),
        ("La 2 por favor", TOPICS, 1),
        ("opción 2", TOPICS, 1),
        ("opcion dos", TOPICS, 1),
        ("numero 3 porfa", TOPICS, 2),
        ("la segunda", TOPICS, 1),
        ("el primero", TOPICS, 0),
        ("El 1ro", TOPICS, 0),
        ("2ª", TOPICS, 1),
        ("3a", TOPICS, 2),
        ("2️⃣", TOPICS, 1),
        ("la última", TOPICS, 2),
        ("LA ULTIMA", TOPICS, 2),
        ("quiero la tercera", TOPICS, 2),
        ("el de en medio", SERVERS, 2),
        ("la de enmedio porfa", TOPICS, 1),
        ("El del medio.", TOPICS, 1),
        ("la 2, la segunda", TOPICS, 1),
        ("factura", TOPICS, 0),
        ("la factura", TOPICS, 0),
        ("MI PAGO!!", TOPICS, 1),
        ("fecha de vencimiento", TOPICS, 2),
        ("sierra 02", SERVERS, 1),
        ("el de sierra-02", SERVERS, 1),
        ("Sierra02", SERVERS, 1),
        ("sierra 2", SERVERS, 1),
        ("el servidor SIERRA‑05, por favor", SERVERS, 4),
        ("la 02", SERVERS, 1),
        ("la 02", SOME_SERVERS, 0),
        ("04", SOME_SERVERS, 1),
        ("4", SOME_SERVERS, 1),
        ("la segunda", SOME_SERVERS, 1),
    ],
)
def test_clear_choices(text, titles, index):
    assert match_choice(text, titles) == index


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("", TOPICS),
        ("🙂", TOPICS),
        ("la 7", TOPICS),
        ("el de en medio", YES_NO),
        ("el de en medio o el primero", TOPICS),
        ("a las 10 y media", TOPICS),
        ("por medio de quién pago", TOPICS),
        ("0", TOPICS),
        ("la 1 o la 2", TOPICS),
        ("1 2", TOPICS),
        ("los dos", TOPICS),
        ("las 2", TOPICS),
        ("a las 2", TOPICS),
        ("sí", TOPICS),
        ("no", TOPICS),
        ("no", ["Factura"]),
        ("sí", ["Factura"]),  # a yes is read by the dialogue, with the examples of afirmar
        ("sí", []),
        ("2", []),
        ("no", ["No puedo entrar", "Factura"]),
        ("si", ["Si no pago", "Factura"]),
        ("sí", ["No, gracias"]),
        ("sí pero mañana", YES_NO),
        ("¿qué es la factura?", TOPICS),
        ("y cuándo vence sierra-02", SERVERS),
        ("sierra", SERVERS),
        ("sierra 09", SERVERS),
        ("la 2", SOME_SERVERS),
        ("la segunda 01", SERVERS),
        ("sierra 02 la primera", SERVERS),
        ("no la 2", TOPICS),
        ("por favor", TOPICS),
        ("gracias", TOPICS),
        ("factura", ["Factura", "factura"]),
        ("9" * 5000, TOPICS),
        ("tengo 2 servidores", TOPICS),
    ],
)
def test_what_is_not_clearly_one(text, titles):
    assert match_choice(text, titles) is None


@given(st.text(), st.lists(st.text(max_size=20), max_size=10))
def test_it_never_raises_and_names_a_button_that_is_there(text, titles):
    index = match_choice(text, titles)
    assert index is None or 0 <= index < len(titles)


@given(st.text(alphabet=st.characters(codec=None, categories=["Cs", "Nd", "No", "Cc", "Lu"])))
def test_surrogates_and_foreign_digits_do_not_raise(text):
    match_choice(text, TOPICS)


ORDINALS = [
    ("1", "uno", "la primera", "el primero", "1ra"),
    ("2", "dos", "la segunda", "2do", "02"),
    ("3", "tres", "la tercera", "el tercero", "3°"),
    ("4", "cuarta"),
    ("5", "quinto"),
]


@given(st.data(), st.sampled_from([TOPICS, SERVERS, SOME_SERVERS, YES_NO]), st.sampled_from([" o ", ", ", " ", " y ", " no, "]))
def test_two_different_ordinals_pick_nothing(data, titles, between):
    first, second = data.draw(st.lists(st.integers(0, len(ORDINALS) - 1), min_size=2, max_size=2, unique=True))
    text = between.join(data.draw(st.sampled_from(ORDINALS[number])) for number in (first, second))
    assert match_choice(text, titles) is None


@given(st.data(), st.sampled_from([TOPICS, SERVERS, YES_NO]))
def test_every_button_can_be_chosen_by_its_place_and_by_its_title(data, titles):
    index = data.draw(st.integers(0, len(titles) - 1))
    assert match_choice(str(index + 1), titles) == index
    assert match_choice(titles[index].upper(), titles) == index
    assert match_choice(titles[index].lower().replace("-", " "), titles) == index
