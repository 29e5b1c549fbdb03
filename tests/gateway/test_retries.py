"""The dialogue fails in every way it can: the message is kept, told once in Spanish, answered once when it is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from harness.dialogue import StandIn
from tests.gateway.client import Visitor, all_answered, answers, each_answered_once, notices
from tests.gateway.conftest import FAST

FAILURES = ["503", "500", "html", "garbage", "empty", "blank"]
PATIENT = replace(FAST, delay_notice_after=timedelta(0))


@pytest.fixture
async def impatient(start):
    """A gateway that tells of a delay at once."""
    return await start(timings=PATIENT)


@pytest.fixture
async def waiting(impatient):
    async with Visitor(impatient.url("/")) as someone:
        await someone.open()
        yield someone


@pytest.mark.parametrize("mode", FAILURES)
async def test_a_failed_turn_is_tried_again_until_it_is_answered(gateway, visitor: Visitor, mode: str) -> None:
    gateway.dialogue.mode = mode
    await visitor.send("hola")
    while len(gateway.dialogue.turns) < 3:
        await visitor.messages()
    gateway.dialogue.mode = "ok"
    assert (await visitor.answer_to(1))["text"] == "eco: hola"
    turns = gateway.dialogue.turns
    assert len({turn["turn"] for turn in turns}) == 1  # the same id on every retry
    assert all(turn["events"] == [] for turn in turns)  # nothing of a failed turn was kept
    assert len(answers(await visitor.messages())) == 1


async def test_nobody_listens(gateway, visitor: Visitor) -> None:
    await gateway.dialogue.stop()
    assert (await visitor.send("hola"))[0] == 202
    assert (await visitor.send("¿y mi factura?"))[0] == 202
    await gateway.dialogue.start()
    messages = await visitor.until(lambda all_of: len(answers(all_of)) == 2)
    assert [m["text"] for m in answers(messages)] == ["eco: hola", "eco: ¿y mi factura?"]


async def test_a_dialogue_that_hangs_is_left(start) -> None:
    gateway = await start(timings=replace(FAST, turn_seconds=0.1))
    gateway.dialogue.mode = "hang"
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.send("hola")
        while len(gateway.dialogue.turns) < 2:
            await visitor.messages()
        gateway.dialogue.mode = "ok"
        assert (await visitor.answer_to(1))["text"] == "eco: hola"
        assert len(answers(await visitor.messages())) == 1


async def test_another_process_answers_when_the_first_is_gone(start, dialogue) -> None:
    gateway = await start(dialogue_urls=("http://127.0.0.1:9", dialogue.url))
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        for n in range(4):
            await visitor.ask(f"n={n}")
    assert len(dialogue.turns) == 4


@pytest.fixture
async def other():
    """A second dialogue process."""
    standin = StandIn()
    await standin.start()
    yield standin
    standin.release.set()
    await standin.stop()


@pytest.mark.parametrize("mode", ["hang", "500", "html", "garbage"])
async def test_another_process_answers_when_the_first_is_not_well(start, dialogue, other, mode: str) -> None:
    patient = replace(FAST, turn_seconds=60.0, try_seconds=0.3, back_off_first=timedelta(hours=1), back_off_most=timedelta(hours=1))
    gateway = await start(dialogue_urls=(dialogue.url, other.url), timings=patient)
    dialogue.mode = mode
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        for n in range(6):
            await visitor.ask(f"n={n}")  # within one attempt: after a failed one an hour would pass
    assert len(other.turns) == 6
    assert len(dialogue.turns) <= 2  # the one that found out, and one that looked again


async def test_a_turn_that_was_aborted_is_not_asked_for_twice_at_once(start, dialogue, other) -> None:
    gateway = await start(dialogue_urls=(dialogue.url, other.url), timings=replace(FAST, back_off_first=timedelta(hours=1)))
    dialogue.mode = other.mode = "503"
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.send("hola")
        while 'outcome="postponed"' not in (await visitor.call("GET", "/metrics"))[1].decode():
            pass
    assert len(dialogue.turns) + len(other.turns) == 1


def test_nobody_waits_thirty_seconds_for_hung_processes() -> None:
    from bot.timings import Timings

    timings = Timings()
    hung_gateway = timings.lease_life.total_seconds() + timings.poll_seconds
    hung_actions = 3.0  # bot/dialogue/action_client.py, which loads Rasa
    assert hung_actions < timings.try_seconds
    assert hung_gateway + timings.try_seconds + hung_actions < 30


async def test_a_wrong_internal_secret_loses_nothing(start) -> None:
    gateway = await start(internal_secret="another-internal-secret-0000000000001", timings=PATIENT)
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.send("hola")
        messages = await visitor.until(notices)
    assert answers(messages) == []
    assert gateway.dialogue.turns == []


async def test_a_customer_who_waits_is_told_once_in_spanish(impatient, waiting: Visitor) -> None:
    impatient.dialogue.mode = "503"
    for n in range(3):
        await waiting.send(f"n={n}")
    (notice,) = notices(await waiting.until(notices))
    assert notice["text"].startswith("Recibimos tu mensaje.")
    assert impatient.settings.support_phone in notice["text"]
    assert notice["author"] == "bot"
    seen = len(impatient.dialogue.turns)
    while len(impatient.dialogue.turns) < seen + 5:
        await waiting.messages()
    impatient.dialogue.mode = "ok"
    messages = await waiting.until(all_answered)
    assert each_answered_once(messages, "n=0", "n=1", "n=2")
    first_answer = messages.index(answers(messages)[0])
    assert len(notices(messages[:first_answer])) == 1


async def test_the_next_outage_is_told_again(impatient, waiting: Visitor) -> None:
    for n in (1, 2):
        impatient.dialogue.mode = "503"
        await waiting.send("hola")
        await waiting.until(lambda all_of, n=n: len(notices(all_of)) == n)
        impatient.dialogue.mode = "ok"
        messages = await waiting.until(lambda all_of, n=n: len(answers(all_of)) == n)
    assert len(notices(messages)) == 2


async def test_the_notice_waits_six_seconds_of_the_clock(start) -> None:
    gateway = await start(timings=replace(FAST, turn_seconds=60.0))
    gateway.dialogue.mode = "hang"
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.send("hola")
        gateway.clock.forward(seconds=-30)  # a clock that goes back tells nobody
        for _ in range(5):
            assert notices(await visitor.messages()) == []
        gateway.clock.forward(seconds=37)
        assert len(notices(await visitor.until(notices))) == 1
        gateway.dialogue.mode = "ok"
        gateway.dialogue.release.set()
        await visitor.answer_to(1)


def test_a_customer_is_told_within_ten_seconds() -> None:
    from bot.timings import Timings

    timings = Timings()
    assert timings.delay_notice_after + 2 * timedelta(seconds=timings.poll_seconds) <= timedelta(seconds=10)


def test_the_attempts_last_ten_minutes_and_wait_never_long() -> None:
    from bot.timings import Timings

    timings = Timings()
    waits = [timings.back_off(n, jitter) for n in range(1, 40) for jitter in (0.0, 1.0)]
    assert max(waits) <= timedelta(seconds=25)
    assert timings.back_off(1, 0.0) < timings.back_off(2, 0.0) < timings.back_off(3, 0.0)
    assert timings.park_attempts == 8
    assert timings.park_after >= timedelta(minutes=10)


async def test_a_message_is_given_up_after_its_attempts_and_those_behind_it_go_on(start) -> None:
    gateway = await start(timings=replace(FAST, park_attempts=3, park_after=timedelta(0)))
    gateway.dialogue.script["veneno"] = {"replies": "not a list"}
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.send("veneno")
        await visitor.send("hola")
        assert (await visitor.answer_to(3))["text"] == "eco: hola"
        (notice,) = notices(await visitor.messages())
    assert gateway.settings.support_phone in notice["text"]
    assert notice["in_reply_to"] == 1
    assert [turn["messages"][0]["text"] for turn in gateway.dialogue.turns] == ["veneno"] * 3 + ["hola"]


async def test_attempts_alone_do_not_give_a_message_up(start) -> None:
    gateway = await start(timings=replace(FAST, park_attempts=3, park_after=timedelta(minutes=10)))
    gateway.dialogue.mode = "503"
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.send("hola")
        while len(gateway.dialogue.turns) < 6:
            await visitor.messages()
        assert not any("línea de soporte" in m["text"] for m in await visitor.messages())
        gateway.clock.forward(minutes=11)
        await visitor.until(lambda all_of: any("línea de soporte" in m["text"] for m in all_of))


async def test_a_request_the_dialogue_calls_malformed_is_not_tried_again(gateway, visitor: Visitor) -> None:
    gateway.dialogue.mode = "422"
    await visitor.send("hola")
    assert len(notices(await visitor.until(notices))) == 1
    assert len(gateway.dialogue.turns) == 1


async def known_to_be_away(visitor: Visitor) -> None:
    told = ""
    while "gateway_outage 1.0" not in told:
        told = (await visitor.call("GET", "/metrics"))[1].decode()


async def test_what_waited_comes_forward_when_the_dialogue_is_back(start) -> None:
    slow = replace(FAST, back_off_first=timedelta(hours=1), back_off_most=timedelta(hours=1))
    gateway = await start(timings=slow)
    await gateway.dialogue.stop()
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.send("hola")
        await known_to_be_away(visitor)
        await gateway.dialogue.start()
        assert (await visitor.answer_to(1))["text"] == "eco: hola"


async def test_what_waited_comes_forward_when_the_actions_are_back(start) -> None:
    slow = replace(FAST, back_off_first=timedelta(hours=1), back_off_most=timedelta(hours=1))
    gateway = await start(timings=slow)
    gateway.dialogue.mode, gateway.dialogue.ready = "503", False
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.send("hola")
        await known_to_be_away(visitor)
        gateway.dialogue.mode, gateway.dialogue.ready = "ok", True
        assert (await visitor.answer_to(1))["text"] == "eco: hola"


async def test_a_gateway_that_dies_in_the_middle_leaves_the_message_to_the_next(start) -> None:
    first = await start(timings=replace(FAST, drain_seconds=0.0, turn_seconds=60.0))
    first.dialogue.mode = "hang"
    async with Visitor(first.url("/")) as visitor:
        await visitor.open()
        await visitor.send("hola")
        while not first.dialogue.turns:
            await visitor.messages()
        await first.server.close()
        first.dialogue.mode = "ok"
        second = await start()
        visitor.base = second.url("/").rstrip("/")
        second.clock.forward(seconds=31)  # its lease has ended
        assert (await visitor.answer_to(1))["text"] == "eco: hola"
        assert len(answers(await visitor.messages())) == 1


async def test_two_gateways_on_one_ledger_answer_each_message_once(start) -> None:
    one, other = await start(), await start()
    async with Visitor(one.url("/")) as visitor:
        await visitor.open()
        bases = [one.url("/").rstrip("/"), other.url("/").rstrip("/")]
        for n in range(12):
            visitor.base = bases[n % 2]
            await visitor.send(f"n={n}")
        messages = await visitor.until(all_answered)
    texts = [f"n={n}" for n in range(12)]
    assert each_answered_once(messages, *texts)
    assert [message["text"] for turn in one.dialogue.turns for message in turn["messages"]] == texts
