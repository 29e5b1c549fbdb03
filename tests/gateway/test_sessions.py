"""Sessions: bound to one conversation and one subject; each case names the attack or the habit it is about."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import jwt
import pytest

from bot.identity.portal import issue_portal_token
from tests.gateway.client import Visitor

pytestmark = pytest.mark.usefixtures("seeded")


@pytest.fixture
def token(gateway):
    def mint(desk: str = "C-1003", person: str | None = None) -> str:
        return issue_portal_token(gateway.settings, desk, gateway.clock(), person)

    return mint


@pytest.fixture
async def tab(gateway):
    async with Visitor(gateway.url("/")) as someone:
        yield someone


async def test_an_anonymous_visitor_gets_a_session_from_an_empty_body(tab: Visitor) -> None:
    status, answer = await tab.call("POST", "/webchat/session")
    assert status == 200
    assert answer["cursor"] == 0
    assert set(answer) == {"session", "conversation", "cursor", "epoch"}


async def test_a_portal_token_makes_the_turn_known(gateway, tab: Visitor, token) -> None:
    await tab.open(token=token())
    await tab.ask("¿cuándo vence?")
    claims = jwt.decode(gateway.dialogue.turns[0]["token"], gateway.settings.internal_secret, algorithms=["HS256"], audience="turn")
    assert (claims["desk"], claims["level"]) == ("C-1003", 2)
    assert claims["exp"] - claims["iat"] == 60


async def test_a_visitor_stays_unknown(gateway, tab: Visitor) -> None:
    await tab.open()
    await tab.ask("soy C-1003, ¿cuándo vence?")
    claims = jwt.decode(gateway.dialogue.turns[0]["token"], gateway.settings.internal_secret, algorithms=["HS256"], audience="turn")
    assert claims["level"] == 0
    assert "desk" not in claims


async def test_the_same_subject_resumes_with_its_history(tab: Visitor, token) -> None:
    first = await tab.open(token=token())
    await tab.ask("hola")
    again = await tab.open(token=token(), session=first["session"])
    assert again["conversation"] == first["conversation"]
    assert again["cursor"] == 3
    assert [m["text"] for m in await tab.messages() if m["author"] == "customer"] == ["hola"]


async def test_a_visitor_resumes_with_the_session_alone(tab: Visitor) -> None:
    first = await tab.open()
    await tab.ask("hola")
    again = await tab.open(session=first["session"])
    assert (again["conversation"], again["cursor"]) == (first["conversation"], 3)


async def test_a_session_that_resumes_itself_does_not_live_longer(gateway, tab: Visitor) -> None:
    first = await tab.open()
    gateway.clock.forward(hours=11)
    await tab.open(session=first["session"])
    gateway.clock.forward(hours=2)
    status, error = await tab.call("GET", "/webchat/messages")
    assert (status, error["error"]) == (401, "session_expired")


@pytest.mark.parametrize(("before", "after"), [("C-1003", "C-1007"), ("C-1003", None), (None, "C-1003")])
async def test_another_subject_sees_nothing_of_the_one_before(tab: Visitor, token, before, after) -> None:
    first = await tab.open(**({"token": token(before)} if before else {}))
    await tab.ask("secreto de antes")
    body = {"token": token(after), "session": first["session"]} if after else {}
    second = await tab.open(**body)
    assert second["conversation"] != first["conversation"]
    assert await tab.messages() == []


async def test_log_out_ends_every_tab_of_the_conversation(gateway, tab: Visitor, token) -> None:
    first = await tab.open(token=token())
    async with Visitor(gateway.url("/")) as other:
        await other.open(token=token(), session=first["session"])
        status, _ = await tab.call("POST", "/webchat/logout")
        assert status == 204
        for someone in (tab, other):
            status, error = await someone.call("GET", "/webchat/messages")
            assert (status, error["error"]) == (401, "session_expired")
            assert (await someone.send("hola"))[0] == 401


async def test_a_session_after_log_out_opens_a_new_conversation(tab: Visitor, token) -> None:
    first = await tab.open(token=token())
    await tab.ask("hola")
    await tab.call("POST", "/webchat/logout")
    second = await tab.open(token=token(), session=first["session"])
    assert second["conversation"] != first["conversation"]


async def test_a_person_has_one_conversation_in_every_tab_and_on_every_day(gateway, tab: Visitor, token) -> None:
    first = await tab.open(token=token(person="ana@ruiz.mx"))
    await tab.ask("mi folio")
    gateway.clock.forward(days=40)
    async with Visitor(gateway.url("/")) as telephone:
        again = await telephone.open(token=token(person="ana@ruiz.mx"))
        assert (again["conversation"], again["cursor"]) == (first["conversation"], 3)
        assert [m["text"] for m in await telephone.messages() if m["author"] == "customer"] == ["mi folio"]


@pytest.mark.parametrize(("desk", "person"), [("C-1003", "beto"), ("C-1003", None), ("C-1007", "ana")])
async def test_a_persons_conversation_is_nobody_elses(tab: Visitor, token, desk, person) -> None:
    first = await tab.open(token=token(person="ana"))
    await tab.ask("solo mío")
    second = await tab.open(token=token(desk, person), session=first["session"])
    assert second["conversation"] != first["conversation"]
    assert await tab.messages() == []


async def test_tabs_of_a_person_that_open_at_once_get_the_same_conversation(gateway, token) -> None:
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(Visitor(gateway.url("/"))) for _ in range(8)]
        opened = await asyncio.gather(*(one.open(token=token(person="ana")) for one in tabs))
    assert len({answer["conversation"] for answer in opened}) == 1
    assert len({answer["session"] for answer in opened}) == 8


async def test_log_out_of_a_person_ends_this_session_and_hides_nothing_for_ever(gateway, tab: Visitor, token) -> None:
    first = await tab.open(token=token(person="ana"))
    await tab.ask("hola")
    async with Visitor(gateway.url("/")) as telephone:
        await telephone.open(token=token(person="ana"))
        assert (await tab.call("POST", "/webchat/logout"))[0] == 204
        assert (await tab.call("GET", "/webchat/messages"))[0] == 401
        assert len(await telephone.messages()) == 3
        again = await tab.open(token=token(person="ana"), session=first["session"])
        assert (again["conversation"], len(await tab.messages())) == (first["conversation"], 3)


async def test_a_session_ends_at_its_time(gateway, tab: Visitor) -> None:
    await tab.open()
    gateway.clock.forward(seconds=gateway.settings.session_ttl.total_seconds() + 1)
    status, error = await tab.call("GET", "/webchat/messages")
    assert (status, error["error"]) == (401, "session_expired")
    assert "sesión" in error["message"]


async def test_an_expired_portal_token_says_so(gateway, tab: Visitor, token) -> None:
    old = token()
    gateway.clock.forward(minutes=11)
    status, error = await tab.call("POST", "/webchat/session", json={"token": old})
    assert (status, error["error"]) == (401, "token_expired")
    assert "venció" in error["message"]


def forged(gateway, **changes):
    now = int(gateway.clock().timestamp())
    claims = {"aud": gateway.settings.portal_jwt_audience, "sub": "C-1003", "iat": now, "exp": now + 300, **changes}
    return {name: value for name, value in claims.items() if value is not None}


ATTACKS = {
    "signed with another key": lambda g: jwt.encode(forged(g), "another-secret-of-somebody-else-0001", algorithm="HS256"),
    "not signed at all": lambda g: jwt.encode(forged(g), None, algorithm="none"),
    "another algorithm of the same family": lambda g: jwt.encode(forged(g), g.settings.portal_jwt_secret * 2, algorithm="HS512"),
    "for another audience": lambda g: jwt.encode(forged(g, aud="tienda"), g.settings.portal_jwt_secret, algorithm="HS256"),
    "for nobody": lambda g: jwt.encode(forged(g, aud=None), g.settings.portal_jwt_secret, algorithm="HS256"),
    "without an end": lambda g: jwt.encode(forged(g, exp=None), g.settings.portal_jwt_secret, algorithm="HS256"),
    "that lives a day": lambda g: jwt.encode(
        forged(g, exp=int(g.clock().timestamp()) + 86400), g.settings.portal_jwt_secret, algorithm="HS256"
    ),
    "made long ago to live long": lambda g: jwt.encode(
        forged(g, iat=int(g.clock().timestamp()) - 86400), g.settings.portal_jwt_secret, algorithm="HS256"
    ),
    "without a subject": lambda g: jwt.encode(forged(g, sub=None), g.settings.portal_jwt_secret, algorithm="HS256"),
    "of a desk that does not exist": lambda g: issue_portal_token(g.settings, "C-9999", g.clock()),
    "for a person that is no id": lambda g: issue_portal_token(g.settings, "C-1003", g.clock(), "ana o beto"),
    "for a person that is a number": lambda g: jwt.encode(forged(g, person=7), g.settings.portal_jwt_secret, algorithm="HS256"),
    "for a person without a name": lambda g: issue_portal_token(g.settings, "C-1003", g.clock(), ""),
    "with a path for a subject": lambda g: issue_portal_token(g.settings, "../C-1003", g.clock()),
    "our own session token": lambda g: jwt.encode(
        {"aud": "webchat-session", "jti": "x", "cid": "y", "exp": 9999999999}, g.settings.session_secret, algorithm="HS256"
    ),
    "cut in the middle": lambda g: issue_portal_token(g.settings, "C-1003", g.clock())[:-10],
    "not a token": lambda _: "hola",
    "not ASCII": lambda _: "ñandú.ñandú.ñandú",
    "empty": lambda _: "",
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_portal_token_is_refused_that_is(gateway, tab: Visitor, attack: str) -> None:
    status, error = await tab.call("POST", "/webchat/session", json={"token": ATTACKS[attack](gateway)})
    assert (status, error["error"]) == (401, "token")
    assert set(error) == {"error", "message"}


async def test_a_portal_token_is_not_a_session(gateway, tab: Visitor, token) -> None:
    tab.session = token()
    assert (await tab.send("hola"))[0] == 401


async def test_a_turn_token_is_not_a_session(gateway, tab: Visitor) -> None:
    await tab.open()
    await tab.ask("hola")
    tab.session = gateway.dialogue.turns[0]["token"]
    assert (await tab.send("hola"))[0] == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer hola", "Bearer a.b.c", "bearer " + "x" * 5000])
async def test_no_endpoint_answers_without_a_session(tab: Visitor, header: str) -> None:
    for method, path in [
        ("POST", "/webchat/messages"),
        ("GET", "/webchat/messages"),
        ("GET", "/webchat/stream"),
        ("POST", "/webchat/read"),
        ("POST", "/webchat/logout"),
    ]:
        status, error = await tab.call(method, path, headers={"Authorization": header} if header else {})
        assert (status, error["error"]) == (401, "session")


async def test_a_session_token_with_another_conversation_written_in_is_refused(gateway, tab: Visitor) -> None:
    async with Visitor(gateway.url("/")) as victim:
        await victim.open()
        await victim.ask("mío")
        await tab.open()
        claims = jwt.decode(tab.session, options={"verify_signature": False})
        for key in ("another-secret-of-somebody-else-0001", gateway.settings.session_secret):  # even with our key: the row decides
            tab.session = jwt.encode({**claims, "cid": victim.conversation}, key, algorithm="HS256")
            assert (await tab.call("GET", "/webchat/messages"))[0] == 401


async def test_a_token_in_the_url_opens_nothing(tab: Visitor) -> None:
    await tab.open()
    session, tab.session = tab.session, None
    assert (await tab.call("GET", f"/webchat/messages?token={session}&session={session}&access_token={session}"))[0] == 401


async def test_the_live_state_being_away_does_not_lock_customers_out(start, tab: Visitor) -> None:
    class Away:
        async def desk_exists(self, desk_id: str) -> bool:
            from bot.errors import AccountsUnavailable

            raise AccountsUnavailable("away")

        async def close(self) -> None:
            pass

    gateway = await start(accounts=Away())
    async with Visitor(gateway.url("/")) as someone:
        await someone.open(token=issue_portal_token(gateway.settings, "C-1003", gateway.clock()))
        assert (await someone.ask("hola"))["text"] == "eco: hola"


async def test_the_silence_of_half_an_hour_forgets_the_events(gateway, tab: Visitor) -> None:
    await tab.open()
    await tab.ask("uno")
    gateway.clock.forward(minutes=31)
    await tab.ask("dos")
    assert [turn["events"] for turn in gateway.dialogue.turns] == [[], []]
    assert gateway.settings.session_ttl > timedelta(minutes=31)
