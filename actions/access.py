"""The mail with the connection data: where it goes, what became of it, and sending it again (FAQ 14). Beside it the password and SAE Remoto."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from actions.base import Fact, ServerAction, say_line, say_with_line
from actions.deeds import MAIL, is_declined
from actions.live import last_mail, readings
from actions.mail_facts import (
    say_how_to_get_in,
    say_if_it_does_not_come,
    say_it_comes_by_itself,
    say_registered_address,
    say_sent_or_not_yet,
    say_what_to_do,
    say_when_it_goes_out,
    say_where_to,
    say_whether_it_can_be_sent,
    say_why_it_bounced,
)
from actions.mails import (
    is_held_up,
    is_on_its_way,
    mail_readings,
    mail_values,
    offer,
    registered,
    say_mail,
    say_no_address,
    say_not_active,
)
from actions.mentions import mentions
from actions.say import Reply, Values
from actions.server_state import say_state_line
from actions.turn import GONE, Turn
from bot.accounts.port import Desk, Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked, Move
from bot.rules import format as words

_MAIL_LINES = {"queued": "utter_correo_linea_en_cola", "sent": "utter_correo_linea_enviado", "bounced": "utter_correo_linea_rebotado"}
_ELSEWHERE = (
    r"(a|al|en|por) (mi |su )?(gmail|hotmail|outlook|yahoo|whats\w*|guats\w*)|\S+@\S+|correo\]|arroba|a este:|copia(rme|r|me)\b|correo (personal|mejor)"
    r"|al? otr[oa]\b|otr[oa] (correo|mail|direccion)|al? uno nuevo|al (mio|suyo|de (mi|el|ella))\b|lo mand\w+ a mi\b"
)
"""Words that ask to send the mail to another address than the registered one."""
_REGISTERED = r"registrad"
_BOUNCE = r"rebot"
_WISHED = frozenset({Asked.DO, Asked.GENERAL, Asked.HOW, Asked.WHETHER})
"""As what a wish to have them all is read."""
_SEND = r"(re)?(mand|envi)|vuelv\w+ a|pasa(me|lo)"


class ConnectionData(ServerAction):
    """FAQ 14: the data arrive by mail; when it went out, where to, whether it bounced, and the offer to send it again."""

    intent = "faq_datos_conexion"
    data = DataClass.CONNECTION
    general = "utter_faq_datos_conexion"
    short: ClassVar[Mapping[Asked, str]] = {
        Asked.WHICH: "utter_datos_conexion_donde",
        Asked.WHERE: "utter_datos_conexion_donde",
        Asked.WHO: "utter_datos_conexion_donde",
        Asked.AGAIN: "utter_datos_conexion_donde",
        Asked.WHETHER: "utter_datos_conexion_llega_solo",
        Asked.WHAT_IF: "utter_datos_conexion_si_no_llega",
    }
    facts: ClassVar[Mapping[Asked, Fact]] = {
        Asked.WHICH: say_where_to,
        Asked.WHERE: say_where_to,
        Asked.WHO: say_where_to,
        Asked.AGAIN: say_where_to,
        Asked.HOW: say_how_to_get_in,
        Asked.WHEN: say_when_it_goes_out,
        Asked.WHETHER: say_it_comes_by_itself,
        Asked.WHAT_IF: say_if_it_does_not_come,
        Asked.STATE: say_sent_or_not_yet,
        Asked.WHY: say_sent_or_not_yet,
        Asked.SURE: say_sent_or_not_yet,
    }
    desk_facts = dict.fromkeys((Asked.WHICH, Asked.WHERE, Asked.WHO, Asked.AGAIN), say_registered_address)

    def holds(self, turn: Turn, server: Server) -> bool:
        """While there is, or will be, a server to connect to."""
        del turn
        return server.status in {"active", "provisioning"}

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The last mail, or why there is none yet."""
        mail = last_mail(server)
        if server.status == "active" or (mail and mail.status == "sent" and server.status not in GONE):
            say_mail(turn, server, reply)
        else:
            say_not_active(turn, server, reply)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the last mail."""
        mail = last_mail(server)
        if server.status != "active":
            say_state_line(turn, server, reply)
            return
        key = _MAIL_LINES[mail.status] if mail else "utter_correo_linea_ninguno"
        if mail and is_held_up(turn, mail):
            key = "utter_correo_linea_detenido"
        reply.say(key, readings=mail_readings(turn, server), **mail_values(turn, server))

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """Offer to send one again."""
        if any(each.status == "active" for each in turn.servers):
            offer(turn, reply, "utter_correo_ofrecer_reenvio")


class ResendConnectionMail(ServerAction):
    """Send the connection mail of an active server again to the registered address: an effect that the gateway applies once.

    Asked to do it, it does it; asked about the mail that was sent, it tells.
    """

    intent = "reenviar_datos_conexion"
    data = DataClass.CONNECTION
    many = "ask"
    which = "utter_reenvio_cual_servidor"
    facts: ClassVar[Mapping[Asked, Fact]] = {
        Asked.STATE: say_sent_or_not_yet,
        Asked.WHEN: say_sent_or_not_yet,
        Asked.SINCE: say_sent_or_not_yet,
        Asked.SURE: say_sent_or_not_yet,
        Asked.AGAIN: say_sent_or_not_yet,
        Asked.WHICH: say_where_to,
        Asked.WHERE: say_where_to,
        Asked.WHO: say_where_to,
        Asked.WHY: say_why_it_bounced,
        Asked.HOW: say_what_to_do,
        Asked.WHAT_IF: say_what_to_do,
        Asked.WHETHER: say_whether_it_can_be_sent,
    }
    desk_facts = dict.fromkeys((Asked.WHICH, Asked.WHERE, Asked.WHO), say_registered_address)

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """A visitor hears first who may ask for it."""
        if turn.audience == "visitor" and turn.frame.asked is not Asked.GENERAL:
            reply.add("utter_reenvio_solo_con_sesion")
        await super().answer(turn, reply)

    def add_live(self, turn: Turn, desk: Desk, reply: Reply) -> None:
        """Of several that are meant at once, all that can be sent; else as for one."""
        meant = self.find(turn)
        wished = turn.frame.asked in _WISHED and not (is_declined(turn, MAIL) or _is_told_only(turn))
        if meant.way != "servers" or len(meant.servers) <= 1 or not wished:
            super().add_live(turn, desk, reply)
        elif not turn.settings.smtp_url:
            say_with_line(turn, reply, "utter_reenvio_no_disponible")
        elif registered(turn) is None:
            say_no_address(turn, reply)
        else:
            self._resend_each(turn, desk, meant.servers, reply)

    def _resend_each(self, turn: Turn, desk: Desk, servers: tuple[Server, ...], reply: Reply) -> None:
        active = tuple(each for each in servers if each.status == "active")
        sent = tuple(each for each in active if not is_on_its_way(turn, each))
        others = tuple(each for each in servers if each not in sent)
        if sent:
            told = tuple(reading for each in sent for reading in mail_readings(turn, each))
            aliases = words.join_names([each.alias for each in sent])
            reply.say("utter_reenvio_varios", servidores=aliases, correo=words.mask_email(desk.email), readings=told)
        elif active:
            reply.say("utter_reenvio_varios_en_camino")
        else:
            reply.say("utter_reenvio_no_activo")
        for each in sent:
            reply.effect("resend_connection_mail", desk=desk.id, server=each.alias)
        for each in others:
            if each in active:
                reply.say("utter_reenvio_linea_en_camino", readings=mail_readings(turn, each), **mail_values(turn, each))
            else:
                say_state_line(turn, each, reply)
        if any((mail := last_mail(each)) is not None and mail.status == "bounced" for each in sent):
            reply.add("utter_reenvio_varios_rebotado")
            say_line(turn, reply)
        reply.servers.extend(each.alias for each in servers)

    def candidates(self, turn: Turn) -> tuple[Server, ...]:
        """Active servers; all when none is, so that the reason is told."""
        return tuple(each for each in turn.servers if each.status == "active") or turn.servers

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Resend, or say why not."""
        if turn.frame.asked is Asked.GENERAL and mentions(turn, _BOUNCE) and not mentions(turn, _SEND):
            say_why_it_bounced(turn, server, reply)
        elif turn.is_read and is_declined(turn, MAIL):
            if "?" in turn.text:
                say_sent_or_not_yet(turn, server, reply)
            else:
                reply.vary("utter_negar_envio", "utter_negar_dejamos")
        elif _is_told_only(turn):
            say_whether_it_can_be_sent(turn, server, reply)
        elif server.status != "active":
            reply.say("utter_reenvio_no_activo")
            say_not_active(turn, server, reply)
        elif not turn.settings.smtp_url:
            say_with_line(turn, reply, "utter_reenvio_no_disponible")
        elif registered(turn) is None:
            say_no_address(turn, reply)
        elif is_on_its_way(turn, server):
            reply.say("utter_reenvio_en_camino", readings=mail_readings(turn, server), **mail_values(turn, server))
        else:
            self._resend(turn, server, reply)

    def _resend(self, turn: Turn, server: Server, reply: Reply) -> None:
        desk, mail = turn.sees(self.data), last_mail(server)
        assert desk is not None
        reply.effect("resend_connection_mail", desk=desk.id, server=server.alias)
        values: Values = {"servidor": server.alias, "correo": words.mask_email(desk.email)}
        told = (*readings(turn, server, "desk", email=values["correo"]), *mail_readings(turn, server))
        if mail and mail.status == "bounced":
            same = "utter_reenvio_hecho_tras_rebote" if turn.frame.asked is Asked.DO else "utter_reenvio_tras_rebote"
            reply.say(
                same if mail.sent_to == desk.email else "utter_reenvio_a_otra_direccion",
                readings=told,
                rebotado=words.mask_email(mail.sent_to),
                **values,
            )
            say_line(turn, reply)
        else:
            reply.say("utter_reenvio_hecho", readings=told, **values)


def _is_told_only(turn: Turn) -> bool:
    """Whether nothing is to be sent now: another address is asked for, or something is told or replied without asking to send."""
    if mentions(turn, _REGISTERED):
        return False
    replies = turn.frame.move in {Move.TELLS, Move.COMPLAINS, Move.CORRECTS} and not mentions(turn, _SEND)
    return (turn.frame.asked is Asked.DO and (replies or mentions(turn, _ELSEWHERE))) or (turn.frame.asked is Asked.NONE and replies)
