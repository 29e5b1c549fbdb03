"""The company itself: when and where a person answers."""

from __future__ import annotations

from typing import Final, Literal

from actions.backup_parts import failed_values
from actions.backup_state import backup_state
from actions.base import AssistantAction, line_values
from actions.live import IN_PROCESS, charge_readings, charge_state, charge_values, last_charge
from actions.mentions import first_mentioned
from actions.say import Reply
from actions.server_state import incident_read, incident_values
from actions.turn import Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked
from bot.rules.support import Open, clock_words, hours_words, line_state

_ABOUT: Final[dict[Literal["to_say"], str]] = {
    "to_say": r"\bles? (?:digo|tengo que decir)|que datos|numero de cliente|a la mano",
}
"""Whether it is meant what to say there: "y que les digo cuando marque"."""
_WHETHER_OPEN: Final = frozenset({Asked.WHETHER, Asked.SURE})
_NUMBER_FIRST: Final = frozenset({Asked.WHICH, Asked.WHO, Asked.WHERE, Asked.AGAIN})
_BOTH: Final = frozenset({Asked.WHEN, Asked.SINCE})
"""Asked for the hours, it gives the number before them too: who asks for one mostly wants both."""
_NUMBER, _HOURS = "utter_linea_numero", "utter_linea_horario"


class SupportLine(AssistantAction):
    """The support line's number, its hours, and whether it is open now. No case is opened: nobody asked for a person."""

    intent = "consultar_linea"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """What is asked of it first, the same for everybody; what to say there, to who is known."""
        hours = turn.settings.support_hours
        values = {"dias": hours_words(hours), "horas": clock_words(hours), **line_values(turn)}
        reply.vary(*_keys(turn), **values)
        if first_mentioned(turn, _ABOUT) == "to_say" and turn.chosen is not None:
            _say_what_to_say(turn, turn.chosen, reply)


def _keys(turn: Turn) -> tuple[str, ...]:
    """The text, and other words for who was just told it and asks for the hours."""
    asked = turn.frame.asked
    if asked is Asked.UNTIL:
        is_open = isinstance(line_state(turn.calendar, turn.settings.support_hours, turn.now), Open)
        return ("utter_linea_hasta" if is_open else "utter_linea_cerrada",)
    if asked in _WHETHER_OPEN:
        return (_HOURS,)
    if asked in _BOTH:
        return (_NUMBER, _HOURS)
    return (_NUMBER if asked in _NUMBER_FIRST else "utter_consultar_linea",)


def _say_what_to_say(turn: Turn, server: Server, reply: Reply) -> None:
    """The server and what is the matter with it, as support needs to hear it."""
    charge = last_charge(turn, server)
    if server.incident:
        reply.say("utter_linea_di_incidente", readings=incident_read(turn, server), **incident_values(turn, server))
    elif turn.sees(DataClass.PAYMENTS) and charge is not None and charge_state(turn, charge) in IN_PROCESS | {"rejected"}:
        key = "utter_linea_di_rechazo" if charge.status == "rejected" else "utter_linea_di_cargo"
        reply.say(key, readings=charge_readings(turn, server, charge), **charge_values(turn, server, charge))
    elif turn.sees(DataClass.BACKUPS) and server.status == "active" and backup_state(turn, server) == "failed":
        reply.say("utter_linea_di_respaldo", **failed_values(turn, server))
    else:
        reply.say("utter_linea_di_servidor", servidor=server.alias)
