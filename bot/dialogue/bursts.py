"""Whether what was read can be answered, or is only the beginning of what its customer is about to say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.dialogue.forms import asks, orders

if TYPE_CHECKING:  # it brings all of Rasa, and this is a pure function
    from bot.dialogue.reading import Understanding

SURE_FROM = 0.75
"""From this acceptance on what is no question by its form is taken for the whole of what is meant."""
FRAGMENT_WORDS = 3
_NAMES = re.compile(r"^\W*(?:(?:y|o|ah|oye|pero|no|de)\s+)*(?:el|la|los|las|lo|mis?|sus?|una?)\s", re.IGNORECASE)
OPENINGS = frozenset({"saludar", "pedir_ayuda", "charla", "contar", "afirmar", "negar"})
"""Labels of what people say before they ask. A yes or no to something that was offered is read as a pressed button, and waits for nothing."""


def stands_alone(understood: Sequence[Understanding]) -> bool:
    """Whether an answer is due now. A greeting, a story, an "ok" and what is not understood may wait for the next message; a question never."""
    return any("?" in part.text or "¿" in part.text or _is_clear(part) for part in understood)


def _is_fragment(text: str) -> bool:
    """Whether it only names a thing ("y la tarjeta"): what is asked of it mostly comes in the next message."""
    return len(text.split()) <= FRAGMENT_WORDS and _NAMES.match(text) is not None


def _is_clear(part: Understanding) -> bool:
    if part.via == "button":
        return True
    read_surely = part.parse_data.get("acceptance", 0.0) >= SURE_FROM and not _is_fragment(part.text)
    surely = read_surely or asks(part.text) or orders(part.text)
    return part.decision == "answered" and part.intent not in OPENINGS and surely
