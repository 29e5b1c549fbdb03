"""Joins the widget's modules into the one file that a portal loads.

Written as native modules, so that each can be read and tested alone; sent as one, because a portal's page should wait for one request and
its policy name one address. Nothing is rewritten: the modules follow one another, those that are needed first, without their imports,
the word "export" and the lines that are only comment.
"""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r"^import \{ ([\w, ]+) \} from '\./([\w-]+\.js)';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|class|function|async function)\b)", re.MULTILINE)
_TOP = re.compile(r"^(?:const|let|class|(?:async )?function\*?) (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?:/\*\*[^*]*(?:\*(?!/)[^*]*)*\*/|//.*)\n", re.MULTILINE)


class NotJoinable(Exception):
    """The modules cannot stand in one file: a circle, a name that two of them declare, a form of import that is not ours."""


def join(main: Path) -> str:
    """The text of `main` and all that it imports, as one module. Raises NotJoinable, OSError."""
    texts: dict[Path, str] = {}
    _collect(main, texts, ())
    names = [name for text in texts.values() for name in _TOP.findall(text)]
    if twice := {name for name in names if names.count(name) > 1}:
        raise NotJoinable(f"declared in two modules: {', '.join(sorted(twice))}")
    return "".join(texts.values())


def _collect(module: Path, texts: dict[Path, str], above: tuple[Path, ...]) -> None:
    if module in texts:
        return
    if module in above:
        raise NotJoinable(f"{module.name} needs itself")
    source = module.read_text(encoding="utf-8")
    for _, needed in _IMPORT.findall(source):
        _collect(module.parent / needed, texts, (*above, module))
    text = _EXPORT.sub("", _COMMENT.sub("", _IMPORT.sub("", source)))
    if re.search(r"^(?:import|export)\b", text, re.MULTILINE):
        raise NotJoinable(f"{module.name} imports or exports in another form")
    texts[module] = text.strip("\n") + "\n"
