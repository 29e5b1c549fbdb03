"""Which of several facts a question is about, where its words tell it reliably and its frame does not.

The words stand in the topic that asks for them: few and general, as alternatives of a regular expression without accents, in lower case. One that
none of them fits gets the fact that decides most questions of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final, TypeVar

from actions.turn import Turn
from bot.rules.folding import bare

Kind = TypeVar("Kind", bound=str)
SHORT: Final = 25
"""Words of a few sentences: in a longer story single words are part of the story."""
_REPEATED = re.compile(r"([a-z])\1{2,}")
_K = re.compile(r"k(?=[ei])")
_SHORTHAND = {"q": "que", "k": "que", "d": "de", "x": "por"}
_SHORT = re.compile(r"\b[qkdx]\b(?![/-])")
_CERTAIN = r"segur|neta\b|de (?:veras|verdad)|en serio|cierto|verdad\b|vdd\b"
_FEW_WORDS = 4
IN_ALL: Final = r"tot(?:al(?:es)?)?\b|todos?\b|entre todos|sumando|junt[oa]s\b"
"""Words that ask for a sum, whichever server is in play."""
OWES: Final = r"deb(?:o|e|es|en|emos)\b|adeud|deuda|al corriente"
NOT_WHAT_IS_OWED: Final = r"no,? (?:es )?lo que (?:yo )?deb"
"""Words that name a debt only to say that it is not meant: "no lo que debo, lo que pago"."""
DEBTS: Final = r"adeud|deuda|deb(?:o|e|en|emos)\b(?! (?:de )?(?:ser|estar|hacer|ir|\w+[aei]r)\b)"
PAID_UP: Final = (
    r"(?:no|sin) (?:(?:les?|te|tengo|traen?|tienen?) )?(?:deb|adeud|deuda)\w*"
    r"|(?<!no )(?:estan?|van?|tengo|si|cuales) al corriente|(?:(?<!no )estan|ya|si) (?:(?!no )\w+ ){0,2}pagad[oa]s?\b"
)
"""Who asks which servers owe nothing wants those."""
ALL_WENT_THROUGH: Final = r"(?:pagos|cargos|cobros)\b.{0,25}\b(?:si|ya) (?:todos )?(?:entra|pasa|caye|queda|se (?:hic|acredit))"
"""Whether several charges are through: each is told."""
PRICE: Final = r"mensualidad|mensual|al mes\b|cada mes|por mes|anualidad|al ano\b|precio|cuesta|costo|renta\b"
BY_MONTH: Final = r"al mes\b|(?:por|cada) mes\b|mensual"
BY_YEAR: Final = r"al ano\b|(?:por|cada|en un) ano\b|anual|(?:12|doce) meses"
"""Words that ask what a price comes to for a length that it may not be paid for."""
DEAR: Final = r"car[oa]s?\b|cost|cuest|precio"
MOVES_THE_CHARGE: Final = (
    r"(?<!no )(?:quier|quisier|pued|podr|habr|hay (?:forma|manera|modo)|posib|gustari|ocup|necesit|favor|dese|solicit|ruego).{0,45}(?:"
    r"\b(?:cobro|cargo|pago|cobr\w+)\b.{0,25}\b(?:recorr\w+|mov(?:er|ier)\w*|cambi(?:ar|e|en|ara|aran)|pas(?:ar|e|en|ara|aran))\b.{0,15}\b(?:dia|quincena|fecha)"
    r"|\b(?:recorr\w+|mov(?:er|ier)\w*|muev[ae]n?|cambi(?:ar|e|en|ara|aran)|pas(?:ar|e|en|ara|aran))\b.{0,12}\b(?:dia|fecha|date|cobro|cargo) (?:(?:de(?:l)? )?(?:mi )?(?:cobro|cargo|pago)|al dia)\b"
    r"|\bha(?:cer(?:me|nos)?|gan) el (?:cargo|cobro) (?:el|al) dia \w+"
    r"|\b(?:cargo|cobro|pago) (?:se|me lo|lo) (?:haga|aplique|realice|cobre|pase)n? (?:hasta )?(?:el|al|para el|en)(?: dia)? (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|ultimo|\d{1,2}\b|fin de mes|quincena|otra fecha|otro dia)"
    r"|(?<!a )\bcobr(?:en|es|aran|aras|arme|ar)\b(?: mejor)?(?: hasta)? (?:(?:el|al|cada) dia \w+|(?:el|al) (?:ultimo|quincena))"
    r")"
    r"|\b(?:fecha|dia) (?:del?|dl) (?:mi )?(?:cobro|cargo|pago)\b.{0,15}\b(?:pued|podr)\w*.{0,6}\b(?:pas|mov|muev|cambi|recorr)\w*"
)
"""That the day of the charge be another one."""
MASKED_CARD: Final = "[tarjeta]"
"""What stands in place of a card in whatever is read."""
_CARD_NUMBER = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")


def mentions(turn: Turn, words: str, *, longest: int | None = None) -> bool:
    """Whether a word of the message, of no more than `longest` words, begins as `words` say."""
    return (longest is None or len(turn.text.split()) <= longest) and _pattern(words).search(as_said(turn.text)) is not None


def first_mentioned(turn: Turn, kinds: Mapping[Kind, str]) -> Kind | None:
    """The first name in `kinds` whose words the message mentions."""
    text = as_said(turn.text)
    return next((name for name, words in kinds.items() if _pattern(words).search(text)), None)


def only_asks_if_sure(turn: Turn) -> bool:
    """Whether nothing is asked but "¿seguro?": a longer message says something of its own, to which a bare yes could be wrong."""
    return mentions(turn, _CERTAIN, longest=_FEW_WORDS)


@lru_cache(maxsize=64)
def as_said(text: str) -> str:
    """Without case and accents, single blanks, no letter three times, and what chats write short: "Kién  síííí, q d mi" → "quien si, que de mi"."""
    return _REPEATED.sub(r"\1", _SHORT.sub(lambda found: _SHORTHAND[found[0]], _K.sub("qu", " ".join(bare(text).split()))))


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})")


def shows_card(turn: Turn) -> bool:
    """Whether a card's number stood in the message, or one that may be: its last digit checks the others."""
    return MASKED_CARD in turn.text or any(
        _checks([int(each) for each in found[0] if each.isdigit()]) for found in _CARD_NUMBER.finditer(turn.text)
    )


def _checks(digits: list[int]) -> bool:
    doubled = [2 * each - 9 * (each > 4) for each in digits[-2::-2]]  # noqa: PLR2004 - Luhn's sum
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0
