"""`python -m bot doctor`: each thing that can be wrong is made wrong once, and the doctor says what it is and what to do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.commands.checks import configuration, examine, machine, ok
from bot.commands.doctor import verdict
from bot.settings import load_settings
from harness.dialogue import StandIn
from harness.ports import free_port
from tests.operations.conftest import SECRETS, bot
from tests.operations.doctoring import house, models, run, wrongs
from tests.operations.gateway import serving

__all__ = ["house", "models"]


async def test_a_house_that_is_well(house: dict[str, str], models: Path) -> None:
    async with serving({**house, "TRUSTED_PROXIES": "127.0.0.1"}):
        code, said = await asyncio.to_thread(run, house, "--models", str(models))
    assert code == 0, said
    for told in ("the schema is current", "can be written", "gateway: ready at", "actions: ready at", "support line 55 8000 9480"):
        assert told in said
    assert "0 wrong" in said
    assert "WRONG" not in said


def test_every_bad_setting_is_named_at_once(house: dict[str, str]) -> None:
    bad = {"GRACE_DAYS": "tres", "BIND_PORT": "0", "SESSION_SECRET": "corto", "TIMEZONE": "Marte/Olympus", "LOG_LEVEL": "loud"}
    environment = {**house, **bad}
    del environment["PORTAL_JWT_SECRET"]
    code, said = run(environment)
    assert code == 1
    for variable in (*bad, "PORTAL_JWT_SECRET"):
        assert f"{variable}:" in said
    assert "6 settings are wrong" in said
    assert "corto" not in said


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"SESSION_SECRET": "a" * 40}, "SESSION_SECRET can be guessed"),
        ({"SESSION_SECRET": "changeme-8d7f6a5b4c3e2d1f0a9b8c7d6e5f"}, "SESSION_SECRET can be guessed"),
        ({"SESSION_SECRET": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "PORTAL_JWT_SECRET": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}, "are the same"),
    ],
)
async def test_weak_secrets(changes: dict[str, str], told: str) -> None:
    strong = {
        "INTERNAL_SECRET": "90a1b2c3d4e5f60718293a4b5c6d7e8f",
        "SESSION_SECRET": "1f2e3d4c5b6a79808f9e0dac1bbc2ad3",
        "PORTAL_JWT_SECRET": "a7b6c5d4e3f2011029384756afbecd00",
    }
    good = await configuration.secrets_strength(load_settings(strong))
    assert [finding.level for finding in good] == ["ok"]
    found = await configuration.secrets_strength(load_settings({**strong, **changes}))
    assert any(finding.level == "wrong" and told in finding.text for finding in found)
    assert not any(value in str(found) for name, value in {**strong, **changes}.items() if name.endswith("SECRET"))


def test_processes_that_are_dead(house: dict[str, str]) -> None:
    ports = [free_port() for _ in range(2)]
    said = wrongs(
        {**house, "DIALOGUE_URLS": f"{house['DIALOGUE_URLS']},http://127.0.0.1:{ports[0]}", "ACTIONS_URL": f"http://127.0.0.1:{ports[1]}"}
    )
    assert f"dialogue: nobody listens at http://127.0.0.1:{ports[0]} → start it" in said
    assert f"actions: nobody listens at http://127.0.0.1:{ports[1]} → start it" in said
    assert f"gateway: nobody listens at http://127.0.0.1:{house['BIND_PORT']}" in said
    assert said.count("nobody listens") == 3


@pytest.fixture
def silent() -> Iterator[str]:
    """A port that accepts and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


async def _welcome(_: web.Request) -> web.Response:
    return web.Response(text="<h1>Welcome to nginx!</h1>", content_type="text/html")


async def test_a_stranger_and_a_process_that_hangs(house: dict[str, str], silent: str) -> None:
    app = web.Application()
    app.router.add_get("/{any:.*}", _welcome)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port := free_port()).start()
    said = await asyncio.to_thread(wrongs, {**house, "DIALOGUE_URLS": f"http://127.0.0.1:{port}", "ACTIONS_URL": silent})
    await runner.cleanup()
    assert f"dialogue: what answers at http://127.0.0.1:{port} is not our dialogue; held by python" in said
    assert f"actions: {silent} does not answer within 5 s" in said


async def test_a_gateway_that_misses_the_dialogue(house: dict[str, str], dialogue: StandIn) -> None:
    async with serving({**house, "DIALOGUE_URLS": f"http://127.0.0.1:{free_port()}"}):
        assert "is not ready: it misses dialogue" in await asyncio.to_thread(wrongs, house)


async def test_one_of_several_that_is_away(house: dict[str, str], dialogue: StandIn) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    several = {**house, "ACTIONS_URL": f"{dialogue.url},{gone}"}
    async with serving(several):
        code, said = await asyncio.to_thread(run, several)
    assert code == 1
    assert f"is degraded, it works without actions {gone}: the others of that kind do the work" in said
    assert f"nobody listens at {gone}" in said
    assert "gateway: ready" not in said


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "no trained model in models/: run `python -m bot train`"),
        ({"bad.tar.gz": b"no archive"}, "bad.tar.gz cannot be read → train again"),
        ({"serving": b"gone.tar.gz\n"}, "there is no model gone.tar.gz"),
        ({"serving": b"../../etc/passwd\n"}, "a model is named as"),
    ],
)
def test_models_that_cannot_serve(house: dict[str, str], tmp_path: Path, files: dict[str, bytes], told: str) -> None:
    (tmp_path / "models").mkdir()
    for name, content in files.items():
        (tmp_path / "models" / name).write_bytes(content)
    assert told in wrongs(house, "--models", str(tmp_path / "models"))


def test_a_dialogue_that_serves_another_model_than_the_chosen(house: dict[str, str], models: Path) -> None:
    (models / "other.tar.gz").write_bytes((models / "test.tar.gz").read_bytes())
    (models / "serving").write_text("other.tar.gz\n", encoding="utf-8")
    assert "serves test, not other.tar.gz → `python -m bot model use other.tar.gz`" in wrongs(house, "--models", str(models))


def test_a_mail_server_that_is_away_or_not_named(house: dict[str, str], tmp_path: Path) -> None:
    said = wrongs({**house, "SMTP_URL": "smtp://me:hunter2@127.0.0.1:9", "MAIL_FROM": "x@example.com"})
    assert "mail: 127.0.0.1:9 cannot be reached (ConnectionRefusedError)" in said
    assert "MAIL_FROM is the example" in said
    assert "hunter2" not in said
    assert "SMTP_URL is empty" in wrongs({**house, "SMTP_URL": ""})


async def test_a_mail_server_that_answers() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        found = await machine.mail(load_settings({**SECRETS, "SMTP_URL": f"smtp://127.0.0.1:{port}"}))
    assert [finding.level for finding in found] == ["ok"]


async def test_packages_that_are_not_the_locked_ones(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("aiohttp==0.0.1 \\\n    --hash=sha256:00\nno-such-package==1.0\nstructlog[x]==0.1\n", encoding="utf-8")
    (found,) = await machine.packages(lock)
    assert found.level == "wrong"
    assert "3 of 3 packages differ" in found.text
    assert "no-such-package is missing" in found.text


async def test_a_check_that_hangs_or_breaks_says_so() -> None:
    async def hangs() -> list[Any]:
        await asyncio.Event().wait()
        return []

    async def breaks() -> list[Any]:
        raise ValueError("hunter2")

    async def works() -> list[Any]:
        return [ok("c", "fine")]

    found = await examine([("a", hangs), ("b", breaks), ("c", works)], seconds=0.05)
    assert [finding.level for finding in found] == ["wrong", "wrong", "ok"]
    assert "could not be looked at within" in found[0].text
    assert "ValueError" in found[1].text
    assert "hunter2" not in str(found)
    assert verdict(found, looked=True) == "2 wrong, 0 to note"


@pytest.mark.parametrize("words", [("db", "upgrade"), ("parked",), ("model",), ("model", "use", "x"), ("up",), ("demo",)])
def test_every_command_names_a_bad_setting(house: dict[str, str], words: tuple[str, ...]) -> None:
    done = bot({**house, "GRACE_DAYS": "tres"}, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{words[0]}: GRACE_DAYS: ")
    assert "Traceback" not in done.stderr
