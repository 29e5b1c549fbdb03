"""What is asked of the mail with the connection data, one fact for each: where it goes, when, whether, why it did not come, what to do."""

from __future__ import annotations

from actions.base import say_line, say_with_line
from actions.live import last_mail
from actions.mails import (
    address_readings,
    mail_readings,
    mail_values,
    offer,
    registered,
    say_mail,
    say_no_address,
    say_not_active,
)
from actions.mentions import mentions
from actions.say import Reply
from actions.server_state import say_creation
from actions.turn import GONE, Turn
from bot.accounts.port import Desk, Server
from bot.protocol.frame import Asked, Refers

_SUBJECT = r"asunto|titul|nombre|(se )?llama|como (dice|viene)|archivo de que"
"""Words that ask by what name the mail comes."""
_USER = r"(?:mi|el|cual|que) (?:nombre de )?usuario\b"


def say_where_to(turn: Turn, server: Server, reply: Reply) -> None:
    """The address, masked, with the subject, and whether it bounced there."""
    mail, address = last_mail(server), registered(turn)
    if server.status in GONE:
        say_not_active(turn, server, reply)
    elif mail is not None and mail.status == "bounced":
        key = "utter_datos_conexion_asunto_rebotado" if mentions(turn, _SUBJECT) else "utter_datos_conexion_rebotado"
        reply.say(key, readings=mail_readings(turn, server), **mail_values(turn, server))
        _say_how_to_mend(turn, server, reply)
    elif mentions(turn, _SUBJECT):
        reply.say("utter_datos_conexion_asunto")
    elif mail is not None and mail.status == "sent":
        key = "utter_datos_conexion_usuario" if mentions(turn, _USER) else "utter_datos_conexion_enviado"
        reply.say(key, readings=mail_readings(turn, server), **mail_values(turn, server))
        if server.status == "active":
            offer(turn, reply, "utter_correo_ofrecer_reenvio")
    elif address is None:
        say_no_address(turn, reply)
    else:
        reply.say("utter_datos_conexion_direccion", correo=address, readings=address_readings(turn))


def say_registered_address(turn: Turn, desk: Desk, reply: Reply) -> None:
    """The address where the mails of all servers go."""
    del desk
    address = registered(turn)
    if mentions(turn, _SUBJECT):
        reply.say("utter_datos_conexion_asunto")
    elif address is None:
        say_no_address(turn, reply)
    else:
        reply.say("utter_datos_conexion_direccion", correo=address, readings=address_readings(turn))


def say_sent_or_not_yet(turn: Turn, server: Server, reply: Reply) -> None:
    """What became of the mail; before there is a server, that it has not gone out yet and what it waits for."""
    if _awaits(server):
        reply.say("utter_datos_conexion_todavia_no", servidor=server.alias)
        _say_what_it_waits_for(turn, server, reply)
    elif _mail_counts(server):
        say_mail(turn, server, reply)
    else:
        say_not_active(turn, server, reply)


def say_when_it_goes_out(turn: Turn, server: Server, reply: Reply) -> None:
    """When it went out; before that, what it waits for and until when."""
    _say_expected(turn, server, reply, "utter_datos_conexion_cuando")


def say_it_comes_by_itself(turn: Turn, server: Server, reply: Reply) -> None:
    """That it need not be asked for, where it can be found and what stands in it."""
    _say_expected(turn, server, reply, "utter_datos_conexion_aviso")


def say_how_to_get_in(turn: Turn, server: Server, reply: Reply) -> None:
    """With the data of which mail, and whether that is there."""
    mail = last_mail(server)
    if server.status == "active" and mail is not None and mail.status == "sent":
        reply.say("utter_datos_conexion_como", readings=mail_readings(turn, server), **mail_values(turn, server))
        offer(turn, reply, "utter_correo_ofrecer_reenvio")
    else:
        _say_expected(turn, server, reply, "utter_datos_conexion_aviso")


def say_if_it_does_not_come(turn: Turn, server: Server, reply: Reply) -> None:
    """Where to look, and that it can be sent again once there is a server."""
    address = registered(turn)
    if _awaits(server) and address and turn.settings.smtp_url:
        reply.say("utter_datos_conexion_si_no_llega_a_ti", correo=address, readings=address_readings(turn))
    else:
        say_sent_or_not_yet(turn, server, reply)


def say_why_it_bounced(turn: Turn, server: Server, reply: Reply) -> None:
    """That the address refused it; the reason is not known."""
    mail = last_mail(server)
    if server.status == "active" and mail is not None and mail.status == "bounced":
        reply.say("utter_datos_conexion_porque_reboto", readings=mail_readings(turn, server), **mail_values(turn, server))
        _say_how_to_mend(turn, server, reply)
    else:
        say_sent_or_not_yet(turn, server, reply)


def say_what_to_do(turn: Turn, server: Server, reply: Reply) -> None:
    """How to get a mail that bounced, or that was lost."""
    mail, address = last_mail(server), registered(turn)
    if server.status != "active" or mail is None or address is None or not turn.settings.smtp_url:
        say_if_it_does_not_come(turn, server, reply)
    elif mail.status == "bounced":
        wordings = ["utter_reenvio_que_hacer", "utter_reenvio_que_hacer_otra"]
        if turn.frame.asked is Asked.WHAT_IF:
            wordings.reverse()
        reply.vary(*wordings, correo=address, readings=address_readings(turn))
        say_line(turn, reply)
    elif turn.frame.asked is Asked.WHAT_IF:
        say_whether_it_can_be_sent(turn, server, reply)
    else:
        say_how_to_get_in(turn, server, reply)


def say_whether_it_can_be_sent(turn: Turn, server: Server, reply: Reply) -> None:
    """To the registered address only, and who changes that."""
    address = registered(turn)
    if not turn.settings.smtp_url:
        say_with_line(turn, reply, "utter_reenvio_no_disponible")
    elif address is None:
        say_no_address(turn, reply)
    else:
        reply.vary("utter_reenvio_solo_registrada", "utter_reenvio_solo_registrada_otra", correo=address, readings=address_readings(turn))
        if server.status == "active":
            offer(turn, reply, "utter_correo_ofrecer_reenvio")
        else:
            reply.add("utter_reenvio_cuando_activo")
        say_line(turn, reply)


def _say_expected(turn: Turn, server: Server, reply: Reply, key: str) -> None:
    """`key` with the address while the mail is still to come, then what it waits for; else what became of it."""
    address = registered(turn)
    if not _awaits(server):
        say_sent_or_not_yet(turn, server, reply)
    elif address is None:
        say_no_address(turn, reply)
    else:
        reply.say(key, correo=address, readings=address_readings(turn))
        _say_what_it_waits_for(turn, server, reply)


def _say_what_it_waits_for(turn: Turn, server: Server, reply: Reply) -> None:
    """Not in a follow-up, where it has just been told, unless that asks when or why."""
    if turn.frame.refers is Refers.NEW or turn.frame.asked in {Asked.WHEN, Asked.WHY}:
        say_creation(turn, server, reply)


def _say_how_to_mend(turn: Turn, server: Server, reply: Reply) -> None:
    if server.status == "active":
        offer(turn, reply, "utter_correo_ofrecer_reenvio")
    say_line(turn, reply)


def _awaits(server: Server) -> bool:
    return server.status == "provisioning" and not _mail_counts(server)


def _mail_counts(server: Server) -> bool:
    """Whether there is something to tell of the last mail: the server is there, or it was sent."""
    mail = last_mail(server)
    return server.status == "active" or (mail is not None and mail.status == "sent" and server.status not in GONE)
