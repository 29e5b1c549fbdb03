"""What is told of changing one server to another solution: the last day for it, the next chance, a change under way, the information."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from actions.base import Fact, line_at_end, say_line, say_with_line
from actions.live import IN_FORCE, IN_GRACE, Standing, readings, standing
from actions.mentions import SHORT, mentions
from actions.say import Reading, Reply, Values
from actions.server_state import say_state, say_suspended
from actions.sets import is_changing
from actions.standings import ANY_STANDING, CURRENT, MAY_LAPSE, say_standing
from actions.turn import GONE, Turn
from bot.accounts.port import PlanChangeState, Server
from bot.protocol.frame import Asked
from bot.rules import format as words
from bot.rules.subscription import change_cutoff, next_ends_on

_ACTIVATION: Final = r"(?:re)?activ\w+|licencia|(?:sae|coi|noi|aspe[ln])\b|compr\w+|pag\w+"
"""Activating the Aspel system again, and what its licence costs."""
SAID_INSTEAD: frozenset[Standing] = frozenset({"ending", "paid", "cancelled", "overstayed", "overstayed_long", "unclear"})
CHANGE: Mapping[PlanChangeState, str] = {
    "requested": "utter_cambio_solicitado",
    "in_progress": "utter_cambio_en_proceso",
    "done": "utter_cambio_terminado",
    "cancelled": "utter_cambio_cancelado",
}
CHANGE_LINES: Mapping[PlanChangeState, str] = {
    "requested": "utter_cambio_linea_solicitado",
    "in_progress": "utter_cambio_linea_en_proceso",
    "done": "utter_cambio_linea_terminado",
    "cancelled": "utter_cambio_linea_cancelado",
}
_ASK_HOW = frozenset({Asked.HOW, Asked.WHO})
_WHEN_DONE = frozenset({Asked.WHEN, Asked.UNTIL, Asked.WHETHER, Asked.COUNT, Asked.SURE})
_HOURS_A_DAY = 24
_SOON = timedelta(days=1)
"""So little time that it has to be seen to with a person at once."""


def say_change(turn: Turn, server: Server, reply: Reply, keys: Mapping[PlanChangeState, str] = CHANGE) -> None:
    """Where the change of one server stands."""
    assert server.plan_change is not None
    change = server.plan_change
    asked_on = turn.calendar.local_date(change.requested_at)
    told = {"state": change.state, "to_solution": change.to_solution, "requested_at": change.requested_at.isoformat()}
    values: Values = {"servidor": server.alias, "solucion": change.to_solution, "solicitado": words.on_date(asked_on, turn.today)}
    reply.say(keys[change.state], readings=readings(turn, server, "plan_change", **told), **values)
    if keys is CHANGE and is_changing(server) and not goes_on(turn, server):
        if server.status == "active":
            say_standing(turn, server, reply, CURRENT)
        else:
            say_state(turn, server, reply)


def say_change_of(turn: Turn, server: Server, reply: Reply) -> None:
    """A change under way, or the last day to cancel; when it has passed, the next chance and the line."""
    if not _say_hindrance(turn, server, reply):
        _say_deadline(turn, server, reply)


def say_move_of(turn: Turn, server: Server, reply: Reply) -> None:
    """The state of its change, if one was asked for."""
    if server.plan_change:
        say_change(turn, server, reply)
    elif server.status in GONE | {"suspended"}:
        say_state(turn, server, reply)
    elif not goes_on(turn, server):
        say_standing(turn, server, reply, CURRENT)
    else:
        reply.say("utter_cambio_ninguno", servidor=server.alias)


def say_moves(turn: Turn, server: Server, reply: Reply) -> None:
    """That nothing is lost, while that is true of this server; then a change of it that there is."""
    if information_moves(turn, server):
        reply.say("utter_traslado_si")
        add_activation(turn, reply)
        if server.plan_change:
            say_change(turn, server, reply)
    else:
        say_move_of(turn, server, reply)
    line_at_end(turn, reply)


def add_activation(turn: Turn, reply: Reply) -> None:
    """Who knows how Aspel is activated again, where that is asked."""
    if turn.frame.asked in _ASK_HOW or mentions(turn, _ACTIVATION, longest=SHORT):
        reply.add("utter_traslado_activacion")
        say_line(turn, reply)


def information_moves(turn: Turn, server: Server) -> bool:
    """While its data is there to be moved, or was moved."""
    change = server.plan_change.state if server.plan_change else None
    return change == "done" or (change != "cancelled" and goes_on(turn, server))


def goes_on(turn: Turn, server: Server) -> bool:
    """Whether nothing that is known of the server keeps a change of it from going on."""
    return server.status in {"active", "provisioning"} and standing(turn, server) in IN_FORCE | MAY_LAPSE | IN_GRACE


def is_too_late(turn: Turn, server: Server) -> bool:
    """Whether the last day to cancel before the recorded end has passed."""
    ends_on = _ends_on(server)
    return server.status not in GONE and not is_changing(server) and ends_on is not None and turn.today > last_day(turn, ends_on)


def last_day(turn: Turn, ends_on: date) -> date:
    """The last day to cancel a server that ends on `ends_on`."""
    return change_cutoff(turn.calendar, ends_on, turn.settings.change_cutoff_business_hours).last_day


def hours_values(turn: Turn) -> Values:
    """`horas` before the end and the business days that they are, `dias`: numbers, as "72" and "3"."""
    hours = turn.settings.change_cutoff_business_hours
    return {"horas": str(hours), "dias": f"{hours / _HOURS_A_DAY:g}"}


def deadline_values(turn: Turn, server: Server, ends_on: date) -> Values:
    """`servidor`, `vence` and `limite` (the last day to cancel), with `hours_values`; `siguiente` when there is a next chance."""
    values: Values = {
        "servidor": server.alias,
        "vence": words.on_date(ends_on, turn.today),
        "limite": words.on_date(last_day(turn, ends_on), turn.today),
        **hours_values(turn),
    }
    subscription = server.subscription
    if subscription and subscription.starts_on and subscription.auto_renew:
        values["siguiente"] = words.on_date(last_day(turn, next_ends_on(subscription.starts_on, ends_on)), turn.today)
    return values


def _ends_on(server: Server) -> date | None:
    return server.subscription.ends_on if server.subscription else None


def _say_hindrance(turn: Turn, server: Server, reply: Reply) -> bool:
    """What there is to say instead of a day to cancel; False when there is such a day."""
    if is_changing(server):
        say_change(turn, server, reply)
        if turn.frame.asked in _WHEN_DONE:
            reply.add("utter_cambio_sin_dia")
            say_line(turn, reply)
    elif server.status in GONE:
        reply.say("utter_cambio_sin_servidor", servidor=server.alias)
    elif server.status == "suspended":
        say_suspended(turn, server, reply)
    elif _ends_on(server) is None:
        reply.say("utter_cambio_sin_fecha", servidor=server.alias)
    elif standing(turn, server) in SAID_INSTEAD:
        say_standing(turn, server, reply, ANY_STANDING)
    else:
        return False
    return True


def _say_deadline(turn: Turn, server: Server, reply: Reply) -> None:
    ends_on = _ends_on(server)
    assert ends_on is not None
    values = deadline_values(turn, server, ends_on)
    said = readings(turn, server, "subscription", ends_on=ends_on)
    if not is_too_late(turn, server):
        reply.say("utter_cambio_a_tiempo", readings=said, **values)
    elif ends_on < turn.today:
        say_with_line(turn, reply, "utter_cambio_vencido", readings=said, **values)
    elif "siguiente" in values:
        say_with_line(turn, reply, "utter_cambio_plazo_pasado", readings=said, **values)
    else:
        say_with_line(turn, reply, "utter_cambio_plazo_pasado_sin_siguiente", readings=said, **values)


Told = Callable[[Turn, Server, Reply, Values, tuple[Reading, ...]], None]


def _dated(say_in_time: Told) -> Fact:
    """What is asked of the last day while there is time; afterwards, that there is none, and the next chance."""

    def say(turn: Turn, server: Server, reply: Reply) -> None:
        ends_on = _ends_on(server)
        if _say_hindrance(turn, server, reply):
            return
        assert ends_on is not None
        if ends_on < turn.today:
            _say_deadline(turn, server, reply)
            return
        values, told = deadline_values(turn, server, ends_on), readings(turn, server, "subscription", ends_on=ends_on)
        if is_too_late(turn, server):
            _say_too_late(turn, reply, values, told)
        else:
            say_in_time(turn, server, reply, values, told)
            if last_day(turn, ends_on) - turn.today <= _SOON:
                say_line(turn, reply)

    return say


def _say_too_late(turn: Turn, reply: Reply, values: Values, told: tuple[Reading, ...]) -> None:
    reply.say("utter_cambio_ya_no_alcanzas", readings=told, **values)
    if "siguiente" in values:
        reply.add("utter_cambio_siguiente", **values)
    say_line(turn, reply)


def _in_time(key: str) -> Told:
    return lambda _turn, _server, reply, values, told: reply.say(key, readings=told, **values)


def _say_how(turn: Turn, server: Server, reply: Reply, values: Values, told: tuple[Reading, ...]) -> None:
    reply.say("utter_cambio_como", readings=told, **values)
    if information_moves(turn, server):
        reply.add("utter_traslado_si")
    if turn.frame.asked is Asked.HOW:
        say_line(turn, reply)


def _say_otherwise(turn: Turn, server: Server, reply: Reply, values: Values, told: tuple[Reading, ...]) -> None:
    del turn, server
    reply.say("utter_cambio_si_no", readings=told, **values)
    if "siguiente" in values:
        reply.add("utter_cambio_siguiente", **values)


CHANGE_FACTS: Mapping[Asked, Fact] = {
    **dict.fromkeys((Asked.UNTIL, Asked.WHEN), _dated(_in_time("utter_cambio_hasta"))),
    Asked.WHETHER: _dated(_in_time("utter_cambio_alcanzas")),
    **dict.fromkeys((Asked.COUNT, Asked.SURE), _dated(_in_time("utter_cambio_horas_de_servidor"))),
    **dict.fromkeys((Asked.HOW, Asked.AGAIN), _dated(_say_how)),
    Asked.WHAT_IF: _dated(_say_otherwise),
}
MOVE_FACTS: Mapping[Asked, Fact] = dict.fromkeys(
    (Asked.WHETHER, Asked.SURE, Asked.WHO, Asked.HOW, Asked.WHICH, Asked.AGAIN, Asked.WHAT_IF), say_moves
)
