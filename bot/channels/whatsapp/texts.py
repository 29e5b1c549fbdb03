"""What WhatsApp's channel itself says to a customer, es-MX: texts that speak of this chat."""

from __future__ import annotations

from bot.settings import Settings
from bot.texts import purposes, responsible

CHOOSE = "Elige una opción:"
"""Above buttons that come without words."""
OPTIONS = "Ver opciones"
"""On the button that opens a list."""
OPTIONS_HEADING = "Opciones"
UNNAMED = "Opción"
"""An option whose title nobody can see, followed by its number."""


def privacy(settings: Settings) -> str:
    """The simplified privacy notice as one line: who is responsible, every purpose, where the whole notice is (PRIVACY_URL)."""
    told = f"{responsible(settings)} usa tus datos solo para {purposes()}."
    return f"{told} Aviso de privacidad completo: {settings.privacy_url}" if settings.privacy_url else told
