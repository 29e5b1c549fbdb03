"""From one message to one or more understood questions: typed text, a pressed button, two questions at once; each within what was talked about.

Every part carries its own parse data, so Rasa's processor never parses text itself: typed text that starts with "/" can
never become a command (facts/reliability.md section 2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.compound import BESIDE_FROM, SPLIT_FROM, Joint, Readings, joints, one_beside, two_questions
from bot.dialogue.forms import (
    asks,
    asks_yes_or_no,
    leans,
    marked,
    orders,
    sentences,
    without_courtesy,
    without_denied,
    without_taken_back,
    without_wrong_pointer,
)
from bot.nlu.classifier import ASK, CONTEXT, EAGER
from bot.nlu.context import context_words, goes_on
from bot.nlu.decision import INSTEAD_OF_DEED, NOT_OURS, TALK, same_or_pair
from bot.nlu.normalise import plain_text
from bot.privacy.standing_in import as_typed
from bot.protocol.frame import NOTHING, Asked, Move, Which, frame_of
from bot.protocol.state import State
from bot.protocol.turn import READ_CHARACTERS, Button

_NOBODY = DialogueStateTracker.from_events("nobody", [])  # the graph wants a tracker; no component of ours looks at it
Via = Literal["text", "button"]
LONG_WORDS = 20
"""From so many words on the sentences of a message that ask are read by themselves too."""
RANKED = 3
ANSWERED, ASKED, REFUSED = "answered", "asked", "refused"
UNSURE_HALF_FROM = 0.4  # a half may be less sure than a message of its own: the form of the joint speaks for it too
SURELY_NOT_OURS = 0.5
CLEARLY = 0.9
COURTESY = frozenset({"saludar", "agradecer", "despedirse"})
MIN_WORDS = 2
SHORT_WORDS, SURELY_TALK = 4, 0.75
POINTING_WORDS, CORRECTING_WORDS = 5, 8
LIST = "listar_servidores"
SPLIT_AGAIN_FROM = 0.8
MIN_PARTS, MOST_PARTS, MOST_LINES, LEAST_CLAUSES = 2, 4, 20, 3
_CLAUSES = re.compile(
    r"[,;?¿\n]+\s*(?:y\s+)?|\s+y\s+(?=(?:a |de |en |con |por |hasta )?(?:qu[eé]|cu[aá]\w+|c[oó]mo|d[oó]nde)\b)", re.IGNORECASE
)
_ITEM = re.compile(r"\n+|(?:^|\s)(?:\d{1,2}\s?[).]|[a-e]\s?\))\s")
_NUMBERED_ITEM = re.compile(r"(?:^|\s)(?:1\s?[).]|a\s?\))\s.*\s(?:2\s?[).]|b\s?\))\s", re.IGNORECASE | re.DOTALL)
SLOT_OFFER, SLOT_WAITING = "oferta", "pregunta_pendiente"
YES, NO = "afirmar", "negar"
TOLD: Mapping[str, str] = {Move.THANKS: "agradecer", Move.LEAVES: "despedirse", Move.COMPLAINS: "contar", Move.TELLS: "contar"}
SURE_TOPIC = 0.6
CLAUSE_WORDS, CLEAR_CLAUSE_FROM = 3, 0.6
_THE_OTHER = re.compile(
    r"\b(?:(?:el|la)\s+otr[oa]|(?P<several>l[oa]s\s+(?:otr[oa]s|dem[aá]s)(?=\s*(?:$|[?.,!;]|\d|dos\b|tres\b|cuatro\b|serv\w*|equipos\b|nubes\b))))\b(?!\s+(?:d[ií]as?|vez|veces|semanas?|mes(?:es)?|a[nñ]os?|facturas?|pagos?|cargos?|correos?|lados?|cosas?|personas?|preguntas?)\b)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\b(?:el|la|del?)\s+(?:de\s+)?(?:0?\d|un[oa]|dos|tres|cuatro|cinco|primer\w*|segund\w*|tercer\w*|cuart\w*|quint\w*|[uú]ltim\w*)(?=\s*(?:$|[,;.!?]|(?:por\s+fav|porfa|quise|quer[ií]a|digo|dije)\w*))",
    re.IGNORECASE,
)
_ALREADY = re.compile(r"^\W*(?:y\s+)?ya\s+(?:se|me|nos|les?|est[aá]|qued[oó]|pas[oó]|cay[oó]|sali[oó]|lleg[oó])\b", re.IGNORECASE)
_CLAUSE_MARKS = re.compile(r"[^\w\s$%@/:-]+")
LEFT_OVER = "left_over"  # parse data of what one message asks beyond what it gets answered
BESIDE_ANSWER = "beside_answer"  # parse data of a question that is not ours, asked together with one that is answered


@dataclass(frozen=True)
class Understanding:
    """One understood question. `parse_data` is in Rasa's shape plus `decision` and `choices`."""

    text: str
    parse_data: dict[str, Any]
    via: Via

    @property
    def decision(self) -> str:
        """What was decided: answered, asked or refused."""
        return str(self.parse_data["decision"])

    @property
    def intent(self) -> str | None:
        """What is answered; else the most probable label."""
        if self.decision == ANSWERED:
            return str(self.parse_data["intent"]["name"])
        ranking = self.parse_data["intent_ranking"]
        return ranking[0]["name"] if ranking else None

    def to_json(self) -> dict[str, Any]:
        """Shape of the turn protocol."""
        return {
            "text": self.text,
            "decision": self.decision,
            "intent": self.intent,
            "ranking": [
                {"name": row["name"], "confidence": round(row["confidence"], 4)} for row in self.parse_data["intent_ranking"][:RANKED]
            ],
            "entities": self.parse_data["entities"],
            "via": self.via,
        }


@dataclass(frozen=True)
class Reader:
    """Reads texts through the trained graph, in masked places something of the same form, each within what the episode says (`words`).

    `eager`: a likely answer is better than a question; so within a talk, and for who is known, whose own state serves neighbours too.
    """

    processor: MessageProcessor
    words: tuple[str, ...] = ()
    eager: bool = False

    def read(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Parse data of several texts in one run of the graph, which costs much less than one run for each; none starts with "/".

        What `MessageProcessor.parse_message` does for a single text, without its checks of the domain at every message.
        """
        target = self.processor.model_metadata.nlu_target
        messages = [UserMessage(text=as_typed(text), metadata={CONTEXT: self.words, EAGER: self.eager}) for text in texts]
        parsed = self.processor.graph_runner.run(inputs={PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: _NOBODY}, targets=[target])[
            target
        ]
        read = [message.as_dict(only_output_properties=True) for message in parsed]
        return [{"entities": [], **each, "text": text} for text, each in zip(texts, read, strict=True)]


async def understand(
    processor: MessageProcessor,
    text: str,
    button: Button | None,
    state: State,
    *,
    visitor: bool = True,
    offer: Mapping[str, Any] | None = None,
    waiting: str | None = None,
) -> list[Understanding]:
    """The questions of one message, in the order in which they were asked; at least one.

    `state`: what the episode remembers; `offer`: the only button of the last answer, which a yes takes; `waiting`: the intent of a question
    that waits for a server.
    """
    reader = Reader(processor, context_words(state, visitor=visitor), eager=not visitor or state.topic is not None)
    clean = plain_text(text)[:READ_CHARACTERS]
    if button is not None:
        return [_pressed(reader.read([clean])[0], clean, button)]
    text = _put_right(reader, text)
    clean = plain_text(text)[:READ_CHARACTERS]
    whole = _in_context(reader, plain_text(without_denied(clean)), offered=bool(offer)) | {"text": clean}
    if offer and whole["decision"] == ANSWERED and _agrees(whole):
        return [_accepted(reader, offer)]
    whole = _of_servers_only(clean, whole, state, waiting)
    parts = _listed(reader, text) or _split(reader, clean, whole)
    return [_framed(part) for part in parts or [Understanding(clean, _alone(reader, text, clean, whole), "text")]]


def _put_right(reader: Reader, text: str) -> str:
    """Without what the message itself takes back, where what is left is clear: "pagué ayer. no, perdón, antier" says nothing without its beginning."""
    text = without_wrong_pointer(text)
    rest = without_taken_back(text)
    clean = plain_text(rest)[:READ_CHARACTERS]
    if rest == text or not clean:
        return text
    (read,) = reader.read([clean])
    return rest if read["decision"] == ANSWERED and read["acceptance"] >= CLEAR_CLAUSE_FROM else text


def _alone(reader: Reader, text: str, clean: str, whole: dict[str, Any]) -> dict[str, Any]:
    """The reading of a message that holds one question, however much stands around it."""
    read = _beyond_the_story(reader, text, clean, whole)
    if (label := _only_told(reader, read, clean)) is not None:
        return _answering(read, label)
    if read["decision"] == ANSWERED or not reader.eager:
        return read
    if (clearest := _clearest_clause(reader, clean)) is not None:
        return clearest
    likeliest = str(read["intent_ranking"][0]["name"])
    if read["decision"] == ASKED and likeliest in INSTEAD_OF_DEED and asks(clean):
        return _answering(read, INSTEAD_OF_DEED[likeliest])
    return read


def _only_told(reader: Reader, read: dict[str, Any], text: str) -> str | None:
    """The label of what a message within a talk does that asks nothing, where its topic is unsure: it thanks, leaves, complains or tells."""
    sure = read["acceptance"] >= SURE_TOPIC or read["intent"]["name"] in TALK | set(NOT_OURS)
    if sure or not goes_on(reader.words) or asks(text) or orders(text) or read["parts"].get("asked") != Asked.NONE:
        return None
    return TOLD.get(read["parts"].get("move", ""))


def _clearest_clause(reader: Reader, text: str) -> dict[str, Any] | None:
    """The reading of the clause that asks most clearly, of a message that is not clear as a whole."""
    clauses = [plain_text(clause) for clause in _CLAUSE_MARKS.split(text)]
    asking = [clause for clause in clauses if len(clause.split()) >= CLAUSE_WORDS and (asks(clause) or orders(clause)) and clause != text]
    read = [each for each in (reader.read(asking) if asking else []) if each["decision"] == ANSWERED and each["intent"]["name"] not in TALK]
    clearest = max(read, key=lambda each: float(each["acceptance"]), default=None)
    return {**clearest, "text": text} if clearest and clearest["acceptance"] >= CLEAR_CLAUSE_FROM else None


def _answering(read: dict[str, Any], intent: str) -> dict[str, Any]:
    """The same message, answered as `intent`."""
    label = {"name": intent, "confidence": 1.0}
    return {
        **read,
        "intent": label,
        "intent_ranking": [label, *(row for row in read["intent_ranking"] if row["name"] != intent)],
        "decision": ANSWERED,
        "choices": [],
    }


def _agrees(read: dict[str, Any]) -> bool:
    """A yes, or talk that is one: "va", 👍."""
    label = read["intent"]["name"]
    likely = [row["name"] for row in read["intent_ranking"][:2]]
    return label == YES or (label in TALK and label != NO and (read["parts"].get("move") == Move.CONFIRMS or YES in likely))


def _in_context(reader: Reader, text: str, *, offered: bool) -> dict[str, Any]:
    """The reading within the talk; of a word or two that are surely only talk ("simón", "va", an emoji) what they are by themselves."""
    (whole,) = reader.read([text])
    clear = whole["decision"] == ANSWERED and whole["intent"]["name"] not in TALK and not offered
    if clear or not goes_on(reader.words) or len(text.split()) > SHORT_WORDS:
        return whole
    (alone,) = Reader(reader.processor).read([text])
    only_talk = alone["decision"] == ANSWERED and alone["intent"]["name"] in TALK and alone["acceptance"] >= SURELY_TALK
    return alone if only_talk else whole


def _of_servers_only(text: str, whole: dict[str, Any], state: State, waiting: str | None) -> dict[str, Any]:
    """A few words that only point at servers ("no, el otro", "la sierra 5", "perdón, digo la 3") ask of them what waits for a server, else what was asked last."""
    topic = state.topic
    about = waiting or (topic.intent if topic else None)
    servers = _pointed_at(text, whole["parts"])
    unsure = whole["parts"].get("move") == Move.CORRECTS and whole["acceptance"] < SURELY_TALK
    asks_nothing = whole["intent"]["name"] in TALK | {LIST} or ((waiting is not None or unsure) and not asks(text))
    if servers in {Which.OTHER, Which.REST}:
        whole = {**whole, "parts": {**whole["parts"], "servers": servers}}
    if about is None or servers is None or not asks_nothing:
        return whole
    asked = topic.asked if topic and topic.intent == about else Asked.GENERAL
    return {**_answering(whole, about), "parts": {**whole["parts"], "asked": asked, "servers": servers}}


def _pointed_at(text: str, parts: Mapping[str, str]) -> str | None:
    """How so few words point at servers; None where they do not."""
    corrects, servers = parts.get("move") == Move.CORRECTS, parts.get("servers", NOTHING)
    if len(text.split()) > (CORRECTING_WORDS if corrects else POINTING_WORDS):
        return None
    if other := _THE_OTHER.search(text):
        return Which.REST if other["several"] else Which.OTHER
    if corrects and _NUMBERED.search(text):
        return Which.NAMED
    nowhere = {NOTHING, Which.THAT_ONE} if parts.get("move") == Move.CONFIRMS else {NOTHING}  # "dale" is no server
    return None if servers in nowhere else servers


def _listed(reader: Reader, text: str) -> list[Understanding]:
    """The questions of a list or a burst, where two or more of its lines ask, each something else; empty otherwise.

    None is dropped in silence: what is not ours comes as one part beside them, and what is too much or too unsure is named.
    """
    asking = _asking(_ITEM.split(text), counted=bool(_NUMBERED_ITEM.search(text))) or _asking_clauses(text)
    if len(asking) > MOST_LINES:
        return []
    halves = _halves(reader, asking)
    ours = _different([_answered(half) for half in halves if _may_be_part(half) and half.decision != REFUSED])
    if len(ours) < MIN_PARTS:
        return []
    others = [half for half in halves if _may_be_part(half) and half.decision == REFUSED]
    unsure = [half for half in halves if not _may_be_part(half) and _best_of_ours(half) not in TALK]
    return [*ours[:MOST_PARTS], *_beside(others), *_left([*ours[MOST_PARTS:], *map(_answered, unsure)])]


def _asking(lines: Sequence[str], *, counted: bool = False) -> list[str]:
    """Those that ask; none where fewer than two do. Whose writer counts them mean each after the first, which may be a greeting, for one."""
    said = [clean for line in lines if len((clean := plain_text(line)).split()) >= MIN_WORDS]
    asking = list(
        dict.fromkeys(line for line in said if asks(line) or orders(line) or asks_yes_or_no(line) or (counted and line is not said[0]))
    )
    return asking if len(asking) >= MIN_PARTS else []


def _asking_clauses(text: str) -> list[str]:
    """The clauses of one line that lists its questions: three or more, all of which ask; a word of courtesy is no clause."""
    clauses = [clean for clause in _CLAUSES.split(text) if len((clean := plain_text(clause)).split()) >= MIN_WORDS]
    asking = _asking(clauses)
    return asking if len(asking) == len(clauses) >= LEAST_CLAUSES else []


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
    """Whether one answer serves both: not where each says of which servers ("a) cuándo vence la 1 b) cuánto pago por la 2")."""
    of_its_own = [each.parse_data.get("parts", {}).get("servers", NOTHING) not in {NOTHING, Which.THAT_ONE} for each in (part, other)]
    return same_or_pair(str(part.intent), str(other.intent)) and not (all(of_its_own) and part.text != other.text)


def _framed(part: Understanding) -> Understanding:
    """With its frame, when it is answered."""
    if part.decision != ANSWERED and part.parse_data["intent"]["name"] not in NOT_OURS:
        return part
    parts = part.parse_data.get("parts", {})
    if parts.get("asked") == Asked.WHAT_IF and _ALREADY.match(part.text):  # "¿ya se acreditó?" supposes nothing
        parts = {**parts, "asked": Asked.STATE, "supposed": NOTHING}
    frame = frame_of(part.parse_data["intent"]["name"], parts)
    return Understanding(part.text, {**part.parse_data, "frame": str(frame)}, part.via)


def _beyond_the_story(reader: Reader, text: str, clean: str, whole: dict[str, Any]) -> dict[str, Any]:
    """The reading of the sentences that ask, where they stand in a long message and are surer of themselves than the whole; else of the whole."""
    hidden = whole["intent"]["name"] in TALK and marked(clean)
    if len(clean.split()) < LONG_WORDS and not hidden:
        return _beyond_courtesy(reader, clean, whole)
    asking = plain_text(" ".join(sentence for sentence in sentences(text) if asks(sentence) or orders(sentence)))
    if len(asking.split()) < MIN_WORDS or len(asking) == len(clean):
        return _beyond_courtesy(reader, clean, whole)
    (read,) = reader.read([asking])
    surer = read["acceptance"] > whole["acceptance"] or (hidden and read["decision"] == ANSWERED and read["intent"]["name"] not in TALK)
    return {**read, "text": clean} if surer else whole


def _beyond_courtesy(reader: Reader, text: str, whole: dict[str, Any]) -> dict[str, Any]:
    """The reading of what follows a greeting or thanks, where these hide it ("gracias, ¿y cuánto debo?"); otherwise that of the whole."""
    rest = plain_text(without_courtesy(text))
    hidden = whole["intent"]["name"] in COURTESY or whole["decision"] == ASKED
    if not hidden or len(rest) == len(text) or len(rest.split()) < MIN_WORDS or not (asks(rest) or orders(rest)):
        return whole  # "gracias, ya quedó" asks nothing
    (read,) = reader.read([rest])
    clear = read["decision"] == ANSWERED and read["intent"]["name"] not in TALK
    not_ours = read["intent"]["name"] in NOT_OURS and read["intent"]["confidence"] >= CLEARLY
    return {**read, "text": text} if clear or not_ours else whole


def _split(reader: Reader, text: str, whole: dict[str, Any]) -> list[Understanding]:
    """Two or more questions of one message, each half split again where it holds two; empty when it holds one."""
    parts = [
        part for half in _halved(reader, text, whole) for part in _halved(reader, half.text, half.parse_data, SPLIT_AGAIN_FROM) or [half]
    ]
    return _different(parts)[:MOST_PARTS]


def _halved(reader: Reader, text: str, whole: dict[str, Any], split_from: float = SPLIT_FROM) -> list[Understanding]:
    """Both halves at the joint that is most likely between two questions; empty when none is likely enough.

    Two questions of ours come in their order. A question that is not ours comes after the one that is answered.
    """
    best, likeliest = [], split_from
    beside, likeliest_beside = [], max(split_from, BESIDE_FROM)
    for joint, halves in _understood_joints(reader, text):
        if (readings := ours_and_ours(halves, whole)) is not None:
            if (probability := two_questions(joint, readings)) >= likeliest:
                best, likeliest = [_answered(half) for half in halves], probability
        elif (readings := ours_and_not(halves, whole)) is not None and (probability := one_beside(joint, readings)) >= likeliest_beside:
            beside, likeliest_beside = _answer_first(halves), probability
    return best or beside


def _understood_joints(reader: Reader, text: str) -> list[tuple[Joint, list[Understanding]]]:
    """The joints whose halves may both be parts of a split, with these understood as messages of their own.

    All first halves are read at once, then the second halves of those that are left.
    """
    found = list(joints(text))
    firsts = _halves(reader, [joint.first for joint in found])
    left = [(joint, first) for joint, first in zip(found, firsts, strict=True) if _may_be_part(first)]
    seconds = _halves(reader, [joint.second for joint, _ in left])
    return [(joint, [first, second]) for (joint, first), second in zip(left, seconds, strict=True) if _may_be_part(second)]


def _halves(reader: Reader, texts: Sequence[str]) -> list[Understanding]:
    clean = [
        plain_text(text) for text in texts
    ]  # a half may begin with "/" where the whole does not, and Rasa would take that for a command
    different = list(dict.fromkeys(clean))
    read = dict(zip(different, reader.read(different), strict=True)) if different else {}
    return [Understanding(text, read[text], "text") for text in clean]


def _may_be_part(half: Understanding) -> bool:
    """Whether a half could be a question of ours, or surely one that is not."""
    if half.decision == REFUSED:
        intent = half.parse_data["intent"]
        return intent["name"] in NOT_OURS and bool(intent["confidence"] >= SURELY_NOT_OURS)
    return half.parse_data["acceptance"] >= UNSURE_HALF_FROM and _best_of_ours(half) not in TALK


def ours_and_ours(halves: list[Understanding], whole: dict[str, Any]) -> Readings | None:
    """How two questions of ours were read; None when a half is not ours, is too unsure or only talk, or asks the same as the other."""
    labels = [_best_of_ours(half) for half in halves]
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
    return _readings(halves, labels, whole, sure) if sure >= SURELY_NOT_OURS and not leans(other[0].text) else None


def _readings(halves: list[Understanding], labels: list[str], whole: dict[str, Any], sure_not_ours: float = 0.0) -> Readings:
    first, second = (half.parse_data["acceptance"] for half in halves)
    ranking = tuple(row["name"] for row in whole["intent_ranking"])
    return Readings((labels[0], labels[1]), (first, second), ranking, whole["acceptance"], sure_not_ours)


def _best_of_ours(half: Understanding) -> str:
    """The label that is answered, or would be if the half were sure enough."""
    if half.decision == ANSWERED:
        return str(half.parse_data["intent"]["name"])
    return next((str(row["name"]) for row in half.parse_data["intent_ranking"] if row["name"] not in NOT_OURS), NOT_OURS[0])


def _answered(half: Understanding) -> Understanding:
    """The half as a question to answer, though it may be too unsure to be answered as a message of its own."""
    label = _best_of_ours(half)
    confidence = next(row["confidence"] for row in half.parse_data["intent_ranking"] if row["name"] == label)
    data = {**half.parse_data, "intent": {"name": label, "confidence": confidence}, "decision": ANSWERED, "choices": []}
    return Understanding(half.text, data, half.via)


def _answer_first(halves: list[Understanding]) -> list[Understanding]:
    """The question of ours, then the other one, marked as such."""
    ours, other = sorted(halves, key=lambda half: half.decision != ANSWERED)
    return [ours, Understanding(other.text, {**other.parse_data, BESIDE_ANSWER: True}, other.via)]


def _accepted(reader: Reader, offer: Mapping[str, Any]) -> Understanding:
    """A yes to the only button that was offered: as if it had been pressed."""
    return _pressed(reader.read([offer["text"]])[0], offer["text"], Button(offer["intent"], offer["entities"]))


def _pressed(parsed: dict[str, Any], text: str, button: Button) -> Understanding:
    chosen = [{"entity": name, "value": value} for name, value in button.entities.items()]
    data = {
        **parsed,
        "intent": {"name": button.intent, "confidence": 1.0},
        "intent_ranking": [{"name": button.intent, "confidence": 1.0}],
        "entities": [*parsed["entities"], *chosen],
        "decision": ANSWERED,
        "choices": [],
    }
    return Understanding(text, data, "button")
