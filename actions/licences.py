"""Aspel licences: not included, not required, and which systems fit on a server (FAQ 4, 7, 19)."""

from __future__ import annotations

from actions.base import DeskAction, ServerAction
from actions.say import Reading, Reply, Values
from actions.server_state import say_state, say_state_line
from actions.turn import GONE, Turn
from bot.accounts.port import Desk, Licence, Server
from bot.rules import format as words

LINES = {
    "active": "utter_licencia_linea_activa",
    "grace": "utter_licencia_linea_gracia",
    "expired": "utter_licencia_linea_vencida",
    "cancelled": "utter_licencia_linea_cancelada",
}
MOST_LINES = 4
"""Longer lists are told by product, so that an answer stays short."""


class LicencesIncluded(DeskAction):
    """FAQ 4: they are contracted apart; then those on the desk."""

    intent = "faq_licencias_incluidas"
    general = "utter_faq_licencias_incluidas"

    def add_live(self, turn: Turn, desk: Desk, reply: Reply) -> None:
        """The desk's licences and their state."""
        say_licences(turn, desk, reply)


class LicenceRequired(DeskAction):
    """FAQ 19: the server alone or with a licence; then those on the desk."""

    intent = "faq_licencia_requerida"
    general = "utter_faq_licencia_requerida"

    def add_live(self, turn: Turn, desk: Desk, reply: Reply) -> None:
        """The desk's licences and their state."""
        say_licences(turn, desk, reply)


class MoreSystems(ServerAction):
    """FAQ 7: any Aspel product; then those recorded on this server."""

    intent = "faq_instalar_mas_sistemas"
    general = "utter_faq_instalar_mas_sistemas"

    def holds(self, turn: Turn, server: Server) -> bool:
        """Where there is a server to install on."""
        del turn
        return server.status == "active"

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """What is recorded on it, with its solution."""
        installed = _in_use(server.licences)
        if server.status in GONE:
            reply.say("utter_sistemas_sin_servidor", servidor=server.alias)
        elif server.status != "active":
            say_state(turn, server, reply)
        elif installed:
            said = _readings(turn, installed)
            reply.say("utter_sistemas_registrados", sistemas=_products(installed), readings=said, **_of(server))
        else:
            reply.say("utter_sistemas_ninguno", **_of(server))

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with what is recorded on it."""
        installed = _in_use(server.licences)
        if server.status != "active":
            say_state_line(turn, server, reply)
        elif installed:
            reply.say("utter_sistemas_linea", sistemas=_products(installed), readings=_readings(turn, installed), **_of(server))
        else:
            reply.say("utter_sistemas_linea_ninguno", **_of(server))


def say_licences(turn: Turn, desk: Desk, reply: Reply) -> None:
    """A line for each licence of the desk, or their products when there are many."""
    if not desk.licences:
        reply.say("utter_licencia_ninguna")
    elif len(desk.licences) > MOST_LINES:
        said = _readings(turn, desk.licences)
        reply.say("utter_licencia_muchas", cuantas=str(len(desk.licences)), productos=_products(desk.licences), readings=said)
    else:
        reply.say("utter_licencia_lista")
        for licence in desk.licences:
            said = _readings(turn, (licence,))
            reply.say(LINES[licence.status], producto=licence.product, tipo=licence.kind, usuarios=str(licence.users), readings=said)


def _in_use(licences: tuple[Licence, ...]) -> tuple[Licence, ...]:
    return tuple(licence for licence in licences if licence.status != "cancelled")


def _products(licences: tuple[Licence, ...]) -> str:
    return words.join_names(list(dict.fromkeys(licence.product for licence in licences)))


def _of(server: Server) -> Values:
    return {"servidor": server.alias, "solucion": server.solution}


def _readings(turn: Turn, licences: tuple[Licence, ...]) -> tuple[Reading, ...]:
    read_at = turn.read_at
    return tuple(Reading("licence", licence.product, licence.status, read_at, licence.server_alias) for licence in licences)
