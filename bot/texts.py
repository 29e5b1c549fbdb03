"""What the house says itself, es-MX, whatever the channel: the support line, notices, the mail. Answers come from the dialogue."""

from __future__ import annotations

from datetime import datetime

from bot.rules.calendar import BusinessCalendar
from bot.rules.format import join_names, on_date
from bot.rules.slots import clocks
from bot.rules.support import hours_words, line_words
from bot.settings import Settings

PARKED = "No pudimos responder tu mensaje y lo sentimos."
PURPOSES = ("responderte", "dar seguimiento a tu caso", "mejorar la atención")
"""What the customers' data are used for: the short notice and the page /privacidad name the same, and all of it."""


def line(settings: Settings, now: datetime) -> str:
    """The support line's number and whether it answers now, as "55 8000 9480 (abierta hoy hasta las 18:00)"."""
    calendar = BusinessCalendar(settings.timezone, settings.extra_holidays)
    return f"{settings.support_phone} ({line_words(calendar, settings.support_hours, now)})"


def line_hours(settings: Settings) -> str:
    """The number and its hours, for what is read later: "55 8000 9480 (en días hábiles de 9:00 a 18:00 h)"."""
    return f"{settings.support_phone} ({hours_words(settings.support_hours)})"


def parked(settings: Settings, now: datetime) -> str:
    """Told when a message was given up; begins with PARKED."""
    return f"{PARKED} En la línea de soporte te ayudan: {line(settings, now)}."


def resend_failed(settings: Settings, now: datetime) -> str:
    """Told when the connection mail that was promised cannot be sent after all."""
    return f"No pudimos enviar el correo con tus datos de conexión y lo sentimos. En la línea de soporte te lo resuelven: {line(settings, now)}."


CHAT_BUTTON = "Asesor en este chat"
CHAT_OFFER = "Si prefieres, un asesor te atiende aquí mismo."


def chat_promised(place: int, folio: str) -> str:
    """Told to who waits for an agent in the chat."""
    return (
        f"Estás en la fila para hablar con un asesor: eres el número {place}. Te escribe aquí mismo, con tu folio {folio} a la vista. "
        "Mientras tanto puedes seguir preguntándome."
    )


def nobody_here(settings: Settings, now: datetime) -> str:
    """Told to who asks for an agent in the chat when none is there any more."""
    return f"En este momento no hay asesores en el chat, así que no te puse en la fila. En la línea de soporte te ayudan: {line(settings, now)}."


def agents_left(settings: Settings, folio: str | None, now: datetime) -> str:
    """Told to who waits for an agent in the chat when the last one has left."""
    case = f"Tu caso {folio} sigue abierto" if folio else "Tu caso sigue abierto"
    return f"Los asesores ya no están en el chat y lo sentimos. {case}: con ese folio te atienden en la línea de soporte, {line(settings, now)}."


def call_offer(calendar: BusinessCalendar, first: datetime, phone: str, now: datetime) -> str:
    """Offered while the line is closed; the hours are buttons."""
    day = on_date(calendar.local_date(first), calendar.local_date(now))
    return f"Si prefieres, te llamamos {day} al número terminado en {phone[-4:]}. Elige la hora:"


def call_promised(calendar: BusinessCalendar, at: datetime, phone: str, folio: str, now: datetime) -> str:
    """Told to who chose an hour."""
    day = on_date(calendar.local_date(at), calendar.local_date(now))
    return f"Listo, te llamamos {day}, de {clocks(calendar, at)}, al número terminado en {phone[-4:]}. Tu folio es {folio}."


def not_reached(settings: Settings, phone: str, folio: str | None, now: datetime) -> str:
    """Told to who was called and did not answer."""
    case = f"Tu caso {folio} sigue abierto" if folio else "Tu caso sigue abierto"
    return f"Te llamamos al número terminado en {phone[-4:]} y no logramos comunicarnos. {case}; también puedes llamarnos: {line(settings, now)}."
SECRETS = (
    "Por tu seguridad, no escribas aquí contraseñas ni códigos que no te hayamos pedido. Quitamos ese dato de tu mensaje y no lo guardamos."
)
"""Told once, when somebody sent what nobody should; of cards the answers speak themselves."""


def purposes() -> str:
    """All purposes in one phrase."""
    return join_names(PURPOSES)


def responsible(settings: Settings) -> str:
    """Who answers for the customers' data, as the notices name them."""
    return settings.privacy_responsible or "El servicio Servidor virtual"


MAIL_SUBJECT = "Archivo de conexión a tu servidor Aspel Nube."


def mail_body(server: str, settings: Settings) -> str:
    """Body of the mail that carries the connection file."""
    return (
        f"Hola:\n\nAdjunto encontrarás el archivo de conexión de tu servidor {server}. Ábrelo en tu computadora para entrar.\n\n"
        f"Si no solicitaste este correo o necesitas ayuda, llama a la línea de soporte: {line_hours(settings)}.\n"
    )
