"""What examples ask and suppose: labels that people put beside examples of data/nlu, which stand alone and so have no frame.

`data/asked/examples.tsv`: topic, what is asked, what is supposed (- for nothing), the example. An example that stands there no more counts for nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.errors import AssistantError
from bot.nlu.normalise import normalise
from bot.protocol.frame import NOTHING, Act, Asked
from bot.settings import ROOT

FILE: Final = ROOT / "data" / "asked" / "examples.tsv"
PARTS: Final = ("asked", "supposed")
_FIELDS: Final = 4
Labels = dict[tuple[str, str], dict[str, str]]
"""(topic, normalised text) → the words of each part."""


class BadLabel(AssistantError):
    """A line that is none; the message names it."""


def read_asked(path: Path = FILE) -> Labels:
    """Every labelled example. Raises BadLabel naming the line."""
    found: Labels = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        try:
            topic, asked, act, text = fields if len(fields) == _FIELDS else ("", "", "", "")
            found[topic, normalise(text)] = {"asked": Asked(asked), "supposed": NOTHING if act == NOTHING else Act(act)}
        except ValueError:
            raise BadLabel(f"{path.name}:{number}: expected topic, what is asked, what is supposed or -, example") from None
    return found
