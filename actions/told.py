"""What customers tell without asking anything: it is acknowledged, and the state that matters for it is given."""

from __future__ import annotations

from actions.base import AssistantAction, say_how_to_identify, say_with_line
from actions.payment import MyPayment
from actions.say import Reply
from actions.server_state import say_state, say_state_line
from actions.turn import Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass


class Told(AssistantAction):
    """Who says to have paid hears what became of the payment, who waits hears what the server is doing; anything else is only acknowledged."""

    intent = "contar"
    is_topic = False
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Acknowledge; then the state, or why there is none."""
        if not (turn.says_to_have_paid or turn.says_to_wait):
            reply.say("utter_contar")
            return
        reply.say("utter_contar_pago" if turn.says_to_have_paid else "utter_contar_espera")
        data = DataClass.PAYMENTS if turn.says_to_have_paid else DataClass.SERVERS
        desk = turn.sees(data)
        if desk is None and turn.audience == "unavailable":
            say_with_line(turn, reply, "utter_estado_no_disponible")
        elif desk is None:
            say_how_to_identify(turn, reply, "faq")
        elif turn.says_to_have_paid:
            MyPayment().add_live(turn, desk, reply)
        else:
            _say_what_waits(turn, reply)


def _say_what_waits(turn: Turn, reply: Reply) -> None:
    late = tuple(each for each in turn.servers if not _is_well(each))
    chosen = turn.chosen or (late[0] if len(late) == 1 else None)
    if chosen is not None:
        say_state(turn, chosen, reply, running="utter_contar_encendido")
    elif late:
        reply.say("utter_en_tus_servidores")
        for each in late:
            say_state_line(turn, each, reply)
    else:
        reply.say("utter_contar_sin_pendientes")


def _is_well(server: Server) -> bool:
    return server.status == "active" and server.incident is None and server.health is not None and server.health.state == "up"
