"""What an action decides: which answers of the YAML, with which values, buttons, readings and effects.

`Reply.send` is the only place that speaks the SDK's dispatcher format.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.protocol.state import ONCE, State

Values = dict[str, Any]
"""Values of an answer, text ready to read, prepared in one place and unpacked into `say`."""
_BRACES = str.maketrans("{}", "()")


@dataclass(frozen=True)
class Button:
    """An offered choice whose title is data (a server's alias, ≤ 20 characters) and what choosing it means. Never a typed command.

    `text`: the words of the message that it stands for, where these are not all. Buttons with a fixed title are written in the YAML, beneath their
    answer.
    """

    title: str
    intent: str
    entities: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    def to_rasa(self) -> dict[str, str]:
        """Rasa's button shape; the payload is read by our dialogue channel only, a customer never sees or sends it."""
        meaning = {"intent": self.intent, "entities": dict(self.entities)} | ({"text": self.text} if self.text else {})
        return {"title": self.title, "payload": json.dumps(meaning)}


@dataclass(frozen=True)
class Reading:
    """One live value that was told: where it comes from and when it was read. Kept in the ledger with the reply."""

    source: str
    field: str
    value: str
    read_at: datetime
    server: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """JSON shape of the turn protocol."""
        return {"source": self.source, "server": self.server, "field": self.field, "value": self.value, "read_at": self.read_at.isoformat()}


def _unbraced(value: str) -> str:
    """Live text may hold braces; in an answer they would be taken for a placeholder that nobody filled, and the turn would be lost."""
    return value.translate(_BRACES) if isinstance(value, str) else value


@dataclass
class Reply:
    """The growing result of one action.

    What would tell a reading that `hides` names is left out, and `withheld` says which ("payment status"): it is not enough proved who is asking.
    """

    messages: list[dict[str, Any]] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    effects: list[dict[str, Any]] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    state: State = field(default_factory=State)
    told: list[str] = field(default_factory=list)
    servers: list[str] = field(default_factory=list)  # aliases of those that the answer is about
    aside: bool = False  # it is about none of the topics: what was talked about before stays so
    supposed: str = ""  # what the answer supposes, for a question that goes on from it
    hides: Callable[[Reading], bool] = field(default=lambda _: False)
    withheld: set[str] = field(default_factory=set)
    headless: bool = False  # what was left out would have come first: the rest leans on it
    sends_to_line: bool = False  # even where its number was just told and is not told again
    is_to_anger: bool = False  # it answers a complaint or an insult that asks nothing

    @property
    def gives_line(self) -> bool:
        """Whether it sends to the support line, by its paragraph or in a text of its own."""
        return self.sends_to_line or any("telefono" in message for message in self.messages)

    @property
    def offers_buttons(self) -> bool:
        """Whether buttons made here (not those of the YAML) stand beneath it."""
        return any(message["buttons"] for message in self.messages)

    def say(self, response: str, *, buttons: tuple[Button, ...] = (), readings: tuple[Reading, ...] = (), **values: str) -> None:
        """Say the answer `response` (a key of the YAML) filled with `values`; every value is text ready to read."""
        hidden = {f"{reading.source} {reading.field}" for reading in readings if self.hides(reading)}
        if hidden:
            self.headless = self.headless or not self.messages
            self.withheld |= hidden
            return
        told = {name: _unbraced(value) for name, value in values.items()}
        self.messages.append({"response": response, "buttons": [button.to_rasa() for button in buttons], **told})
        self.readings.extend(readings)
        self.told.append(_mark(response, values))

    def add(self, response: str, *, buttons: tuple[Button, ...] = (), readings: tuple[Reading, ...] = (), **values: str) -> bool:
        """Say it unless the last answers said it, word for word; whether it was said. For rules, reasons and what to do next, never for a lead."""
        if self.state.knows(_mark(response, values)):
            return False
        self.say(response, buttons=buttons, readings=readings, **values)
        return True

    def add_once(self, response: str, *, buttons: tuple[Button, ...] = (), **values: str) -> bool:
        """Say it unless it was said before in this episode."""
        if self.state.knows(f"{ONCE}{response}"):
            return False
        self.say(response, buttons=buttons, readings=(), **values)
        self.told.append(f"{ONCE}{response}")
        return True

    def vary(self, *responses: str, readings: tuple[Reading, ...] = (), **values: str) -> str:
        """Say one of several wordings, the best first: one that the last answers did not say, else the one said longest ago; which it was."""
        chosen = min(responses, key=self._last_told)
        self.say(chosen, buttons=(), readings=readings, **values)
        return chosen

    def put_before(self, *responses: str) -> None:
        """Begin with one of several wordings, chosen as in `vary`."""
        self.vary(*responses)
        self.messages.insert(0, self.messages.pop())

    @property
    def repeats_the_last(self) -> bool:
        """Whether the last answer said all of it, word for word; never where something is done."""
        return not self.effects and all(self.state.told_last(said) for said in self.told if not said.startswith(ONCE))

    def add_answer(self, say: Callable[[Reply], None]) -> bool:
        """Add what `say` says of the live state, unless the last answers began as it begins, even with newer values; whether it was added."""
        draft = Reply(slots=dict(self.slots), state=self.state, hides=self.hides)
        say(draft)
        self._withholds_as(draft)
        if not draft.messages or self.told_lately(draft.messages[0]["response"]):
            return False
        self.take_over(draft)
        return True

    def take_over(self, draft: Reply) -> None:
        """Add all of another reply of this turn."""
        self._withholds_as(draft)
        self.messages += draft.messages
        self.readings += draft.readings
        self.effects += draft.effects
        self.told += draft.told
        self.servers += draft.servers
        self.slots |= draft.slots
        self.supposed = draft.supposed or self.supposed
        self.aside = self.aside or draft.aside
        self.sends_to_line = self.sends_to_line or draft.sends_to_line
        self.is_to_anger = self.is_to_anger or draft.is_to_anger

    def _withholds_as(self, draft: Reply) -> None:
        self.headless = self.headless or (draft.headless and not self.messages)
        self.withheld |= draft.withheld

    def told_lately(self, *responses: str) -> bool:
        """Whether the last answers said one of these, with whatever values."""
        return any(self._last_told(response) >= 0 for response in responses)

    def _last_told(self, response: str) -> int:
        turns = [turn for said, turn in self.state.told.items() if said.startswith(f"{response}:") and self.state.knows(said)]
        return max(turns, default=-1)

    def says(self, response: str) -> bool:
        """Whether this answer was said already."""
        return any(message["response"] == response for message in self.messages)

    def take_back(self, heading: str) -> None:
        """Leave out `heading` when nothing was said beneath it."""
        if self.messages and self.messages[-1]["response"] == heading:
            self.messages.pop()

    def effect(self, kind: str, **payload: Any) -> None:
        """Ask the gateway to change the world once this turn is committed."""
        self.effects.append({"kind": kind, "payload": payload})

    def remember(self, slot: str, value: Any) -> None:
        """Set a slot of the episode."""
        self.slots[slot] = value

    def send(self, dispatcher: CollectingDispatcher) -> list[dict[str, Any]]:
        """Hand the messages to the SDK and return the slot events; readings and effects ride on the first message."""
        for position, message in enumerate(self.messages):
            extra = {}
            if position == 0 and (self.readings or self.effects):
                extra = {"readings": [reading.to_json() for reading in self.readings], "effects": self.effects}
            dispatcher.utter_message(json_message=extra, **message)
        return [SlotSet(name, value) for name, value in self.slots.items()]


def _mark(response: str, values: Mapping[str, str]) -> str:
    """A short name of what is said with these values: the same words have the same mark."""
    return f"{response}:{zlib.crc32(repr(sorted(values.items())).encode()):x}"
