"""Agents' browsers are told by Web Push: a kind and a code, once, as long as they may be, and whatever push services answer."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import generate_latest
from sqlalchemy import select, update

from bot.console import agents, audit, sessions
from bot.console.agents import SESSION
from bot.console.push import sender, service
from bot.console.push.pages import SERVICE
from bot.console.push.subscriptions import LIFE, MESSAGE, SUBSCRIPTION
from bot.errors import SettingsError
from bot.resources import RESOURCES
from tests.console.conftest import KEPT, Browser, enrol
from tests.console.talk import customer, escalated, say
from tests.console.test_cases import FRIDAY_NOON, moved_to, solve
from tests.console.test_next_steps import asks, button, local
from tests.console.test_work import send, take
from tests.gateway.conftest import FAST, Gateway
from tests.support.hangs import eventually
from tests.support.push_service import PushedBrowser, PushServiceStandIn

pytestmark = pytest.mark.usefixtures("seeded")
PLACE = "/console/cuenta/navegador"
ALL = "caso,respuesta,plazo,llamada"
BY_HAND = replace(FAST, push_seconds=3600.0)
"""The gateway's own worker looks once, before there is any browser."""


@pytest.fixture
async def gateway(start, seeded) -> Gateway:
    started = await start(timings=BY_HAND)
    moved_to(started, FRIDAY_NOON)
    return started


@pytest.fixture
async def maker(gateway: Gateway):
    """The push service of the browser's maker."""
    async with PushServiceStandIn(gateway.clock) as running:
        yield running


async def key_of(browser: Browser) -> str:
    return json.loads(await browser.get(PLACE))["key"]


async def tell(browser: Browser, csrf: str, **fields: str) -> int:
    """What the page's script sends; the status."""
    headers = {"X-CSRF": csrf, "X-Console": "1"}
    async with browser.http.post(browser.base + PLACE, data=fields, headers=headers) as response:
        await response.read()
        return response.status


async def subscribe(browser: Browser, maker: PushServiceStandIn, kinds: str = ALL, pushed: PushedBrowser | None = None) -> PushedBrowser:
    key = await key_of(browser)
    await browser.get("/console/cuenta")
    pushed = pushed or maker.browser(key)
    assert await tell(browser, browser.csrf, suscripcion=json.dumps(pushed.subscription), avisos=kinds) == 204
    assert json.loads(await browser.get(PLACE))["kinds"] == [kind for kind in ALL.split(",") if kind in kinds.split(",")]
    return pushed


async def look(gateway: Gateway, times: int = 1) -> None:
    for _ in range(times):
        await sender.tell(gateway.app[RESOURCES], gateway.app[SERVICE])


async def new_case(gateway: Gateway, code: str = "4KD7WP", desk: str = "C-1004") -> str:
    return await say(gateway, f"una persona, {code}", desk, result=escalated(code))


async def stored(gateway: Gateway, table: Any = SUBSCRIPTION) -> list[Any]:
    return await gateway.app[RESOURCES].ledger.read(lambda connection: list(connection.execute(select(table))))


def counted(gateway: Gateway, outcome: str) -> float:
    return gateway.app[RESOURCES].metrics.registry.get_sample_value("gateway_pushes_total", {"outcome": outcome}) or 0.0


# --- what is told


async def test_a_new_case_is_told_once_and_only_its_kind_and_its_code(ana: Browser, gateway, maker) -> None:
    await subscribe(ana, maker)
    talk = await new_case(gateway)
    await look(gateway, 3)
    (pushed,) = maker.taken
    assert pushed.told == {"kind": "caso", "code": "4KD7WP"}
    assert (pushed.headers["TTL"], pushed.headers["Urgency"]) == (str(int(LIFE.total_seconds()) - 1), "normal")
    assert pushed.claims["aud"] == maker.origin
    assert pushed.claims["sub"] == "mailto:servidor-virtual@example.com"
    for hidden in ("4KD7WP", talk, "C-1004"):
        assert hidden not in str(pushed.headers) + str(pushed.claims), "the push service reads nothing"
    assert counted(gateway, "sent") == 1


async def test_every_message_has_the_same_length_and_a_topic_of_its_own(ana: Browser, gateway, maker) -> None:
    await subscribe(ana, maker)
    async with customer(gateway, "C-1002") as one:
        await one.ask("hola")
        await take(ana, one.conversation)
        await send(ana, one.conversation)
        await one.send("¿y mi respaldo?")
        await new_case(gateway)
        await look(gateway, 2)
    assert sorted(pushed.told["kind"] for pushed in maker.taken) == ["caso", "respuesta"]
    assert {pushed.told["code"] for pushed in maker.taken} == {"4KD7WP", ""}
    assert len({len(pushed.body) for pushed in maker.taken}) == 1
    assert len({pushed.headers["Topic"] for pushed in maker.taken}) == 2


async def test_what_cannot_wait_is_urgent(ana: Browser, gateway, maker) -> None:
    moved_to(gateway, local(gateway, 27, 20))
    async with customer(gateway, "C-1004") as one:
        await one.ask(button=button(await asks(gateway, one), "lunes 9:00"))
    moved_to(gateway, local(gateway, 30, 8, 59))
    await ana.sign_in("ana")
    await subscribe(ana, maker, "llamada,plazo")
    gateway.clock.forward(minutes=2)
    await look(gateway)
    assert [(pushed.told["kind"], pushed.headers["Urgency"]) for pushed in maker.taken] == [("llamada", "high")]


async def test_what_was_there_before_the_browser_is_not_told(ana: Browser, gateway, maker) -> None:
    await new_case(gateway)
    await subscribe(ana, maker)
    await look(gateway)
    await new_case(gateway, "9ACDEF", "C-1003")
    await look(gateway)
    assert [pushed.told["code"] for pushed in maker.taken] == ["9ACDEF"]


async def test_each_browser_and_each_agent_has_switches(ana: Browser, beto: Browser, gateway, maker) -> None:
    await subscribe(ana, maker, "plazo,respuesta")
    await subscribe(beto, maker)
    await beto.get("/console/cuenta")
    await beto.post("/console/cuenta/avisos", plazo="1")
    await new_case(gateway)
    await look(gateway)
    assert maker.calls == [], "one has it off in this browser, the other everywhere"
    await beto.post("/console/cuenta/avisos", caso="1", plazo="1")
    await look(gateway)
    assert maker.calls == [], "switched on is what comes from now on"
    await new_case(gateway, "9ACDEF", "C-1003")
    await look(gateway)
    assert [pushed.told["code"] for pushed in maker.taken] == ["9ACDEF"]


async def test_who_has_the_conversation_is_told_nothing_of_the_case(ana: Browser, beto: Browser, gateway, maker) -> None:
    talk = await new_case(gateway)
    await take(ana, talk)
    for browser in (ana, beto):
        await subscribe(browser, maker)
    async with customer(gateway, "C-1002") as one:
        gateway.dialogue.script["otra persona"] = escalated("9ACDEF")
        await one.ask("otra persona")
    await take(ana, one.conversation)
    await look(gateway)
    assert sorted((each.told["kind"], each.told["code"]) for each in maker.taken) == [("caso", "9ACDEF"), ("respuesta", "9ACDEF")]


async def test_two_gateways_tell_once(ana: Browser, gateway, start, maker) -> None:
    second = await start(timings=BY_HAND, clock=gateway.clock)
    await subscribe(ana, maker)
    await new_case(gateway)
    await asyncio.gather(*(look(each, 2) for each in (gateway, second)))
    assert len(maker.calls) == 1


async def test_the_gateway_tells_by_itself(start, seeded, dialogue) -> None:
    gateway = await start(timings=replace(FAST, push_seconds=0.02))
    moved_to(gateway, FRIDAY_NOON)
    await agents.add(gateway.app[RESOURCES].ledger, "ana", "agent", KEPT, gateway.clock())
    async with PushServiceStandIn(gateway.clock) as maker, Browser(gateway.url("/")) as ana:
        await ana.sign_in("ana")
        await subscribe(ana, maker)
        await new_case(gateway)
        await eventually(lambda: bool(maker.taken))
        assert maker.taken[0].told == {"kind": "caso", "code": "4KD7WP"}


async def test_no_page_waits_for_a_push_service(ana: Browser, gateway, maker, monkeypatch) -> None:
    monkeypatch.setattr(service, "SECONDS", 3600.0)
    await subscribe(ana, maker)
    await new_case(gateway)
    maker.answers = [None]
    telling = asyncio.create_task(look(gateway))
    await eventually(lambda: bool(maker.calls))
    await ana.get("/console/cola")
    assert "4KD7WP" in ana.words
    assert not telling.done()
    maker.let_go()
    await telling


# --- how long a browser is told


async def sign_out(browser: Browser, gateway: Gateway) -> None:
    await browser.get("/console/cuenta")
    await browser.post("/console/salir")


async def remove(_browser: Browser, gateway: Gateway) -> None:
    await agents.remove(gateway.app[RESOURCES].ledger, "ana", gateway.clock())


async def new_password(_browser: Browser, gateway: Gateway) -> None:
    await agents.set_password(gateway.app[RESOURCES].ledger, "ana", KEPT, gateway.clock())


async def day_is_over(_browser: Browser, gateway: Gateway) -> None:
    gateway.clock.ahead += sessions.LONGEST


async def says_so(browser: Browser, _gateway: Gateway) -> None:
    await browser.get("/console/cuenta")
    assert await tell(browser, browser.csrf) == 204


@pytest.mark.parametrize("over", [sign_out, remove, new_password, day_is_over, says_so])
async def test_a_browser_is_forgotten_when(ana: Browser, gateway, maker, over) -> None:
    await subscribe(ana, maker)
    await new_case(gateway)
    await over(ana, gateway)
    await look(gateway)
    assert maker.calls == []
    assert [await stored(gateway, table) for table in (SUBSCRIPTION, MESSAGE)] == [[], []]


async def test_an_agent_who_is_not_looking_is_told_all_day(ana: Browser, gateway, maker) -> None:
    await subscribe(ana, maker)
    gateway.clock.forward(hours=3)
    await ana.get("/console/cola")
    assert ana.path.startswith("/console/entrar"), "nobody has used the page for long"
    await new_case(gateway)
    await look(gateway)
    assert len(maker.taken) == 1


async def test_sessions_that_are_kept_no_longer_take_it_along(ana: Browser, gateway, maker) -> None:
    await subscribe(ana, maker)
    await gateway.app[RESOURCES].ledger.write(lambda connection: connection.execute(SESSION.delete()))
    assert await stored(gateway) == []


async def test_a_browser_is_its_last_agents(ana: Browser, beto: Browser, gateway, maker) -> None:
    pushed = await subscribe(ana, maker)
    await subscribe(beto, maker, pushed=pushed)
    assert json.loads(await ana.get(PLACE))["kinds"] is None
    again = await subscribe(beto, maker)
    assert len(await stored(gateway)) == 1, "one place a session"
    await new_case(gateway)
    await look(gateway)
    assert [place for place, _ in maker.calls] == [again.place.removeprefix(maker.origin)]


async def test_another_key_of_ours_is_another_place(ana: Browser, gateway, start, maker) -> None:
    await subscribe(ana, maker)
    other = await start(timings=BY_HAND, clock=gateway.clock, vapid_private_key="A" * 42 + "E")
    await look(other)
    assert await stored(other) == []
    assert other.app[SERVICE].public_key != gateway.app[SERVICE].public_key


async def test_browsers_are_forgotten_at_once_where_the_key_is_taken_away(ana: Browser, gateway, start, maker) -> None:
    await subscribe(ana, maker)
    await new_case(gateway)
    await look(gateway)
    assert [len(await stored(gateway, table)) for table in (SUBSCRIPTION, MESSAGE)] == [1, 1]
    await start(timings=BY_HAND, clock=gateway.clock, vapid_private_key="")

    async def forgotten() -> bool:
        return [await stored(gateway, table) for table in (SUBSCRIPTION, MESSAGE)] == [[], []]

    await eventually(forgotten)


async def test_without_a_key_nobody_is_told_and_nobody_is_kept_and_no_page_asks(start, seeded, dialogue) -> None:
    gateway = await start(vapid_private_key="")
    await agents.add(gateway.app[RESOURCES].ledger, "ana", "agent", KEPT, gateway.clock())
    async with PushServiceStandIn(gateway.clock) as maker, Browser(gateway.url("/")) as ana:
        await ana.sign_in("ana")
        assert json.loads(await ana.get(PLACE)) == {"key": "", "kinds": None}
        await ana.get("/console/cuenta")
        assert "navegador" not in ana.page
        assert await tell(ana, ana.csrf, suscripcion=json.dumps(maker.browser("").subscription), avisos=ALL) == 400
    assert await stored(gateway) == []


# --- what push services answer


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(ana: Browser, gateway, maker, status: int) -> None:
    await subscribe(ana, maker)
    await new_case(gateway)
    maker.answers = [(status, "")]
    await look(gateway, 2)
    assert maker.calls == [(maker.calls[0][0], status)]
    assert await stored(gateway) == []
    assert json.loads(await ana.get(PLACE))["kinds"] is None
    assert counted(gateway, "gone") == 1


async def test_who_took_the_permission_back_is_forgotten(ana: Browser, gateway, maker) -> None:
    maker.forget(await subscribe(ana, maker))
    await new_case(gateway)
    await look(gateway)
    assert (maker.calls[0][1], await stored(gateway)) == (410, [])


@pytest.mark.parametrize("status", [400, 401, 403, 413, 301, 307])
async def test_what_is_refused_is_given_up_and_no_redirection_is_followed(ana: Browser, gateway, maker, status: int) -> None:
    await subscribe(ana, maker)
    await new_case(gateway)
    maker.answers = [(status, "")]
    await look(gateway, 3)
    gateway.clock.forward(minutes=5)
    await look(gateway)
    assert [answered for _, answered in maker.calls] == [status]
    assert [row.state for row in await stored(gateway, MESSAGE)] == ["given_up"]
    assert counted(gateway, "refused") == 1
    await new_case(gateway, "9ACDEF", "C-1003")
    await look(gateway)
    assert [pushed.told["code"] for pushed in maker.taken] == ["9ACDEF"], "the next one may fare better"


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_who_asks_for_a_pause_gets_it(ana: Browser, gateway, maker, form: str) -> None:
    await subscribe(ana, maker)
    await new_case(gateway)
    until = gateway.clock() + timedelta(minutes=5)
    maker.answers = [(429, "300" if form == "seconds" else until.strftime("%a, %d %b %Y %H:%M:%S GMT"))]
    await look(gateway)
    gateway.clock.forward(minutes=4)
    await new_case(gateway, "9ACDEF", "C-1003")
    await look(gateway)
    assert (len(maker.calls), counted(gateway, "later")) == (2, 1), "what is new is offered, what was refused waits"
    gateway.clock.forward(minutes=1, seconds=2)
    await look(gateway)
    assert [pushed.told["code"] for pushed in maker.taken] == ["9ACDEF", "4KD7WP"]
    assert int(maker.taken[1].headers["TTL"]) <= 55 * 60, "its hour runs from the alert"


@pytest.mark.parametrize("after", ["7200", "9" * 30, "9" * 5000])
async def test_a_pause_longer_than_it_is_worth_is_the_end(ana: Browser, gateway, maker, after: str) -> None:
    await subscribe(ana, maker)
    await new_case(gateway)
    maker.answers = [(429, after)] * 20
    for _ in range(20):
        await look(gateway)
        gateway.clock.forward(minutes=11)
    assert [row.state for row in await stored(gateway, MESSAGE) if row.kind == "caso"] == ["given_up"]
    assert maker.taken == [] or after != "7200"


@pytest.mark.parametrize("failure", [(500, ""), (502, "soon"), None])
async def test_a_push_service_that_fails_is_asked_again(ana: Browser, gateway, maker, failure, monkeypatch) -> None:
    monkeypatch.setattr(service, "SECONDS", 1.0)
    await subscribe(ana, maker)
    await new_case(gateway)
    maker.answers = [failure]
    await look(gateway)
    assert (maker.taken, counted(gateway, "later")) == ([], 1)
    monkeypatch.setattr(service, "SECONDS", 60.0)
    await gateway.app[SERVICE].close()
    gateway.app[SERVICE]._http = None
    gateway.clock.forward(seconds=1)
    await look(gateway)
    assert len(maker.taken) == 1


async def test_a_push_service_that_is_away_is_asked_a_few_times(ana: Browser, gateway, monkeypatch) -> None:
    monkeypatch.setattr(sender, "ATTEMPTS", 3)
    async with PushServiceStandIn(gateway.clock) as maker:
        await subscribe(ana, maker)
    await new_case(gateway)
    for _ in range(6):
        await look(gateway)
        gateway.clock.forward(seconds=30)
    assert [counted(gateway, outcome) for outcome in ("later", "given up")] == [2, 1]
    assert len(await stored(gateway)) == 1, "the browser may be there again"


async def test_what_is_settled_meanwhile_is_not_told_any_more(ana: Browser, beto: Browser, gateway, maker) -> None:
    await subscribe(ana, maker)
    talk = await new_case(gateway)
    maker.answers = [(500, "")]
    await look(gateway)
    await solve(beto, talk)
    gateway.clock.forward(minutes=1)
    await look(gateway)
    assert (maker.taken, await stored(gateway, MESSAGE)) == ([], [])


async def test_a_gateway_that_died_while_telling_is_stood_in_for(ana: Browser, gateway, maker) -> None:
    await subscribe(ana, maker)
    await new_case(gateway)
    await look(gateway)
    died = update(MESSAGE).values(state="pending", next_attempt_at=gateway.clock() + sender.LEASE)
    await gateway.app[RESOURCES].ledger.write(lambda connection: connection.execute(died))
    await look(gateway)
    assert len(maker.taken) == 1
    gateway.clock.ahead += sender.LEASE
    await look(gateway)
    assert len({pushed.headers["Topic"] for pushed in maker.taken}) == 1, "the same topic: the browser shows one"
    assert len(maker.taken) == 2


# --- what the audit says of it


async def audited(gateway: Gateway) -> list[tuple[str, str]]:
    rows = await audit.newest(gateway.app[RESOURCES].ledger)
    return [(row.agent, row.detail) for row in reversed(rows) if row.what == "avisos"]


async def test_what_an_agent_switches_in_a_browser_is_in_the_audit(ana: Browser, beto: Browser, gateway, maker) -> None:
    pushed = await subscribe(ana, maker, "caso,llamada")
    await subscribe(ana, maker, "caso,llamada", pushed)
    await subscribe(ana, maker, "caso,plazo", pushed)
    another = await subscribe(ana, maker, "respuesta")
    await ana.get("/console/cuenta")
    assert [await tell(ana, ana.csrf) for _ in range(2)] == [204, 204]
    await subscribe(beto, maker, "", pushed)
    host = "de 127.0.0.1"
    one, two = (f"navegador {hashlib.sha256(each.place.encode()).hexdigest()[:8]} {host}" for each in (pushed, another))
    assert await audited(gateway) == [
        ("ana", f"activó casos nuevos, llamadas · {one}"),
        ("ana", f"activó esperas por vencer; apagó llamadas · {one}"),
        ("ana", f"apagó casos nuevos, esperas por vencer · {one}"),
        ("ana", f"activó respuestas · {two}"),
        ("ana", f"apagó respuestas · {two}"),
    ], "what changes nothing is no entry"
    for row in await audit.newest(gateway.app[RESOURCES].ledger):
        assert pushed.place not in row.detail, "where the browser is told is nobody's to read"


async def test_what_an_agent_switches_everywhere_is_in_the_audit_and_supervision_reads_it(
    ana: Browser, other: Browser, add_agent, gateway
) -> None:
    await ana.get("/console/cuenta")
    await ana.post("/console/cuenta/avisos", caso="1", respuesta="1", plazo="1", llamada="1", alza="1", sonido="1")
    await ana.post("/console/cuenta/avisos", caso="1", respuesta="1", plazo="1", llamada="1", alza="1", sonido="1")
    await ana.post("/console/cuenta/avisos", caso="1", resumen="1")
    assert await audited(gateway) == [
        ("ana", "apagó resumen por correo · en su cuenta"),
        ("ana", "activó resumen por correo; apagó respuestas, esperas por vencer, llamadas, alzas, sonido · en su cuenta"),
    ]
    await add_agent("jefa", "supervisor")
    await enrol(other, gateway, "jefa")
    await other.get("/console/auditoria")
    assert "ana avisos apagó resumen por correo · en su cuenta 127.0.0.1" in other.words


# --- who may say where


async def test_nobody_says_where_without_having_signed_in_or_without_meaning_it(ana: Browser, other: Browser, gateway, maker) -> None:
    told = {"suscripcion": json.dumps(maker.browser(await key_of(ana)).subscription), "avisos": ALL}
    assert await tell(other, "", **told) == 401
    assert await tell(ana, "another", **told) == 403
    assert await stored(gateway) == []


GOOD = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
"""Of RFC 8291, appendix A."""


@pytest.mark.parametrize(
    "told",
    [
        "no",
        "[]",
        "{}",
        '{"endpoint": 1, "keys": {}}',
        "[" * 4000,
        json.dumps({"endpoint": "https://push.example/1", "keys": {**GOOD, "auth": "AAAA"}}),
        json.dumps({"endpoint": "https://push.example/1", "keys": {**GOOD, "auth": "á" * 22}}),
        json.dumps({"endpoint": "https://push.example/1", "keys": {**GOOD, "p256dh": "B" * 87}}),
        json.dumps({"endpoint": "https://push.example/1", "keys": {**GOOD, "p256dh": ""}}),
        json.dumps({"endpoint": "https://push.example/" + "1" * 3000, "keys": GOOD}),
        json.dumps({"endpoint": "http://push.example/1", "keys": GOOD}),
        json.dumps({"endpoint": "https://10.0.0.1/1", "keys": GOOD}),
    ],
)
async def test_what_is_no_subscription_is_refused(ana: Browser, gateway, told: str) -> None:
    await ana.get("/console/cuenta")
    assert await tell(ana, ana.csrf, suscripcion=told, avisos=ALL) == 400
    assert await stored(gateway) == []


async def test_outside_the_demo_this_machine_is_no_push_service(start, seeded, dialogue) -> None:
    gateway = await start(timings=BY_HAND, demo=False)
    moved_to(gateway, FRIDAY_NOON)
    await agents.add(gateway.app[RESOURCES].ledger, "ana", "agent", KEPT, gateway.clock())
    async with PushServiceStandIn(gateway.clock) as maker, Browser(gateway.url("/")) as ana:
        await ana.sign_in("ana")
        pushed = maker.browser(await key_of(ana))
        await ana.get("/console/cuenta")
        assert await tell(ana, ana.csrf, suscripcion=json.dumps(pushed.subscription), avisos=ALL) == 400
        elsewhere = {**pushed.subscription, "endpoint": "https://push.example/1"}
        assert await tell(ana, ana.csrf, suscripcion=json.dumps(elsewhere), avisos=ALL) == 204
        here = update(SUBSCRIPTION).values(endpoint=pushed.place)
        await gateway.app[RESOURCES].ledger.write(lambda connection: connection.execute(here))
        await new_case(gateway)
        await look(gateway)
        assert (maker.calls, counted(gateway, "refused")) == ([], 1), "nor is it called when the ledger says so"


async def test_the_worker_of_the_pages_loads_nothing(ana: Browser) -> None:
    script = await ana.get("/console/servicio.js")
    assert ana.headers["Content-Type"].partition(";")[0].endswith("/javascript")
    assert ana.headers["Content-Security-Policy"] == "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    assert "fetch(" not in script
    assert "Service-Worker-Allowed" not in ana.headers, "it serves what lies below /console/"


async def test_what_operators_see(ana: Browser, gateway, maker) -> None:
    await subscribe(ana, maker)
    await new_case(gateway)
    await look(gateway)
    shown = generate_latest(gateway.app[RESOURCES].metrics.registry).decode()
    assert 'gateway_pushes_total{outcome="sent"} 1.0' in shown


@pytest.mark.parametrize("contact", ["nobody", "a b@empresa.example x", "soporte@intranet"])
async def test_a_contact_that_is_none_stops_the_gateway(start, seeded, dialogue, contact: str) -> None:
    with pytest.raises(SettingsError, match="VAPID_CONTACT"):
        await start(mail_from=contact, vapid_contact="")
