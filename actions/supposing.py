"""What is supposed in a question, read from its frame and its words: the act, the day, the way of paying.

The words of the message count before the day in the frame, which may be that of an earlier turn. What a question that goes on does not name
("¿y si es con tarjeta?") is as it was supposed in the answer just before; a plain question between them ends that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from actions.live import Standing, last_charge, standing
from actions.turn import GONE, Turn
from bot.accounts.port import Server
from bot.protocol.frame import Act, Asked, Move, Refers, Supposed
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
_BY_CARD = re.compile(r"\btarjeta\b")
_ONLY_A_DAY = re.compile(
    r"^\W*(?:(?:y|o|pero|ok|entonces|mejor|si|fuera|es|seria|que tal|tal vez)\W+)*(?:(?:hasta|para|el|la|al|en|de|dia|proximo|hoy|manana|pasado|este"
    r"|lunes|martes|miercoles|jueves|viernes|sabado|domingo|quincena|semana|que|viene|entra|\d{1,2}|[a-z]+bre|[a-z]+ero|marzo|abril|mayo|junio|julio|agosto)\b\W*)+$"
)
_FEW_WORDS = 6
_UNSAID = "-"
_PARTS = 3
_PLAIN = re.compile(
    r"\b(?:cuando|hoy|manana|ya|entonces|que dia|fecha)\b.{0,20}\b(?:venc(?:e|en|io|imiento)|termin[ao]|acaba|empieza|inicia|confirma|acredita|refleja|tengo|vigente)\b"
    r"|^\W*(?:y )?(?:se )?(?:vence|termina|confirma|acredita)\b"
    r"|(?<!cuando )\b(?:puedo|podemos|se puede) (?:usar|entrar|trabajar|abrir)"
)
"""A plain question of a date or of what can be done now, after a supposition too ("¿y cuándo vence?"), unless its words suppose something."""
_YES_OR_NO = re.compile(r"\bsi o no\b")
_IN_WORDS = re.compile(
    r"\b(?:si|sin|aunque|caso|supon\w*|imagin\w*|digamos|pongamos|en cuanto|hasta (?:que|el)|de no|al \w+[aei]r|(?:lo|la|le|yo|los) pago|pagando|pagar\w*|pague\w*"
    r"|pago (?:hoy|manana|el|hasta|en|con|a|ahorita)|deposit\w*|cancel\w*|contrat\w*|esper\w*|tard\w*|cobr\w*|compr\w*|meto|hago|cambi\w*|no (?:se )?(?:paga|pasa|confirma))\b"
)
_NOT_PAYING = re.compile(
    r"\b(?:si|caso|supon\w*|supongamos|supuesto|imagin\w*|digamos)\b(?:(?!cancel|cambi).){0,40}\b(?:no|ni) (?:(?:se|lo|la|le|les|me|nos|alcanz\w*|pued\w*|podemos|a) ){0,3}(?:cubr\w+|pag(?:o|ue|uen|a|an|ara|aran|amos|ar|arlo|arla)|renuev[oea]\w*|renov\w+|deposit\w+|liquid\w+)\b"
)
_SHORT_TIME = re.compile(r"\b\d* ?(?:min|mins|minutos?|horas?)\b")


@dataclass(frozen=True)
class Supposition:
    """An act, the day as it was named (None: none), and the way of paying (None: not said)."""

    act: Act
    when: When | None
    method: Method | None
    of_another: bool = False
    """Whether it is the card of somebody else."""
    some_card: bool = False
    """Whether a card is named and not which: one of credit is confirmed at once, one of debit is not."""

    def possible(self, turn: Turn, ends_on: date | None) -> tuple[date, ...]:
        """Every day that may be meant, ascending."""
        return self.when.possible(ends_on, turn.today) if self.when else ()

    def day(self, turn: Turn, ends_on: date) -> date | None:
        """The day for a period that ends on `ends_on`; None when none is named, it is over, or those that may be meant have different ends."""
        days = () if self.when and self.when.past else self.possible(turn, ends_on)
        outcomes = {_outcome(turn, ends_on, day, paying=self.act is Act.PAY) for day in days}
        return days[-1] if len(outcomes) == 1 else None

    def written(self, turn: Turn, ends_on: date | None) -> str:
        """As the episode remembers it: act, day and way of paying, those that are clear."""
        days = () if self.when is None or self.when.past else self.possible(turn, ends_on)
        return " ".join((self.act, days[0].isoformat() if len(days) == 1 else _UNSAID, self.method or _UNSAID))


def read_supposition(turn: Turn, server: Server | None) -> Supposition | None:
    """What this turn supposes; None for nothing, or for waiting some minutes. `server`: whose last charge "the same card" means."""
    text = folded(turn.text)
    supposed = _going_on(turn, text, server) or supposed_in(turn)
    if supposed is None or (_PLAIN.search(text) and not _IN_WORDS.search(_YES_OR_NO.sub("", text))):
        return None
    last = supposed.act in {Act.NOPAY, Act.WAIT}
    when = find_when(_without_servers(turn, text), turn.today, turn.calendar, last=last)
    if when is None and supposed.when:
        when = find_when(supposed.when.replace("_", " "), turn.today, turn.calendar, last=last)
        if when and when.length and supposed.act is Act.NOPAY:  # "un mes no pago" is no day
            when = None
    if when is None and last and _SHORT_TIME.search(f"{text} {supposed.when or ''}"):
        return None
    method = _method(turn, text, server)
    some_card = method is None and bool(_BY_CARD.search(_NOT_HAVING.sub("", text)))
    when, method = _as_before(turn, Supposition(supposed.act, when, method, some_card=some_card))
    return Supposition(supposed.act, when, method, bool(_OTHER_PERSON.search(text)), some_card)


def supposed_in(turn: Turn) -> Supposed | None:
    """What the frame supposes; where it says nothing, not paying, if the words of a question of dates do."""
    lives = any(each.status not in GONE for each in turn.servers)
    dated = turn.is_read and lives and turn.frame.asked in {Asked.UNTIL, Asked.WHAT_IF, Asked.WHEN, Asked.WHETHER}
    return turn.frame.supposed or (Supposed(Act.NOPAY) if dated and _NOT_PAYING.search(folded(turn.text)) else None)


def _going_on(turn: Turn, text: str, server: Server | None) -> Supposed | None:
    """Another way to pay, or another day, for what was just supposed to be paid: "¿y con débito?", "¿y el lunes?"."""
    topic = turn.state.topic
    leans = turn.frame.refers is not Refers.NEW or turn.frame.move is Move.FRAGMENT
    if topic is None or not topic.supposed.startswith(Act.PAY) or not leans or len(text.split()) > _FEW_WORDS:
        return None
    only_a_day = _ONLY_A_DAY.match(text) and find_when(text, turn.today, turn.calendar) is not None
    return Supposed(Act.PAY) if only_a_day or _method(turn, text, server) or _BY_CARD.search(text) else None


def _as_before(turn: Turn, now: Supposition) -> tuple[When | None, Method | None]:
    """The day and the way to pay; the one that is not named is that of the supposition just before, where this one goes on from it."""
    before = turn.state.topic.supposed.split() if turn.state.topic else []
    goes_on = turn.frame.refers is not Refers.NEW or turn.frame.move is Move.FRAGMENT or now.method is not None or now.some_card
    if len(before) != _PARTS or before[0] != now.act or now.act is not Act.PAY or not goes_on:
        return now.when, now.method
    _, day, method = before
    when = When((date.fromisoformat(day),)) if now.when is None and day != _UNSAID else now.when
    named = now.method is not None or now.some_card or now.when is None
    return when, now.method if named or method == _UNSAID else method  # type: ignore[return-value]  # as it was written


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
