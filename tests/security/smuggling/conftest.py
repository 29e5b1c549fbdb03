from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.migrations import upgrade
from bot.settings import ROOT
from harness.dialogue import SECRET
from harness.nginx import FOREGROUND, Proxy
from harness.ports import free_port
from tests.operations.conftest import settings_in
from tests.security.smuggling.site import LOG_FORMAT, PATIENCE_SECONDS, Site, ask
from tests.support.dialogue import in_a_thread


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A real gateway process behind a real nginx with the configuration of `deploy/`."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "nginx").mkdir()
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
        proxy = Proxy(folder / "nginx", [int(changes["BIND_PORT"])], LOG_FORMAT)
        gateway = subprocess.Popen(
            [sys.executable, "-m", "bot.gateway"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        running = proxy.run(*FOREGROUND)
        try:
            _wait_for(gateway, int(changes["BIND_PORT"]), "/health/live")
            _wait_for(running, proxy.port, "/widget.js")
            yield Site(proxy.port, int(changes["BIND_PORT"]), proxy.access_log, Path(folder / "ledger.db"))
        finally:
            for process in (running, gateway):
                process.terminate()
                process.communicate(timeout=PATIENCE_SECONDS)


def _wait_for(process: subprocess.Popen[str] | subprocess.Popen[bytes], port: int, path: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None
        try:
            if ask(port, "GET", path)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"nothing answers {path}")
