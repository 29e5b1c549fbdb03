"""Rasa graph component around the intent model: trains it, keeps it in Rasa's model archive, decides answer, ask or refuse.

Sets `intent` to the label, or to `nlu_ask` / `nlu_refuse`; `intent_ranking` always holds the trained labels. `choices` holds what a
customer may be asked about, with the titles that stand beside the examples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import dump_obj_as_json_to_file, read_json_file

from bot.nlu.asked import FILE, read_asked
from bot.nlu.context import turns_of
from bot.nlu.conversations import corpus_digest, read_corpus, read_situations
from bot.nlu.data import check_training_data
from bot.nlu.decision import NOT_OURS
from bot.nlu.kept import digest_of, keep, kept
from bot.nlu.model import IntentModel, Prediction
from bot.nlu.normalise import normalise
from bot.nlu.spanish import NORMALISED

if TYPE_CHECKING:
    from bot.nlu.training import TrainingReport

CONTEXT = "context"
"""The words of a message's context, in its metadata."""
EAGER = "eager"
"""Whether the message is answered from a lower probability on (answer_in_talk_from), in its metadata."""
ASK, REFUSE = "nlu_ask", "nlu_refuse"
RANKED = 10
log = structlog.get_logger()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedClassifier(GraphComponent):
    """Intent, calibrated probabilities and a decision for every message."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
        titles: dict[str, str] | None = None,
    ) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._model, self._titles = model, titles or {}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Settings in config.yml: see there."""
        return {"wrong_answer_rate": 0.03, "refuse_below": 0.12, "not_ours_above": 0.55, "answer_in_talk_from": 0.3}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """What it learns from beside the data that Rasa knows: a changed corpus makes another model."""
        del config
        return corpus_digest() + hashlib.sha256(FILE.read_bytes()).hexdigest()

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> CalibratedClassifier:
        """Rasa's factory before training."""
        del execution_context
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit, report, keep."""
        check_training_data(training_data)
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        taught = [(normalise(message.get(TEXT)), message.get(INTENT), _register(message)) for message in examples]
        digest = digest_of(self._config, taught, self.fingerprint_addon(self._config))
        folder = kept(digest)
        self._model = IntentModel.load(folder) if folder else self._learn(taught)
        if folder is None:
            keep(digest, self._model.save)
        self._model.thresholds = replace(self._model.thresholds, in_talk=self._config["answer_in_talk_from"])
        self._titles = {message.get(INTENT): title for message in examples if (title := _intent_metadata(message).get("title"))}
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
            dump_obj_as_json_to_file(folder / "titles.json", self._titles)
        return self._resource

    def _learn(self, taught: Sequence[tuple[str, str, str]]) -> IntentModel:
        from bot.nlu.training import train  # noqa: PLC0415 - a server never loads what it needs

        texts, labels, registers = ([row[column] for row in taught] for column in range(3))
        rates = (self._config["wrong_answer_rate"], self._config["refuse_below"], self._config["not_ours_above"])
        turns = list(turns_of(list(read_corpus(set(labels))), read_situations()))
        model, report = train(texts, labels, registers, *rates, turns, read_asked())
        _print_report(report)
        return model

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> CalibratedClassifier:
        """Rasa's factory for serving."""
        del execution_context
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, IntentModel.load(folder), read_json_file(folder / "titles.json"))

    def process(self, messages: list[Message]) -> list[Message]:
        """Classify, each within its context."""
        for message, prediction in zip(messages, self._read(messages), strict=True):
            name, confidence = prediction.ranking[0]
            if prediction.decision == "answered":
                name = prediction.best
            elif prediction.decision == "asked":
                name = ASK
            elif name not in NOT_OURS:
                name = REFUSE
            message.set(INTENT, {"name": name, "confidence": confidence}, add_to_output=True)
            ranking = [{"name": label, "confidence": probability} for label, probability in prediction.ranking[:RANKED]]
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set("decision", prediction.decision, add_to_output=True)
            message.set("acceptance", prediction.acceptance, add_to_output=True)
            choices = [{"intent": label, "title": self._titles.get(label, label)} for label in prediction.choices]
            message.set("choices", choices, add_to_output=True)
            message.set("parts", prediction.parts, add_to_output=True)
        return messages

    def _read(self, messages: list[Message]) -> list[Prediction]:
        assert self._model is not None
        told = [message.get(METADATA) or {} for message in messages]
        texts = [message.get(NORMALISED) for message in messages]
        return self._model.predict_all(texts, [each.get(CONTEXT, ()) for each in told], [bool(each.get(EAGER)) for each in told])


def _intent_metadata(message: Message) -> dict[str, Any]:
    return (message.get(METADATA) or {}).get(METADATA_INTENT) or {}


def _register(message: Message) -> str:
    return str(_intent_metadata(message).get("register", "neutral"))


def _print_report(report: TrainingReport) -> None:
    limits = report.thresholds
    print(  # noqa: T201 - training is a command, this is its output
        f"intent model: {report.examples} examples, {report.labels} labels; cross-validated over registers: "
        f"in-scope accuracy {report.accuracy:.3f}, wrong answers {report.wrong_answers:.3f}, asked {report.asked:.3f}; "
        f"answer from {limits.answer:.3f}, refuse below {limits.refuse:.2f}, softmax temperature {report.temperature:.3f}; {report.turns} turns of the corpus, accuracy {report.turns_accuracy:.3f}"
    )
