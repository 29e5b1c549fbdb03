"""`python -m bot transcript` and `parked` on a real ledger."""

from __future__ import annotations

import argparse
import asyncio
import os
from zoneinfo import ZoneInfo

import pytest

from bot.commands import parked, transcript
from bot.conversations import queue, transcripts
from bot.protocol.turn import Choice
from bot.protocol.turn import Effect as Ask
from tests.conversations_ledger.conftest import told

ESCALATE = Ask("escalate", {"reason": "pago vencido", "code": "SV-7K2M9", "summary": "s"})


async def run(monkeypatch, url: str, *words: str) -> int:
    """The command as `python -m bot` would run it."""
    for name in list(os.environ):
        if name.endswith(("_SECRET", "_URL", "DEMO")):
            monkeypatch.delenv(name)
    secrets = dict.fromkeys(("INTERNAL_SECRET", "SESSION_SECRET", "PORTAL_JWT_SECRET"), "x" * 40)
    for name, value in {**secrets, "DATABASE_URL": url}.items():
        monkeypatch.setenv(name, value)
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    for command in (transcript, parked):
        command.add_parser(subparsers)
    args = parser.parse_args(words)
    return await asyncio.to_thread(args.run, args)


async def test_a_transcript_shows_where_each_answer_came_from(monkeypatch, capsys, url, desk) -> None:
    await desk.ask("¿cuándo vence?\x1b[2J", told("El 28.", Choice("SIERRA-01", "consultar_suscripcion", {}), effects=(ESCALATE,)))
    assert await run(monkeypatch, url, "transcript", desk.conversation) == 0
    shown = capsys.readouterr().out
    for expected in (
        f"conversation {desk.conversation} · web · desk C-1009 · owner bot",
        "#1 customer text 2026-11-23 12:00:00 [answered, 1 attempt]",
        "understood 0: answered (text) faq_factura 0.90",
        "#2 → 1 bot answer",
        "actions: action_x · responses: utter_x",
        "read subscription.ends_on of SIERRA-02 = 2026-11-28 at 2026-11-23 12:00:00",
        "buttons: SIERRA-01",
        "effect 0: escalate done",
        "escalated as SV-7K2M9: pago vencido",
    ):
        assert expected in shown
    assert "\x1b" not in shown


async def test_a_conversation_that_does_not_exist(monkeypatch, capsys, url, ledger) -> None:
    assert await run(monkeypatch, url, "transcript", "nobody") == 1
    assert "there is no conversation nobody" in capsys.readouterr().err


async def test_a_ledger_that_is_away(monkeypatch, capsys) -> None:
    for words in (("transcript", "x"), ("parked",)):
        assert await run(monkeypatch, "postgresql+asyncpg://nobody@127.0.0.1:9/nothing", *words) == 3
        assert "the ledger cannot be used" in capsys.readouterr().err


async def test_parked_messages_are_listed_without_their_text_and_retried(monkeypatch, capsys, url, ledger, desk) -> None:
    await desk.say("mi secreto")
    await queue.park(ledger, await desk.claim(), "turn aborted: status 503", "Llama.", desk.now)
    assert await run(monkeypatch, url, "parked") == 0
    shown = capsys.readouterr().out
    assert desk.conversation in shown
    assert "turn aborted: status 503" in shown
    assert "secreto" not in shown
    assert await run(monkeypatch, url, "parked", "--retry") == 0
    assert "1 parked, 1 put back in the queue" in capsys.readouterr().out
    assert await run(monkeypatch, url, "parked") == 0
    assert capsys.readouterr().out == "0 parked\n"


async def test_a_long_conversation_is_read_whole(ledger, desk) -> None:
    for n in range(12):
        await desk.ask(f"n={n}")
    whole = await transcripts.read(ledger, desk.conversation)
    assert len(whole.lines) == 24
    assert "\n".join(transcript.lines_of(whole, ZoneInfo("America/Mexico_City"))).count("understood 0") == 12


@pytest.mark.parametrize("conversation", ["", "'; DROP TABLE message; --", "\0" * 3, "x" * 10_000])
async def test_strange_ids_find_nothing(ledger, desk, conversation: str) -> None:
    from bot.errors import LedgerUnavailable

    try:
        assert await transcripts.read(ledger, conversation) is None
    except LedgerUnavailable:
        assert "\0" in conversation  # PostgreSQL refuses to look for it
