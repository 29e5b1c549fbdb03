"""Changing to a superior solution: what to do and until when (FAQ 12), and what happens to the information (FAQ 13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from actions import sets
from actions.base import Fact, ServerAction, line_values
from actions.change_facts import (
    CHANGE_FACTS,
    CHANGE_LINES,
    MOVE_FACTS,
    add_activation,
    hours_values,
    information_moves,
    is_too_late,
    say_change,
    say_change_of,
    say_move_of,
)
from actions.live import standing
from actions.meant import CHANGING
from actions.mentions import mentions
from actions.say import Reply
from actions.server_state import say_state_line
from actions.sets import is_changing
from actions.standings import MAY_LAPSE
from actions.turn import GONE, Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked

_GOES: Final = r"(?:termin|qued|list|acab|falt|tard|va\b|lleva)"
_THE_CHANGE: Final = rf"^(?:y )?(?:el|mi) cambio\b|\b{_GOES}\w*\b.{{0,15}}\b(?:el|mi|del) cambio\b|\b(?:el|mi|del) cambio\b.{{0,20}}\b{_GOES}|cambio que (?:ped|solicit)\w+"
"""How a change goes that was asked for."""


class ChangeSolution(ServerAction):
    """FAQ 12: cancel in time and contract the other one; then the last day to cancel this server."""

    intent = "faq_cambiar_solucion"
    data = DataClass.CHANGES
    general = "utter_faq_cambiar_solucion"
    short: ClassVar[Mapping[Asked, str]] = dict.fromkeys((Asked.COUNT, Asked.UNTIL, Asked.WHEN, Asked.SURE), "utter_cambio_horas")
    facts: ClassVar[Mapping[Asked, Fact]] = CHANGE_FACTS
    many = "ask"
    which = "utter_cambio_cual_servidor"

    def candidates(self, turn: Turn) -> tuple[Server, ...]:
        """How a change goes is asked of those that are in one."""
        changing = sets.members(turn, turn.servers, "in_change")
        return (
            changing
            if changing and (turn.frame.asked is Asked.STATE or mentions(turn, _THE_CHANGE) or mentions(turn, CHANGING))
            else turn.servers
        )

    def holds(self, turn: Turn, server: Server) -> bool:
        """While there is time to cancel it, or no date yet."""
        if server.status in GONE or is_changing(server) or standing(turn, server) not in MAY_LAPSE:
            return False
        return not is_too_late(turn, server)

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """The steps, with the telephone that the document gives; or how long before the end, where only that is asked."""
        key = self.short.get(turn.frame.asked)
        if key:
            reply.say(key, **hours_values(turn))
        else:
            reply.say(self.general, horas=hours_values(turn)["horas"], **line_values(turn))

    def say_reason(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The steps again for who is late for them."""
        if is_too_late(turn, server):
            reply.say("utter_faq_cambiar_solucion_con_linea", horas=hours_values(turn)["horas"])

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """A change under way, or the last day to cancel; when it has passed, the next chance and the line."""
        say_change_of(turn, server, reply)


class MoveInformation(ServerAction):
    """FAQ 13: the information moves, Aspel is activated again; then where a change of this customer stands."""

    intent = "faq_traslado_informacion"
    data = DataClass.CHANGES
    general = "utter_faq_traslado_informacion"
    short: ClassVar[Mapping[Asked, str]] = dict.fromkeys(MOVE_FACTS, "utter_traslado_si")
    facts: ClassVar[Mapping[Asked, Fact]] = MOVE_FACTS

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """With who knows about activating, where that is asked."""
        super().say_general(turn, reply)
        if turn.frame.asked in self.short:
            add_activation(turn, reply)

    def holds(self, turn: Turn, server: Server) -> bool:
        """While its data is there to be moved, or was moved."""
        return information_moves(turn, server)

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The state of its change, if one was asked for."""
        say_move_of(turn, server, reply)

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
