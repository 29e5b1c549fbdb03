import json

import pytest

from benchmarks.figures import Bar, Figure, percentile, render
from benchmarks.growth import Growth
from benchmarks.machine import CUSTOMERS, Usage, cpu_a_turn
from benchmarks.measure import Acknowledged, Depth, Turns
from benchmarks.results import as_json, figures_of
from benchmarks.run import Measured, Results
from benchmarks.scale.slow_disk import Pace, SlowDiskRun


def turns(milliseconds, count, **cpu_ms):
    return Turns([milliseconds] * count, cpu_ms, 10.0)


def measured(milliseconds, ready, memory, others, **loads):
    seen = Usage({"dialogue": memory, "gateway": 200.0, "actions": 100.0, CUSTOMERS: 77.0}, {"dialogue": 1.0})
    return Measured(
        ready_s=[ready, 99.0, 1.0],
        first_answer_s=[ready + 1, 99.0, 1.0],
        at_start=seen,
        after_load=seen,
        turn=turns(milliseconds, 100, dialogue=milliseconds / 2),
        load={int(n.removeprefix("with_")): turns(milliseconds, count, dialogue=milliseconds, **others) for n, count in loads.items()},
    )


@pytest.fixture
def results():
    ours, stock = (
        measured(10.0, 7.0, 800.0, {"gateway": 35.0, CUSTOMERS: 50.0}, with_1=700, with_2=900),
        measured(60.0, 19.0, 1200.0, {}, with_1=150),
    )
    ours.depth, stock.depth = Depth(2000, 10.0, 11.0, 20.0, 21.0), Depth(300, 60.0, 600.0, 50.0, 400.0)
    ours.acknowledged = Acknowledged([float(n) for n in range(1, 101)], refused=2, answered=97)
    return Results(ours, stock)


@pytest.mark.parametrize(("percent", "value"), [(50, 50), (99, 99), (100, 100), (0, 1), (95, 95)])
def test_a_percentile_is_one_of_the_values(percent, value):
    assert percentile([float(n) for n in range(100, 0, -1)], percent) == value


def test_a_percentile_of_few_values_does_not_hide_the_worst():
    assert percentile([1.0, 2.0, 900.0], 99) == 900.0


def test_a_percentile_of_nothing_is_refused():
    with pytest.raises(ValueError, match="nothing was measured"):
        percentile([], 50)


@pytest.mark.parametrize(
    ("bar", "ours", "stock", "reached"),
    [
        (Bar(0.2), 10.0, 50.0, True),
        (Bar(0.2), 10.1, 50.0, False),
        (Bar(4, "more"), 60.0, 15.0, True),
        (Bar(4, "more"), 59.0, 15.0, False),
        (Bar(10, of="ours"), 10.0, None, True),
        (Bar(10, of="ours"), 10.1, None, False),
        (Bar(0.2), 10.0, None, None),
        (Bar(0.2), None, 50.0, None),
    ],
)
def test_a_bar_is_reached_missed_or_not_measured(bar, ours, stock, reached):
    assert bar.reached(Figure("figure", "ms", ours, stock, bar)) is reached


def test_the_table_shows_both_the_ratio_and_whether_the_bar_was_reached():
    table = render([Figure("turn", "ms", 10.0, 60.0, Bar(0.2)), Figure("start", "s", 7.0, 10.0, Bar(0.65)), Figure("seen", "", None, 2.0)])
    assert table.splitlines()[2:] == [
        "| turn, ms | 10 | 60 | 0.167 | ≤ 0.2 reached |",
        "| start, s | 7 | 10 | 0.7 | ≤ 0.65 **missed** |",
        "| seen | – | 2 | – |  |",
    ]


def test_the_json_object_begins_with_the_figures_of_the_bars(results):
    results.ours.growth = Growth(
        1_000_000,
        {"SQLite": (turns(10.0, 9, gateway=4.0), turns(11.0, 9, gateway=5.0)), "PostgreSQL": (turns(10.0, 9), turns(12.0, 9))},
        {"SQLite": ([2.0, 2.0, 9.0], [3.0, 2.5, 2.0]), "PostgreSQL": ([2.0], [2.2])},
    )
    results.ours.slow_disk = SlowDiskRun(Pace(10.0, answered=500), Pace(10.0, answered=1600))
    told = json.loads(json.dumps(as_json(results, "two cores")))
    assert dict(list(told.items())[:12]) == {
        "turn_p50_ratio": 0.167, "throughput_ratio": 6.0, "depth_ratio": 1.1, "ack_p50_ms": 50.0, "ack_p99_ms": 99.0, "ready_ratio": 0.4,
        "memory_ratio": 0.667, "total_memory_mb": 1100.0, "cpu_ratio": 0.75, "slow_disk_ratio": 3.2, "read_mark_ratio": 1.25,
        "ledger_growth_ratio": 1.2,
    }  # fmt: skip
    assert told["stock_depth_ratio"] == 10.0
    assert told["depth_cpu_ratio"] == 1.05


def test_the_better_of_one_and_two_dialogue_processes_is_told(results):
    assert as_json(results, "")["dialogues"] == 2
    assert "2 dialogue processes of ours" in render(figures_of(results))


def test_messages_that_were_never_answered_are_told(results):
    unanswered = next(figure for figure in figures_of(results) if "not answered" in figure.title)
    assert unanswered.ours == 3


def test_what_was_left_out_is_null_and_has_no_row():
    told = as_json(Results(), "two cores")
    assert all(told[name] is None for name in ("turn_p50_ratio", "throughput_ratio", "depth_ratio", "ack_p50_ms", "ready_ratio"))
    assert figures_of(Results()) == []


def test_processor_time_a_turn_counts_what_was_spent_between():
    before, after = Usage({}, {"dialogue": 10.0, "actions": 1.0}), Usage({}, {"dialogue": 12.0, "actions": 1.5})
    assert cpu_a_turn(before, after, 100) == {"dialogue": 20.0, "actions": 5.0}
