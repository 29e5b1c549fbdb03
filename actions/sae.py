"""SAE Remoto (FAQ 21), and for how many users Aspel SAE is registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from actions.base import Fact, ServerAction, say_line
from actions.live import readings
from actions.mails import say_not_active
from actions.mentions import first_mentioned, mentions
from actions.say import Reading, Reply
from actions.server_state import say_state_line
from actions.turn import GONE, Turn
from bot.accounts.port import Licence, Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked

SAE = "SAE"
_USERS_OF: Final = r"(?:cuant\w+|usuari\w*|users?)\b.{0,40}\b(?:y|e|ni) (?:cuantos )?(?:de(?:l)? |para )?(?:aspel )?(?:sae|coi|noi|banco|caja|prod|facture|adm)\b"
"""Users of several systems are asked for at once."""
IN_FORCE = frozenset({"active", "grace"})
_SYSTEMS: Final = {name: rf"{name.lower()}\b" for name in (SAE, "COI", "NOI", "BANCO", "CAJA", "PROD", "FACTURE", "ADM")}
_HOW_MANY = frozenset({Asked.WHETHER, Asked.COUNT, Asked.SURE})


def say_several(turn: Turn, reply: Reply) -> None:
    """For how many users SAE is registered where one server is meant; that several get in through SAE Remoto, how many at once is not known here."""
    server = turn.chosen
    if server is not None and server.status not in GONE and _licence(turn, server, _product(turn)) is not None:
        say_sae(turn, server, reply)
    reply.say("utter_conexion_sae_varios")
    say_line(turn, reply)


def say_users(turn: Turn, server: Server, reply: Reply) -> None:
    """For how many users SAE is registered on a server that there is; more of them are a matter for the line."""
    if server.status in GONE:
        say_not_active(turn, server, reply)
        return
    for product in _products(turn):
        say_sae(turn, server, reply, product)
    reply.add("utter_sae_mas_usuarios")
    say_line(turn, reply)


def _say_several_of(turn: Turn, server: Server, reply: Reply) -> None:
    del server
    say_several(turn, reply)


class ConnectSae(ServerAction):
    """FAQ 21: SAE Remoto, with the link of its guide when the company set one; then whether SAE is there and for how many users."""

    intent = "faq_conexion_sae"
    general = "utter_faq_conexion_sae"
    facts: ClassVar[Mapping[Asked, Fact]] = {
        Asked.COUNT: say_users,
        Asked.WHETHER: _say_several_of,
        Asked.SURE: _say_several_of,
    }

    def holds(self, turn: Turn, server: Server) -> bool:
        """Where there is a server to connect to."""
        del turn
        return server.status == "active"

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Where there is no link to give, the line stands at the end."""
        await super().answer(turn, reply)
        if not turn.settings.sae_remoto_url:
            say_line(turn, reply)

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """With the link, if there is one; none is invented. Who asks whether several can get in hears that first."""
        if turn.frame.asked in _HOW_MANY:
            say_several(turn, reply)
        elif turn.settings.sae_remoto_url:
            reply.say(self.general, enlace=turn.settings.sae_remoto_url)
        else:
            reply.say("utter_faq_conexion_sae_sin_enlace")

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """SAE on this server, or on the desk when its licence is tied to none."""
        if server.status == "active":
            say_sae(turn, server, reply)
            return
        say_not_active(turn, server, reply)
        if server.status == "provisioning":
            reply.say("utter_conexion_sae_despues")

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the number of users."""
        product = _product(turn)
        licence = _licence(turn, server, product)
        if server.status != "active":
            say_state_line(turn, server, reply)
        elif licence is None:
            reply.say("utter_sae_linea_no_registrado", servidor=server.alias, producto=product)
        else:
            key = "utter_sae_linea_un_usuario" if licence.users == 1 else "utter_sae_linea_usuarios"
            reply.say(
                key, readings=_sae_readings(turn, server, licence), servidor=server.alias, producto=product, usuarios=str(licence.users)
            )


def say_sae(turn: Turn, server: Server, reply: Reply, product: str = "") -> None:
    """SAE, or another system that is named, on this server, or on the desk when its licence is tied to none, with its users and whether it is in force."""
    product = product or _product(turn)
    licence = _licence(turn, server, product)
    if licence is None:
        reply.say("utter_sae_no_registrado", servidor=server.alias, producto=product)
    elif licence.server_alias is None:
        in_force = licence.status in IN_FORCE
        key = "utter_sae_en_escritorio" if in_force else "utter_sae_en_escritorio_sin_vigencia"
        reply.say(key, readings=_sae_readings(turn, server, licence), producto=product, usuarios=str(licence.users))
    else:
        keys = {
            (True, True): "utter_sae_un_usuario",
            (True, False): "utter_sae_usuarios",
            (False, True): "utter_sae_sin_vigencia_un_usuario",
            (False, False): "utter_sae_sin_vigencia",
        }
        key = keys[licence.status in IN_FORCE, licence.users == 1]
        reply.say(key, readings=_sae_readings(turn, server, licence), servidor=server.alias, producto=product, usuarios=str(licence.users))


def _products(turn: Turn) -> list[str]:
    """Each system that is named where its users are asked for; SAE where none is. A "banco" that is no system is not asked for by its users."""
    named = [name for name, words in _SYSTEMS.items() if mentions(turn, words)]
    return named if mentions(turn, _USERS_OF) and named else [_product(turn)]


def _product(turn: Turn) -> str:
    """The system whose users are asked for: SAE, unless only another one is named."""
    return first_mentioned(turn, _SYSTEMS) or SAE


def _licence(turn: Turn, server: Server, product: str) -> Licence | None:
    """The licence of this server for a system, else one of the desk that is tied to no server; those in force first."""
    desk = turn.sees(DataClass.SERVERS)
    assert desk is not None
    free = [licence for licence in desk.licences if licence.server_alias is None]
    found = [licence for licence in (*server.licences, *free) if product in licence.product.upper().split()]
    return next((licence for licence in found if licence.status in IN_FORCE), found[0] if found else None)


def _sae_readings(turn: Turn, server: Server, licence: Licence) -> tuple[Reading, ...]:
    return readings(turn, server, "licence", product=licence.product, users=licence.users, status=licence.status)
