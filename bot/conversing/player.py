"""Plays conversations turn by turn; here over the public web-chat contract, as the widget would: log in, send, wait for the answer."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import aiohttp

from bot import clock
from bot.conversing.judge import Answer, Verdict, judge
from bot.conversing.macros import Macros
from bot.conversing.script import Conversation, Turn
from bot.errors import AssistantError

BUBBLE_SECONDS: Final = 0.7
"""Between two bubbles of a burst."""
ANSWER_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.05
TRIES: Final = 8
LONGEST_PAUSE_SECONDS: Final = 30.0
_TRY_LATER: Final = frozenset({429, 503})
_REFUSED: Final = 400


class PlayFailed(AssistantError):
    """The assistant cannot be reached or refuses to be played with; the message says what it answered."""


@dataclass(frozen=True)
class Played:
    """One turn: its conversation's kind and its position from 1, what was said, what came back, and the verdict."""

    kind: str
    position: int
    said: str
    answer: Answer
    verdict: Verdict


@dataclass(frozen=True)
class Button:
    """A button that stands beneath the last answer."""

    id: str
    title: str


class Talk(Protocol):
    """A channel to play on. Every method raises PlayFailed."""

    async def open(self, customer: str | None) -> None:
        """Begin anew as a demo customer, whose rows are put back, or as a visitor (None)."""

    async def send(self, **said: str) -> int:
        """Send {text} or {button}; a number that grows with each."""

    async def answers(self, first: int, last: int) -> tuple[Answer, list[Button]]:
        """What answers the messages numbered `first` to `last`, and the buttons beneath it; an empty answer where none comes in time."""


class Chat:
    """One session of the web chat at `base`; `open` begins it. Raises PlayFailed."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self._http, self._base = http, base.rstrip("/")
        self._headers: dict[str, str] = {}

    async def open(self, customer: str | None) -> None:
        """Begin as a demo customer, whose rows are put back, or as a visitor (None)."""
        self._headers = {}
        login = await self._call("POST", "/demo/login", {"customer": customer}) if customer else {}
        opened = await self._call("POST", "/webchat/session", login)
        self._headers = {"Authorization": f"Bearer {opened['session']}"}

    async def send(self, **said: str) -> int:
        """Send {text} or {button}; the message's seq."""
        return int((await self._call("POST", "/webchat/messages", {"id": str(uuid.uuid4()), **said}))["seq"])

    async def answers(self, first: int, last: int) -> tuple[Answer, list[Button]]:
        """What answers the messages with seq `first` to `last`, once the last of them is answered or ANSWER_SECONDS have passed.

        Notices (privacy, waiting) are no answers.
        """
        deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS
        got: list[dict[str, Any]] = []
        while asyncio.get_running_loop().time() < deadline and not any(message["in_reply_to"] >= last for message in got):
            await asyncio.sleep(POLL_SECONDS)
            messages = (await self._call("GET", f"/webchat/messages?since={first}"))["messages"]
            got = [message for message in messages if message["kind"] == "answer"]
        buttons = [Button(button["id"], button["title"]) for message in got for button in message["buttons"]]
        return Answer(tuple(message["text"] for message in got), tuple(button.title for button in buttons)), buttons

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        for _ in range(TRIES):
            try:
                async with self._http.request(method, self._base + path, json=body, headers=self._headers) as response:
                    if response.status in _TRY_LATER:
                        await asyncio.sleep(min(float(response.headers.get("Retry-After", 1)), LONGEST_PAUSE_SECONDS))
                        continue
                    if response.status >= _REFUSED:
                        raise PlayFailed(f"{path}: {response.status} {(await response.text())[:200]}")
                    return await response.json()
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                raise PlayFailed(f"{self._base}{path}: {type(error).__name__}: {error}") from None
        raise PlayFailed(f"{path}: still refused after {TRIES} tries")


async def play(chat: Talk, conversation: Conversation, macros_at: Callable[[datetime], Macros]) -> list[Played]:
    """Every turn with its verdict, whatever became of the earlier ones. What cannot be played is wrong."""
    macros = macros_at(clock.now())
    rows: list[Played] = []
    buttons: list[Button] = []
    failure: PlayFailed | None = None
    try:
        await chat.open(conversation.customer)
    except PlayFailed as error:
        failure = error
    for position, turn in enumerate(conversation.turns, start=1):
        said, answer, verdict = _words(turn), Answer(), Verdict((f"not played: {failure}",))
        if failure is None:
            try:
                said, answer, buttons = await _turn(chat, turn, buttons, macros)
                verdict = judge(turn, answer, [row.answer for row in rows], macros)
            except NoSuchButton as error:
                verdict = Verdict((str(error),))
            except PlayFailed as error:
                failure, verdict = error, Verdict((str(error),))
        rows.append(Played(conversation.kind, position, said, answer, verdict))
    return rows


class NoSuchButton(AssistantError):
    """None of the last answer's buttons has such a title."""


async def _turn(chat: Talk, turn: Turn, buttons: Sequence[Button], macros: Macros) -> tuple[str, Answer, list[Button]]:
    """(what was said, the answer, the buttons beneath it)."""
    if turn.press is not None:
        wanted = macros.compiled(turn.press)
        button = next((button for button in buttons if wanted.search(button.title)), None)
        if button is None:
            raise NoSuchButton(f"no such button among {[button.title for button in buttons]}")
        seq = await chat.send(button=button.id)
        return f"[{button.title}]", *await chat.answers(seq, seq)
    first = last = 0
    for bubble in turn.burst or (turn.say or "",):
        if last:
            await asyncio.sleep(BUBBLE_SECONDS)
        last = await chat.send(text=bubble)
        first = first or last
    return _words(turn), *await chat.answers(first, last)


def _words(turn: Turn) -> str:
    return " / ".join(turn.burst) if turn.burst else turn.say or f"[{turn.press}]"
