"""Rasa walks all subclasses of Event for each event it reads; the classes do not change while we run, so they are found once."""

from __future__ import annotations

import functools

import rasa.shared.core.events as rasa_events
from rasa.shared.utils.common import all_subclasses


@functools.cache  # once, however many models are loaded
def remember_event_classes() -> None:
    """`Event.resolve_by_type` gives the same class as before; what it does not know it looks up as before."""
    by_name = {cls.type_name: cls for cls in all_subclasses(rasa_events.Event) if cls.type_name}
    original = rasa_events.Event.resolve_by_type

    def resolve(type_name: str, default: type | None = None) -> type | None:
        return by_name.get(type_name) or original(type_name, default)

    rasa_events.Event.resolve_by_type = staticmethod(resolve)
