"""Verdicts: what holds of an answer, asking back, and saying something again."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.conversing.judge import ASKS_BACK, Answer, judge
from bot.conversing.macros import Macros
from bot.conversing.script import Turn
from bot.rules.calendar import BusinessCalendar
from bot.settings import ROOT

MACROS = Macros(BusinessCalendar(ZoneInfo("America/Mexico_City")), date(2026, 11, 26), "55 8000 9480", 72)
KEPT = Answer(("Hasta el lunes 14 de diciembre, inclusive. Te quedan 18 días. Después se borra todo.",), ("Formas de pago",))


def verdict(answer: Answer = KEPT, before: tuple[Answer, ...] = (), **expected):
    return judge(Turn(say="¿hasta cuándo?", **expected), answer, before, MACROS)


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"has": ("{day:18}", "18 DÍAS")},
        {"has": ("formas de pago",)},
        {"lacks": ("30 días",)},
        {"first": "quedan 18"},
        {"most": len(KEPT.text)},
        {"new": True},
    ],
)
def test_right(expected):
    assert verdict(**expected).wrong == ()


@pytest.mark.parametrize(
    ("expected", "wrong"),
    [
        ({"has": ("{day:18}", "{money:899}")}, "{money:899}"),
        ({"lacks": ("18 días",)}, "never 18 días"),
        ({"lacks": ("formas de pago",)}, "never formas de pago"),
        ({"first": "se borra"}, "first se borra"),
        ({"first": "formas"}, "first formas"),
        ({"most": 20}, f"{len(KEPT.text)} characters, most 20"),
    ],
)
def test_wrong(expected, wrong):
    assert verdict(**expected).wrong == (wrong,)


def test_the_same_answer_again_is_wrong_where_a_new_one_is_expected():
    assert verdict(before=(KEPT,), new=True).wrong == ("the same answer again",)
    assert verdict(before=(KEPT,)).wrong == ()
    assert verdict(before=(KEPT, Answer(("Otra cosa.",))), new=True).wrong == ()


def test_no_answer_is_wrong_whatever_was_expected():
    assert verdict(Answer()).wrong == ("no answer came",)


@pytest.mark.parametrize(
    ("earlier", "again"),
    [
        (("Te quedan 18 días.",), True),
        (("TE QUEDAN 18 DÍAS!", "Otra cosa."), True),
        (("Te quedan 18 días.", "Otra cosa.", "Y otra más."), False),
        (("Te quedan 18 días más.",), False),
        (("Formas de pago",), False),
        ((), False),
    ],
)
def test_a_sentence_of_the_last_two_answers_is_said_again(earlier, again):
    assert verdict(before=tuple(Answer((text,)) for text in earlier)).repeats is again


def test_short_sentences_may_be_said_again():
    assert not judge(Turn(say="gracias"), Answer(("Con gusto.",)), [Answer(("Con gusto. ¿Algo más?",))], MACROS).repeats


def test_what_was_asked_for_again_is_no_repetition():
    assert not judge(Turn(say="¿me repites?", again=True), KEPT, [KEPT], MACROS).repeats


@pytest.mark.parametrize(
    "key",
    ["utter_preguntar_intencion", "utter_no_entendi", "utter_no_entendi_otra_vez", "utter_no_entendi_servidor", "utter_cual_servidor"],
)
def test_the_texts_that_ask_back_are_known_as_such(key):
    texts = [answer["text"] for file in (ROOT / "data" / "nlu").glob("*.yml") for answer in _responses(file).get(key, [])]
    assert texts
    assert [text for text in texts if not ASKS_BACK.search(text)] == []
    assert not ASKS_BACK.search("Tienes dos activos. ¿De cuál quieres el detalle?")


def _responses(file):
    return yaml.safe_load(file.read_text(encoding="utf-8")).get("responses") or {}
