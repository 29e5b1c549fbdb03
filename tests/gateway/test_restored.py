"""A ledger that was put back from a copy: sessions of before are over, and their conversations go on for those they belong to."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot.conversations import life
from bot.identity.portal import issue_portal_token
from bot.resources import RESOURCES
from tests.gateway.client import Visitor, execute

pytestmark = pytest.mark.usefixtures("seeded")


async def test_a_session_of_the_life_before_is_over_and_its_conversation_goes_on(gateway, visitor: Visitor) -> None:
    await visitor.ask("hola")
    first = await visitor.open(session=visitor.session)
    await life.begin_anew(gateway.app[RESOURCES].ledger, gateway.clock())
    for method, path, body in (("GET", "/webchat/messages", None), ("POST", "/webchat/read", {"seq": 1}), ("GET", "/webchat/stream", None)):
        status, refused = await visitor.call(method, path, json=body)
        assert (status, refused["error"]) == (401, "session_expired"), path
    assert (await visitor.send("¿sigues?"))[0] == 401
    again = await visitor.open(session=visitor.session)
    assert (again["conversation"], again["cursor"]) == (first["conversation"], 3)
    assert again["epoch"] != first["epoch"]
    assert (await visitor.ask("¿sigues?"))["text"] == "eco: ¿sigues?"


async def test_a_stream_of_the_life_before_ends(gateway, visitor: Visitor) -> None:
    async with visitor.stream() as events:
        await anext(events)
        await life.begin_anew(gateway.app[RESOURCES].ledger, gateway.clock())
        assert [event async for event in events if event["event"] == "message"] == []


async def opened_by(gateway, tab: Visitor, desk: str, **more: str) -> dict:
    return await tab.open(token=issue_portal_token(gateway.settings, desk, gateway.clock()), **more)


async def forget_sessions(folder: Path) -> None:
    """They were opened after the copy was made."""
    await execute(folder / "ledger.db", "DELETE FROM web_session")


async def test_a_customer_whose_session_was_opened_after_the_copy_keeps_the_conversation(gateway, tmp_path) -> None:
    async with Visitor(gateway.url("/")) as tab:
        first = await opened_by(gateway, tab, "C-1003")
        await tab.ask("hola")
        await forget_sessions(tmp_path)
        await life.begin_anew(gateway.app[RESOURCES].ledger, gateway.clock())
        again = await opened_by(gateway, tab, "C-1003", session=first["session"])
        assert (again["conversation"], again["cursor"]) == (first["conversation"], 3)
        assert (await tab.ask("¿sigues?"))["text"] == "eco: ¿sigues?"


@pytest.mark.parametrize("case", ["another customer", "a visitor", "the same life", "logged out"])
async def test_nobody_else_gets_it(gateway, tmp_path, case: str) -> None:
    async with Visitor(gateway.url("/")) as tab:
        first = await opened_by(gateway, tab, "C-1003")
        await tab.ask("hola")
        if case == "logged out":
            await tab.call("POST", "/webchat/logout")
        else:
            await forget_sessions(tmp_path)
        if case != "the same life":
            await life.begin_anew(gateway.app[RESOURCES].ledger, gateway.clock())
        if case == "a visitor":
            again = await tab.open(session=first["session"])
        else:
            again = await opened_by(gateway, tab, "C-1007" if case == "another customer" else "C-1003", session=first["session"])
        assert again["conversation"] != first["conversation"]
        assert again["cursor"] == 0
    with sqlite3.connect(tmp_path / "ledger.db") as ledger:
        assert ledger.execute("SELECT count(*) FROM conversation").fetchone() == (2,)
    ledger.close()
