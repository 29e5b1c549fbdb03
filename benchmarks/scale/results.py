"""The table and the JSON object: several of each beside one of each, then what the kills did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.figures import number, percentile, rounded
from benchmarks.machine import CUSTOMERS, cpu_a_turn, servers
from benchmarks.scale.faults import Faults
from benchmarks.scale.load import Turn, Window
from bot.nlu.report_tables import table
from bot.timings import Timings

POLL_MS = 1000 * Timings().poll_seconds
Figures = dict[str, float | None]
TITLES = {
    "turns_per_second": "turns a second",
    "answer_p50_ms": "answer p50, ms",
    "answer_p95_ms": "answer p95, ms",
    "answer_p99_ms": "answer p99, ms",
    "ack_p50_ms": "acknowledgement p50, ms",
    "ack_p99_ms": "acknowledgement p99, ms",
    "cpu_ms_a_turn": "processor time of all servers a turn, ms",
    "memory_mb": "memory of all servers, MiB (what PostgreSQL's connections share counts for each)",
}
CROSS_TITLES = {
    "share": "share of turns accepted by the gateway that does not hold the stream",
    "answer_p50_ms": "answer p50 of those, ms",
    "answer_p95_ms": "answer p95 of those, ms",
    "told_p50_ms": "from the answer's moment until it is read, p50, ms",
    "told_p99_ms": "the same, p99, ms",
    "as_late_as_a_poll": "share told later than half the poll interval (polling alone: about 0.5)",
}


def figures_of(window: Window) -> Figures:
    """The main figures of a window."""
    answers, acks = [turn.answer_ms for turn in window.turns], [turn.ack_ms for turn in window.turns]
    return {
        "turns_per_second": rounded(len(answers) / window.seconds, 1),
        **{f"answer_p{p}_ms": rounded(percentile(answers, p), 1) for p in (50, 95, 99)},
        **{f"ack_p{p}_ms": rounded(percentile(acks, p), 1) for p in (50, 99)},
        "cpu_ms_a_turn": rounded(servers(_cpu(window)), 2),
        "memory_mb": rounded(sum(size for name, size in window.after.memory_mb.items() if name != CUSTOMERS), 0),
    }


def crossing(window: Window, *, crossed: bool) -> Figures:
    """The turns whose answer went from one gateway to the other, or those whose answer did not."""
    turns = [turn for turn in window.turns if turn.crossed == crossed]
    if not turns:
        return dict.fromkeys(CROSS_TITLES, None) | {"share": 0.0}

    def at(percent: float, of: Callable[[Turn], float]) -> float | None:
        return rounded(percentile([of(turn) for turn in turns], percent), 1)

    return {
        "share": rounded(len(turns) / len(window.turns)),
        "answer_p50_ms": at(50, lambda turn: turn.answer_ms),
        "answer_p95_ms": at(95, lambda turn: turn.answer_ms),
        "told_p50_ms": at(50, lambda turn: turn.told_ms),
        "told_p99_ms": at(99, lambda turn: turn.told_ms),
        "as_late_as_a_poll": rounded(sum(turn.told_ms > POLL_MS / 2 for turn in turns) / len(turns)),
    }


def tables(several: Window, one: Window, faults: Faults) -> str:
    """What is printed before the JSON object."""
    two, single = figures_of(several), figures_of(one)
    main = [(title, number(two[key]), number(single[key]), number(_ratio(two, single, key))) for key, title in TITLES.items()]
    same, cross = crossing(several, crossed=False), crossing(several, crossed=True)
    across = [(title, number(cross[key]), number(same[key])) for key, title in CROSS_TITLES.items()]
    return "\n\n".join(
        [
            table(("figure", "several of each", "one of each", "several ÷ one"), main),
            table(("several of each", "accepted by the other gateway", "accepted where the stream hangs"), across),
            _by_process("several of each", several),
            _by_process("one of each", one),
            table(
                ("killed under load", "away, s", "messages meanwhile", "longest pause, s", "streams it held", "failed requests"),
                _deaths(faults),
            ),
            _summary(faults),
        ]
    )


def as_json(several: Window, one: Window, faults: Faults) -> dict[str, Any]:
    """The same for machines."""
    two, single = figures_of(several), figures_of(one)
    return {
        "several": _window_json(several, two),
        "one": _window_json(one, single),
        "ratio": {key: rounded(_ratio(two, single, key)) for key in TITLES},
        "cross_gateway": crossing(several, crossed=True),
        "same_gateway": crossing(several, crossed=False),
        "faults": {
            "messages": faults.acknowledged,
            "kills": len(faults.deaths),
            **_counts(faults),
            "failed_requests": sum(faults.failures.values()),
            "rescued_by_proxy": faults.rescued,
            "slowest_answer_s": rounded(faults.slowest_s, 1),
            "seconds": rounded(faults.seconds, 1),
            "killed": {
                death.name: {
                    "away_s": rounded(death.away_s, 1),
                    "acknowledged_meanwhile": death.acknowledged,
                    "longest_pause_s": rounded(death.pause_s, 1),
                    "streams_held": death.streams,
                    "failed_requests": dict(death.failures),
                }
                for death in faults.deaths
            },
        },
    }


def _window_json(window: Window, figures: Figures) -> dict[str, Any]:
    return {
        **figures,
        "turns": len(window.turns),
        "answers_naming_own_server": sum(turn.named for turn in window.turns),
        "answered_by": window.answered,
        "streams": window.streams,
        "cpu_ms_by_process": _cpu(window),
        "memory_mb_by_process": window.after.memory_mb,
    }


def _by_process(title: str, window: Window) -> str:
    cpu = _cpu(window)
    rows = [
        (
            name,
            str(window.answered.get(name, "")),
            str(window.streams.get(name, "")),
            number(cpu[name]),
            number(window.after.memory_mb[name]),
        )
        for name in sorted(cpu)
    ]
    return table((title, "turns (actions: calls)", "streams", "processor, ms a turn", "memory, MiB"), rows)


def _deaths(faults: Faults) -> Sequence[tuple[str, ...]]:
    return [
        (death.name, number(death.away_s), str(death.acknowledged), number(death.pause_s), str(death.streams), _told(death.failures))
        for death in faults.deaths
    ]


def _summary(faults: Faults) -> str:
    said = f"messages {faults.acknowledged}, {_verdict(faults)}; failed requests customers saw: {_told(faults.failures)}"
    return f"{said}; requests the proxy had answered by the other gateway: {faults.rescued}; slowest answer: {number(faults.slowest_s)} s"


def _counts(faults: Faults) -> dict[str, int]:
    return {kind: len(getattr(faults.findings, kind)) for kind in ("lost", "doubled", "disordered", "foreign")}


def _verdict(faults: Faults) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in _counts(faults).items())


def _told(failures: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in failures.items()) or "0"


def _cpu(window: Window) -> dict[str, float]:
    return cpu_a_turn(window.before, window.after, max(1, len(window.turns)))


def _ratio(two: Figures, single: Figures, key: str) -> float | None:
    above, below = two[key], single[key]
    return above / below if above is not None and below else None
