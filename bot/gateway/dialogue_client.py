"""The client of the turn protocol: one keep-alive pool to several dialogue processes, and not a word believed unchecked.

A turn keeps nothing on the other side, so it may be tried on the next process when one does not answer the door.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp

from bot.conversations.base import EFFECT_KINDS
from bot.conversations.clean import clean_json, clean_text
from bot.conversations.results import Choice, ReadValue, Reply, TurnResult, Understood, Wanted
from bot.conversations.turns import OpenTurn
from bot.errors import DialogueUnavailable, EpisodeUnreadable, TurnAborted
from bot.gateway.timings import Timings
from bot.processes import Pool, first_answer

_DECISIONS = {"answered", "asked", "refused"}
_READY_SECONDS = 3.0


class TurnRejected(TurnAborted):
    """The dialogue says that our request is malformed: a bug, which no retry will mend."""


class NoResult(TurnAborted):
    """What came is not of the turn protocol, so this process is not well: another one may be."""


class DialogueClient:
    """Sends turns to the dialogue processes in `urls`, each in its turn; one that hangs or fails is left for the next."""

    def __init__(self, urls: Sequence[str], secret: str, timings: Timings) -> None:
        self._urls, self._pool, self._timings = tuple(urls), Pool(urls), timings
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=30)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=timings.connect_seconds)
        self._http = aiohttp.ClientSession(connector=connector, timeout=timeout, headers={"X-Internal-Secret": secret})

    async def close(self) -> None:
        """Close the pool."""
        await self._http.close()

    async def turn(self, turn: OpenTurn, token: str) -> TurnResult:
        """The result of a turn.

        Raises DialogueUnavailable (no process answers in time), TurnAborted (it answered, but there is nothing to keep; try later),
        EpisodeUnreadable (try at once with a fresh episode), TurnRejected (do not try again).
        """
        body = request_body(turn, token)

        async def ask(url: str) -> TurnResult:
            async with self._http.post(f"{url}/turn", json=body) as response:
                return await _result(response)

        within, each = self._timings.turn_seconds, self._timings.try_seconds
        try:
            return await first_answer(self._pool, ask, (aiohttp.ClientError, NoResult), within=within, each=each)
        except TimeoutError as error:
            raise DialogueUnavailable("no answer in time") from error
        except aiohttp.ClientError as error:  # nobody is there, or it was cut in the middle: nothing was kept there
            raise DialogueUnavailable("no dialogue process answers") from error

    async def ready(self) -> bool:
        """Whether at least one process has its model loaded."""
        return await self.part_ready(self._urls)

    async def part_ready(self, urls: Sequence[str]) -> bool:
        """Whether at least one of the internal processes at `urls` is ready."""
        return any((await self.which_ready(urls)).values())

    async def which_ready(self, urls: Sequence[str]) -> dict[str, bool]:
        """Of each of the internal processes at `urls`, whether it is ready; asked at the same time, so it takes 3 s at most."""
        return dict(zip(urls, await asyncio.gather(*(is_ready(self._http, url) for url in urls)), strict=True))


async def is_ready(http: aiohttp.ClientSession, url: str) -> bool:
    """Whether `GET url/health/ready` says 200."""
    try:
        async with http.get(f"{url}/health/ready", timeout=aiohttp.ClientTimeout(total=_READY_SECONDS)) as response:
            return response.status == 200  # noqa: PLR2004
    except (aiohttp.ClientError, TimeoutError):
        return False


def request_body(turn: OpenTurn, token: str) -> dict[str, Any]:
    """The request of the turn protocol."""
    press = turn.press
    button = None if press is None else {"intent": press.intent, "entities": press.entities, "title": press.title}
    return {
        "turn": turn.message,
        "conversation": turn.lease.conversation,
        "token": token,
        "correlation": turn.correlation or "",
        "events": list(turn.events),
        "message": {"text": turn.text, "button": button},
    }


async def _result(response: aiohttp.ClientResponse) -> TurnResult:
    if response.status == 422:  # noqa: PLR2004
        raise TurnRejected("the dialogue calls our request malformed")
    if response.status == 409:  # noqa: PLR2004
        raise EpisodeUnreadable("the dialogue cannot read the episode's events")
    if response.status == 503:  # noqa: PLR2004
        raise TurnAborted("the dialogue aborted the turn")
    if response.status != 200:  # noqa: PLR2004
        raise NoResult(f"status {response.status}")
    try:
        return parse_result(await response.json())
    except (aiohttp.ContentTypeError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise NoResult(f"not a result: {type(error).__name__}") from None


def parse_result(body: Mapping[str, Any]) -> TurnResult:
    """A result of the turn protocol. Raises KeyError, TypeError, ValueError or AttributeError when it is not one."""
    body = clean_json(body)
    replies = tuple(_reply(reply) for reply in body["replies"])
    if not replies:
        raise ValueError("no reply")
    return TurnResult(
        replies=replies,
        events=tuple(_event(event) for event in body["events"]),
        understood=tuple(_understood(part) for part in body["understood"]),
        effects=tuple(_wanted(effect) for effect in body["effects"]),
    )


def _reply(reply: Mapping[str, Any]) -> Reply:
    text = _text(reply["text"])
    if not text.strip():
        raise ValueError("empty reply")
    return Reply(
        text=text.strip(),
        buttons=tuple(
            Choice(_text(b["title"]), _text(b["intent"]), _dictionary(b.get("entities") or {})) for b in reply.get("buttons") or ()
        ),
        actions=tuple(map(_text, reply.get("actions") or ())),
        responses=tuple(map(_text, reply.get("responses") or ())),
        readings=tuple(_reading(value) for value in reply.get("readings") or ()),
    )


def _reading(value: Mapping[str, Any]) -> ReadValue:
    read_at = datetime.fromisoformat(value["read_at"])
    if read_at.tzinfo is None:
        raise ValueError("a moment without a zone")
    told = value["value"]
    return ReadValue(_text(value["source"]), value.get("server"), _text(value["field"]), None if told is None else str(told), read_at)


def _understood(part: Mapping[str, Any]) -> Understood:
    if part["decision"] not in _DECISIONS:
        raise ValueError("unknown decision")
    ranking = tuple({"name": _text(row["name"]), "confidence": _probability(row["confidence"])} for row in part["ranking"])
    entities = tuple(_dictionary(entity) for entity in part["entities"])
    return Understood(_text(part["text"]), part["decision"], part.get("intent"), ranking[:3], entities, _text(part["via"]))


def _wanted(effect: Mapping[str, Any]) -> Wanted:
    if effect["kind"] not in EFFECT_KINDS:
        raise ValueError("unknown effect")
    return Wanted(effect["kind"], _dictionary(effect["payload"]))


def _event(value: Any) -> dict[str, Any]:
    """The dialogue refuses a whole conversation for an event without a kind: none is stored."""
    event = _dictionary(value)
    _text(event["event"])
    return event


def _probability(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not a probability")
    return number


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return clean_text(value)


def _dictionary(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value
