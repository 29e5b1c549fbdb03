"""Calls one custom action over a kept-alive connection, with little on the wire and a compiled check of the result.

Stock Rasa sends every event and the whole domain with each call, opens a connection for it, re-validates the schema itself
each time (40 of 52 ms a turn, house-style.md) and lets the processor swallow whatever goes wrong.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import aiohttp
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.turn import RunningTurn, current_turn
from bot.errors import TurnAborted
from bot.processes import Pool, first_answer
from bot.protocol.action import read_action_result

ACTION_TIMEOUT_SECONDS = 8.0
TRY_SECONDS = 3.0
"""For one process while there is another: an action that cannot read the live state gives up after 2 s and answers without."""
CONNECT_SECONDS = 2.0
LATEST = ("intent", "entities", "choices", "beside_answer")
"""What an action is told of the message."""


class ActionEndpoint:
    """Where custom actions are run. Stands in for Rasa's EndpointConfig, of which RemoteAction needs nothing else."""

    def __init__(self, urls: Sequence[str], secret: str, timeout_seconds: float = ACTION_TIMEOUT_SECONDS) -> None:
        self.pool = Pool(urls)
        self.timeout_seconds = timeout_seconds  # of one action, in all
        self.kwargs: dict[str, Any] = {}
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None

    async def call(self, body: dict[str, Any], correlation: str) -> dict[str, Any]:
        """Run one action, on the next process that is well: it reads only, so it may be tried again. All in all `timeout_seconds`.

        Raises aiohttp.ClientError, TimeoutError or ValueError.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(headers={"X-Internal-Secret": self._secret})
        ask = functools.partial(self._call, self._session, body, correlation)
        return await first_answer(self.pool, ask, (aiohttp.ClientError, ValueError), within=self.timeout_seconds, each=TRY_SECONDS)

    async def _call(self, session: aiohttp.ClientSession, body: dict[str, Any], correlation: str, url: str) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS)
        async with session.post(f"{url}/webhook", json=body, headers={"X-Correlation-Id": correlation}, timeout=timeout) as response:
            if response.status != 200:  # noqa: PLR2004
                raise ValueError(f"status {response.status}")
            return read_action_result(await response.read())

    async def close(self) -> None:
        """Close the kept connections."""
        if self._session is not None:
            await self._session.close()


class TurnAction(RemoteAction):
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
