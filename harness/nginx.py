"""A real nginx with the configuration of `deploy/`, only its site lines changed: for the tests and for `make scale`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bot.settings import ROOT
from harness.ports import free_port

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
FOREGROUND = ("-g", "daemon off;")


def program(name: str, package: str) -> str:
    """Where a program of the system lies; its Debian package is named when it does not."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    assert found, f"{name} is missing: run scripts/test-tools, or apt-get install {package}"
    return found


class Proxy:
    """nginx in `folder` before one or two gateways; `log_format` is what a line of its access log says, when not nginx's own.

    `tls`: it speaks TLS and HTTP/2 as its lines in comments say, with `fullchain.pem` and `privkey.pem` of the folder.
    """

    def __init__(self, folder: Path, gateways: Sequence[int], log_format: str | None = None, *, tls: bool = False) -> None:
        self.port = free_port()
        self._folder, self.config, self.access_log = folder, folder / "nginx.conf", folder / "access.log"
        form = "" if log_format is None else f"log_format site '{log_format}'; "
        second = f"server 127.0.0.1:{gateways[1]} max_fails=1 fail_timeout=5s;" if gateways[1:] else ""
        changes = {
            "site: pid": f"pid {folder}/nginx.pid;",
            "site: access log": f"{form}access_log {self.access_log} {'site' if form else 'without_query'};",
            "site: error log": f"error_log {folder}/error.log warn;",
            "site: gateway 1": f"server 127.0.0.1:{gateways[0]} max_fails=1 fail_timeout=5s;",
            "site: gateway 2": second,
            "site: listen": f"listen 127.0.0.1:{self.port}{' ssl http2' if tls else ''};",
        }
        text = CONFIGURATION.read_text(encoding="utf-8")
        self.config.write_text(_changed(_with_tls(text, folder) if tls else text, changes, folder), encoding="utf-8")

    @property
    def url(self) -> str:
        """Where customers find it."""
        return f"http://127.0.0.1:{self.port}"

    def command(self, *words: str) -> list[str]:
        """How to start it; with FOREGROUND it stays a child of who starts it."""
        binary = program("nginx", "nginx-light")
        return [binary, "-p", str(self._folder), "-e", str(self._folder / "error.log"), "-c", str(self.config), *words]

    def run(self, *words: str) -> subprocess.Popen[str]:
        """Started; what it says can be read."""
        return subprocess.Popen(self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _with_tls(text: str, folder: Path) -> str:
    """What stands in comments for who has a certificate, with the one of this folder."""
    assert "with TLS: listen 443 ssl http2;" in text
    changed, number = re.subn(r"^( *)# (ssl_\w+ |add_header Strict)", r"\1\2", text, flags=re.MULTILINE)
    assert number == 4
    return changed.replace("/etc/ssl/asistente/", f"{folder}/")


def _changed(text: str, changes: dict[str, str], folder: Path) -> str:
    """The configuration with its site lines changed, each of which must be there, and its temporary files in `folder`."""
    lines = [next((new for mark, new in changes.items() if f"# {mark}" in line), line) for line in text.splitlines()]
    assert sum(a != b for a, b in zip(lines, text.splitlines(), strict=True)) == len(changes)
    folders = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    start = "user root;\n" if os.geteuid() == 0 else ""
    return start + "\n".join(lines).replace("http {", f"http {{ {folders}", 1)
