"""A custom action over our own connection (bot/dialogue/action_client.py), in the place of Rasa's RemoteAction.

Stock Rasa sends every event and the whole domain with each call, and lets the processor swallow whatever goes wrong.
"""

from __future__ import annotations

from typing import Any

import rasa.core.actions.action as rasa_actions
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.turn import RunningTurn, current_turn
from bot.errors import TurnAborted

LATEST = ("text", "frame", "intent", "entities", "choices", "beside_answer", "left_over")
"""What an action is told of the message."""


class TurnAction(rasa_actions.RemoteAction):
    """A custom action of the running turn; any failure is noted there, because the processor would hide it."""

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        """Call the action, render what it says, return its events."""
        del domain
        turn = current_turn.get()
        turn.actions.append(self.name())
        try:
            result = await self.action_endpoint.call(_call(self.name(), tracker, turn), turn.correlation)
            said = await self._utter_responses(result["responses"], output_channel, nlg, tracker)
            if len(said) != len(result["responses"]):
                raise TurnAborted("an answer is missing in the YAML")  # noqa: TRY301 - one place notes every failure
            return [*said, *deserialise_events(result["events"])]
        except Exception as error:
            turn.fail(f"{self.name()}: {type(error).__name__}: {error}")
            raise


def call_our_actions() -> None:
    """Rasa makes a TurnAction wherever it would make a RemoteAction."""
    rasa_actions.RemoteAction = TurnAction


def _call(action: str, tracker: DialogueStateTracker, turn: RunningTurn) -> dict[str, Any]:
    message = tracker.latest_message
    parse_data = dict(message.parse_data) if message else {}
    latest = {key: parse_data.get(key) for key in LATEST if parse_data.get(key) is not None}
    latest["metadata"] = {"turn_token": turn.token, "attempt": turn.attempt}
    state = {
        "sender_id": tracker.sender_id,
        "slots": tracker.current_slot_values(),
        "latest_message": latest,
        "events": [],
        "paused": False,
        "followup_action": None,
        "active_loop": {},
        "latest_action_name": tracker.latest_action_name,
        "latest_input_channel": None,
        "latest_event_time": None,
    }
    return {"next_action": action, "sender_id": tracker.sender_id, "tracker": state}
