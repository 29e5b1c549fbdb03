"""Lines of several servers that tell the same value are told as one, after the others: the server that differs is seen at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from actions.say import Reply
from bot.rules.format import join_names

_OF_SEVERAL: Final[Mapping[str, tuple[str, str]]] = {
    "utter_sistema_linea": ("utter_sistema_linea", "utter_sistema_linea_los_demas"),
    "utter_formas_pago_linea": ("utter_formas_pago_linea", "utter_formas_pago_linea_los_demas"),
    "utter_linea_precio": ("utter_linea_precio_de_cada_uno", "utter_linea_precio_los_demas"),
}
"""By the line of one server: that of all, and that of all others. A state is no value and is not joined: each server's is read by itself."""


def join_alike(reply: Reply, first: int) -> None:
    """Join the lines from message `first` on that most servers have alike; with none that most have, they stay as they are."""
    lines, groups = reply.messages[first:], defaultdict(list)
    for line in lines:
        groups[_told(line)].append(line)
    most = max(groups.values(), key=len, default=[])
    if 2 * len(most) <= len(lines) or len(most) == 1 or most[0]["response"] not in _OF_SEVERAL:
        return
    others = [line for line in lines if line not in most]
    several = {"response": _OF_SEVERAL[most[0]["response"]][bool(others)], "servidor": join_names([line["servidor"] for line in most])}
    reply.messages[first:] = [*others, {**most[0], **several}]


def _told(line: Mapping[str, Any]) -> str:
    return repr(sorted((name, value) for name, value in line.items() if name != "servidor"))
