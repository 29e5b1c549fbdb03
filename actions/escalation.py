"""A person takes over: the folio that a customer quotes on the telephone, and the case that is opened for the agents.

A folio is unique among open cases: the ledger refuses one that is taken, the turn is tried again, and each attempt makes another folio.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from string import digits

from actions.base import AssistantAction, line_values, say_line
from actions.deeds import PERSON, is_declined
from actions.say import Reply
from actions.turn import SLOT_FOLIOS, SLOT_PENDING, SLOT_TOPIC, Turn
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked, Move
from bot.protocol.state import SUBJECT_AFTER
from bot.rules import format as words
from bot.rules.support import Open, line_state

CODE_ALPHABET = "234679ACDEFHJKMNPQRTUVWX"
"""Characters that nobody takes for another one on the telephone."""
CODE_CHARACTERS = 6
ASKED_FOR = "cliente_pide_asesor"


def escalation_code(turn_id: str, reason: str, attempt: int) -> str:
    """The folio of a turn's case: six characters, easy to say; the last one is a letter, so that none is taken for a one-time code."""
    number = int.from_bytes(hashlib.sha256(f"{turn_id} {reason} {attempt}".encode()).digest())
    code = ""
    for alphabet in (*[CODE_ALPHABET] * (CODE_CHARACTERS - 1), CODE_ALPHABET.lstrip(digits)):
        number, place = divmod(number, len(alphabet))
        code += alphabet[place]
    return code


def escalate(turn: Turn, reply: Reply, reason: str, about: Mapping[str, str] | None = None, details: Iterable[str] = ()) -> str:
    """The folio to tell the customer. One case is open a conversation: what it does not hold yet is added to it under the same folio.

    `reason` is a key in Spanish (agents see it); `about` names what it is about: id → server, for charges; `details` are the values that explain it.
    The summary holds who it is, what it is about and the last topic.
    """
    subjects: dict[str, tuple[str, ...]] = {
        f"{reason}{SUBJECT_AFTER}{subject}": (server, subject) for subject, server in (about or {}).items()
    } or {reason: ()}
    folios = folios_of(turn, reply)
    new = [subject for subject in subjects if subject not in folios]
    if new:
        code = next(iter(folios.values()), None) or escalation_code(turn.claims.turn, reason, turn.attempt)
        explained = [*(part for subject in new for part in subjects[subject]), *details]
        reply.effect("escalate", reason=reason, code=code, summary=_summary(turn, explained) or reason)
        folios |= dict.fromkeys(new, code)
        reply.remember(SLOT_FOLIOS, folios)
    return words.join_names(list(dict.fromkeys(folios[subject] for subject in subjects)))


def folios_of(turn: Turn, reply: Reply) -> dict[str, str]:
    """The folios of this conversation's open case, by what it was opened for."""
    return {**(turn.tracker.get_slot(SLOT_FOLIOS) or {}), **reply.slots.get(SLOT_FOLIOS, {})}


def _summary(turn: Turn, details: Iterable[str]) -> str:
    desk = turn.sees(DataClass.NAME)
    customer = (desk.id, desk.name) if desk else (turn.claims.identity.desk,)
    return " · ".join(part for part in (*customer, *details, turn.tracker.get_slot(SLOT_TOPIC)) if part)


class TalkToAgent(AssistantAction):
    """The customer wants a person: a folio, the support line, and whether it answers now; the same folio in fewer words when asked again.

    Who only asks whom to turn to, or does not want to be transferred, gets no folio: nobody is asked for.
    """

    intent = "hablar_con_asesor"
    is_topic = False
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """By name when the customer is known; otherwise the same without it."""
        if turn.tracker.get_slot(SLOT_PENDING):
            reply.remember(SLOT_PENDING, None)
        if turn.frame.move is Move.DENIES or (turn.is_read and is_declined(turn, PERSON)):
            reply.vary("utter_asesor_no", "utter_negar_dejamos")
        elif turn.frame.asked in {Asked.WHO, Asked.HOW, Asked.WHERE}:
            by_phone = "utter_asesor_por_telefono_folio" if folios_of(turn, reply) else "utter_asesor_por_telefono"
            ways = ("utter_asesor_a_quien", by_phone)
            reply.vary(*(ways if turn.frame.asked is Asked.WHO else reversed(ways)), **line_values(turn))
        elif ASKED_FOR in (turn.tracker.get_slot(SLOT_FOLIOS) or {}):
            reply.vary("utter_asesor_ya_registrado", "utter_asesor_mismo_folio", folio=escalate(turn, reply, ASKED_FOR))
            say_line(turn, reply, again=True)
        else:
            open_case(turn, reply)


def open_case(turn: Turn, reply: Reply) -> None:
    """A case for who wants a person, by name when the customer is known, and whether the line answers now."""
    code = escalate(turn, reply, ASKED_FOR)
    is_open = isinstance(line_state(turn.calendar, turn.settings.support_hours, turn.now), Open)
    desk = turn.sees(DataClass.NAME)
    if desk:
        reply.say("utter_asesor_conocido" if is_open else "utter_asesor_conocido_linea_cerrada", cliente=desk.name, folio=code)
    else:
        reply.say("utter_asesor" if is_open else "utter_asesor_linea_cerrada", folio=code)
    say_line(turn, reply, again=True)
