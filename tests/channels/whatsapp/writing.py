"""WhatsApp's own writing as a phone shows it, read as generously as any client might: what this takes for no mark is none."""

from __future__ import annotations

import re

LINK = re.compile(r"https?://[^\s<>\"]+")
MARKS = {"*": "bold", "_": "italic", "~": "strike", "`": "code"}


def spans(text: str) -> list[tuple[str, str]]:
    """(kind, words) of everything that is marked: on one line, not in a link, opened at a word's edge and closed at one."""
    found = []
    for line in text.split("\n"):
        bare = LINK.sub(lambda link: "x" * len(link[0]), line)
        for sign, kind in MARKS.items():
            mark = re.escape(sign)
            pattern = rf"(?<![^\W_]){mark}(?=[^\s{mark}])([^\n]*?[^\s{mark}]|[^\s{mark}]){mark}(?![^\W_])"
            found += [(kind, line[match.start(1) : match.end(1)]) for match in re.finditer(pattern, bare)]
    return found
