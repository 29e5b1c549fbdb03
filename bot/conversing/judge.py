"""Whether an answer is right: pure functions of a turn's expectations, what was shown and what was said before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.conversing.macros import Macros
from bot.conversing.script import Turn

ASKS_BACK: Final = re.compile(r"te refieres a|¿de cuál servidor|¿cuál servidor|otras palabras|no te entend|sin entenderte", re.IGNORECASE)
"""How the assistant says that it does not know what is asked."""
REMEMBERED: Final = 2
"""Answers among which a sentence may not stand again."""
LEAST_WORDS: Final = 4
"""Of a sentence that counts as said again; "Con gusto." may be said twice."""
_SENTENCE_END: Final = re.compile(r"(?<=[.!?:])\s+")


@dataclass(frozen=True)
class Answer:
    """What came back: texts in their order, and the titles of the buttons beneath them."""

    texts: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is to be read."""
        return "\n".join(self.texts)

    @property
    def shown(self) -> str:
        """What is to be seen: the titles too."""
        return "\n".join([self.text, *self.titles])


@dataclass(frozen=True)
class Verdict:
    """What is wrong with an answer (nothing: it is right), whether it asks back, and whether it says something again."""

    wrong: tuple[str, ...] = ()
    asks: bool = False
    repeats: bool = False


def judge(turn: Turn, answer: Answer, before: Sequence[Answer], macros: Macros) -> Verdict:
    """The verdict on the answer to a turn; `before` are the earlier answers of the conversation, oldest first."""
    if not answer.texts:
        return Verdict(("no answer came",))
    wrong = [
        *(expression for expression in turn.has if not macros.compiled(expression).search(answer.shown)),
        *(f"never {expression}" for expression in turn.lacks if macros.compiled(expression).search(answer.shown)),
    ]
    if turn.first and not macros.compiled(turn.first).search(" ".join(_SENTENCE_END.split(answer.text.strip())[:2])):
        wrong.append(f"first {turn.first}")
    if turn.most and len(answer.text) > turn.most:
        wrong.append(f"{len(answer.text)} characters, most {turn.most}")
    if turn.new and before and answer.text == before[-1].text:
        wrong.append("the same answer again")
    return Verdict(tuple(wrong), bool(ASKS_BACK.search(answer.shown)), not turn.again and repeats(answer, before))


def repeats(answer: Answer, before: Sequence[Answer]) -> bool:
    """Whether a sentence of the last two answers stands in this one again."""
    said = {sentence for earlier in before[-REMEMBERED:] for sentence in _sentences(earlier.text)}
    return not said.isdisjoint(_sentences(answer.text))


def _sentences(text: str) -> set[str]:
    """Those of some length, without case and marks."""
    pieces = (re.findall(r"\w+", piece.casefold()) for line in text.splitlines() for piece in _SENTENCE_END.split(line))
    return {" ".join(words) for words in pieces if len(words) >= LEAST_WORDS}
