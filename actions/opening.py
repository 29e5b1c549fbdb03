"""The one word that may stand before an answer, decided here for every topic: it is to stay rare and short."""

from __future__ import annotations

from actions.mentions import mentions
from actions.say import Reply
from actions.trouble import BAD, worst_trouble
from actions.turn import Turn
from actions.whose import asks_of_others
from bot.protocol.frame import Asked, Move

_APOLOGIES = ("utter_perdon", "utter_sin_problema")
REGRETS = ("utter_lamento", "utter_lamento_entiendo")
_OWN_SLIP = r"perdon|me (?:equivoque|confundi|exprese)|quise decir|queria decir|dije mal|digo\b|pregunte mal|dedo"
_PUTS_RIGHT = (
    rf"no+\b|ni\b|pero|{_OWN_SLIP}|me refier|hablo de|habl[eo]\b|era\b|sino|mal\b|otr[oa]|pregunt|dije|pedi|quiero|ya\b|entend|repit"
)
"""Words without which nothing is put right: an apology for nothing puzzles."""
_NO_MORE_REGRET = r"lo sient|lo sentimos|pedi una disculpa|su perdon"


def say_before(turn: Turn, reply: Reply) -> None:
    """A word of apology where we were corrected, of regret, once an episode, where things are bad; never two in a row."""
    move = turn.frame.move
    if reply.told_lately(*_APOLOGIES, *REGRETS) or mentions(turn, _NO_MORE_REGRET):
        return
    corrects = move is Move.CORRECTS and turn.frame.asked is not Asked.SURE and mentions(turn, _PUTS_RIGHT)
    if corrects and not asks_of_others(turn):
        own_slip = mentions(turn, _OWN_SLIP)
        reply.say("utter_sin_problema" if own_slip else "utter_perdon")
    elif move is Move.COMPLAINS and (found := worst_trouble(turn)) and found[0] in BAD:
        reply.add_once(REGRETS[0])


def state_first(reply: Reply) -> None:
    """A regret stands behind the state of the one server that is told: who is angry wants to know first what is."""
    regrets = [each for each in reply.messages[:1] if each["response"] in REGRETS]
    if regrets and len(reply.messages) > 1 and len(reply.servers) <= 1:
        reply.messages[:2] = [reply.messages[1], *regrets]
