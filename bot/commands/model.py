"""`python -m bot model [use NAME | rollback]`: which trained models there are, which serves, and how to change it while customers write."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.dialogue import models
from bot.dialogue.models import MODELS, Choice, ModelRefused
from bot.errors import SettingsError
from bot.settings import load_settings

LOOK_SECONDS = 3.0
CHANGE_SECONDS = 120.0


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("model", help="list the trained models, or change which one serves")
    parser.add_argument("what", nargs="?", choices=["list", "use", "rollback"], default="list", help="default: list")
    parser.add_argument("name", nargs="?", help="for use: a model as listed")
    parser.add_argument("--models", type=Path, default=MODELS, metavar="FOLDER", help="where the models are (default models/)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0; 1 when a model was refused and nothing has changed; 2 on a bad setting or a wrong call."""
    if (arguments.what == "use") != (arguments.name is not None):
        print("model: say `use NAME`, `rollback` or nothing", file=sys.stderr)
        return 2
    try:
        settings = load_settings()
        processes = DialogueProcesses(settings.dialogue_urls, settings.internal_secret)
        if arguments.what == "list":
            print("\n".join(listing(arguments.models, asyncio.run(processes.serving()))))
            return 0
        choice = models.chosen(arguments.models)
        wanted = models.archive(arguments.name if arguments.what == "use" else _before(choice), arguments.models)
        return asyncio.run(_change(processes, wanted, choice))
    except SettingsError as error:
        print(f"model: {error}", file=sys.stderr)
        return 2
    except ModelRefused as error:
        print(f"model: {error}. Nothing has changed.", file=sys.stderr)
        return 1


def _before(choice: Choice | None) -> str:
    if choice is None or choice.before is None:
        raise ModelRefused("no earlier model is known: choose one with `python -m bot model use NAME`")
    return choice.before


def listing(folder: Path, serving: dict[str, str | None]) -> list[str]:
    """One line a model, the newest last; then what each dialogue process serves."""
    choice, fitting = models.chosen(folder), models.fitting_model(folder)
    lines = []
    for path in models.archives(folder):
        trained = models.trained_at(path)
        marks = [
            "fits the data" if path == fitting else "",
            "chosen" if choice and choice.name == path.name else "",
            "served before" if choice and choice.before == path.name else "",
            *(f"serving at {url}" for url, name in serving.items() if name == path.name),
        ]
        told = f"trained {trained} UTC" if trained else "cannot be read: not a trained model"
        lines.append("  ".join([path.name, told, ", ".join(mark for mark in marks if mark)]).rstrip())
    if choice and not (folder / choice.name).is_file():
        lines.append(f"models/serving names {choice.name}, which is not there: choose with `python -m bot model use NAME`")
    lines += [f"{url}: no dialogue process answers" for url, name in serving.items() if name is None]
    return lines or ["no model yet: `python -m bot train`"]


@dataclass(frozen=True)
class DialogueProcesses:
    """The dialogue processes of the settings."""

    urls: Sequence[str]
    secret: str

    async def serving(self) -> dict[str, str | None]:
        """What each serves; None where nobody answers."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LOOK_SECONDS)) as http:
            return dict(zip(self.urls, await asyncio.gather(*(_serving(http, url) for url in self.urls)), strict=True))

    async def change(self, url: str, name: str, **more: Any) -> None:
        """Let the process at `url` serve another model. Raises ModelRefused with its reason."""
        timeout = aiohttp.ClientTimeout(total=CHANGE_SECONDS, connect=LOOK_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, headers={"X-Internal-Secret": self.secret}) as http,
                http.post(f"{url}/model", json={"name": name, **more}) as response,
            ):
                body = await response.json()
                if response.status != 200:  # noqa: PLR2004
                    raise ModelRefused(f"{url}: {body.get('message', response.status)}")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ModelRefused(f"{url}: {type(error).__name__}") from None


async def _serving(http: aiohttp.ClientSession, url: str) -> str | None:
    try:
        async with http.get(f"{url}/health/ready") as response:
            return str((await response.json())["model"])
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError):
        return None


async def _change(processes: DialogueProcesses, wanted: Path, choice: Choice | None) -> int:
    """One process after the other; when one refuses, those before it go back."""
    found = await processes.serving()
    running = {url: name for url, name in found.items() if name is not None}
    changed: list[str] = []
    for url in running:
        try:
            await processes.change(url, wanted.name)
        except ModelRefused:
            for earlier in changed:
                await processes.change(earlier, running[earlier])
                print(f"{earlier}: serves {running[earlier]} again")
            raise
        changed.append(url)
        print(f"{url}: serves {wanted.name}")
    if choice is not None and choice.name != wanted.name:
        before: str | None = choice.name
    else:
        before = next((name for name in running.values() if name != wanted.name), None)
    models.choose(wanted, before)
    for url in running:
        await processes.change(url, wanted.name, keep=True, before=before or "")
    for url in found.keys() - running.keys():
        print(f"{url}: no dialogue process answers; it will serve {wanted.name} when it starts with this folder of models")
    print(f"{wanted.name} is chosen, for every start from now on")
    return 0
