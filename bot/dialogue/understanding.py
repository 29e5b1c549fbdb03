"""From one message to one or more understood questions: typed text, a pressed button, a follow-up, two questions at once.

Every part carries its own parse data, so Rasa's processor never parses text itself: typed text that starts with "/" can
never become a command (facts/reliability.md section 2).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Literal

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor

from bot.dialogue.compound import SPLIT_FROM, Readings, joints, two_questions
from bot.dialogue.context import choose_reading, leans_on_previous, read_in_context
from bot.nlu.decision import TALK, same_or_pair
from bot.nlu.normalise import plain_text

Via = Literal["text", "button", "context"]
MAX_NLU_CHARACTERS = 1000
RANKED = 3
ANSWERED = "answered"


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


async def understand(
    processor: MessageProcessor, text: str, button: dict[str, Any] | None, slots: dict[str, Any], previous: str | None = None
) -> list[Understanding]:
    """The questions of one message, in the order in which they were asked; at least one. `previous`: what was asked before."""
    clean = plain_text(text)[:MAX_NLU_CHARACTERS]
    if button is not None:
        return [_pressed(await parse(processor, clean), clean, button)]
    whole = await parse(processor, clean)
    in_context = read_in_context(clean, whole, slots)
    if in_context is None and previous is not None and leans_on_previous(clean, whole):
        in_context = choose_reading(whole, await parse(processor, f"{previous} {clean}"[:MAX_NLU_CHARACTERS]))
    if in_context is not None:
        return [Understanding(clean, in_context, "context")]
    parts = await _split(processor, clean, whole)
    return parts or [Understanding(clean, whole, "text")]


async def parse(processor: MessageProcessor, text: str) -> dict[str, Any]:
    """Parse data of a text through the trained graph; `text` never starts with "/" (plain_text sees to it)."""
    parsed = await processor.parse_message(UserMessage(text=text))
    return copy.deepcopy(dict(parsed))


async def _split(processor: MessageProcessor, text: str, whole: dict[str, Any]) -> list[Understanding]:
    """Both halves at the joint that is most likely between two questions; empty when none is likely enough."""
    best, likeliest = [], SPLIT_FROM
    for joint in joints(text):
        # a half may begin with "/" where the whole does not, and Rasa would take that for a command
        texts = plain_text(joint.first), plain_text(joint.second)
        halves = [Understanding(half, await parse(processor, half), "text") for half in texts]
        readings = _readings(halves, whole)
        if readings is not None and (probability := two_questions(joint, readings)) >= likeliest:
            best, likeliest = halves, probability
    return best


def _readings(halves: list[Understanding], whole: dict[str, Any]) -> Readings | None:
    """What the halves and the whole were read as; None when a half is unsure, is only talk, or asks the same as the other."""
    names = [half.parse_data["intent"]["name"] for half in halves]
    if any(half.decision != ANSWERED for half in halves) or any(name in TALK for name in names) or same_or_pair(*names):
        return None
    ranking = [row["name"] for row in whole["intent_ranking"]]
    of_whole = {row["name"]: row["confidence"] for row in whole["intent_ranking"]}
    first, second = (half.parse_data["acceptance"] for half in halves)
    rank = max(ranking.index(name) if name in ranking else len(ranking) for name in names)
    return Readings((first, second), (of_whole.get(names[0], 0.0), of_whole.get(names[1], 0.0)), rank)


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
