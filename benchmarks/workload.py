"""What the customers of every measurement ask, and who they are: the same for ours and for stock Rasa."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from bot.accounts.demo import CUSTOMERS

QUESTIONS = (
    "¿cuándo vence mi servidor?", "se hizo mi respaldo anoche?", "ya está mi factura?", "cuánto debo", "donde cambio la contraseña",
    "cuantos servidores puedo contratar", "ya quedó mi pago?", "qué windows trae", "muchas gracias", "cómo pago?",
)  # fmt: skip
DESKS = tuple(CUSTOMERS)
TURNS_A_SITTING = 20
"""Questions one customer asks before the next conversation begins: stock Rasa gets slower with each, so both begin anew as often."""


def questions(offset: int = 0) -> Iterator[str]:
    """Mixed questions without end, begun at another place for each customer."""
    return itertools.islice(itertools.cycle(QUESTIONS), offset % len(QUESTIONS), None)


def desk_of(number: int) -> str:
    """The desk of the n-th customer; there are more customers than desks, so several write for the same one."""
    return DESKS[number % len(DESKS)]
