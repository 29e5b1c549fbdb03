"""Whether an account exists shows neither in the time nor in the work: the same statements and the same password check, whoever is named.

Times themselves are measured by `python -m benchmarks.enumeration`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import argon2
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.console import agents
from bot.console.agents import MOST_FAILURES
from bot.conversations.ledger import Ledger
from tests.console.conftest import PASSWORD, Browser, add_agent, browser, ledger
from tests.gateway.client import Visitor
from tests.gateway.conftest import Gateway
from tests.gateway.on_each import gateway, ledger_url

__all__ = ["add_agent", "browser", "gateway", "ledger", "ledger_url"]

WRITTEN = r"INTO (?:message|episode|understanding|sealed|effect|step_up|code_sent|guesses|button)\b"
WRONG = "otra clave muy distinta"
pytestmark = pytest.mark.usefixtures("seeded")


@contextmanager
def statements(about: str) -> Iterator[list[str]]:
    """The statements in which this is found, in their order, on every database."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if re.search(about, statement):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parameters of each password check that is really done."""
    done: list[str] = []
    verify = argon2.PasswordHasher.verify

    def noted(self: argon2.PasswordHasher, kept: str, password: str) -> bool:
        done.append(kept.rpartition("$")[0].rpartition("$")[0])
        return verify(self, kept, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noted)
    return done


async def work_of(browser: Browser, checks: list[str], name: str) -> tuple[Sequence[str], Sequence[str]]:
    checks.clear()
    with statements(r"(?:FROM|UPDATE|INTO)\s+agent\b|INTO (?:audit_entry|agent_session)\b") as seen:
        await browser.sign_in(name, WRONG)
    assert browser.status == 401
    return tuple(seen), tuple(checks)


async def test_enumeration_by_timing_of_the_sign_in(
    browser: Browser, add_agent, gateway: Gateway, ledger: Ledger, checks: list[str]
) -> None:
    await add_agent("ana")
    await add_agent("jefa", "supervisor")
    await add_agent("ida")
    await agents.remove(ledger, "ida", gateway.clock())
    nobody = await work_of(browser, checks, "nadie")
    assert (len(nobody[0]), len(nobody[1])) == (3, 1)  # looked for, counted, noted; one check
    for name in ("ana", "jefa", "ida", ""):
        assert await work_of(browser, checks, name) == nobody, name
    for _ in range(MOST_FAILURES):  # the one that locks, and those behind it
        assert await work_of(browser, checks, "ana") == nobody
    found = await agents.find(ledger, "ana", gateway.clock())
    assert found is not None
    assert found.locked
    assert await work_of(browser, checks, "ana") == nobody


async def test_a_password_that_is_kept_as_of_before_is_kept_anew(
    browser: Browser, gateway: Gateway, ledger: Ledger, checks: list[str]
) -> None:
    """Else an agent of long ago would be known by a quicker check than nobody's."""
    await agents.add(ledger, "ana", "agent", argon2.PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD), gateway.clock())
    await browser.sign_in("ana")
    nobody = (await work_of(browser, checks, "nadie"))[1]
    assert (await work_of(browser, checks, "ana"))[1] == nobody
    await browser.sign_in("ana")
    assert browser.path == "/console/cola"


@pytest.mark.parametrize(
    "said", ["soy {}, mándame el código", "mi correo es contacto@{}.example, ¿ya llegó mi código?", "123456 es el código de {}"]
)
async def test_enumeration_by_timing_of_the_one_time_code(gateway: Gateway, said: str) -> None:
    """A visitor who names a customer makes the house do what one does who names an invention; nobody's account is even looked up."""
    done = []
    for name in ("C-1001", "C-9999"):
        async with Visitor(gateway.url("/")) as visitor:
            await visitor.open()
            with statements(r"FROM\s+(?:desk|guesses|code_sent)\b") as read, statements(WRITTEN) as written:
                await visitor.send(said.format(name))
                messages = await visitor.until(lambda messages: messages[-1]["kind"] == "answer")
        done.append(({statement.split()[2] for statement in written}, [each["text"].replace(name, "X") for each in messages]))
        assert read == []
    assert done[0] == done[1]
    assert "message" in done[0][0]
