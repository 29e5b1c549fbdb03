"""The client of Meta's Graph API: what became of a request, in four ways that the sender must tell apart.

The token travels in one header and never stands in an address, a log or an error: no redirect is followed, and errors say kinds and codes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import aiohttp

from bot.channels.whatsapp.keys import external_id
from bot.errors import AssistantError
from bot.settings import Secret, Settings

CONNECT_SECONDS: Final = 5.0
REPLY_SECONDS: Final = 20.0
TOTAL_SECONDS: Final = 30.0
KEEP_ALIVE_SECONDS: Final = 15.0
NOT_THE_API: Final = 0
"""As an error code: somebody else answers there, so nothing can be sent until that is mended."""
THROTTLED: Final = 130429
CREDENTIALS: Final = 190

_LONG_WORD: Final = re.compile(r"[\w|.-]{24,}")
"""Some of Meta's messages repeat the token that they complain of."""
_BEFORE_SENDING: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class GraphError(AssistantError):
    """Root of what can become of a request, besides success."""


class NotReached(GraphError):
    """Nothing was sent: try again."""


class Ambiguous(GraphError):
    """It was sent, and what came of it is not known."""


class Refused(GraphError):
    """The API refused it, with a code. `wait` is what it asked us to wait, if it did."""

    def __init__(self, code: int, details: str = "", wait: timedelta | None = None) -> None:
        super().__init__(f"{code} {details}".strip())
        self.code = code
        self.wait = wait


@dataclass(frozen=True)
class Taken:
    """Accepted, which is not delivered yet."""

    external_id: str


class Graph:
    """Requests with the token of the settings. Every call raises NotReached, Ambiguous or Refused."""

    def __init__(self, settings: Settings) -> None:
        self._base = f"{settings.whatsapp_api_base}/{settings.whatsapp_api_version}"
        self._token = settings.whatsapp_access_token
        self._http: aiohttp.ClientSession | None = None

    async def send(self, number: str, payload: Mapping[str, Any]) -> Taken:
        """Send a message from this number of ours."""
        reply = await self._call("POST", f"{number}/messages", payload)
        try:
            return Taken(external_id(str(reply["messages"][0]["id"])))
        except (LookupError, TypeError):
            raise Ambiguous("accepted without an id") from None

    async def mark_read(self, number: str, external_id: str) -> None:
        """Show its sender that a message was read and that an answer is being written: for 25 s at most, or until it comes."""
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": external_id, "typing_indicator": {"type": "text"}}
        await self._call("POST", f"{number}/messages", body)

    async def look_at(self, path: str, token: Secret | None = None) -> dict[str, Any]:
        """A node of the graph, as "app" or "106000000000001?fields=status"."""
        return await self._call("GET", path, None, token)

    async def close(self) -> None:
        """Close the pool."""
        if self._http is not None:
            await self._http.close()

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None, token: Secret | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Authorization": f"Bearer {self._token if token is None else token}", "Content-Type": "application/json"}
        try:
            async with self._session().request(
                method, f"{self._base}/{path}", data=data, headers=headers, allow_redirects=False
            ) as response:
                return _reply(response, await response.read())
        except _BEFORE_SENDING as error:
            raise NotReached(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Ambiguous(type(error).__name__) from None

    def _session(self) -> aiohttp.ClientSession:
        """Made at the first use, which is in a running loop."""
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=TOTAL_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=REPLY_SECONDS)
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS)
            self._http = aiohttp.ClientSession(connector=connector, timeout=timeout)
        return self._http


def _reply(response: aiohttp.ClientResponse, raw: bytes) -> dict[str, Any]:
    """The object that was answered. Raises Refused, Ambiguous."""
    try:
        reply = json.loads(raw)
    except (ValueError, RecursionError):
        reply = None
    if isinstance(reply, dict) and "error" in reply:
        raise _refused(reply["error"], response.headers)
    if response.status >= 500:  # noqa: PLR2004
        raise Ambiguous(f"status {response.status}")
    if response.status == 429:  # noqa: PLR2004
        raise Refused(THROTTLED, "status 429", _asked_to_wait(response.headers))
    if response.status in {401, 403}:
        raise Refused(CREDENTIALS, f"status {response.status}")
    if response.status != 200:  # noqa: PLR2004
        raise Refused(NOT_THE_API, f"status {response.status}, not of the Graph API")
    if not isinstance(reply, dict):
        raise Ambiguous("accepted with something else than JSON")
    return reply


def _refused(error: Any, headers: Mapping[str, str]) -> Refused:
    """Tolerant of every shape, since a refusal is what is least tested on the other side."""
    fields = error if isinstance(error, dict) else {}
    code, data = fields.get("code"), fields.get("error_data")
    details = data.get("details") if isinstance(data, dict) else data
    if not isinstance(code, int):
        return Refused(-1, "an error without a code")
    subcode = fields.get("error_subcode")
    told = " ".join(str(part) for part in (f"subcode {subcode}" if subcode else None, details or fields.get("message")) if part)
    return Refused(code, _LONG_WORD.sub("…", told)[:160], _asked_to_wait(headers))


def _asked_to_wait(headers: Mapping[str, str]) -> timedelta | None:
    """From `Retry-After` (seconds) or `X-Business-Use-Case-Usage` (minutes until access comes back)."""
    seconds = headers.get("Retry-After", "")
    if seconds.isascii() and seconds.isdigit() and len(seconds) < 7:  # noqa: PLR2004
        return timedelta(seconds=int(seconds))
    try:
        usage = json.loads(headers.get("X-Business-Use-Case-Usage", "{}"))
        minutes = max(float(entry["estimated_time_to_regain_access"]) for entries in usage.values() for entry in entries)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return timedelta(minutes=min(minutes, 60)) if minutes > 0 else None
