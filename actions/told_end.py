"""What follows from the end date that a visitor tells: "mi servidor vence el 10 de diciembre, ¿hasta cuándo tengo para pagar?".

No account is read for it: the dates are the rules' own, said under the condition that the date is as it was told. It is remembered for a
question that goes on, like a supposition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from actions.base import say_how_to_identify, say_line
from actions.change_facts import hours_values, last_day
from actions.live import bank_days
from actions.mentions import mentions
from actions.say import Reply, Values
from actions.supposing import read_supposition
from actions.turn import Turn
from bot.identity.levels import DataClass
from bot.protocol.frame import Act, Asked
from bot.rules import format as words
from bot.rules.folding import folded
from bot.rules.subscription import Phase, add_months
from bot.rules.suppositions import Certainty, not_paid_until, paid_on
from bot.rules.when import find_when

_END: Final = re.compile(
    r"\b(?P<past>vencio|termino|caduco|expiro|acabo|(?<!de )vencid[oa])\b|\b(?:venc(?:e|en|era|imiento)|venza|termina|caduca|expira|acaba|fecha (?:de )?fin)\b"
)
_CLAUSE_END: Final = re.compile(r"[^\w\s/-]|\n|\b(?:y si|pero|hasta cuando|cuando|cuanto|que pasa|todavia|puedo|tengo)\b")
_WEEKDAY: Final = re.compile(r"\b(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b")
_MONTH: Final = re.compile(r"\b(?:ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic)[a-z]*\b|/|-")
_NO_DAY: Final = re.compile(r"\b(?:ya|si)\b")
_A_WEEK: Final = timedelta(days=7)
_SAID: Final = "ends"
_OF_PAYING: Final = frozenset({"consultar_pago", "pagar_adeudo"})
_OF_DATES: Final = _OF_PAYING | {
    "consultar_suscripcion",
    "faq_consultar_vigencia",
    "faq_periodo_gracia",
    "faq_resguardo_sin_pago",
    "faq_formas_pago",
    "reactivar_servicio",
}
_OF_A_CHANGE: Final = frozenset({"faq_cambiar_solucion", "cancelar_servicio"})
DATED: Final = _OF_DATES | _OF_A_CHANGE
"""Topics that a told end date answers."""
_NOT_OF_A_DATE: Final = frozenset({Asked.WHERE, Asked.HOW, Asked.WHO, Asked.AMOUNT, Asked.DO})
_PAYS: Final = r"(?<!no )(?<!sin )(?:pag(?:o|ar|arlo|arla|uemos|ando)\b|cubr|deposit|liquid)"
_PAID_ON: Final = re.compile(r"\b(?:pag(?:o|ara|are|aria|ue|uemos|ando|ar|arlo|arla)|deposit\w+|cubr\w+)\b")
_DATES: Final[Mapping[Phase, str]] = {
    "valid": "utter_dicho_vigente",
    "grace": "utter_dicho_en_gracia",
    "retained": "utter_dicho_suspendido",
    "gone": "utter_dicho_eliminado",
}
_IN_USE: Final[Mapping[Certainty, str]] = {
    "yes": "utter_dicho_pago_a_tiempo",
    "perhaps": "utter_dicho_pago_justo",
    "no": "utter_dicho_pago_tarde",
}


def say_from_told_end(turn: Turn, intent: str, reply: Reply) -> bool:
    """Whether a visitor told when a server ends and asks what follows from it; then that is computed and said."""
    if turn.audience != "visitor" or turn.sees(DataClass.SERVERS) is not None or turn.frame.asked in _NOT_OF_A_DATE:
        return False
    ends_on = told_end(turn) or _remembered(turn)
    if ends_on is None or intent not in DATED:
        return False
    if intent in _OF_A_CHANGE:
        _say_change(turn, ends_on, reply)
    else:
        _say_dates(turn, intent, ends_on, reply)
    say_how_to_identify(turn, reply, "faq")
    reply.supposed = f"{_SAID} {ends_on.isoformat()}"
    return True


def told_end(turn: Turn) -> date | None:
    """The day that the message gives as the end of a server; None where it gives none, or not clearly one."""
    text = folded(turn.text)
    for found in _END.finditer(text):
        after, before = _CLAUSE_END.split(text[found.end() :])[0], _CLAUSE_END.split(text[: found.start()])[-1]
        for near in (after, before):
            day = _day(turn, near, past=found["past"] is not None)
            if day is not None:
                return day
    return None


def _day(turn: Turn, near: str, *, past: bool) -> date | None:
    when = find_when(_NO_DAY.sub(" ", near).strip(), turn.today, turn.calendar)
    if when is None or len(when.days) != 1:
        return None
    (day,) = when.days
    if past and day > turn.today:  # "venció el viernes" is the last one, "venció el 10" that of this month or the one before
        day = day - _A_WEEK if _WEEKDAY.search(near) and not _MONTH.search(near) else add_months(day, -1)
    return day if not past or day <= turn.today else None


def _remembered(turn: Turn) -> date | None:
    """That of the answer just before."""
    kind, _, day = (turn.state.topic.supposed if turn.state.topic else "").partition(" ")
    return date.fromisoformat(day) if kind == _SAID else None


def _say_change(turn: Turn, ends_on: date, reply: Reply) -> None:
    limit = last_day(turn, ends_on)
    key = "utter_dicho_cambio_pasado" if limit < turn.today else "utter_dicho_cambio"
    reply.say(key, **_values(turn, ends_on), **hours_values(turn), limite=words.on_date(limit, turn.today))
    if limit < turn.today:
        say_line(turn, reply)


def _say_dates(turn: Turn, intent: str, ends_on: date, reply: Reply) -> None:
    """What a payment on the supposed day would bring; else the last days of use and of what is kept."""
    values, day = _values(turn, ends_on), _paid_on(turn, ends_on)
    if day is not None:
        _say_paid(turn, ends_on, day, reply)
        return
    phase = not_paid_until(ends_on, turn.today, turn.settings).phase
    paying = intent in _OF_PAYING or mentions(turn, _PAYS)
    if phase in {"valid", "grace"} and paying:
        reply.say("utter_dicho_limite_de_pago" if phase == "valid" else "utter_dicho_limite_en_gracia", **values)
        reply.add("utter_dicho_medios", **bank_days(turn))
        return
    reply.say(_DATES[phase], **values)
    if phase == "gone":
        say_line(turn, reply)


def _paid_on(turn: Turn, ends_on: date) -> date | None:
    """The day on which it would be paid; None where none is named but that of the end."""
    text = folded(turn.text)
    for found in _PAID_ON.finditer(text):
        when = find_when(_CLAUSE_END.split(text[found.end() :])[0], turn.today, turn.calendar)
        if when is not None and len(when.days) == 1 and when.days[0] >= turn.today:
            return when.days[0]
    supposition = read_supposition(turn, None)
    if supposition is None or supposition.act is not Act.PAY:
        return None
    day = supposition.day(turn, ends_on)
    return None if day == ends_on else day


def _say_paid(turn: Turn, ends_on: date, day: date, reply: Reply) -> None:
    by_bank = paid_on(turn.calendar, ends_on, day, "bank_account", turn.settings)
    plazo = words.between(by_bank.earliest, by_bank.latest, turn.today)
    values: Values = {**_values(turn, ends_on), "dia": words.on_date(day, turn.today), "plazo": plazo}
    phase = not_paid_until(ends_on, day, turn.settings).phase
    if phase in {"valid", "grace"}:
        reply.say(_IN_USE[by_bank.in_grace], **values)
    elif phase == "retained":
        reply.say("utter_dicho_pago_en_resguardo", **values)
    else:
        reply.say("utter_dicho_pago_sin_resguardo", **values)


def _values(turn: Turn, ends_on: date) -> Values:
    """`fin` as it was told, `gracia` and `resguardo` (last days), and `dias_gracia`."""
    waited = not_paid_until(ends_on, turn.today, turn.settings)
    return {
        "fin": words.on_date(ends_on, turn.today),
        "gracia": words.on_date(waited.usable_until, turn.today),
        "resguardo": words.on_date(waited.kept_until, turn.today),
        "dias_gracia": words.days(turn.settings.grace_days),
    }
