"""What the widget sends, checked before anything else sees it. Every body is hostile until it has passed here."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from bot.conversations.clean import clean_text
from bot.errors import AssistantError

MAX_CHARACTERS = 4096
MAX_TOKEN_CHARACTERS = 4096
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_BUTTON = re.compile(r"[0-9A-Za-z_-]{1,64}")
_SEQ = re.compile(r"[0-9]{1,9}", re.ASCII)
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zs", "Zl", "Zp", "Mn", "Me"})


class Malformed(AssistantError):
    """The request cannot be understood; `code` says what is wrong with it."""

    def __init__(self, code: str = "malformed") -> None:
        super().__init__(code)
        self.code = code


class TooLong(AssistantError):
    """The text has more characters than a message may have."""


@dataclass(frozen=True)
class SessionRequest:
    """Body of POST /webchat/session. Both are None for a new visitor."""

    token: str | None
    session: str | None


@dataclass(frozen=True)
class MessageRequest:
    """Body of POST /webchat/messages: exactly one of `text` and `button`. `id` is the client's UUID, in lower case."""

    id: str
    text: str | None
    button: str | None


def session_request(body: bytes) -> SessionRequest:
    """Parse a session request; an empty body is one of a new visitor. Raises Malformed."""
    fields = _object(body) if body.strip() else {}
    return SessionRequest(_optional_token(fields, "token"), _optional_token(fields, "session"))


def message_request(body: bytes) -> MessageRequest:
    """Parse a message. Raises Malformed ("malformed", "empty") or TooLong (over 4,096 characters after NFC)."""
    fields = _object(body)
    client_id, text, button = fields.get("id"), fields.get("text"), fields.get("button")
    if not isinstance(client_id, str) or not _UUID.fullmatch(client_id.lower()):
        raise Malformed
    if (text is None) == (button is None):
        raise Malformed
    if button is not None:
        if not isinstance(button, str) or not _BUTTON.fullmatch(button):
            raise Malformed
        return MessageRequest(client_id.lower(), None, button)
    if not isinstance(text, str):
        raise Malformed
    return MessageRequest(client_id.lower(), clean_message(text), None)


def clean_message(text: str) -> str:
    """The text as it is stored: NFC, without control characters (line breaks stay) and outer blanks. Raises Malformed("empty"), TooLong."""
    normal = unicodedata.normalize("NFC", clean_text(text)).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = "".join(char for char in normal if char == "\n" or not _is_control(char)).strip()
    if len(kept) > MAX_CHARACTERS:
        raise TooLong
    if all(unicodedata.category(char) in _INVISIBLE for char in kept):
        raise Malformed("empty")
    return kept


def _is_control(char: str) -> bool:
    return char in _BIDI_CONTROLS or unicodedata.category(char) == "Cc"


def read_request(body: bytes) -> int:
    """The seq up to which the customer has read. Raises Malformed."""
    seq = _object(body).get("seq")
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq < 10**9:
        raise Malformed
    return seq


def cursor(raw: str | None, last_seq: int) -> int:
    """The seq a client has come to (None: nothing yet). Raises Malformed("cursor") for anything else, the future included."""
    if raw is None or raw == "":
        return 0
    if not _SEQ.fullmatch(raw) or int(raw) > last_seq:
        raise Malformed("cursor")
    return int(raw)


def _optional_token(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_TOKEN_CHARACTERS:
        raise Malformed
    return value


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Malformed from None
    if not isinstance(value, dict):
        raise Malformed
    return value
