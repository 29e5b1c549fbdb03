"""Whether what was read can be answered, or is only the beginning of what its customer is about to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it brings all of Rasa, and this is a pure function
    from bot.dialogue.understanding import Understanding

OPENINGS = frozenset({"saludar", "charla", "contar", "afirmar", "negar"})
"""Labels of what people say before they ask. A yes or no to something that was offered is read as a pressed button, and waits for nothing."""


def stands_alone(understood: Sequence[Understanding]) -> bool:
    """Whether an answer is due now. A greeting, a story, an "ok" and what is not understood may wait for the next message; a question never."""
    return any("?" in part.text or "¿" in part.text or _is_clear(part) for part in understood)


def _is_clear(part: Understanding) -> bool:
    return part.via == "button" or (part.decision == "answered" and part.intent not in OPENINGS)
