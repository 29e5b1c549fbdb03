"""The examples as written: every intent of the design taught broadly, asked about by a title, and nothing of the test phrases among them."""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.nlu.data import Example, problems, read_examples
from bot.nlu.normalise import normalise
from bot.settings import ROOT

FAQ = [
    "faq_que_es",
    "faq_cantidad_maxima",
    "faq_sistema_operativo",
    "faq_licencias_incluidas",
    "faq_respaldo_automatico",
    "faq_periodo_gracia",
    "faq_instalar_mas_sistemas",
    "faq_formas_pago",
    "faq_tiempo_creacion",
    "faq_resguardo_sin_pago",
    "faq_horario_acceso",
    "faq_cambiar_solucion",
    "faq_traslado_informacion",
    "faq_datos_conexion",
    "faq_consultar_vigencia",
    "faq_factura",
    "faq_cambiar_contrasena",
    "faq_inicio_vigencia",
    "faq_licencia_requerida",
    "faq_pago_sin_correo",
    "faq_conexion_sae",
]
LIVE = [
    "consultar_suscripcion",
    "consultar_respaldo",
    "consultar_pago",
    "consultar_servidor",
    "listar_servidores",
    "consultar_factura",
    "reenviar_datos_conexion",
    "pagar_adeudo",
    "reactivar_servicio",
    "cancelar_servicio",
    "contratar_servicio",
    "consultar_linea",
    "datos_personales",
    "hablar_con_asesor",
]
TALK = [
    "saludar",
    "despedirse",
    "agradecer",
    "preguntar_si_es_bot",
    "preguntar_quien_eres",
    "pedir_ayuda",
    "afirmar",
    "negar",
    "charla",
    "contar",
]
NOT_OURS = ["tema_no_cubierto", "fuera_de_tema"]
TAUGHT = [*FAQ, *LIVE, *TALK, *NOT_OURS]
DECIDED_BY_CLASSIFIER = {"nlu_ask": "action_preguntar_intencion", "nlu_refuse": "action_no_entendi"}
TITLE = 20
LEAST = {**dict.fromkeys([*FAQ, *LIVE], 50), **dict.fromkeys(NOT_OURS, 200), **dict.fromkeys(TALK, 30)}
NEAR_COPY, NEAR_COPY_TOKENS = 0.9, 4

YAML_FILES = sorted([*(ROOT / "data").rglob("*.yml"), *ROOT.glob("*.yml")])
TEST_FILES = sorted((ROOT / "tests" / "nlu").glob("*/*.tsv"))


@cache
def domain() -> dict[str, list[str]]:
    return yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))


@cache
def examples() -> list[Example]:
    return list(read_examples())


@cache
def rules() -> dict[str, list[str]]:
    """Intent → actions of its rules."""
    found = defaultdict(list)
    for path in sorted((ROOT / "data" / "stories").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            intent, *actions = rule["steps"]
            found[intent["intent"]] += [step["action"] for step in actions]
    return dict(found)


@cache
def blocks() -> list[tuple[str, dict[str, str]]]:
    """(intent, its metadata) of every block of examples."""
    found = []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        found += [(block["intent"], block.get("metadata") or {}) for block in document.get("nlu", [])]
    return found


def phrases(path: Path) -> list[str]:
    """The measured phrases of a file: the follow-up, not the question before it."""
    column = 1 if path.stem.startswith("followups") else 0
    with path.open(encoding="utf-8", newline="") as file:
        return [row[column] for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row]


# --- intents, rules, actions ----------------------------------------------------------------------------------------


def test_the_design_counts():
    assert (len(FAQ), len(LIVE), len(TALK), len(NOT_OURS)) == (21, 14, 10, 2)


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_yaml_is_yaml(path):
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict | None)  # two of Rasa's files hold comments only


def test_domain_holds_exactly_the_intents_of_the_design():
    assert sorted(domain()["intents"]) == sorted([*TAUGHT, *DECIDED_BY_CLASSIFIER])


@pytest.mark.parametrize("intent", TAUGHT)
def test_an_intent_has_one_rule_with_its_action(intent):
    assert rules().get(intent) in ([f"action_{intent}"], ["action_respuesta_fija"])
    assert set(rules()[intent]) <= set(domain()["actions"])


@pytest.mark.parametrize(("intent", "action"), DECIDED_BY_CLASSIFIER.items())
def test_asking_and_refusing_have_their_rules(intent, action):
    assert rules().get(intent) == [action]


def test_no_rule_without_an_intent():
    assert set(rules()) == {*TAUGHT, *DECIDED_BY_CLASSIFIER}


# --- examples -------------------------------------------------------------------------------------------------------


def test_training_would_accept_the_data():
    assert problems(examples(), set(domain()["intents"])) == []


def test_asking_and_refusing_are_never_taught():
    assert {each.intent for each in examples()} == set(TAUGHT)


@pytest.mark.parametrize("intent", TAUGHT)
def test_an_intent_has_enough_different_examples(intent):
    forms = {normalise(each.text) for each in examples() if each.intent == intent}
    assert len(forms) >= LEAST[intent]


def test_no_phrase_under_two_intents():
    intents = defaultdict(set)
    for each in examples():
        intents[normalise(each.text)].add(each.intent)
    assert {text: found for text, found in intents.items() if len(found) > 1} == {}


def test_every_example_says_something():
    assert [f"{each}: {each.text!r}" for each in examples() if not normalise(each.text)] == []


def test_examples_of_an_intent_begin_in_different_ways():
    """Breadth, not bulk: no intent is one sentence with its end changed."""
    for intent in [*FAQ, *LIVE]:
        starts = Counter(" ".join(normalise(each.text).split()[:2]) for each in examples() if each.intent == intent)
        assert starts.most_common(1)[0][1] <= 0.25 * starts.total(), f"{intent}: {starts.most_common(1)}"


# --- titles ---------------------------------------------------------------------------------------------------------


def titles() -> dict[str, set[str]]:
    found = defaultdict(set)
    for intent, metadata in blocks():
        if "title" in metadata:
            found[intent].add(metadata["title"])
    return found


@pytest.mark.parametrize("intent", TAUGHT)
def test_an_intent_has_one_short_title(intent):
    (title,) = titles()[intent]
    assert 1 <= len(title) <= TITLE
    assert title == title.strip()


def test_titles_differ():
    of = Counter(title.casefold() for found in titles().values() for title in found)
    assert [title for title, times in of.items() if times > 1] == []


# --- test phrases ---------------------------------------------------------------------------------------------------


class TrainedPhrases:
    """Finds training examples that are a phrase or nearly so; an inverted index on the rarest words keeps it quick."""

    def __init__(self, trained: list[Example]) -> None:
        self.by_text: dict[str, Example] = {}
        self._containing: dict[str, list[str]] = defaultdict(list)
        self._tokens: dict[str, frozenset[str]] = {}
        for each in trained:
            text = normalise(each.text)
            if text not in self.by_text:
                self.by_text[text] = each
                self._tokens[text] = frozenset(text.split())
                for token in self._tokens[text]:
                    self._containing[token].append(text)

    def copies(self, phrase: str) -> Iterator[Example]:
        """Equal once normalised, or of four words and more with nine in ten in common."""
        text = normalise(phrase)
        if text in self.by_text:
            yield self.by_text[text]
        tokens = frozenset(text.split())
        if len(tokens) < NEAR_COPY_TOKENS:
            return
        rarest_first = sorted(tokens, key=lambda token: len(self._containing.get(token, ())))
        # whatever shares nine in ten words with it holds one of these
        enough = len(tokens) - math.ceil(NEAR_COPY * len(tokens)) + 1
        near = {other for token in rarest_first[:enough] for other in self._containing.get(token, ())} - {text}
        for other in near:
            words = self._tokens[other]
            if len(words) >= NEAR_COPY_TOKENS and len(tokens & words) >= NEAR_COPY * len(tokens | words):
                yield self.by_text[other]


@cache
def trained_phrases() -> TrainedPhrases:
    return TrainedPhrases(examples())


@pytest.mark.parametrize("path", TEST_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_test_phrase_stands_in_training(path):
    """When this fails take the example out of data/nlu, never the phrase out of tests/nlu."""
    copies = [f"{each}: {each.text}" for phrase in phrases(path) for each in trained_phrases().copies(phrase)]
    assert copies == [], "examples to take out of data/nlu"


def test_the_files_of_test_phrases_are_there():
    assert {path.parent.name for path in TEST_FILES} == {"dev", "unseen"}
    assert all(phrases(path) for path in TEST_FILES)


@pytest.mark.parametrize(
    ("phrase", "copied"),
    [
        ("¿Cuándo vence mi servidor virtual?", True),
        ("servidor virtual cuando vence mi", True),  # the same words
        ("cuando vence mi servidor", False),  # four of five
        ("el correo con los datos de mi servidor que pague ayer no llega", True),  # 12 of 12
        ("el correo con los datos de mi servidor que pague ayer no llegara", False),
        ("hola", True),
        ("hola hola", False),
    ],
)
def test_copies_are_found(phrase, copied):
    texts = ["cuándo vence mi servidor virtual", "no llega el correo con los datos de mi servidor que pagué ayer", "¡Hola!"]
    index = TrainedPhrases([Example(Path("a.yml"), number, "x", text, "neutral") for number, text in enumerate(texts)])
    assert bool(list(index.copies(phrase))) is copied
