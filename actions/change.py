"""Changing to a superior solution: what to do and until when (FAQ 12), and what happens to the information (FAQ 13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from actions.base import ServerAction, line_values, say_with_line
from actions.live import IN_FORCE, Standing, readings, standing
from actions.say import Reply, Values
from actions.server_state import say_state, say_state_line, say_suspended
from actions.sets import is_changing
from actions.standings import ANY_STANDING, CURRENT, MAY_LAPSE, say_standing
from actions.turn import GONE, Turn
from bot.accounts.port import PlanChangeState, Server
from bot.identity.levels import DataClass
from bot.rules import format as words
from bot.rules.subscription import change_cutoff, next_ends_on

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


class ChangeSolution(ServerAction):
    """FAQ 12: cancel in time and contract the other one; then the last day to cancel this server."""

    intent = "faq_cambiar_solucion"
    data = DataClass.CHANGES
    general = "utter_faq_cambiar_solucion"
    many = "ask"

    def holds(self, turn: Turn, server: Server) -> bool:
        """While there is time to cancel it, or no date yet."""
        if server.status in GONE or is_changing(server) or standing(turn, server) not in MAY_LAPSE:
            return False
        return not _is_too_late(turn, server)

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """The steps, with the telephone that the document gives."""
        reply.say(self.general, horas=str(turn.settings.change_cutoff_business_hours), **line_values(turn))

    def say_reason(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The steps again for who is late for them."""
        if _is_too_late(turn, server):
            reply.say("utter_faq_cambiar_solucion_con_linea", horas=str(turn.settings.change_cutoff_business_hours))

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """A change under way, or the last day to cancel; when it has passed, the next chance and the line."""
        ends_on = _ends_on(server)
        if is_changing(server):
            say_change(turn, server, reply)
        elif server.status in GONE:
            reply.say("utter_cambio_sin_servidor", servidor=server.alias)
        elif server.status == "suspended":
            say_suspended(turn, server, reply)
        elif ends_on is None:
            reply.say("utter_cambio_sin_fecha", servidor=server.alias)
        elif standing(turn, server) in SAID_INSTEAD:
            say_standing(turn, server, reply, ANY_STANDING)
        else:
            _say_deadline(turn, server, ends_on, reply)


class MoveInformation(ServerAction):
    """FAQ 13: the information moves, Aspel is activated again; then where a change of this customer stands."""

    intent = "faq_traslado_informacion"
    data = DataClass.CHANGES
    general = "utter_faq_traslado_informacion"

    def holds(self, turn: Turn, server: Server) -> bool:
        """While its data is there to be moved, or was moved."""
        change = server.plan_change.state if server.plan_change else None
        return change == "done" or (change != "cancelled" and _goes_on(turn, server))

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The state of its change, if one was asked for."""
        if server.plan_change:
            say_change(turn, server, reply)
        elif server.status in GONE | {"suspended"}:
            say_state(turn, server, reply)
        elif not _goes_on(turn, server):
            say_standing(turn, server, reply, CURRENT)
        else:
            reply.say("utter_cambio_ninguno", servidor=server.alias)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Only servers with a change are named, and those whose data may not be there to be moved."""
        if server.plan_change:
            say_change(turn, server, reply, CHANGE_LINES)
        elif not self.holds(turn, server):
            say_state_line(turn, server, reply)

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """When none has a change, say so once."""
        if not any(server.plan_change for server in turn.servers):
            reply.say("utter_cambio_ninguno_de_varios")


def say_change(turn: Turn, server: Server, reply: Reply, keys: Mapping[PlanChangeState, str] = CHANGE) -> None:
    """Where the change of one server stands."""
    assert server.plan_change is not None
    change = server.plan_change
    asked_on = turn.calendar.local_date(change.requested_at)
    told = {"state": change.state, "to_solution": change.to_solution, "requested_at": change.requested_at.isoformat()}
    values: Values = {"servidor": server.alias, "solucion": change.to_solution, "solicitado": words.on_date(asked_on, turn.today)}
    reply.say(keys[change.state], readings=readings(turn, server, "plan_change", **told), **values)
    if keys is CHANGE and is_changing(server) and not _goes_on(turn, server):
        if server.status == "active":
            say_standing(turn, server, reply, CURRENT)
        else:
            say_state(turn, server, reply)


def _goes_on(turn: Turn, server: Server) -> bool:
    """Whether nothing that is known of the server keeps a change of it from going on."""
    return server.status in {"active", "provisioning"} and standing(turn, server) in IN_FORCE | MAY_LAPSE | {"grace", "grace_last_day"}


def _ends_on(server: Server) -> date | None:
    return server.subscription.ends_on if server.subscription else None


def _is_too_late(turn: Turn, server: Server | None) -> bool:
    if server is None or turn.named_foreign or server.status in GONE or is_changing(server):
        return False
    ends_on = _ends_on(server)
    return ends_on is not None and turn.today > _last_day(turn, ends_on)


def _last_day(turn: Turn, ends_on: date) -> date:
    return change_cutoff(turn.calendar, ends_on, turn.settings.change_cutoff_business_hours).last_day


def _say_deadline(turn: Turn, server: Server, ends_on: date, reply: Reply) -> None:
    subscription = server.subscription
    values: Values = {
        "servidor": server.alias,
        "vence": words.on_date(ends_on, turn.today),
        "limite": words.on_date(_last_day(turn, ends_on), turn.today),
    }
    said = readings(turn, server, "subscription", ends_on=ends_on)
    if not _is_too_late(turn, server):
        reply.say("utter_cambio_a_tiempo", readings=said, **values)
    elif ends_on < turn.today:
        say_with_line(turn, reply, "utter_cambio_vencido", readings=said, **values)
    elif subscription and subscription.starts_on and subscription.auto_renew:
        chance = _last_day(turn, next_ends_on(subscription.starts_on, ends_on))
        values["siguiente"] = words.on_date(chance, turn.today)
        say_with_line(turn, reply, "utter_cambio_plazo_pasado", readings=said, **values)
    else:
        say_with_line(turn, reply, "utter_cambio_plazo_pasado_sin_siguiente", readings=said, **values)
