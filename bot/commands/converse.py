"""`python -m bot converse FILE.yaml … [--base URL] [--channel whatsapp] [--json]`: plays conversations with the real processes and says which turns were right.

Without `--base` it starts a whole assistant of its own with the demo customers, and stops it again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import aiohttp

from bot import clock
from bot.channels.whatsapp.marks import marked
from bot.channels.whatsapp.texts import privacy
from bot.conversing.macros import Macros
from bot.conversing.player import Chat, Played, Talk, play
from bot.conversing.report import figures, table, told
from bot.conversing.script import Conversation, chosen, read_conversations
from bot.conversing.telephone import Telephone
from bot.errors import AssistantError
from bot.settings import Settings, environment, load_settings
from bot.supervisor.house import own_house

INTERRUPTED = 130
"""The exit code of what Ctrl-C ended."""


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("converse", help="play whole conversations and judge every answer")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="YAML, as docs/howto/measure-understanding.md describes it")
    parser.add_argument("--base", metavar="URL", help="play against a running assistant with demo customers (default: start one)")
    parser.add_argument("--channel", choices=["web", "whatsapp"], default="web", help="on which channel (default: the web chat)")
    parser.add_argument("--only", action="append", default=[], metavar="KIND_OR_ID", help="one kind or conversation; may be repeated")
    parser.add_argument("--show", action="store_true", help="show the turns that were right, too")
    parser.add_argument("--json", action="store_true", help="the JSON object alone on standard output")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when everything was played, however well; 1 when a file or the assistant is not usable, 130 when it was interrupted."""
    tell = sys.stderr if arguments.json else sys.stdout
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was started is stopped
    try:
        settings = load_settings({**environment(), "DEMO": "1", "BIND_HOST": "127.0.0.1"})
        macros_at = partial(Macros.at, settings)
        conversations = _read(arguments.files, arguments.only, macros_at(clock.now()))
        with nullcontext(arguments.base) if arguments.base else own_house() as base:
            played = asyncio.run(
                _play_all(partial(_talk, arguments.channel, settings, base), conversations, macros_at, arguments.show, tell)
            )
    except AssistantError as error:
        print(f"converse: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    result = figures(played)
    print("\n".join(table(result)), file=tell, flush=True)
    print(json.dumps(result))
    return 0


def _read(files: Iterable[Path], only: Sequence[str], macros: Macros) -> list[tuple[str, Conversation]]:
    """(where it stands, the conversation). Raises BadConversation."""
    by_id = {path: read_conversations(path, macros) for path in files}
    kept = {id(one) for one in chosen((one for several in by_id.values() for one in several), only)}
    return [(f"{path.stem}/{one.id}", one) for path, several in by_id.items() for one in several if id(one) in kept]


def _talk(channel: str, settings: Settings, base: str, http: aiohttp.ClientSession) -> Talk:
    return Chat(http, base) if channel == "web" else Telephone(http, base, marked(privacy(settings)))


async def _play_all(
    talk: Callable[[aiohttp.ClientSession], Talk],
    conversations: Sequence[tuple[str, Conversation]],
    macros_at: Any,
    show: bool,
    tell: TextIO,
) -> list[list[Played]]:
    """One after the other: each log-in puts its customer's rows back. Raises PlayFailed when the assistant is not there at all."""
    played = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        await talk(http).open(None)
        for place, conversation in conversations:
            rows = await play(talk(http), conversation, macros_at)
            played.append(rows)
            title = f"{place} {conversation.customer or 'visitor'}"
            for line in told(title, rows, right_too=show):
                print(line, file=tell, flush=True)
    return played
