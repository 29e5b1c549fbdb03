from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path

import pytest

from bot.migrations import upgrade
from bot.settings import ROOT
from harness.dialogue import SECRET
from harness.nginx import FOREGROUND, Proxy
from harness.ports import free_port
from tests.operations.conftest import settings_in
from tests.security.smuggling.certificate import trusting, write_certificate
from tests.security.smuggling.site import LOG_FORMAT, PATIENCE_SECONDS, Site, ask
from tests.support.dialogue import in_a_thread


@dataclass(frozen=True)
class SecureSite:
    """A site to which browsers come by TLS, and the folder of its certificate."""

    site: Site
    folder: Path

    @property
    def trust(self) -> ssl.SSLContext:
        """How a client speaks HTTP/2 to it."""
        return self.trust_of("h2")

    def trust_of(self, protocol: str) -> ssl.SSLContext:
        """The same with another protocol."""
        return trusting(self.folder, protocol)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A real gateway process behind a real nginx with the configuration of `deploy/`."""
    with _running(tmp_path_factory.mktemp("site"), tls=False) as running:
        yield running


@pytest.fixture(scope="module")
def secure_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureSite]:
    """The same with the lines of that configuration that stand in comments: TLS and HTTP/2."""
    folder = tmp_path_factory.mktemp("site")
    with _running(folder, tls=True) as running:
        yield SecureSite(running, folder / "nginx")


@contextmanager
def _running(folder: Path, *, tls: bool) -> Iterator[Site]:
    (folder / "nginx").mkdir()
    if tls:
        write_certificate(folder / "nginx")
    with in_a_thread() as dialogue:
        changes = {
            "DIALOGUE_URLS": dialogue.url,
            "ACTIONS_URL": dialogue.url,
            "INTERNAL_SECRET": SECRET,
            "TRUSTED_PROXIES": "127.0.0.1",
            "BIND_PORT": str(free_port()),
            "RATE_SESSIONS_PER_MINUTE": "100000",
        }
        environment = settings_in(folder, **changes)
        upgrade(environment["ACCOUNTS_DATABASE_URL"], "accounts")
        proxy = Proxy(folder / "nginx", [int(changes["BIND_PORT"])], LOG_FORMAT, tls=tls)
        gateway = subprocess.Popen(
            [sys.executable, "-m", "bot.gateway"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        running = proxy.run(*FOREGROUND)
        try:
            _wait_for(gateway, partial(_is_served, int(changes["BIND_PORT"]), "/health/live"))
            _wait_for(running, partial(_listens, proxy.port) if tls else partial(_is_served, proxy.port, "/widget.js"))
            yield Site(proxy.port, int(changes["BIND_PORT"]), proxy.access_log, Path(folder / "ledger.db"))
        finally:
            for process in (running, gateway):
                process.terminate()
                process.communicate(timeout=PATIENCE_SECONDS)


def _is_served(port: int, path: str) -> bool:
    return ask(port, "GET", path)[0] == HTTPStatus.OK


def _listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS):
        return True


def _wait_for(process: subprocess.Popen[str] | subprocess.Popen[bytes], is_there: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None
        try:
            if is_there():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("nothing answers")
