"""`python -m bot db backup` and `restore` on both databases: taken while it serves, put back equal, what was open is answered once."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import clock
from bot.commands import backups as commands
from bot.commands.backups import postgresql
from bot.commands.backups.errors import BackupError
from bot.commands.backups.folder import expire, new_in
from bot.database import open_database
from bot.migrations import metadata_of
from harness.dialogue import SECRET, StandIn, reply, result
from harness.ports import free_port
from tests.gateway.client import Visitor, answers
from tests.operations.conftest import bot, settings_in
from tests.operations.gateway import serving

CHOICES = [{"title": "Factura", "intent": "faq_factura", "entities": {"servidor": "SIERRA-02"}}]


@pytest.fixture
def house(environment: dict[str, str], dialogue: StandIn) -> dict[str, str]:
    """Settings of a gateway on each database, and a current schema."""
    served = {"BIND_PORT": str(free_port()), "DIALOGUE_URLS": dialogue.url, "ACTIONS_URL": dialogue.url, "INTERNAL_SECRET": SECRET}
    environment = {**environment, **served}
    done = bot(environment, "db", "upgrade", "--accounts")
    assert done.returncode == 0, done.stderr
    return environment


@pytest.fixture
def elsewhere(house: dict[str, str], tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The same installation with an empty database, as after the loss of a disk."""
    if house["DATABASE_URL"].startswith("sqlite"):
        yield {**house, "DATABASE_URL": f"sqlite:///{tmp_path}/new/ledger.db"}
        return
    server = request.getfixturevalue("postgres")
    name = server.create_database()
    yield {**house, "DATABASE_URL": server.url(name)}
    server.drop_database(name)


async def rows(url: str) -> dict[str, list[Any]]:
    """Everything in the ledger."""
    queries = {table.name: select(table).order_by(*table.primary_key.columns) for table in metadata_of("ledger").sorted_tables}
    async with open_database(url) as database:
        return await database.read(
            lambda connection: {name: [tuple(row) for row in connection.execute(query)] for name, query in queries.items()}
        )


async def call(environment: dict[str, str], *words: str | Path) -> tuple[int, str]:
    done = await asyncio.to_thread(bot, environment, *words)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


async def test_what_was_copied_while_it_served_comes_back_and_the_open_message_is_answered_once(
    house: dict[str, str], elsewhere: dict[str, str], dialogue: StandIn, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.backup"
    dialogue.script["¿mi factura?"] = result(reply("¿De cuál?", buttons=CHOICES))
    async with serving(house) as address, Visitor(address) as visitor:
        opened = await visitor.open()
        asked = await visitor.ask("¿mi factura?")
        await visitor.ask("hola")
        dialogue.mode = "503"
        _, open_one = await visitor.send("¿sigue abierto?")
        status, said = await call(house, "db", "backup", copy)
        assert status == 0, said
        assert "checked" in said
        assert copy.stat().st_mode & 0o777 == 0o600
        before = await visitor.messages()
        status, said = await call(house, "db", "restore", copy, "--yes")
        assert status == 1
        assert "stop everything that uses it first" in said
        assert (await visitor.messages())[: len(before)] == before

    status, said = await call(elsewhere, "db", "restore", copy)
    assert status == 0, said
    assert "1 conversations" in said
    assert "1 wait for an answer, 0 parked" in said
    kept = await rows(elsewhere["DATABASE_URL"])
    now = await rows(house["DATABASE_URL"])
    for table in ("message", "button", "web_session", "reading", "understanding", "episode", "address"):
        copied, original = [[row[:17] for row in side[table]] for side in (kept, now)]  # after that come attempts, which went on
        assert copied == [row for row in original if row[0] in {each[0] for each in copied}], table
        assert len(original) == len(copied) or table == "message"  # a notice of the delay may have come meanwhile
    assert len(kept["button"]) == 1

    dialogue.mode = "ok"
    dialogue.script.clear()
    elsewhere["BIND_PORT"] = str(free_port())
    async with serving(elsewhere) as address, Visitor(address) as there:
        there.session = visitor.session
        status, refused = await there.call("GET", "/webchat/messages")
        assert (status, refused["error"]) == (401, "session_expired")  # of the life before
        assert (await there.send("¿y ahora?"))[0] == 401
        again = await there.open(session=visitor.session)
        assert again["conversation"] == visitor.conversation
        assert again["epoch"] != opened["epoch"]
        assert (await there.answer_to(open_one["seq"]))["text"] == "eco: ¿sigue abierto?"
        assert (await there.ask(button=asked["buttons"][0]["id"]))["text"] == "[Factura] ¿mi factura?"
        replies = [message["in_reply_to"] for message in answers(await there.messages())]
    assert len(replies) == len(set(replies)) == 4


async def test_conversations_that_are_there_are_replaced_only_when_told(house: dict[str, str], dialogue: StandIn, tmp_path: Path) -> None:
    copy = tmp_path / "copy.backup"
    async with serving(house) as address, Visitor(address) as visitor:
        await visitor.open()
        await visitor.ask("uno")
        assert (await call(house, "db", "backup", copy))[0] == 0
        await visitor.ask("dos")
    status, said = await call(house, "db", "restore", copy)
    assert status == 1
    assert "1 conversations are in the ledger and would be lost" in said
    assert len((await rows(house["DATABASE_URL"]))["message"]) == 5
    assert (await call(house, "db", "restore", copy, "--yes"))[0] == 0
    assert len((await rows(house["DATABASE_URL"]))["message"]) == 3
    assert (await call(house, "db", "backup", copy))[0] == 1  # no copy is written over another
    async with serving(house) as address, Visitor(address) as there:
        again = await there.open(session=visitor.session)
        assert (again["conversation"], again["cursor"]) == (visitor.conversation, 3)
        assert (await there.ask("tres"))["text"] == "eco: tres"
    (life,) = (await rows(house["DATABASE_URL"]))["ledger_life"]
    assert life[0] == again["epoch"]


async def test_a_folder_keeps_its_copies_for_so_many_days_and_nothing_else_in_it_goes(house: dict[str, str], tmp_path: Path) -> None:
    """What was erased of a person is in the copies of before: these go, but only when there is a new one."""
    folder = tmp_path / "copies"
    folder.mkdir()
    now = clock.now()
    old, young = (new_in(folder, now - timedelta(days=days)) for days in (31, 29))
    for name in (old, young, folder / "ledger-of-mine.copy", folder / "ledger-20200101.copy"):
        name.write_bytes(b"x")
    away = {**house, "DATABASE_URL": f"sqlite:///{tmp_path}/nothing-here/ledger.db"}
    assert (await call(away, "db", "backup", folder))[0] == 1
    assert old.exists()
    status, said = await call(house, "db", "backup", folder)
    assert status == 0, said
    assert f"{old}: older than copies are kept, removed" in said
    assert {old.exists(), young.exists(), (folder / "ledger-of-mine.copy").exists(), (folder / "ledger-20200101.copy").exists()} == {
        False,
        True,
    }
    (new,) = [path for path in folder.glob("ledger-*Z.copy") if path not in {old, young}]
    assert new.stat().st_mode & 0o777 == 0o600
    assert expire(folder, timedelta(days=1), clock.now()) == [young]
    assert new.exists()


async def test_a_copy_that_cannot_be_put_back_changes_nothing(house: dict[str, str], tmp_path: Path) -> None:
    copy = tmp_path / "copy.backup"
    assert (await call(house, "db", "backup", copy))[0] == 0
    before = await rows(house["DATABASE_URL"])
    whole = copy.read_bytes()
    damaged = {
        "cut": whole[: len(whole) // 2],
        "text": b"no copy",
        "nothing": b"",
        "other": b"PGDMP" if whole.startswith(b"SQLite") else b"SQLite format 3\0",
    }
    for name, content in damaged.items():
        (tmp_path / name).write_bytes(content)
    for name in (*damaged, "missing"):
        status, said = await call(house, "db", "restore", tmp_path / name, "--yes")
        assert status == 1, name
        assert said.startswith("db restore: "), said
    assert await rows(house["DATABASE_URL"]) == before


async def test_a_copy_of_a_later_version_is_refused(house: dict[str, str], tmp_path: Path) -> None:
    copy = tmp_path / "copy.backup"
    later = "UPDATE alembic_version_ledger SET version_num = 'ledger_9999'"
    async with open_database(house["DATABASE_URL"]) as database:
        await database.write(lambda connection: connection.exec_driver_sql(later))
    assert (await call(house, "db", "backup", copy))[0] == 0
    status, said = await call(house, "db", "restore", copy, "--yes")
    assert status == 1
    assert "ledger_9999" in said


async def test_what_cannot_be_copied_says_why(tmp_path: Path) -> None:
    away = settings_in(tmp_path, DATABASE_URL="postgresql+asyncpg://bot:hunter2hunter2@127.0.0.1:9/nothing")
    for environment, reason in ((settings_in(tmp_path), "there is no ledger"), (away, "pg_dump failed")):
        status, said = await call(environment, "db", "backup", tmp_path / "copy")
        assert status == 1
        assert reason in said
        assert "hunter2" not in said
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240
    status, said = await call(settings_in(tmp_path), "db", "backup", tmp_path / "no" / "folder")
    assert (status, "cannot be written" in said) == (1, True)


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgresql.shutil, "which", lambda _name: None)
    with pytest.raises(BackupError, match="apt-get install postgresql-client"):
        postgresql._program("pg_no_such_program")


_seen: list[Any] = []


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        _seen.append(arguments)


def test_the_password_is_on_no_command_line(postgres_url: str, tmp_path: Path) -> None:
    sys.addaudithook(_listen)
    url = postgres_url.replace("postgres@", "postgres:hunter2hunter2@")
    from bot.migrations import upgrade

    upgrade(url, "ledger")
    _seen.clear()
    commands.backup(url, tmp_path / "copy")
    commands.restore(url, tmp_path / "copy", replace=True)
    assert {Path(command[0]).name for _, command, *_ in _seen} == {"pg_dump", "pg_restore", "psql"}
    assert "hunter2" not in str([command for _, command, *_ in _seen])


def test_only_the_ledger_of_a_shared_database_is_replaced(postgres: Any, postgres_url: str, tmp_path: Path) -> None:
    from bot.migrations import upgrade

    upgrade(postgres_url, "ledger")
    commands.backup(postgres_url, tmp_path / "copy")
    name = postgres_url.rsplit("/", 1)[1]
    postgres.run("CREATE TABLE company (id int)", name)
    postgres.run("INSERT INTO company VALUES (7)", name)
    commands.restore(postgres_url, tmp_path / "copy", replace=True)
    assert postgres.run("SELECT id FROM company", name) == "7"


def test_what_is_still_in_the_wal_is_copied(tmp_path: Path) -> None:
    from bot.migrations import upgrade

    url = f"sqlite:///{tmp_path}/ledger.db"
    upgrade(url, "ledger")
    writer = sqlite3.connect(tmp_path / "ledger.db")
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    columns = "id, channel, level, owner, last_seq, read_seq, lease_token, created_at, last_at"
    writer.execute(f"INSERT INTO conversation ({columns}) VALUES ('c', 'web', 'anonymous', 'bot', 0, 0, 0, '2026-01-01', '2026-01-01')")
    writer.commit()
    assert (tmp_path / "ledger.db-wal").stat().st_size > 0
    assert "1 conversations" in commands.backup(url, tmp_path / "copy")
    writer.close()
