"""The mail with the connection data of one server: on its way, sent, bounced or missing, and the offer to send it again."""

from __future__ import annotations

from datetime import timedelta

from actions.base import say_line, say_with_line
from actions.live import last_mail, readings
from actions.say import Reading, Reply, Values
from actions.server_state import say_creation, say_gone, say_suspended
from actions.turn import GONE, Turn
from bot.accounts.port import ConnectionMail, Server
from bot.identity.levels import DataClass
from bot.rules import format as words

RESEND_PAUSE = timedelta(minutes=5)
"""A mail queued or sent this recently is still on its way: no second one is asked for."""
QUEUED_AT_MOST = timedelta(minutes=15)
"""A mail that waits longer is not about to go out any more."""


def say_mail(turn: Turn, server: Server, reply: Reply) -> None:
    """The last connection mail of one server: on its way, sent, bounced or missing; and the offer to send it again."""
    mail, told, values = last_mail(server), mail_readings(turn, server), mail_values(turn, server)
    if mail is None:
        reply.say("utter_correo_ninguno", **values)
        offer(turn, reply, "utter_correo_ofrecer_envio")
        if not turn.settings.smtp_url:
            say_line(turn, reply)
    elif is_held_up(turn, mail):
        say_with_line(turn, reply, "utter_correo_detenido", readings=told, **values)
    elif mail.status == "queued":
        reply.say("utter_correo_en_cola", readings=told, **values)
    elif mail.status == "bounced":
        reply.vary("utter_correo_rebotado", "utter_correo_sigue_rebotado", readings=told, **values)
        offer(turn, reply, "utter_correo_ofrecer_reenvio")
        say_line(turn, reply)
    elif server.status == "active":
        reply.say("utter_correo_enviado", readings=told, **values)
        _say_address_now(turn, mail, reply)
        offer(turn, reply, "utter_correo_ofrecer_reenvio")
    else:
        reply.say("utter_correo_enviado_no_activo", readings=told, **values)


def is_held_up(turn: Turn, mail: ConnectionMail) -> bool:
    """Whether it waits for longer than mails do."""
    return mail.status == "queued" and turn.now - mail.queued_at > QUEUED_AT_MOST


def registered(turn: Turn) -> str | None:
    """The address of the desk, masked; None when there is none, or it may not be told."""
    desk = turn.sees(DataClass.CONNECTION)
    return words.mask_email(desk.email) if desk is not None and "@" in desk.email else None


def address_readings(turn: Turn) -> tuple[Reading, ...]:
    """What was read to tell the registered address."""
    return readings(turn, None, "desk", email=registered(turn))


def say_no_address(turn: Turn, reply: Reply) -> None:
    """That there is no address to send anything to."""
    say_with_line(turn, reply, "utter_reenvio_sin_direccion")


def _say_address_now(turn: Turn, mail: ConnectionMail, reply: Reply) -> None:
    """The registered address, when the mail went to another one."""
    desk, address = turn.sees(DataClass.CONNECTION), registered(turn)
    if desk is not None and address and desk.email.casefold() != mail.sent_to.casefold():
        reply.say("utter_correo_otra_direccion", correo=address, readings=address_readings(turn))


def offer(turn: Turn, reply: Reply, response: str) -> None:
    """Offer to send the mail, where mails can be sent at all."""
    if turn.settings.smtp_url:
        reply.add(response)


def say_not_active(turn: Turn, server: Server, reply: Reply) -> None:
    """Why a server cannot be entered now."""
    if server.status == "provisioning":
        say_creation(turn, server, reply)
    elif server.status in GONE:
        say_gone(turn, server, reply)
    else:
        say_suspended(turn, server, reply)


def is_on_its_way(turn: Turn, server: Server) -> bool:
    """Whether a mail was asked for or sent a moment ago."""
    mail = last_mail(server)
    if mail is None or mail.status == "bounced":
        return False
    return turn.now - (mail.sent_at or mail.queued_at) < RESEND_PAUSE


def mail_values(turn: Turn, server: Server) -> Values:
    """`servidor` and, of the last mail, `correo` (masked), `cuando` (with the hour) and `dia`."""
    mail = last_mail(server)
    if mail is None:
        return {"servidor": server.alias}
    moment = turn.calendar.local(mail.sent_at or mail.queued_at)
    return {
        "servidor": server.alias,
        "correo": words.mask_email(mail.sent_to),
        "cuando": words.on_moment(moment, turn.calendar.local(turn.now)),
        "dia": words.on_date(moment.date(), turn.today),
    }


def mail_readings(turn: Turn, server: Server) -> tuple[Reading, ...]:
    """What was read to tell the last mail."""
    mail = last_mail(server)
    if mail is None:
        return ()
    sent_at = mail.sent_at.isoformat() if mail.sent_at else None
    return readings(turn, server, "connection_mail", status=mail.status, sent_to=words.mask_email(mail.sent_to), sent_at=sent_at)
