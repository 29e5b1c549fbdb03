"""The files of `deploy/` are tried: units by systemd-analyze, the proxy's configuration by a real nginx before two real gateways."""

from __future__ import annotations

import asyncio
import io
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from bot.migrations import Branch
from bot.settings import ROOT
from harness.dialogue import SECRET, StandIn
from harness.nginx import FOREGROUND, Proxy, program
from harness.ports import free_port
from tests.gateway.client import Visitor, all_answered, each_answered_once
from tests.operations.conftest import settings_in
from tests.operations.gateway import serving
from tests.support.migrated import copied

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
HOME = "/opt/servidor-virtual"
MESSAGES = 30
MOST_EXPOSED = 3.0  # of 10, by systemd's own count


@pytest.fixture
def here(tmp_path: Path) -> list[Path]:
    """The units with the paths of this machine, the template as an instance of its own."""
    written = []
    for unit in UNITS:
        path = tmp_path / unit.name.replace("@.", "@5105.")
        path.write_text(unit.read_text(encoding="utf-8").replace(HOME, str(ROOT)), encoding="utf-8")
        written.append(path)
    return written


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [program("systemd-analyze", "systemd"), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_units_are_sound(here: list[Path]) -> None:
    done = analyze("verify", "--man=no", *here)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_wrong_line_in_a_unit_is_seen(here: list[Path]) -> None:
    here[0].write_text(here[0].read_text(encoding="utf-8").replace("Restart=always", "Restart=sometimes"), encoding="utf-8")
    assert "restart specifier" in analyze("verify", "--man=no", here[0]).stderr


def test_the_units_expose_little(here: list[Path]) -> None:
    for unit in here:
        said = analyze("security", "--offline=yes", unit).stdout
        exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
        assert exposure, said
        assert float(exposure.group(1)) <= MOST_EXPOSED, said


def test_the_units_wait_longer_than_the_processes_drain() -> None:
    from bot.gateway.__main__ import DRAIN_SECONDS
    from bot.timings import Timings

    dialogue = re.search(r"^DRAIN_SECONDS = ([\d.]+)", (ROOT / "bot/dialogue/__main__.py").read_text(encoding="utf-8"), re.MULTILINE)
    actions = re.search(r"shutdown_timeout=([\d.]+)", (ROOT / "actions/__main__.py").read_text(encoding="utf-8"))
    assert dialogue
    assert actions
    drains = {"gateway": DRAIN_SECONDS + Timings().drain_seconds, "dialogue@": float(dialogue[1]), "actions": float(actions[1])}
    for name, seconds in drains.items():
        unit = (DEPLOY / "systemd" / f"servidor-virtual-{name}.service").read_text(encoding="utf-8")
        stop = re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
        assert stop
        assert int(stop[1]) > seconds
        assert "Restart=always" in unit


def test_the_units_restart_what_hangs() -> None:
    for unit in UNITS:
        lines = unit.read_text(encoding="utf-8").splitlines()
        assert {"Type=notify", "WatchdogSec=10", "WatchdogSignal=SIGKILL", "Restart=always"} <= set(
            lines
        )  # SIGSTOP outlives all but SIGKILL


@pytest.fixture
def gateways(tmp_path: Path, dialogue: StandIn, migrated: Path, from_template: Callable[[Branch], str]) -> list[dict[str, str]]:
    """Two gateways on one PostgreSQL ledger."""
    common = {
        "DATABASE_URL": from_template("ledger"),
        "DIALOGUE_URLS": dialogue.url,
        "ACTIONS_URL": dialogue.url,
        "INTERNAL_SECRET": SECRET,
        "TRUSTED_PROXIES": "127.0.0.1",
        "RATE_SESSIONS_PER_MINUTE": "1000",
        "RATE_MESSAGES_PER_MINUTE": "100000",
        "RATE_VISITORS_PER_MINUTE": "100000",
    }
    copied(migrated / "accounts.db", tmp_path / "accounts.db")
    return [settings_in(tmp_path, BIND_PORT=str(free_port()), **common) for _ in range(2)]


@pytest.fixture
def proxy(tmp_path: Path, gateways: list[dict[str, str]]) -> Iterator[Proxy]:
    folder = tmp_path / "nginx"
    folder.mkdir()
    proxy = Proxy(folder, [int(environment["BIND_PORT"]) for environment in gateways])
    tried = proxy.run("-t")
    said, _ = tried.communicate(timeout=60)
    assert tried.returncode == 0, said
    assert "warn" not in said, said
    running = proxy.run(*FOREGROUND)
    yield proxy
    running.terminate()
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 0, said


async def until_served(proxy: Proxy) -> None:
    async with Visitor(proxy.url) as visitor, asyncio.timeout(60):
        while True:
            try:
                if (await visitor.call("GET", "/privacidad"))[0] == 200:
                    return
            except OSError:
                pass
            await asyncio.sleep(0.05)


async def test_a_chat_through_the_proxy(proxy: Proxy, gateways: list[dict[str, str]]) -> None:
    async with serving(gateways[0]), serving(gateways[1]), Visitor(proxy.url) as visitor:
        await until_served(proxy)
        await visitor.open()
        async with visitor.stream() as events:
            for n in range(3):  # each answer arrives on the open stream before the next message is sent: nothing is held back
                assert (await visitor.send(f"n={n}"))[0] == 202
                async for event in events:
                    if event["event"] == "message" and event["data"]["text"] == f"eco: n={n}":
                        break
        for path in ("/metrics", "/health/ready", "/health/live"):
            assert (await visitor.call("GET", path))[0] == 404
        assert (await visitor.call("POST", "/webchat/messages", data=b"x" * 100_000))[0] == 413
        for size, status in ((2_900_000, 404), (3_300_000, 413)):  # Meta's batches come through; here nobody has set WhatsApp up
            assert (await visitor.call("POST", "/whatsapp/webhook", data=io.BytesIO(b"x" * size)))[0] == status
        for path in ("/widget.js", "/webchat/messages"):
            assert (await visitor.call("GET", path, headers={"Cookie": "tienda=" + "c" * 60_000}))[0] == 200


async def test_what_a_browser_is_told_of_safety_is_told_once(proxy: Proxy, gateways: list[dict[str, str]]) -> None:
    """By the gateway, and by nginx where it answers itself."""
    own = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    async with serving(gateways[0]), serving(gateways[1]), Visitor(proxy.url) as visitor:
        await until_served(proxy)
        for method, path, size in (
            ("GET", "/metrics", 0),
            ("POST", "/webchat/messages", 100_000),
            ("TRACE", "/", 0),
            ("GET", "/widget.js", 0),
            ("GET", "/x", 0),
        ):
            async with visitor.http.request(method, f"{proxy.url}{path}", data=b"x" * size) as response:
                assert response.headers.getall("Content-Security-Policy") == [own]
                assert response.headers.getall("X-Content-Type-Options") == ["nosniff"]
        async with visitor.http.get(f"{proxy.url}/privacidad") as response:
            (policy,) = response.headers.getall("Content-Security-Policy")
            assert "style-src 'self'" in policy
    async with aiohttp.ClientSession() as http, http.get(f"{proxy.url}/widget.js") as response:  # no gateway is there any more
        assert (response.status, response.headers.getall("Content-Security-Policy")) == (502, [own])


async def test_the_log_holds_nothing_of_a_query(proxy: Proxy, gateways: list[dict[str, str]]) -> None:
    """What agents look for may be a telephone, and a sign-on comes back with a code."""
    async with serving(gateways[0]), serving(gateways[1]), Visitor(proxy.url) as visitor:
        await until_served(proxy)
        await visitor.call("GET", "/console/conversaciones?texto=5512345678")
        await visitor.call("GET", "/console/empresa/regreso?code=secreto&state=x")
        async with asyncio.timeout(60):
            while True:  # a line is written when the answer is out
                log = proxy.access_log.read_text(encoding="utf-8")
                if "/console/empresa/regreso" in log:
                    break
                await asyncio.sleep(0.02)
        assert '"GET /console/conversaciones HTTP/1.1" 303' in log
        assert "?" not in log
        assert "5512345678" not in log
        assert "secreto" not in log


async def open_from(url: str, address: str, **headers: str) -> int:
    """Status of a new session for a client at this address of the loopback network."""
    connector = aiohttp.TCPConnector(local_addr=(address, 0))
    async with (
        aiohttp.ClientSession(connector=connector, headers=headers) as http,
        http.post(f"{url}/webchat/session", json={}) as response,
    ):
        return response.status


async def test_a_client_is_known_by_its_own_address_and_cannot_claim_another(proxy: Proxy, gateways: list[dict[str, str]]) -> None:
    for environment in gateways:
        environment["RATE_SESSIONS_PER_MINUTE"] = "3"
    async with serving(gateways[0]), serving(gateways[1]):
        await until_served(proxy)
        opened: list[int] = []
        while 429 not in opened[-2:] or opened[-2:] != [429, 429]:  # both gateways have had enough of this client
            opened.append(await open_from(proxy.url, "127.0.0.2"))
            assert len(opened) < 200
        assert await open_from(proxy.url, "127.0.0.3") == 200
        claimed = [await open_from(proxy.url, "127.0.0.2", **{"X-Forwarded-For": "10.1.2.3"}) for _ in range(2)]
        assert claimed == [429, 429]


def lettered(*numbers: int) -> str:
    """A message without digits: those of many short ones together may look like a card's, and are masked."""
    return "mensaje " + "".join("abcdefghij"[int(digit)] for number in numbers for digit in f"{number:02}")


async def test_a_gateway_that_is_killed_loses_no_message_that_was_sent_to_the_proxy(
    proxy: Proxy, gateways: list[dict[str, str]], postgres: Any
) -> None:
    refused: list[Any] = []

    async def customer(number: int, dead: asyncio.Event) -> None:
        over = False
        while not over:  # one conversation after the other, each read in one page, and one that begins when the gateway is dead
            over = dead.is_set()
            async with Visitor(proxy.url) as visitor:
                await visitor.open()
                for n in range(MESSAGES):
                    status, body = await visitor.send(lettered(number, n))
                    if status != 202:
                        refused.append((status, body))
                assert each_answered_once(await visitor.until(all_answered), *(lettered(number, n) for n in range(MESSAGES)))

    dead = asyncio.Event()
    async with serving(gateways[1]), AsyncExitStack() as first, asyncio.TaskGroup() as group:
        await first.enter_async_context(serving(gateways[0]))
        await until_served(proxy)
        for number in range(4):
            group.create_task(customer(number, dead))
        await asyncio.sleep(0.5)
        listener = int(gateways[0]["BIND_PORT"])
        await asyncio.to_thread(kill_listener, listener)
        name = gateways[0]["DATABASE_URL"].rsplit("/", 1)[1]
        await asyncio.to_thread(
            postgres.run, "UPDATE conversation SET lease_until = '2000-01-01' WHERE lease_until IS NOT NULL", name
        )  # the test does not wait for it
        await asyncio.sleep(0.5)
        dead.set()
    assert refused == []


async def test_a_gateway_that_hangs_is_left_for_the_other(proxy: Proxy, gateways: list[dict[str, str]]) -> None:
    async with serving(gateways[0]), serving(gateways[1]), Visitor(proxy.url) as visitor:
        await until_served(proxy)
        await visitor.open()
        hung = listener(int(gateways[0]["BIND_PORT"]))
        hung.suspend()
        try:
            assert [(await visitor.send(f"n={n}"))[0] for n in range(4)] == [202] * 4  # one of them had to wait for 8 s
            assert each_answered_once(await visitor.until(all_answered), *(f"n={n}" for n in range(4)))
        finally:
            hung.resume()


def kill_listener(port: int) -> None:
    """SIGKILL to the gateway of ours that listens there."""
    listener(port).kill()


def listener(port: int) -> psutil.Process:
    """The gateway of ours that listens there."""
    (process,) = [
        child
        for child in psutil.Process().children()
        if any(c.laddr.port == port and c.status == "LISTEN" for c in child.net_connections())
    ]
    return process
