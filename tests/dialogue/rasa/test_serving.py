"""What takes Rasa's place while a turn is served does what Rasa's own does."""

from __future__ import annotations

import copy
import functools
import inspect

import pytest

from bot.dialogue.models import fitting_model
from tests.support.rasa import quiet_imports

with quiet_imports():
    import bot.dialogue.rasa  # noqa: F401 - before Rasa

    # isort: split
    import rasa.core.actions.action as rasa_actions
    import rasa.shared.core.events as rasa_events
    from rasa.core.channels.channel import UserMessage
    from rasa.core.processor import MessageProcessor
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.storage import ModelMetadata
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.shared.utils.common import all_subclasses

    from bot.dialogue.action_client import ActionEndpoint
    from bot.dialogue.engine import Engine
    from bot.dialogue.rasa import metadata
    from bot.dialogue.rasa.graph import DirectGraphRunner
    from bot.dialogue.rasa.remote_action import TurnAction


@pytest.fixture(scope="module")
def engine() -> Engine:
    model = fitting_model()
    assert model is not None, "no model fits the data: run `python -m bot train`"
    return Engine(model, ActionEndpoint(("http://127.0.0.1:9",), "x" * 40))


@pytest.mark.parametrize("text", ["¿cuándo vence mi servidor?", "hola", "xyz", "quiero mi factura de SIERRA-02 y el respaldo"])
def test_the_graph_gives_what_dasks_scheduler_gives(engine: Engine, text: str) -> None:
    ours = engine.processor.graph_runner
    assert isinstance(ours, DirectGraphRunner)
    stock = DaskGraphRunner.__new__(DaskGraphRunner)  # with the nodes that are loaded
    stock._graph_schema, stock._instantiated_nodes = ours._schema, ours._nodes
    stock._execution_context = next(iter(ours._nodes.values()))._execution_context
    target = engine.processor.model_metadata.nlu_target
    tracker = DialogueStateTracker.from_events("c", [])
    both = []
    for runner in (ours, stock):
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text=text, message_id="m")], PLACEHOLDER_TRACKER: tracker}
        both.append([message.as_dict() for message in runner.run(inputs=inputs, targets=[target])[target]])
    assert both[0] == both[1]


def test_every_class_of_events_is_found_as_rasa_finds_it(engine: Engine) -> None:
    del engine  # made: the classes are remembered
    for cls in all_subclasses(rasa_events.Event):
        if cls.type_name:
            slow = next(each for each in all_subclasses(rasa_events.Event) if each.type_name == cls.type_name)
            assert rasa_events.Event.resolve_by_type(cls.type_name).type_name == slow.type_name
    with pytest.raises(ValueError, match="Unknown event name"):
        rasa_events.Event.resolve_by_type("no such event")


def test_metadata_lack_the_graph_that_trained_and_nothing_else(engine: Engine) -> None:
    read = engine.processor.model_metadata
    assert read.train_schema.nodes == {}
    written = read.as_dict()
    stock, ours = (make(copy.deepcopy(written)) for make in (functools.partial(metadata._stock, ModelMetadata), ModelMetadata.from_dict))
    assert stock.as_dict() == ours.as_dict() == written
    assert "train_schema" not in inspect.getsource(MessageProcessor)


def test_rasa_makes_our_action_for_a_custom_one(engine: Engine) -> None:
    domain = engine.processor.domain
    made = rasa_actions.action_for_name_or_text("action_faq_factura", domain, engine._endpoint)
    assert type(made) is TurnAction
    assert made.action_endpoint is engine._endpoint


def test_our_action_is_run_as_rasas_is() -> None:
    stock = TurnAction.__mro__[1]
    assert stock.__name__ == "RemoteAction"
    assert list(inspect.signature(TurnAction.run).parameters) == list(inspect.signature(stock.run).parameters)
    assert list(inspect.signature(stock._utter_responses).parameters) == ["responses", "output_channel", "nlg", "tracker"]
