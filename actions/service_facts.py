"""What is asked about the hours and the system of one server, said first."""

from __future__ import annotations

from typing import Final, Literal

from actions.base import Fact, say_line
from actions.live import ENDED, UNEXPLAINED, readings, standing
from actions.mentions import first_mentioned
from actions.say import Reply
from actions.server_state import incident_read, incident_values, may_be_used, say_state
from actions.situation import is_broken
from actions.turn import GONE, Turn
from bot.accounts.port import Server
from bot.protocol.frame import Asked

STANDARD_SYSTEM: Final = "windows server 2012 r2"
"""The system that the general answer names, in lower case."""
_ABOUT: Final[dict[Literal["backup"], str]] = {"backup": r"\blas (?:2|dos)\b|\ba esa hora|\bsaca\b"}
"""Whether the hours of the backup are meant: "y a las 2 que dicen que se hace la copia"."""
HOURS_IN_SHORT: Final[dict[Asked, str]] = dict.fromkeys((Asked.WHETHER, Asked.WHEN, Asked.SURE), "utter_horario_siempre")
SYSTEM_IN_SHORT: Final[dict[Asked, str]] = dict.fromkeys((Asked.WHETHER, Asked.SURE), "utter_sistema_otra_version")


def can_be_used(turn: Turn, server: Server) -> bool:
    """Whether it can be entered at any hour."""
    return may_be_used(server) and standing(turn, server) not in ENDED | UNEXPLAINED


def say_during_backup(turn: Turn, reply: Reply) -> bool:
    """What is known of the hour of the backup, where the message is about it; whether it was said."""
    if first_mentioned(turn, _ABOUT) != "backup":
        return False
    reply.say("utter_horario_durante_el_respaldo")
    say_line(turn, reply)
    return True


def say_hours(turn: Turn, server: Server, reply: Reply) -> None:
    """At any hour; or what keeps it from being used, which is no question of hours."""
    if is_broken(server):
        reply.say("utter_horario_con_incidente", readings=incident_read(turn, server), **incident_values(turn, server))
        say_line(turn, reply)
    elif server.status == "provisioning":
        reply.say("utter_horario_al_crearse")
    elif not can_be_used(turn, server):
        say_state(turn, server, reply, running="utter_horario_encendido")
        if server.status == "active":
            reply.add("utter_faq_horario_acceso_breve")
    elif not say_during_backup(turn, reply):
        reply.say("utter_horario_siempre")


def say_system(turn: Turn, server: Server, reply: Reply) -> None:
    """The one that is recorded for it; the rule where it is gone."""
    if server.status in GONE:
        reply.say("utter_faq_sistema_operativo")
    else:
        said = readings(turn, server, "virtual_server", os=server.os)
        reply.say("utter_sistema_cual", servidor=server.alias, sistema=server.os, readings=said)


def say_other_system(turn: Turn, server: Server, reply: Reply) -> None:
    """Of other versions nothing is known; its own first, where that is another one than the rule says."""
    if server.os.casefold() != STANDARD_SYSTEM:
        say_system(turn, server, reply)
    reply.say("utter_sistema_otra_version")
    say_line(turn, reply)


HOURS: Final[dict[Asked, Fact]] = dict.fromkeys(HOURS_IN_SHORT, say_hours)
SYSTEM: Final[dict[Asked, Fact]] = {
    Asked.WHICH: say_system,
    Asked.AGAIN: say_system,
    Asked.WHETHER: say_other_system,
    Asked.SURE: say_other_system,
}
