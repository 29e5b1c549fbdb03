"""What every channel must be, whichever it is: found by itself, so that a new package is checked without another line here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from aiohttp import web

from bot import channels, texts
from bot.channels.base import Channel, TextKey
from bot.conversations import base
from bot.conversations.answers import MAX_BUTTONS
from bot.conversations.messages import ShownButton, ShownMessage
from bot.conversations.tables import BUTTON
from bot.resources import RESOURCES
from bot.settings import Settings, load_settings
from bot.worker import Worker
from tests.channels.resources import resources_in

MEMBERS = ("name", "limits", "routes", "running", "render", "text")
OPEN = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # a Tuesday at 10:00 in Mexico
CLOSED = datetime(2026, 11, 29, 5, 0, tzinfo=UTC)
LONG = "Tu servidor vence el martes 24 de noviembre. " * 445
SILENT = {("whatsapp", "delay")}
"""What a channel tells in another way than by words."""
SPANISH = re.compile(r"[áéíóúñ¿¡]|\b(el|la|tu|que|de|en)\b")


def settings() -> Settings:
    return load_settings(dict.fromkeys(("INTERNAL_SECRET", "SESSION_SECRET", "PORTAL_JWT_SECRET"), "x" * 40))


def _classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(channels.__path__, f"{channels.__name__}."):
        for _, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if found.__module__ == module.name and found is not Channel and all(hasattr(found, member) for member in MEMBERS):
                yield found


CHANNELS = list(_classes())


@pytest.fixture(params=CHANNELS, ids=lambda found: found.__name__)
def channel(request) -> Channel:
    return request.param(settings())


def message(text: str, kind: base.Kind = "answer", author: base.Author = "bot", buttons: int = 0) -> ShownMessage:
    offered = tuple(ShownButton(f"{n:032x}", f"Opción {n}") for n in range(buttons))
    return ShownMessage(7, author, kind, 6 if kind == "answer" else None, text, offered, OPEN)


def words_of(rendered: Any) -> list[str]:
    """Every text in what a channel made of a message."""
    if isinstance(rendered, str):
        return [rendered]
    inner = rendered.values() if isinstance(rendered, dict) else rendered if isinstance(rendered, list | tuple) else ()
    return [words for each in inner for words in words_of(each)]


def test_the_channels_are_found() -> None:
    assert {"WebChannel", "WhatsAppChannel"} <= {found.__name__ for found in CHANNELS}
    names = [found(settings()).name for found in CHANNELS]
    assert len(set(names)) == len(names)


def test_it_is_a_channel_that_the_ledger_knows(channel: Channel) -> None:
    assert isinstance(channel, Channel)
    assert channel.name in get_args(base.Channel)


def test_its_limits_are_positive_and_no_more_than_the_ledger_keeps(channel: Channel) -> None:
    limits = channel.limits
    assert limits.text_characters >= 1
    assert 1 <= limits.buttons <= MAX_BUTTONS
    assert 1 <= limits.button_title_characters <= BUTTON.c.title.type.length


def test_its_routes_are_its_own(channel: Channel) -> None:
    routes = [(route.method, route.path) for route in channel.routes()]
    assert routes
    assert len(set(routes)) == len(routes)
    prefixes = {path.split("/")[1] for _, path in routes}
    assert len(prefixes) == 1
    others = [other(settings()) for other in CHANNELS if not isinstance(channel, other)]
    assert prefixes.isdisjoint({route.path.split("/")[1] for other in others for route in other.routes()})


async def test_its_workers_are_workers(channel: Channel, tmp_path: Path) -> None:
    app = web.Application()
    app[RESOURCES] = resources = resources_in(tmp_path, settings())
    async with channel.running(app) as workers:
        assert all(isinstance(worker, Worker) for worker in workers)
        assert bool(workers) == (channel.name in base.PUSHING)  # who pushes must carry; who does not has nothing to
    await resources.ledger.close()


@pytest.mark.parametrize(
    "said",
    [
        message("¿cuándo vence?", "text", "customer"),
        message("El 28.", buttons=10),
        message("Recibimos tu mensaje.", "notice"),
        message("¡Hola!", "greeting"),
        message("Te atiende Ana.", "text", "agent"),
    ],
    ids=["customer", "answer with 10 buttons", "notice", "greeting", "agent"],
)
def test_it_shows_every_kind_of_message(channel: Channel, said: ShownMessage) -> None:
    told = words_of(channel.render(said))
    assert any(said.text in words for words in told)
    for button in said.buttons:
        assert any(button.title in words for words in told)


def test_it_shows_twenty_thousand_characters_in_parts_that_fit(channel: Channel) -> None:
    assert len(LONG) > 20_000
    rendered = channel.render(message(LONG))
    parts = rendered["parts"] if isinstance(rendered, dict) else rendered
    texts_shown = [words_of(part)[0] for part in parts]
    assert len(texts_shown) > 1
    assert all(0 < len(part) <= channel.limits.text_characters for part in texts_shown)
    assert " ".join(texts_shown).split() == LONG.split()


@pytest.mark.parametrize("now", [OPEN, CLOSED], ids=["open", "closed"])
@pytest.mark.parametrize("key", get_args(TextKey))
def test_it_says_each_text_in_spanish_with_the_state_of_the_line(channel: Channel, key: TextKey, now: datetime) -> None:
    words = channel.text(key, now)
    if words is None:
        assert (channel.name, key) in SILENT
        return
    assert words
    assert words == words.strip()
    assert SPANISH.search(words)
    assert len(words) <= channel.limits.text_characters
    if settings().support_phone in words:
        assert texts.line(settings(), now) in words


def test_the_state_of_the_line_is_that_of_the_moment(channel: Channel) -> None:
    for key in get_args(TextKey):
        assert channel.text(key, OPEN) != channel.text(key, CLOSED) or (channel.name, key) in SILENT
