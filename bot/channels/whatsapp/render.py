"""A message of the ledger as what the Cloud API takes: one message if it can be, more parts only where a limit wants it.

Every payload here is within the limits of the platform, because it refuses what is not, and then the customer gets nothing. Lengths are
counted in UTF-16 units: Meta does not say how it counts, and no other way gives more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from bot.channels.parts import split_reply
from bot.channels.whatsapp import texts
from bot.channels.whatsapp.marks import marked
from bot.channels.whatsapp.titles import blank, cut, fitted, one_line, units
from bot.conversations.messages import ShownButton, ShownMessage

TEXT: Final = 4096
BODY: Final = 1024
"""Of a text above buttons."""
REPLY_BUTTONS: Final = 3
REPLY_TITLE: Final = 20
ROWS: Final = 10
ROW_TITLE: Final = 24
ROW_DESCRIPTION: Final = 72

Content = dict[str, Any]
"""{"type", …}: what of a payload is the message itself; to whom it goes is added by the sender."""

_SECOND_UNIT: Final = "\u206f"
"""A sign without width that no text needs; behind a character of two units it makes `len` count both."""
_WIDE: Final = re.compile("[\U00010000-\U0010ffff]")


def contents(message: ShownMessage, last_line: str | None = None) -> list[Content]:
    """The message as one content, or several in order; `last_line` is added to its words. A blank message has none.

    Up to 3 buttons are reply buttons, up to 10 a list; more, or some that cannot be read, stand in the text with numbers. Buttons come with
    the last part.
    """
    buttons, words = message.buttons, message.text.replace(_SECOND_UNIT, "").strip()
    if buttons and (len(buttons) > ROWS or any(blank(button.title) for button in buttons)):
        words, buttons = "\n\n".join(filter(None, [words, _numbered(buttons)])), ()
    words = "\n\n".join(filter(None, [words, last_line]))
    if not buttons:
        return [_text(part) for part in _shown(_split(words, TEXT))]
    *before, body = _shown(_with_room_for_buttons(_split(words or texts.CHOOSE, TEXT)))
    return [*map(_text, before), _interactive(body, buttons)]


def _with_room_for_buttons(parts: list[str]) -> list[str]:
    """The last part cut once more, if it is longer than what may stand above buttons."""
    *before, last = parts
    if units(last) <= BODY:
        return parts
    end = _split(last, BODY)[-1]
    return [*before, last.removesuffix(end), end]


def _split(words: str, limit: int) -> list[str]:
    """The words in parts of at most `limit` units, cut where a reader would pause."""
    if units(words) <= limit:
        return [words] if words else []
    counted = _WIDE.sub(lambda found: found[0] + _SECOND_UNIT, words)
    parts = split_reply(counted, limit - 1)  # where a character is parted from the sign of its second unit, that is one unit more
    return [part.replace(_SECOND_UNIT, "") for part in parts]


def _shown(parts: Sequence[str]) -> list[str]:
    return [shown for part in parts if (shown := marked(part).strip())]


def _text(body: str) -> Content:
    return {"text": {"body": body, "preview_url": False}, "type": "text"}


def _interactive(body: str, buttons: Sequence[ShownButton]) -> Content:
    kind, action = ("button", _replies(buttons)) if len(buttons) <= REPLY_BUTTONS else ("list", _list(buttons))
    return {"interactive": {"body": {"text": body}, "type": kind, "action": action}, "type": "interactive"}


def _replies(buttons: Sequence[ShownButton]) -> Content:
    titles = fitted([button.title for button in buttons], REPLY_TITLE)
    return {
        "buttons": [{"type": "reply", "reply": {"id": button.id, "title": title}} for button, title in zip(buttons, titles, strict=True)]
    }


def _list(buttons: Sequence[ShownButton]) -> Content:
    titles = fitted([button.title for button in buttons], ROW_TITLE)
    rows = [_row(button, title) for button, title in zip(buttons, titles, strict=True)]
    return {"button": texts.OPTIONS, "sections": [{"title": texts.OPTIONS_HEADING, "rows": rows}]}


def _row(button: ShownButton, title: str) -> Content:
    """A title that had to be cut stands whole below it."""
    whole = one_line(button.title)
    row = {"id": button.id, "title": title}
    return row if whole in title else {**row, "description": cut(whole, ROW_DESCRIPTION)}


def _numbered(buttons: Sequence[ShownButton]) -> str:
    titles = [one_line(button.title) for button in buttons]
    return "\n".join(f"{n}. {f'{texts.UNNAMED} {n}' if blank(title) else title}" for n, title in enumerate(titles, start=1))
