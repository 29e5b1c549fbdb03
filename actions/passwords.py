"""Where a server's password is changed (FAQ 17): it is never told, seen nor changed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from actions.base import Fact, ServerAction, say_line
from actions.live import readings
from actions.mails import say_not_active
from actions.mentions import mentions
from actions.say import Reply
from actions.server_facts import MY_SERVER
from actions.server_state import incident_read, incident_values, say_gone
from actions.situation import is_broken
from actions.turn import GONE, Turn
from bot.accounts.port import Desk, Server
from bot.protocol.frame import Asked

_BEYOND = r"sesion|la misma|demas|otros|otras|reactiv|prend|caido|se cambia la de"
"""Words that ask what else a new password changes, which no source says."""
_OF_THE_DESK = r"(?:contrasen\w*|contra|clave|pass\w*) (?:(?:del?|para|pa|entrar|al?) ){1,3}(?:(?:la|el|mi|su|tu|ese|esa) )?(?:portal|escritorio(?! (?:remoto|de windows|del servidor))|pagina|pag|sitio)\b"
"""The password of the services desk, which is another one."""
_SHORT = {
    Asked.WHERE: "utter_contrasena_ruta",
    Asked.HOW: "utter_contrasena_ruta",
    Asked.AGAIN: "utter_contrasena_ruta",
    Asked.WHAT_IF: "utter_contrasena_ruta",
    Asked.DO: "utter_contrasena_no_la_veo",
    Asked.WHETHER: "utter_contrasena_la_cambias_tu",
    Asked.WHO: "utter_contrasena_la_cambias_tu",
    Asked.WHICH: "utter_contrasena_cual",
    Asked.SURE: "utter_contrasena_cual",
}


def _say_short(turn: Turn, reply: Reply) -> None:
    if _asks_beyond(turn):
        reply.say("utter_contrasena_lo_demas")
        say_line(turn, reply)
    else:
        reply.say(_SHORT[turn.frame.asked])


def _asks_beyond(turn: Turn) -> bool:
    return turn.frame.asked in {Asked.WHETHER, Asked.SURE, Asked.WHAT_IF} and mentions(turn, _BEYOND)


def _say_of_server(turn: Turn, server: Server, reply: Reply) -> None:
    """What is asked, then what keeps this server from being entered; of one that is gone, that."""
    if server.status in GONE:
        say_gone(turn, server, reply)
        return
    _say_short(turn, reply)
    if _asks_beyond(turn):
        return
    if server.status != "active":
        told = readings(turn, server, "virtual_server", status=server.status)
        reply.add("utter_contrasena_no_activo", servidor=server.alias, readings=told)
    elif server.incident is not None:
        _say_incident(turn, server, reply)


def _say_incident(turn: Turn, server: Server, reply: Reply) -> None:
    reply.add("utter_contrasena_incidente", readings=incident_read(turn, server), **incident_values(turn, server))


def _say_since(turn: Turn, server: Server, reply: Reply) -> None:
    """A password has no beginning: what lasts is what keeps the server from being entered."""
    if is_broken(server):
        MY_SERVER[Asked.SINCE](turn, server, reply)
        return
    if server.status == "active":
        reply.say("utter_contrasena_ruta")
    _say_hindrance(turn, server, reply)


def _say_hindrance(turn: Turn, server: Server, reply: Reply) -> None:
    """What keeps a server from being entered with any password, where something does."""
    if server.incident is not None and server.status == "active":
        _say_incident(turn, server, reply)
    elif server.status in GONE:
        say_gone(turn, server, reply)
    elif server.status != "active":
        say_not_active(turn, server, reply)
        reply.say("utter_acceso_no_activo")


def _say_of_desk(turn: Turn, desk: Desk, reply: Reply) -> None:
    del desk
    _say_short(turn, reply)


class ChangePassword(ServerAction):
    """FAQ 17: where the password is changed; it is never told nor changed here. Adds only what keeps a server from being entered."""

    intent = "faq_cambiar_contrasena"
    general = "utter_faq_cambiar_contrasena"
    short = _SHORT
    facts: ClassVar[Mapping[Asked, Fact]] = {**dict.fromkeys(_SHORT, _say_of_server), Asked.SINCE: _say_since}
    desk_facts = dict.fromkeys(_SHORT, _say_of_desk)

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Of the services desk's own password only where that one is to be had again."""
        if mentions(turn, _OF_THE_DESK):
            reply.say("utter_identificate_clave")
            say_line(turn, reply)
        else:
            await super().answer(turn, reply)

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """Always: nothing else answers it."""
        reply.say(self.short.get(turn.frame.asked, self.general))

    def holds(self, turn: Turn, server: Server) -> bool:
        """Where it opens something."""
        del turn
        return server.status == "active" and server.incident is None

    def say_reason(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Where it is changed all the same, behind what holds the server up."""
        if server.status == "active":
            super().say_general(turn, reply)

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """That this server cannot be entered with any password, when that is so."""
        _say_hindrance(turn, server, reply)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line for a server that cannot be entered."""
        if server.status != "active":
            reply.say(
                "utter_acceso_linea_no_activo",
                servidor=server.alias,
                readings=readings(turn, server, "virtual_server", status=server.status),
            )
