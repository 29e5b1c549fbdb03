"""Whatever goes wrong inside a turn aborts it whole: 503, nothing kept, nothing of the customer's words told; later it works."""

from __future__ import annotations

import logging

import pytest
import structlog

from bot.processes import Pool
from harness.ports import free_port
from tests.dialogue.desk import FAULTS, STAY_AWAY, Desk, steady

QUESTION = "¿cuándo vence mi servidor?"
TWO = "¿Cuándo vence mi servidor? ¿Y cómo puedo pagarlo?"
SECRETIVE = "¿cuándo vence mi servidor, el de Panfilo Xochitiotzin?"


async def aborted(desk: Desk, body: dict) -> dict:
    status, answer = await desk.post(body)
    assert status == 503, answer
    assert set(answer) == {"error", "message"}
    assert answer["error"] in {"turn_aborted", "turn_failed"}
    return answer


async def unreadable(desk: Desk, body: dict) -> dict:
    status, answer = await desk.post(body)
    assert (status, answer["error"]) == (409, "unreadable_episode"), answer
    assert set(answer) == {"error", "message"}
    return answer


@pytest.mark.parametrize("fault", [*FAULTS, *STAY_AWAY])
async def test_an_action_that_fails_aborts_the_turn_and_the_retry_answers(desk: Desk, monkeypatch, fault):
    monkeypatch.setattr(desk.endpoint, "timeout_seconds", 0.3 if fault == "hangs" else 8.0)
    body = desk.body(QUESTION, "C-1002")
    desk.door.mode = fault
    await aborted(desk, body)
    assert len(desk.door.calls) >= 1
    desk.door.opened()
    monkeypatch.undo()
    status, retried = await desk.post(body)
    assert status == 200
    assert steady(retried) == steady(await desk.turn(QUESTION, "C-1002"))


async def test_no_actions_process_aborts_the_turn(desk: Desk, monkeypatch):
    monkeypatch.setattr(desk.endpoint, "pool", Pool([f"http://127.0.0.1:{free_port()}"]))
    await aborted(desk, desk.body(QUESTION, "C-1002"))
    monkeypatch.undo()
    await desk.turn(QUESTION, "C-1002")


@pytest.mark.parametrize("fault", ["error 500", "unknown key", "no JSON"])
async def test_when_the_second_question_fails_the_first_is_not_answered_either(desk: Desk, fault):
    whole = await desk.turn(TWO, "C-1002")
    assert len(whole["replies"]) == 2
    desk.door.opened()
    desk.door.mode, desk.door.fails_from = fault, 2
    await aborted(desk, desk.body(TWO, "C-1002"))
    assert len(desk.door.calls) == 2
    desk.door.opened()
    assert steady(await desk.turn(TWO, "C-1002")) == steady(whole)


async def test_nothing_of_an_aborted_turn_reaches_the_next(desk: Desk):
    """Same conversation, same process: the next turn knows only the events it is given."""
    alone = await desk.turn("¿y el otro?", "C-1009", conversation="fresh")
    desk.door.mode = "error 500"
    await aborted(desk, desk.body("¿cuándo vence SIERRA-02?", "C-1009"))
    desk.door.opened()
    assert steady(await desk.turn("¿y el otro?", "C-1009")) == steady(alone)
    (call,) = desk.door.calls[-1:]
    assert [name for name, value in call["tracker"]["slots"].items() if value is not None] == []


@pytest.mark.parametrize(
    "event",
    [
        {"event": "banana"},
        {"event": "topic"},
        {"event": ""},
        {"event": "user"},
        {"event": "user", "text": "hola", "parse_data": None},
        {"event": "user", "text": "hola", "parse_data": {"intent": None}},
        {"event": "slot"},
        {"event": "slot", "name": ["x"], "value": 1},
        {"event": "action"},
        {"event": "slot", "name": "no_such_slot", "value": 1},
        {"event": "slot", "name": "tema", "value": {"a": 1}},
        {"event": "slot", "name": "pregunta_pendiente", "value": "x"},
    ],
    ids=str,
)
async def test_a_strange_stored_event_is_no_crash(desk: Desk, event):
    """What cannot be read is told apart from a failure; what can must not shift which events are new."""
    status, answer = await desk.post(desk.body(QUESTION, "C-1002", events=[event]))
    assert status in {200, 409, 503}, answer  # 503: an action stumbled over what it says
    if status == 200:
        assert [each["text"] for each in answer["events"] if each["event"] == "user"] == [QUESTION]
    await desk.turn(QUESTION, "C-1002")


@pytest.mark.parametrize(
    "event", [{"event": "banana"}, {"event": "topic"}, {"event": "slot"}, {"event": "user", "text": "hola", "parse_data": None}], ids=str
)
async def test_an_unreadable_stored_event_asks_for_a_fresh_episode(desk: Desk, event):
    """The gateway forgets the episode and sends the same turn again, without events (tests/faults/test_unreadable_episode.py)."""
    body = desk.body(QUESTION, "C-1002", events=[event])
    await unreadable(desk, body)
    status, fresh = await desk.post({**body, "events": []})
    assert status == 200
    assert steady(fresh) == steady(await desk.turn(QUESTION, "C-1002"))


def as_at_info(caplog: pytest.LogCaptureFixture) -> None:
    """Log levels of bot/logs.py at LOG_LEVEL=INFO."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.WARNING, logger="rasa")


@pytest.mark.parametrize("fault", ["error 500", "no JSON", "unknown key", "restart event", "button of garbage", "breaks off"])
async def test_a_failure_tells_nothing_of_the_customer(desk: Desk, fault, capfd, caplog):
    as_at_info(caplog)
    desk.door.mode = fault
    body = desk.body(SECRETIVE, "C-1002")
    answer = await aborted(desk, body)
    told = str(answer) + caplog.text + "".join(capfd.readouterr())
    for private in ("Panfilo", "Xochitiotzin", body["token"], "C-1002", "HIDALGO"):
        assert private not in told


async def test_a_stored_event_that_cannot_be_read_is_not_told_either(desk: Desk, capfd, caplog):
    as_at_info(caplog)
    answer = await unreadable(desk, desk.body("hola", events=[{"event": "Panfilo", "text": "Xochitiotzin"}]))
    told = str(answer) + caplog.text + "".join(capfd.readouterr())
    assert "Panfilo" not in told
    assert "Xochitiotzin" not in told
