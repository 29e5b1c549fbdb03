"""Gateway, dialogue and actions at the addresses of the settings: there, ready, and ours; and the model that they serve."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import aiohttp

from bot.commands.checks import Finding, note, ok, wrong
from bot.commands.checks.configuration import LOOPBACK
from bot.dialogue import models
from bot.errors import SettingsError
from bot.settings import Settings
from bot.supervisor.supervisor import holder

SECONDS = 5.0
START = "start it: `python -m bot up`, or its systemd unit; its last words are in its log"
Name = Literal["gateway", "dialogue", "actions"]
SHAPES: dict[Name, set[str]] = {"gateway": {"ready", "not_ready"}, "dialogue": {"ready", "model"}, "actions": {"ready"}}


async def processes(settings: Settings) -> list[Finding]:
    """What is to be said of every process."""
    host = "127.0.0.1" if settings.bind_host in {"0.0.0.0", "::"} else settings.bind_host  # noqa: S104 - compared, not bound
    named: list[tuple[Name, str]] = [("gateway", f"http://{host}:{settings.bind_port}")]
    named += [("dialogue", url) for url in settings.dialogue_urls]
    named.extend(("actions", url) for url in settings.actions_url)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as http:
        return list(await asyncio.gather(*(_process(http, name, url) for name, url in named)))


async def _process(http: aiohttp.ClientSession, name: Name, url: str) -> Finding:
    where = f"{url}{'' if urlsplit(url).hostname in LOOPBACK else ' (another machine)'}"
    try:
        body = await health(http, url)
    except aiohttp.ClientConnectorError:
        return wrong(name, f"nobody listens at {where}", START)
    except TimeoutError:
        return wrong(name, f"{where} does not answer within {SECONDS:.0f} s", "it hangs or is overloaded: look at its log, then restart it")
    except (aiohttp.ClientError, ValueError):
        body = None
    if not isinstance(body, dict) or not SHAPES[name] <= body.keys():
        return wrong(
            name,
            f"what answers at {where} is not our {name}{holder(urlsplit(url).port or 0)}",
            "stop that program, or move ours to another port",
        )
    if not body["ready"]:
        return wrong(name, f"at {where} is not ready: it misses {', '.join(body.get('not_ready', ['?']))}", "see those parts here")
    degraded = body.get("degraded") or []
    if degraded:
        then = "customers get general answers" if "accounts" in degraded else "the others of that kind do the work"
        return note(name, f"at {where} is degraded, it works without {', '.join(degraded)}: {then}", "see that part here")
    serving = f", serving {body['model']}" if "model" in body else ""
    return ok(name, f"ready at {where}{serving}")


async def health(http: aiohttp.ClientSession, url: str) -> Any:
    """The body of `GET url/health/ready`. Raises aiohttp.ClientError, TimeoutError or ValueError."""
    async with http.get(f"{url}/health/ready") as response:
        return await response.json()


async def model(settings: Settings, folder: Path) -> list[Finding]:
    """Whether there is a model that fits the data, and whether every dialogue process serves the one that was chosen."""
    try:
        wanted = await asyncio.to_thread(models.serving_model, folder)
    except SettingsError as error:
        return [wrong("model", str(error), "`python -m bot train` makes one from the data")]
    trained = await asyncio.to_thread(models.trained_at, wanted)
    if trained is None:
        return [
            wrong(
                "model", f"{wanted.name} cannot be read", "train again (`python -m bot train --force`) or `python -m bot model use` another"
            )
        ]
    choice, fitting = models.chosen(folder), await asyncio.to_thread(models.fitting_model, folder)
    why = "chosen in models/serving" if choice else "nobody chose one"
    found = [ok("model", f"{wanted.name}, trained {trained} UTC ({why})")]
    if fitting is None:
        found.append(note("model", "no model fits the data as it is now", "`python -m bot train`, then `python -m bot model use` it"))
    elif fitting.name != wanted.name:
        found.append(
            note("model", f"{fitting.name} fits the data and does not serve", f"to change: `python -m bot model use {fitting.name}`")
        )
    return [*found, *await _served(settings, wanted.name, chosen=choice is not None)]


async def _served(settings: Settings, wanted: str, *, chosen: bool) -> list[Finding]:
    found = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as http:
        for url in settings.dialogue_urls:
            try:
                served = (await health(http, url))["model"]
            except (aiohttp.ClientError, TimeoutError, ValueError, LookupError, TypeError):
                continue  # told with the processes
            if served != wanted:
                told = f"{url} serves {served}, not {wanted}"
                todo = f"`python -m bot model use {wanted}`"
                found.append(wrong("model", told, todo) if chosen else note("model", told, todo))
    return found


async def ports(settings: Settings) -> list[Finding]:
    """Addresses that no process of ours could ever listen on."""
    try:
        await asyncio.get_running_loop().getaddrinfo(settings.bind_host, settings.bind_port, type=socket.SOCK_STREAM)
    except OSError:
        return [wrong("gateway", f"BIND_HOST {settings.bind_host} is no address of this machine", "correct BIND_HOST")]
    return []
