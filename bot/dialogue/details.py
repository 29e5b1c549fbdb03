"""Another thing asked about the same topic: "hasta cuándo tengo y si se renueva sola".

What comes second is read as what goes on from the first, as the next message of a talk would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.dialogue.compound import DETAILS_FROM, Details, Joint, two_details
from bot.dialogue.forms import asks
from bot.dialogue.halves import SURELY_NOT_OURS, First, answered, best_of_ours, topic_of
from bot.dialogue.reading import ANSWERED, REFUSED, Reader, Understanding
from bot.nlu.decision import DEEDS, NOT_OURS, same_or_pair
from bot.nlu.normalise import plain_text
from bot.protocol.frame import NOTHING, Asked

DETAIL = "detail"  # parse data of another thing that is asked about the topic of the part before it
VAGUE = frozenset({NOTHING, Asked.NONE, Asked.GENERAL})
OF_AN_ACCOUNT = frozenset(
    {"consultar_suscripcion", "consultar_pago", "consultar_respaldo", "consultar_servidor", "consultar_factura", "listar_servidores"}
)
OF_ITS_OWN = 0.9
"""From so sure on a half is about its own topic, not about that of the half before it."""


def split_details(reader: Reader, whole: Understanding, firsts: Sequence[First]) -> list[Understanding]:
    """The two things that are asked about one topic, at the joint that is most likely between them; empty when none is likely enough."""
    best, likeliest = [], DETAILS_FROM
    for joint, first, second in read_as_details(reader, firsts):
        if reader.visitor and best_of_ours(first) in OF_AN_ACCOUNT:  # who is not known gets one answer to both
            continue
        if (details := details_of(whole, first, second)) is not None and (probability := two_details(joint, details)) >= likeliest:
            best, likeliest = [answered(first), _about(first, second)], probability
    return best


def read_as_details(reader: Reader, firsts: Sequence[First]) -> list[tuple[Joint, Understanding, dict[str, Any]]]:
    """The joints whose first half may be a question of ours, with their halves as they are read: the second as what goes on from the first."""
    left = [(joint, first) for joint, first in firsts if first.decision != REFUSED]
    seconds = reader.read([plain_text(joint.second) for joint, _ in left], [topic_of(first) for _, first in left]) if left else []
    return [(joint, first, second) for (joint, first), second in zip(left, seconds, strict=True)]


def details_of(whole: Understanding, first: Understanding, second: dict[str, Any]) -> Details | None:
    """How two things asked about one topic were read, `second` as what goes on from `first`; None when they are anything else."""
    label = best_of_ours(first)
    asked, its_asked, of_all = (
        parts.get("asked", NOTHING) for parts in (first.parse_data["parts"], second["parts"], whole.parse_data["parts"])
    )
    likely = [str(row["name"]) for row in second["intent_ranking"]]
    goes_on = same_or_pair(likely[0], label)
    if asked == its_asked or not VAGUE.isdisjoint({asked, its_asked}) or (not goes_on and second["acceptance"] > OF_ITS_OWN):
        return None
    surely_not = likely[0] in NOT_OURS and second["intent_ranking"][0]["confidence"] >= SURELY_NOT_OURS
    may_go_on = any(same_or_pair(name, label) for name in likely)
    if label in DEEDS or surely_not or not may_go_on:  # a deed is done once
        return None
    return Details((asked, its_asked), (first.parse_data["acceptance"], second["acceptance"]), of_all, goes_on, may_go_on)


def _about(first: Understanding, second: dict[str, Any]) -> Understanding:
    """The second half as a question about the first half's topic."""
    label, likeliest = best_of_ours(first), str(second["intent_ranking"][0]["name"])
    own = likeliest if same_or_pair(likeliest, label) else label
    data = {**second, "intent": {"name": own, "confidence": 1.0}, "decision": ANSWERED, "choices": [], DETAIL: True}
    return Understanding(str(second["text"]), data, first.via)


def with_details(halves: Sequence[Understanding], *, visitor: bool = False) -> list[Understanding]:
    """The same, marked where one asks another thing about the topic of one before it; who is not known gets one answer to all of an account."""
    marked: list[Understanding] = []
    for half in halves:
        same = [before for before in marked if same_or_pair(str(before.intent), str(half.intent))]
        asked = {topic_of(each).asked for each in (*same, half)}
        apart = bool(same) and len(asked) > len(same) and VAGUE.isdisjoint(asked) and asks(half.text) and half.intent not in DEEDS
        unknown = visitor and best_of_ours(half) in OF_AN_ACCOUNT
        marked.append(as_detail(half) if apart and not unknown else half)
    return marked


def as_detail(part: Understanding) -> Understanding:
    """The same, marked as another thing about the topic before it."""
    return Understanding(part.text, {**part.parse_data, DETAIL: True}, part.via)
