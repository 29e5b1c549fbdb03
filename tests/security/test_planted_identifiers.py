"""500 identifiers are written to the assistant on both channels; then every table, index, file, log, page and export is searched: none in clear."""

from __future__ import annotations

import contextlib
import io
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands.corrections import lines_of as corrected
from bot.commands.transcript import lines_of as transcribed
from bot.console import marks
from bot.conversations import transcripts
from bot.identity.portal import issue_portal_token
from bot.privacy import persons
from bot.privacy.masking import mask_for
from bot.resources import RESOURCES
from tests.channels.whatsapp.meta import Meta, meta, start_meta
from tests.channels.whatsapp.payloads import text as message
from tests.console.conftest import Browser, add_agent, ana, browser, ledger
from tests.gateway.client import Visitor
from tests.gateway.conftest import databases, dialogue, gateway, migrated, seeded, start
from tests.security.logs import logs
from tests.security.planted import found_in, plant

__all__ = [
    "add_agent",
    "ana",
    "browser",
    "databases",
    "dialogue",
    "gateway",
    "ledger",
    "logs",
    "meta",
    "migrated",
    "seeded",
    "start",
    "start_meta",
]

PLANTED = plant(500)
WEB, WHATSAPP = PLANTED[:300], PLANTED[300:]
PIECES = {"card in pieces", "password in pieces"}


def test_all_of_them_are_masked_by_the_rules_alone():
    mask = mask_for(["55 8000 9480"])
    left = [found for each in PLANTED if each.kind not in PIECES for text in each.messages for found in found_in(mask(text).text, [each])]
    assert left == []
    assert {each.kind for each in PLANTED} == {"card", "clabe", "phone", "rfc", "curp", "mail", "password", "code", *PIECES}


def test_the_search_finds_what_is_there():
    for each in PLANTED:
        assert found_in(" ".join(each.messages), [each])


@pytest.mark.usefixtures("seeded")
async def test_none_of_300_that_came_by_the_web_is_found_anywhere(gateway, ana: Browser, tmp_path, logs) -> None:
    talks = []
    for start_ in range(0, len(WEB), 30):
        async with Visitor(gateway.url("/")) as visitor:
            desk = ("C-1001", "C-1002", None)[start_ // 30 % 3]
            await visitor.open(**({"token": issue_portal_token(gateway.settings, desk, gateway.clock())} if desk else {}))
            for each in WEB[start_ : start_ + 30]:
                for text in each.messages:
                    assert (await visitor.send(text))[0] == 202
                gateway.clock.forward(minutes=4)  # what follows is no piece of this one
            await visitor.until(lambda messages: messages[-1]["kind"] == "answer")
            talks.append(visitor.conversation)
            assert found_in(repr(await visitor.messages()), WEB) == []
    ledger = gateway.app[RESOURCES].ledger
    for talk in dict.fromkeys(talks):
        transcript = await transcripts.read(ledger, talk)
        for line in transcript.lines:
            for part in line.understood:
                await marks.correct(ledger, talk, line.message.id, part.n, "faq_factura", "ana", gateway.clock())
        assert found_in("\n".join(transcribed(transcript, gateway.settings.timezone)), WEB) == []
        await ana.get(f"/console/conversaciones/{talk}?todo=1")
        assert found_in(ana.page, WEB) == []
        assert found_in(persons.as_json(await persons.export(ledger, talk, str, gateway.clock())), WEB) == []
    for page in ("/console/conversaciones.csv", "/console/conversaciones", "/console/cola", "/console/auditoria", "/console/correcciones"):
        await ana.get(page)
        assert found_in(ana.page, WEB) == [], page
    assert found_in("\n".join(corrected(await marks.corrections(ledger), answers=False)), WEB) == []
    _assert_nothing_in(tmp_path, logs, gateway.dialogue.turns)


async def test_none_of_200_that_came_by_whatsapp_is_found_anywhere(meta: Meta, tmp_path, logs) -> None:
    for each in WHATSAPP:
        await meta.say(*(message(text) for text in each.messages))
        meta.clock.ahead += timedelta(minutes=4)
    await meta.settled()
    _assert_nothing_in(tmp_path, logs, meta.dialogue.turns)


def _assert_nothing_in(folder: Path, logs: io.StringIO, turns: list) -> None:
    """Tables, the search index, the database's own files, logs; what the dialogue was sent, but for pieces that nobody could know for ones."""
    with contextlib.closing(sqlite3.connect(folder / "ledger.db")) as ledger:
        names = [name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            assert found_in(repr(ledger.execute(f'SELECT * FROM "{name}"').fetchall()), PLANTED) == [], name
        assert {"message", "message_words", "understanding", "episode", "sealed", "button"} <= set(names)
        assert ledger.execute("SELECT count(*) FROM sealed").fetchone()[0] > 50
    whole = [each for each in PLANTED if each.kind not in PIECES]
    for path in sorted(folder.glob("ledger.db*")):
        assert found_in(path.read_bytes().decode("latin-1"), whole) == [], path.name
    assert found_in(repr(turns), whole) == []
    assert '"event": "turn"' in logs.getvalue()
    assert found_in(logs.getvalue(), PLANTED) == []
