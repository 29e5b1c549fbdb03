"""From one message to one or more understood questions: typed text, a pressed button, two questions at once; each within what was talked about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rasa.core.processor import MessageProcessor

from bot.dialogue.forms import (
    asks,
    complains,
    marked,
    orders,
    sentences,
    without_courtesy,
    without_denied,
    without_taken_back,
    without_wrong_pointer,
)
from bot.dialogue.reading import ANSWERED, ASKED, Reader, Understanding
from bot.dialogue.several import MIN_WORDS, listed, split
from bot.nlu.context import goes_on
from bot.nlu.decision import DEEDS, INSTEAD_OF_DEED, NOT_OURS, TALK
from bot.nlu.normalise import plain_text
from bot.protocol.frame import NOTHING, Asked, Move, Which, frame_of
from bot.protocol.state import State
from bot.protocol.turn import READ_CHARACTERS, Button

LONG_WORDS = 20
"""From so many words on the sentences of a message that ask are read by themselves too."""
CLEARLY = 0.9
COURTESY = frozenset({"saludar", "agradecer", "despedirse"})
OF_US = frozenset({"preguntar_si_es_bot", "preguntar_quien_eres"})
"""Their answers are true and short whatever was meant; no button offers them."""
SHORT_WORDS, SURELY_TALK = 4, 0.75
POINTING_WORDS, CORRECTING_WORDS = 5, 8
LIST = "listar_servidores"
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
    reader = Reader(processor, state, visitor, eager=not visitor or state.topic is not None)
    clean = plain_text(text)[:READ_CHARACTERS]
    if button is not None:
        return [_pressed(reader.read([clean])[0], clean, button)]
    text = _put_right(reader, text)
    clean = plain_text(text)[:READ_CHARACTERS]
    whole = _in_context(reader, plain_text(without_denied(clean)), offered=bool(offer)) | {"text": clean}
    if offer and whole["decision"] == ANSWERED and _agrees(whole):
        return [_accepted(reader, offer)]
    whole = _of_servers_only(clean, whole, state, waiting)
    parts = listed(reader, text) or split(reader, clean, whole)
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
    if read["decision"] == ANSWERED:
        return read
    if (reader.eager or read["decision"] == ASKED) and (clearest := _clearest_clause(reader, clean)) is not None:
        return clearest
    if read["decision"] == ASKED and (instead := _instead_of_asking(reader, read, clean)) is not None:
        return _answering(read, instead)
    return read


def _instead_of_asking(reader: Reader, read: dict[str, Any], text: str) -> str | None:
    """What is answered where a question back would be needless: who writes here, what says and offers the deed that is likeliest, or the topic that may go on."""
    likeliest, topic = str(read["intent_ranking"][0]["name"]), reader.state.topic
    if likeliest in OF_US:
        return likeliest
    if not reader.eager:
        return None
    if likeliest in INSTEAD_OF_DEED and asks(text):
        return INSTEAD_OF_DEED[likeliest]
    may_go_on = topic is not None and topic.intent not in DEEDS and any(each["intent"] == topic.intent for each in read["choices"])
    return topic.intent if topic is not None and may_go_on else None


def _only_told(reader: Reader, read: dict[str, Any], text: str) -> str | None:
    """The label of what a message within a talk does that asks nothing, where its topic is unsure: it thanks, leaves, complains or tells."""
    sure = read["acceptance"] >= SURE_TOPIC or read["intent"]["name"] in TALK | set(NOT_OURS)
    if sure or not goes_on(reader.words) or asks(text) or orders(text) or read["parts"].get("asked") != Asked.NONE:
        return None
    likeliest = str(read["intent_ranking"][0]["name"])
    return likeliest if likeliest in COURTESY else TOLD.get(read["parts"].get("move", ""))


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
    enough = {Move.CORRECTS: SURELY_TALK, Move.FRAGMENT: SURE_TOPIC}
    unsure = whole["acceptance"] < enough.get(whole["parts"].get("move", ""), 0.0)
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
    said = sentences(text)
    only_talk = whole["intent"]["name"] in TALK
    hidden = only_talk and (marked(clean) or (len(said) > 1 and any(asks(each) or complains(each) for each in said)))
    if len(clean.split()) < LONG_WORDS and not hidden:
        return _beyond_courtesy(reader, clean, whole)
    asking = [each for each in said if asks(each) or orders(each) or (hidden and complains(each))]
    together = plain_text(" ".join(asking))
    alone = map(plain_text, asking) if hidden else ()
    tried = [each for each in dict.fromkeys([together, *alone]) if len(each.split()) >= MIN_WORDS and len(each) != len(clean)]
    if not tried:
        return _beyond_courtesy(reader, clean, whole)
    read = max(reader.read(tried), key=lambda each: (_answers(each), each["text"] == together, float(each["acceptance"])))
    surer = read["acceptance"] > whole["acceptance"] and (only_talk or read["intent"]["name"] not in TALK)
    surer = surer or (hidden and _answers(read))
    return {**read, "text": clean} if surer else whole


def _answers(read: Mapping[str, Any]) -> bool:
    return bool(read["decision"] == ANSWERED and read["intent"]["name"] not in TALK and read["acceptance"] >= SURE_TOPIC)


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
