"""One text as it is read: through the trained graph, within what the episode says of it.

Every part of a message carries its own parse data, so Rasa's processor never parses text itself: typed text that starts with "/" can
never become a command (facts/reliability.md section 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.classifier import CONTEXT, EAGER
from bot.nlu.context import context_words
from bot.privacy.standing_in import as_typed
from bot.protocol.state import State, Topic

_NOBODY = DialogueStateTracker.from_events("nobody", [])  # the graph wants a tracker; no component of ours looks at it
Via = Literal["text", "button"]
RANKED = 3
ANSWERED, ASKED, REFUSED = "answered", "asked", "refused"


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
        """What is answered; else the most probable label."""
        if self.decision == ANSWERED:
            return str(self.parse_data["intent"]["name"])
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


@dataclass(frozen=True)
class Reader:
    """Reads texts through the trained graph, in masked places something of the same form, each within what the episode says.

    `eager`: a likely answer is better than a question; so within a talk, and for who is known, whose own state serves neighbours too.
    """

    processor: MessageProcessor
    state: State = State()
    visitor: bool = True
    eager: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """What the episode says, in words for the model."""
        return context_words(self.state, visitor=self.visitor)

    def read(self, texts: Sequence[str], after: Sequence[Topic] | None = None) -> list[dict[str, Any]]:
        """Parse data of several texts in one run of the graph, which costs much less than one run for each; none starts with "/".

        `after`: for each text a topic that was talked about just before it.

        What `MessageProcessor.parse_message` does for a single text, without its checks of the domain at every message.
        """
        target = self.processor.model_metadata.nlu_target
        before = (
            [context_words(self.state.after(topic, ()), visitor=self.visitor) for topic in after] if after else [self.words] * len(texts)
        )
        messages = [
            UserMessage(text=as_typed(text), metadata={CONTEXT: words, EAGER: self.eager})
            for text, words in zip(texts, before, strict=True)
        ]
        parsed = self.processor.graph_runner.run(inputs={PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: _NOBODY}, targets=[target])[
            target
        ]
        read = [message.as_dict(only_output_properties=True) for message in parsed]
        return [{"entities": [], **each, "text": text} for text, each in zip(texts, read, strict=True)]
