"""Greetings, thanks, small talk, yes and no out of context, and what the assistant can do."""

from __future__ import annotations

from actions.base import TalkAction, waiting_buttons
from actions.say import Reply
from actions.turn import SLOT_FAILURES, SLOT_PENDING, Turn
from bot.identity.levels import DataClass


class Greet(TalkAction):
    """By name when the customer is known; a question that waits for a server is taken up instead of offering others."""

    intent = "saludar"

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Greet."""
        desk = turn.sees(DataClass.NAME)
        if desk is None:
            reply.say("utter_saludar")
        elif turn.tracker.get_slot(SLOT_PENDING):
            reply.say("utter_saludar_en_espera", cliente=desk.name)
        else:
            reply.say("utter_saludar_conocido", cliente=desk.name)


class SayGoodbye(TalkAction):
    """Goodbye: whatever waited is dropped."""

    intent = "despedirse"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Say goodbye."""
        reply.say("utter_despedirse")
        if turn.tracker.get_slot(SLOT_PENDING):
            reply.remember(SLOT_PENDING, None)


class Thank(TalkAction):
    """You are welcome."""

    intent = "agradecer"
    resumes = False


class AreYouABot(TalkAction):
    """Always the truth: an assistant, not a person."""

    intent = "preguntar_si_es_bot"
    resumes = False


class Help(TalkAction):
    """What it can do, with three ways to go on."""

    intent = "pedir_ayuda"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Questions on the account for those who can ask them."""
        reply.say("utter_pedir_ayuda_conocido" if turn.servers else "utter_pedir_ayuda")


class Chat(TalkAction):
    """Small talk, a joke, an emoji: short, and no telephone number, because nothing is wrong."""

    intent = "charla"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """A joke for those who ask for one."""
        said = str(turn.tracker.latest_message.get("text") or "").casefold()
        reply.say("utter_charla_chiste" if "chiste" in said else "utter_charla")


class Yes(TalkAction):
    """A yes that chose no button: to "which server?" it is no answer, so the question is put again."""

    intent = "afirmar"

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Ask what for."""
        waiting = turn.tracker.get_slot(SLOT_PENDING)
        if waiting and turn.servers:
            reply.remember(SLOT_PENDING, waiting)
            reply.say("utter_cual_servidor", buttons=waiting_buttons(turn, waiting))
        else:
            reply.say("utter_afirmar")


class No(TalkAction):
    """A no that chose no button: what waited is dropped, and what was not understood stays not understood."""

    intent = "negar"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Ask for other words."""
        reply.say("utter_negar")
        if turn.tracker.get_slot(SLOT_PENDING):
            reply.remember(SLOT_PENDING, None)
        failures = turn.tracker.get_slot(SLOT_FAILURES)
        if failures:
            reply.remember(SLOT_FAILURES, failures)
