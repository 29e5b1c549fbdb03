"""Conversations to play and what their answers must hold, as people write them in YAML.

A file is a list of {id, kind, customer, turns}; `customer` is a demo customer or null for a visitor. A turn says one thing
(say, burst or press) and what holds of its answer (has, lacks, first, most, new); `why` is for people. What stands in braces
in an expression is a macro (macros.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct

from bot.conversation_files import BadConversation, load, shaped
from bot.conversing.macros import Macros

Text = Annotated[str, Meta(min_length=1)]


class Turn(Struct, frozen=True, forbid_unknown_fields=True):
    """What a customer does, and what must hold of the answer. Expressions are regular, found anywhere, in either case.

    has: each is found in the answer (texts and titles of buttons) · lacks: none is · first: found in its first two sentences ·
    most: characters at most · new: not word for word the previous answer · again: it was asked to repeat itself.
    """

    say: Text | None = None
    burst: Annotated[tuple[Text, ...], Meta(min_length=1)] | None = None
    press: Text | None = None
    has: tuple[Text, ...] = ()
    lacks: tuple[Text, ...] = ()
    first: Text | None = None
    most: Annotated[int, Meta(gt=0)] | None = None
    new: bool = False
    again: bool = False
    why: str = ""

    def __post_init__(self) -> None:
        """Exactly one of say, burst and press."""
        if sum(way is not None for way in (self.say, self.burst, self.press)) != 1:
            raise ValueError("needs one of say, burst and press")

    @property
    def expressions(self) -> tuple[str, ...]:
        """All of them, as written."""
        return (*self.has, *self.lacks, *filter(None, (self.first, self.press)))


class Conversation(Struct, frozen=True, forbid_unknown_fields=True):
    """One talk of one customer (a demo customer's id) or visitor (None)."""

    id: Text
    kind: Text
    customer: Text | None
    turns: Annotated[tuple[Turn, ...], Meta(min_length=1)]


def read_conversations(path: Path, macros: Macros) -> list[Conversation]:
    """The conversations of a file; every expression is tried with `macros`. Raises BadConversation."""
    document = load(path)
    if not isinstance(document, list) or not document:
        raise BadConversation(f"{path.name}: must be a list of conversations")
    return [_conversation(path, number, written, macros) for number, written in enumerate(document, start=1)]


def chosen(conversations: Iterable[Conversation], only: Iterable[str]) -> list[Conversation]:
    """Those whose id or kind is among `only`; all when it is empty. Raises BadConversation for one that names nothing."""
    played, only = list(conversations), set(only)
    if unknown := only - {name for each in played for name in (each.id, each.kind)}:
        raise BadConversation(f"no conversation and no kind is called {', '.join(sorted(unknown))}")
    return [each for each in played if not only or only & {each.id, each.kind}]


def _conversation(path: Path, number: int, written: Any, macros: Macros) -> Conversation:
    conversation = shaped(path, number, written, Conversation)
    for position, turn in enumerate(conversation.turns, start=1):
        for expression in turn.expressions:
            try:
                macros.compiled(expression)
            except (re.error, ValueError) as error:
                raise BadConversation(f"{path.name}: {conversation.id}: turn {position}: {expression!r}: {error}") from None
    return conversation
