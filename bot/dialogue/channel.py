"""The private output channel: collects what Rasa says in this turn, and turns it into the replies of the turn protocol."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.dialogue.turn import current_turn
from bot.errors import TurnAborted

_UNFILLED = re.compile(r"\{\w+\}")
_BULLET = "• "
PARAGRAPH = "\n\n"


class CollectingChannel(OutputChannel):
    """Keeps every response of the turn whole, with its readings and effects.

    It goes by the name of the customer's channel, so that Rasa chooses those variations of an answer that were written for it.
    """

    def __init__(self, channel: str = "web") -> None:
        self._channel = channel

    def name(self) -> str:
        """The customer's channel."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Collect one response."""
        del recipient_id
        current_turn.get().messages.append(message)


def reply_of(messages: list[dict[str, Any]], actions: list[str]) -> dict[str, Any]:
    """One reply of the turn protocol from the responses of one question.

    Raises TurnAborted when nothing was said or a placeholder was left unfilled: silence and `{fecha}` are not answers.
    """
    text = joined(str(message.get("text") or "").strip() for message in messages)
    if not text:
        raise TurnAborted("the turn said nothing")
    if _UNFILLED.search(text):
        raise TurnAborted("an answer has an unfilled placeholder")
    extras = [message.get("custom") or {} for message in messages]
    return {
        "text": text,
        "buttons": [_button(button) for message in messages for button in message.get("buttons") or []],
        "actions": [name for name in actions if name.startswith("action_")],
        "responses": [message["utter_action"] for message in messages if message.get("utter_action")],
        "readings": [reading for extra in extras for reading in extra.get("readings", [])],
    }


def without_repeats(replies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Replies to several questions of one message; what a later reply says again is said once, there: the support line, be it with its folio."""
    kept = []
    for position, reply in enumerate(replies):
        later = {paragraph for other in replies[position + 1 :] for paragraph in other["text"].split(PARAGRAPH)}
        own = [each for each in reply["text"].split(PARAGRAPH) if not any(f"{other} ".startswith(f"{each} ") for other in later)]
        kept.append({**reply, "text": PARAGRAPH.join(own) or reply["text"]})
    return kept


def saying_more(replies: Sequence[Mapping[str, Any]]) -> list[int]:
    """Which replies to the questions of one message say something that none before them says; "Como te decía:" says nothing by itself."""
    kept: list[int] = []
    said: set[str] = set()
    for position, reply in enumerate(replies):
        own = {paragraph for paragraph in reply["text"].split(PARAGRAPH) if not paragraph.endswith(":")}
        if own - said or reply["buttons"] or not kept:
            kept.append(position)
        said |= own
    return kept


def effects_of(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The effects that the actions asked for."""
    return [effect for message in messages for effect in (message.get("custom") or {}).get("effects", [])]


def joined(texts: Any) -> str:
    """Texts as paragraphs; lines of a list stay together."""
    whole = ""
    for text in filter(None, texts):
        separator = "" if not whole else "\n" if text.startswith(_BULLET) else "\n\n"
        whole += separator + text
    return whole


def _button(button: dict[str, Any]) -> dict[str, Any]:
    """What a button means: JSON from an action, or just the intent's name when the button stands in the YAML."""
    payload = button["payload"]
    meaning = json.loads(payload) if payload.startswith("{") else {"intent": payload.lstrip("/")}
    return {"title": button["title"], "intent": meaning["intent"], "entities": meaning.get("entities", {}), "text": meaning.get("text", "")}
