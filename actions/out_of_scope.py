"""What the assistant cannot answer, or did not understand: it says so, asks, and after two failures in a row gives the line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from actions.base import (
    MAX_BUTTON_TITLE,
    WHOM_TO_CALL,
    AssistantAction,
    TalkAction,
    say_how_to_identify,
    say_line,
    say_with_line,
    waiting_buttons,
)
from actions.escalation import escalate
from actions.mentions import mentions, shows_card
from actions.say import Button, Reply
from actions.turn import SLOT_FAILURES, SLOT_PENDING, Turn
from actions.uncovered import CARD, say_uncovered
from actions.whose import asks_of_others, say_not_yours
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked
from bot.rules import format as words

NOT_UNDERSTOOD = "no_entendido"
FAILURES_TO_ESCALATE = 2
MOST_CHOICES = 3
MOST_NAMED = 8
MOST_OF_A_QUESTION = 40
_PHISHING = r"(?:pidio|pide|piden|responda con su|mande) (?:la |su |mi )?(?:contrasen|clave)"
_WHO_ELSE = r"quien mas|puede ver(?:lo)? (?:cualquier|esto|lo mio)|ver lo mio|si (?:el|ella) te|tambien le dice|informarle lo mio|como supo|tu como sabes"
_TO_BE_LET_IN = r"identific|me reconoz|sep(?:as|an) (?:quien|que) soy|ocupo (?:mi )?usuario\b|meto mi (?:clave|usuario)|verific|ine\b|un codigo|(?:contrasen|clave|pass)\w* (?:d?el? )?(?:escritorio|portal)|escritorio si no me acuerdo|hago login"
SURELY_OFF_TOPIC = 0.5
"""Below this probability "I cannot help with that" would be a guess: the message was just not understood."""


class NotCovered(TalkAction):
    """About this business, but not for this chat: its kind is named with what is known of it, and the support line."""

    intent = "tema_no_cubierto"

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Say so, with the line and its hours; who asks about identities and other accounts hears what protects them."""
        if _said_of_identity(turn, reply):
            return
        say_uncovered(turn, reply, "utter_lo_otro_no_cubierto" if beside_answer(turn) else "utter_tema_no_cubierto")


class OffTopic(TalkAction):
    """About something else, or nothing at all: one polite line with what it can do; said again in a row, the support line too."""

    intent = "fuera_de_tema"

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Say so, unless even that is unsure. It counts as a failure: who is misread twice must not be left without a way on."""
        if beside_answer(turn):  # the message got its answer: nothing has failed
            reply.say("utter_lo_otro_fuera_de_tema")
            return
        if shows_card(turn):
            say_uncovered(turn, reply, CARD)
            return
        if _confidence(turn) < SURELY_OFF_TOPIC:
            say_not_understood(turn, reply)
            return
        so_far = failures(turn) + 1
        reply.remember(SLOT_FAILURES, so_far)
        reply.vary("utter_fuera_de_tema", "utter_fuera_de_tema_otra", "utter_fuera_de_tema_otra_mas")
        if so_far >= FAILURES_TO_ESCALATE:
            say_line(turn, reply)


class AskIntent(AssistantAction):
    """The middle band: "did you mean …?" instead of a guess. The second time in a row the support line stands beside it."""

    intent = "preguntar_intencion"
    is_topic = False
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Ask with a button for each choice."""
        choices: list[dict[str, Any]] = list(turn.tracker.latest_message.get("choices") or [])[:MOST_CHOICES]
        if turn.tracker.latest_message.get("left_over"):
            _name_what_is_left(turn, reply)
            return
        if mentions(turn, WHOM_TO_CALL):
            say_line(turn, reply, again=True)
            return
        if not choices:
            say_not_understood(turn, reply)
            return
        if turn.audience == "visitor" and all(map(_is_of_an_account, choices)):
            say_how_to_identify(turn, reply, "cuenta")  # whichever it is, that is the answer
            return
        buttons = tuple(Button(choice["title"][:MAX_BUTTON_TITLE], choice["intent"]) for choice in choices)
        again = failures(turn) > 0
        if again:
            say_with_line(turn, reply, "utter_preguntar_intencion_otra_vez", buttons=buttons)
        else:
            reply.say("utter_preguntar_intencion", buttons=buttons)
        # asking never escalates by itself: the customer may still press a button
        reply.remember(SLOT_FAILURES, max(failures(turn), 1))


def _is_of_an_account(choice: Mapping[str, Any]) -> bool:
    return bool(choice["intent"].startswith(("consultar_", "listar_")) and choice["intent"] != "consultar_linea")


def _name_what_is_left(turn: Turn, reply: Reply) -> None:
    """What the message asks beyond what was answered, in its own words; each can be asked by a button, where its beginning tells it from the others."""
    left: list[dict[str, Any]] = list(turn.tracker.latest_message["choices"])
    named = [f"«{words.excerpt(each['title'], MOST_OF_A_QUESTION)}»" for each in left]
    offered = [(words.excerpt(each["title"], MAX_BUTTON_TITLE - 1), each) for each in left[:MOST_CHOICES]]
    told_apart = {title for title, number in Counter(title for title, _ in offered).items() if number == 1}
    buttons = tuple(Button(title, each["intent"], text=each["title"]) for title, each in offered if title in told_apart)
    reply.say("utter_lo_demas", temas=words.join_names(named[:MOST_NAMED]), buttons=buttons)


class NotUnderstood(AssistantAction):
    """Refused by the classifier: other words, please; then the support line with a folio."""

    intent = "no_entendi"
    is_topic = False
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Ask for other words, or escalate."""
        say_not_understood(turn, reply)


def _said_of_identity(turn: Turn, reply: Reply) -> bool:
    desk = turn.sees(DataClass.NAME)
    if mentions(turn, _PHISHING):
        reply.vary("utter_no_cubierto_contrasena", "utter_quien_eres_oficial_otra")
        say_line(turn, reply)
    elif desk is not None and asks_of_others(turn):
        say_not_yours(desk, reply)
    elif desk is not None and mentions(turn, _WHO_ELSE):
        wordings = ("utter_quien_eres_otra_persona", "utter_quien_eres_sesion")
        reply.vary(*(reversed(wordings) if turn.frame.asked is Asked.HOW else wordings), cliente=desk.name)
    elif turn.audience == "visitor" and mentions(turn, _TO_BE_LET_IN):
        say_how_to_identify(turn, reply, "entrar")
    elif asks_of_others(turn):
        say_how_to_identify(turn, reply, "cuenta")
    else:
        return False
    return True


def say_not_understood(turn: Turn, reply: Reply) -> None:
    """First failure: other words, with examples. Second in a row: a folio and the line. After that the line alone."""
    if shows_card(turn):
        say_uncovered(turn, reply, CARD)
        return
    so_far = failures(turn) + 1
    reply.remember(SLOT_FAILURES, so_far)
    waiting = turn.tracker.get_slot(SLOT_PENDING)
    if so_far > FAILURES_TO_ESCALATE:
        say_with_line(turn, reply, "utter_no_entendi_otra_vez")
    elif so_far == FAILURES_TO_ESCALATE:
        say_with_line(turn, reply, "utter_no_entendi_escala", folio=escalate(turn, reply, NOT_UNDERSTOOD))
    elif waiting and turn.servers:
        reply.remember(SLOT_PENDING, waiting)
        reply.say("utter_no_entendi_servidor", buttons=waiting_buttons(turn, waiting))
    elif not turn.text or any(each.isalnum() for each in turn.text):
        reply.say("utter_no_entendi")
    else:  # "???" says nothing that could be understood
        reply.say("utter_saludar_aqui")


def _confidence(turn: Turn) -> float:
    return float((turn.tracker.latest_message.get("intent") or {}).get("confidence", 1.0))


def beside_answer(turn: Turn) -> bool:
    """Whether this is the second half of a message whose first one was answered."""
    return bool(turn.tracker.latest_message.get("beside_answer"))


def failures(turn: Turn) -> int:
    """Messages in a row that were not understood or only asked about, before this one."""
    return int(turn.tracker.get_slot(SLOT_FAILURES) or 0)
