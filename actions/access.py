"""Getting into the server: the mail with the connection data, sending it again, the password, SAE Remoto (FAQ 14, 17, 21)."""

from __future__ import annotations

from datetime import timedelta

from actions.base import ServerAction, say_line, say_with_line
from actions.live import last_mail, readings
from actions.say import Reading, Reply, Values
from actions.server_state import say_creation, say_gone, say_state_line, say_suspended
from actions.turn import GONE, Turn
from bot.accounts.port import ConnectionMail, Desk, Licence, Server
from bot.identity.levels import DataClass
from bot.rules import format as words

RESEND_PAUSE = timedelta(minutes=5)
"""A mail queued or sent this recently is still on its way: no second one is asked for."""
QUEUED_AT_MOST = timedelta(minutes=15)
"""A mail that waits longer is not about to go out any more."""
SAE = "SAE"
IN_FORCE = frozenset({"active", "grace"})

_MAIL_LINES = {"queued": "utter_correo_linea_en_cola", "sent": "utter_correo_linea_enviado", "bounced": "utter_correo_linea_rebotado"}


class ConnectionData(ServerAction):
    """FAQ 14: the data arrive by mail; when it went out, where to, whether it bounced, and the offer to send it again."""

    intent = "faq_datos_conexion"
    data = DataClass.CONNECTION
    general = "utter_faq_datos_conexion"

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
        if mail and _is_held_up(turn, mail):
            key = "utter_correo_linea_detenido"
        reply.say(key, readings=_mail_readings(turn, server), **_mail_values(turn, server))

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """Offer to send one again."""
        if any(each.status == "active" for each in turn.servers):
            _offer(turn, reply, "utter_correo_ofrecer_reenvio")


class ChangePassword(ServerAction):
    """FAQ 17: where the password is changed; it is never told nor changed here. Adds only what keeps a server from being entered."""

    intent = "faq_cambiar_contrasena"
    general = "utter_faq_cambiar_contrasena"

    def holds(self, turn: Turn, server: Server) -> bool:
        """Where it opens something."""
        del turn
        return server.status == "active"

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """That this server cannot be entered with any password, when that is so."""
        if server.status in GONE:
            say_gone(turn, server, reply)
        elif server.status != "active":
            say_not_active(turn, server, reply)
            reply.say("utter_acceso_no_activo")

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line for a server that cannot be entered."""
        if server.status != "active":
            reply.say(
                "utter_acceso_linea_no_activo",
                servidor=server.alias,
                readings=readings(turn, server, "virtual_server", status=server.status),
            )


class ConnectSae(ServerAction):
    """FAQ 21: SAE Remoto, with the link of its guide when the company set one; then whether SAE is there and for how many users."""

    intent = "faq_conexion_sae"
    general = "utter_faq_conexion_sae"

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
        """With the link, if there is one; none is invented."""
        if turn.settings.sae_remoto_url:
            reply.say(self.general, enlace=turn.settings.sae_remoto_url)
        else:
            reply.say("utter_faq_conexion_sae_sin_enlace")

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """SAE on this server, or on the desk when its licence is tied to none."""
        licence = _sae(turn, server)
        if server.status != "active":
            say_not_active(turn, server, reply)
        elif licence is None:
            reply.say("utter_sae_no_registrado", servidor=server.alias)
        elif licence.server_alias is None:
            in_force = licence.status in IN_FORCE
            key = "utter_sae_en_escritorio" if in_force else "utter_sae_en_escritorio_sin_vigencia"
            reply.say(key, readings=_sae_readings(turn, server, licence), usuarios=str(licence.users))
        else:
            keys = {
                (True, True): "utter_sae_un_usuario",
                (True, False): "utter_sae_usuarios",
                (False, True): "utter_sae_sin_vigencia_un_usuario",
                (False, False): "utter_sae_sin_vigencia",
            }
            key = keys[licence.status in IN_FORCE, licence.users == 1]
            reply.say(key, readings=_sae_readings(turn, server, licence), servidor=server.alias, usuarios=str(licence.users))

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the number of users."""
        licence = _sae(turn, server)
        if server.status != "active":
            say_state_line(turn, server, reply)
        elif licence is None:
            reply.say("utter_sae_linea_no_registrado", servidor=server.alias)
        else:
            key = "utter_sae_linea_un_usuario" if licence.users == 1 else "utter_sae_linea_usuarios"
            reply.say(key, readings=_sae_readings(turn, server, licence), servidor=server.alias, usuarios=str(licence.users))


class ResendConnectionMail(ServerAction):
    """Send the connection mail of an active server again to the registered address: an effect that the gateway applies once."""

    intent = "reenviar_datos_conexion"
    data = DataClass.CONNECTION
    many = "ask"
    which = "utter_reenvio_cual_servidor"

    def candidates(self, turn: Turn) -> tuple[Server, ...]:
        """Active servers; all when none is, so that the reason is told."""
        return tuple(each for each in turn.servers if each.status == "active") or turn.servers

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Resend, or say why not."""
        desk = turn.sees(self.data)
        assert desk is not None
        if server.status != "active":
            reply.say("utter_reenvio_no_activo")
            say_not_active(turn, server, reply)
        elif not turn.settings.smtp_url:
            say_with_line(turn, reply, "utter_reenvio_no_disponible")
        elif "@" not in desk.email:
            say_with_line(turn, reply, "utter_reenvio_sin_direccion")
        elif _on_its_way(turn, server):
            reply.say("utter_reenvio_en_camino", readings=_mail_readings(turn, server), **_mail_values(turn, server))
        else:
            self._resend(turn, desk, server, reply)

    def _resend(self, turn: Turn, desk: Desk, server: Server, reply: Reply) -> None:
        reply.effect("resend_connection_mail", desk=desk.id, server=server.alias)
        mail = last_mail(server)
        values: Values = {"servidor": server.alias, "correo": words.mask_email(desk.email)}
        told = (*readings(turn, server, "desk", email=values["correo"]), *_mail_readings(turn, server))
        if mail and mail.status == "bounced":
            key = "utter_reenvio_tras_rebote" if mail.sent_to == desk.email else "utter_reenvio_a_otra_direccion"
            say_with_line(turn, reply, key, readings=told, rebotado=words.mask_email(mail.sent_to), **values)
        else:
            reply.say("utter_reenvio_hecho", readings=told, **values)


def say_mail(turn: Turn, server: Server, reply: Reply) -> None:
    """The last connection mail of one server: on its way, sent, bounced or missing; and the offer to send it again."""
    mail, told, values = last_mail(server), _mail_readings(turn, server), _mail_values(turn, server)
    if mail is None:
        reply.say("utter_correo_ninguno", **values)
        _offer(turn, reply, "utter_correo_ofrecer_envio")
        if not turn.settings.smtp_url:
            say_line(turn, reply)
    elif _is_held_up(turn, mail):
        say_with_line(turn, reply, "utter_correo_detenido", readings=told, **values)
    elif mail.status == "queued":
        reply.say("utter_correo_en_cola", readings=told, **values)
    elif mail.status == "bounced":
        reply.say("utter_correo_rebotado", readings=told, **values)
        _offer(turn, reply, "utter_correo_ofrecer_reenvio")
        say_line(turn, reply)
    elif server.status == "active":
        reply.say("utter_correo_enviado", readings=told, **values)
        _say_address_now(turn, mail, reply)
        _offer(turn, reply, "utter_correo_ofrecer_reenvio")
    else:
        reply.say("utter_correo_enviado_no_activo", readings=told, **values)


def _is_held_up(turn: Turn, mail: ConnectionMail) -> bool:
    return mail.status == "queued" and turn.now - mail.queued_at > QUEUED_AT_MOST


def _say_address_now(turn: Turn, mail: ConnectionMail, reply: Reply) -> None:
    """The registered address, when the mail went to another one."""
    desk = turn.sees(DataClass.CONNECTION)
    if desk is not None and "@" in desk.email and desk.email.casefold() != mail.sent_to.casefold():
        address = words.mask_email(desk.email)
        reply.say("utter_correo_otra_direccion", correo=address, readings=readings(turn, None, "desk", email=address))


def _offer(turn: Turn, reply: Reply, response: str) -> None:
    """Offer to send the mail, where mails can be sent at all."""
    if turn.settings.smtp_url:
        reply.say(response)


def say_not_active(turn: Turn, server: Server, reply: Reply) -> None:
    """Why a server cannot be entered now."""
    if server.status == "provisioning":
        say_creation(turn, server, reply)
    elif server.status in GONE:
        say_gone(turn, server, reply)
    else:
        say_suspended(turn, server, reply)


def _on_its_way(turn: Turn, server: Server) -> bool:
    mail = last_mail(server)
    if mail is None or mail.status == "bounced":
        return False
    return turn.now - (mail.sent_at or mail.queued_at) < RESEND_PAUSE


def _mail_values(turn: Turn, server: Server) -> Values:
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


def _mail_readings(turn: Turn, server: Server) -> tuple[Reading, ...]:
    mail = last_mail(server)
    if mail is None:
        return ()
    sent_at = mail.sent_at.isoformat() if mail.sent_at else None
    return readings(turn, server, "connection_mail", status=mail.status, sent_to=words.mask_email(mail.sent_to), sent_at=sent_at)


def _sae(turn: Turn, server: Server) -> Licence | None:
    """The SAE licence of this server, else one of the desk that is tied to no server; those in force first."""
    desk = turn.sees(DataClass.SERVERS)
    assert desk is not None
    free = [licence for licence in desk.licences if licence.server_alias is None]
    found = [licence for licence in (*server.licences, *free) if SAE in licence.product.upper().split()]
    return next((licence for licence in found if licence.status in IN_FORCE), found[0] if found else None)


def _sae_readings(turn: Turn, server: Server, licence: Licence) -> tuple[Reading, ...]:
    return readings(turn, server, "licence", product=licence.product, users=licence.users, status=licence.status)
