"""`python -m bot doctor` on databases and the work in them: each thing that can be wrong is made wrong once."""

from __future__ import annotations

import asyncio
import ctypes
import os
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from bot import clock
from bot.commands.checks import databases, machine, work
from bot.commands.doctor import checks_of, lines_of
from bot.migrations import upgrade
from bot.settings import load_settings
from harness.dialogue import SECRET, StandIn
from tests.gateway.client import Visitor
from tests.operations.doctoring import change, house, models, run, wrongs
from tests.operations.gateway import serving

__all__ = ["house", "models"]

CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+asyncpg://bot:hunter2hunter2@127.0.0.1:9/nothing", "ledger: DATABASE_URL cannot be reached"),
        ("sqlite:////nowhere/ledger.db", "ledger: DATABASE_URL: there is no file /nowhere/ledger.db"),
        ("mysql://x/y", "could not be looked at"),
    ],
)
def test_a_wrong_database_address(house: dict[str, str], url: str, told: str) -> None:
    said = wrongs({**house, "DATABASE_URL": url})
    assert told in said
    assert "hunter2" not in said


def test_a_file_that_is_no_database(house: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"no database " * 1000)
    assert "DATABASE_URL cannot be reached" in wrongs(house)


def test_an_old_schema_and_none(house: dict[str, str], tmp_path: Path) -> None:
    change(house, "UPDATE alembic_version_ledger SET version_num = 'ledger_0000'")
    assert f"ledger: the schema is ledger_0000, this program needs {databases.newest('ledger')} → stop everything" in wrongs(house)
    sqlite3.connect(tmp_path / "empty.db").execute("CREATE TABLE x (y)").connection.close()
    empty = {**house, "DATABASE_URL": f"sqlite:///{tmp_path}/empty.db"}
    assert "ledger: the database has no tables yet → `python -m bot db upgrade`" in wrongs(empty)


def _bound_by_permissions() -> None:
    """Root may write anything: not this process."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def test_a_file_that_cannot_be_written(house: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "ledger.db").chmod(0o444)
    assert "ledger: nothing can be written: it only reads" in wrongs(house, before=_bound_by_permissions)


def test_a_server_that_only_reads(postgres: Any, postgres_url: str, house: dict[str, str]) -> None:
    upgrade(postgres_url, "ledger")
    name = postgres_url.rsplit("/", 1)[1]
    postgres.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert "ledger: nothing can be written: it only reads" in wrongs({**house, "DATABASE_URL": postgres_url})


def test_a_lock_that_is_held(house: dict[str, str], tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "ledger.db")
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert "nothing can be written: another program holds its lock" in wrongs(house)
    finally:
        holder.close()


async def test_messages_that_wait_or_were_given_up_and_effects_that_are_stuck(house: dict[str, str], dialogue: StandIn) -> None:
    gateway = {**house, "INTERNAL_SECRET": SECRET}
    async with serving(gateway) as address, Visitor(address) as visitor:
        await visitor.open()
        dialogue.mode = "422"
        await visitor.send("mi secreto es CANARIO")
        await visitor.until(lambda messages: any("55 8000 9480" in m["text"] and m["kind"] == "notice" for m in messages))
        dialogue.mode = "503"
        await visitor.send("otro CANARIO")
    change(
        house,
        "UPDATE message SET at = '2026-01-01 00:00:00.000000' WHERE text LIKE 'otro%'",
        *(
            "INSERT INTO effect (inbound_id, n, kind, payload, state, attempts, lease_token, next_attempt_at) "
            f"SELECT id, {n}, 'resend_connection_mail', '{{}}', '{state}', 5, 0, at FROM message WHERE text LIKE 'otro%'"
            for n, state in enumerate(("failed", "pending"))
        ),
        "INSERT INTO escalation (conversation_id, inbound_id, n, code, reason, summary, state, at) "
        "SELECT conversation_id, id, 0, 'SV-1', 'CANARIO', 'CANARIO', 'open', at FROM message WHERE text LIKE 'otro%'",
    )
    code, said = await asyncio.to_thread(run, house)
    assert code == 1
    assert "parked: 1 messages were given up\n         → `python -m bot parked`" in said
    assert "queue: 1 messages wait, the oldest for" in said
    assert "1 effects (mails, cases) were given up" in said
    assert "1 effects failed three times or more" in said
    assert "1 cases are open" in said
    assert "CANARIO" not in said


def test_a_clock_that_went_back(house: dict[str, str]) -> None:
    columns = "id, channel, level, owner, last_seq, read_seq, lease_token, created_at, last_at"
    change(
        house, f"INSERT INTO conversation ({columns}) VALUES ('c', 'web', 'anonymous', 'bot', 0, 0, 0, '2126-01-01', '2126-01-01 00:00:00')"
    )
    assert "clock: the ledger holds messages from 2126-01-01 00:00 UTC" in wrongs(house)


async def test_clocks_that_are_apart(postgres_url: str) -> None:
    upgrade(postgres_url, "ledger")
    here = await databases.database(postgres_url, "ledger")
    assert any("clock agrees" in finding.text for finding in here)
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        found = await databases.database(postgres_url, "ledger")
    assert any(finding.level == "wrong" and finding.text.startswith("the ledger server's clock and ours are 3,") for finding in found)


async def test_a_disk_without_room_large_logs_and_a_large_wal(
    monkeypatch: pytest.MonkeyPatch, house: dict[str, str], tmp_path: Path
) -> None:
    for module, name in ((databases, "LEAST_FREE_BYTES"), (databases, "MOST_WAL_BYTES"), (machine, "MOST_LOG_BYTES")):
        monkeypatch.setattr(module, name, 1e18 if name.startswith("LEAST") else -1)
    found = [*await databases.database(house["DATABASE_URL"], "ledger"), *await machine.logs(tmp_path)]
    said = "\n".join(line for finding in found for line in lines_of(finding))
    assert "are free on the disk of" in said
    assert "the WAL holds" in said
    assert "rotate them" in said


async def test_work_of_a_ledger_that_is_away_is_not_called_well() -> None:
    (found,) = await work.work("postgresql+asyncpg://x@127.0.0.1:9/x")
    assert found.level == "note"
    assert "not looked at" in found.text


FACTORY = """
from tests.accounts.double import MemoryAccounts

class Away(MemoryAccounts):
    async def desk_exists(self, desk_id):
        raise OSError("hunter2")

def well(settings):
    return MemoryAccounts([])

def away(settings):
    return Away([])
"""


async def test_a_companys_own_system(house: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "erp_of_a_doctor.py").write_text(FACTORY)
    monkeypatch.syspath_prepend(tmp_path)
    told = {}
    for name in ("well", "away", "missing"):
        settings = load_settings({**house, "ACCOUNTS_FACTORY": f"erp_of_a_doctor:{name}"})
        (check,) = [check for about, check in checks_of(settings) if about == "accounts"]
        (told[name],) = await check()
    assert [told[name].level for name in told] == ["ok", "wrong", "wrong"]
    assert "does not answer as it should (OSError)" in told["away"].text
    assert "accounts check" in told["away"].todo
    assert "has no function missing" in told["missing"].text
    assert "hunter2" not in str(told)
