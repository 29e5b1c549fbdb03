"""What a turn asks for happens once, after its commit, whatever is tried twice."""

from __future__ import annotations

import email
import email.policy
import json
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import AccountsUnavailable
from bot.identity.portal import issue_portal_token
from harness.dialogue import reply, result
from tests.gateway.client import Visitor, execute
from tests.gateway.conftest import FAST

pytestmark = pytest.mark.usefixtures("seeded")
RESEND = {"kind": "resend_connection_mail", "payload": {"desk": "C-1011", "server": "VISION-01"}}
SORRY = (
    "SELECT in_reply_to, reason, summary, e.state FROM message m JOIN escalation e USING (conversation_id) WHERE kind = 'notice' "
    "AND text LIKE 'No pudimos enviar el correo%55 8000 9480%' AND text LIKE '% Tu folio: ' || code || '.'"
)
"""The notice, and the case whose folio it tells."""
ESCALATE = {"kind": "escalate", "payload": {"reason": "pago vencido", "code": "7K2M9X", "summary": "Lleva 6 días hábiles"}}


async def ask(gateway, effects: list, desk: str | None = "C-1011", text: str = "reenvíame el correo") -> Visitor:
    gateway.dialogue.script[text] = result(reply("Listo."), effects=effects)
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open(**({"token": issue_portal_token(gateway.settings, desk, gateway.clock())} if desk else {}))
        await visitor.ask(text)
    return visitor


def rows(tmp_path, query: str, database: str = "ledger.db") -> list[tuple]:
    connection = sqlite3.connect(tmp_path / database)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


async def settled(gateway, tmp_path, query: str = "SELECT state FROM effect", pending: str = "pending") -> list[str]:
    """The states of all effects, once none is pending."""
    async with Visitor(gateway.url("/")) as visitor:
        while True:
            states = [state for (state,) in rows(tmp_path, query)]
            if states and pending not in states:
                return states
            await visitor.call("GET", "/health/live")


async def test_the_connection_mail_goes_out_with_its_file(gateway, tmp_path) -> None:
    await ask(gateway, [RESEND])
    assert await settled(gateway, tmp_path) == ["done"]
    (file,) = (tmp_path / "outbox").glob("*.eml")
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert mail["Subject"] == "Archivo de conexión a tu servidor Aspel Nube."
    assert mail["From"] == gateway.settings.mail_from
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "VISION-01.rdp"
    host = rows(tmp_path, "SELECT host FROM virtual_server WHERE alias = 'VISION-01'", "accounts.db")[0][0]
    assert f"full address:s:{host}" in attachment.get_content().decode()
    queued = rows(tmp_path, "SELECT sent_to, request_key FROM connection_mail WHERE request_key IS NOT NULL", "accounts.db")
    assert len(queued) == 1
    assert mail["To"] == queued[0][0]


async def test_an_effect_applied_twice_changes_nothing(gateway, tmp_path) -> None:
    await ask(gateway, [RESEND])
    await settled(gateway, tmp_path)
    await execute(tmp_path / "ledger.db", "UPDATE effect SET state = 'pending'")  # as if the process died before it noted the end
    gateway.clock.forward(minutes=3)
    assert await settled(gateway, tmp_path) == ["done"]
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 1
    assert len(rows(tmp_path, "SELECT 1 FROM connection_mail WHERE request_key IS NOT NULL", "accounts.db")) == 1


async def test_a_retried_turn_asks_once(gateway, tmp_path) -> None:
    gateway.dialogue.mode = "503"
    gateway.dialogue.script["reenvíame el correo"] = result(reply("Listo."), effects=[RESEND])
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open(token=issue_portal_token(gateway.settings, "C-1011", gateway.clock()))
        await visitor.send("reenvíame el correo")
        while len(gateway.dialogue.turns) < 3:
            await visitor.messages()
        gateway.dialogue.mode = "ok"
        await visitor.answer_to(1)
    assert await settled(gateway, tmp_path) == ["done"]


async def test_an_escalation_is_written_with_its_code(gateway, tmp_path) -> None:
    visitor = await ask(gateway, [ESCALATE], None, "quiero hablar con alguien")
    (row,) = rows(tmp_path, "SELECT conversation_id, code, reason, summary, state FROM escalation")
    assert row == (visitor.conversation, "7K2M9X", "pago vencido", "Lleva 6 días hábiles", "open")
    assert rows(tmp_path, "SELECT kind, state FROM effect") == [("escalate", "done")]


@pytest.mark.parametrize("desk", ["C-1001", None])
async def test_a_turn_cannot_change_another_customers_things(gateway, tmp_path, desk) -> None:
    await ask(gateway, [RESEND], desk)
    assert rows(tmp_path, "SELECT state, error FROM effect") == [("failed", "names another desk than the customer's")]
    assert not list(tmp_path.glob("outbox/*.eml"))


@pytest.mark.parametrize("server", ["NO-HAY-99", "ESPERANZA-01", "../x"])
async def test_a_server_that_is_not_there_fails_for_good(gateway, tmp_path, server: str) -> None:
    await ask(gateway, [{"kind": "resend_connection_mail", "payload": {"desk": "C-1011", "server": server}}])
    assert await settled(gateway, tmp_path) == ["failed"]
    assert not list(tmp_path.glob("outbox/*.eml"))
    assert rows(tmp_path, SORRY) == [(1, "correo_no_enviado", f"C-1011 · {server} · 1 intento", "open")]


async def test_an_effect_of_an_unknown_kind_aborts_the_turn(gateway, tmp_path) -> None:
    gateway.dialogue.script["x"] = result(reply("Listo."), effects=[{"kind": "delete_everything", "payload": {}}])
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.send("x")
        while len(gateway.dialogue.turns) < 2:
            await visitor.messages()
        assert [m["kind"] for m in await visitor.messages()] == ["text", "notice"]
    assert rows(tmp_path, "SELECT * FROM effect") == []


async def test_a_mail_server_that_is_away_is_tried_again(start, tmp_path) -> None:
    from bot.settings import Secret

    gateway = await start(smtp_url=Secret("smtp://127.0.0.1:9"), timings=replace(FAST, effect_attempts=3, back_off_first=timedelta(0)))
    await ask(gateway, [RESEND])
    assert await settled(gateway, tmp_path) == ["failed"]
    assert rows(tmp_path, "SELECT attempts FROM effect") == [(3,)]
    assert rows(tmp_path, SORRY) == [(1, "correo_no_enviado", "C-1011 · VISION-01 · 3 intentos", "open")]


@pytest.mark.parametrize(
    "error", [RuntimeError("x"), TypeError("x"), ZeroDivisionError(), KeyError("x"), OSError("x")], ids=lambda e: type(e).__name__
)
async def test_a_companys_own_system_that_raises_anything_is_not_asked_for_ever(start, tmp_path, error: Exception) -> None:
    from bot import accounts as live_state
    from harness.dialogue import StandIn
    from tests.gateway.conftest import settings_for

    class Broken:
        def __init__(self, real) -> None:
            self.real = real

        async def queue_connection_mail(self, *_arguments):
            raise error

        def __getattr__(self, name: str):
            return getattr(self.real, name)

    nobody = StandIn()
    nobody.port = 9
    broken = Broken(live_state.create(settings_for(tmp_path, nobody)))
    gateway = await start(accounts=broken, timings=replace(FAST, effect_attempts=3, back_off_first=timedelta(0)))
    await ask(gateway, [RESEND])
    assert await settled(gateway, tmp_path) == ["failed"]
    assert rows(tmp_path, SORRY) == [(1, "correo_no_enviado", "C-1011 · VISION-01 · 1 intento", "open")]
    await broken.real.close()


async def test_the_live_state_being_away_postpones_the_effect(start, tmp_path) -> None:
    from bot import accounts as live_state
    from tests.gateway.conftest import settings_for

    class Flaky:
        """The real live state, away at first."""

        def __init__(self, real) -> None:
            self.real, self.calls, self.marked = real, 0, []

        async def read_desk(self, desk_id: str):
            self.calls += 1
            if self.calls < 3:
                raise AccountsUnavailable("away")
            return await self.real.read_desk(desk_id)

        async def connection_mail_sent(self, key: str, now) -> None:
            self.marked.append(key)

        def __getattr__(self, name: str):
            return getattr(self.real, name)

    from harness.dialogue import StandIn

    nobody = StandIn()
    nobody.port = 9  # nothing of the dialogue is called here
    flaky = Flaky(live_state.create(settings_for(tmp_path, nobody)))
    gateway = await start(accounts=flaky)
    await ask(gateway, [RESEND])
    assert await settled(gateway, tmp_path) == ["done"]
    (payload, inbound) = rows(tmp_path, "SELECT payload, inbound_id FROM effect")[0]
    assert json.loads(payload) == RESEND["payload"]
    assert flaky.marked == [f"{inbound}:0"]
    await flaky.real.close()
