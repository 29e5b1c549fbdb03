"""Server names and Aspel products in a message, and the numbers that are neither."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.normalise import plain_text
from tests.support.rasa import quiet_imports

with quiet_imports():
    from bot.nlu.entities import PAID, PRODUCT, SERVER, WAITS, find_entities, make_language

LANGUAGE = make_language()


def servers(text: str) -> list[tuple[str, bool]]:
    return [(entity["value"], entity["exact"]) for entity in find_entities(LANGUAGE, text) if entity["entity"] == SERVER]


def products(text: str) -> list[str]:
    return [entity["value"] for entity in find_entities(LANGUAGE, text) if entity["entity"] == PRODUCT]


@pytest.mark.parametrize(
    "written", ["SIERRA-02", "sierra-02", "Sierra-2", "sierra_02", "SIERRA - 02", "sierra -2", "¿SIERRA-02?", "(sierra-02)"]
)
def test_an_alias_in_full(written):
    assert servers(f"no abre {written} desde ayer") == [("SIERRA-02", True)]


@pytest.mark.parametrize("written", ["sierra 2", "sierra 02", "Sierra2", "SIERRA02", "sierra 2?", "la de sierra 2."])
def test_a_loose_mention(written):
    assert servers(f"y {written}") == [("SIERRA-02", False)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sierra-02 o sierra-03", [("SIERRA-02", True), ("SIERRA-03", True)]),
        ("sierra 2 y norte 1", [("SIERRA-02", False), ("NORTE-01", False)]),
        ("de sierra-02, no de norte 1", [("SIERRA-02", True), ("NORTE-01", False)]),
        ("sierra-02 sierra 2", [("SIERRA-02", True), ("SIERRA-02", False)]),
        ("MITLA-01", [("MITLA-01", True)]),
        ("el ÑANDU-01", [("ÑANDU-01", True)]),
        ("sierra-12", [("SIERRA-12", True)]),
    ],
)
def test_several_and_unusual_names(text, found):
    assert servers(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "windows 10",
        "windows-10",
        "Windows Server 2012 R2",
        "excel 365",
        "excel 3",
        "office 365",
        "sae 9",
        "SAE 9.0",
        "aspel sae 8",
        "coi 9",
        "noi 11",
        "caja 5",
        "banco 2",
        "prod 4",
        "facture 3",
        "adm 1",
        "version 8",
        "versión 8.0",
        "error 5",
        "código 3",
        "puerto 8",
        "los 3 servidores",
        "tengo 2",
        "servidor 2",
        "el server 1",
        "hace 2 horas",
        "cada 3 meses",
        "en 3 dias",
        "quedan 5 días",
        "a las 9",
        "son 4",
        "opción 2",
        "número 1",
        "hasta 5 usuarios",
        "24/7",
        "el 12-11-2026",
        "55 8000 9480",
        "sierra-123",
        "sierra 2012",
        "",
        "/restart",
    ],
)
def test_numbers_that_name_no_server(text):
    assert servers(text) == []


@pytest.mark.parametrize("text", ["covid-19", "faq-19", "intel-7"])
def test_other_names_with_a_hyphen(text):
    assert not any(exact for _, exact in servers(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sae", ["SAE"]),
        ("SAE 9", ["SAE"]),
        ("el Sahe no abre", ["SAE"]),
        ("aspel sae", ["SAE"]),
        ("Aspel SAE", ["SAE"]),
        ("coi y noi", ["COI", "NOI"]),
        ("koi", ["COI"]),
        ("Aspel NOI 11", ["NOI"]),
        ("aspel caja", ["CAJA"]),
        ("Caja Aspel", ["CAJA"]),
        ("aspel banco", ["BANCO"]),
        ("prod", ["PROD"]),
        ("facture", ["FACTURE"]),
        ("factur", ["FACTURE"]),
        ("adm", ["ADM"]),
        # words of every day are no products
        ("pagué en la caja", []),
        ("mi banco", []),
        ("pago x banco", []),
        ("la factura", []),
        ("facturar", []),
        ("administración", []),
        ("producto", []),
        ("seis", []),
    ],
)
def test_products(text, found):
    assert products(text) == found


@pytest.mark.parametrize("text", ["sae9", "coi9"])
def test_a_product_with_its_version(text):
    assert len(products(text)) == 1


def test_places_are_right():
    text = "¿por qué no abre aspel sae en sierra-02 ni en norte 1?"
    for entity in find_entities(LANGUAGE, text):
        assert text[entity["start"] : entity["end"]] == entity["text"]


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(["sae", "sierra", "-", " ", "02", "2", "_", "ñ", "windows", "\0", "😀"]), max_size=8).map("".join)
)
def test_any_text_is_taken(text):
    for raw in (text, plain_text(text)):
        found = find_entities(LANGUAGE, raw)
        for entity in found:
            assert raw[entity["start"] : entity["end"]] == entity["text"]
            assert entity["entity"] in {SERVER, PRODUCT}
        places = sorted((entity["start"], entity["end"]) for entity in found if entity["entity"] == SERVER)
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(places)), "two servers in one place"


def claims(text: str) -> int:
    return sum(entity["entity"] == PAID for entity in find_entities(LANGUAGE, plain_text(text)))


@pytest.mark.parametrize(
    "text",
    [
        "pero ya pague!!!",
        "pero si ya pagueee",
        "Ya pagué desde el lunes",
        "ya lo pagué",
        "si pague y no llega nada",
        "sí pagué, eh",
        "ya les deposité ayer",
        "ya se los transferi x spei",
        "ya hice el pago hace rato",
        "ya hicimos la transferencia",
        "YA PAGAMOS",
        "ya está pagado",
        "ya quedo pagada? no, ya esta pagada",
        "ya habia pagado antes",
        "ya liquide todo",
    ],
)
def test_who_says_to_have_paid(text):
    assert claims(text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "¿cómo pago?",
        "si pago hoy cuando se activa",
        "y si no pago que pasa",
        "cuando ya pague me avisan?",
        "ya quiero pagar",
        "no he pagado",
        "ya me cobraron",
        "las formas de pago ya cambiaron?",
        "todavia no pago",
        "ya va a vencer mi pago",
        "",
    ],
)
def test_who_does_not(text):
    assert claims(text) == 0


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("sigo esperando", True),
        ("aquí esperando", True),
        ("llevo horas", True),
        ("llevo 20 min en la linea", True),
        ("llevamos toda la mañana sin sistema", True),
        ("no puedo trabajar", True),
        ("estamos parados desde las nueve", True),
        ("permítame que llegó un cliente", False),
        ("deja lo platico con mi jefe", False),
        ("ya pagué", False),
        ("no puedo creerlo", False),
        ("mañana les llamo", False),
    ],
)
def test_who_says_to_wait(text, waits):
    assert any(entity["entity"] == WAITS for entity in find_entities(LANGUAGE, text)) is waits
