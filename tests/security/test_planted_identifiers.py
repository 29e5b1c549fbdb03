"""500 identifiers are written to the assistant on both channels; then every table, index, file, log, page, export and back-up is searched: none in clear."""

from __future__ import annotations

import asyncio
import io
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from bot.commands import backups
from bot.commands.backups.postgresql import _program
from bot.commands.corrections import lines_of as corrected
from bot.commands.transcript import lines_of as transcribed
from bot.console import marks
from bot.conversations import search, transcripts
from bot.conversations.ledger import Ledger
from bot.database import open_database
from bot.identity.portal import issue_portal_token
from bot.privacy import persons
from bot.privacy.masking import mask_for
from bot.resources import RESOURCES
from tests.channels.whatsapp.meta import Meta, meta, start_meta
from tests.channels.whatsapp.payloads import text as written
from tests.console.conftest import Browser, add_agent, ana, browser, ledger
from tests.gateway.client import Visitor
from tests.gateway.conftest import databases, dialogue, seeded, start
from tests.gateway.on_each import gateway, ledger_url
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
    "ledger_url",
    "logs",
    "meta",
    "seeded",
    "start",
    "start_meta",
]

PLANTED = plant(500)
WEB, WHATSAPP = PLANTED[:300], PLANTED[300:]
IN_ONE_GO = 10  # before its answers are waited for
PIECES = {"card in pieces", "password in pieces", "CLABE in pieces", "RFC or CURP in pieces"}


def test_all_of_them_are_masked_by_the_rules_alone():
    mask = mask_for(["55 8000 9480"])
    left = [found for each in PLANTED if each.kind not in PIECES for said in each.messages for found in found_in(mask(said).text, [each])]
    assert left == []
    assert {each.kind for each in PLANTED} == {"card", "clabe", "phone", "rfc", "curp", "mail", "password", "code", *PIECES}


def test_the_search_finds_what_is_there():
    for each in PLANTED:
        assert found_in(" ".join(each.messages), [each])


@pytest.mark.usefixtures("seeded")
async def test_none_of_300_that_came_by_the_web_is_found_anywhere(gateway, ana: Browser, tmp_path, logs) -> None:
    talks = []
    for start_ in range(0, len(WEB), IN_ONE_GO):
        async with Visitor(gateway.url("/")) as visitor:
            desk = ("C-1001", "C-1002", None)[start_ // IN_ONE_GO % 3]
            await visitor.open(**({"token": issue_portal_token(gateway.settings, desk, gateway.clock())} if desk else {}))
            for each in WEB[start_ : start_ + IN_ONE_GO]:
                for said in each.messages:
                    status, accepted = await visitor.send(said)
                    assert status == 202
                await visitor.answer_to(accepted["seq"])  # a turn that runs would be overtaken by the clock
                gateway.clock.forward(minutes=4)  # what follows is no piece of this one
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
    for page in (
        "/console/conversaciones.csv",
        "/console/conversaciones",
        "/console/cola",
        "/console/avisos",
        "/console/auditoria",
        "/console/correcciones",
    ):
        await ana.get(page)
        assert found_in(ana.page, WEB) == [], page
    assert found_in("\n".join(corrected(await marks.corrections(ledger), answers=False)), WEB) == []
    await _assert_nothing_in(ledger, tmp_path, logs, gateway.dialogue.turns)


async def test_none_of_200_that_came_by_whatsapp_is_found_anywhere(meta: Meta, tmp_path, logs) -> None:
    for each in WHATSAPP:
        await meta.say(*(written(said) for said in each.messages))
        meta.clock.ahead += timedelta(minutes=4)
    await meta.settled()
    await _assert_nothing_in(meta.resources.ledger, tmp_path, logs, meta.dialogue.turns)


async def _assert_nothing_in(ledger: Ledger, folder: Path, logs: io.StringIO, turns: list) -> None:
    """Tables, the search index, the database's own files, logs, a back-up and what comes out of it when it is put back.

    What the dialogue was sent and the file of a database that runs may hold pieces that nobody could know for ones when they came.
    """
    await search.forget_old_words(ledger)  # as it is done once an hour
    await _assert_nothing_in_tables(ledger)
    whole = [each for each in PLANTED if each.kind not in PIECES]
    for name in ("ledger.db", "ledger.db-wal"):
        if (file := folder / name).exists():
            assert found_in(file.read_bytes().decode("latin-1"), whole) == [], name
    assert found_in(repr(turns), whole) == []
    assert '"event": "turn"' in logs.getvalue()
    assert found_in(logs.getvalue(), PLANTED) == []
    assert found_in(_mails(folder), PLANTED) == []
    await _assert_nothing_in_a_backup(ledger.database.engine.url.render_as_string(hide_password=False), folder)


def _mails(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.eml"))


async def _assert_nothing_in_tables(ledger: Ledger) -> None:
    def work(connection: Connection) -> set[str]:
        names = inspect(connection).get_table_names()
        for name in names:
            assert found_in(repr(connection.execute(text(f'SELECT * FROM "{name}"')).all()), PLANTED) == [], name
        assert connection.scalar(text("SELECT count(*) FROM sealed")) > 50
        return set(names)

    assert {"message", "understanding", "episode", "sealed", "button", "disclosure", "audit_entry"} <= await ledger.read(work)


async def _assert_nothing_in_a_backup(address: str, folder: Path) -> None:
    """Byte by byte: also what the database has freed and not yet written over, and the words of its search index."""
    file = folder / "copy"
    await asyncio.to_thread(backups.backup, address, file)
    assert found_in(file.read_bytes().decode("latin-1"), PLANTED) == []
    if not address.startswith("sqlite"):  # its copies are packed
        done = await asyncio.to_thread(subprocess.run, [_program("pg_restore"), "--file", "-", str(file)], capture_output=True, text=True)
        assert "COPY public.message " in done.stdout
        assert "[tarjeta]" in done.stdout
        assert found_in(done.stdout, PLANTED) == []
        return
    put_back = f"sqlite:///{folder}/put_back.db"
    await asyncio.to_thread(backups.restore, put_back, file, replace=False)
    async with open_database(put_back) as database:
        await _assert_nothing_in_tables(Ledger(database))
    assert found_in((folder / "put_back.db").read_bytes().decode("latin-1"), PLANTED) == []
