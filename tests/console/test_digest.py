"""The digest: once each day of work, when the line opens, to every agent who has an address and wants it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from bot.console import agents, digest, upkeep
from bot.conversations import dues
from bot.effects.mailer import Mailer, plain_mail
from bot.resources import RESOURCES
from tests.console.conftest import KEPT, Browser
from tests.console.talk import escalated, say
from tests.console.test_cases import moved_to
from tests.console.test_next_steps import local

pytestmark = pytest.mark.usefixtures("seeded")
ADDRESS = "ana@empresa.example"


class Post:
    """A mail server that may be away."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str, str]] = []
        self.is_away = False

    async def __call__(self, to: str, subject: str, body: str, key: str) -> bool:
        if not self.is_away:
            self.sent.append((to, subject, body, key))
        return not self.is_away


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture(autouse=True)
def by_itself_only_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a test takes, the gateway's own worker does not look meanwhile."""
    monkeypatch.setattr(upkeep, "SELDOM_SECONDS", 3600.0)


@pytest.fixture
async def morning(gateway, ledger, add_agent, seeded) -> None:
    """Monday, two minutes after nine; a case since Friday, and a call at ten."""
    moved_to(gateway, local(gateway, 27, 17))
    await add_agent("ana")
    await agents.set_mail(ledger, "ana", ADDRESS)
    talk = await say(gateway, "mi RFC es secreto", "C-1004", result=escalated("4KD7WP", summary="C-1004 · Taller Mecánico Ocampo"))
    promised = local(gateway, 30, 10), gateway.clock()
    await ledger.write(lambda connection: dues.promise(connection, talk, "call_back", *promised, "+525510001004"))
    moved_to(gateway, local(gateway, 30, 9, 2))


async def look(gateway, post: Post, times: int = 1) -> list[Any]:
    for _ in range(times):
        await digest.step(gateway.app[RESOURCES], post)
    return post.sent


@pytest.mark.usefixtures("morning")
async def test_what_is_open_in_the_morning_and_nothing_that_anybody_said(gateway, post: Post) -> None:
    ((to, subject, body, key),) = await look(gateway, post, 3)
    assert (to, key.split(":")[0], key[-10:]) == (ADDRESS, "digest", "2026-11-30")
    assert subject == "Casos abiertos: 1 (1 esperan respuesta). Llamadas de hoy: 1"
    assert "Hola, ana:" in body
    assert "- 4KD7WP · C-1004 · Chat web · Pidió un asesor · Tarde por 1 min" in body
    assert "- 10:00 a 10:30 · C-1004 · 4KD7WP" in body
    for kept in ("RFC", "Ocampo", "5510001004"):
        assert kept not in body


@pytest.mark.usefixtures("morning")
async def test_each_day_anew_and_never_out_of_hours(gateway, ledger, post: Post) -> None:
    for day, hour, sent in ((28, 9, 0), (30, 8, 0), (30, 18, 0), (30, 12, 1), (30, 17, 1)):
        moved_to(gateway, local(gateway, day, hour))
        assert len(await look(gateway, post)) == sent
    gateway.clock.forward(days=1)
    assert len(await look(gateway, post)) == 2


@pytest.mark.usefixtures("morning")
async def test_several_who_look_at_once_send_one(gateway, post: Post) -> None:
    await asyncio.gather(*(digest.step(gateway.app[RESOURCES], post) for _ in range(4)))
    assert len(post.sent) == 1


@pytest.mark.usefixtures("morning")
async def test_a_mail_server_that_is_away_is_asked_again(gateway, post: Post) -> None:
    post.is_away = True
    assert await look(gateway, post, 2) == []
    post.is_away = False
    assert len(await look(gateway, post, 2)) == 1


@pytest.mark.usefixtures("morning")
async def test_who_wants_none_gets_none(gateway, ledger, browser: Browser, post: Post) -> None:
    await browser.sign_in("ana")
    await browser.get("/console/cuenta")
    assert f"El resumen se envía a {ADDRESS}" in browser.words
    await browser.post("/console/cuenta/avisos", caso="1")
    assert await look(gateway, post) == []
    await browser.get("/console/cuenta")
    await browser.post("/console/cuenta/avisos", caso="1", resumen="1")
    assert len(await look(gateway, post)) == 1


@pytest.mark.usefixtures("morning")
async def test_agents_without_an_address_or_who_are_gone_get_none(gateway, ledger, add_agent, post: Post) -> None:
    await add_agent("beto")
    await agents.remove(ledger, "ana", gateway.clock())
    assert await look(gateway, post) == []
    assert not await agents.set_mail(ledger, "ana", "otra@empresa.example")


async def test_where_nothing_is_open_nothing_is_sent_all_day(gateway, ledger, add_agent, post: Post) -> None:
    moved_to(gateway, local(gateway, 30, 9, 1))
    await add_agent("ana")
    await agents.set_mail(ledger, "ana", ADDRESS)
    assert await look(gateway, post) == []
    await say(gateway, "una persona", "C-1004", result=escalated("4KD7WP"))
    assert await look(gateway, post) == []


@pytest.mark.usefixtures("morning")
async def test_what_is_put_off_is_left_out_and_many_are_counted(gateway, ledger, post: Post, monkeypatch) -> None:
    monkeypatch.setattr(digest, "LISTED", 1)
    for code, desk in (("9ACDEF", "C-1002"), ("7ACDEF", "C-1003")):
        talk = await say(gateway, f"persona {code}", desk, result=escalated(code))
    now = gateway.clock()
    await ledger.write(lambda connection: dues.promise(connection, talk, "snooze", now + timedelta(hours=3), now))
    ((_, subject, body, _),) = await look(gateway, post)
    assert subject.startswith("Casos abiertos: 2 ")
    assert "… y 1 más" in body
    assert "7ACDEF" not in body


async def test_the_gateway_sends_it_by_itself(start, seeded, tmp_path: Path) -> None:
    gateway = await start(console_url="https://consola.example/console")
    ledger = gateway.app[RESOURCES].ledger
    moved_to(gateway, local(gateway, 30, 9, 1))
    await agents.add(ledger, "ana", "agent", KEPT, gateway.clock())
    await agents.set_mail(ledger, "ana", ADDRESS)
    await say(gateway, "una persona", "C-1004", result=escalated("4KD7WP"))
    again = await start(clock=gateway.clock, console_url="https://consola.example/console")
    assert again.settings.smtp_url
    async with asyncio.timeout(60):
        while not (mails := list((tmp_path / "outbox").glob("digest-*.eml"))):  # noqa: ASYNC110 - the worker tells nobody
            await asyncio.sleep(0.05)
    mail = message_from_bytes(mails[0].read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail["To"] == ADDRESS
    assert "https://consola.example/console" in mail.get_content()


@pytest.mark.parametrize("to", ["a@empresa.example,b@empresa.example", f"{ADDRESS}\nBcc: b@empresa.example", ""])
async def test_what_is_not_one_address_is_given_up_and_reaches_nobody(gateway, tmp_path: Path, to: str) -> None:
    assert await Mailer(f"file://{tmp_path}/mails").post(gateway.app[RESOURCES], to, "a", "b", "digest:1")
    assert not (tmp_path / "mails").exists()


async def test_an_end_of_line_behind_an_address_is_no_part_of_it(gateway) -> None:
    assert plain_mail(gateway.app[RESOURCES], f"{ADDRESS}\n", "a", "b")["To"] == ADDRESS


@pytest.mark.parametrize(("url", "settled"), [("", True), ("smtp://127.0.0.1:9", False)])
async def test_what_a_mail_server_says_is_worth_another_try_or_not(gateway, url: str, settled: bool) -> None:
    assert await Mailer(url).post(gateway.app[RESOURCES], ADDRESS, "a", "b", "digest:1") is settled
