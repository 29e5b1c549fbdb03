"""What people send, in the shapes of the platform: the part of a message that its kind has, to be given to `FakeGraph.receives`."""

from __future__ import annotations

from typing import Any, Final

from bot.fake_whatsapp.media import File

Body = dict[str, Any]

STICKER_MIME: Final = "image/webp"


def text(body: str) -> Body:
    """Words."""
    return {"type": "text", "text": {"body": body}}


def button_reply(button_id: str, title: str) -> Body:
    """A reply button was pressed."""
    return {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": button_id, "title": title}}}


def list_reply(row_id: str, title: str, description: str = "") -> Body:
    """A row of a list was chosen."""
    row = {"id": row_id, "title": title, **({"description": description} if description else {})}
    return {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": row}}


def template_button(payload: str, words: str) -> Body:
    """A quick reply of a template was pressed."""
    return {"type": "button", "button": {"payload": payload, "text": words}}


def image(file: File, caption: str = "") -> Body:
    """A picture."""
    return {"type": "image", "image": _media(file, caption=caption)}


def document(file: File, filename: str, caption: str = "") -> Body:
    """A file."""
    return {"type": "document", "document": _media(file, filename=filename, caption=caption)}


def voice(file: File) -> Body:
    """A voice note."""
    return {"type": "audio", "audio": {**_media(file), "voice": True}}


def sticker(file: File) -> Body:
    """A sticker."""
    return {"type": "sticker", "sticker": {**_media(file), "animated": False}}


def location(latitude: float, longitude: float, name: str = "", address: str = "") -> Body:
    """A place."""
    words = {key: value for key, value in (("name", name), ("address", address)) if value}
    return {"type": "location", "location": {"latitude": latitude, "longitude": longitude, **words}}


def contacts(name: str, phone: str) -> Body:
    """Somebody's card."""
    return {"type": "contacts", "contacts": [{"name": {"formatted_name": name}, "phones": [{"phone": phone, "type": "CELL"}]}]}


def reaction(message_id: str, emoji: str) -> Body:
    """A reaction to a message; "" takes it back, which the platform says by leaving the emoji out."""
    return {"type": "reaction", "reaction": {"message_id": message_id, **({"emoji": emoji} if emoji else {})}}


def unsupported(kind: str) -> Body:
    """What the platform does not hand on, as a poll."""
    error = {
        "code": 131051,
        "title": "Message type unknown",
        "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."},
    }
    return {"type": "unsupported", "errors": [error], "unsupported": {"type": kind}}


def _media(file: File, **words: str) -> Body:
    return {"id": file.id, "mime_type": file.mime_type, "sha256": file.sha256, **{key: value for key, value in words.items() if value}}
