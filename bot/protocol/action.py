"""An action: what the dialogue asks the actions (`POST /webhook`, in the SDK's own shape), and what it accepts as their result.

An unknown shape raises ValueError and aborts the turn: Rasa would go on without the answer.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from bot.protocol.turn import Effect, ReadValue


class ActionCall(Struct, frozen=True):
    """Run `next_action` on this tracker."""

    next_action: Annotated[str, Meta(min_length=1)]
    tracker: dict[str, Any]
    sender_id: str = ""


class SetSlot(Struct, frozen=True):
    """The only event that our actions return."""

    event: Literal["slot"]
    name: str
    value: Any = None


class PayloadButton(Struct, frozen=True):
    """A button as Rasa writes it; its payload is an intent's name or our JSON."""

    title: str
    payload: str


class Provenance(Struct, frozen=True):
    """What stands behind an answer, and what it asks for."""

    readings: list[ReadValue] = []
    effects: list[Effect] = []


class Response(Struct, frozen=True):
    """An answer of the YAML to be said. Its values stand beside these fields, under their own names."""

    response: Annotated[str, Meta(pattern="^utter_")]
    buttons: list[PayloadButton] = []
    custom: Provenance = Provenance()


class Situation(Struct, frozen=True):
    """What is the matter with an account, in words for the reader (`POST /situation`); no values. None: it was not read."""

    words: Annotated[tuple[str, ...], Meta(max_length=20)] | None


class SituationAsked(Struct, frozen=True):
    """Whose it is stands in the turn token."""

    turn_token: str


class _Result(Struct, frozen=True):
    events: list[SetSlot]
    responses: Annotated[list[Response], Meta(min_length=1)]


_call = msgspec.json.Decoder(ActionCall)
_asked, _situation = msgspec.json.Decoder(SituationAsked), msgspec.json.Decoder(Situation)
_object = msgspec.json.Decoder(dict[str, Any])


def read_call(body: bytes) -> ActionCall:
    """A call of an action. Raises ValueError or RecursionError when it is none."""
    return _call.decode(body)


def read_situation_asked(body: bytes) -> SituationAsked:
    """Whose situation is asked for. Raises ValueError or RecursionError."""
    return _asked.decode(body)


def read_situation(body: bytes) -> Situation:
    """A situation. Raises ValueError or RecursionError."""
    return _situation.decode(body)


def read_action_result(body: bytes) -> dict[str, Any]:
    """An action's result as Rasa wants it: {"events", "responses"}, with all values of the answers. Raises ValueError, RecursionError."""
    result = _object.decode(body)
    msgspec.convert(result, _Result)
    return result
