"""What is said without the dialogue, es-MX: to what came without words, and to who wants no messages, or wants them again."""

from __future__ import annotations

import re
from typing import Final

from bot.channels.whatsapp.events import Message
from bot.conversations.base import Kind
from bot.rules.folding import bare

WITHOUT_WORDS: Final[dict[Kind, str]] = {
    "text": "No alcancé a leer tu mensaje. ¿Me lo escribes de nuevo?",
    "image": "Recibí tu imagen, pero por aquí no puedo verla. Escríbeme qué necesitas y te ayudo.",
    "audio": "Recibí tu audio, pero por aquí no puedo escucharlo. Escríbeme tu duda y te ayudo.",
    "video": "Recibí tu video, pero por aquí no puedo verlo. Escríbeme qué necesitas y te ayudo.",
    "document": "Recibí tu documento, pero por aquí no puedo abrirlo. Escríbeme qué necesitas y te ayudo.",
    "sticker": "¡Bonito sticker! Si tienes alguna duda de tu servidor, escríbemela y te ayudo.",
    "location": "Recibí tu ubicación. El servicio es en línea, así que no la necesito. Escríbeme tu duda y te ayudo.",
    "contacts": "Recibí el contacto, pero por aquí no lo puedo usar. Escríbeme qué necesitas y te ayudo.",
    "order": "Recibí tu pedido, pero por aquí no puedo tomarlo. Si quieres contratar un servidor, escríbemelo y te digo cómo.",
    "unsupported": "No puedo abrir ese tipo de mensaje. Escríbemelo como texto y te ayudo.",
}
OPTED_OUT: Final = (
    "Listo, ya no te enviaremos mensajes por iniciativa nuestra. Si me escribes, te respondo igual; para volver a recibirlos escribe ALTA. "
    "Si lo que querías es cancelar tu servidor, escríbeme «quiero cancelar mi servicio»."
)
OPTED_IN: Final = "Listo, podrás volver a recibir nuestros mensajes. Para dejar de recibirlos escribe BAJA."

LONGEST: Final = 60
"""Characters; a longer text is never only one of these words."""
_OUT: Final = frozenset({"baja", "stop", "alto", "cancelar mensajes"})
_IN: Final = frozenset({"alta"})
_OUT_OF_TEMPLATE: Final = frozenset({"dejar de recibir", "dejar de recibir mensajes", "no recibir mas", "no recibir mas mensajes"})


def wish_of(message: Message) -> bool | None:
    """Whether its customer wants what we begin ourselves (True, False); None for a message that is about something else.

    Only the whole message counts, however it is written, or the payload that a template's button carries.
    """
    words = _plain(message.text)
    if words in _OUT or (message.payload is not None and (words in _OUT_OF_TEMPLATE or _plain(message.payload).startswith("stop"))):
        return False
    return True if words in _IN else None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", bare(text))) if len(text) <= LONGEST else ""
