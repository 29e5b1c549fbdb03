"""The stream's own bookkeeping, without a browser: what is told twice, and what is not looked for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web

from bot.channels.web.stream import Stream
from bot.conversations.feed import Feed
from bot.conversations.messages import ShownMessage
from tests.conversations_ledger.conftest import NOON, desk, ledger, open_ledger, url

__all__ = ["desk", "ledger", "open_ledger", "url"]

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


class Page(web.StreamResponse):
    """What a browser gets: (event, data) of each."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[str, Any]] = []

    async def write(self, data: bytes) -> None:
        for block in data.decode().strip().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            self.events.append((fields["event"], json.loads(fields["data"])))


def message(seq: int, kind: str = "answer") -> ShownMessage:
    return ShownMessage(seq, "bot", kind, None, "hola", (), NOON)  # type: ignore[arg-type]


async def test_the_typing_sign_does_not_go_out_when_a_second_message_comes(ledger) -> None:
    """The browser puts it out at an answer; when the next turn has begun by the time that is written, it must be told again."""
    feed, page = Feed(ledger, lambda: NOON, 60.0), Page()
    with feed.listen("c") as listener:
        stream = Stream(ledger, "c", 0, listener)
        feed.typing("c", now=True)
        await stream._write_news(page)
        feed.moved("c", (message(1),))
        feed.typing("c", now=False)
        feed.typing("c", now=True)  # the second message's turn, before the stream wrote the first one's answer
        await stream._write_news(page)
    assert [name for name, _ in page.events] == ["state", "typing", "message", "typing"]
    assert page.events[-1][1]["typing"] is True


async def test_a_notice_leaves_the_sign_alone(ledger) -> None:
    feed, page = Feed(ledger, lambda: NOON, 60.0), Page()
    with feed.listen("c") as listener:
        stream = Stream(ledger, "c", 0, listener)
        feed.moved("c", (message(1, "notice"),), typing=True)
        feed.moved("c", (message(2, "notice"),))
        await stream._write_news(page)
        await stream._write_news(page)
    assert [name for name, _ in page.events] == ["state", "message", "message", "typing"]


async def test_a_quiet_stream_that_came_back_does_not_read_the_ledger_at_every_poll(ledger, desk) -> None:
    seq = await desk.ask("hola")
    feed, page = Feed(ledger, lambda: NOON, 60.0), Page()
    with feed.listen(desk.conversation) as listener:
        stream = Stream(ledger, desk.conversation, seq, listener)
        await stream._write_news(page)
        listener.changed.clear()
        await feed.poll()
        assert (listener.moved, listener.changed.is_set()) == (False, False)
