"""Answer, ask or refuse: the thresholds, what is offered, and which labels answer for each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bot.nlu.decision import (
    ASKS_NOTHING,
    CHOICES,
    DEEDS,
    FAR,
    MIN_CHOICE_PROBABILITY,
    NEAR,
    NEVER,
    NOT_OURS,
    PAIRS,
    TALK,
    Acceptance,
    Evidence,
    Thresholds,
    choose_thresholds,
    same_or_pair,
    worth_offering,
)
from bot.nlu.training import fit_acceptance

LABELS = [
    "faq_factura",
    "consultar_factura",
    "faq_consultar_vigencia",
    "consultar_suscripcion",
    "faq_que_es",
    "saludar",
    "afirmar",
    *NOT_OURS,
]
SHARES = st.floats(0, 1)
REFUSE, NOT_OURS_ABOVE = 0.12, 0.55


# --- which labels answer for each other -----------------------------------------------------------------------------


def test_the_pairs_of_the_design():
    assert set(PAIRS) == {
        frozenset({"faq_factura", "consultar_factura"}),
        frozenset({"faq_consultar_vigencia", "consultar_suscripcion"}),
        frozenset({"preguntar_si_es_bot", "preguntar_quien_eres"}),
        frozenset({"saludar", "charla"}),
    }
    assert NOT_OURS == (NEAR, FAR) == ("tema_no_cubierto", "fuera_de_tema")


@pytest.mark.parametrize(("one", "other"), list(itertools.product(LABELS, LABELS)))
def test_same_or_pair_is_symmetric(one, other):
    assert same_or_pair(one, other) == same_or_pair(other, one)
    assert same_or_pair(one, one)


@pytest.mark.parametrize(
    ("one", "other", "answers"),
    [
        ("faq_factura", "consultar_factura", True),
        ("consultar_suscripcion", "faq_consultar_vigencia", True),
        ("faq_factura", "faq_consultar_vigencia", False),
        ("faq_respaldo_automatico", "consultar_respaldo", False),
        ("tema_no_cubierto", "fuera_de_tema", False),
    ],
)
def test_which_answers_for_which(one, other, answers):
    assert same_or_pair(one, other) is answers


# --- what is offered ------------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(LABELS), min_size=1, max_size=CHOICES, unique=True), st.data())
def test_what_is_offered(labels, data):
    probabilities = data.draw(st.lists(SHARES, min_size=len(labels), max_size=len(labels)))
    offered = worth_offering(labels, probabilities)
    assert offered
    assert offered == [label for label in labels if label in offered], "in the order of their probability"
    assert not any(same_or_pair(one, other) for one, other in itertools.combinations(offered, 2))
    assert offered == [labels[0]] or not TALK & set(offered), "small talk is offered only when there is nothing else"
    assert all(probabilities[labels.index(label)] >= MIN_CHOICE_PROBABILITY or label == labels[0] for label in offered)
    assert labels[0] in offered or labels[0] in TALK


@pytest.mark.parametrize(
    ("labels", "probabilities", "offered"),
    [
        (["faq_factura"], [0.01], ["faq_factura"]),
        (["faq_factura", "consultar_factura", "faq_que_es"], [0.4, 0.3, 0.2], ["faq_factura", "faq_que_es"]),
        (["faq_factura", "saludar", "faq_que_es"], [0.4, 0.3, 0.2], ["faq_factura", "faq_que_es"]),
        (["saludar", "faq_que_es"], [0.4, 0.3], ["faq_que_es"]),
        (["saludar", "faq_que_es"], [0.9, 0.01], ["saludar"]),
        (["saludar", "afirmar"], [0.5, 0.4], ["saludar"]),
        (["faq_factura", "faq_que_es"], [0.4, MIN_CHOICE_PROBABILITY], ["faq_factura", "faq_que_es"]),
        (["faq_factura", "faq_que_es"], [0.4, MIN_CHOICE_PROBABILITY - 0.001], ["faq_factura"]),
    ],
)
def test_offered_table(labels, probabilities, offered):
    assert worth_offering(labels, probabilities) == offered


# --- thresholds -----------------------------------------------------------------------------------------------------


@given(SHARES, SHARES, st.sampled_from(LABELS), SHARES, SHARES, SHARES)
def test_exactly_one_decision_for_every_message(acceptance, not_ours, likeliest, answer, refuse, above):
    decision = Thresholds(answer, refuse, above).decide(acceptance, not_ours, likeliest)
    assert decision in {"answered", "asked", "refused"}
    assert (decision == "answered") == (acceptance >= answer)
    if likeliest == FAR:
        assert decision != "asked", "nobody is asked which question a joke was"


@given(SHARES, SHARES, st.sampled_from(LABELS), SHARES)
def test_more_acceptance_is_never_refused_more(acceptance, not_ours, likeliest, more):
    order = {"refused": 0, "asked": 1, "answered": 2}
    thresholds = Thresholds(0.7, REFUSE, NOT_OURS_ABOVE)
    low, high = sorted((acceptance, more))
    assert order[thresholds.decide(low, not_ours, likeliest)] <= order[thresholds.decide(high, not_ours, likeliest)]


@pytest.mark.parametrize(
    ("acceptance", "not_ours", "likeliest", "decision"),
    [
        (0.70, 0.0, "faq_que_es", "answered"),
        (0.70, 1.0, FAR, "answered"),
        (0.69, 0.0, "faq_que_es", "asked"),
        (0.12, 0.0, "faq_que_es", "asked"),
        (0.119, 0.0, "faq_que_es", "refused"),
        (0.5, 0.55, NEAR, "asked"),
        (0.5, 0.551, NEAR, "refused"),
        (0.5, 0.3, FAR, "refused"),
    ],
)
def test_decisions_table(acceptance, not_ours, likeliest, decision):
    assert Thresholds(0.7, REFUSE, NOT_OURS_ABOVE).decide(acceptance, not_ours, likeliest) == decision


CURVES = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        arrays.arrays(float, n, elements=st.floats(0, 1), unique=True), arrays.arrays(bool, n, elements=st.booleans()), st.floats(0, 0.5)
    )
)


@given(CURVES)
def test_wrong_answers_stay_within_the_stated_rate(curve):
    acceptance, wrong, rate = curve
    thresholds = choose_thresholds(acceptance, wrong, rate, REFUSE, NOT_OURS_ABOVE)
    answered = acceptance >= thresholds.answer
    best = int(np.argmax(acceptance))
    hopeless = wrong[best] and 1 / len(wrong) > rate  # even one answer is too many
    if not hopeless and thresholds.answer < 0.99:
        assert (answered & wrong).sum() / len(wrong) <= rate
    assert REFUSE <= thresholds.answer <= 1 or thresholds.answer == NEVER
    assert (thresholds.refuse, thresholds.not_ours) == (REFUSE, NOT_OURS_ABOVE)


@given(CURVES)
def test_the_threshold_is_the_lowest_that_does(curve):
    """Answering one more would break the rate, unless everything is answered or the threshold is held by its bounds."""
    acceptance, wrong, rate = curve
    answer = choose_thresholds(acceptance, wrong, rate, REFUSE, NOT_OURS_ABOVE).answer
    if REFUSE < answer < 0.99:
        below = acceptance[acceptance < answer]
        if len(below):
            assert not any(((acceptance >= lower) & wrong).sum() / len(wrong) <= rate for lower in below)


@given(CURVES, st.floats(0, 0.5))
def test_a_laxer_rate_never_answers_less(curve, other):
    acceptance, wrong, rate = curve
    strict, lax = sorted((rate, other))
    assert (
        choose_thresholds(acceptance, wrong, lax, REFUSE, NOT_OURS_ABOVE).answer
        <= choose_thresholds(acceptance, wrong, strict, REFUSE, NOT_OURS_ABOVE).answer
    )


def test_thresholds_of_a_perfect_and_of_a_hopeless_model():
    acceptance = np.array([0.9, 0.8, 0.5, 0.3])
    assert choose_thresholds(acceptance, np.zeros(4, bool), 0.0, REFUSE, NOT_OURS_ABOVE).answer == 0.3
    assert choose_thresholds(acceptance, np.ones(4, bool), 0.0, REFUSE, NOT_OURS_ABOVE).answer >= 0.9


def test_a_hopeless_model_answers_nothing():
    acceptance = np.array([0.9, 0.8])
    answer = choose_thresholds(acceptance, np.ones(2, bool), 0.0, REFUSE, NOT_OURS_ABOVE).answer
    assert not (acceptance >= answer).any()


# --- acceptance -----------------------------------------------------------------------------------------------------


def evidence(rows: int, seed: int = 0) -> Evidence:
    """Random, but of the right shape; the surest rows have the larger margins."""
    dice = np.random.default_rng(seed)
    margins = dice.normal(size=(rows, 5))
    probabilities = np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True)
    best = np.argsort(-margins[:, :3], axis=1)
    return Evidence(probabilities, margins, dice.uniform(0, 1, (rows, 2)), best, probabilities[:, 3:].sum(axis=1), np.zeros(rows))


def test_acceptance_learns_what_being_right_looks_like():
    found = evidence(400)
    right = found.margins[np.arange(400), found.best[:, 0]] > found.margins[:, 3:].max(axis=1)
    accepted = fit_acceptance(found, right).probability(found)
    assert accepted[right].mean() > accepted[~right].mean() + 0.4


@given(st.integers(0, 1000))
def test_acceptance_is_a_probability(seed):
    accepted = Acceptance(np.full(8, 3.0), -1.0).probability(evidence(8, seed))
    assert accepted.shape == (8,)
    assert ((accepted >= 0) & (accepted <= 1)).all()


def test_acceptance_of_certainties_is_finite():
    certain = np.zeros((2, 5))
    certain[:, 0] = 1.0
    found = Evidence(certain, 20 * certain, np.ones((2, 2)), np.array([[0, 1, 2]] * 2), np.zeros(2), np.zeros(2))
    assert np.isfinite(Acceptance(np.ones(8), 0.0).probability(found)).all()
    assert np.isfinite(found.features()).all()


@given(SHARES, SHARES, st.sampled_from([*LABELS, *sorted(DEEDS)]))
def test_only_a_question_is_answered_from_a_likely_guess_and_never_what_does_something(acceptance, not_ours, likeliest):
    thresholds = Thresholds(0.7, REFUSE, NOT_OURS_ABOVE, in_talk=0.2)
    decision = thresholds.decide(acceptance, not_ours, likeliest, in_talk=True)
    if likeliest in {*DEEDS, *ASKS_NOTHING, *NOT_OURS}:
        assert decision != "answered" or acceptance >= 0.7
    else:
        assert (decision == "answered") == (acceptance >= 0.2)
    assert thresholds.decide(acceptance, not_ours, likeliest) == Thresholds(0.7, REFUSE, NOT_OURS_ABOVE).decide(
        acceptance, not_ours, likeliest
    )
