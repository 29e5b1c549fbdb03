"""Beginning and ending a contract: how one is made, and what follows when one is cancelled.

The assistant does neither; what the sources do not say (prices, conditions of a cancellation) goes to the support line.
"""

from __future__ import annotations

from actions.base import DeskAction, ServerAction, say_line
from actions.live import UNPAID, period_readings, period_values, standing
from actions.say import Reply, Values
from actions.server_state import say_gone
from actions.turn import GONE, Turn
from bot.accounts.port import Desk, Server
from bot.identity.levels import DataClass
from bot.rules import format as words
from bot.rules.service import servers_left
from bot.rules.subscription import change_cutoff


class Contract(DeskAction):
    """Where one contracts, how many more, how it is paid and when it is ready; prices are the line's."""

    intent = "contratar_servicio"
    general = "utter_contratar"

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """The general part is enough for a visitor, who may have no account yet."""
        self.say_general(turn, reply)
        desk = turn.sees(self.data)
        if desk is not None:
            self.add_live(turn, desk, reply)
        reply.say("utter_contratar_precios")
        say_line(turn, reply)

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """With the address of the service desk when the company set it."""
        if turn.settings.portal_url:
            reply.say("utter_contratar_portal", portal=turn.settings.portal_url, minutos=str(turn.settings.creation_minutes))
        else:
            reply.say("utter_contratar", minutos=str(turn.settings.creation_minutes))

    def add_live(self, turn: Turn, desk: Desk, reply: Reply) -> None:
        """How many this desk may still contract."""
        count, maximum = sum(each.status not in GONE for each in desk.servers), turn.settings.max_servers
        left = servers_left(count, maximum)
        key = "utter_contratar_quedan" if left else "utter_contratar_completo"
        reply.say(key, contratados=str(count), maximo=str(maximum), libres=str(left))


class Cancel(ServerAction):
    """What follows from cancelling: until when it runs, the cut-off that a change has, what is kept. The line cancels."""

    intent = "cancelar_servicio"
    data = DataClass.CHANGES
    general = "utter_cancelar"
    many = "ask"
    which = "utter_cancelar_cual"

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """The line at the end, whatever was said."""
        await super().answer(turn, reply)
        say_line(turn, reply)

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Its dates, as far as they are known."""
        now = standing(turn, server)
        if server.status in GONE:
            say_gone(turn, server, reply)
        elif now in {"valid", "ends_today"}:
            _say_running_out(turn, server, reply)
        else:
            key = "utter_cancelar_vencido" if now in UNPAID else "utter_cancelar_sin_fechas"
            reply.say(key, readings=period_readings(turn, server), **period_values(turn, server))


def _say_running_out(turn: Turn, server: Server, reply: Reply) -> None:
    assert server.subscription is not None
    assert server.subscription.ends_on is not None
    last_day = change_cutoff(turn.calendar, server.subscription.ends_on, turn.settings.change_cutoff_business_hours).last_day
    values: Values = {**period_values(turn, server), "limite": words.on_date(last_day, turn.today)}
    key = "utter_cancelar_a_tiempo" if turn.today <= last_day else "utter_cancelar_plazo_pasado"
    reply.say(key, readings=period_readings(turn, server), **values)
    reply.say("utter_cancelar_se_guarda", **values)
