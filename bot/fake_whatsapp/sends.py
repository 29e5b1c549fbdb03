"""The rules for a body that is sent, all of them: what the real platform would refuse is refused here, so that nothing is found out in production.

Lengths are counted in UTF-16 units, the stricter of the two readings of Meta's "characters".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from bot.fake_whatsapp.refusals import Refused

TEXT_MOST: Final = 4096
BODY_MOST: Final = 1024
FOOTER_MOST: Final = 60
HEADER_MOST: Final = 60
TITLE_MOST: Final = 20
BUTTONS_MOST: Final = 3
BUTTON_ID_MOST: Final = 256
ROWS_MOST: Final = 10
SECTIONS_MOST: Final = 10
ROW_TITLE_MOST: Final = 24
ROW_DESCRIPTION_MOST: Final = 72
ROW_ID_MOST: Final = 200
CAPTION_MOST: Final = 1024
CALLBACK_MOST: Final = 512
MEDIA: Final = frozenset({"image", "video", "document", "audio", "sticker"})
_TOP: Final = frozenset(
    {
        "messaging_product",
        "recipient_type",
        "to",
        "recipient",
        "type",
        "context",
        "biz_opaque_callback_data",
        "recipient_identity_key_hash",
    }
)
_USER_ID: Final = re.compile(r"[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}")
_MARKS: Final = re.compile(r"[*_~`]")


def check_send(body: dict[str, Any]) -> str:
    """The kind of message that a body sends. Raises Refused with what the platform would say."""
    if body.get("messaging_product") != "whatsapp":
        raise Refused(100, "Param messaging_product must be one of {WHATSAPP}")
    _check_recipient(body)
    kind = body.get("type", "text")
    if kind not in _CHECKS:
        raise Refused(100, f"Param type must be one of {sorted(_CHECKS)}")
    _only(body, _TOP | {kind}, "the message")
    node = body.get(kind)
    if node is None:
        raise Refused(131008, f"The parameter {kind} is required")
    _check_extras(body, kind)
    _CHECKS[kind](node)
    return str(kind)


def _check_recipient(body: dict[str, Any]) -> None:
    if body.get("recipient_type", "individual") != "individual":
        raise Refused(100, "Param recipient_type must be individual")
    to, recipient = body.get("to"), body.get("recipient")
    if not (to or recipient):
        raise Refused(100, "The parameter to is required")
    if to is not None and not (isinstance(to, str) and re.fullmatch(r"\+?[\d\s()-]{8,20}", to)):
        raise Refused(100, "Param to is not a valid phone number")
    if not to and not (isinstance(recipient, str) and _USER_ID.fullmatch(recipient)):
        raise Refused(100, "Param recipient is not a valid business-scoped user id")


def _check_extras(body: dict[str, Any], kind: str) -> None:
    callback = body.get("biz_opaque_callback_data")
    if callback is not None:
        _text(callback, CALLBACK_MOST, "biz_opaque_callback_data")
    context = body.get("context")
    if context is not None:
        if kind == "reaction" or not isinstance(context, dict) or not str(context.get("message_id", "")).startswith("wamid."):
            raise Refused(131009, "context.message_id is not valid")
        _only(context, {"message_id"}, "context")


def _check_text(node: Any) -> None:
    _object(node, {"body", "preview_url"}, "text")
    _text(node.get("body"), TEXT_MOST, "text.body", code=100)
    if not isinstance(node.get("preview_url", False), bool):
        raise Refused(100, "Param text.preview_url must be a boolean")


def _check_interactive(node: Any) -> None:
    if not isinstance(node, dict) or node.get("type") not in _INTERACTIVE:
        raise Refused(131009, f"interactive.type must be one of {sorted(_INTERACTIVE)}")
    _object(node, {"type", "header", "body", "footer", "action"}, "interactive")
    body = _object(node.get("body"), {"text"}, "interactive.body")
    _text(body.get("text"), BODY_MOST, "interactive.body.text")
    if "footer" in node:
        _object(node["footer"], {"text"}, "interactive.footer")
        _text(node["footer"].get("text"), FOOTER_MOST, "interactive.footer.text")
    if "header" in node:
        _check_header(node["header"], node["type"])
    action = node.get("action")
    if not isinstance(action, dict):
        raise Refused(131008, "interactive.action is required")
    _INTERACTIVE[node["type"]](action)


def _check_header(header: Any, kind: str) -> None:
    if not isinstance(header, dict):
        raise Refused(131009, "interactive.header is not valid")
    of = header.get("type")
    if of == "text":
        _text(header.get("text"), HEADER_MOST, "interactive.header.text")
    elif kind != "button" or of not in {"image", "video", "document"}:
        raise Refused(131009, f"interactive.header.type {of!r} is not allowed for {kind}")
    else:
        _check_media(header.get(of))


def _check_buttons(action: dict[str, Any]) -> None:
    _only(action, {"buttons"}, "interactive.action")
    buttons = _list(action.get("buttons"), 1, BUTTONS_MOST, "interactive.action.buttons")
    for button in buttons:
        _object(button, {"type", "reply"}, "a button")
        if button.get("type") != "reply":
            raise Refused(131009, "button.type must be reply")
        _object(button.get("reply"), {"id", "title"}, "button.reply")
        _text(button["reply"].get("id"), BUTTON_ID_MOST, "button.reply.id")
        _title(button["reply"].get("title"), TITLE_MOST, "button.reply.title")
    _unique([button["reply"]["title"] for button in buttons], "button titles")
    _unique([button["reply"]["id"] for button in buttons], "button ids")


def _check_list(action: dict[str, Any]) -> None:
    _only(action, {"button", "sections"}, "interactive.action")
    _title(action.get("button"), TITLE_MOST, "interactive.action.button")
    sections = _list(action.get("sections"), 1, SECTIONS_MOST, "interactive.action.sections")
    rows = []
    for section in sections:
        _object(section, {"title", "rows"}, "a section")
        if "title" in section or len(sections) > 1:
            _title(section.get("title"), ROW_TITLE_MOST, "section.title")
        rows += _list(section.get("rows"), 1, ROWS_MOST, "section.rows")
    if len(rows) > ROWS_MOST:
        raise Refused(131009, f"Total row count exceed max allowed count: {ROWS_MOST}")
    for row in rows:
        _object(row, {"id", "title", "description"}, "a row")
        _text(row.get("id"), ROW_ID_MOST, "row.id")
        _title(row.get("title"), ROW_TITLE_MOST, "row.title")
        if "description" in row:
            _text(row["description"], ROW_DESCRIPTION_MOST, "row.description")
    _unique([row["id"] for row in rows], "row ids")


def _check_link(action: dict[str, Any]) -> None:
    parameters = action.get("parameters")
    if action.get("name") != "cta_url" or not isinstance(parameters, dict):
        raise Refused(131009, "interactive.action of cta_url is not valid")
    _title(parameters.get("display_text"), TITLE_MOST, "parameters.display_text")
    if not re.match(r"https?://", str(parameters.get("url"))):
        raise Refused(131009, "parameters.url is not a valid URL")


def _check_named(name: str) -> Callable[[dict[str, Any]], None]:
    def check(action: dict[str, Any]) -> None:
        if action != {"name": name}:
            raise Refused(131009, f"interactive.action.name must be {name}")

    return check


def _check_media(node: Any) -> None:
    _object(node, {"id", "link", "caption", "filename"}, "media")
    if bool(node.get("id")) == bool(node.get("link")):
        raise Refused(131008, "exactly one of id and link is required")
    if "caption" in node:
        _text(node["caption"], CAPTION_MOST, "caption")


def _check_reaction(node: Any) -> None:
    _object(node, {"message_id", "emoji"}, "reaction")
    if not str(node.get("message_id", "")).startswith("wamid."):
        raise Refused(131009, "reaction.message_id is not valid")


def _check_location(node: Any) -> None:
    _object(node, {"latitude", "longitude", "name", "address"}, "location")
    if not all(isinstance(node.get(name), int | float) for name in ("latitude", "longitude")):
        raise Refused(131008, "location needs latitude and longitude")


def _check_contacts(node: Any) -> None:
    for contact in _list(node, 1, 257, "contacts"):
        if not isinstance(contact, dict) or not contact.get("name", {}).get("formatted_name"):
            raise Refused(131008, "contacts.name.formatted_name is required")


def _check_template(node: Any) -> None:
    _object(node, {"name", "language", "components"}, "template")
    if not re.fullmatch(r"[a-z0-9_]{1,512}", str(node.get("name"))):
        raise Refused(132001, "Template name does not exist in the translation")
    language = node.get("language")
    if not isinstance(language, dict) or not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", str(language.get("code"))):
        raise Refused(132001, "Template language is not valid")


def _object(node: Any, keys: set[str], name: str) -> dict[str, Any]:
    if not isinstance(node, dict):
        raise Refused(131009, f"{name} must be an object")
    _only(node, keys, name)
    return node


def _only(node: dict[str, Any], keys: frozenset[str] | set[str], name: str) -> None:
    for key in node:
        if key not in keys:
            raise Refused(100, f'Unexpected key "{key}" on {name}')


def _list(node: Any, least: int, most: int, name: str) -> list[Any]:
    if not isinstance(node, list) or not least <= len(node) <= most:
        raise Refused(131009, f"{name} must have {least} to {most} elements")
    return node


def _text(value: Any, most: int, name: str, code: int = 131009) -> None:
    if not isinstance(value, str) or not value.strip():
        raise Refused(code, f"The parameter {name} is required")
    if units(value) > most:
        raise Refused(code, f"Param {name} must be at most {most} characters long")


def _title(value: Any, most: int, name: str) -> None:
    _text(value, most, name)
    if "\n" in value or _MARKS.search(value):
        raise Refused(131009, f"Param {name} takes neither new lines nor formatting")


def _unique(values: Sequence[str], what: str) -> None:
    if len(set(values)) < len(values):
        raise Refused(131009, f"Duplicated {what}")


def units(text: str) -> int:
    """Length in UTF-16 units: an emoji is two or more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


_INTERACTIVE: Final[dict[str, Callable[[dict[str, Any]], None]]] = {
    "button": _check_buttons,
    "list": _check_list,
    "cta_url": _check_link,
    "location_request_message": _check_named("send_location"),
    "contact_request": _check_named("request_contact_info"),
}
_CHECKS: Final[dict[str, Callable[[Any], None]]] = {
    "text": _check_text,
    "interactive": _check_interactive,
    "reaction": _check_reaction,
    "location": _check_location,
    "contacts": _check_contacts,
    "template": _check_template,
    **dict.fromkeys(MEDIA, _check_media),
}
