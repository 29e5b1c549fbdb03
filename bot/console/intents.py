"""The intents and their titles, as the content files name them: what agents read, and what they may correct to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

import yaml

from bot.settings import ROOT

VERDICTS: Final = {
    "respuesta_equivocada": "La respuesta estaba mal",
    "respuesta_incompleta": "La respuesta quedó incompleta",
    "respuesta_desactualizada": "La respuesta ya no es vigente",
}
"""What is wrong with an answer whose intent was right."""


@cache
def titles() -> Mapping[str, str]:
    """Title by intent, in the order of the titles."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        for block in content.get("nlu") or ():
            found[block["intent"]] = (block.get("metadata") or {}).get("title") or block["intent"]
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def title_of(intent: str | None) -> str:
    """What agents read for it; an intent of an older model, which has no title any more, stands for itself."""
    if intent is None:
        return "sin tema"
    return titles().get(intent) or VERDICTS.get(intent, intent)


def may_be_right(name: str) -> bool:
    """Whether a correction may name it."""
    return name in titles() or name in VERDICTS
