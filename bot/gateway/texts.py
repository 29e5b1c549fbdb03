"""Every text that the gateway itself says to a customer, es-MX; answers come from the dialogue."""

from __future__ import annotations

from datetime import datetime

from bot.rules.calendar import BusinessCalendar
from bot.rules.format import join_names
from bot.rules.support import hours_words, line_words
from bot.settings import Settings

ERRORS = {
    "malformed": "No pude leer la solicitud. Revisa los datos e inténtalo de nuevo.",
    "empty": "Escribe tu mensaje antes de enviarlo.",
    "cursor": "Esa posición de la conversación no existe. Vuelve a cargar los mensajes.",
    "too_large": "Tu mensaje es demasiado largo: el límite es de 4,096 caracteres. Acórtalo y envíalo de nuevo.",
    "session": "Tu sesión de chat no es válida. Abre el chat de nuevo.",
    "session_expired": "Tu sesión de chat terminó. Abre el chat de nuevo.",
    "token": "No pudimos comprobar quién eres con los datos del portal. Entra de nuevo al portal.",
    "token_expired": "El acceso que dio el portal ya venció. Vuelve a cargar la página del portal.",
    "forbidden": "Esa opción no pertenece a esta conversación.",
    "conflict": "Ya recibimos otro mensaje con ese identificador.",
    "button_used": "Esa opción ya se usó. Escribe tu pregunta o elige otra.",
    "button_expired": "Esa opción ya venció. Escribe tu pregunta de nuevo.",
    "rate": "Estás enviando mensajes muy rápido. Espera un momento e inténtalo de nuevo.",
    "busy": "En este momento hay muchas personas escribiendo. Inténtalo de nuevo en unos segundos.",
    "unavailable": "Por ahora no podemos recibir mensajes. Inténtalo de nuevo en unos segundos.",
    "not_found": "No existe lo que buscas.",
    "method": "Ese método no se permite aquí.",
    "unknown_customer": "No existe ese cliente de demostración.",
    "internal": "Algo falló de nuestro lado. Inténtalo de nuevo.",
}


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


def delay(settings: Settings, now: datetime) -> str:
    """Told once to a customer whose answer takes longer."""
    return (
        "Recibimos tu mensaje. La respuesta está tardando más de lo normal; en cuanto esté lista te la damos aquí mismo. "
        f"Si es urgente, llama al {line(settings, now)}."
    )


def parked(settings: Settings, now: datetime) -> str:
    """Told when a message was given up; begins with PARKED."""
    return f"{PARKED} En la línea de soporte te ayudan: {line(settings, now)}."


def flood(settings: Settings, again_at: datetime) -> str:
    """Told once to a customer who writes faster than anybody can read."""
    at = again_at.astimezone(settings.timezone)
    return (
        f"Recibimos muchos mensajes tuyos en poco tiempo y necesitamos una pausa. A partir de {'la' if at.hour == 1 else 'las'} {at:%H:%M:%S} "
        "seguimos con los demás. No tienes que volver a escribirlos: este chat los guarda y los envía solo."
    )


def purposes() -> str:
    """All purposes in one phrase."""
    return join_names(PURPOSES)


def responsible(settings: Settings) -> str:
    """Who answers for the customers' data, as the notices name them."""
    return settings.privacy_responsible or "El servicio Servidor virtual"


def privacy(settings: Settings, url: str) -> str:
    """The simplified privacy notice, once in a conversation: who is responsible, every purpose, where the whole notice is."""
    return f"{responsible(settings)} usa tus datos solo para {purposes()}. Aviso de privacidad completo: {url}"


MAIL_SUBJECT = "Archivo de conexión a tu servidor Aspel Nube."


def mail_body(server: str, settings: Settings) -> str:
    """Body of the mail that carries the connection file."""
    return (
        f"Hola:\n\nAdjunto encontrarás el archivo de conexión de tu servidor {server}. Ábrelo en tu computadora para entrar.\n\n"
        f"Si no solicitaste este correo o necesitas ayuda, llama a la línea de soporte: {line_hours(settings)}.\n"
    )
