"""`python -m bot doctor` on WhatsApp: each thing that can be wrong is made wrong once; no secret is ever shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert

from bot import clock
from bot.commands.checks import Finding, examine, whatsapp
from bot.commands.doctor import checks_of
from bot.conversations.ledger import new_id
from bot.conversations.models import Message
from tests.channels.whatsapp.conftest import DAY, NUMBER, SECOND, World, settings_of
from tests.channels.whatsapp.platform import TOKEN, Platform, refusal

APP = {"id": "900", "name": "Servidor virtual"}
FIELDS = [*whatsapp.NEEDED_FIELDS, *whatsapp.WANTED_FIELDS]


def subscribed(*fields: str, **changes: Any) -> dict[str, Any]:
    hook = {"object": "whatsapp_business_account", "callback_url": "https://chat.example/whatsapp/webhook", "active": True}
    return {
        "data": [{"object": "page", "fields": []}, {**hook, "fields": [{"name": name, "version": "v26.0"} for name in fields], **changes}]
    }


@pytest.fixture
def meta(platform: Platform) -> Platform:
    """Everything is well there."""
    number = {
        "id": NUMBER,
        "display_phone_number": "+52 55 0000 0000",
        "verified_name": "Empresa",
        "status": "CONNECTED",
        "quality_rating": "GREEN",
    }
    platform.nodes |= {"app": APP, "900/subscriptions": subscribed(*FIELDS), NUMBER: number}
    return platform


async def found(world: World, **changes: Any) -> list[Finding]:
    findings = await whatsapp.whatsapp(replace(world.resources.settings, **changes))
    for secret in (TOKEN, "app-secret", "verify-me"):
        assert secret not in str(findings)
    assert all(finding.todo for finding in findings if finding.level == "wrong")
    return findings


def told(findings: list[Finding], level: str) -> str:
    return "\n".join(f"{finding.text} → {finding.todo}" for finding in findings if finding.level == level)


async def test_all_is_well(world: World, meta: Platform) -> None:
    findings = await found(world)
    assert {finding.level for finding in findings} == {"ok"}
    for words in ("the token is good, of the app Servidor virtual", "with 8 fields", "is connected", "everything of the last day went out"):
        assert words in told(findings, "ok")
    assert meta.tokens == [f"Bearer {TOKEN}", "Bearer 900|app-secret", f"Bearer {TOKEN}"]


async def test_where_it_is_not_used(tmp_path, platform: Platform) -> None:
    (finding,) = await whatsapp.whatsapp(settings_of(tmp_path, platform, whatsapp_phone_number_id=()))
    assert (finding.level, "is not used" in finding.text) == ("ok", True)


async def test_it_is_one_of_the_doctors_checks(tmp_path, platform: Platform) -> None:
    checks = checks_of(settings_of(tmp_path, platform, whatsapp_phone_number_id=()))
    (finding,) = await examine([each for each in checks if each[0] == "whatsapp"])
    assert finding.level == "ok"


@pytest.mark.parametrize(
    ("node", "answer", "level", "words"),
    [
        (
            "app",
            refusal(190, 401, message=f"Malformed access token {TOKEN}"),
            "wrong",
            "the token is refused (code 190) → make a lasting one",
        ),
        ("app", refusal(10, 403), "wrong", "Meta refuses to tell of the app (code 10)"),
        ("900/subscriptions", refusal(190, 401), "wrong", "cannot be read (code 190) → WHATSAPP_APP_SECRET must be that of this app"),
        ("900/subscriptions", {"data": []}, "wrong", "the app has no webhook for WhatsApp"),
        ("900/subscriptions", {"data": "?"}, "wrong", "the app has no webhook for WhatsApp"),
        ("900/subscriptions", subscribed(*FIELDS, active=False), "wrong", "or it is switched off"),
        ("900/subscriptions", subscribed(*FIELDS[1:]), "wrong", "not subscribed to messages: nothing that customers write would come"),
        ("900/subscriptions", subscribed("messages"), "note", "not subscribed to standby: what customers write while Meta's agent holds"),
        (
            NUMBER,
            refusal(100, error_subcode=33),
            "wrong",
            f"the number {NUMBER} cannot be read (code 100) → correct WHATSAPP_PHONE_NUMBER_ID",
        ),
        (NUMBER, {"status": "PENDING"}, "wrong", "is PENDING → register it"),
        (NUMBER, {"quality_rating": "RED"}, "note", "has the quality RED"),
    ],
)
async def test_what_meta_tells(world: World, meta: Platform, node: str, answer: Any, level: str, words: str) -> None:
    meta.nodes[node] = answer
    assert words in told(await found(world), level)


async def test_meta_is_away(world: World, meta: Platform) -> None:
    await meta.stop()
    assert "Meta cannot be reached (ClientConnectorError) → nothing can be sent" in told(await found(world), "wrong")


@pytest.mark.parametrize(
    ("name", "today", "level", "words"),
    [
        ("v26.0", date(2026, 11, 27), "ok", "has no end yet"),
        ("v27.0", date(2026, 11, 27), "ok", "has no end yet"),
        ("v23.0", date(2026, 11, 27), "ok", "ends on 2027-10-08, in 315 days"),
        ("v23.0", date(2027, 4, 11), "note", "ends on 2027-10-08, in 180 days"),
        ("v23.0", date(2027, 4, 10), "ok", "in 181 days"),
        ("v21.0", date(2026, 11, 27), "note", "ends on 2027-01-21, in 55 days"),
        ("v21.0", date(2027, 1, 21), "wrong", "has ended on 2027-01-21"),
        ("v20.0", date(2026, 11, 27), "wrong", "is no more"),
    ],
)
def test_how_long_the_version_lives(name: str, today: date, level: str, words: str) -> None:
    finding = whatsapp.version(name, today)
    assert (finding.level, words in finding.text) == (level, True), finding


async def test_settings_that_customers_notice(world: World, meta: Platform) -> None:
    assert "PRIVACY_URL is empty" in told(await found(world, privacy_url=""), "note")


async def test_what_did_not_get_through(world: World, meta: Platform) -> None:
    world.resources.now.at = clock.now()
    someone = await world.person(privacy_notice_at=world.now)
    await someone.writes()
    for error in (None, None, "failed", "ambiguous", "pending"):
        await someone.is_told("Hola.")
        if error != "pending":
            change = f"UPDATE delivery SET state = '{error or 'sent'}' WHERE state = 'pending'"
            await world.ledger.write(lambda connection, change=change: connection.exec_driver_sql(change))
    findings = told(await found(world), "note")
    assert "1 messages of the last day could not be delivered" in findings
    assert "of 1 messages of the last day nobody knows whether they arrived" in findings
    earlier = {"at": world.now - 400 * SECOND}
    await world.ledger.write(lambda connection: connection.execute(Message.__table__.update().values(**earlier)))
    assert "1 messages have waited to go out for more than 5 minutes" in told(await found(world), "wrong")


async def test_what_somebody_else_held(world: World, meta: Platform) -> None:
    now = clock.now()
    someone = await world.person()
    row = {
        "conversation_id": someone.conversation,
        "author": "customer",
        "kind": "text",
        "text": "hola",
        "channel": "whatsapp",
        "scope": NUMBER,
    }
    row |= {"at": now, "state": "noted", "level": 0}
    rows = [{"sent_at": now, "external_id": "wamid.held"}, {"sent_at": now - 3 * DAY, "external_id": "wamid.stale"}]
    rows.append({"sent_at": now, "external_id": "reaction:wamid.x"})
    noted = [{**row, **more, "id": new_id(), "seq": n} for n, more in enumerate(rows, start=1)]
    await world.ledger.write(lambda connection: connection.execute(insert(Message), noted))
    assert "1 messages of the last day were stored and not answered" in told(await found(world), "note")


async def test_a_ledger_that_is_away(world: World, meta: Platform, tmp_path) -> None:
    findings = await whatsapp.whatsapp(replace(world.resources.settings, database_url=f"sqlite:///{tmp_path}/none/ledger.db"))
    assert "the ledger cannot be read" in told(findings, "note")
