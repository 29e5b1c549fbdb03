"""A tracker store that lives for one request: events come in with the turn and leave with its answer.

Nothing is shared between requests, so a retried turn starts from the same events and gives the same result
(design section 3; facts/reliability.md section 1 tells what the stock stores lose).
"""

from __future__ import annotations

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.turn import current_turn


class RequestTrackerStore(TrackerStore):
    """Keeps the tracker of the running turn in that turn."""

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of the running turn; None for a new episode."""
        del sender_id
        return current_turn.get().tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the tracker with the running turn."""
        current_turn.get().tracker = tracker

    async def delete(self, sender_id: str) -> None:
        """Forget the tracker of the running turn."""
        del sender_id
        current_turn.get().tracker = None

    async def keys(self) -> list[str]:
        """No conversation outlives its request."""
        return []
