"""Several questions in one message: of a list, of a burst, or two in one breath. Each is read as a message of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.dialogue.compound import BESIDE_FROM, SPLIT_FROM, Readings, one_beside, two_questions
from bot.dialogue.details import DETAIL, as_detail, split_details, with_details
from bot.dialogue.forms import asks, asks_yes_or_no, leans, orders, without_closing, without_courtesy
from bot.dialogue.halves import (
    SURELY_NOT_OURS,
    UNSURE_HALF_FROM,
    First,
    answered,
    best_of_ours,
    may_be_part,
    read_firsts,
    read_halves,
    topic_of,
)
from bot.dialogue.reading import ANSWERED, ASKED, REFUSED, Reader, Understanding
from bot.nlu.classifier import ASK
from bot.nlu.decision import DEEDS, NOT_OURS, TALK, same_or_pair
from bot.nlu.normalise import plain_text
from bot.protocol.frame import NOTHING, Which

SPLIT_AGAIN_FROM = 0.7
MIN_PARTS, MOST_PARTS, MOST_LINES, LEAST_CLAUSES = 2, 4, 20, 3
MIN_WORDS = 2
_CLAUSES = re.compile(
    r"[,;?¿\n]+\s*(?:y\s+)?|\s+y\s+(?=(?:a |de |en |con |por |hasta )?(?:qu[eé]|cu[aá]\w+|c[oó]mo|d[oó]nde|si)\b)", re.IGNORECASE
)
_ITEM = re.compile(r"\n+|(?:^|\s)\d{1,2}\s?[).]\s")
_COUNTER = re.compile(r"(?:^|\n)\s*(?:\d{1,2}\s?[).]|[a-e]\s?\))\s|\s(?:\d{1,2}|[a-e])\s?\)\s", re.IGNORECASE)
_CHOICE = re.compile(r"\bo\W*$", re.IGNORECASE)  # "mejor a) con tarjeta o b) con transferencia" is one question
_NAMED = re.compile(
    r"^[^:;?¿\n]{0,80}\b(?:requ?ier\w*|necesit\w*|ocup\w*|dat[oi]\w*|dudas?|preguntas?|inform\w*|indi[cq]\w*|saber|puntos?|cosas?|consultas?|sigu\w+)\b[^:;?¿\n]{0,30}:\s*(?P<items>[^:?¿\n]+)$",
    re.IGNORECASE,
)
_NAMES = re.compile(r"\s*[,;]\s*(?:y\s+|e\s+)?|\s+[ye]\s+", re.IGNORECASE)
MOST_NAMES, MOST_OF_A_NAME = 5, 5
LEFT_OVER = "left_over"  # parse data of what one message asks beyond what it gets answered
BESIDE_ANSWER = "beside_answer"  # parse data of a question that is not ours, asked together with one that is answered


def listed(reader: Reader, text: str) -> list[Understanding]:
    """The questions of a list or a burst, where two or more of its lines ask, each something else; empty otherwise.

    None is dropped in silence: what is not ours comes as one part beside them, and what is too much or too unsure is named.
    """
    asking = counted(text) or named(text) or _asking(_ITEM.split(text)) or _asking_clauses(without_courtesy(text))
    if len(asking) > MOST_LINES:
        return []
    halves = with_details(_in_turn(reader, read_halves(reader, asking)), visitor=reader.visitor)
    ours = _different([answered(half) for half in halves if may_be_part(half) and half.decision != REFUSED])
    if len(ours) < MIN_PARTS:
        return []
    others = [half for half in halves if may_be_part(half) and half.decision == REFUSED]
    unsure = [half for half in halves if not may_be_part(half) and best_of_ours(half) not in TALK]
    return [*ours[:MOST_PARTS], *_beside(others), *_left([*ours[MOST_PARTS:], *map(answered, unsure)])]


def _in_turn(reader: Reader, parts: Sequence[Understanding]) -> list[Understanding]:
    """The same; one that leans on the part before it ("¿y en dónde la consulto?") is read as what goes on from that."""
    read: list[Understanding] = []
    for part in parts:
        if read and leans(part.text) and asks(part.text):
            (again,) = reader.read([part.text], [topic_of(read[-1])])
            part = Understanding(part.text, again, part.via)  # noqa: PLW2901
        read.append(part)
    return read


def _asking(lines: Sequence[str]) -> list[str]:
    """Those that ask, each once; none where fewer than two do."""
    said = [clean for line in lines if len((clean := plain_text(line)).split()) >= MIN_WORDS]
    asking = [line for line in said if _asks_or_orders(line)]
    return list(dict.fromkeys(asking)) if len(asking) >= MIN_PARTS else []


def counted(text: str) -> list[str]:
    """What its writer counts ("1) … 2) …", "a) … b) …"): each is a question however it is written, where any is; steps and choices are none."""
    items = [item.strip().partition("\n")[0] for item in _COUNTER.split(text)[1:]]
    clean = [each for item in items if len((each := plain_text(item)).split()) >= MIN_WORDS]
    are_questions = len(clean) >= MIN_PARTS and any(map(_asks_or_orders, clean)) and not any(map(_CHOICE.search, clean))
    return list(dict.fromkeys(clean)) if are_questions else []


def named(text: str) -> list[str]:
    """What is only named after a colon, where that is asked for ("Requiero: fecha de fin, importe y forma de pago"): each is a question."""
    found = _NAMED.match(text.strip())
    items = [clean for item in _NAMES.split(found["items"]) if (clean := plain_text(item))] if found else []
    are_names = MIN_PARTS <= len(items) <= MOST_NAMES and all(
        len(item.split()) <= MOST_OF_A_NAME and not _asks_or_orders(item) and not item.startswith(("si ", "que ")) for item in items
    )
    return list(dict.fromkeys(items)) if are_names else []


def _asks_or_orders(line: str) -> bool:
    return asks(line) or orders(line) or asks_yes_or_no(line)


def _asking_clauses(text: str) -> list[str]:
    """The clauses of one line that lists its questions: three or more, all of which ask, the last maybe by "y si …"; a word of courtesy is no clause."""
    clauses = [clean for clause in _CLAUSES.split(text) if len((clean := plain_text(clause)).split()) >= MIN_WORDS]
    asking = [clause for clause in clauses if _asks_or_orders(clause) or (clause is clauses[-1] and clause.startswith("si "))]
    return list(dict.fromkeys(asking)) if len(asking) == len(clauses) >= LEAST_CLAUSES else []


def _beside(others: Sequence[Understanding]) -> list[Understanding]:
    """What is not ours, as one part that comes after the answers."""
    if not others:
        return []
    text = " / ".join(other.text for other in others)
    return [Understanding(text, {**others[0].parse_data, "text": text, BESIDE_ANSWER: True}, others[0].via)]


def _left(parts: Sequence[Understanding]) -> list[Understanding]:
    """What is not answered in this message, to be named in the customer's own words, each a choice."""
    if not parts:
        return []
    named = [{"intent": str(part.intent), "title": part.text} for part in parts]
    first = parts[0]
    data = {**first.parse_data, "intent": {"name": ASK, "confidence": 1.0}, "decision": ASKED, "choices": named, LEFT_OVER: True}
    return [Understanding(" / ".join(part.text for part in parts), data, first.via)]


def _different(parts: Sequence[Understanding]) -> list[Understanding]:
    """Without those that ask what an earlier one asks."""
    kept: list[Understanding] = []
    for part in parts:
        if not any(_one_question(part, other) for other in kept):
            kept.append(part)
    return kept


def _one_question(part: Understanding, other: Understanding) -> bool:
    """Whether one answer serves both: not where each says of which servers ("a) cuándo vence la 1 b) cuándo vence la 2"). A deed is done once."""
    if part.parse_data.get(DETAIL):
        return False
    of_its_own = [each.parse_data.get("parts", {}).get("servers", NOTHING) not in {NOTHING, Which.THAT_ONE} for each in (part, other)]
    apart = all(of_its_own) and part.intent not in DEEDS and part.text != other.text
    return same_or_pair(str(part.intent), str(other.intent)) and not apart


def split(reader: Reader, text: str, whole: dict[str, Any]) -> list[Understanding]:
    """Two or more questions of one message, each half split again where it holds two; empty when it holds one."""
    halves = _parts(reader, Understanding(without_closing(text), whole, "text"), SPLIT_FROM)
    return _different([part for half in halves for part in _parts(reader, half, SPLIT_AGAIN_FROM) or [half]])[:MOST_PARTS]


def _parts(reader: Reader, message: Understanding, split_from: float) -> list[Understanding]:
    """Two questions, or two things asked about one topic, whichever is surer; empty when it is one. A second thing is not looked for in a second thing."""
    firsts = read_firsts(reader, message.text)
    halves = _halved(reader, message, firsts, split_from)
    if message.parse_data.get(DETAIL):
        return [as_detail(half) for half in halves]
    details = split_details(reader, message, firsts)
    return halves if not details or (halves and _surer(halves[-1], details[-1])) else details


def _surer(second: Understanding, detail: Understanding) -> bool:
    """Whether the second half is surer of itself as a question of its own than as what goes on from the first, or surely not ours."""
    return bool(second.parse_data.get(BESIDE_ANSWER)) or float(second.parse_data["acceptance"]) > float(detail.parse_data["acceptance"])


def _halved(reader: Reader, message: Understanding, firsts: Sequence[First], split_from: float) -> list[Understanding]:
    """Both halves at the joint that is most likely between two questions; empty when none is likely enough.

    Two questions of ours come in their order. A question that is not ours comes after the one that is answered.
    """
    best, likeliest = [], split_from
    beside, likeliest_beside = [], max(split_from, BESIDE_FROM)
    seconds = read_halves(reader, [joint.second for joint, _ in firsts])
    for (joint, first), second in zip(firsts, seconds, strict=True):
        halves = [first, second]
        if not may_be_part(second):
            continue
        if (readings := ours_and_ours(halves, message.parse_data)) is not None:
            if (probability := two_questions(joint, readings)) >= likeliest:
                best, likeliest = [answered(half) for half in halves], probability
        elif (readings := ours_and_not(halves, message.parse_data)) is not None and (
            probability := one_beside(joint, readings)
        ) >= likeliest_beside:
            beside, likeliest_beside = _answer_first(halves), probability
    return best or beside


def ours_and_ours(halves: list[Understanding], whole: dict[str, Any]) -> Readings | None:
    """How two questions of ours were read; None when a half is not ours, is too unsure or only talk, or asks the same as the other."""
    labels = [best_of_ours(half) for half in halves]
    sure = all(half.decision != REFUSED and half.parse_data["acceptance"] >= UNSURE_HALF_FROM for half in halves)
    if not sure or any(label in TALK for label in labels) or same_or_pair(*labels):
        return None
    return _readings(halves, labels, whole)


def ours_and_not(halves: list[Understanding], whole: dict[str, Any]) -> Readings | None:
    """How a question of ours beside one that is surely not was read; None when these halves are anything else."""
    other = [half for half in halves if half.decision == REFUSED and half.parse_data["intent"]["name"] in NOT_OURS]
    labels = [half.parse_data["intent"]["name"] for half in halves]
    if len(other) != 1 or not any(half.decision == ANSWERED for half in halves) or any(label in TALK for label in labels):
        return None
    sure = other[0].parse_data["intent"]["confidence"]
    points = leans(other[0].text) or other[0].parse_data["parts"].get("servers", NOTHING) not in {NOTHING, Which.FOREIGN}  # "…, y el 2?"
    return _readings(halves, labels, whole, sure) if sure >= SURELY_NOT_OURS and not points else None


def _readings(halves: list[Understanding], labels: list[str], whole: dict[str, Any], sure_not_ours: float = 0.0) -> Readings:
    first, second = (half.parse_data["acceptance"] for half in halves)
    ranking = tuple(row["name"] for row in whole["intent_ranking"])
    return Readings((labels[0], labels[1]), (first, second), ranking, whole["acceptance"], sure_not_ours)


def _answer_first(halves: list[Understanding]) -> list[Understanding]:
    """The question of ours, then the other one, marked as such."""
    ours, other = sorted(halves, key=lambda half: half.decision != ANSWERED)
    return [ours, Understanding(other.text, {**other.parse_data, BESIDE_ANSWER: True}, other.via)]
