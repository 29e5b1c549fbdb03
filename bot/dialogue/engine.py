"""Runs one turn on a loaded Rasa model: understand, predict, act, collect. All or nothing.

Rasa's `MessageProcessor` does the dialogue; the pieces that make it stateless and honest about failures are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.action_client import ActionEndpoint
from bot.dialogue.bursts import stands_alone
from bot.dialogue.channel import CollectingChannel, effects_of, reply_of, saying_more, without_repeats
from bot.dialogue.rasa.events import remember_event_classes
from bot.dialogue.rasa.graph import DirectGraphRunner
from bot.dialogue.rasa.metadata import read_without_training_graph
from bot.dialogue.rasa.remote_action import call_our_actions
from bot.dialogue.reading import Understanding
from bot.dialogue.store import RequestTrackerStore
from bot.dialogue.turn import RunningTurn, current_turn
from bot.dialogue.understanding import SLOT_OFFER, SLOT_WAITING, understand
from bot.errors import EpisodeUnreadable, TurnAborted
from bot.protocol.state import SLOT, State, read_state
from bot.protocol.turn import TurnRequest

KEPT_EVENTS = frozenset({"action", "session_started", "user", "slot"})
WAIT = {"wait": True}
NOT_YOURS = "utter_servidor_no_es_tuyo"  # who named a server that is none of theirs has not asked for another one
USER_PARTS = ("intent", "entities", "text", "decision")


class Engine:
    """A loaded model and its connection to the actions."""

    def __init__(self, model: Path, endpoint: ActionEndpoint) -> None:
        call_our_actions()
        remember_event_classes()
        read_without_training_graph()
        self._endpoint = endpoint
        self.model = model
        self._agent = Agent(lock_store=InMemoryLockStore(), action_endpoint=endpoint, tracker_store=RequestTrackerStore(None))
        self._agent.load_model(model)
        self.processor.graph_runner = DirectGraphRunner(self.processor.graph_runner)

    @property
    def processor(self) -> MessageProcessor:
        """Rasa's processor of the loaded model."""
        processor = self._agent.processor
        if processor is None:
            raise TurnAborted("no model is loaded")
        return processor

    async def warm(self) -> None:
        """Understand one message, so that the first customer does not pay for lazy imports and caches."""
        await understand(self.processor, "hola, ¿cuándo vence mi servidor y cómo pago?", None, State())

    async def run(self, request: TurnRequest) -> dict[str, Any]:
        """The answer of `POST /turn`. Raises TurnAborted, EpisodeUnreadable; nothing of an aborted turn remains."""
        request = replace(request, events=_begun(request.events))
        turn = RunningTurn(request.turn, request.conversation, request.token, request.correlation, request.attempt)
        reset = current_turn.set(turn)
        try:
            return await self._run(request, turn)
        finally:
            current_turn.reset(reset)

    async def _run(self, request: TurnRequest, turn: RunningTurn) -> dict[str, Any]:
        turn.tracker = self._tracker_of(request)
        text = "\n".join(message.text for message in request.messages)
        button = request.messages[-1].button if len(request.messages) == 1 else None
        slots = _slots_of(request.events)
        state = read_state(slots.get(SLOT))
        if state.situation is None and request.level > 0 and button is None:
            state = replace(state, situation=await self._endpoint.situation(request.token, request.correlation))
        parts = await understand(
            self.processor,
            text,
            button,
            state,
            visitor=request.level == 0,
            offer=slots.get(SLOT_OFFER),
            waiting=(slots.get(SLOT_WAITING) or {}).get("intent"),
        )
        if request.may_wait and not stands_alone(parts):
            return WAIT
        replies, effects, channel = [], [], CollectingChannel(request.channel)
        for position, part in enumerate(parts):
            turn.messages, turn.actions = [], []
            await self._handle(request, part, position, channel)
            if turn.failure:
                raise TurnAborted(turn.failure)
            replies.append(reply_of(turn.messages, turn.actions))
            effects.extend(effects_of(turn.messages))
        kept = saying_more(replies)
        replies, parts = [replies[position] for position in kept], [parts[position] for position in kept]
        turn.tracker.update(SlotSet(SLOT_OFFER, _only_offer(replies, parts[-1].text)))
        return {
            "replies": without_repeats(replies),
            "events": _to_carry_on(request.events, list(turn.tracker.events)[len(request.events) :]),
            "understood": [part.to_json() for part in parts],
            "effects": effects,
        }

    def _tracker_of(self, request: TurnRequest) -> DialogueStateTracker | None:
        """The episode so far; None for a new one. Made here, because Rasa would forget the episode when its events cannot be read."""
        if not request.events:
            return None
        try:
            tracker = DialogueStateTracker.from_dict(request.conversation, request.events, self.processor.domain.slots)
        except Exception as error:
            raise EpisodeUnreadable(f"a stored event cannot be read: {type(error).__name__}") from None
        if len(tracker.events) != len(request.events):
            raise EpisodeUnreadable("a stored event cannot be read: unknown kind")
        return tracker

    async def _handle(self, request: TurnRequest, part: Understanding, position: int, channel: CollectingChannel) -> None:
        message = UserMessage(
            text=part.text,
            output_channel=channel,
            sender_id=request.conversation,
            parse_data=part.parse_data,
            input_channel=channel.name(),
            message_id=f"{request.turn}#{position}",
        )
        await self.processor.handle_message(message)

    async def close(self) -> None:
        """Close the connection to the actions."""
        await self._endpoint.close()


def _begun(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events of an episode; one that starts from what the ledger knows (slots alone) is begun as Rasa begins a session."""
    if not events or any(event.get("event") != "slot" for event in events):
        return events
    at = events[0].get("timestamp")
    first = {"event": "action", "timestamp": at, "name": "action_session_start"}, {"event": "session_started", "timestamp": at}
    return [*first, *events, {"event": "action", "timestamp": at, "name": "action_listen"}]


def _slots_of(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {event["name"]: event.get("value") for event in events if event.get("event") == "slot"}


def _only_offer(replies: list[dict[str, Any]], text: str) -> dict[str, Any] | None:
    """What a yes to these replies will mean: their one button and the message that it answers; None when there is none or a choice."""
    buttons = [button for reply in replies if NOT_YOURS not in reply["responses"] for button in reply["buttons"]]
    if len(buttons) != 1:
        return None
    (only,) = buttons
    return {"intent": only["intent"], "entities": only["entities"], "text": only["text"] or text}


def _to_carry_on(earlier: list[dict[str, Any]], new: Sequence[Event]) -> list[dict[str, Any]]:
    """What the next turn of the episode starts from: the slots as they stood, then this turn.

    Our rules look at nothing older, so a turn costs the same however long the conversation is.
    """
    kept = [_slim(event.as_dict()) for event in new if event.type_name in KEPT_EVENTS]
    begun = next((n for n, event in enumerate(kept) if event["event"] == "user"), 0)
    slots = {event["name"]: event for event in [*earlier, *kept[:begun]] if event["event"] == "slot"}
    return [*slots.values(), *kept[begun:]]


def _slim(event: dict[str, Any]) -> dict[str, Any]:
    """An event as the ledger keeps it: no token, no metadata, of the parse only what replaying needs."""
    slim = {key: value for key, value in event.items() if key != "metadata" and value is not None}
    if slim.get("event") == "user":
        slim["parse_data"] = {key: value for key, value in slim.get("parse_data", {}).items() if key in USER_PARTS}
    return slim
