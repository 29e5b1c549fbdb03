"""`python -m bot up`: one line when ready, plain words when something is wrong, nothing left behind."""

from __future__ import annotations

import socket
import time
import urllib.request
from pathlib import Path

import psutil

from harness.up import Up

HANG_SECONDS = 180  # how long it is waited for at most, on a machine that does much else


def test_it_says_one_line_with_the_address_and_stops_everything_it_started(tmp_path: Path) -> None:
    up = Up(tmp_path).start().wait_ready()
    children = up.children()
    assert [line for line in up.lines if line.startswith("Ready:")] == [f"Ready: {up.url} (Ctrl-C stops everything)"]
    assert len(children) == 4
    assert [line for line in up.lines if line.startswith("WhatsApp:")] == [f"WhatsApp: {up.url}/whatsapp-demo"]
    assert [line for line in up.lines if line.startswith("Correo:")] == [f"Correo: {up.url}/demo/correo"]
    with urllib.request.urlopen(f"{up.url}/demo/correo") as page:
        assert "Todavía no hay ninguno" in page.read().decode()
    with urllib.request.urlopen(f"{up.url}/whatsapp-demo") as page:
        assert (page.url.rstrip("/"), "¿De quién es el teléfono?" in page.read().decode()) == (up.environment["WHATSAPP_API_BASE"], True)
    assert up.stop() == 0
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


def test_a_company_with_a_number_of_its_own_gets_no_stand_in(tmp_path: Path) -> None:
    own = {f"WHATSAPP_{name}": "own" for name in ("ACCESS_TOKEN", "APP_SECRET", "VERIFY_TOKEN")}
    up = Up(tmp_path, WHATSAPP_PHONE_NUMBER_ID="106000000000009", **own).start().wait_ready()
    assert len(up.children()) == 3
    assert not any(line.startswith("WhatsApp:") for line in up.lines)
    assert up.stop() == 0


def test_a_process_that_hangs_is_started_again(tmp_path: Path) -> None:
    up = Up(tmp_path).start().wait_ready()
    hung = up.child("actions")
    hung.suspend()
    hung.wait(HANG_SECONDS)
    deadline = time.monotonic() + HANG_SECONDS
    while not answers(f"{up.environment['ACTIONS_URL']}/health/live"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert any(line.startswith("actions lives and does not answer") for line in up.lines), "\n".join(up.lines)
    assert up.stop() == 0


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as response:
            return response.status == 200
    except OSError:
        return False


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        up = Up(tmp_path, BIND_PORT=str(port)).start()
        assert up.wait_end() == 1
    said = "\n".join(up.lines)
    assert f"port {port} for the gateway cannot be used" in said
    assert "BIND_PORT" in said


def test_a_bad_setting_is_named_before_anything_starts(tmp_path: Path) -> None:
    up = Up(tmp_path, GRACE_DAYS="tres").start()
    assert up.wait_end() == 2
    assert any("GRACE_DAYS" in line for line in up.lines)


def test_a_process_that_cannot_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    up = Up(tmp_path, PORTAL_JWT_PUBLIC_KEY="this is no key", PORTAL_JWT_SECRET="").start()
    assert up.wait_end() == 1
    said = "\n".join(up.lines)
    assert "gateway ended with exit code 2" in said
    assert "PORTAL_JWT_PUBLIC_KEY" in said
