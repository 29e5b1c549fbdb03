"""Rasa's rule policy for rules that are written with intents, which all of ours are.

Stock, each prediction compares every rule with the conversation, twice at each message: once in case a rule names the customer's very
words, which none does, and once with the intent. Here the first is left out, and what the second found is remembered: the same
intent after the same action leads to the same rules.
"""

from __future__ import annotations

from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

MOST_REMEMBERED = 2048


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class IntentRulePolicy(RulePolicy):
    """Chooses the same actions as `RulePolicy` where no rule holds a customer's words."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._remembered: dict[tuple[int, str], frozenset[str]] = {}
        self._learning = False

    def train(self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """As stock; nothing is remembered while the rules change."""
        self._learning = True
        try:
            return super().train(training_trackers, domain, **kwargs)
        finally:
            self._learning = False

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        if use_text_for_last_user_input:
            return None, None, False
        found: tuple[str | None, str | None, bool] = super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
        return found

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        if self._learning:
            return set(super()._get_possible_keys(lookup, states))
        key = id(lookup), repr(states)
        if key not in self._remembered:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = frozenset(super()._get_possible_keys(lookup, states))
        return set(self._remembered[key])
