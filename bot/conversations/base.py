"""The declarative base of the ledger, and the words its state columns may hold.

States only go forward (except a retry, which returns a message to "received"); the constants stand here so that models,
constraints and queries cannot disagree.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import JSON, MetaData
from sqlalchemy.orm import DeclarativeBase

from bot.database import NAMING

Channel = Literal["web", "whatsapp"]
Owner = Literal["bot", "agent"]
Author = Literal["customer", "bot", "agent"]
Spoken = Literal["text", "answer", "notice", "greeting"]
"""Kinds of what we say; an agent's words are text, as a customer's are."""
Kind = Literal[
    "text", "answer", "notice", "greeting",
    "image", "audio", "video", "document", "sticker", "location", "contacts", "order", "unsupported",
]  # fmt: skip
InboundState = Literal["received", "processing", "answered", "failed", "with_agent", "noted"]
"""`noted`: kept for whoever reads the conversation, and owed no answer (too old, imported, told to somebody else)."""
Decision = Literal["answered", "asked", "refused"]
DeliveryState = Literal["pending", "sent", "delivered", "read", "failed", "ambiguous"]
CaseState = Literal["open", "solved", "expired"]
DueKind = Literal["call_back", "chat", "snooze", "later"]
DueState = Literal["open", "done", "not_reached", "cancelled", "left", "held_back"]
EffectState = Literal["pending", "done", "failed"]

PUSHING: frozenset[Channel] = frozenset({"whatsapp"})
"""Channels to which we carry each message ourselves, so that its way there is kept (deliveries); on the others the customer fetches it."""
WINDOWS: dict[Channel, timedelta] = {"whatsapp": timedelta(hours=24)}
"""So long after its customer last wrote a channel carries what we say, where it does so for some time only."""
OPEN_STATES: tuple[InboundState, ...] = ("received", "processing")

SILENCE = timedelta(minutes=30)
"""A conversation that was silent for longer starts a new episode."""
MAX_EVENTS = 300
"""Rasa events after which an episode is closed, so that no turn costs more than this many."""
BUTTON_LIFE = timedelta(hours=12)
"""How long after its answer a button may be pressed."""


class Base(DeclarativeBase):
    """Base of every table of the ledger."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {dict[str, Any]: JSON(none_as_null=True), list[Any]: JSON(none_as_null=True)}  # noqa: RUF012 (declared so by SQLAlchemy)
