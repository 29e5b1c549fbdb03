"""All data out and in: what is taken in is what was taken out, nobody hears of it, and twice is once."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import timedelta

import pytest

from bot import clock
from bot.commands import archive as command
from bot.console import archive, marks
from bot.console.archive import ArchiveError
from bot.conversations import cases, listing, transcripts
from bot.conversations.ledger import Ledger
from bot.conversations.listing import Wanted
from bot.database import open_database
from bot.migrations import upgrade
from tests.console.conftest import Browser
from tests.console.talk import customer, escalated
from tests.console.test_cases import solve
from tests.console.test_work import send, take

pytestmark = pytest.mark.usefixtures("seeded")
AT = (clock.now() - timedelta(days=30)).isoformat()
"""Old, and not so old that a gateway removes it as soon as it starts."""


def talk(**changes: object) -> bytes:
    said = [
        {
            "author": "customer",
            "text": "¿mi factura?",
            "at": AT,
            "understood": [{"text": "¿mi factura?", "decision": "answered", "intent": "faq_factura"}],
        },
        {"author": "agent", "text": "Va.", "at": AT},
    ]
    return json.dumps({"type": "conversation", "id": "vieja-1", "channel": "web", "desk": "C-9", "messages": said, **changes}).encode()


async def everything(ledger: Ledger) -> list[dict]:
    return [json.loads(line) async for line in archive.lines(ledger)]


async def test_what_goes_out_comes_in_again(ana: Browser, gateway, ledger, tmp_path) -> None:
    gateway.dialogue.script["una persona"] = escalated("4KD7WP")
    async with customer(gateway, "C-1004") as one:
        await one.ask("hola")
        await one.ask("una persona")
        await take(ana, one.conversation)
        await send(ana, one.conversation)
        await solve(ana, one.conversation)
    now = gateway.clock()
    await marks.add_note(ledger, one.conversation, "ana", "Llamó ayer", now)
    await marks.add_tag(ledger, one.conversation, "ana", "urgente", now)
    first = (await transcripts.read(ledger, one.conversation)).lines[0].message.id
    await marks.correct(ledger, one.conversation, first, 0, "consultar_pago", "ana", now)
    out = await everything(ledger)
    assert [line["type"] for line in out] == ["agent", "conversation"]
    assert "password" not in json.dumps(out)
    url = f"sqlite:///{tmp_path}/other.db"
    upgrade(url, "ledger")
    other = Ledger(open_database(url))
    written = [json.dumps(line).encode() for line in out]
    assert await archive.take_in(other, written) == (1, 0)
    assert await archive.take_in(other, written) == (0, 1)
    assert (await everything(other)) == out[1:], "but for the agents, who sign in by their own ledger"
    await other.close()


async def test_old_history_wakes_nobody(ana: Browser, gateway, ledger) -> None:
    case = {"code": "ABC234", "reason": "cliente_pide_asesor", "about": 1, "at": AT}
    assert await archive.take_in(
        ledger, [talk(cases=[case]), b"", b'{"type": "agent", "name": "x", "role": "agent", "created_at": "2024-05-01T10:00:00Z"}']
    ) == (1, 0)
    assert await archive.take_in(ledger, [talk()]) == (0, 1), "another system's id is the same conversation each time"
    await ana.get("/console/cola")
    assert "No hay casos abiertos" in ana.words
    page = await listing.find(ledger, Wanted(words="factura", intent="faq_factura"))
    (row,) = page.rows
    await ana.get(f"/console/conversaciones/{row.id}")
    assert "vencido sin más mensajes" in ana.words
    assert [each.state for each in await cases.of(ledger, row.id)] == ["expired"]
    assert gateway.dialogue.turns == []


@pytest.mark.parametrize(
    ("ranking", "sureness"),
    [
        ([{"name": "faq_factura", "confidence": 0.3}], "low"),
        ([{"name": "faq_factura", "confidence": 1}], "high"),
        ([], None),
        ([{"name": "x"}, 7], None),
        (["x"], None),
    ],
)
async def test_how_sure_an_old_reading_was_can_be_asked(ledger, ranking: list, sureness: str | None) -> None:
    part = {"text": "¿mi factura?", "decision": "answered", "intent": "faq_factura", "ranking": ranking}
    await archive.take_in(ledger, [talk(messages=[{"author": "customer", "text": "¿mi factura?", "at": AT, "understood": [part]}])])
    found = [band for band in ("low", "middle", "high") if (await listing.find(ledger, Wanted(sureness=band))).rows]
    assert found == ([] if sureness is None else [sureness])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "line 2: "),
        (talk(channel="fax"), "line 2: Invalid enum value 'fax'"),
        (talk(messages=[]), "line 2: a conversation without messages"),
        (talk(messages=[{"author": "customer", "text": "x", "at": "2024-05-01T10:00:00"}]), "line 2: a moment without its offset"),
        (talk(cases=[{"code": "A", "reason": "r", "about": 3, "at": AT}]), "line 2: a case about a message that is not there"),
        (b"\xff\xfe", "line 2: "),
    ],
    ids=["no JSON", "channel", "no messages", "no offset", "about nothing", "no UTF-8"],
)
async def test_a_line_that_is_wrong_is_named(ledger, line: bytes, why: str) -> None:
    with pytest.raises(ArchiveError, match=why.replace("(", r"\(")):
        await archive.take_in(ledger, [talk(id="otra"), line])
    assert (await listing.find(ledger, Wanted())).rows == ()


def test_the_command_writes_over_nothing(tmp_path, monkeypatch, capsys) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    upgrade(url, "ledger")
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DEMO", "1")
    old, out = tmp_path / "old.jsonl", tmp_path / "out.jsonl"
    old.write_bytes(talk() + b"\n")
    assert command.run(Namespace(deed="import", file=old)) == 0
    assert command.run(Namespace(deed="export", file=out)) == 0
    assert json.loads(out.read_bytes())["desk"] == "C-9"
    assert out.stat().st_mode & 0o077 == 0, "customers' words are nobody else's to read"
    assert command.run(Namespace(deed="export", file=out)) == 1
    old.write_bytes(b"{")
    assert command.run(Namespace(deed="import", file=old)) == 1
    assert "line 1" in capsys.readouterr().err
