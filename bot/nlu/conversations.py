"""The corpus: conversations that writers made from the customers' side, each turn labelled afterwards with what it means (docs/corpus.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

from msgspec import Meta, Struct, field

from bot.conversation_files import BadConversation, load, shaped
from bot.protocol.frame import Frame, parse_frame
from bot.settings import ROOT

CORPUS: Final = ROOT / "data" / "conversations"
SITUATIONS: Final = "situations.tsv"
KINDS: Final = (
    "followup", "set", "hypothetical", "correction", "story", "state", "refuse", "burst", "compound", "smalltalk", "anger", "newcomer", "register",
    "memory", "identity",
)  # fmt: skip
INTENTS_TO_COME: Final = frozenset(
    {
        "consultar_linea", "cancelar_servicio", "reactivar_servicio", "pagar_adeudo", "contratar_servicio", "preguntar_quien_eres", "charla", "contar",
    }
)  # fmt: skip
"""What turns are about that domain.yml may not know yet."""

Text = Annotated[str, Meta(min_length=1)]


class LabelledTurn(Struct, frozen=True, forbid_unknown_fields=True):
    """What a customer says (say, or the bubbles of one burst), what a good answer would be, and what it means (frames, as written)."""

    good: Text
    written: Annotated[tuple[Text, ...], Meta(min_length=1)] = field(name="frames")
    say: Text | None = None
    burst: Annotated[tuple[Text, ...], Meta(min_length=2)] | None = None

    def __post_init__(self) -> None:
        """One of say and burst, and frames that can be read."""
        if (self.say is None) == (self.burst is None):
            raise ValueError("needs one of say and burst")
        _ = self.frames

    @property
    def frames(self) -> tuple[Frame, ...]:
        """What it means: one frame for each thing that it asks or does, in the order in which they are to be answered."""
        return tuple(parse_frame(each) for each in self.written)

    @property
    def bubbles(self) -> tuple[str, ...]:
        """What is sent, one message each."""
        return self.burst or (self.say or "",)


class LabelledConversation(Struct, frozen=True, forbid_unknown_fields=True):
    """One talk of a demo customer, or of a visitor (None)."""

    id: Text
    kind: Text
    customer: Text | None
    turns: Annotated[tuple[LabelledTurn, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        """A kind that there is."""
        if self.kind not in KINDS:
            raise ValueError(f"no kind {self.kind!r}")


class Writer(Struct, frozen=True):
    """One writer's file: `name` is its stem, `about` who the writer was to be."""

    name: str
    about: str
    conversations: tuple[LabelledConversation, ...]


def read_corpus(intents: Collection[str], folder: Path = CORPUS) -> Iterator[Writer]:
    """Every writer, by name. `intents` are those of domain.yml. Raises BadConversation."""
    for path in sorted(folder.glob("*.yml")):
        yield read_writer(path, intents)


def read_situations(folder: Path = CORPUS) -> dict[str, tuple[str, ...]]:
    """What is the matter with each demo customer's account, in the words of `actions.trouble.situation`. Lines of customer, tab, words."""
    lines = (folder / SITUATIONS).read_text(encoding="utf-8").splitlines()
    return {customer: tuple(words.split()) for customer, _, words in (line.partition("\t") for line in lines)}


def corpus_digest(folder: Path = CORPUS) -> str:
    """A digest of all writers' files and of the customers' situations."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in (*sorted(folder.glob("*.yml")), folder / SITUATIONS))).hexdigest()


def read_writer(path: Path, intents: Collection[str]) -> Writer:
    """One writer's conversations. Raises BadConversation naming file, conversation and turn."""
    document = load(path)
    if not isinstance(document, dict) or set(document) != {"writer", "about", "conversations"} or document["writer"] != path.stem:
        raise BadConversation(f"{path.name}: must be writer (the file's name), about, conversations")
    conversations = tuple(
        shaped(path, number, each, LabelledConversation) for number, each in enumerate(document["conversations"], start=1)
    )
    for conversation in conversations:
        for position, turn in enumerate(conversation.turns, start=1):
            if unknown := {frame.intent for frame in turn.frames} - INTENTS_TO_COME.union(intents):
                raise BadConversation(f"{path.name}: {conversation.id}: turn {position}: no intent {', '.join(sorted(unknown))}")
    return Writer(document["writer"], document["about"], conversations)


def as_written(writer: Writer) -> str:
    """The file of a writer, in the one style that keeps changes readable."""
    lines = [f"writer: {writer.name}", f"about: {_quoted(writer.about)}", "conversations:"]
    for conversation in writer.conversations:
        lines += [
            "",
            f"- id: {conversation.id}",
            f"  kind: {conversation.kind}",
            f"  customer: {conversation.customer or 'null'}",
            "  turns:",
        ]
        for turn in conversation.turns:
            lines += [
                f"  - say: {_quoted(turn.say)}" if turn.say else f"  - burst: {_quoted(turn.bubbles)}",
                f"    good: {_quoted(turn.good)}",
                f"    frames: {_quoted([str(frame) for frame in turn.frames])}",
            ]
    return "\n".join(lines) + "\n"


def _quoted(text: Any) -> str:
    return json.dumps(text, ensure_ascii=False)
