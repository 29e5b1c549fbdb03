"""What the Cloud API refuses, written down once more and apart from our own code: fact sheet, section 4."""

from __future__ import annotations

import re
from typing import Any

TOP = {"messaging_product", "recipient_type", "to", "recipient", "biz_opaque_callback_data", "type", "text", "interactive", "template"}
PHONE = re.compile(r"\+\d{8,15}")
USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def within(text: Any, most: int) -> None:
    assert isinstance(text, str)
    assert text.strip()
    assert units(text) <= most, (units(text), most)


def check_content(content: dict[str, Any]) -> None:
    """Raises AssertionError where the platform would refuse the message."""
    kind = content["type"]
    assert set(content) == {"type", kind}
    if kind == "text":
        assert set(content["text"]) == {"body", "preview_url"}
        within(content["text"]["body"], 4096)
        assert content["text"]["preview_url"] is False
    elif kind == "template":
        assert set(content["template"]) == {"name", "language"}
    else:
        assert kind == "interactive"
        node = content["interactive"]
        assert set(node) == {"type", "body", "action"}
        within(node["body"]["text"], 1024)
        {"button": _buttons, "list": _list}[node["type"]](node["action"])


def _buttons(action: dict[str, Any]) -> None:
    assert set(action) == {"buttons"}
    assert 1 <= len(action["buttons"]) <= 3
    assert all(set(each) == {"type", "reply"} and each["type"] == "reply" for each in action["buttons"])
    _choices([each["reply"] for each in action["buttons"]], title=20, most_id=256)


def _list(action: dict[str, Any]) -> None:
    assert set(action) == {"button", "sections"}
    within(action["button"], 20)
    (section,) = action["sections"]
    within(section["title"], 24)
    assert 1 <= len(section["rows"]) <= 10
    for row in section["rows"]:
        if "description" in row:
            within(row["description"], 72)
    _choices(section["rows"], title=24, most_id=200)


def _choices(choices: list[dict[str, Any]], title: int, most_id: int) -> None:
    for choice in choices:
        within(choice["id"], most_id)
        within(choice["title"], title)
        assert "\n" not in choice["title"]
    assert len({choice["id"] for choice in choices}) == len(choices)
    assert len({choice["title"].casefold() for choice in choices}) == len(choices)


def check(body: dict[str, Any]) -> None:
    """A whole body of POST /messages."""
    assert set(body) <= TOP
    assert (body["messaging_product"], body["recipient_type"]) == ("whatsapp", "individual")
    assert ("to" in body) != ("recipient" in body)
    assert PHONE.fullmatch(body["to"]) if "to" in body else USER_ID.fullmatch(body["recipient"])
    within(body["biz_opaque_callback_data"], 512)
    check_content({name: value for name, value in body.items() if name in {"type", body["type"]}})
