"""The commands as an operator runs them, and the worker that anchors and removes."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.__main__ import main
from bot.conversations import disclosures, inbox, sessions
from bot.conversations.ledger import Ledger
from bot.conversations.tables import DISCLOSURE
from bot.database import open_database
from bot.effects.mailer import Mailer
from bot.migrations import upgrade
from bot.privacy import retention
from bot.privacy.sealing import sealer_of
from bot.settings import load_settings
from tests.channels.resources import resources_in
from tests.conversations_ledger.conftest import CUSTOMER, NOON, Desk, told
from tests.support.logged import logged

WROTE = "¿cuándo vence? soy ana@correo.mx y mi contraseña es Gato.99"


@pytest.fixture
def environ(tmp_path, monkeypatch) -> dict[str, str]:
    values = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/ledger.db", "ACCOUNTS_DATABASE_URL": f"sqlite:///{tmp_path}/accounts.db",
        "INTERNAL_SECRET": "i" * 40, "SESSION_SECRET": "s" * 40, "PORTAL_JWT_SECRET": "p" * 40, "DEMO": "0", "SEALING_KEY": "1" * 40,
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    upgrade(values["DATABASE_URL"], "ledger")
    return values


async def talk(environ: dict[str, str]) -> str:
    """A conversation of C-1009 with a sealed copy and a value that was told."""
    ledger = Ledger(open_database(environ["DATABASE_URL"]))
    desk = Desk(ledger, await sessions.begin(ledger, CUSTOMER, timedelta(hours=1), NOON))
    await inbox.accept(ledger, desk.inbound(WROTE), NOON, desk.terms(seal=sealer_of(load_settings(environ)).seal))
    await desk.answer(result=told("El 28."))
    await ledger.close()
    return desk.conversation


@pytest.fixture
def conversation(environ) -> str:
    return asyncio.run(talk(environ))


@pytest.fixture
def bot(monkeypatch, capsys):
    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["bot", *arguments])
        code = main()
        return code, capsys.readouterr().out

    return run


def change(environ: dict[str, str], statement: str) -> None:
    with sqlite3.connect(environ["DATABASE_URL"].removeprefix("sqlite:///")) as ledger:
        ledger.execute(statement)
    ledger.close()


def test_disclosures_are_listed_and_verified(environ, conversation, bot) -> None:
    code, told_ = bot("disclosures", "C-1009", "--verify")
    assert code == 0
    assert f"told by asistente · web · level 2 (portal) · {conversation} #2 · subscription SIERRA-02 ends_on" in told_
    assert "whole" in told_
    change(environ, "UPDATE disclosure SET level = 3")
    code, told_ = bot("disclosures", "--verify")
    assert code == 1
    assert f"TAMPERED {conversation} 1: was changed" in told_


def test_the_ledger_is_held_against_a_mail(environ, conversation, bot, tmp_path) -> None:
    async def mailed() -> None:
        resources = resources_in(
            tmp_path, load_settings({**environ, "ANCHOR_MAIL_TO": "a@b.example", "SMTP_URL": "file:///x"}), now=lambda: NOON
        )
        await retention.worker(resources, Mailer(f"file://{tmp_path}/outbox"))._step()
        await resources.ledger.close()
        await resources.accounts.close()

    asyncio.run(mailed())
    (mail,) = (tmp_path / "outbox").glob("*.eml")
    code, told_ = bot("disclosures", "--verify", "--against", str(mail))
    assert (code, "1 anchors in 1 mails" in told_, "whole" in told_) == (0, True, True)
    change(environ, "UPDATE disclosure SET level = level + 1")
    code, told_ = bot("disclosures", "--against", str(mail))
    assert (code, f"TAMPERED {conversation} 1: was changed" in told_) == (1, True)
    change(environ, "UPDATE disclosure SET level = level - 1")
    change(environ, "DELETE FROM disclosure_anchor")
    assert bot("disclosures", "--verify")[0] == 0
    code, told_ = bot("disclosures", "--against", str(mail))
    assert (code, "TAMPERED anchor 1: was mailed and is gone" in told_) == (1, True)
    empty = tmp_path / "empty.txt"
    empty.write_text("nada")
    assert bot("disclosures", "--against", str(empty))[0] == 1


def test_a_person_is_exported_to_a_file_of_its_owner(conversation, bot, tmp_path) -> None:
    out = tmp_path / "person.json"
    assert bot("export-person", "C-1009", "--out", str(out))[0] == 0
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["conversations"] == [conversation]
    assert document["data"]["sealed"][0]["box"] == "¿cuándo vence? soy ana@correo.mx y mi contraseña es [contraseña]"
    assert out.stat().st_mode & 0o077 == 0
    assert bot("export-person", "C-1003")[0] == 1


def test_a_person_is_erased_from_the_very_files(environ, conversation, bot, tmp_path) -> None:
    code, told_ = bot("erase-person", "C-1009")
    assert (code, "message: 2" in told_, "nothing was erased" in told_) == (0, True, True)
    code, told_ = bot("erase-person", "C-1009", "--yes")
    receipt = json.loads(told_)
    assert (code, receipt["erased"]["message"], receipt["kept"]["disclosure"]) == (0, 2, 1)
    for path in Path(tmp_path).glob("ledger.db*"):
        raw = path.read_bytes().decode("latin-1")
        assert "vence" not in raw
        assert "El 28" not in raw
    assert bot("erase-person", "C-1009", "--yes")[0] == 1
    assert bot("disclosures", "--verify")[0] == 0


def test_what_is_sealed_is_put_under_a_new_key(environ, conversation, bot, monkeypatch) -> None:
    monkeypatch.setenv("SEALING_KEY", "2" * 40)
    assert bot("reseal")[0] == 1  # the old key is not there
    monkeypatch.setenv("SEALING_KEY", f"{'2' * 40},{'1' * 40}")
    assert bot("reseal") == (0, "1 sealed copies and 0 second factors are under the first key\n")
    monkeypatch.setenv("SEALING_KEY", "2" * 40)
    assert "ana@correo.mx" in bot("export-person", conversation)[1]


async def test_the_worker_anchors_and_removes_and_says_how_much(environ, tmp_path) -> None:
    await talk(environ)
    settings = load_settings(environ)
    resources = resources_in(tmp_path, settings, now=lambda: NOON + timedelta(days=366))
    with logged() as logs:
        await retention.worker(resources, Mailer(""))._step()
    assert [each["event"] for each in logs] == ["removed what is older than it is kept", "disclosures anchored"]
    assert (logs[0]["message"], logs[0]["sealed"], len(logs[1]["anchor"])) == (2, 1, 64)
    assert await disclosures.problems(resources.ledger, ["1" * 40]) == []
    await resources.ledger.write(lambda connection: connection.execute(update(DISCLOSURE).values(desk="C-1001")))
    assert await disclosures.problems(resources.ledger, ["1" * 40]) != []
    await resources.ledger.close()
    await resources.accounts.close()
