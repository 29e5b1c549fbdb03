"""Around the program: mail server, log folder, disk, and whether the installed packages are the locked ones."""

from __future__ import annotations

import asyncio
import re
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.commands.checks import Finding, megabytes, note, ok, wrong
from bot.commands.checks.databases import free_space
from bot.settings import ROOT, VAR, Settings

CONNECT_SECONDS = 5.0
MOST_LOG_BYTES = 1e9
PORTS = {"smtp": 25, "smtps": 465}
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


async def mail(settings: Settings) -> list[Finding]:
    """Whether the mail server can be reached; nothing is sent and no password is given."""
    url = urlsplit(settings.smtp_url)
    if not url.scheme:
        return [wrong("mail", "SMTP_URL is empty: no connection mail and no one-time code can be sent", "set SMTP_URL")]
    if url.scheme == "file":
        return [
            note(
                "mail",
                f"mails are files in {unquote(url.path)}, nobody receives them",
                "" if settings.demo else "set SMTP_URL to a mail server",
            )
        ]
    host, port = url.hostname or "", url.port or PORTS.get(url.scheme, 25)
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), CONNECT_SECONDS)
    except (OSError, TimeoutError) as error:
        return [
            wrong(
                "mail",
                f"{host}:{port} cannot be reached ({type(error).__name__})",
                "mails wait and are tried again; correct SMTP_URL or the way there",
            )
        ]
    writer.close()
    return [ok("mail", f"{host}:{port} answers")]


async def logs(folder: Path = VAR / "logs") -> list[Finding]:
    """How large the logs have grown."""
    return await asyncio.to_thread(_logs, folder)


def _logs(folder: Path) -> list[Finding]:
    if not folder.is_dir():
        return [note("logs", f"there is no {folder.name}/: under systemd they are in the journal")]
    size = sum(file.stat().st_size for file in folder.glob("*.log*"))
    if size > MOST_LOG_BYTES:
        return [note("logs", f"{megabytes(size)} in {folder}", "rotate them: docs/operations.md#logs")]
    return [ok("logs", f"{megabytes(size)} in {folder}"), *free_space(folder, "logs")]


async def packages(lock: Path = ROOT / "requirements.lock") -> list[Finding]:
    """Whether what is installed is what was locked and tested."""
    return await asyncio.to_thread(_packages, lock)


def _packages(lock: Path) -> list[Finding]:
    if not lock.is_file():
        return [note("packages", f"there is no {lock.name} to compare with")]
    pinned = _PINNED.findall(lock.read_text(encoding="utf-8"))
    differing = [told for name, version in pinned if (told := _difference(name, version))]
    if differing:
        told = f"{len(differing)} of {len(pinned)} packages differ from {lock.name}: {', '.join(differing[:5])}"
        return [wrong("packages", told, f"`scripts/setup {lock.name}`")]
    return [ok("packages", f"all {len(pinned)} are as in {lock.name}")]


def _difference(name: str, version: str) -> str:
    try:
        installed = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{name} is missing"
    return "" if installed == version else f"{name} {installed} instead of {version}"
