"""The comparison is worth what the stock project is worth: nothing of ours may be lost on the way to it."""

import importlib

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from benchmarks.stock import bench_actions
from benchmarks.stock.project import NOT_UNDERSTOOD, config, project_files
from benchmarks.workload import DESKS
from bot import clock
from bot.accounts.demo import demo_rows, seed
from bot.accounts.models import VirtualServer
from bot.database import open_database
from bot.migrations import upgrade
from bot.nlu.data import read_examples
from bot.settings import ROOT


@pytest.fixture(scope="module")
def project():
    return {name: yaml.safe_load(text) for name, text in project_files(epochs=7).items()}


def test_every_example_is_learned_under_its_intent(project):
    learned = [
        (block["intent"], line.removeprefix("- ")) for block in project["data/nlu.yml"]["nlu"] for line in block["examples"].splitlines()
    ]
    assert sorted(learned) == sorted((example.intent, example.text) for example in read_examples())


def test_no_intent_is_lost(project):
    ours = set(yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"])
    decided_by_our_classifier = {"nlu_ask", "nlu_refuse"}
    assert set(project["domain.yml"]["intents"]) == ours - decided_by_our_classifier


def test_every_intent_calls_a_custom_action_of_its_own(project):
    called = {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in project["data/rules.yml"]["rules"]}
    assert called.pop("nlu_fallback") == NOT_UNDERSTOOD
    assert called == {intent: f"action_{intent}" for intent in project["domain.yml"]["intents"]}
    assert {*called.values(), NOT_UNDERSTOOD} == set(project["domain.yml"]["actions"])


def test_stories_teach_what_the_rules_say(project):
    called = {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in project["data/rules.yml"]["rules"]}
    told = set()
    for story in project["data/stories.yml"]["stories"]:
        asked, did = story["steps"][::2], story["steps"][1::2]
        assert [called[step["intent"]] for step in asked] == [step["action"] for step in did]
        told |= {step["intent"] for step in asked}
    assert told == set(project["domain.yml"]["intents"])


def test_all_our_answers_are_there_and_buttons_are_written_for_rasa(project):
    texts = [yaml.safe_load(path.read_text(encoding="utf-8")).get("responses") or {} for path in (ROOT / "data" / "nlu").glob("*.yml")]
    ours = {key: [variant["text"] for variant in variants] for part in texts for key, variants in part.items()}
    stock = project["domain.yml"]["responses"]
    assert {key: [variant["text"] for variant in variants] for key, variants in stock.items()} == ours
    payloads = [button["payload"] for variants in stock.values() for variant in variants for button in variant.get("buttons", ())]
    assert payloads
    assert all(payload.startswith("/") for payload in payloads)


def test_the_pipeline_is_stock(project):
    config = project["config.yml"]
    assert all("." not in part["name"] for part in [*config["pipeline"], *config["policies"]]), "a class of our own"
    assert [part["epochs"] for part in [*config["pipeline"], *config["policies"]] if "epochs" in part] == [7, 7]


def test_the_policy_that_rasa_init_adds_is_added_when_asked_for():
    stock, more = ([policy["name"] for policy in config(2, unexpected=asked)["policies"]] for asked in (False, True))
    assert stock == ["MemoizationPolicy", "RulePolicy", "TEDPolicy"]
    assert more == ["MemoizationPolicy", "RulePolicy", "UnexpecTEDIntentPolicy", "TEDPolicy"]


def test_the_action_server_registers_every_action(project, monkeypatch):
    monkeypatch.setenv(bench_actions.ACTIONS_VARIABLE, " ".join(project["domain.yml"]["actions"]))
    try:
        assert [each().name() for each in importlib.reload(bench_actions).CLASSES] == project["domain.yml"]["actions"]
    finally:
        monkeypatch.undo()
        importlib.reload(bench_actions)


@pytest.mark.parametrize("desk", DESKS)
async def test_an_action_names_every_server_of_the_customer_in_a_text_of_ours(desk, tmp_path, monkeypatch, project):
    url = f"sqlite:///{tmp_path}/accounts.db"
    upgrade(url, "accounts")
    async with open_database(url) as database:
        await seed(database, clock.now())
    monkeypatch.setenv("ACCOUNTS_DATABASE_URL", url)
    monkeypatch.setattr(bench_actions, "_open", [])
    dispatcher = CollectingDispatcher()
    try:
        await bench_actions.StockAction().run(dispatcher, Tracker(f"{desk}.3", {}, {}, [], False, None, {}, None), {})
    finally:
        await bench_actions.accounts().close()
    said = dispatcher.messages
    assert {row.alias for row in demo_rows(desk, clock.now()) if isinstance(row, VirtualServer)} == {each.get("servidor") for each in said}
    assert all(each["response"] in project["domain.yml"]["responses"] for each in said)
