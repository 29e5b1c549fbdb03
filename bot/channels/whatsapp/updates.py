"""A payload of the webhook as a flat list of typed updates.

Pure, and it raises nothing, whatever JSON comes: what is not understood is an `Unknown`, and leaves its neighbours alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from bot.channels.whatsapp.events import (
    AccountNews,
    Echo,
    Edit,
    Handover,
    Imported,
    Message,
    Moved,
    Preference,
    Problem,
    Reaction,
    Revoke,
    Sender,
    Standby,
    Status,
    Trouble,
    Unknown,
    Update,
)
from bot.channels.whatsapp.kinds import echo, from_customer, problems
from bot.channels.whatsapp.people import People, person
from bot.channels.whatsapp.values import identifier, moment, node, nodes, one_line, phone, user_id, wire, word

__all__ = [
    "AccountNews", "Echo", "Edit", "Handover", "Imported", "Message", "Moved", "Preference", "Problem", "Reaction", "Revoke", "Sender", "Standby", "Status",
    "Trouble", "Unknown", "Update", "updates",
]  # fmt: skip

OBJECT: Final = "whatsapp_business_account"
_OF_THE_ACCOUNT: Final = frozenset(
    {
        "account_update", "account_alerts", "account_review_update", "business_capability_update", "message_template_status_update",
        "phone_number_quality_update", "phone_number_name_update", "security",
    }
)  # fmt: skip
_EVENT_CHARACTERS: Final = 64


def updates(payload: object) -> list[Update]:
    """Everything that a payload says, in its order."""
    if not isinstance(payload, dict) or payload.get("object") != OBJECT:
        return [Unknown("", "payload")]
    return [update for entry in nodes(payload, "entry") for change in nodes(entry, "changes") for update in _of_change(change)]


def _of_change(change: dict[str, Any]) -> Iterator[Update]:
    field, value = word(change, "field"), node(change, "value")
    read = _FIELDS.get(field)
    number = identifier(node(value, "metadata"), "phone_number_id")
    if field in _OF_THE_ACCOUNT:
        yield AccountNews(field, (one_line(word(value, "event") or word(value, "decision")) or "")[:_EVENT_CHARACTERS], number)
    elif read is None:
        yield Unknown(field, "field", number)
    else:
        yield from read(value, number)


def _messages(value: dict[str, Any], number: str) -> Iterator[Update]:
    """`value` may hold messages, statuses and errors at once."""
    people = People(value)
    for item in nodes(value, "messages"):
        yield from_customer(item, number, people)
    yield from _statuses(value, number)
    if errors := problems(value):
        yield Trouble(number, errors)


def _standby(value: dict[str, Any], number: str) -> Iterator[Update]:
    people = People(value)
    for item in nodes(value, "messages"):
        yield from_customer(item, number, people, Standby)
    for item in nodes(value, "message_echoes"):
        yield echo(item, number, people, silences=False)
    yield from _statuses(value, number)


def _echoes(value: dict[str, Any], number: str) -> Iterator[Update]:
    people = People(value)
    for item in nodes(value, "message_echoes"):
        yield echo(item, number, people, silences=True)


def _history(value: dict[str, Any], number: str) -> Iterator[Update]:
    """Threads of the telephone: each is named by its customer's number, and what anybody else says in it is the company's."""
    people = People(value)
    for chunk in nodes(value, "history"):
        for thread in nodes(chunk, "threads"):
            customer = {"from": thread.get("id")}
            for item in nodes(thread, "messages"):
                if phone(wire(item, "from")) in {None, phone(wire(thread, "id"))}:
                    yield from_customer({**item, **customer}, number, people, Imported)
                else:
                    yield echo({**item, "to": thread.get("id")}, number, people, silences=False)


def _statuses(value: dict[str, Any], number: str) -> Iterator[Update]:
    for item in nodes(value, "statuses"):
        wamid, state, pricing = identifier(item, "id"), word(item, "status"), node(item, "pricing")
        if not wamid or not state:
            yield Unknown("messages", "status", number)
            continue
        billable = pricing.get("billable")
        yield Status(
            number=number,
            wamid=wamid,
            state=state[:32],
            at=moment(item, "timestamp"),
            callback=word(item, "biz_opaque_callback_data")[:512] or None,
            errors=problems(item),
            billable=billable if isinstance(billable, bool) else None,
            category=word(pricing, "category")[:32] or None,
            recipient=wire(item, "recipient_id") or user_id(item, "recipient_user_id"),
        )


def _preferences(value: dict[str, Any], number: str) -> Iterator[Update]:
    people = People(value)
    for item in nodes(value, "user_preferences"):
        who, wish = person(item, people, "wa_id", "user_id"), word(item, "value")
        if who is None or wish not in {"stop", "resume"}:
            yield Unknown("user_preferences", wish, number)
        else:
            yield Preference(number, "", who, moment(item, "timestamp"), wish == "resume")


def _handovers(_value: dict[str, Any], number: str) -> Iterator[Update]:
    yield Handover(number)


_FIELDS: Final[dict[str, Callable[[dict[str, Any], str], Iterator[Update]]]] = {
    "messages": _messages,
    "standby": _standby,
    "smb_message_echoes": _echoes,
    "history": _history,
    "user_preferences": _preferences,
    "messaging_handovers": _handovers,
}
