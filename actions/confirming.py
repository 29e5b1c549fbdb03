"""A missing proof is asked for in the conversation, where a one-time code can give it: the question waits, and is answered when the code is right.

What becomes of asking (sent, sent just now, not for a while) only the gateway knows: it says so beneath the answer.
"""

from __future__ import annotations

from typing import Any, Literal

from actions.say import Reply
from actions.turn import Turn
from actions.whose import asks_of_others


def ask_for_code(turn: Turn, reply: Reply, question: Literal["faq", "cuenta", "entrar"]) -> bool:
    """Ask whoever is known too little for a code, or say once that one can be had where only the rule was asked; whether that was possible."""
    to = turn.code_goes_to
    if to is None or asks_of_others(turn):
        return False
    if question == "cuenta":
        reply.say("utter_codigo_falta")
        reply.effect("send_code", desk=turn.claims.identity.desk, to=to, question=_question(turn))
    else:
        reply.add_once("utter_codigo_se_puede")
    return True


def _question(turn: Turn) -> dict[str, Any]:
    """What is asked again once it is confirmed who asks: the words, or the button that was pressed."""
    if turn.is_read:
        return {"text": turn.text}
    entities = {str(each["entity"]): each["value"] for each in turn.entities if "start" not in each}
    return {"text": turn.text, "intent": turn.frame.intent, "entities": entities, "title": ""}
