"""What is looked for in a message, what stands in its place, and what is never kept, not even sealed.

What stands in its place is a word that customers, agents and the reader of messages understand: that a card was written is still known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["password", "code", "mail", "curp", "rfc", "clabe", "card", "phone"]

PLACEHOLDERS: Final[dict[Kind, str]] = {
    "password": "[contraseña]",
    "code": "[código]",
    "mail": "[correo]",
    "curp": "[CURP]",
    "rfc": "[RFC]",
    "clabe": "[CLABE]",
    "card": "[tarjeta]",
    "phone": "[teléfono]",
}
NEVER_KEPT: Final[frozenset[Kind]] = frozenset({"password", "code", "card"})
IS_PLACEHOLDER: Final = re.compile("|".join(re.escape(each) for each in PLACEHOLDERS.values()))


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """An identifier of a text: its characters from `start` up to `end`."""

    start: int
    end: int
    kind: Kind
