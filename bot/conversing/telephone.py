"""Plays conversations over WhatsApp: on a telephone of the demo's stand-in of Meta, by what its page asks, so that every word goes through the webhook.

A telephone shows less than the web chat's contract tells: not which message an answer replies to, and titles as WhatsApp had to cut them.
Whoever writes from a registered number is asked for a code before payments are told; it is read in the demo's mailbox and typed, as its
customer would, and what comes then is the answer.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
from yarl import URL

from bot.conversing.judge import Answer
from bot.conversing.player import POLL_SECONDS, Button, PlayFailed

ANSWER_SECONDS: Final = 60.0
QUIET_SECONDS: Final = 3.0
"""After an answer to several messages, whose first may have been answered by itself: longer than a burst is gathered."""
ASKS_FOR_CODE: Final = re.compile(r"[Tt]e envié un código de \d+ dígitos")
_CODE: Final = re.compile(r"código es (\d+)")
_AS_READ: Final = str.maketrans({"∗": "*", "∼": "~", "ˋ": "`", "ˍ": "_"})
"""Signs that look alike; WhatsApp's own would be marks there."""
_BAD: Final = 400


class Telephone:
    """Telephones of the assistant at `base`; `open` takes one. `notice` is the line on privacy, which is no answer. Raises PlayFailed."""

    def __init__(self, http: aiohttp.ClientSession, base: str, notice: str = "") -> None:
        self._http, self._base, self._notice = http, base.rstrip("/"), notice
        self._chat = ""
        self._seen: set[str] = set()
        self._buttons: dict[str, str] = {}
        self._said = 0
        self._codes: set[str] = set()

    async def open(self, customer: str | None) -> None:
        """Take a demo customer's telephone, whose rows are put back, or that of a number which nobody has (None), as if it were new."""
        customers = await self._json("GET", f"{self._base}/demo/customers")
        phones = {one["id"]: one["phone"].lstrip("+") for one in customers}
        if customer is not None:
            await self._json("POST", f"{self._base}/demo/login", {"customer": customer})
        meta = await self._meta()
        people = (await self._json("GET", f"{meta}/phone/people"))["people"]
        strangers = [one["key"] for one in people if one["key"] not in phones.values() and one["number"].startswith("+")]
        self._chat = f"{meta}/phone/chats/{phones[customer] if customer is not None else strangers[0]}"
        await self._json("POST", f"{self._chat}/anew", {})
        self._seen, self._buttons, self._codes = set(), {}, set(await self._mailed())

    async def send(self, **said: str) -> int:
        """Write {text} or press {button}; a number that grows."""
        if "button" in said:
            await self._json("POST", f"{self._chat}/press", {"message": self._buttons[said["button"]], "id": said["button"]})
        else:
            await self._json("POST", f"{self._chat}/say", {"text": said["text"]})
        self._said += 1
        return self._said

    async def answers(self, first: int, last: int) -> tuple[Answer, list[Button]]:
        """What came since; a code that it asks for is typed first. Nothing, where none came within ANSWER_SECONDS."""
        got = await self._new(several=last > first)
        if any(ASKS_FOR_CODE.search(message["text"]) for message in got) and (code := await self._code()):
            await self.send(text=code)
            got = await self._new(several=False)
        buttons = [Button(choice["id"], choice.get("description") or choice["title"]) for message in got for choice in _choices(message)]
        self._buttons = {choice["id"]: message["id"] for message in got for choice in _choices(message)}
        return Answer(tuple(self._words(message) for message in got), tuple(button.title for button in buttons)), buttons

    async def _new(self, *, several: bool) -> list[dict[str, Any]]:
        """What the business has said that was not there before; after several messages, once nothing more follows."""
        loop = asyncio.get_running_loop()
        deadline, quiet_at, got = loop.time() + ANSWER_SECONDS, 0.0, list[dict[str, Any]]()
        while loop.time() < deadline and not (got and loop.time() >= quiet_at):
            await asyncio.sleep(POLL_SECONDS)
            shown = (await self._json("GET", self._chat))["messages"]
            now = [message for message in shown if not message["mine"] and message["id"] not in self._seen]
            if len(now) > len(got):
                got, quiet_at = now, loop.time() + (QUIET_SECONDS if several else 0.0)
        self._seen |= {message["id"] for message in got}
        return got

    def _words(self, message: dict[str, Any]) -> str:
        text = message["text"].removesuffix(self._notice) if self._notice else message["text"]
        return str(text).strip().translate(_AS_READ)

    async def _code(self) -> str | None:
        """The code that was mailed just now; None where none comes."""
        deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            for code in await self._mailed():
                if code not in self._codes:
                    self._codes.add(code)
                    return code
            await asyncio.sleep(POLL_SECONDS)
        return None

    async def _mailed(self) -> list[str]:
        return _CODE.findall(await self._call("GET", f"{self._base}/demo/correo"))

    async def _meta(self) -> str:
        """Where the stand-in is."""
        async with self._asked("GET", f"{self._base}/whatsapp-demo") as response:
            where = response.headers.get("Location", "")
        if not where:
            raise PlayFailed(f"{self._base}/whatsapp-demo: {response.status}: no stand-in of WhatsApp")
        return str(URL(where).origin())

    async def _json(self, method: str, url: str, body: Any = None) -> Any:
        try:
            return json.loads(await self._call(method, url, body))
        except ValueError:
            raise PlayFailed(f"{url}: no JSON") from None

    async def _call(self, method: str, url: str, body: Any = None) -> str:
        async with self._asked(method, url, body) as response:
            said = await response.text()
        if response.status >= _BAD:
            raise PlayFailed(f"{url}: {response.status} {said[:200]}")
        return said

    @asynccontextmanager
    async def _asked(self, method: str, url: str, body: Any = None) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            async with self._http.request(method, url, json=body, allow_redirects=False) as response:
                yield response
        except (aiohttp.ClientError, TimeoutError) as error:
            raise PlayFailed(f"{url}: {type(error).__name__}: {error}") from None


def _choices(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons beneath a message, or the rows of its list."""
    sections = message.get("list", {}).get("sections", [])
    return [*message.get("buttons", []), *(row for section in sections for row in section["rows"])]
