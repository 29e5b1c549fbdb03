"""A real PostgreSQL server of one's own, started as an unprivileged user in a temporary folder.

Any password is right, and nothing survives a power cut: it is for tests and benchmarks.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.ports import free_port

START_SECONDS = 30


@dataclass
class PostgresServer:
    """A running server; `port` is on 127.0.0.1, the Unix socket lies in `folder`. Any password is right."""

    binaries: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    more: Sequence[str] = ()
    """Settings besides ours, which they change, as `shared_buffers=256MB`."""

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database of this server."""
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str, database: str = "postgres") -> str:
        """The output of one SQL statement, run by psql."""
        command = [
            self.binaries / "psql",
            "-h",
            self.folder,
            "-p",
            str(self.port),
            "-U",
            "postgres",
            "-d",
            database,
            "-qAtX",
            "-c",
            statement,
        ]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=START_SECONDS).stdout.strip()

    def create_database(self, template: str = "template1") -> str:
        """The name of a new database: a copy of `template`, to which nobody may be connected, or an empty one."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def start(self) -> None:
        """Serve the cluster in `folder`. Raises RuntimeError with the server's own words when it does not start."""
        settings = [
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=60",
            "shared_buffers=32MB",
            "timezone=Asia/Tokyo",
            *self.more,
        ]
        options = [part for setting in settings for part in ("-c", setting)]
        command = [
            self.binaries / "postgres",
            "-D",
            self.folder / "data",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-k",
            self.folder,
            *options,
        ]
        log = self.folder / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=self.folder, **unprivileged()
            )
        ready = [self.binaries / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)]
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run(ready, check=False).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server: politely, then not."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(15)
        self.process = None


def find_binaries() -> Path | None:
    """The folder of the newest installed server's programs, or None."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def start_server(binaries: Path, folder: Path, *more: str) -> PostgresServer:
    """Create a cluster in `folder` and serve it on a free port. Raises RuntimeError with the server's own words when it does not start."""
    account = unprivileged()
    if account:
        os.chown(folder, account["user"], account["group"])
    data = folder / "data"
    initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"]
    subprocess.run(initdb, check=True, capture_output=True, timeout=4 * START_SECONDS, cwd=folder, **account)
    server = PostgresServer(binaries, folder, free_port(), more=more)
    server.start()
    return server


def unprivileged() -> dict[str, Any]:
    """How to start a process that is not root; nothing special when we are not root either."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL refuses to run as root and there is neither a user postgres nor nobody")
