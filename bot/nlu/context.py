"""What the episode says about a message, as a few words that the model learns from: what was talked about, what was asked, who asks.

The same function makes them for the corpus, where the talk before a turn is known from its labels, and for a customer, where it is
the state that the actions keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
"""What the words weigh beside n-grams and sentence vector, each of which has the length 1."""
NEVER_A_TOPIC: Final = TALK | {"fuera_de_tema"}


@dataclass(frozen=True)
class Turn:
    """One turn of the corpus as the model learns from it: its normalised text, what it means, and the words of its context."""

    text: str
    frame: Frame
    words: tuple[str, ...]
    writer: str


def context_words(state: State, *, visitor: bool) -> tuple[str, ...]:
    """At most eight words, in a fixed order; none where a talk begins, which is read as a message that stands alone."""
    topic = state.topic
    if topic is None:
        return ()
    words = ["visitor" if visitor else "customer"]
    words += [f"topic={topic.intent}", f"asked={topic.asked}", f"topic={topic.intent} asked={topic.asked}"]
    if len(state.servers) > 1:
        words.append("several")
    return (*words, *(f"earlier={each.intent}" for each in state.topics[1:4]))


def turns_of(writers: Sequence[Writer]) -> Iterator[Turn]:
    """Every turn of the corpus that means one thing, with its context."""
    for writer in writers:
        for conversation in writer.conversations:
            yield from _turns(conversation, writer.name)


def _turns(conversation: LabelledConversation, writer: str) -> Iterator[Turn]:
    state = State()
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
        weights = [EARLIER_WEIGHT if word.startswith("earlier=") else WEIGHT for word in known]
        return np.array([self._column[word] for word in known], dtype=np.int64), np.array(weights)
