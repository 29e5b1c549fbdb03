"""A person takes over: the folio that a customer quotes on the telephone, and the case that is opened for the agents."""

from __future__ import annotations

import base64
import hashlib

from actions.base import AssistantAction, say_with_line
from actions.say import Reply
from actions.turn import SLOT_PENDING, SLOT_TOPIC, Turn
from bot.rules.support import Open, line_state

CODE_PREFIX = "SV-"
CODE_CHARACTERS = 5
ASKED_FOR = "cliente_pide_asesor"


def escalation_code(turn_id: str) -> str:
    """The folio "SV-XXXXX" of a turn; the same turn tried again has the same one, so that no case is opened twice."""
    digest = hashlib.sha256(turn_id.encode()).digest()
    return CODE_PREFIX + base64.b32encode(digest).decode()[:CODE_CHARACTERS]


def escalate(turn: Turn, reply: Reply, reason: str, *details: str) -> str:
    """Ask for a case to be opened and return its folio, for the customer to be told.

    `reason` is a key in Spanish (agents see it). The summary holds who it is, `details` (a server, a date) and the last topic.
    """
    code = escalation_code(turn.identity.turn)
    customer = (turn.desk.id, turn.desk.name) if turn.desk else (turn.identity.desk,)
    known = [part for part in (*customer, *details, turn.tracker.get_slot(SLOT_TOPIC)) if part]
    reply.effect("escalate", reason=reason, code=code, summary=" · ".join(known) or reason)
    return code


class TalkToAgent(AssistantAction):
    """The customer wants a person: a folio, the support line, and whether it answers now."""

    intent = "hablar_con_asesor"
    is_topic = False
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """By name when the customer is known; otherwise the same without it."""
        code = escalate(turn, reply, ASKED_FOR)
        if turn.tracker.get_slot(SLOT_PENDING):
            reply.remember(SLOT_PENDING, None)
        is_open = isinstance(line_state(turn.calendar, turn.settings.support_hours, turn.now), Open)
        if turn.desk:
            key = "utter_asesor_conocido" if is_open else "utter_asesor_conocido_linea_cerrada"
            say_with_line(turn, reply, key, cliente=turn.desk.name, folio=code)
        else:
            say_with_line(turn, reply, "utter_asesor" if is_open else "utter_asesor_linea_cerrada", folio=code)
