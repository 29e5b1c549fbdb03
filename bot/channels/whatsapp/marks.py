"""Our texts in WhatsApp's writing: `**bold**` becomes `*bold*`, and nothing else of a text becomes a mark.

WhatsApp has no way to escape a mark. Signs that only look like one in a masked mail (`co*****o@…`) or a price are written with their twins
(∗ ∼ ˋ), which no client takes for marks: an invisible character beside the sign would do so only as long as every client agrees on what is a
space, and would be copied along. An underscore may belong to an address that somebody copies, so it stays as it is wherever WhatsApp, which
wants a mark at the edge of a word, would not read it as one. Links are never touched: WhatsApp reads no marks in them.
Every replacement is as long as what it replaces, or shorter: a part that fits still fits.
"""

from __future__ import annotations

import re
from typing import Final

_LINK: Final = r"https?://[^\s<>\"]+"
_BOLD: Final = r"(?<!\*)\*\*(?![\s*])(?P<bold>[^*\n]+?)(?<!\s)\*\*(?!\*)"
_WORDED: Final = re.compile(r"\[([^\]\n]{1,120})\]\((https?://[^\s()<>\"]+)\)")
_PIECES: Final = re.compile(rf"(?P<link>{_LINK})|{_BOLD}")
_TWINS: Final = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_OPENS: Final = re.compile(r"(?<![^\W_])_(?=\S)")
_CLOSES: Final = re.compile(r"(?<=\S)_(?![^\W_])")
_AT_AN_EDGE: Final = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_LOW_LINE: Final = "ˍ"


def marked(text: str) -> str:
    """The text as WhatsApp shows it rightly. Never longer."""
    return "\n".join(_line(line) for line in _WORDED.sub(r"\1: \2", text).split("\n"))


def _line(line: str) -> str:
    literal = _without_italics(line)
    made, end = [], 0
    for found in _PIECES.finditer(literal):
        made += [literal[end : found.start()].translate(_TWINS), _piece(found, literal)]
        end = found.end()
    return "".join(made) + literal[end:].translate(_TWINS)


def _piece(found: re.Match[str], line: str) -> str:
    """A link as it is; bold words, if WhatsApp would show them so where they stand."""
    bold = found["bold"]
    if bold is None:
        return found[0]
    if re.search(_LINK, bold):
        return bold
    words = bold.translate(_TWINS)
    before, after = line[: found.start()][-1:], line[found.end() :][:1]
    return words if before.isalnum() or after.isalnum() else f"*{words}*"


def _without_italics(line: str) -> str:
    """No two underscores of a line that WhatsApp would take for a pair."""
    bare = re.sub(_LINK, "x", line)
    opens = _OPENS.search(bare)
    if opens is None or not any(closes.start() > opens.start() for closes in _CLOSES.finditer(bare)):
        return line
    return re.sub(rf"{_LINK}|{_AT_AN_EDGE.pattern}", lambda found: _LOW_LINE if found[0] == "_" else found[0], line)
