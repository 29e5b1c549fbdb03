"""A run can be repeated from its seed, strikes each kind, and shares the messages out without losing one itself."""

from __future__ import annotations

from collections import Counter
from random import Random

from benchmarks.chaos.desks import FIRST, alias, rows_of, strangers
from benchmarks.chaos.plan import QUESTIONS, RESEND, Plan, blows_of, question
from bot import clock
from bot.accounts.models import Desk, VirtualServer


def test_each_kind_is_killed_and_hangs_about_as_often() -> None:
    for plan in (Plan(), Plan(messages=500, customers=20, kills=7, hangs=4), Plan(kills=6, database="sqlite")):
        blows = blows_of(plan)
        for how, number in (("kill", plan.kills), ("hang", plan.hangs)):
            often = Counter(blow.kind for blow in blows if blow.how == how)
            assert sum(often.values()) == number
            assert set(often) == set(plan.kinds)
            assert max(often.values()) - min(often.values()) <= 1
        assert [blow.after for blow in blows] == sorted(blow.after for blow in blows)
        assert 0 < blows[0].after < blows[-1].after < plan.messages


def test_the_same_seed_gives_the_same_blows_and_another_seed_others() -> None:
    assert blows_of(Plan(seed=4)) == blows_of(Plan(seed=4))
    assert blows_of(Plan(seed=4)) != blows_of(Plan(seed=5))


def test_all_messages_are_shared_out() -> None:
    plan = Plan(messages=503, customers=20)
    assert sum(plan.messages_of(customer) for customer in range(plan.customers)) == 503


def test_questions_of_every_kind_are_asked() -> None:
    rng = Random(1)
    assert {question(rng) for _ in range(500)} == {*QUESTIONS, RESEND}


def test_every_customer_has_names_of_its_own() -> None:
    rows = [row for customer in range(3) for row in rows_of(customer, clock.now())]
    assert [row.id for row in rows if isinstance(row, Desk)] == [f"C-{FIRST + customer}" for customer in range(3)]
    assert [row.alias for row in rows if isinstance(row, VirtualServer)] == [alias(customer) for customer in range(3)]
    assert strangers(f"{alias(0)} y {alias(2)}", 0) == {str(FIRST + 2)}
    assert strangers("a c···@cliente5003.example", 2) == set()
