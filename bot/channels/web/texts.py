"""What the web chat itself says to a customer, es-MX; answers come from the dialogue."""

from __future__ import annotations

from datetime import datetime

from bot.settings import Settings


def delay(settings: Settings) -> str:
    """Told once to a customer whose answer takes longer."""
    return (
        "Recibimos tu mensaje. La respuesta está tardando más de lo normal; en cuanto esté lista te la damos aquí mismo. "
        f"Si es urgente, llama al {settings.support_phone}."
    )


def parked(settings: Settings) -> str:
    """Told when a message was given up."""
    hours = f"{settings.support_hours.opens:%H:%M} a {settings.support_hours.closes:%H:%M}"
    return (
        f"No pudimos responder tu mensaje y lo sentimos. Llama a la línea de soporte, {settings.support_phone}, "
        f"de lunes a viernes de {hours} h, y ahí te ayudan."
    )


def flood(settings: Settings, again_at: datetime) -> str:
    """Told once to a customer who writes faster than anybody can read."""
    at = again_at.astimezone(settings.timezone)
    return (
        f"Recibimos muchos mensajes tuyos en poco tiempo y necesitamos una pausa. A partir de {'la' if at.hour == 1 else 'las'} {at:%H:%M:%S} "
        "seguimos con los demás. No tienes que volver a escribirlos: este chat los guarda y los envía solo."
    )


def privacy(settings: Settings, own_address: str = "") -> str:
    """The simplified privacy notice, once in a conversation; the full one is ours below `own_address` where the company has none."""
    url = settings.privacy_url or f"{own_address}/privacidad"
    return f"Usamos lo que escribes solo para atenderte; conoce nuestro aviso de privacidad: {url}"


def resend_failed(settings: Settings) -> str:
    """Told when the connection mail that was promised cannot be sent after all."""
    return (
        "No pudimos enviar el correo con tus datos de conexión y lo sentimos. "
        f"Llama a la línea de soporte, {settings.support_phone}, y ahí te lo resuelven."
    )
