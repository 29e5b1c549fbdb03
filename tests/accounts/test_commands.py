"""`python -m bot accounts`: what somebody reads who connects a company's system, and the exit code."""

from __future__ import annotations

import argparse
import asyncio

import pytest
from sqlalchemy import Connection, text

from bot.__main__ import COMMANDS
from bot.accounts.demo import seed
from bot.commands import accounts as command
from bot.database import open_database
from bot.errors import SettingsError
from tests.accounts.desks import NOW

BROKEN = """
import asyncio
from dataclasses import replace
from tests.accounts.desks import NOW, demo_desk
from tests.accounts.double import MemoryAccounts

class Late(MemoryAccounts):
    async def read_desk(self, desk_id):
        desk = await super().read_desk(desk_id)
        return replace(desk, read_at=desk.read_at.replace(tzinfo=None))

def create(settings):
    return Late([demo_desk("C-1003", NOW)])
"""


def environment(monkeypatch, **variables: str) -> None:
    secrets = {name: letter * 40 for name, letter in (("INTERNAL_SECRET", "i"), ("SESSION_SECRET", "s"), ("PORTAL_JWT_SECRET", "p"))}
    for name, value in {**secrets, "DEMO": "0", **variables}.items():
        monkeypatch.setenv(name, value)


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return command.run(parser.parse_args(["accounts", *words]))


async def execute(url: str, *statements: str) -> list:
    def work(connection: Connection) -> list:
        results = [connection.execute(text(statement)) for statement in statements]
        return results[-1].all() if results[-1].returns_rows else []

    async with open_database(url) as database:
        return await database.write(work)


async def fill(url: str) -> None:
    async with open_database(url) as database:
        await seed(database, NOW)


@pytest.fixture
def filled(url, monkeypatch) -> str:
    asyncio.run(fill(url))
    environment(monkeypatch, ACCOUNTS_DATABASE_URL=url)
    return url


def test_it_is_a_command():
    assert "accounts" in COMMANDS


def test_a_desk_is_shown_masked_with_how_long_it_took(filled, capsys):
    assert run("check", "C-1003") == 0
    told = capsys.readouterr().out
    assert "desk C-1003: Despacho Contable Ruiz, co*****o@despachoruiz.example, ···· 1003" in told
    assert "RUIZ-01: active, Nube Esencial" in told
    assert "subscription grace, 2026-10-23 to 2026-11-22, 899.00 MXN" in told
    assert "the contract is kept" in told
    assert "contacto@" not in told
    assert "5510001003" not in told
    assert "read_desk                              " in told
    assert "✗" not in told


def test_what_breaks_the_contract_is_a_line_each_and_the_code_is_one(tmp_path, monkeypatch, capsys):
    (tmp_path / "late_of_a_test.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    environment(monkeypatch)
    assert run("check", "C-1003", "--factory", "late_of_a_test:create") == 1
    told = capsys.readouterr().out
    assert [line for line in told.splitlines() if line.startswith("✗")] == [
        "✗ read_desk: read_at has no time zone: attach the one it was meant in"
    ]
    assert "the contract is kept" not in told


def test_a_desk_that_is_not_there_is_a_problem(filled, capsys):
    assert run("check", "C-9999") == 1
    told = capsys.readouterr().out
    assert "✗ desk_exists('C-9999'): must return True" in told
    assert "for a desk that should be there" in told


def test_a_factory_that_is_not_there_is_a_wrong_setting(filled):
    with pytest.raises(SettingsError, match="no_such_module"):
        run("check", "C-1003", "--factory", "no_such_module:create")


def test_desks_that_another_program_filled_in_are_found_after_contacts(filled, capsys):
    insert = "INSERT INTO desk VALUES ('{}', 'X', '{}', '{}')"
    asyncio.run(
        execute(
            filled,
            insert.format("NEW-1", " Ventas@Nuevo.example", '["044 55 2000 3000", "no tiene"]'),
            insert.format("NEW-2", "nada", "[]"),
            "UPDATE desk SET phones = '[\"55 7777 8888\"]' WHERE id = 'C-1001'",
        )
    )
    assert run("check", "NEW-1") == 1
    assert "does not find the desk by what read_desk says of it" in capsys.readouterr().out
    assert run("contacts") == 0
    assert capsys.readouterr().out == "14 desks looked at, 2 of them changed\n"
    assert run("check", "NEW-1") == 0
    query = "SELECT kind, value FROM desk_contact WHERE desk_id IN ('NEW-1', 'NEW-2', 'C-1001') ORDER BY value"
    assert [tuple(row) for row in asyncio.run(execute(filled, query))] == [
        ("phone", "+525520003000"),
        ("phone", "+525577778888"),
        ("mail", "contacto@abarroteslaesperanza.example"),
        ("mail", "ventas@nuevo.example"),
    ]
    assert run("contacts") == 0
    assert "0 of them changed" in capsys.readouterr().out


def test_contacts_are_of_our_tables_only(filled, monkeypatch):
    monkeypatch.setenv("ACCOUNTS_FACTORY", "erp:create")
    with pytest.raises(SettingsError, match="ACCOUNTS_FACTORY"):
        run("contacts")


def test_a_database_that_is_away_is_told_without_its_address(monkeypatch, capsys):
    environment(monkeypatch, ACCOUNTS_DATABASE_URL="postgresql+asyncpg://u:hunter2@127.0.0.1:1/x")
    assert run("contacts") == 1
    assert run("check", "C-1003") == 1
    told = capsys.readouterr()
    assert "hunter2" not in told.out + told.err
    assert "ACCOUNTS_DATABASE_URL cannot be written" in told.err
