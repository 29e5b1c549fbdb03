"""What the stand-in writes is what the channel reads: both follow the same sheet, and neither knows the other."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.channels.whatsapp.updates import Message, Reaction, Status, updates
from bot.commands.checks.whatsapp import whatsapp
from bot.fake_whatsapp import inbound
from bot.fake_whatsapp.app import serving
from bot.fake_whatsapp.fake import FakeGraph
from bot.fake_whatsapp.media import File
from bot.fake_whatsapp.people import with_phone, without_phone
from bot.migrations import upgrade
from bot.settings import load_settings
from harness.whatsapp import variables
from tests.whatsapp.conftest import ANA_PHONE, BUSINESS, NUMBER

PICTURE = File("700000000000001", "image/png", b"\x89PNG")
SOUND = File("700000000000002", "audio/ogg; codecs=opus", b"OggS")
NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)


@pytest.fixture
async def meta():
    fake = FakeGraph(BUSINESS, now=lambda: NOW)
    fake.people.add(with_phone(ANA_PHONE, "Ana P."))
    fake.people.add(without_phone("sol", "Sol"))
    return fake


def read(fake: FakeGraph, update):
    found = updates(fake.envelope([update]))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (inbound.text("¿cuándo vence?"), "text", "¿cuándo vence?"),
        (inbound.image(PICTURE, "mi pantalla"), "image", "mi pantalla"),
        (inbound.image(PICTURE), "image", ""),
        (inbound.document(PICTURE, "error.png", "esto"), "document", "esto"),
        (inbound.voice(SOUND), "audio", ""),
        (inbound.sticker(PICTURE), "sticker", ""),
        (inbound.location(19.4, -99.1, "Zócalo"), "location", ""),
        (inbound.contacts("Luis", "+52 55 0000 9999"), "contacts", ""),
        (inbound.template_button("SEGUIR", "Seguir"), "text", "Seguir"),
    ],
)
async def test_every_kind_of_message(meta, body, kind, text):
    ana, sol = meta.people.with_number(ANA_PHONE), meta.people.get("sol")
    message = read(meta, meta.receives(ana, body, send=False))
    assert isinstance(message, Message)
    assert (message.kind, message.text, message.number, message.sent_at) == (kind, text, NUMBER, NOW)
    assert (message.sender.phone, message.sender.wire, message.sender.user_id) == (ANA_PHONE, "+5215500001234", ana.user_id)
    hidden = read(meta, meta.receives(sol, body, send=False))
    assert (hidden.sender.phone, hidden.sender.user_id) == (None, sol.user_id)


async def test_presses_reactions_and_statuses(meta):
    ana = meta.people.with_number(ANA_PHONE)
    pressed = read(meta, meta.receives(ana, inbound.button_reply("b1", "Sí"), quote="wamid.OURS", send=False))
    assert (pressed.button, pressed.text, pressed.quoted) == ("b1", "Sí", "wamid.OURS")
    chosen = read(meta, meta.receives(ana, inbound.list_reply("r1", "SIERRA-01", "activo"), quote="wamid.OURS", send=False))
    assert (chosen.button, chosen.text) == ("r1", "SIERRA-01")
    for emoji in ("👍", ""):
        reaction = read(meta, meta.receives(ana, inbound.reaction("wamid.OURS", emoji), send=False))
        assert isinstance(reaction, Reaction)
        assert (reaction.message, reaction.emoji) == ("wamid.OURS", emoji or None)
    body = {"to": ANA_PHONE, "type": "text", "text": {"body": "hola"}, "biz_opaque_callback_data": "7"}
    sent = meta.accept(NUMBER, ana, body)
    status = read(meta, meta.report(sent.id, "delivered", send=False))
    assert isinstance(status, Status)
    assert (status.wamid, status.state, status.callback, status.billable, status.category) == (sent.id, "delivered", "7", True, "service")
    failed = read(meta, meta.report(sent.id, "failed", 131026, send=False))
    assert [problem.code for problem in failed.errors] == [131026]


async def test_the_doctor_finds_nothing_wrong_with_the_stand_in(tmp_path):
    fake = FakeGraph(BUSINESS, "https://assistant.example/whatsapp/webhook")
    async with serving(fake) as meta:
        settings = load_settings({**variables(meta), "DEMO": "1", "DATABASE_URL": f"sqlite:///{tmp_path}/ledger.db"})
        await asyncio.to_thread(upgrade, str(settings.database_url), "ledger")
        found = await whatsapp(replace(settings, whatsapp_access_token=BUSINESS.access_token, whatsapp_app_secret=BUSINESS.app_secret))
    assert [finding.text for finding in found if finding.level == "wrong"] == []
    told = " ".join(finding.text for finding in found if finding.level == "ok")
    assert "https://assistant.example/whatsapp/webhook" in told
    assert "5215500000000" in told
