"""What is kept of who writes, and what they may ask to be done with it (issue 9: rights; the privacy notice says the same)."""

from __future__ import annotations

from actions.base import AssistantAction, say_line
from actions.deeds import is_declined
from actions.escalation import escalate, folios_of
from actions.mentions import first_mentioned, mentions
from actions.say import Reply
from actions.turn import Turn
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked, Move
from bot.protocol.state import SUBJECT_AFTER
from bot.rules import format as words

REASON = "datos_personales"
"""Why a case is open: somebody wants a copy of their data, or that they be corrected, deleted or not used."""
_DEED = r"borr\w*|elimin\w*|quit\w*|correg\w*|corrij\w*"
_WISHES = {
    "oponerse": r"opon|us(?:en|ar)\b|dejen de|publicidad|autoriz|consentimiento|revoc",
    "borrar": r"borr|elimin|quit|destru|olvid|supri|desaparec|cancel",
    "copia": r"copia|acces|entreg|exporta|descarg|conocer",
    "corregir": r"correg|corrij|rectific|actualiz|cambi|mal\b|equivoc",
}
"""What is wished, as the agent who has the case reads it; the first that is said."""
_RIGHTS = r"pedir|pido|solicit|derecho|arco\b|borr|elimin|copia|correg|corrij|opon|quit"


class PersonalData(AssistantAction):
    """What is kept of a conversation and for how long; a wish about it becomes a case, once."""

    intent = "datos_personales"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """A case for who wants something done; else what is kept, what is seen of the account, and what may be asked for."""
        asked = turn.frame.asked
        wishes = asked is Asked.DO and turn.frame.move is not Move.DENIES and not is_declined(turn, _DEED)
        wish = first_mentioned(turn, _WISHES) or "otra"
        if wishes and f"{REASON}{SUBJECT_AFTER}{wish}" in folios_of(turn, reply):
            reply.say("utter_datos_personales_ya_registrada", folio=escalate(turn, reply, REASON, {wish: ""}))
        elif wishes:
            reply.say("utter_datos_personales_solicitud", folio=escalate(turn, reply, REASON, {wish: ""}))
            say_line(turn, reply, again=True)
        elif mentions(turn, _RIGHTS):
            reply.say("utter_datos_personales_derechos")
        else:
            kept, sealed = words.days(turn.settings.keep_messages_days), words.days(turn.settings.keep_sealed_days)
            reply.say("utter_datos_personales", dias=kept, cifrado=sealed)
            if turn.sees(DataClass.NAME):
                reply.say("utter_datos_personales_cuenta")
