"""From one message to one or more understood questions: typed text, a pressed button, a follow-up, two questions at once.

Every part carries its own parse data, so Rasa's processor never parses text itself: typed text that starts with "/" can
never become a command (facts/reliability.md section 2).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor

from bot.dialogue.compound import split_candidates
from bot.dialogue.context import read_in_context
from bot.nlu.decision import same_or_pair
from bot.nlu.normalise import plain_text

Via = Literal["text", "button", "context"]
MAX_NLU_CHARACTERS = 1000
RANKED = 3
ANSWERED = "answered"


class Needed(NamedTuple):
    """What a split must show: each half's acceptance, and how high its label stands in the reading of the whole message."""

    acceptance: float
    rank: int


# chosen on tests/nlu/compound.tsv and not_compound.tsv: a needless split answers something that was not asked
EXPLICIT_JOINT = Needed(acceptance=0.8, rank=4)
PLAIN_JOINT = Needed(acceptance=0.9, rank=3)
TALK = frozenset({"saludar", "despedirse", "agradecer", "preguntar_si_es_bot", "pedir_ayuda", "afirmar", "negar"})


@dataclass(frozen=True)
class Understanding:
    """One understood question. `parse_data` is in Rasa's shape plus `decision` and `choices`."""

    text: str
    parse_data: dict[str, Any]
    via: Via

    @property
    def decision(self) -> str:
        """What was decided: answered, asked or refused."""
        return str(self.parse_data["decision"])

    @property
    def intent(self) -> str | None:
        """The most probable label, whatever was decided."""
        ranking = self.parse_data["intent_ranking"]
        return ranking[0]["name"] if ranking else None

    def to_json(self) -> dict[str, Any]:
        """Shape of the turn protocol."""
        return {
            "text": self.text,
            "decision": self.decision,
            "intent": self.intent,
            "ranking": [
                {"name": row["name"], "confidence": round(row["confidence"], 4)} for row in self.parse_data["intent_ranking"][:RANKED]
            ],
            "entities": self.parse_data["entities"],
            "via": self.via,
        }


async def understand(processor: MessageProcessor, text: str, button: dict[str, Any] | None, slots: dict[str, Any]) -> list[Understanding]:
    """The questions of one message, in the order in which they were asked; at least one."""
    clean = plain_text(text)[:MAX_NLU_CHARACTERS]
    if button is not None:
        return [_pressed(await parse(processor, clean), clean, button)]
    whole = await parse(processor, clean)
    in_context = read_in_context(clean, whole, slots)
    if in_context is not None:
        return [Understanding(clean, in_context, "context")]
    parts = await _split(processor, clean, whole)
    return parts or [Understanding(clean, whole, "text")]


async def parse(processor: MessageProcessor, text: str) -> dict[str, Any]:
    """Parse data of a text through the trained graph; `text` never starts with "/" (plain_text sees to it)."""
    parsed = await processor.parse_message(UserMessage(text=text))
    return copy.deepcopy(dict(parsed))


async def _split(processor: MessageProcessor, text: str, whole: dict[str, Any]) -> list[Understanding]:
    """Both halves, when some split is believable; the surest one, explicit joints first."""
    found: list[tuple[bool, float, list[Understanding]]] = []
    for split in split_candidates(text):
        halves = [Understanding(half, await parse(processor, half), "text") for half in (split.first, split.second)]
        sureness = min(half.parse_data["acceptance"] for half in halves)
        if _stand_alone(halves, whole, EXPLICIT_JOINT if split.explicit else PLAIN_JOINT):
            found.append((split.explicit, sureness, halves))
    return max(found, key=lambda row: row[:2])[2] if found else []


def _stand_alone(halves: list[Understanding], whole: dict[str, Any], needed: Needed) -> bool:
    """Whether both halves are questions of their own, different ones, and the whole message looks like both."""
    names = [half.parse_data["intent"]["name"] for half in halves]
    if any(half.decision != ANSWERED or half.parse_data["acceptance"] < needed.acceptance for half in halves):
        return False
    top = [row["name"] for row in whole["intent_ranking"][: needed.rank]]
    return not any(name in TALK for name in names) and not same_or_pair(*names) and all(name in top for name in names)


def _pressed(parsed: dict[str, Any], text: str, button: dict[str, Any]) -> Understanding:
    chosen = [{"entity": name, "value": value} for name, value in (button.get("entities") or {}).items()]
    data = {
        **parsed,
        "intent": {"name": button["intent"], "confidence": 1.0},
        "intent_ranking": [{"name": button["intent"], "confidence": 1.0}],
        "entities": [*parsed["entities"], *chosen],
        "decision": ANSWERED,
        "choices": [],
    }
    return Understanding(text, data, "button")
