"""What the reader of messages gets where something was masked: of the same form as what people write, and nobody's.

The reader has learned from messages as they are typed; a word in brackets would read as another message.
"""

from __future__ import annotations

import re
from typing import Final

from bot.privacy.kinds import PLACEHOLDERS, Kind

_STAND_INS: Final[dict[Kind, str]] = {
    "password": "secreto12",
    "code": "000000",
    "mail": "correo@oculto.invalid",
    "curp": "XAXX010101HDFXXX00",
    "rfc": "XAXX010101000",
    "clabe": "000000000000000000",
    "card": "4242 4242 4242 4242",
    "phone": "55 0000 0000",
}
_BY_PLACEHOLDER: Final = {PLACEHOLDERS[kind]: stand_in for kind, stand_in in _STAND_INS.items()}
_ANY: Final = re.compile("|".join(map(re.escape, _BY_PLACEHOLDER)))


def as_typed(masked: str) -> str:
    """The text with something of the same form in each masked place; one without any is the same text."""
    return _ANY.sub(lambda found: _BY_PLACEHOLDER[found[0]], masked) if "[" in masked else masked
