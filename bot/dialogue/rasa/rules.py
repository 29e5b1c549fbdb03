"""Rasa's rule policy for rules that are written with intents, which all of ours are.

Stock, each prediction compares every rule with the conversation, twice at each message: once in case a rule names the customer's very
words, which none does, and once with the intent. Here the first is left out, and what the second found is remembered: the same
intents, actions and slots lead to the same action.
"""

from __future__ import annotations

import copy
from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

MOST_REMEMBERED = 2048
NOT_PART = frozenset({"timestamp", "metadata"})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class IntentRulePolicy(RulePolicy):
    """Chooses the same actions as `RulePolicy` where no rule holds a customer's words."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._predicted: dict[tuple[Any, ...], PolicyPrediction] = {}

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """As stock; worked out once for each course that a conversation can have taken as far as rules can see."""
        course = _course(tracker)
        if course not in self._predicted:
            if len(self._predicted) >= MOST_REMEMBERED:
                self._predicted.clear()
            self._predicted[course] = super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
        return copy.copy(self._predicted[course])

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        if use_text_for_last_user_input:
            return None, None, False
        found: tuple[str | None, str | None, bool] = super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
        return found


def _course(tracker: DialogueStateTracker) -> tuple[Any, ...]:
    """All of a conversation that a rule by intents can depend on: intents and entities, actions, slots that influence the talk."""
    steps: list[Any] = []
    for event in tracker.applied_events():
        if isinstance(event, UserUttered):
            entities = sorted((str(e.get("entity")), str(e.get("role")), str(e.get("group"))) for e in event.entities)
            steps.append((event.type_name, event.intent_name, *entities))
        elif isinstance(event, ActionExecuted):
            steps.append((event.type_name, event.action_name, event.action_text))
        elif isinstance(event, SlotSet):
            slot = tracker.slots.get(event.key)
            if slot is not None and slot.influence_conversation:
                steps.append((event.type_name, event.key, repr(event.value)))
        elif not isinstance(event, BotUttered):  # no rule sees what was said, and no answer to a customer is kept here
            steps.append(tuple(sorted((name, str(value)) for name, value in event.as_dict().items() if name not in NOT_PART)))
    return tuple(steps)
