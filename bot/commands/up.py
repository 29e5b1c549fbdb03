"""`python -m bot up`: everything in one command — databases, model, demo data, all processes."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.errors import AssistantError
from bot.fake_whatsapp.demo import stand_in_port, variables
from bot.settings import ROOT, VAR, Settings, load_settings
from bot.supervisor.process import Child
from bot.supervisor.supervisor import Port, Supervisor, check_ports

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("up", help="start everything and keep it running")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 after an orderly stop, 2 on a bad setting, 1 when something could not start."""
    del arguments
    try:
        settings = load_settings()
    except AssistantError as error:
        print(f"up: {error}", file=sys.stderr)
        return 2
    try:
        check_ports(ports_of(settings))
        model = _prepare(settings)
        asyncio.run(_supervise(settings, model, ready_lines(settings)))
    except AssistantError as error:
        print(f"up: {error}", file=sys.stderr)
        return 1
    return 0


def ready_lines(settings: Settings) -> str:
    """What is said once everything answers: where it is, and in the demo where a telephone, what would be mailed and the agents' console are."""
    gateway = f"http://{settings.bind_host}:{settings.bind_port}"
    telephone = "" if stand_in_port(settings) is None else f"WhatsApp: {gateway}/whatsapp-demo\n"
    console = f"Console: {_demo_agent(settings)}\n" if settings.demo else ""
    mailbox = f"Correo: {gateway}/demo/correo\n" if settings.demo and settings.smtp_url.startswith("file:") else ""
    return f"{telephone}{mailbox}{console}Ready: {gateway} (Ctrl-C stops everything)"


async def _supervise(settings: Settings, model: str, ready_line: str) -> None:
    await Supervisor(children_of(settings, model), ROOT, _say).run(ready_line)


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # our own output may lie on a full disk, which must not stop anybody
        print(line, flush=True)


def _prepare(settings: Settings) -> str:
    """Databases, demo data; the name of the model that serves."""
    from bot.commands.db import upgrade_all  # noqa: PLC0415 - after the settings are known to be good
    from bot.commands.demo import seed_demo  # noqa: PLC0415
    from bot.dialogue.models import chosen, fitting_model, serving_model  # noqa: PLC0415

    model = serving_model()
    upgrade_all(settings)
    if settings.demo:
        seed_demo(settings)
    fitting = fitting_model()
    if fitting is None:
        print(f"note: {model.name} was trained from other data than is here now; `python -m bot train` renews it")
    elif fitting != model and chosen():
        print(
            f"note: {model.name} serves because models/serving says so; {fitting.name} fits the data: `python -m bot model use {fitting.name}`"
        )
    return model.name


def _demo_agent(settings: Settings) -> str:
    from bot.commands.agent import seed_demo  # noqa: PLC0415 - as above

    return seed_demo(settings)


def children_of(settings: Settings, model: str) -> list[Child]:
    """Actions, one dialogue per address on this machine, in the demo the stand-in of Meta, gateway: in the order in which they are needed.

    A dialogue that is started again serves `model` again, whatever was trained meanwhile, unless another one was chosen.
    """
    logs = VAR / "logs"
    children = []
    for number, url in enumerate(settings.actions_url, start=1):
        name = "actions" if len(settings.actions_url) == 1 else f"actions {number}"
        log = logs / f"{name.replace(' ', '-')}.log"
        children.append(Child(name, "actions", ("--port", str(urlsplit(url).port)), url, log))
    for number, url in enumerate(settings.dialogue_urls, start=1):
        name = "dialogue" if len(settings.dialogue_urls) == 1 else f"dialogue {number}"
        arguments = ("--port", str(urlsplit(url).port), "--default", model)
        children.append(Child(name, "bot.dialogue", arguments, url, logs / f"{name.replace(' ', '-')}.log"))
    host = "127.0.0.1" if settings.bind_host in {"0.0.0.0", "::"} else settings.bind_host  # noqa: S104 - compared, not bound
    telephone = _stand_in(settings, host, logs / "fake-whatsapp.log")
    children += telephone
    knows = telephone[0].environment if telephone else {}
    children.append(Child("gateway", "bot.gateway", (), f"http://{host}:{settings.bind_port}", logs / "gateway.log", knows))
    return [child for child in children if urlsplit(child.url).hostname in LOOPBACK or child.name in {"WhatsApp", "gateway"}]


def _stand_in(settings: Settings, host: str, log: Path) -> list[Child]:
    """Meta's stand-in, where the demo has one; the gateway gets the same variables."""
    port = stand_in_port(settings)
    if port is None:
        return []
    return [Child("WhatsApp", "bot.fake_whatsapp", ("--port", str(port)), f"http://{host}:{port}", log, variables(port, host))]


def ports_of(settings: Settings) -> list[Port]:
    """Every port of ours on this machine."""
    ports = [Port(settings.bind_host, settings.bind_port, "gateway", "BIND_PORT")]
    telephone = stand_in_port(settings)
    if telephone is not None:
        ports.append(Port(settings.bind_host, telephone, "stand-in of WhatsApp", "WHATSAPP_API_BASE"))
    named = [(url, "dialogue", "DIALOGUE_URLS") for url in settings.dialogue_urls] + [
        (url, "actions", "ACTIONS_URL") for url in settings.actions_url
    ]
    for url, owner, setting in named:
        address = urlsplit(url)
        if address.hostname in LOOPBACK:
            ports.append(Port("127.0.0.1", address.port or 80, owner, setting))
    return ports
