"""The company itself: when and where a person answers, and who is answering here."""

from __future__ import annotations

from actions.base import AssistantAction, TalkAction, line_values
from actions.say import Reply
from actions.turn import Turn
from bot.rules.support import hours_words


class SupportLine(AssistantAction):
    """The support line's number, its hours, and whether it is open now. No case is opened: nobody asked for a person."""

    intent = "consultar_linea"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """The same for everybody."""
        reply.say("utter_consultar_linea", dias=hours_words(turn.settings.support_hours), **line_values(turn))


class WhoAreYou(TalkAction):
    """Always the truth: an assistant of Servidor virtual, not a person, without a name."""

    intent = "preguntar_quien_eres"
    resumes = False
