"""A question of ours stands in one block of its topic's NLU file, in domain.yml and in one rule: this names whichever is missing.

`docs/howto/add-a-faq.md` leads here: after each step, what is still missing is what this test says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pytest
import yaml

from tests.actions.rendering import ROOT, executor, responses_by_file

DECIDED_BY_CLASSIFIER = frozenset({"nlu_ask", "nlu_refuse"})  # never trained: no examples, no title
LONGEST_TITLE = 20
FAQ = "faq_que_es"


@dataclass(frozen=True)
class Sources:
    """What the files say. A stem is a topic's file name without its ending."""

    titles: dict[str, dict[str, list[str]]]  # intent → stem → the title of each block of examples ("" when it has none)
    answers: dict[str, str]  # key → stem
    intents: frozenset[str]
    domain_actions: frozenset[str]
    rules: dict[str, list[tuple[str, str]]]  # intent → (stem, action) of each rule
    actions: frozenset[str]  # those that the actions process knows

    @property
    def names(self) -> list[str]:
        """Every intent that any file speaks of; `utter_faq_x_…` is another answer to `faq_x`."""
        named = set(self.titles) | self.intents | set(self.rules)
        answered = {key.removeprefix("utter_") for key in self.answers if key.startswith("utter_faq_")}
        return sorted(named | {name for name in answered if not any(name.startswith(f"{intent}_") for intent in named)})


def missing(intent: str, found: Sources) -> list[str]:
    """What this intent still needs, each with the file it belongs in."""
    stems = sorted(found.titles.get(intent, {})) or sorted({stem for stem, _ in found.rules.get(intent, [])})
    topic = stems[0] if stems else "<topic>"
    trained = intent not in DECIDED_BY_CLASSIFIER
    return [
        *(_in_nlu(intent, topic, found) if trained else []),
        *([] if intent in found.intents else [f"its name under intents: in domain.yml: {intent}"]),
        *_in_stories(intent, topic, found),
    ]


def _in_nlu(intent: str, topic: str, found: Sources) -> list[str]:
    blocks, file = found.titles.get(intent, {}), f"data/nlu/{topic}.yml"
    told = [] if blocks else [f"examples in {file}"]
    if len(blocks) > 1:
        told.append(f"examples in one file only, not in {', '.join(f'{stem}.yml' for stem in sorted(blocks))}")
    titles = {title for each in blocks.values() for title in each}
    if "" in titles:
        told.append(f"a title beside each block of its examples in {file}")
    if len(titles - {""}) > 1:
        told.append(f"one title, not {', '.join(sorted(titles - {''}))}, in {file}")
    told += [f"a title of at most {LONGEST_TITLE} characters, not {title!r}, in {file}" for title in titles if len(title) > LONGEST_TITLE]
    if intent.startswith("faq_") and found.answers.get(f"utter_{intent}") != topic:
        told.append(f"its answer utter_{intent} in {file}")
    return told


def _in_stories(intent: str, topic: str, found: Sources) -> list[str]:
    rules, file = found.rules.get(intent, []), f"data/stories/{topic}.yml"
    if not rules:
        return [f"a rule in {file}"]
    told = [f"its rule in {file}, not in {stem}.yml" for stem, _ in rules if stem != topic]
    if len(rules) > 1:
        told.append(f"one rule, not {len(rules)}, in {file}")
    for action in sorted({action for _, action in rules}):
        if action not in found.domain_actions:
            told.append(f"its rule's action under actions: in domain.yml: {action}")
        if action not in found.actions:
            told.append(f"its rule's action in actions/{topic}.py: {action}")
    return told


@lru_cache(maxsize=1)
def sources() -> Sources:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    return Sources(
        titles=_titles(),
        answers={key: file.removesuffix(".yml") for file, responses in responses_by_file().items() for key in responses},
        intents=frozenset(domain["intents"]),
        domain_actions=frozenset(domain["actions"]),
        rules=_rules(),
        actions=frozenset(executor().actions),
    )


def _titles() -> dict[str, dict[str, list[str]]]:
    titles: dict[str, dict[str, list[str]]] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in _load(path.read_text(encoding="utf-8")).get("nlu") or []:
            title = (block.get("metadata") or {}).get("title", "")
            titles.setdefault(block["intent"], {}).setdefault(path.stem, []).append(title)
    return titles


def _rules() -> dict[str, list[tuple[str, str]]]:
    rules: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((ROOT / "data" / "stories").glob("*.yml")):
        for rule in _load(path.read_text(encoding="utf-8"))["rules"]:
            asked, said = rule["steps"]
            rules.setdefault(asked["intent"], []).append((path.stem, said["action"]))
    return rules


def _load(text: str) -> dict[str, Any]:
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@pytest.mark.parametrize("intent", sources().names)
def test_an_intent_has_everything_it_needs(intent):
    assert missing(intent, sources()) == []


def test_a_topic_has_the_same_name_everywhere():
    stems = {path.stem for path in (ROOT / "data" / "nlu").glob("*.yml")} - {
        "across",
        "shared",
        "sets",
        "situation",
        "suppositions",
    }  # answers of every topic
    assert stems == {path.stem for path in (ROOT / "data" / "stories").glob("*.yml")}
    assert stems <= {path.stem for path in (ROOT / "actions").glob("*.py")}


def without(intent: str, table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key != intent}


GONE: dict[str, tuple[Callable[[Sources], Sources], str]] = {
    "examples": (lambda s: replace(s, titles=without(FAQ, s.titles)), "examples in data/nlu/service.yml"),
    "title": (lambda s: replace(s, titles={**s.titles, FAQ: {"service": ["Qué es", ""]}}), "a title beside each block of its examples"),
    "answer": (lambda s: replace(s, answers=without(f"utter_{FAQ}", s.answers)), f"its answer utter_{FAQ} in data/nlu/service.yml"),
    "name": (lambda s: replace(s, intents=s.intents - {FAQ}), f"its name under intents: in domain.yml: {FAQ}"),
    "rule": (lambda s: replace(s, rules=without(FAQ, s.rules)), "a rule in data/stories/service.yml"),
    "other topic": (lambda s: replace(s, rules={**s.rules, FAQ: [("backup", f"action_{FAQ}")]}), "its rule in data/stories/service.yml"),
    "domain": (lambda s: replace(s, domain_actions=s.domain_actions - {f"action_{FAQ}"}), "its rule's action under actions: in domain.yml"),
    "action": (lambda s: replace(s, actions=s.actions - {f"action_{FAQ}"}), "its rule's action in actions/service.py"),
}


@pytest.mark.parametrize("what", GONE)
def test_whatever_is_missing_is_named_alone(what):
    take_away, told = GONE[what]
    found = missing(FAQ, take_away(sources()))
    assert [line.startswith(told) for line in found] == [True], found
