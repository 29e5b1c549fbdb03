"""The gateway is killed around the mail that a turn asked for: it goes out, with one Message-ID, and its effect is done once."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.identity.portal import issue_portal_token
from harness.dialogue import StandIn, reply, result
from tests.crash.dying_gateway import POINTS
from tests.crash.keeper import Browser, Keeper
from tests.crash.post_office import PostOffice
from tests.gateway.conftest import settings_for
from tests.support.hangs import eventually

pytestmark = pytest.mark.usefixtures("seeded")
RESEND = {"kind": "resend_connection_mail", "payload": {"desk": "C-1011", "server": "VISION-01"}}
ESCALATE = {"kind": "escalate", "payload": {"reason": "pago vencido", "code": "SV-7K2M9", "summary": "Lleva 6 días hábiles"}}
MAIL_POINTS = [name for name in POINTS if "mail" in name or "effect" in name]
TWICE = {"after the mail"}  # between the hand-over and its mark nobody can know whether it went out


def rows(database: Path, query: str) -> list[tuple]:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("point", [*MAIL_POINTS, "inside the commit", "after the commit"])
async def test_killed(point: str, tmp_path: Path, dialogue: StandIn) -> None:
    settings = settings_for(tmp_path, dialogue)
    dialogue.script["reenvíame el correo"] = result(reply("eco: reenvíame el correo"), effects=[RESEND, ESCALATE])

    async def done() -> bool:
        return rows(tmp_path / "ledger.db", "SELECT DISTINCT state FROM effect") == [("done",)]

    async with PostOffice() as office, Keeper(tmp_path, dialogue, point, SMTP_URL=office.url) as keeper, Browser(keeper.url) as browser:
        await browser.open(token=issue_portal_token(settings, "C-1011", datetime.now(tz=UTC)))
        await browser.say("reenvíame el correo")
        await keeper.died(1)
        await eventually(done)
        await browser.answered(1)
        await browser.check("reenvíame el correo")
        assert keeper.exits == [-9]
    assert len(office.mails) == (2 if point in TWICE else 1)
    assert len({mail["Message-ID"] for mail in office.mails}) == 1
    assert rows(tmp_path / "ledger.db", "SELECT kind, state FROM effect ORDER BY n") == [
        ("resend_connection_mail", "done"),
        ("escalate", "done"),
    ]
    assert rows(tmp_path / "ledger.db", "SELECT code FROM escalation") == [("SV-7K2M9",)]
    sent = rows(tmp_path / "accounts.db", "SELECT status FROM connection_mail WHERE request_key IS NOT NULL")
    assert sent == [("sent",)]
