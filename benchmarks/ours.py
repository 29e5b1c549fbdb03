"""The assistant as it is started by a user: `python -m bot up`, asked over the web channel's own HTTP, answers read over its stream."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from benchmarks.stock.project import responses
from benchmarks.system import WrongAnswer
from bot import clock, texts
from bot.identity.portal import issue_portal_token
from bot.identity.session import SessionClaims, sign_session
from bot.settings import load_settings
from harness.ports import free_port
from harness.up import Up

ANSWER_SECONDS = 120
MODULES = {"bot.dialogue": "dialogue", "actions": "actions", "bot.gateway": "gateway"}
RAISED_LIMITS = {"RATE_MESSAGES_PER_MINUTE": "1000000", "RATE_VISITORS_PER_MINUTE": "1000000", "RATE_SESSIONS_PER_MINUTE": "1000000"}
"""Twelve demo customers write from one address as no twelve customers do. Nothing else is set: the rest runs as it is delivered."""


class Ours:
    """Ours with that many dialogue processes; `folder` is for its databases, `environment` changes settings."""

    name = "ours"

    def __init__(self, folder: Path, dialogues: int = 1, **environment: str) -> None:
        urls = ",".join(f"http://127.0.0.1:{free_port()}" for _ in range(dialogues))
        secrets = {name: uuid.uuid4().hex for name in ("PORTAL_JWT_SECRET", "SESSION_SECRET", "INTERNAL_SECRET")}
        self.up = Up(folder, DIALOGUE_URLS=urls, **secrets, **RAISED_LIMITS, **environment)
        self._settings = load_settings(self.up.environment)
        self._failures = (texts.PARKED, *_without_live_state())
        self._processes: dict[str, psutil.Process] = {}

    def start(self) -> None:
        """Start everything; returns at once."""
        self.up.start()

    def wait_ready(self) -> None:
        """Until it says "Ready:"."""
        self.up.wait_ready()
        self._processes = {}
        for child in self.up.children():
            name = next((name for module, name in MODULES.items() if module in child.cmdline()), None)
            if name:
                number = sum(key.startswith(name) for key in self._processes)
                self._processes[f"{name} {number + 1}" if number else name] = child

    @asynccontextmanager
    async def converse(self, desk: str) -> AsyncIterator[WebConversation]:
        """A new session of a customer who comes from the portal, its stream open as the widget keeps it."""
        async with self._client() as http:
            token = issue_portal_token(self._settings, desk, clock.now())
            async with http.post(f"{self.up.url}/webchat/session", json={"token": token}) as response:
                response.raise_for_status()
                session = (await response.json())["session"]
            async with self._joined(http, session, 0) as conversation:
                yield conversation

    @asynccontextmanager
    async def rejoin(self, claims: SessionClaims, since: int) -> AsyncIterator[WebConversation]:
        """A session that stands in the ledger goes on after this seq."""
        async with self._client() as http:
            session = sign_session(self._settings.session_secret, claims, clock.now())
            async with self._joined(http, session, since) as conversation:
                yield conversation

    def _client(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))

    @asynccontextmanager
    async def _joined(self, http: aiohttp.ClientSession, session: str, since: int) -> AsyncIterator[WebConversation]:
        headers = {"Authorization": f"Bearer {session}"}
        async with http.get(f"{self.up.url}/webchat/stream?since={since}", headers=headers) as stream:
            stream.raise_for_status()
            yield WebConversation(http, self.up.url, headers, stream, self._failures)

    def processes(self) -> dict[str, psutil.Process]:
        """Gateway, actions, and each dialogue."""
        return self._processes

    def stop(self) -> None:
        """End all."""
        self.up.stop()


class WebConversation:
    """What the widget does: POST a message, read its answer on the stream, tell that it was read."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, headers: dict[str, str], stream: aiohttp.ClientResponse, failures: tuple[str, ...]
    ) -> None:
        self._http, self._url, self._headers, self._stream, self._failures = http, url, headers, stream, failures
        self._heard = 0

    async def ask(self, text: str) -> str:
        """Raises WrongAnswer when it is empty, not the answer to this message, or made without live state."""
        return await self.answer_to(await self.post(text))

    async def post(self, text: str) -> int:
        """Send a message; its seq once it is acknowledged, which means stored."""
        seq = await self.try_post(text)
        if seq is None:
            raise WrongAnswer("a message was refused")
        return seq

    async def try_post(self, text: str) -> int | None:
        """Send a message; its seq, or None when it was refused."""
        body = {"id": str(uuid.uuid4()), "text": text}
        async with self._http.post(f"{self._url}/webchat/messages", json=body, headers=self._headers) as response:
            return int((await response.json())["seq"]) if response.status == 202 else None

    async def answer_to(self, seq: int) -> str:
        """The answer to that message; the next one of kind answer on the stream."""
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await self.next_answer()
        text = str(answer["text"])
        if answer["in_reply_to"] != seq or not text or any(failure in text for failure in self._failures):
            raise WrongAnswer(f"expected the answer to {seq}, came {answer}")
        return text

    async def next_answer(self) -> dict[str, Any]:
        """The next message of kind answer."""
        async for line in self._stream.content:
            if line.startswith(b"data:"):
                message: dict[str, Any] = json.loads(line[5:])
                if message.get("kind") == "answer":
                    self._heard = int(message["seq"])
                    return message
        raise WrongAnswer("the stream ended")

    async def mark_read(self) -> None:
        """The customer has seen the last answer."""
        async with self._http.post(f"{self._url}/webchat/read", json={"seq": self._heard}, headers=self._headers) as response:
            response.raise_for_status()


def _without_live_state() -> list[str]:
    """Texts of answers that did not read the customer's state."""
    keys = ("utter_estado_no_disponible", "utter_identificate_faq", "utter_identificate_cuenta")
    return [variant["text"] for key in keys for variant in responses()[key]]
