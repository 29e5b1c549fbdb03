"""Aspel licences: not included, not required, and which systems fit on a server (FAQ 4, 7, 19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from actions.base import DeskAction, ServerAction, line_at_end, say_line, say_with_line
from actions.live import readings
from actions.mentions import mentions
from actions.sae import IN_FORCE, say_several, say_users
from actions.say import Reading, Reply, Values
from actions.server_state import say_state, say_state_line
from actions.turn import GONE, Turn
from bot.accounts.port import Desk, Licence, Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked
from bot.rules import format as words

LINES = {
    "active": "utter_licencia_linea_activa",
    "grace": "utter_licencia_linea_gracia",
    "expired": "utter_licencia_linea_vencida",
    "cancelled": "utter_licencia_linea_cancelada",
}
MOST_LINES = 4
"""Longer lists are told by product, so that an answer stays short."""
_OWN_LICENCE = (
    r"ya (lo |la |las )?(ten(go|emos|ia)|tiene|compr)|tengo (el|la|mi|mis) (sae|coi|noi|caja|banco|licencia|programa)|la mia|(mi|su) licencia"
    r"|licencia (?:de \w+ )?que (?:ten|compr)\w+|actual|aprovech|otra vez|de nuevo|volver a|comprar otr|compra otr|pagar otr|pasar\b|me (?:sirv|val)\w+"
)
"""Words that ask whether a licence that there is can be used on the server."""
_STATE_OF_OWN = r"licencias?\b.{0,40}\b(?:venc|caduc|expir|perd|pierd|borr|vigente|activ|sigue|jala)|(?:venc|caduc|perdi|borr)\w*.{0,20} (?:mi|la) licencia"
"""Whether a licence that there is, is still in force."""
_PERMANENT = (
    r"(?:li[cs]en[cs]ia|sae|coi|noi|caja|facture)\b.{0,50}\b(?:permanente|de por vida|pa(?:ra)? siempre|de renta|rentad[ao])\b"
    r"|(?:li[cs]en[cs]ia|sae|coi|noi|caja|facture)\b.{0,25}\bcompr\w+ (?:de|por) un[ao]? (?:sola )?(?:vez|solo pago)\b(?! o\b)|(?:sae|coi|noi|caja|facture)\b.{0,8}\bque (?:\w+ )?compr\w+ .{0,20}\b(?:perd|pierd)"
    r"|(?:permanente|de por vida)\b.{0,30}\b(?:licencia|sae|coi|noi|caja|facture)\b|licencia\b.{0,45}\b(?:la|las) quit\w+|quit\w+ (?:la|mi|las|mis) licencia"
)
"""Whether a licence that there is, was bought for good."""
_OF_DATA = r"info\b|informacion|datos\b|archivos?\b|respald|lo de\b"
"""What is kept on the server, and no licence."""
_OF_THE_RULE = r"necesit|oblig|para activ|requier|tengo que"
_USERS = r"usuari|person|gente|muchach|emplead|entra(r|n)?\b|conect|a la vez|al mismo tiempo|sexta|nueva\b"
_OTHER_PROGRAMS = (
    r"office|word\b|excel|outlook|whats|canva|spotify|netflix|contpaq|quickbooks|chrome|zoom|facebook|autocad|photoshop|antivirus"
    r"|programas? (que no|de (otr|motor|terceros))|no sean de"
)
"""Programs that are none of Aspel's."""


_BRIEFLY = frozenset({Asked.WHETHER, Asked.SURE, Asked.WHAT_IF, Asked.WHY})


class _AboutLicences(DeskAction):
    """The rule, then the licences of the desk; whether an own licence serves on the server is not known here."""

    own: ClassVar[str]  # key of the answer to who has a licence already

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """The rule, or what is known for who has a licence already."""
        if _asks_of_own(turn):
            reply.vary(self.own, "utter_licencia_propia_otra")
            say_line(turn, reply)
        elif turn.frame.asked in _BRIEFLY and self.general:
            reply.say(self.short.get(turn.frame.asked, self.general))
        else:
            super().say_general(turn, reply)

    def asks_value(self, turn: Turn) -> bool:
        """Not where a yes or no is asked of the rule."""
        return turn.frame.asked not in _BRIEFLY and super().asks_value(turn)

    def general_holds(self, turn: Turn) -> bool:
        """Not where the state of an own licence is asked: that it is contracted apart is no answer to it."""
        desk = turn.sees(DataClass.SERVERS)
        return super().general_holds(turn) and not (desk is not None and _asks_state_of_own(turn, desk))

    def add_live(self, turn: Turn, desk: Desk, reply: Reply) -> None:
        """All licences with their state, only how many are in force and their names beneath a yes or no, or for how many users."""
        if _asks_state_of_own(turn, desk):
            say_licences(turn, desk, reply)
            return
        if turn.frame.asked is Asked.COUNT and turn.chosen and mentions(turn, _USERS):
            say_users(turn, turn.chosen, reply)
            return
        if turn.frame.asked not in _BRIEFLY:
            say_licences(turn, desk, reply)
            return
        in_force = tuple(each for each in desk.licences if each.status in IN_FORCE)
        if _asks_of_own(turn):
            _say_expired(turn, desk, reply)
        elif in_force:
            key = "utter_licencia_tienes" if len(in_force) == 1 else "utter_licencia_tienes_varias"
            reply.add(key, cuantas=str(len(in_force)), productos=_products(in_force), readings=_readings(turn, in_force))
            line_at_end(turn, reply)


class LicencesIncluded(_AboutLicences):
    """FAQ 4: they are contracted apart; then those on the desk."""

    intent = "faq_licencias_incluidas"
    general = "utter_faq_licencias_incluidas"
    short: ClassVar[Mapping[Asked, str]] = {Asked.SURE: "utter_licencias_son_dos"}
    own = "utter_licencia_incluida_propia"


class LicenceRequired(_AboutLicences):
    """FAQ 19: the server alone or with a licence; then those on the desk."""

    intent = "faq_licencia_requerida"
    general = "utter_faq_licencia_requerida"
    own = "utter_licencia_propia"


def say_own_licence(turn: Turn, desk: Desk, reply: Reply) -> None:
    """What is known for who asks whether a licence that there is serves on a new server: where it is confirmed, and which are over."""
    reply.vary(LicenceRequired.own, "utter_licencia_propia_otra")
    _say_expired(turn, desk, reply)
    say_line(turn, reply)


def _say_expired(turn: Turn, desk: Desk, reply: Reply) -> bool:
    expired = tuple(each for each in desk.licences if each.status == "expired")
    return bool(expired) and reply.add("utter_licencia_vencida", productos=_products(expired), readings=_readings(turn, expired))


def say_if_permanent(turn: Turn, intent: str, reply: Reply) -> bool:
    """Whether it is asked if an own licence is for good, whatever topic it was read as; then the licences of the desk."""
    desk = turn.sees(DataClass.SERVERS)
    if desk is None or not desk.licences or intent.startswith("faq_que") or not mentions(turn, _PERMANENT) or mentions(turn, _OF_DATA):
        return False
    say_licences(turn, desk, reply)
    return True


def _asks_state_of_own(turn: Turn, desk: Desk) -> bool:
    return bool(desk.licences) and mentions(turn, _STATE_OF_OWN) and not mentions(turn, _OF_THE_RULE)


def _asks_of_own(turn: Turn) -> bool:
    return turn.frame.asked is not Asked.GENERAL and mentions(turn, _OWN_LICENCE)


def _say_systems(turn: Turn, reply: Reply) -> None:
    """Which programs may be installed: the rule, or that of others nothing is known; what is asked of it first."""
    asked = turn.frame.asked
    if mentions(turn, _OTHER_PROGRAMS):
        reply.vary("utter_sistemas_otros", "utter_sistemas_otros_tampoco")
        say_line(turn, reply)
    elif asked is Asked.DO:
        say_with_line(turn, reply, "utter_sistemas_no_instalo")
    elif asked is Asked.WHICH:
        reply.say("utter_sistemas_cuales")
    elif asked in {Asked.WHAT_IF, Asked.AGAIN}:
        say_with_line(turn, reply, "utter_sistemas_rendimiento")
    elif mentions(turn, _USERS):
        say_several(turn, reply)
    else:
        reply.say("utter_faq_instalar_mas_sistemas")


def _say_systems_of_desk(turn: Turn, desk: Desk, reply: Reply) -> None:
    del desk
    _say_systems(turn, reply)


def _say_systems_of(turn: Turn, server: Server, reply: Reply) -> None:
    """The users that are registered where they are asked for; else which programs, with those that are there."""
    installed = _in_use(server.licences)
    if mentions(turn, _USERS) and not mentions(turn, _OTHER_PROGRAMS):
        say_users(turn, server, reply)
    elif server.status in GONE:
        reply.say("utter_sistemas_sin_servidor", servidor=server.alias)
    elif server.status != "active" and not mentions(turn, _OTHER_PROGRAMS):
        reply.say(
            "utter_sistemas_cuando_activo", servidor=server.alias, readings=readings(turn, server, "virtual_server", status=server.status)
        )
    else:
        _say_systems(turn, reply)
        if installed and turn.frame.asked in {Asked.WHICH, Asked.COUNT}:
            said = _readings(turn, installed)
            reply.add("utter_sistemas_registrados", sistemas=_products(installed), readings=said, **_of(server))
            line_at_end(turn, reply)


_ABOUT_SYSTEMS = (Asked.WHETHER, Asked.WHICH, Asked.COUNT, Asked.WHAT_IF, Asked.SURE, Asked.DO, Asked.AGAIN)


class MoreSystems(ServerAction):
    """FAQ 7: any Aspel product; then those recorded on this server."""

    intent = "faq_instalar_mas_sistemas"
    general = "utter_faq_instalar_mas_sistemas"
    facts = dict.fromkeys(_ABOUT_SYSTEMS, _say_systems_of)
    desk_facts = dict.fromkeys(_ABOUT_SYSTEMS, _say_systems_of_desk)

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """The rule, or what is asked of it."""
        if turn.frame.asked in _ABOUT_SYSTEMS:
            _say_systems(turn, reply)
        else:
            super().say_general(turn, reply)

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
    """A line for each licence of the desk, with its server where there are several; their products when there are many."""
    if not desk.licences:
        reply.say("utter_licencia_ninguna")
    elif len(desk.licences) > MOST_LINES:
        said = _readings(turn, desk.licences)
        reply.say("utter_licencia_muchas", cuantas=str(len(desk.licences)), productos=_products(desk.licences), readings=said)
    else:
        reply.say("utter_licencia_lista")
        for licence in desk.licences:
            said = _readings(turn, (licence,))
            product = f"{licence.product} en {licence.server_alias}" if licence.server_alias and len(turn.servers) > 1 else licence.product
            reply.say(LINES[licence.status], producto=product, tipo=licence.kind, usuarios=str(licence.users), readings=said)


def _in_use(licences: tuple[Licence, ...]) -> tuple[Licence, ...]:
    return tuple(licence for licence in licences if licence.status != "cancelled")


def _products(licences: tuple[Licence, ...]) -> str:
    return words.join_names(list(dict.fromkeys(licence.product for licence in licences)))


def _of(server: Server) -> Values:
    return {"servidor": server.alias, "solucion": server.solution}


def _readings(turn: Turn, licences: tuple[Licence, ...]) -> tuple[Reading, ...]:
    read_at = turn.read_at
    return tuple(Reading("licence", licence.product, licence.status, read_at, licence.server_alias) for licence in licences)
