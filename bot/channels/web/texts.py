"""What the web chat itself says to a customer, es-MX: texts that speak of this chat."""

from __future__ import annotations

from datetime import datetime

from bot.settings import Settings
from bot.texts import line, purposes, responsible


def delay(settings: Settings, now: datetime) -> str:
    """Told once to a customer whose answer takes longer."""
    return (
        "Recibimos tu mensaje. La respuesta está tardando más de lo normal; en cuanto esté lista te la damos aquí mismo. "
        f"Si es urgente, llama al {line(settings, now)}."
    )


def flood(settings: Settings, again_at: datetime) -> str:
    """Told once to a customer who writes faster than anybody can read."""
    at = again_at.astimezone(settings.timezone)
    return (
        f"Recibimos muchos mensajes tuyos en poco tiempo y necesitamos una pausa. A partir de {'la' if at.hour == 1 else 'las'} {at:%H:%M:%S} "
        "seguimos con los demás. No tienes que volver a escribirlos: este chat los guarda y los envía solo."
    )


def privacy(settings: Settings, own_address: str) -> str:
    """The simplified privacy notice, once in a conversation: who is responsible, every purpose, where the whole notice is.

    That is a page of ours below `own_address` where the company has none.
    """
    url = settings.privacy_url or f"{own_address}/privacidad"
    return f"{responsible(settings)} usa tus datos solo para {purposes()}. Consulta el aviso de privacidad completo: {url}"
