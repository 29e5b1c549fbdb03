"""Beginning and ending a contract: how one is made, and what follows when one is cancelled.

The assistant does neither; what the sources do not say (prices, conditions of a cancellation) goes to the support line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from actions.base import DeskAction, Fact, ServerAction, say_line
from actions.change_facts import deadline_values, last_day
from actions.leads import UNTIL
from actions.live import Standing, period_readings, period_values, standing
from actions.say import Reply, Values
from actions.server_state import say_gone
from actions.standings import CURRENT, say_standing
from actions.subscription_facts import add_lead
from actions.turn import GONE, Turn
from bot.accounts.port import Desk, Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked
from bot.rules.service import servers_left

_LAPSED: frozenset[Standing] = frozenset({"grace", "grace_last_day", "retained", "retained_last_day"})
_RUNNING: frozenset[Standing] = frozenset({"valid", "ends_today"})


class Contract(DeskAction):
    """Where one contracts, how many more, how it is paid and when it is ready; prices are the line's."""

    intent = "contratar_servicio"
    of_what_is = False
    general = "utter_contratar"

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """What is asked, then the line; the general part is enough for a visitor, who may have no account yet."""
        asked, desk = turn.frame.asked, turn.sees(self.data)
        if asked in {Asked.WHERE, Asked.WHO}:
            self._say_where(turn, reply)
        elif asked is Asked.WHICH:
            reply.say("utter_contratar_cual")
        elif asked is Asked.WHETHER:
            self._say_whether(turn, desk, reply)
        else:
            full = desk is not None and not servers_left(_contracted(desk), turn.settings.max_servers)
            if not full:  # who can contract no more needs no more of how it is done
                self.say_general(turn, reply)
            if desk is not None:
                self.add_live(turn, desk, reply)
            if not full:
                reply.say("utter_contratar_precios")
        say_line(turn, reply)

    def _say_where(self, turn: Turn, reply: Reply) -> None:
        if turn.settings.portal_url:
            reply.say("utter_contratar_donde_portal", portal=turn.settings.portal_url)
        else:
            reply.say("utter_contratar_donde")

    def _say_whether(self, turn: Turn, desk: Desk | None, reply: Reply) -> None:
        if desk is not None:
            self.add_live(turn, desk, reply)
        else:
            reply.say("utter_contratar_se_puede", maximo=str(turn.settings.max_servers))
        reply.add("utter_contratar_precios")

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """With the address of the service desk when the company set it."""
        if turn.settings.portal_url:
            reply.say("utter_contratar_portal", portal=turn.settings.portal_url, minutos=str(turn.settings.creation_minutes))
        else:
            reply.say("utter_contratar", minutos=str(turn.settings.creation_minutes))

    def add_live(self, turn: Turn, desk: Desk, reply: Reply) -> None:
        """How many this desk may still contract."""
        count, maximum = _contracted(desk), turn.settings.max_servers
        left = servers_left(count, maximum)
        key = "utter_contratar_quedan" if left else "utter_contratar_completo"
        reply.say(key, contratados=str(count), maximo=str(maximum), libres=str(left))


def _contracted(desk: Desk) -> int:
    return sum(each.status not in GONE for each in desk.servers)


def _say_what_follows(turn: Turn, server: Server, reply: Reply) -> None:
    now = standing(turn, server)
    if server.status in GONE:
        say_gone(turn, server, reply)
    elif now in _RUNNING:
        _say_running_out(turn, server, reply)
    elif now in _LAPSED or server.subscription is None or server.subscription.ends_on is None:
        key = "utter_cancelar_vencido" if now in _LAPSED else "utter_cancelar_sin_fechas"
        reply.say(key, readings=period_readings(turn, server), **period_values(turn, server))
    else:
        say_standing(turn, server, reply, CURRENT)


def _say_running_out(turn: Turn, server: Server, reply: Reply) -> None:
    values, in_time = _limit(turn, server)
    key = "utter_cancelar_a_tiempo" if in_time else "utter_cancelar_plazo_pasado"
    reply.say(key, readings=period_readings(turn, server), **values)
    reply.say("utter_cancelar_se_guarda", **values)


def _say_last_day(turn: Turn, server: Server, reply: Reply) -> None:
    """The last day to cancel for a change, which is all that the sources know; where there is none, who cancels."""
    if turn.frame.asked is Asked.WHETHER and server.status not in GONE and standing(turn, server) not in _RUNNING:
        _say_that_the_line_cancels(turn, server, reply)
    elif _say_limit(turn, server, reply):
        reply.add("utter_cancelar_condiciones")


def _say_that_the_line_cancels(turn: Turn, server: Server, reply: Reply) -> None:
    reply.say("utter_cancelar")
    _say_limit(turn, server, reply)


def _say_limit(turn: Turn, server: Server, reply: Reply) -> bool:
    """The last day to cancel; False, and how it stands instead, when it has none."""
    if server.status in GONE or standing(turn, server) not in _RUNNING:
        _say_what_follows(turn, server, reply)
        return False
    values, in_time = _limit(turn, server)
    key = "utter_cancelar_hasta" if in_time else "utter_cancelar_plazo_pasado"
    reply.say(key, readings=period_readings(turn, server), **values)
    return True


def _limit(turn: Turn, server: Server) -> tuple[Values, bool]:
    """The period's values with `limite` and `horas`, and whether there is still time."""
    assert server.subscription is not None
    assert server.subscription.ends_on is not None
    ends_on = server.subscription.ends_on
    values = {**period_values(turn, server), **deadline_values(turn, server, ends_on)}
    return values, turn.today <= last_day(turn, ends_on)


def _say_nothing_done(turn: Turn, reply: Reply) -> None:
    """To who fears that something was cancelled: nothing was; and how the only server stands."""
    reply.say("utter_cancelar_nada")
    if turn.chosen is not None and turn.sees(DataClass.CHANGES) is not None:
        add_lead(turn, turn.chosen, reply, UNTIL)
        reply.servers.append(turn.chosen.alias)


class Cancel(ServerAction):
    """What follows from cancelling: until when it runs, the cut-off that a change has, what is kept. The line cancels."""

    intent = "cancelar_servicio"
    data = DataClass.CHANGES
    general = "utter_cancelar"
    many = "ask"
    which = "utter_cancelar_cual"
    facts: ClassVar[Mapping[Asked, Fact]] = {
        **dict.fromkeys((Asked.UNTIL, Asked.WHEN, Asked.COUNT, Asked.WHETHER), _say_last_day),
        **dict.fromkeys((Asked.HOW, Asked.DO), _say_that_the_line_cancels),
    }

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """The line at the end, unless nothing is to be cancelled."""
        if turn.frame.asked is Asked.NONE:
            _say_nothing_done(turn, reply)
            return
        await super().answer(turn, reply)
        say_line(turn, reply)

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Its dates, as far as they are known."""
        _say_what_follows(turn, server, reply)
