"""What is known around a message, as a few words that the model learns from: what was talked about, what was asked, who asks, how the account is.

The same function makes them for the corpus, where the talk before a turn is known from its labels, and for a customer, where it is
the state that the actions keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.nlu.conversations import LabelledConversation, Writer
from bot.nlu.decision import TALK
from bot.nlu.normalise import normalise
from bot.protocol.frame import Frame
from bot.protocol.state import State, Topic

WEIGHT: Final = 0.7
EARLIER_WEIGHT: Final = 0.35
SITUATION: Final = "so="
SITUATION_WEIGHT: Final = 0.5
"""What the words weigh beside n-grams and sentence vector, each of which has the length 1."""
_WEIGHTS: Final = {"earlier=": EARLIER_WEIGHT, SITUATION: SITUATION_WEIGHT}
VAGUE, CLEAR = 0.5, 1.2
"""By how much the best label leads, as a margin, of words that say hardly what they ask, and of words that say it wherever they stand."""
LEAST_LEANING: Final = 0.3
NEVER_A_TOPIC: Final = TALK | {"fuera_de_tema"}


@dataclass(frozen=True)
class Turn:
    """One turn of the corpus as the model learns from it: its normalised text, what it means, and the words of its context."""

    text: str
    frame: Frame
    words: tuple[str, ...]
    writer: str


def context_words(state: State, *, visitor: bool) -> tuple[str, ...]:
    """At most eight words and those of the situation, in a fixed order. Where a talk begins there is the situation alone, if anything."""
    topic, situation = state.topic, tuple(f"{SITUATION}{each}" for each in state.situation or ())
    if topic is None:
        return situation
    words = ["visitor" if visitor else "customer"]
    words += [f"topic={topic.intent}", f"asked={topic.asked}", f"topic={topic.intent} asked={topic.asked}"]
    if len(state.servers) > 1:
        words.append("several")
    return (*words, *(f"earlier={each.intent}" for each in state.topics[1:4]), *situation)


def goes_on(words: Sequence[str]) -> bool:
    """Whether these are the words of a message that goes on from others."""
    return any(not word.startswith(SITUATION) for word in words)


def leaning(margins: np.ndarray) -> np.ndarray:
    """How much messages (n,) count on their context, from the margins (n, k) of their words alone: a question that is clear by itself changes the subject."""
    second, first = np.partition(margins, -2, axis=1)[:, -2:].T
    clear = np.clip((first - second - VAGUE) / (CLEAR - VAGUE), 0, 1)
    return np.asarray(1 - (1 - LEAST_LEANING) * clear)


def turns_of(writers: Sequence[Writer], situations: Mapping[str, tuple[str, ...]]) -> Iterator[Turn]:
    """Every turn of the corpus that means one thing, with its context. `situations`: of each customer."""
    for writer in writers:
        for conversation in writer.conversations:
            yield from _turns(conversation, writer.name, situations.get(conversation.customer or "", ()))


def _turns(conversation: LabelledConversation, writer: str, situation: tuple[str, ...]) -> Iterator[Turn]:
    state = State(situation=situation)
    for turn in conversation.turns:
        frames = turn.frames
        if len(frames) == 1:
            words = context_words(state, visitor=conversation.customer is None)
            yield Turn(normalise("\n".join(turn.bubbles)), frames[0], words, writer)
        for frame in frames:
            topic = None if frame.intent in NEVER_A_TOPIC else Topic(frame.intent, frame.asked)
            state = state.after(topic, ())


class ContextColumns:
    """Columns of the words seen in training; others count for nothing."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self._column = {word: column for column, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def row(self, words: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Columns and weights of one message's context."""
        known = [word for word in words if word in self._column]
        weights = [next((weight for start, weight in _WEIGHTS.items() if word.startswith(start)), WEIGHT) for word in known]
        return np.array([self._column[word] for word in known], dtype=np.int64), np.array(weights)
