"""Each kind of message in a payload as the update that it is.

The words of a caption, a choice or a form are what is read of it; of everything else a reference is kept. Addresses of media are left
out: what is needed of a medium is asked of Meta by its id, and an address that somebody put into a payload is never followed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from bot.channels.whatsapp.events import Echo, Edit, Message, Moved, Problem, Reaction, Revoke, Sender, Unknown, Update
from bot.channels.whatsapp.people import People, person
from bot.channels.whatsapp.values import (
    cut,
    identifier,
    kept,
    moment,
    node,
    nodes,
    one_line,
    phone,
    said,
    user_id,
    wire,
    word,
)
from bot.channels.wording import visible
from bot.conversations.base import Kind

MEDIA: Final[tuple[Kind, ...]] = ("image", "audio", "video", "document", "sticker")
_OF_MEDIA: Final = ("id", "mime_type", "sha256", "filename", "voice", "animated")
_ANNOUNCES: Final = frozenset({"edit", "media_placeholder"})
"""Kinds of `unsupported` that say that something else was, or will be, said."""
_IGNORED: Final = frozenset({"request_welcome", "call_permission_reply"})

Content = dict[str, Any]
"""What a kind adds to a message: kind, text, button, payload, media, awaits_answer."""


def from_customer(item: dict[str, Any], number: str, people: People, made: type[Message] = Message) -> Update:
    """One of `messages[]`: a message, as `made`, or what else it is."""
    kind, wamid = word(item, "type"), identifier(item, "id")
    if word(item, "group_id"):
        return Unknown("messages", "group", number)
    sender = person(item, people) or _before_the_change(item)
    if not wamid or sender is None:
        return Unknown("messages", "nobody" if wamid else "no id", number)
    base: dict[str, Any] = {"number": number, "wamid": wamid, "sender": sender, "sent_at": moment(item, "timestamp")}
    if kind in _OTHER:
        return (_OTHER[kind](item, base) or Unknown("messages", kind, number)) if made is Message else Unknown("standby", kind, number)
    content = _content(kind, item)
    return Unknown("messages", kind, number) if content is None else made(**base, **content, quoted=_quoted(item))


def echo(item: dict[str, Any], number: str, people: People, *, silences: bool) -> Update:
    """A message that the company itself wrote, in its telephone or by Meta's agent."""
    wamid, customer, content = identifier(item, "id"), person(item, people, "to", "to_user_id"), _content(word(item, "type"), item)
    if not wamid or customer is None or content is None:
        return Unknown("echo", word(item, "type"), number)
    own = {name: content[name] for name in ("kind", "text", "media") if name in content}
    return Echo(number, wamid, customer, moment(item, "timestamp"), **own, quoted=_quoted(item), silences=silences)


def problems(value: dict[str, Any]) -> tuple[Problem, ...]:
    """The errors of a payload, a message or a status."""
    return tuple(
        Problem(
            _code(error.get("code")),
            one_line(word(error, "title") or word(error, "message")) or "",
            one_line(word(node(error, "error_data"), "details")) or "",
        )
        for error in nodes(value, "errors")
    )


def _code(value: Any) -> int | None:
    try:
        return int(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    except ValueError:
        return None


def _quoted(item: dict[str, Any]) -> str | None:
    return identifier(node(item, "context"), "id")[:128] or None


def _content(kind: str, item: dict[str, Any]) -> Content | None:
    """None for a kind that needs no answer, or that we do not know."""
    if kind in _IGNORED or (kind == "interactive" and word(node(item, kind), "type") in _IGNORED):
        return None
    if kind not in _CONTENT:
        return None
    content = _CONTENT[kind](item, node(item, kind))
    if referral := kept(node(item, "referral"), "source_type", "source_id", "headline", "ctwa_clid"):
        content["media"] = {**(content.get("media") or {}), "referral": referral}
    return content


def _unsupported(item: dict[str, Any], inner: dict[str, Any]) -> Content:
    errors = [error.code for error in problems(item)]
    media = {**kept(inner, "type"), **({"codes": errors} if errors else {})}
    return {"kind": "unsupported", "media": media or None, "awaits_answer": word(inner, "type") not in _ANNOUNCES}


def _text(item: dict[str, Any], inner: dict[str, Any]) -> Content:
    return {"kind": "text", "text": said(inner, "body")} if word(inner, "body") else _unsupported(item, {})


def _media(kind: Kind) -> Callable[[dict[str, Any], dict[str, Any]], Content]:
    def read(item: dict[str, Any], inner: dict[str, Any]) -> Content:
        errors = [error.code for error in problems(item)]
        media = {**kept(inner, *_OF_MEDIA), **({"codes": errors} if errors else {})}
        return {"kind": kind, "text": said(inner, "caption"), "media": media or None}

    return read


def _interactive(item: dict[str, Any], inner: dict[str, Any]) -> Content:
    reply = node(inner, "button_reply") or node(inner, "list_reply")
    if reply:
        return _choice(said(reply, "title"), word(reply, "id")) or _unsupported(item, {})
    form = node(inner, "nfm_reply")
    return {"kind": "text", "text": _form(form), "media": kept(form, "name") or None} if form else _unsupported(item, {})


def _choice(title: str, chosen: str) -> Content | None:
    return (
        {"kind": "text", "text": title, "button": chosen[:256] or None, "payload": visible(chosen[:256]) or None}
        if title or chosen
        else None
    )


def _form(form: dict[str, Any]) -> str:
    """What was filled in; the form's own words where that cannot be read."""
    try:
        answers = json.loads(word(form, "response_json"))
    except (ValueError, RecursionError):
        answers = None
    filled = (
        [value for name, value in answers.items() if isinstance(value, str) and name != "flow_token"] if isinstance(answers, dict) else []
    )
    return cut(visible(", ".join(filled))) or said(form, "body")


def _template_button(item: dict[str, Any], inner: dict[str, Any]) -> Content:
    return _choice(said(inner, "text"), word(inner, "payload")) or _unsupported(item, {})


def _location(item: dict[str, Any], inner: dict[str, Any]) -> Content:
    media = kept(inner, "latitude", "longitude", "name", "address")
    return {"kind": "location", "media": media} if media else _unsupported(item, {})


def _contacts(item: dict[str, Any], _inner: dict[str, Any]) -> Content:
    """Only how many: they are people who did not write to us."""
    number = sum(1 for _ in nodes(item, "contacts"))
    return {"kind": "contacts", "media": {"number": number}} if number else _unsupported(item, {})


def _order(item: dict[str, Any], inner: dict[str, Any]) -> Content:
    if not inner:
        return _unsupported(item, {})
    products = [kept(product, "product_retailer_id", "quantity", "item_price", "currency") for product in nodes(inner, "product_items")]
    return {"kind": "order", "text": said(inner, "text"), "media": {**kept(inner, "catalog_id"), "products": products[:30]}}


_CONTENT: Final[dict[str, Callable[[dict[str, Any], dict[str, Any]], Content]]] = {
    "text": _text,
    "interactive": _interactive,
    "button": _template_button,
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "unsupported": _unsupported,
    "ephemeral": _unsupported,
    **{kind: _media(kind) for kind in MEDIA},
}


def _reaction(item: dict[str, Any], base: dict[str, Any]) -> Update | None:
    inner = node(item, "reaction")
    message = identifier(inner, "message_id")
    return Reaction(**base, message=message, emoji=word(inner, "emoji")[:16] or None) if message else None


def _edit(item: dict[str, Any], base: dict[str, Any]) -> Update | None:
    inner = node(item, "edit")
    original, rewritten = identifier(inner, "original_message_id"), node(inner, "message")
    content = _content(word(rewritten, "type"), rewritten) if original else None
    if not content or not content.get("text"):
        return None
    return Edit(**base, original=original, text=content["text"], kind=content["kind"], media=content.get("media"))


def _revoke(item: dict[str, Any], base: dict[str, Any]) -> Update | None:
    original = identifier(node(item, "revoke"), "original_message_id")
    return Revoke(**base, original=original) if original else None


def _before_the_change(item: dict[str, Any]) -> Sender | None:
    scoped = user_id(node(item, "system"), "previous_user_id")
    return None if scoped is None else Sender(user_id=scoped)


def _system(item: dict[str, Any], base: dict[str, Any]) -> Update | None:
    """A change of number or of id: `from` and `previous_user_id` are the old ones. An older form says `new_wa_id`, and has no new id."""
    inner, old = node(item, "system"), base["sender"]
    on_wire = wire(inner, "wa_id") or wire(inner, "new_wa_id")
    to = Sender(phone(on_wire), on_wire, user_id(inner, "user_id"))
    before = user_id(inner, "previous_user_id") or (old.user_id if old.user_id != to.user_id else None)
    left = Sender(old.phone if old.phone != to.phone else None, old.wire, before)
    if not (left.phone or left.user_id) or not (to.phone or to.user_id):
        return None
    return Moved(**{**base, "sender": left}, to=to)


_OTHER: Final[dict[str, Callable[[dict[str, Any], dict[str, Any]], Update | None]]] = {
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
}
