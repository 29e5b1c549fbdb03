"""Which of several facts about money is asked, where the frame says no more than "whether" or "when": told by few, general words.

Only words that decide by themselves stand here; without one of them, the answer is the one that serves most questions.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

from actions.turn import Turn


class Mention(Enum):
    """Words of a message, lower case and without accents."""

    BUSINESS_DAYS = re.compile(
        r"sabado|domingo|fin de semana|puente|festivo|natural|corrido|habiles (?:o|son|es)\b|\bo habiles|son (?:de los )?(?:h)?abiles"
    )
    TOO_LONG = re.compile(
        r"\bse (?:le )?pas(?:o|aron)\b|\bpasad[oa]s?\b|atras|retras|\btarde\b|\bes mucho\b|deberia haber|\beran (?:de )?[23]\b"
    )
    PERIOD = re.compile(r"\b(?:al|por|cada) (?:mes|ano)\b|\bmensual|\banual")
    HURRY = re.compile(r"\bantes\b|apur|acele|apres|adelant|empuj|destrab|mas rapido|comprobante|te lo mando")
    OWES = re.compile(r"\bdeb(?:o|e|es|en|emos)\b|adeud|deuda|\bal corriente")
    RETRY = re.compile(r"otra vez|de nuevo|volv|vuelv|intent|\bsol[oa]s?\b|automatic|\bavis(?:ar|o a)|picarle")
    TAXES = re.compile(r"\biva\b|impuesto")
    PAST = re.compile(r"\bfue\b|\bultim|\bpague\b|\bde (?:que|cual|cuando)\b|\bse (?:hizo|pago|cobro|acredito)\b")
    UNLISTED_METHOD = re.compile(
        r"oxxo|efectivo|transferen[cs]i|\bspei\b|deposit|paypal|zelle|cheque|\bvales\b|billete|dolar|ventanilla|mercado ?pago|bitcoin"
    )
    OTHER_CARD = re.compile(r"\bcambi|\bnuev|otra tarjeta|dar? de alta|\bpon(?:e|go|er|gan|erla)\b|actualiz")
    METHOD = re.compile(r"debito|credito|nomina|cuenta (?:de|del|en el) b|\btarda")
    AUTOMATIC = re.compile(r"\bsol(?:os|it[oa]s?)\b|se (?:cobra|paga|hace) sol|automatic|picarle")
    TAX_DATA = re.compile(r"\brfc\b|\bcfdi\b|\bxml\b|\bpdf\b|razon social|datos fiscales|a (?:que )?nombre|uso de|desglos")
    BY_MAIL = re.compile(r"\bcorreo|\bmail|rebot|\bme llega\b")


def mentions(turn: Turn, what: Mention) -> bool:
    """Whether the message of this turn has such words."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", turn.text.casefold()) if not unicodedata.combining(mark))
    return what.value.search(bare) is not None
