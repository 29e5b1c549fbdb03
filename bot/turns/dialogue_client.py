"""The client of the turn protocol: one keep-alive pool to several dialogue processes, and not a word believed unchecked.

A turn keeps nothing on the other side, so it may be tried on the next process when one does not answer the door.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

import aiohttp

from bot.conversations.queue import OpenTurn
from bot.errors import DialogueUnavailable, EpisodeUnreadable, TurnAborted
from bot.processes import Pool, first_answer
from bot.protocol.turn import Button, Message, TurnRequest, TurnResult, Wait, encode, read_result
from bot.timings import Timings

_JSON = {"Content-Type": "application/json"}
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

    async def turn(self, turn: OpenTurn, token: str) -> TurnResult | Wait:
        """The result of a turn; Wait only where `turn.may_wait`.

        Raises DialogueUnavailable (no process answers in time), TurnAborted (it answered, but there is nothing to keep; try later),
        EpisodeUnreadable (try at once with a fresh episode), TurnRejected (do not try again).
        """
        body = encode(request_of(turn, token))

        async def ask(url: str) -> TurnResult | Wait:
            async with self._http.post(f"{url}/turn", data=body, headers=_JSON) as response:
                result = await _result(response)
            if isinstance(result, Wait) and not turn.may_wait:
                raise NoResult("waits, and was told not to")
            return result

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


def request_of(turn: OpenTurn, token: str) -> TurnRequest:
    """The request of the turn protocol."""
    return TurnRequest(
        turn=turn.last.id,
        conversation=turn.lease.conversation,
        channel=turn.channel,
        level=int(turn.identity.level),
        token=token,
        messages=[Message(message.text, None if message.press is None else Button(**asdict(message.press))) for message in turn.asked],
        events=list(turn.events),
        attempt=turn.attempts,
        correlation=turn.correlation or "",
        may_wait=turn.may_wait,
    )


async def _result(response: aiohttp.ClientResponse) -> TurnResult | Wait:
    if response.status == 422:  # noqa: PLR2004
        raise TurnRejected("the dialogue calls our request malformed")
    if response.status == 409:  # noqa: PLR2004
        raise EpisodeUnreadable("the dialogue cannot read the episode's events")
    if response.status == 503:  # noqa: PLR2004
        raise TurnAborted("the dialogue aborted the turn")
    if response.status != 200:  # noqa: PLR2004
        raise NoResult(f"status {response.status}")
    try:
        return read_result(await response.read())
    except (ValueError, RecursionError) as error:
        raise NoResult(f"not a result: {type(error).__name__}") from None
