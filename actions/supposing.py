"""What is supposed in a question, read from its frame and its words: the act, the day, the way of paying.

The words of the message count before the day in the frame, which may be that of an earlier turn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from actions.live import Standing, last_charge, standing
from actions.turn import Turn
from bot.accounts.port import Server
from bot.protocol.frame import Act
from bot.rules.folding import folded
from bot.rules.suppositions import not_paid_until, paid_on
from bot.rules.when import When, find_when

Method = Literal["credit_card", "bank_account"]
"""How fast a charge is confirmed: at once, or like one to a bank account, as debit cards are too."""

DECIDED_BY_DATES: Final[frozenset[Standing]] = frozenset(
    {"valid", "ends_today", "grace", "grace_last_day", "retained", "retained_last_day"}
)

_NOT_HAVING = re.compile(r"\b(?:no|sin) (?:ten\w+ |hay |es |son |de )*(?:tarjeta de )?(?:credito|debito)\b")
_WITH_CREDIT = re.compile(r"\b(?:credito|tc|amex)\b")
_WITH_BANK = re.compile(r"\b(?:d[ebi]{2,3}to|devito|nomina|bancos?|bancari[ao]|cheques|transfer\w*|cuenta (?:de|del) banco|la cuenta)\b")
_THE_SAME = re.compile(r"\b(?:misma|mismo|esa|de siempre)\b.*\btarjeta|\btarjeta\b.*\bde siempre\b")
_OTHER_PERSON = re.compile(r"\b(?:credito|debito|tarjeta|la) (?:de (?:mi|su|otra persona)|del (?:patron|jefe|contador))\b")
_SHORT_TIME = re.compile(r"\b\d* ?(?:min|mins|minutos?|horas?)\b")


@dataclass(frozen=True)
class Supposition:
    """An act, the day as it was named (None: none), and the way of paying (None: not said)."""

    act: Act
    when: When | None
    method: Method | None
    of_another: bool = False
    """Whether it is the card of somebody else."""

    def possible(self, turn: Turn, ends_on: date | None) -> tuple[date, ...]:
        """Every day that may be meant, ascending."""
        return self.when.possible(ends_on, turn.today) if self.when else ()

    def day(self, turn: Turn, ends_on: date) -> date | None:
        """The day for a period that ends on `ends_on`; None when none is named, it is over, or those that may be meant have different ends."""
        days = () if self.when and self.when.past else self.possible(turn, ends_on)
        outcomes = {_outcome(turn, ends_on, day, paying=self.act is Act.PAY) for day in days}
        return days[-1] if len(outcomes) == 1 else None


def read_supposition(turn: Turn, server: Server | None) -> Supposition | None:
    """What this turn supposes; None for nothing, or for waiting some minutes. `server`: whose last charge "the same card" means."""
    supposed = turn.frame.supposed
    if supposed is None:
        return None
    text = folded(turn.text)
    last = supposed.act in {Act.NOPAY, Act.WAIT}
    when = find_when(_without_servers(turn, text), turn.today, turn.calendar, last=last)
    if when is None and supposed.when:
        when = find_when(supposed.when.replace("_", " "), turn.today, turn.calendar, last=last)
        if when and when.length and supposed.act is Act.NOPAY:  # "un mes no pago" is no day
            when = None
    if when is None and last and _SHORT_TIME.search(f"{text} {supposed.when or ''}"):
        return None
    return Supposition(supposed.act, when, _method(turn, text, server), bool(_OTHER_PERSON.search(text)))


def decided_by(turn: Turn, server: Server) -> date | None:
    """The end of its period, where nothing but dates decides what follows; else None."""
    if server.status == "provisioning" or standing(turn, server) not in DECIDED_BY_DATES or server.subscription is None:
        return None
    return server.subscription.ends_on


def _outcome(turn: Turn, ends_on: date, day: date, *, paying: bool) -> tuple[str, ...]:
    """What a day decides."""
    stands = not_paid_until(ends_on, day, turn.settings).phase
    if not paying:
        return (stands,)
    paid = paid_on(turn.calendar, ends_on, day, "bank_account", turn.settings)
    return stands, paid.in_grace, paid.data_safe


def _method(turn: Turn, text: str, server: Server | None) -> Method | None:
    having = _NOT_HAVING.sub("", text)
    credit, bank = _WITH_CREDIT.search(having), _WITH_BANK.search(having)
    if credit or bank:
        return None if credit and bank else "credit_card" if credit else "bank_account"
    charge = last_charge(turn, server) if server else None
    if charge is None or not _THE_SAME.search(text):
        return None
    return "credit_card" if charge.method == "credit_card" else "bank_account"


def _without_servers(turn: Turn, text: str) -> str:
    """The text without "el 3" where that is one of several servers."""
    if len(turn.servers) > 1:
        for found in (re.search(r"0*(\d+)$", each.alias) for each in turn.servers):
            if found:
                text = re.sub(rf"\b(?:el|la|al|del) 0?{found[1]}\b(?! de)", " ", text)
    return text
