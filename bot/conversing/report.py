"""How many turns were right, and how the others were wrong: by kind, as a table and as one JSON object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from bot.conversing.player import Played

COLUMNS = ("turns", "right", "asked", "wrong", "repeated", "length", "conversations", "whole")
LONGEST_SHOWN = 700


def figures(conversations: Sequence[Sequence[Played]]) -> dict[str, Any]:
    """The figures of all of them and, under "kinds", of each kind.

    turns · right · asked: asked back and wrong · wrong: answered and wrong · repeated: said a sentence of the two answers before again ·
    length: median characters of the answers after a conversation's first (None without any) · conversations · whole: all turns right.
    """
    kinds = sorted({rows[0].kind for rows in conversations})
    by_kind = {kind: _figures([rows for rows in conversations if rows[0].kind == kind]) for kind in kinds}
    return {**_figures(conversations), "kinds": by_kind}


def _figures(conversations: Sequence[Sequence[Played]]) -> dict[str, Any]:
    turns = [row for rows in conversations for row in rows]
    wrong = [row.verdict for row in turns if row.verdict.wrong]
    asked = sum(verdict.asks for verdict in wrong)
    lengths = [len(row.answer.text) for row in turns if row.position > 1 and row.answer.texts]
    return {
        "turns": len(turns),
        "right": len(turns) - len(wrong),
        "asked": asked,
        "wrong": len(wrong) - asked,
        "repeated": sum(row.verdict.repeats for row in turns),
        "length": round(median(lengths)) if lengths else None,
        "conversations": len(conversations),
        "whole": sum(not any(row.verdict.wrong for row in rows) for rows in conversations),
    }


def table(result: dict[str, Any]) -> list[str]:
    """The figures of `figures` in lines, all of them last."""
    width = max(14, *map(len, result["kinds"])) if result["kinds"] else 14
    rows = [*result["kinds"].items(), ("all", result)]
    head = f"{'kind':{width}}" + "".join(f"{name:>{_width(name)}}" for name in COLUMNS)
    return [head, *(f"{kind:{width}}" + "".join(f"{_cell(row[name]):>{_width(name)}}" for name in COLUMNS) for kind, row in rows)]


def told(title: str, rows: Sequence[Played], *, right_too: bool) -> Iterable[str]:
    """The turns of one conversation that were wrong (or all), with what was said, shown and missed; nothing when there are none."""
    shown = [row for row in rows if right_too or row.verdict.wrong]
    if shown:
        yield f"== {title}"
    for row in shown:
        yield f"  » {row.said}"
        yield f"    {row.answer.shown[:LONGEST_SHOWN]!r}"
        if row.verdict.wrong:
            yield f"    MISS {list(row.verdict.wrong)}"


def _width(name: str) -> int:
    return len(name) + 2


def _cell(value: int | None) -> str:
    return "-" if value is None else str(value)
