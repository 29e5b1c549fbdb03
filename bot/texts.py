"""What the house says itself, es-MX, whatever the channel: the support line, notices, the mail. Answers come from the dialogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.identity.codes import DIGITS, LIFE
from bot.rules.calendar import BusinessCalendar
from bot.rules.format import join_names, on_date, on_moment
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


def with_folio(text: str, folio: str) -> str:
    """A text that gives the support line, with the folio to be quoted there."""
    return f"{text} Tu folio: {folio}."


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


def code_failed(settings: Settings, now: datetime) -> str:
    """Told when the code that was announced cannot be mailed after all."""
    return f"No pudimos enviarte el código y lo sentimos. En la línea de soporte te ayudan: {line(settings, now)}."


def code_asked(settings: Settings, kind: str, to: str, until: datetime | None, now: datetime) -> str:
    """What became of asking for a one-time code, beneath the answer that needs one (`conversations/codes.py`: Asked). `to` is a masked address."""
    if kind == "sent":
        return f"Te envié un código de {DIGITS} dígitos a {to}: escríbelo aquí y sigo con lo que preguntaste. Vence en {_minutes(LIFE)} minutos."
    if kind == "confirmed":
        return "Ya confirmaste que eres tú: pregúntamelo otra vez y te lo digo."
    if kind == "waits":
        return f"Ya te envié un código de {DIGITS} dígitos a {to}: escríbelo aquí. Si no lo ves, revisa tu correo no deseado."
    return f"Por seguridad no puedo enviarte otro código hasta {_when(settings, until, now)}. En la línea de soporte te ayudan: {line(settings, now)}."


def code_heard(settings: Settings, kind: str, left: int, until: datetime | None, now: datetime) -> str:
    """What became of a one-time code that was written (`conversations/codes.py`: Heard)."""
    if kind == "refused":
        return code_asked(settings, kind, "", until, now)
    if kind == "locked":
        return f"Por seguridad no reviso más códigos hasta {_when(settings, until, now)}. En la línea de soporte te ayudan: {line(settings, now)}."
    more = "Te queda 1 intento." if left == 1 else f"Te quedan {left} intentos."
    return {
        "right": "Listo, ya confirmé que eres tú. ¿Qué necesitas?",
        "wrong": f"Ese código no es correcto. {more}",
        "used": "Ya habías confirmado que eres tú y sigue valiendo. ¿Qué necesitas?",
        "ended": "Ese código ya no sirve. Pregúntame otra vez lo que necesitas y te envío otro.",
        "again": f"Te envié otro código de {DIGITS} dígitos a tu correo registrado: escríbelo aquí. El anterior ya no sirve.",
        "waits": "El código puede tardar un minuto en llegar. Revisa también tu correo no deseado; si no está, vuelve a pedírmelo.",
        "cut": f"Escríbeme los {DIGITS} dígitos del código en un solo mensaje.",
    }[kind]


def _when(settings: Settings, until: datetime | None, now: datetime) -> str:
    """A moment with its article."""
    calendar = BusinessCalendar(settings.timezone, settings.extra_holidays)
    return on_moment(calendar.local(until or now), calendar.local(now))


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


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


ANCHORS_SUBJECT = "Anclas del registro de lo que se dijo de cada cliente"


def anchors_body(lines: Sequence[str]) -> str:
    """Body of the mail that carries anchors out of the house."""
    listed = "\n".join(lines)
    return (
        "Guarda este correo fuera del alcance de quien administra el asistente. Con él se comprueba después que el registro de lo que se dijo "
        "de cada cliente sigue siendo el mismo:\n\n    python -m bot disclosures --verify --against ESTE-CORREO\n\n"
        f"Número, momento (UTC) y sello de cada ancla:\n\n{listed}\n"
    )


CODE_SUBJECT = "Tu código para el chat de soporte"


def code_body(code: str, settings: Settings) -> str:
    """Body of the mail that carries a one-time code."""
    return (
        f"Hola:\n\nTu código es {code}. Escríbelo en el chat en el que lo pediste; vence en {_minutes(LIFE)} minutos y sirve una sola vez.\n\n"
        "Nadie de soporte te lo va a pedir por teléfono ni por otro medio. Si no lo pediste, alguien escribe desde un número registrado en tu cuenta: "
        f"no se lo des y avísanos en la línea de soporte: {line_hours(settings)}.\n"
    )
