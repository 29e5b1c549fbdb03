"""What was said reaches the platform: to whom, from which number, in order, once; and what becomes of it when it does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.whatsapp import graph as graph_module
from bot.channels.whatsapp import statuses
from bot.channels.whatsapp.codes import RULES, Do
from bot.channels.whatsapp.template import INVITED
from bot.conversations import cases
from bot.conversations.models import Delivery, Escalation
from tests.channels.whatsapp.conftest import NOON, NUMBER, SECOND, Person, World
from tests.channels.whatsapp.platform import TOKEN, answer, error, reset, take_and_hang, take_and_reset, taken
from tests.channels.whatsapp.updates import status

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


async def test_an_answer_goes_out_once_and_is_accepted_not_delivered(world: World, ana: Person) -> None:
    message = await ana.is_told("Vence el **28**.", "Sí", "No")
    await world.run()
    ((number, body),) = world.platform.asked
    assert (number, body["to"], body["biz_opaque_callback_data"]) == (NUMBER, "+5215510001001", f"{message}.0")
    assert body["interactive"]["body"]["text"] == "Vence el *28*."
    assert set(world.platform.tokens) == {f"Bearer {TOKEN}"}
    (delivery,) = await world.all(Delivery)
    assert (delivery.state, delivery.external_id, delivery.number, delivery.sent_at) == ("sent", "wamid.1", NUMBER, NOON)
    await world.run_for(MINUTE, 10 * SECOND)
    assert len(world.platform.asked) == 1
    assert world.metric("gateway_deliveries_total", channel="whatsapp", outcome="sent") == 1


async def test_who_has_no_number_is_reached_by_id(world: World) -> None:
    someone = await world.person(None, user_id="MX.13490000000000000001", privacy_notice_at=NOON)
    await someone.writes()
    await someone.is_told("Hola.")
    await world.run()
    assert world.platform.taken[0]["recipient"] == "MX.13490000000000000001"


async def test_who_has_no_address_is_left_to_agents(world: World) -> None:
    someone = await world.person(None)
    await someone.writes()
    await someone.is_told("Hola.")
    await world.run()
    assert (await world.deliveries(), await world.cases()) == ([("failed", "no address")], ["whatsapp_no_entregado"])


async def test_the_answer_comes_from_the_number_that_was_written_to(open_world: Any) -> None:
    world = open_world(whatsapp_phone_number_id=(NUMBER, "107"))
    someone = await world.person(privacy_notice_at=NOON)
    await someone.writes(number="107")
    await someone.is_told("Hola.")
    await world.run()
    assert world.platform.asked[0][0] == "107"
    world.forward(SECOND)
    await someone.writes(number="999")  # a number that is not ours any more
    await someone.is_told("Hola.")
    await world.run()
    assert world.platform.asked[1][0] == NUMBER


async def test_privacy_is_the_last_line_of_the_first_answer(world: World) -> None:
    someone = await world.person()
    await someone.writes()
    await someone.is_told("Estamos revisando.", kind="notice")
    await someone.is_told("Hola.", "Sí")
    await someone.is_told("Adiós.")
    await world.run()
    notice = "El servicio Servidor virtual usa tus datos solo para responderte, dar seguimiento a tu caso y mejorar la atención. "
    notice += "Aviso de privacidad completo: https://empresa.example/aviso_de_privacidad"
    assert world.platform.said == ["Estamos revisando.", f"Hola.\n\n{notice}", "Adiós."]
    assert (await someone.row()).privacy_notice_at == NOON


async def test_privacy_is_told_again_where_the_first_answer_failed(world: World) -> None:
    someone = await world.person()
    await someone.writes()
    world.platform.script = [error(100)]
    for words in ("Uno.", "Dos.", "Tres."):
        await someone.is_told(words)
    await world.run()
    assert ["privacidad" in said for said in world.platform.said] == [True, False]


async def test_a_long_answer_goes_in_parts_in_order_with_privacy_at_the_end(world: World) -> None:
    someone = await world.person()
    await someone.writes()
    await someone.is_told("Tu servidor vence pronto. " * 340, "Sí", "No")
    await someone.is_told("Otra cosa.")
    world.platform.script = [taken, error(131000), taken]
    await world.run_for(10 * SECOND)
    kinds = [(body["type"], "privacidad" in said) for body, said in zip(world.platform.taken, world.platform.said, strict=True)]
    assert kinds == [("text", False), ("text", False), ("interactive", True), ("text", False)]
    assert [body["biz_opaque_callback_data"].split(".")[1] for body in world.platform.taken] == ["0", "1", "2", "0"]


async def test_who_dies_between_parts_leaves_none_out(world: World, ana: Person) -> None:
    await ana.is_told("Tu servidor vence pronto. " * 400)
    world.platform.always = take_and_hang
    await world.sender.step()
    await world.platform.arrived.wait()
    for task in world.sender._running:
        task.cancel()
    await world.sender.drain()
    world.platform.always = None
    world.restart()
    await world.run_for(61 * SECOND)
    assert [body["biz_opaque_callback_data"].split(".")[1] for body in world.platform.taken] == [
        "0",
        "0",
        "1",
        "2",
    ]  # the first one twice, at worst


@pytest.mark.parametrize("conversations", [1, 3])
async def test_each_conversation_keeps_its_order_whatever_fails(world: World, conversations: int) -> None:
    people = [await world.person(f"+5255100010{n:02}", f"525510001{n:03}", privacy_notice_at=NOON) for n in range(conversations)]
    failing = [error(131000), reset, error(130429), answer("<html>", 502), error(131056), error(2, 500), take_and_reset, answer("", 503)]
    world.platform.script = [each for pair in zip(failing, [taken] * 8, strict=True) for each in pair]
    for n in range(6):
        for who, someone in enumerate(people):
            if n == 0:
                await someone.writes()
            await someone.is_told(f"{who}.{n}")
    await world.run_for(20 * MINUTE, 5 * SECOND)
    assert {state for state, _ in await world.deliveries()} == {"sent"}
    for who in range(conversations):
        told = [said for said in world.platform.said if said.startswith(f"{who}.")]
        assert list(dict.fromkeys(told)) == [f"{who}.{n}" for n in range(6)]  # repeats stand beside each other
        assert told == sorted(told)
    assert len(world.platform.said) - 6 * conversations <= 1  # only what was taken before the line broke stands there twice


async def test_an_unreachable_platform_loses_nothing(world: World, ana: Person) -> None:
    await world.platform.stop()
    await ana.is_told("Hola.")
    await world.run_for(2 * HOUR, 10 * MINUTE)
    ((state, told),) = await world.deliveries()
    assert (state, told) == ("pending", "not reached: ClientConnectorError")
    (delivery,) = await world.all(Delivery)
    assert (delivery.attempts, delivery.unsettled) == (0, 0)


# --- nobody knows whether it was taken


AMBIGUOUS = {
    "broken off": reset,
    "taken and broken off": take_and_reset,
    "502 of somebody between": answer("<html>Bad gateway</html>", 502),
    "503 without a body": answer("", 503),
    "200 that is not JSON": answer("OK"),
    "200 without messages": answer('{"messages": []}'),
    "JSON that is no object": answer("[]"),
    "500 with other JSON": answer('{"oops": 1}', 500),
}


@pytest.mark.parametrize("fault", AMBIGUOUS.values(), ids=AMBIGUOUS)
async def test_a_status_settles_it(world: World, ana: Person, fault: Any) -> None:
    await ana.is_told("Uno.")
    await ana.is_told("Dos.")
    world.platform.script = [fault]
    await world.run()
    assert [body["text"]["body"] for _, body in world.platform.asked] == ["Uno."]  # the second waits for what became of the first
    key = world.platform.asked[0][1]["biz_opaque_callback_data"]
    await statuses.apply(world.resources, [status("wamid.x", "sent", callback=key)])
    await world.run_for(2 * MINUTE, 10 * SECOND)
    assert [body["text"]["body"] for _, body in world.platform.asked] == ["Uno.", "Dos."]
    first, second = await world.all(Delivery, Delivery.id)
    assert (first.external_id, first.state, second.state) == ("wamid.x", "sent", "sent")


@pytest.mark.parametrize("fault", AMBIGUOUS.values(), ids=AMBIGUOUS)
async def test_without_status_it_is_sent_once_more_and_never_a_third_time(world: World, ana: Person, fault: Any) -> None:
    await ana.is_told("Uno.")
    await ana.is_told("Dos.")
    world.platform.script = [fault, fault]
    await world.run_for(59 * SECOND)
    assert len(world.platform.asked) == 1
    await world.run_for(10 * MINUTE, 10 * SECOND)
    assert [body["text"]["body"] for _, body in world.platform.asked] == ["Uno.", "Uno.", "Dos."]
    assert [state for state, _ in await world.deliveries()] == ["ambiguous", "sent"]
    assert world.metric("gateway_deliveries_total", channel="whatsapp", outcome="repeated") == 1
    assert world.metric("gateway_deliveries_total", channel="whatsapp", outcome="unsettled") == 2
    key = world.platform.asked[0][1]["biz_opaque_callback_data"]
    await statuses.apply(world.resources, [status("wamid.x", "delivered", callback=key)])
    assert [state for state, _ in await world.deliveries()] == ["delivered", "sent"]


@pytest.mark.parametrize("reported", [True, False])
async def test_what_the_platform_never_had_is_sent_until_it_has_it(world: World, ana: Person, reported: bool) -> None:
    """Its reports show that: later messages to others were reported, and this one was not."""
    other = await world.person("+525510001002", "525510001002", privacy_notice_at=NOON)
    await other.writes()
    await ana.is_told("Uno.")
    await ana.is_told("Dos.")
    world.platform.script = [reset, taken] * (3 if reported else 2)
    for n in range(3):
        await world.run_for(30 * SECOND, 10 * SECOND)
        await other.is_told(f"Otra {n}.")
        await world.run()
        news = [status(world.platform.ids[-1], "sent", at=world.now, billable=True, category="service")] * reported
        await statuses.apply(world.resources, news)
        await world.run_for(35 * SECOND, 5 * SECOND)
    await world.run_for(5 * MINUTE, 10 * SECOND)
    told = [body["text"]["body"] for _, body in world.platform.asked if "Otra" not in body["text"]["body"]]
    assert told == ["Uno."] * (4 if reported else 2) + ["Dos."]
    assert [state for state, _ in await world.deliveries()][:2] == ["sent" if reported else "ambiguous", "sent"]
    assert world.metric("gateway_deliveries_total", channel="whatsapp", outcome="repeated") == (not reported)
    assert await world.cases() == ["whatsapp_sin_confirmar"] * (not reported)


async def test_a_reply_that_never_comes(world: World, ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_module, "REPLY_SECONDS", 0.2)
    await ana.is_told("Uno.")
    world.platform.script = [take_and_hang]
    await world.run()
    assert (await world.deliveries())[0][0] == "pending"
    await statuses.apply(world.resources, [status("wamid.1", "sent", callback=world.platform.asked[0][1]["biz_opaque_callback_data"])])
    await world.run_for(2 * MINUTE, 10 * SECOND)
    assert len(world.platform.taken) == 1


async def test_a_repeat_that_is_refused_for_a_moment_is_still_the_same_repeat(world: World, ana: Person) -> None:
    await ana.is_told("Uno.")
    world.platform.script = [reset, error(131000), error(130429)]
    await world.run_for(5 * MINUTE, 5 * SECOND)
    assert len(world.platform.asked) == 4
    assert [state for state, _ in await world.deliveries()] == ["sent"]


# --- refused


def of(do: Do) -> list[int]:
    return [code for code, rule in RULES.items() if rule.do is do]


@pytest.mark.parametrize("code", of(Do.RETRY))
async def test_a_service_that_is_down_is_tried_again_a_few_times(world: World, ana: Person, code: int) -> None:
    await ana.is_told("Uno.")
    world.platform.script = [error(code, 500)] * 7
    await world.run_for(15 * MINUTE, 5 * SECOND)
    assert world.platform.said == ["Uno."]
    world.platform.always = error(code)
    await ana.is_told("Dos.")
    await world.run_for(30 * MINUTE, 10 * SECOND)
    assert len(world.platform.asked) == 8 + 8
    assert [state for state, _ in await world.deliveries()] == ["sent", "failed"]
    assert await world.cases() == ["whatsapp_no_entregado"]


@pytest.mark.parametrize("code", of(Do.LATER))
async def test_an_allowance_that_is_used_up_is_waited_for(world: World, ana: Person, code: int) -> None:
    await ana.is_told("Uno.")
    world.platform.script = [error(code), error(code, headers={"Retry-After": "1800"})]
    usage = '{"1": [{"type": "messaging", "estimated_time_to_regain_access": 50}]}'
    world.platform.script.append(error(code, headers={"X-Business-Use-Case-Usage": usage}))
    tried = []
    for _ in range(100):
        before = len(world.platform.asked)
        await world.run()
        tried += [world.now - NOON] * (len(world.platform.asked) - before)
        world.forward(MINUTE)
    assert tried == [timedelta(), 5 * MINUTE, 35 * MINUTE, 85 * MINUTE]
    assert world.platform.said == ["Uno."]


async def test_a_number_that_is_too_fast_slows_down_for_everybody(world: World, ana: Person) -> None:
    other = await world.person("+525510001002", "525510001002", privacy_notice_at=NOON)
    await other.writes()
    await ana.is_told("Uno.")
    world.platform.script = [error(130429), error(130429, 429), answer("slow down", 429)]
    await world.run()
    await other.is_told("Otra.")
    await world.run()
    assert len(world.platform.asked) in {1, 2}
    await world.run_for(30 * SECOND)
    assert sorted(world.platform.said) == ["Otra.", "Uno."]


async def test_a_pair_that_is_too_fast_holds_up_only_itself(world: World, ana: Person) -> None:
    other = await world.person("+525510001002", "525510001002", privacy_notice_at=NOON)
    await other.writes()
    await ana.is_told("Uno.")
    world.platform.script = [error(131056)] * 3
    await world.run()
    world.platform.script.insert(0, taken)
    await other.is_told("Otra.")
    await world.run()
    assert world.platform.said == ["Otra."]
    tried = [len(world.platform.asked)]
    for _ in range(22):
        world.forward(SECOND)
        await world.run()
        tried.append(len(world.platform.asked))
    assert [tried.index(n) for n in (3, 4, 5)] == [1, 5, 21]  # after 1 s, 4 s and 16 s
    assert world.platform.said == ["Otra.", "Uno."]


@pytest.mark.parametrize("code", of(Do.STOP))
async def test_a_refused_account_stops_the_number_and_loses_nothing(world: World, ana: Person, code: int) -> None:
    for n in range(3):
        await ana.is_told(f"{n}")
    world.platform.always = error(code, 401, message=f"Malformed access token {TOKEN}")
    await world.run()
    assert len(world.platform.asked) == 1
    assert world.metric("gateway_number_stopped", number=NUMBER) == 1
    ((state, told), *_) = await world.deliveries()
    assert (state, TOKEN in told) == ("pending", False)
    await world.run_for(10 * MINUTE, 10 * SECOND)
    assert len(world.platform.asked) == 4  # it tries again by itself, every three minutes
    world.platform.always = None
    await world.run_for(4 * MINUTE, 10 * SECOND)
    assert world.platform.said == ["0", "1", "2"]
    assert world.metric("gateway_number_stopped", number=NUMBER) == 0


async def test_the_token_stands_in_no_log_and_no_error(world: World, ana: Person) -> None:
    repeats = {"message": f"Malformed access token {TOKEN}", "error_data": {"details": f"token {TOKEN}"}}
    world.platform.script = [
        error(190, 401, **repeats),
        error(100, **repeats),
        error(999999, **repeats),
        answer(f"<p>{TOKEN}</p>", 502),
        reset,
    ]
    with capture_logs() as logs:
        for n in range(5):
            await ana.is_told(f"{n}")
        await world.run_for(10 * MINUTE, 20 * SECOND)
        await world.platform.stop()
        await ana.is_told("6")
        await world.run()
    assert len(logs) >= 8
    assert TOKEN not in str(logs)
    assert TOKEN not in str(await world.deliveries())
    assert TOKEN not in repr(world.resources.settings)


async def test_another_number_goes_on(open_world: Any) -> None:
    world = open_world(whatsapp_phone_number_id=(NUMBER, "107"))
    people = []
    for n, number in enumerate((NUMBER, "107")):
        people.append(await world.person(f"+52551000100{n}", None, privacy_notice_at=NOON))
        await people[-1].writes(number=number)
    await people[0].is_told("Uno.")
    world.platform.script = [error(131031)]
    await world.run()
    for someone in people:
        await someone.is_told("Dos.")
    await world.run()
    assert [(number, body["text"]["body"]) for number, body in world.platform.asked] == [(NUMBER, "Uno."), ("107", "Dos.")]


NOT_THE_API = [answer("<h1>404</h1>", 404), answer("Unauthorized", 401), answer("", 302, headers={"Location": "https://evil.example/"})]


@pytest.mark.parametrize("fault", NOT_THE_API, ids=["404", "401", "redirect"])
async def test_somebody_else_who_answers_stops_the_number_too(world: World, ana: Person, fault: Any) -> None:
    await ana.is_told("Uno.")
    world.platform.script = [fault]
    await world.run()
    assert (await world.deliveries())[0][0] == "pending"
    await world.run_for(4 * MINUTE, 10 * SECOND)
    assert world.platform.said == ["Uno."]


@pytest.mark.parametrize("code", [*of(Do.GIVE_UP), 999999, -7])
async def test_what_is_not_to_be_tried_again_is_not(world: World, ana: Person, code: int) -> None:
    await ana.is_told("Uno.")
    await ana.is_told("Dos.")
    world.platform.script = [error(code, error_data={"details": "no"})]
    await world.run_for(2 * HOUR, 20 * MINUTE)
    assert [body["text"]["body"] for _, body in world.platform.asked] == ["Uno.", "Dos."]
    assert await world.deliveries() == [("failed", f"{code} no"), ("sent", None)]
    assert await world.cases() == ["whatsapp_no_entregado"]
    assert world.metric("gateway_delivery_refusals_total", channel="whatsapp", code=str(code)) == 1


@pytest.mark.parametrize(
    "body",
    [
        '{"error": "no"}',
        '{"error": null}',
        '{"error": {"code": "190"}}',
        '{"error": {"code": 5.5}}',
        '{"error": {"code": 7, "error_data": "plain"}}',
    ],
)
async def test_an_error_of_an_odd_shape_is_not_tried_again(world: World, ana: Person, body: str) -> None:
    await ana.is_told("Uno.")
    world.platform.script = [answer(body, 400)]
    await world.run_for(HOUR, 10 * MINUTE)
    assert [state for state, _ in await world.deliveries()] == ["failed"]
    assert len(world.platform.asked) == 1


async def test_the_other_form_of_a_mexican_number_is_tried_once_and_kept(world: World, ana: Person) -> None:
    world.platform.script = [error(131030), taken, taken]
    await ana.is_told("Uno.")
    await ana.is_told("Dos.")
    await world.run()
    assert [body["to"] for _, body in world.platform.asked] == ["+5215510001001", "+525510001001", "+525510001001"]
    world.platform.script = [error(131030), error(131030)]
    await ana.is_told("Tres.")
    await world.run_for(HOUR, 10 * MINUTE)
    assert len(world.platform.asked) == 5
    assert [state for state, _ in await world.deliveries()] == ["sent", "sent", "failed"]


async def test_a_number_of_another_country_has_one_form(world: World) -> None:
    someone = await world.person("+13055550100", "13055550100", privacy_notice_at=NOON)
    await someone.writes()
    world.platform.script = [error(131030)]
    await someone.is_told("Uno.")
    await world.run()
    assert len(world.platform.asked) == 1


async def test_who_wants_nothing_is_marked(world: World, ana: Person) -> None:
    world.platform.script = [error(131050)]
    await ana.is_told("Uno.")
    await world.run()
    assert (await ana.row()).opted_out_at == NOON


# --- 24 hours


async def test_the_window_is_looked_at_when_it_is_sent_by_the_customers_own_clock(world: World) -> None:
    someone = await world.person(privacy_notice_at=NOON)
    await someone.writes(sent_at=NOON - DAY + MINUTE)
    await someone.is_told("Uno.")
    await world.run()
    world.forward(MINUTE)
    await someone.is_told("Dos.")
    await world.run()
    assert world.platform.said == ["Uno."]
    assert await world.deliveries() == [("sent", None), ("failed", "outside 24 h")]
    (case,) = await world.all(Escalation)
    assert (case.reason, case.conversation_id, case.state, len(case.code)) == (
        "whatsapp_fuera_de_24_horas",
        someone.conversation,
        "open",
        6,
    )


async def test_a_message_that_came_late_does_not_open_the_window(world: World) -> None:
    someone = await world.person(privacy_notice_at=NOON)
    await someone.writes("reciente", sent_at=NOON)
    await someone.writes("de hace días", sent_at=NOON - 5 * DAY)
    await someone.is_told("Uno.")
    await world.run()
    assert world.platform.said == ["Uno."]
    world.forward(DAY)
    await someone.is_told("Dos.")
    await world.run()
    assert world.platform.said == ["Uno."]


async def test_a_template_invites_once(open_world: Any) -> None:
    world = open_world(whatsapp_template="vuelve_a_escribirnos")
    someone = await world.person(privacy_notice_at=NOON)
    await someone.writes(sent_at=NOON - DAY)
    await someone.is_told("Uno.")
    await someone.is_told("Dos.")
    await world.run()
    assert world.platform.taken[0]["template"] == {"name": "vuelve_a_escribirnos", "language": {"code": "es_MX"}}
    assert await world.deliveries() == [("sent", INVITED), ("failed", "outside 24 h")]
    await someone.writes()
    await someone.is_told("Tres.")
    await world.run()
    assert world.platform.said == ["template vuelve_a_escribirnos", "Tres."]


async def test_no_template_for_who_wants_none_or_where_it_is_refused(open_world: Any) -> None:
    world = open_world(whatsapp_template="vuelve_a_escribirnos")
    world.platform.script = [error(132001, 404)]
    for changes in ({"opted_out_at": NOON}, {}):
        someone = await world.person(f"+52551000100{len(changes)}", None, **changes)
        await someone.writes(sent_at=NOON - DAY)
        await someone.is_told("Uno.")
    await world.run_for(HOUR, 10 * MINUTE)
    assert len(world.platform.asked) == 1
    assert await world.deliveries() == [("failed", "outside 24 h")] * 2
    assert await world.cases() == ["whatsapp_fuera_de_24_horas"] * 2


@pytest.mark.parametrize("template", ["", "vuelve"])
async def test_a_window_that_the_platform_closes_first(open_world: Any, template: str) -> None:
    world = open_world(whatsapp_template=template)
    someone = await world.person(privacy_notice_at=NOON)
    await someone.writes()
    world.platform.script = [error(131047)]
    await someone.is_told("Uno.")
    await world.run()
    assert await world.deliveries() == [("sent", INVITED) if template else ("failed", "outside 24 h")]
    assert world.platform.said == ["template vuelve"] * bool(template)


async def test_a_case_is_opened_once(world: World, ana: Person) -> None:
    world.platform.always = error(131026)
    for n in range(3):
        await ana.is_told(f"{n}")
    await world.run()
    assert await world.cases() == ["whatsapp_no_entregado"]
    codes = {await world.ledger.read(cases._free_code) for _ in range(50)}
    assert len(codes) == 50


# --- pace


async def test_a_flood_to_one_person_is_paced_and_holds_up_nobody(world: World, ana: Person) -> None:
    other = await world.person("+525510001002", "525510001002", privacy_notice_at=NOON)
    await other.writes()
    for n in range(50):
        await ana.is_told(f"{n}")
    await other.is_told("Otra.")
    await world.run()
    assert "Otra." in world.platform.said
    assert len(world.platform.said) == 46
    await world.run_for(40 * SECOND)
    assert [said for said in world.platform.said if said != "Otra."] == [f"{n}" for n in range(50)]
    assert {row.attempts for row in await world.all(Delivery)} == {1}  # waiting for one's pace is no attempt


async def test_a_number_is_paced_on_the_spot(world: World) -> None:
    for n in range(60):
        someone = await world.person(f"+5255100020{n:02}", None, privacy_notice_at=NOON)
        await someone.writes()
        await someone.is_told(f"{n}")
    await world.run()
    assert len(world.platform.said) == 60
    assert world.slept >= 50 / 70 * SECOND - SECOND / 100
