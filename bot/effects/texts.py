"""What the mails say, es-MX."""

from __future__ import annotations

from bot.settings import Settings

MAIL_SUBJECT = "Archivo de conexión a tu servidor Aspel Nube."


def mail_body(server: str, settings: Settings) -> str:
    """Body of the mail that carries the connection file."""
    return (
        f"Hola:\n\nAdjunto encontrarás el archivo de conexión de tu servidor {server}. Ábrelo en tu computadora para entrar.\n\n"
        f"Si no solicitaste este correo o necesitas ayuda, llama a la línea de soporte: {settings.support_phone}.\n"
    )
