"""Rasa graph component: safe text, normalised text and entities of every message."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entities import find_entities, make_language
from bot.nlu.normalise import normalise, plain_text

NORMALISED = "normalised"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class SpanishText(GraphComponent):
    """Sets `normalised` and `entities` on every message that is served."""

    def __init__(self) -> None:
        self._language = make_language()

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SpanishText:
        """Rasa's factory; nothing is configured or stored."""
        del config, model_storage, resource, execution_context
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Normalise and find entities."""
        for message in messages:
            text = plain_text(message.get(TEXT) or "")
            message.set(NORMALISED, normalise(text))
            message.set(ENTITIES, find_entities(self._language, text), add_to_output=True)
        return messages
