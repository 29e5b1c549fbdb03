"""Our rule policy chooses what Rasa's chooses, for every intent and at every step of a turn."""

from __future__ import annotations

import pytest

from bot.commands.train import known_intents
from bot.dialogue.models import fitting_model
from tests.support.rasa import quiet_imports

with quiet_imports():
    import bot.dialogue.rasa  # noqa: F401 - before Rasa

    # isort: split
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.dialogue.action_client import ActionEndpoint
    from bot.dialogue.engine import Engine
    from bot.dialogue.rasa.rules import IntentRulePolicy

INTENTS = sorted({*known_intents(), "nlu_ask", "nlu_refuse", "no_such_intent"})


class Both:
    def __init__(self, engine: Engine) -> None:
        nodes = engine.processor.graph_runner._nodes.values()
        self.ours = next(node._component for node in nodes if isinstance(node._component, IntentRulePolicy))
        context = ExecutionContext(GraphSchema({}))
        self.stock = RulePolicy(
            self.ours.config, self.ours._model_storage, self.ours._resource, context, self.ours.featurizer, self.ours.lookup
        )
        self.domain: Domain = engine.processor.domain

    def predict(self, policy: RulePolicy, events: list) -> tuple:
        tracker = DialogueStateTracker.from_events("c", events, slots=self.domain.slots)
        found = policy.predict_action_probabilities(tracker, self.domain)
        best = self.domain.action_names_or_texts[max(range(len(found.probabilities)), key=lambda n: found.probabilities[n])]
        return best, list(found.probabilities), [type(event) for event in found.events], found.is_no_user_prediction

    def agree(self, events: list) -> str:
        ours, again, stock = (self.predict(policy, events) for policy in (self.ours, self.ours, self.stock))
        assert ours == again == stock
        return ours[0]


@pytest.fixture(scope="module")
def both() -> Both:
    model = fitting_model()
    assert model is not None, "no model fits the data: run `python -m bot train`"
    return Both(Engine(model, ActionEndpoint(("http://127.0.0.1:9",), "x" * 40)))


def user(intent: str) -> UserUttered:
    return UserUttered("¿cuándo vence?", {"name": intent, "confidence": 0.9})


@pytest.mark.parametrize("intent", INTENTS)
def test_every_step_of_a_turn(both: Both, intent: str) -> None:
    before = [SlotSet("tema", "consultar_suscripcion"), SlotSet("fallos", 1)]
    for start in ([], [ActionExecuted("action_listen")], [*before, ActionExecuted("action_listen")], before):
        chosen = both.agree([*start, user(intent)])
        both.agree([*start, user(intent), ActionExecuted(chosen)])


@pytest.mark.parametrize("intent", INTENTS)
def test_after_another_turn(both: Both, intent: str) -> None:
    first = user("consultar_suscripcion")
    earlier = [first, ActionExecuted("action_consultar_suscripcion"), SlotSet("servidor", "SIERRA-01"), ActionExecuted("action_listen")]
    second = both.agree([*earlier, user(intent)])
    third = both.agree([*earlier, user(intent), ActionExecuted(second)])
    assert third == "action_listen" or intent not in both.domain.intents


@pytest.mark.parametrize("intent", INTENTS)
def test_what_was_said_changes_nothing(both: Both, intent: str) -> None:
    said = [BotUttered("Tu servidor vence mañana.", {"custom": {"readings": [{"value": "2026-11-24"}]}}), BotUttered("Línea de soporte")]
    chosen = both.agree([user(intent)])
    assert both.agree([user(intent), ActionExecuted(chosen), *said]) == both.agree([user(intent), ActionExecuted(chosen)])


def test_predictions_are_remembered_without_what_was_said(both: Both) -> None:
    asked = [user("faq_factura"), ActionExecuted("action_faq_factura")]
    both.agree([*asked, BotUttered("uno", {"custom": {"readings": []}})])
    remembered = len(both.ours._predicted)
    for text in ("dos", "tres"):
        both.agree([*asked, BotUttered(text, {"custom": {"readings": [{"value": text}]}})])
    assert len(both.ours._predicted) == remembered
    assert "dos" not in str(list(both.ours._predicted))
