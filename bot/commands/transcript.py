"""`python -m bot transcript ID`: what was said, what was understood, and where each answer came from."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.commands._on_ledger import opened, works_on_ledger
from bot.conversations import transcripts
from bot.conversations.transcripts import Line, Transcript
from bot.settings import load_settings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `python -m bot`."""
    parser = subparsers.add_parser("transcript", help="show a conversation: what was understood, and what made each answer")
    parser.add_argument("conversation", help="id of the conversation")
    parser.set_defaults(run=run)


@works_on_ledger
def run(args: argparse.Namespace) -> int:
    """Print the transcript; 1 when there is no such conversation, 3 when the ledger is away."""
    settings = load_settings()
    transcript = asyncio.run(_read(settings.database_url, args.conversation))
    if transcript is None:
        print(f"there is no conversation {args.conversation}", file=sys.stderr)
        return 1
    print("\n".join(lines_of(transcript, settings.timezone)))
    return 0


async def _read(url: str, conversation: str) -> Transcript | None:
    async with opened(url) as ledger:
        return await transcripts.read(ledger, conversation)


def lines_of(transcript: Transcript, zone: ZoneInfo) -> Iterator[str]:
    """The transcript as lines of text, times in `zone`."""
    conversation = transcript.conversation
    who = f"desk {conversation.desk}" if conversation.desk else "visitor"
    yield f"conversation {conversation.id} · {conversation.channel} · {who} · owner {conversation.owner}"
    for line in transcript.lines:
        yield ""
        yield from _message(line, zone)


def _message(line: Line, zone: ZoneInfo) -> Iterator[str]:
    message = line.message
    about = f" → {message.in_reply_to}" if message.in_reply_to is not None else ""
    yield f"#{message.seq}{about} {message.author} {message.kind} {_time(message.at, zone)}{_state(message)}"
    yield from (f"    {part}" for part in _printable(message.text).split("\n"))
    for n, understood in enumerate(line.understood):
        ranking = ", ".join(f"{row['name']} {row['confidence']:.2f}" for row in understood.ranking)
        entities = ", ".join(f"{entity.get('entity')}={entity.get('value')}" for entity in understood.entities)
        yield f"  · understood {n}: {understood.decision} ({understood.via}) {ranking}{f' · {entities}' if entities else ''}"
    if message.actions:
        yield f"  · actions: {', '.join(message.actions)} · responses: {', '.join(message.responses or [])}"
    for reading in line.readings:
        where = f"{reading.source}.{reading.field}{f' of {reading.server}' if reading.server else ''}"
        yield f"  · read {where} = {reading.value} at {_time(reading.read_at, zone)}"
    if line.buttons:
        yield "  · buttons: " + " | ".join(f"{button.title}{' (used)' if button.used_at else ''}" for button in line.buttons)
    for effect in line.effects:
        yield f"  · effect {effect.n}: {effect.kind} {effect.state}{f' ({effect.error})' if effect.error else ''}"
    for escalation in line.escalations:
        yield f"  · escalated as {escalation.code}: {escalation.reason}"


def _state(message: Any) -> str:
    if message.state is None:
        return ""
    trouble = f", {message.last_error}" if message.last_error else ""
    return f" [{message.state}, {message.attempts} {'attempt' if message.attempts == 1 else 'attempts'}{trouble}]"


def _time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _printable(text: str) -> str:
    """A customer's text may not steer the terminal that shows it."""
    return "".join(char if char == "\n" or char.isprintable() else "·" for char in text)
