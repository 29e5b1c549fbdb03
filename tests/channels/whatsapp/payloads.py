"""Payloads as Meta makes them: built here, signed as Meta signs, with everything that is not ASCII escaped."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any

NUMBER = "106000000000001"
OTHER_NUMBER = "106000000000002"
OURS = "5215500000000"
WIRE = "5215510001001"  # C-1001 of the demo, in the form that WhatsApp uses
PHONE = "+525510001001"
USER_ID = "MX.13490000000000000001"
_COUNT = itertools.count()


def wamid() -> str:
    return f"wamid.HBgN{next(_COUNT):08d}=="


def stamp(at: datetime | None = None) -> str:
    return str(int((at or datetime.now(tz=UTC)).timestamp()))


def item(kind: str, inner: Any = None, *, sender: str | None = WIRE, at: datetime | None = None, **more: Any) -> dict[str, Any]:
    """One of `messages[]`."""
    own = {} if sender is None else {"from": sender}
    return {**own, "id": wamid(), "timestamp": stamp(at), "type": kind, **({} if inner is None else {kind: inner}), **more}


def text(body: str, **more: Any) -> dict[str, Any]:
    return item("text", {"body": body}, **more)


def image(caption: str | None = None, **more: Any) -> dict[str, Any]:
    inner = {"id": "700000000000001", "mime_type": "image/jpeg", "sha256": "s1JMAvtQTE87htCtirjrEs2jJlMyQI9JYjitGj+44Z0="}
    return item("image", inner if caption is None else {**inner, "caption": caption}, **more)


def press(button: str, title: str, kind: str = "button_reply", **more: Any) -> dict[str, Any]:
    inner = {"type": kind, kind: {"id": button, "title": title}}
    return item("interactive", inner, context={"from": OURS, "id": "wamid.OUR1"}, **more)


def reaction(message: str, emoji: str | None, **more: Any) -> dict[str, Any]:
    return item("reaction", {"message_id": message, **({} if emoji is None else {"emoji": emoji})}, **more)


def contact(wire: str | None = WIRE, name: str = "Ana P.", user_id: str | None = None) -> dict[str, Any]:
    ids = {"wa_id": wire, "user_id": user_id}
    return {"profile": {"name": name}, **{key: value for key, value in ids.items() if value is not None}}


def status(message: str, state: str = "delivered", **more: Any) -> dict[str, Any]:
    return {"id": message, "status": state, "timestamp": stamp(), "recipient_id": WIRE, **more}


def value(*messages: Any, number: str = NUMBER, **more: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": OURS, "phone_number_id": number}
    return {"messaging_product": "whatsapp", "metadata": metadata, **({"messages": list(messages)} if messages else {}), **more}


def envelope(*values: Any, field: str = "messages") -> dict[str, Any]:
    """Several values, each a change of one entry."""
    changes = [{"field": field, "value": each} for each in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "102000000000001", "changes": changes}]}


def payload(*messages: Any, field: str = "messages", number: str = NUMBER, **more: Any) -> dict[str, Any]:
    return envelope(value(*messages, number=number, **more), field=field)


def encoded(body: Any) -> bytes:
    """As Meta writes it."""
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()
