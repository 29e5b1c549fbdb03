"""The turn: what the gateway asks the dialogue (`POST /turn`), and what comes back.

Typed here and nowhere else. `read_request` and `read_result` are the only way in: what does not fit raises ValueError, and a turn with a
result of an unknown shape is aborted.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

READ_CHARACTERS = 4096
"""So much of a message, or of several together, is read."""
Text = Annotated[str, Meta(pattern=r"\S")]
"""A text that says something."""
Decision = Literal["answered", "asked", "refused"]
EffectKind = Literal["resend_connection_mail", "escalate", "send_code"]
Event = dict[str, Any]
"""A Rasa event as Rasa writes it; it names its kind under "event"."""


class Button(Struct, frozen=True):
    """A pressed button: what it means, and its title."""

    intent: str
    entities: dict[str, Any] = {}
    title: str = ""


class Message(Struct, frozen=True):
    """A message to be answered: the typed text, or for a button the text that led to it."""

    text: str
    button: Button | None = None


class TurnRequest(Struct, frozen=True):
    """One turn. `turn` is the same on every retry, `attempt` counts them from 1; `events` are those of the open episode.

    `may_wait`: where the messages ask nothing yet the dialogue may answer Wait, and is asked again with what came after them.
    `token` says who is asking (`bot/identity/turn.py`), `channel` and `level` only help to choose words: nobody is believed for them.
    """

    turn: str
    conversation: str
    channel: str
    level: int
    token: str
    messages: Annotated[list[Message], Meta(min_length=1)]
    events: list[Event]
    attempt: int = 1
    correlation: str = ""
    may_wait: bool = False


class Choice(Struct, frozen=True):
    """A button to be offered: what it says, and what it means when pressed. `text`: the words it stands for, where these are not all that was asked."""

    title: str
    intent: str
    entities: dict[str, Any] = {}
    text: str = ""


class ReadValue(Struct, frozen=True):
    """One live value behind a reply, with the moment it was read."""

    source: str
    field: str
    value: str | None
    read_at: Annotated[datetime, Meta(tz=True)]
    server: str | None = None


class Reply(Struct, frozen=True):
    """The reply to one question, with what made it."""

    text: Text
    buttons: tuple[Choice, ...] = ()
    actions: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()
    readings: tuple[ReadValue, ...] = ()


class Ranked(Struct, frozen=True):
    """A label and its calibrated probability."""

    name: str
    confidence: float


class Understood(Struct, frozen=True):
    """What was understood of one part of the message; `ranking` holds the most probable labels, best first."""

    text: str
    decision: Decision
    intent: str | None
    ranking: tuple[Ranked, ...]
    entities: tuple[dict[str, Any], ...]
    via: str


class Effect(Struct, frozen=True):
    """A change of the world that the turn asks for; the gateway applies it, once."""

    kind: EffectKind
    payload: dict[str, Any]


class TurnResult(Struct, frozen=True):
    """Everything of a turn that went well: one reply for each question, and the events that the next turn starts from."""

    replies: Annotated[tuple[Reply, ...], Meta(min_length=1)]
    events: tuple[Event, ...]
    understood: tuple[Understood, ...]
    effects: tuple[Effect, ...] = ()


class Wait(Struct, frozen=True, forbid_unknown_fields=True):
    """Instead of a result: these messages ask nothing on their own yet. Nothing was done, and nothing is kept."""

    wait: bool

    def __post_init__(self) -> None:
        if not self.wait:
            raise ValueError("says neither what to answer nor to wait")


_request = msgspec.json.Decoder(TurnRequest)
_result = msgspec.json.Decoder(TurnResult)
_wait = msgspec.json.Decoder(Wait)
encode = msgspec.json.Encoder().encode
"""A request or a result as JSON."""


def read_request(body: bytes) -> TurnRequest:
    """A turn's request. Raises ValueError or RecursionError when it is none."""
    request = _request.decode(body)
    _check_events(request.events)
    return request


def read_result(body: bytes) -> TurnResult | Wait:
    """A turn's result, or that there is none yet. Raises ValueError or RecursionError when it is neither."""
    try:
        result = _result.decode(body)
    except msgspec.ValidationError:
        return _wait.decode(body)
    _check_events(result.events)
    return result


def _check_events(events: list[Event] | tuple[Event, ...]) -> None:
    """Rasa refuses a whole conversation for one event without a kind: none is sent, none is stored."""
    if not all(isinstance(event.get("event"), str) for event in events):
        raise ValueError("every event must name its kind")
