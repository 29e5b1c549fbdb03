"""Questions whose answer is the same for everybody: a text of the YAML, and no Python for each of them (docs/howto/add-a-faq.md)."""

from __future__ import annotations

from actions.base import AssistantAction
from actions.say import Reply
from actions.turn import Turn


class FixedAnswer(AssistantAction):
    """Says `utter_<intent>` of whichever intent its rule was asked with."""

    intent = "respuesta_fija"

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """The text as it is written."""
        reply.say(f"utter_{self.topic(turn)}")

    def topic(self, turn: Turn) -> str:
        """The question that was asked, not this action."""
        return str(turn.tracker.latest_message["intent"]["name"])
