"""What Meta can tell us, typed: one class for each thing that has a consequence of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.conversations.base import Kind


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes, by what the platform says: at least one of number and business-scoped id.

    `phone` is in E.164, `wire` the same number as Meta wrote it, with + before it; `profile_name` is chosen by whoever writes and proves nothing.
    """

    phone: str | None = None
    wire: str | None = None
    user_id: str | None = None
    profile_name: str | None = None


@dataclass(frozen=True, slots=True)
class _FromPerson:
    """`number` is the id of ours that was written to, `wamid` the update's own id, `sent_at` the sender's time where it can be read."""

    number: str
    wamid: str
    sender: Sender
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Message(_FromPerson):
    """Something that a customer sent.

    `text` is what there is to read of it (a caption, the title of what was chosen), "" where there are no words. `button` may be the id of a
    button of ours, `payload` what a template's button means, `media` refers to what came beside the words, `quoted` is the wamid that it
    replies to. `awaits_answer` is False for what only announces something else.
    """

    kind: Kind
    text: str = ""
    button: str | None = None
    payload: str | None = None
    media: dict[str, Any] | None = None
    quoted: str | None = None
    awaits_answer: bool = True


@dataclass(frozen=True, slots=True)
class Standby(Message):
    """A message to somebody else who holds the conversation (Meta's own agent): read along, and not answered."""


@dataclass(frozen=True, slots=True)
class Imported(Message):
    """A message of the past, from the telephone's history."""


@dataclass(frozen=True, slots=True)
class Echo(_FromPerson):
    """What somebody of the company, or Meta's agent, wrote to `sender` (who is the customer here). `silences`: a person is at it, just now."""

    kind: Kind
    text: str = ""
    media: dict[str, Any] | None = None
    quoted: str | None = None
    silences: bool = True


@dataclass(frozen=True, slots=True)
class Reaction(_FromPerson):
    """An emoji put on a message, or taken back (None)."""

    message: str
    emoji: str | None


@dataclass(frozen=True, slots=True)
class Edit(_FromPerson):
    """A message was rewritten; `kind` and `media` are what it is since, and was before."""

    original: str
    text: str
    kind: Kind = "text"
    media: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Revoke(_FromPerson):
    """A message was deleted for everybody."""

    original: str


@dataclass(frozen=True, slots=True)
class Moved(_FromPerson):
    """The person of `sender`, whose number and id end with this, has the number and id of `to` from now on; what is None is not known."""

    to: Sender


@dataclass(frozen=True, slots=True)
class Preference(_FromPerson):
    """A switch in WhatsApp itself: whether the person wants what a business sends by itself."""

    wants: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as the platform words it; `code` is None where it cannot be read."""

    code: int | None
    title: str
    details: str


@dataclass(frozen=True, slots=True)
class Status:
    """How far one of our messages has come. `state` is the platform's own word; `recipient` a number (with +) or a business-scoped id.

    `callback` is what we gave with the message; `billable` and `category` are None where nothing is said of its price.
    """

    number: str
    wamid: str
    state: str
    at: datetime | None
    callback: str | None = None
    errors: tuple[Problem, ...] = ()
    billable: bool | None = None
    category: str | None = None
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """The control of a conversation has changed hands."""

    number: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """The platform has a problem with us, or with what somebody sent."""

    number: str
    errors: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class AccountNews:
    """Something about the account or the number that somebody of the company must know: a violation, a limit, a template's end."""

    field: str
    event: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What has no consequence here: a field or a kind that we do not know, or that we know and need not."""

    field: str
    kind: str
    number: str = ""


Update = Message | Echo | Reaction | Edit | Revoke | Moved | Preference | Status | Handover | Trouble | AccountNews | Unknown
