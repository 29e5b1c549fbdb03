"""What the widget sends, checked before anything else sees it. Every body is hostile until it has passed here."""

from __future__ import annotations

import json
import re
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from bot.channels.wording import visible
from bot.errors import Malformed, TooLong

MAX_CHARACTERS = 4096
MAX_TOKEN_CHARACTERS = 4096
_SEQ = re.compile(r"[0-9]{1,9}", re.ASCII)


Token = Annotated[str, Meta(max_length=MAX_TOKEN_CHARACTERS)]
Body = TypeVar("Body")


class SessionRequest(Struct, frozen=True):
    """Body of POST /webchat/session. Both are None for a new visitor."""

    token: Token | None = None
    session: Token | None = None


class MessageRequest(Struct, frozen=True):
    """Body of POST /webchat/messages: exactly one of `text` and `button`. `id` is the client's UUID, in lower case."""

    id: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")]
    text: str | None = None
    button: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{1,64}\Z")] | None = None


class ReadRequest(Struct, frozen=True):
    """Body of POST /webchat/read: everything up to `seq` has been seen."""

    seq: Annotated[int, Meta(ge=0, lt=10**9)]


class FeedbackRequest(Struct, frozen=True):
    """Body of POST /webchat/feedback: what the customer thinks of the answer `seq`; 0 takes it back."""

    seq: Annotated[int, Meta(ge=1, lt=10**9)]
    value: Literal[1, -1, 0]


def session_request(body: bytes) -> SessionRequest:
    """Parse a session request; an empty body is one of a new visitor. Raises Malformed."""
    return typed(body, SessionRequest) if body.strip() else SessionRequest()


def message_request(body: bytes) -> MessageRequest:
    """Parse a message. Raises Malformed ("malformed", "empty") or TooLong (over 4,096 characters after NFC)."""
    asked = typed(body, MessageRequest)
    if (asked.text is None) == (asked.button is None):
        raise Malformed
    return MessageRequest(asked.id.lower(), None if asked.text is None else clean_message(asked.text), asked.button)


def read_request(body: bytes) -> int:
    """The seq up to which the customer has read. Raises Malformed."""
    return typed(body, ReadRequest).seq


def feedback_request(body: bytes) -> FeedbackRequest:
    """Parse feedback. Raises Malformed."""
    return typed(body, FeedbackRequest)


def typed(body: bytes, kind: type[Body]) -> Body:
    """A body as this shape. Raises Malformed."""
    try:
        return msgspec.convert(json.loads(body.decode("utf-8")), kind)  # msgspec's own reader refuses half a surrogate pair; we drop it
    except (ValueError, RecursionError):
        raise Malformed from None


def clean_message(text: str) -> str:
    """The text as it is stored (`wording.visible`). Raises Malformed("empty"), TooLong."""
    kept = visible(text)
    if len(kept) > MAX_CHARACTERS:
        raise TooLong
    if not kept:
        raise Malformed("empty")
    return kept


def cursor(raw: str | None, last_seq: int) -> int:
    """The seq a client has come to (None: nothing yet). Raises Malformed("cursor") for anything else, the future included."""
    if raw is None or raw == "":
        return 0
    if not _SEQ.fullmatch(raw) or int(raw) > last_seq:
        raise Malformed("cursor")
    return int(raw)
