"""The service itself: what it is, how many, which system, when, how soon; and the customer's own servers."""

from __future__ import annotations

from actions.base import DeskAction, ServerAction, line_at_end, say_line, server_buttons
from actions.creation import TIME_IT_TAKES, say_rule
from actions.live import Standing, bank_days, period_values, readings, standing
from actions.meant import Meant, find_meant
from actions.mentions import mentions
from actions.newcomers import ABOUT, say_about, say_about_of_desk
from actions.say import Reading, Reply, Values
from actions.server_facts import MY_SERVER
from actions.server_state import creation_in_time, say_creation, say_gone, say_state, say_state_line, say_suspended
from actions.service_facts import HOURS, HOURS_IN_SHORT, STANDARD_SYSTEM, SYSTEM, SYSTEM_IN_SHORT, can_be_used, say_during_backup
from actions.set_leads import say_first, say_in_grace, say_last, say_most, say_none, say_some, say_usable
from actions.sets import rest
from actions.subscription_facts import SUBSCRIPTION
from actions.turn import GONE, Turn
from bot.accounts.port import Desk, Server
from bot.protocol.frame import Act, Asked, Filter, Refers, Which
from bot.rules import format as words
from bot.rules.service import servers_left

_DESKS = r"(otro|nuevo|cada|segundo) (escritorio|cliente)|por (cliente|mi)\b|su escritorio|clientes"
"""Words that ask for whom the limit counts."""
_FREES = r"suspendid|apagad|borr|quit|tir(o|ar)\b|tumb|baja\b|lugar|libera|suelt|morir|cancel"
"""Words that ask whether giving one up makes room."""


class WhatItIs(DeskAction):
    """FAQ 1: what it is; then which servers the customer has. Newcomers' questions of yes or no are answered as asked."""

    intent = "faq_que_es"
    general = "utter_faq_que_es"
    desk_facts = dict.fromkeys(ABOUT, say_about_of_desk)

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """What it is, or what is asked of it."""
        if not say_about(turn, reply):
            super().say_general(turn, reply)

    def add_live(self, turn: Turn, desk: Desk, reply: Reply) -> None:
        """Name the servers in use, if there are any."""
        living = _living(desk)
        if living and (reply.says(self.general) or not reply.messages):
            key = "utter_que_es_tienes_uno" if len(living) == 1 else "utter_que_es_tienes_varios"
            reply.say(key, servidores=_names(living), readings=_readings_of_status(turn, living))


def _say_room(turn: Turn, desk: Desk, reply: Reply) -> None:
    """Whether another one fits, or how many; what frees a place is not known here."""
    living, maximum = _living(desk), turn.settings.max_servers
    left = servers_left(len(living), maximum)
    values: Values = {"contratados": str(len(living)), "maximo": str(maximum), "libres": str(left)}
    if mentions(turn, _DESKS):
        _say_limit_of_desks(turn, reply)
    elif _asks_to_free(turn) and not left:
        reply.vary("utter_cantidad_lugar", "utter_cantidad_lugar_otra", **values)
        say_line(turn, reply)
    else:
        said = readings(turn, None, "virtual_server", contracted=len(living))
        key = ("utter_cantidad_caben" if living else "utter_cantidad_ninguno") if left else "utter_cantidad_no_cabe"
        reply.vary(key, *(() if left else ("utter_cantidad_no_cabe_otra",)), readings=said, **values)


def _asks_to_free(turn: Turn) -> bool:
    supposed = turn.frame.supposed
    gives_up = supposed is not None and supposed.act in {Act.CANCEL, Act.NOPAY}
    return gives_up or mentions(turn, _FREES)


def _say_limit_of_desks(turn: Turn, reply: Reply) -> None:
    reply.say("utter_cantidad_por_escritorio", maximo=str(turn.settings.max_servers))
    say_line(turn, reply)


class MaximumServers(DeskAction):
    """FAQ 2: up to five; then how many are contracted and left."""

    intent = "faq_cantidad_maxima"
    of_what_is = False
    general = "utter_faq_cantidad_maxima"
    desk_facts = dict.fromkeys((Asked.COUNT, Asked.WHETHER, Asked.WHAT_IF, Asked.SURE, Asked.WHICH), _say_room)

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """The rule with its number; asked again, that it is one for each service desk and the line for more."""
        maximum = str(turn.settings.max_servers)
        asks_of_desks = turn.frame.asked is not Asked.GENERAL and mentions(turn, _DESKS)
        if asks_of_desks or (turn.sees(self.data) is None and not reply.add(self.general, maximo=maximum)):
            _say_limit_of_desks(turn, reply)
        elif turn.sees(self.data) is not None:
            reply.say(self.general, maximo=maximum)

    def add_live(self, turn: Turn, desk: Desk, reply: Reply) -> None:
        """How many of them this desk has, and how many are left."""
        living, maximum = _living(desk), turn.settings.max_servers
        left = servers_left(len(living), maximum)
        said = readings(turn, None, "virtual_server", contracted=len(living))
        values: Values = {"contratados": str(len(living)), "maximo": str(maximum), "libres": str(left), "servidores": _names(living)}
        if not living:
            reply.say("utter_cantidad_ninguno", maximo=str(maximum), readings=said)
        else:
            reply.say("utter_cantidad_quedan" if left else "utter_cantidad_completa", readings=said, **values)


_DIFFERENT = (
    r"distint|diferent|otr[oa] (?:windows|version|sistema)|no (?:es|trae|tiene|usa|son|traen|tienen) (?:el mismo|(?:el )?(?:windows )?(?:server )?2012)"
    r"|mas (?:nuev|recient|modern|actual)"
)
"""Words that ask for the server whose system is another one."""


class OperatingSystem(ServerAction):
    """FAQ 3: Windows Server 2012 R2; then what is recorded for this server."""

    intent = "faq_sistema_operativo"
    general = "utter_faq_sistema_operativo"
    short = SYSTEM_IN_SHORT
    facts = SYSTEM

    def find(self, turn: Turn) -> Meant:
        """Those with another system, where it is asked which of several that is."""
        others = tuple(each for each in turn.servers if each.status not in GONE and not self.holds(turn, each))
        one_of_several = len(turn.servers) > 1 and not turn.named_servers and turn.frame.asked is Asked.WHICH
        return Meant("servers", others) if others and one_of_several and mentions(turn, _DIFFERENT) else super().find(turn)

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """The rule; with the support line, which knows of other versions."""
        super().say_general(turn, reply)
        if turn.frame.asked in SYSTEM_IN_SHORT:
            say_line(turn, reply)

    def general_holds(self, turn: Turn) -> bool:
        """Not where a server of the desk has another; who asks for another version, and of no server, hears the rule in any case."""
        of_versions = turn.frame.asked in self.short and not self.find(turn).servers
        return super().general_holds(turn) and (of_versions or all(self.holds(turn, each) for each in turn.servers))

    def holds(self, turn: Turn, server: Server) -> bool:
        """Where that is what is recorded."""
        del turn
        return server.os.casefold() == STANDARD_SYSTEM

    def say_reason(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The general answer beneath another system."""
        del turn, server
        reply.say(self.general)

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Its own system, told apart when it is another one than the general answer says."""
        if server.status in GONE:
            say_gone(turn, server, reply)
            return
        key = "utter_sistema_el_mismo" if server.os.casefold() == STANDARD_SYSTEM else "utter_sistema_distinto"
        reply.say(key, servidor=server.alias, sistema=server.os, readings=readings(turn, server, "virtual_server", os=server.os))

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with its system."""
        said = readings(turn, server, "virtual_server", os=server.os)
        reply.say("utter_sistema_linea", servidor=server.alias, sistema=server.os, readings=said)

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """The line beneath them."""
        line_at_end(turn, reply)


class AccessHours(ServerAction):
    """FAQ 11: day and night; then whether the server answers now."""

    intent = "faq_horario_acceso"
    general = "utter_faq_horario_acceso"
    short = HOURS_IN_SHORT
    facts = HOURS

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """The rule; or what is known of the hour of the backup, where that is meant."""
        if turn.frame.asked not in HOURS or not say_during_backup(turn, reply):
            super().say_general(turn, reply)

    def holds(self, turn: Turn, server: Server) -> bool:
        """While it can be used."""
        return can_be_used(turn, server)

    def say_reason(self, turn: Turn, server: Server, reply: Reply) -> None:
        """That there are no hours; the reason is another one."""
        del turn
        if server.status in {"active", "provisioning"}:
            reply.say("utter_faq_horario_acceso_breve")

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Its state now."""
        say_state(turn, server, reply, running="utter_horario_encendido")

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with its state."""
        say_state_line(turn, server, reply)


class CreationTime(ServerAction):
    """FAQ 9: about fifteen minutes after the credit; then where this server's creation stands."""

    intent = "faq_tiempo_creacion"
    general = "utter_faq_tiempo_creacion"
    facts = TIME_IT_TAKES

    def holds(self, turn: Turn, server: Server) -> bool:
        """When it is created, or waits for no more than its payment or its minutes."""
        return server.status == "active" or (server.status == "provisioning" and creation_in_time(turn, server))

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """The rule with its minutes; by each way to pay, where its time is asked."""
        if turn.frame.asked in TIME_IT_TAKES:
            say_rule(turn, reply)
            return
        reply.say(self.general, minutos=str(turn.settings.creation_minutes), **bank_days(turn))

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Credited when and ready when, or ready already."""
        if server.status == "provisioning":
            say_creation(turn, server, reply)
        elif server.status == "suspended":
            say_suspended(turn, server, reply)
        elif server.status in GONE:
            say_gone(turn, server, reply)
        else:
            said = readings(turn, server, "virtual_server", status=server.status)
            reply.say("utter_creacion_lista", servidor=server.alias, readings=said)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line: when it will be ready, or that it is."""
        if server.status == "active":
            said = readings(turn, server, "virtual_server", status=server.status)
            reply.say("utter_creacion_linea_lista", servidor=server.alias, readings=said)
        else:
            say_state_line(turn, server, reply)


class MyServer(ServerAction):
    """Is my server created, up, down; I cannot get in."""

    intent = "consultar_servidor"
    facts = MY_SERVER
    heading = "utter_servidor_lista"
    usable = True

    def begin(self, turn: Turn, servers: tuple[Server, ...], reply: Reply) -> tuple[tuple[Server, ...], tuple[Server, ...]]:
        """Which can be used now, or which cannot; the lines tell why these cannot."""
        about, others = say_usable(turn, servers, reply)
        return about or servers, others

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Its state now, and what to try when it is up."""
        say_state(turn, server, reply)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with its state."""
        say_state_line(turn, server, reply)

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """Offer the detail of each, unless a talk goes on."""
        if turn.frame.refers is not Refers.GOES_ON:
            reply.say("utter_servidor_cual_detalle", buttons=server_buttons(self.intent, turn.servers))


class MyServers(DeskAction):
    """Which and how many servers do I have: one line for each."""

    intent = "listar_servidores"

    def add_live(self, turn: Turn, desk: Desk, reply: Reply) -> None:
        """Number and lines; those deleted are named only when nothing else is left. Of some servers only those."""
        meant = find_meant(turn, turn.servers)
        if turn.frame.asked is Asked.AMOUNT and len(turn.servers) == 1:  # how much, not how many
            SUBSCRIPTION[Asked.AMOUNT](turn, turn.servers[0], reply)
            reply.servers.append(turn.servers[0].alias)
        elif turn.servers and (meant.state or meant.pick or (meant.way == "servers" and len(meant.servers) < len(turn.servers))):
            _list_some(turn, meant, reply)
        else:
            _list_all(turn, desk, reply)


def _list_all(turn: Turn, desk: Desk, reply: Reply) -> None:
    living = _living(desk)
    said = readings(turn, None, "virtual_server", contracted=len(living))
    if not desk.servers:
        reply.say("utter_sin_servidores", readings=said)
        return
    if len(living) == 1 and turn.frame.asked in {Asked.SURE, Asked.WHETHER}:
        reply.say("utter_lista_solo_uno", servidores=_names(living), readings=said)
        return
    heading = {0: "utter_lista_ninguno", 1: "utter_lista_uno"}.get(len(living), "utter_lista_varios")
    reply.say(heading, cuantos=str(len(living)), readings=said)
    for server in turn.servers:
        _say_listed(turn, server, reply)
        reply.servers.append(server.alias)


def _list_some(turn: Turn, meant: Meant, reply: Reply) -> None:
    """Those that are meant, or that there is none; with one server on the desk, that it is the only one."""
    if len(turn.servers) == 1:
        reply.add("utter_el_unico", servidor=turn.servers[0].alias)
    if meant.pick is Which.FIRST:
        told = say_first(turn, meant.servers, reply, _say_listed)
    elif meant.pick is Which.LAST:
        told = say_last(turn, meant.servers, reply, _say_listed)
    elif meant.pick is Which.MOST:
        told = say_most(turn, meant.servers, reply)
    elif meant.state and not meant.servers:
        told = ()
        say_none(turn, meant.state, reply)
    elif not meant.servers:
        told = ()
        reply.say("utter_no_hay_mas")
    else:
        told = _say_each(turn, meant, reply)
    reply.servers.extend(each.alias for each in told)


def _say_each(turn: Turn, meant: Meant, reply: Reply) -> tuple[Server, ...]:
    if meant.state:
        say_some(turn, meant.state, meant.servers, reply)
    if not meant.state or (turn.frame.asked is not Asked.COUNT and len(meant.servers) > 1):
        for server in meant.servers:
            _say_listed(turn, server, reply)
    if meant.state is Filter.ACTIVE:
        say_in_grace(turn, rest(turn.servers, meant.servers), reply)
    return meant.servers


_STATUS_LINES = {
    "provisioning": "utter_lista_linea_creandose",
    "suspended": "utter_lista_linea_suspendido",
    "cancelled": "utter_lista_linea_cancelado",
    "deleted": "utter_lista_linea_eliminado",
}
_STANDING_LINES: dict[Standing, str] = {
    "grace": "utter_lista_linea_gracia",
    "grace_last_day": "utter_lista_linea_gracia",
    "retained": "utter_lista_linea_resguardo",
    "retained_last_day": "utter_lista_linea_resguardo",
}


def _say_listed(turn: Turn, server: Server, reply: Reply) -> None:
    """One line: its solution, its state, and until when that holds."""
    now = standing(turn, server)
    ends_on = server.subscription.ends_on if server.subscription else None
    said = readings(turn, server, "virtual_server", status=server.status)
    key = _STANDING_LINES.get(now) or _STATUS_LINES.get(server.status, "utter_lista_linea_activo")
    values: Values = {**period_values(turn, server), "solucion": server.solution}
    if ends_on and (server.status == "active" or now in _STANDING_LINES):
        said += readings(turn, server, "subscription", ends_on=ends_on)
        values["vence"] = words.long_date(ends_on, turn.today)
    if key == "utter_lista_linea_activo" and ends_on:
        key = "utter_lista_linea_vencido" if ends_on < turn.today else "utter_lista_linea_vigente"
    reply.say(key, readings=said, **values)


def _living(desk: Desk) -> tuple[Server, ...]:
    return tuple(server for server in desk.servers if server.status not in GONE)


def _names(servers: tuple[Server, ...]) -> str:
    return words.join_names([server.alias for server in servers])


def _readings_of_status(turn: Turn, servers: tuple[Server, ...]) -> tuple[Reading, ...]:
    return tuple(each for server in servers for each in readings(turn, server, "virtual_server", status=server.status))
