"""A part of a message, read as a message of its own."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.compound import Joint, joints
from bot.dialogue.forms import without_courtesy
from bot.dialogue.reading import ANSWERED, REFUSED, Reader, Understanding
from bot.nlu.decision import NOT_OURS, TALK
from bot.nlu.normalise import plain_text
from bot.protocol.frame import Asked
from bot.protocol.state import Topic

First = tuple[Joint, Understanding]
UNSURE_HALF_FROM = 0.4  # a half may be less sure than a message of its own: the form of the joint speaks for it too
SURELY_NOT_OURS = 0.5


def read_halves(reader: Reader, texts: Sequence[str]) -> list[Understanding]:
    """Each text as it is read; the same text once."""
    clean = [
        plain_text(text) for text in texts
    ]  # a half may begin with "/" where the whole does not, and Rasa would take that for a command
    different = list(dict.fromkeys(clean))
    read = dict(zip(different, reader.read(different), strict=True)) if different else {}
    return [Understanding(text, read[text], "text") for text in clean]


def read_firsts(reader: Reader, text: str) -> list[First]:
    """The joints of `text` whose first half may be a part of a split, with this half as it is read."""
    found = list(joints(without_courtesy(text)))
    firsts = read_halves(reader, [joint.first for joint in found])
    return [(joint, first) for joint, first in zip(found, firsts, strict=True) if may_be_part(first)]


def may_be_part(half: Understanding) -> bool:
    """Whether a half could be a question of ours, or surely one that is not."""
    if half.decision == REFUSED:
        intent = half.parse_data["intent"]
        return intent["name"] in NOT_OURS and bool(intent["confidence"] >= SURELY_NOT_OURS)
    return half.parse_data["acceptance"] >= UNSURE_HALF_FROM and best_of_ours(half) not in TALK


def best_of_ours(half: Understanding) -> str:
    """The label that is answered, or would be if the half were sure enough."""
    if half.decision == ANSWERED:
        return str(half.parse_data["intent"]["name"])
    return next((str(row["name"]) for row in half.parse_data["intent_ranking"] if row["name"] not in NOT_OURS), NOT_OURS[0])


def answered(half: Understanding) -> Understanding:
    """The half as a question to answer, though it may be too unsure to be answered as a message of its own."""
    label = best_of_ours(half)
    confidence = next(row["confidence"] for row in half.parse_data["intent_ranking"] if row["name"] == label)
    data = {**half.parse_data, "intent": {"name": label, "confidence": confidence}, "decision": ANSWERED, "choices": []}
    return Understanding(half.text, data, half.via)


def topic_of(part: Understanding) -> Topic:
    """What the next part goes on from."""
    return Topic(best_of_ours(part), part.parse_data["parts"].get("asked", Asked.GENERAL))
