"""What is asked of one server's subscription, by what is asked: until when, how many days, why, since when, what then, for sure.

Each answer says the value first, as far as the standing has one; any other standing is told whole, as only that is true of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from actions.base import Fact, line_at_end, say_line, say_with_line
from actions.charge_case import case_of
from actions.charge_facts import say_payment_fact, saying_of
from actions.charges import say_charge_in_process, say_next_charge, say_rejected
from actions.creation import CONFIRMED
from actions.escalation import escalate
from actions.leads import (
    AGAIN,
    COUNT,
    SINCE,
    STATE,
    SURE,
    TOLD_ALREADY,
    UNTIL,
    WHAT_THEN,
    WHETHER,
    WHICH_DATE,
    WHY_NOT,
    YES,
    Leads,
)
from actions.live import (
    ENDED,
    IN_GRACE,
    IN_PROCESS,
    UNPAID,
    Standing,
    charge_readings,
    charge_state,
    charge_values,
    last_charge,
    owed,
    period_readings,
    period_values,
    readings,
    standing,
)
from actions.mentions import SHORT, mentions, only_asks_if_sure
from actions.say import Reply
from actions.server_state import LATE_CHARGE, say_creation
from actions.sets import has_backup, is_down, is_up
from actions.situation import say_cause, say_situation
from actions.standings import CURRENT, rule_values, say_standing, say_way_out
from actions.turn import Turn
from bot.accounts.port import Server
from bot.protocol.frame import Asked, Move
from bot.rules import format as words
from bot.rules.subscription import MONTHS_A_YEAR, grace_last_day, months_long, retention_last_day
from bot.rules.when import find_when

_NOTICES: Final = r"avis(?:o|an?|ar(?:on|me|le)?|ado|en|aste)\b"
"""Whether somebody was told beforehand."""
_WISHES: Final = r"recuerd|recorda|avis|program|cambi|muev|mov|recorr|alarg|extien|prorrog|aplaz|poster|congel|paus|adelant|atras|regal|aguant|(mas|unos) dias|tabla|pon(me|le|er)\b"
"""What is wished of a date that only the company can give."""
_COUNTING: Final = r"(?:des)?cont(?:ando|ad[ao]s?)\b|a partir de\b"
"""From which day a number of days is counted."""
_DATE: Final = r"fechas?\b|(?:que|cual) dia\b"
"""A date, where one of several is meant."""
_HAS_IN_MIND: Final = (
    r"segun (?:yo|mis?|mi calculo)\b|mis? c(?:alculo|uenta)s?\b|(?:yo )?(?:cre|pens)(?:ia|e|aba)\b|tenia entendido|no (?:era|es|sera|seria|vencia|vence|venzo)\b"
    r"|me (?:sale|dijeron|aparece)|(?:portal|pagina|contador|recibo) (?:dice|sale|marca|pone)|seguro que"
)
"""That somebody has another date in mind."""
_THAT_DAY: Final = (
    r"por ?que (?:es )?(?:hasta )?(?:el (?:dia )?\d|ese dia|esa fecha|esos dias|ese plazo|manana)|como (?:se )?cuent|de donde sal"
)
"""How a day is counted, and not why something happened."""
_OF_A_PAYMENT: Final = r"pag|cobr|cargo|deposit|transf"
_NUMBERS: Final = re.compile(r"\d+")
_SYSTEM: Final = r"(?:sae|coi|noi|aspe[ln])\b"
"""The Aspel system, beside the server."""
_RUNNING: frozenset[Standing] = frozenset({"valid", "ends_today"})


def lead(*of: Leads, then: tuple[Fact, ...] = ()) -> Fact:
    """Says the lead of where the subscription stands (of the last of the tables that has one), then what follows from it."""

    def say(turn: Turn, server: Server, reply: Reply) -> None:
        say_lead(turn, server, reply, *of)
        for each in then:
            each(turn, server, reply)

    return say


def say_lead(turn: Turn, server: Server, reply: Reply, *of: Leads) -> None:
    """Say the lead; a payment that everything waits for is told with what it waits for, and first where its confirmation is asked for."""
    if standing(turn, server) == "not_started" and mentions(turn, CONFIRMED) and saying_of(Asked.WHEN, turn, server):
        say_payment_fact(Asked.WHEN, turn, server, reply)
        return
    answers = dict(CURRENT)
    for table in of:
        answers.update(table)
    now = say_standing(turn, server, reply, answers, instead=TOLD_ALREADY)
    if now == "not_started":
        add_confirmation(turn, server, reply)


def add_lead(turn: Turn, server: Server, reply: Reply, of: Leads) -> None:
    """Add the lead beneath another one, unless it was just told; nothing where the standing has none."""
    key = of.get(standing(turn, server))
    if key:
        reply.add(key, readings=period_readings(turn, server), **period_values(turn, server), **rule_values(turn))


def add_confirmation(turn: Turn, server: Server, reply: Reply) -> None:
    """By when the first payment must be confirmed; past that, its folio. Another one that is pending is told as it stands."""
    charge = last_charge(turn, server)
    state = charge_state(turn, charge)
    if charge is None or state not in IN_PROCESS:
        return
    told, values = charge_readings(turn, server, charge), charge_values(turn, server, charge)
    if state == "pending":
        reply.add("utter_inicio_se_confirma", readings=told, **values)
    elif state == "overdue":
        folio = escalate(turn, reply, LATE_CHARGE, {charge.id: server.alias})
        reply.add("utter_inicio_fuera_de_plazo", readings=told, folio=folio, **values)
        say_line(turn, reply, again=True)
    else:
        say_charge_in_process(turn, server, reply)


def say_notices(turn: Turn, reply: Reply) -> bool:
    """Whether a warning was sent: not to be seen from here. False when that is not asked."""
    if not mentions(turn, _NOTICES, longest=SHORT):
        return False
    say_with_line(turn, reply, "utter_suscripcion_avisos")
    return True


def say_why(turn: Turn, server: Server, reply: Reply) -> None:
    """Why it is as it is, or how the day that was told is counted; then about warnings, where their lack is complained of."""
    if standing(turn, server) in IN_GRACE | {"retained", "retained_last_day"} and mentions(turn, _THAT_DAY, longest=SHORT):
        reply.say(
            "utter_suscripcion_como_se_cuenta", readings=period_readings(turn, server), **period_values(turn, server), **rule_values(turn)
        )
        return
    _say_reason(turn, server, reply)
    if mentions(turn, _NOTICES, longest=SHORT) and reply.add("utter_suscripcion_avisos"):
        say_line(turn, reply)


def _say_reason(turn: Turn, server: Server, reply: Reply) -> None:
    """What became of what should have paid it; that nothing is wrong where that is so."""
    if not say_cause(turn, server, reply):
        say_lead(turn, server, reply, WHY_NOT)


def say_if_sure(turn: Turn, server: Server, reply: Reply) -> None:
    """The same value in fewer words; who has another one in mind is told where it is to be seen."""
    doubted = _doubted_day(turn, server)
    if doubted:
        reply.say("utter_suscripcion_otro_dia", dia=words.on_date(doubted, turn.today))
    sure = only_asks_if_sure(turn)
    if not _say_as_worded(turn, server, reply) and (
        sure or doubted or turn.frame.move is Move.CORRECTS or not say_situation(turn, server, reply)
    ):
        say_lead(turn, server, reply, YES if sure else SURE)
        add_what_follows(turn, server, reply)
    if turn.frame.move is Move.CORRECTS:
        reply.add("utter_suscripcion_comprobar")
        line_at_end(turn, reply)


def _doubted_day(turn: Turn, server: Server) -> date | None:
    """The one day that who asks has in mind, where none of the days of its subscription is that."""
    if not mentions(turn, _HAS_IN_MIND, longest=SHORT) or mentions(turn, _OF_A_PAYMENT) or len(_NUMBERS.findall(turn.text)) > 1:
        return None
    subscription, named = server.subscription, find_when(turn.text, turn.today, turn.calendar)
    ends_on = subscription.ends_on if subscription else None
    if ends_on is None or named is None:
        return None
    days = named.possible(ends_on, turn.today)
    own = {ends_on, grace_last_day(ends_on, turn.settings.grace_days), retention_last_day(ends_on, turn.settings.retention_days)}
    return days[0] if len(days) == 1 and days[0] not in own and days[0] != turn.today else None


def _say_as_worded(turn: Turn, server: Server, reply: Reply) -> bool:
    """Whose date it is, or from when the days are counted, where the words ask for that; else False."""
    if mentions(turn, _SYSTEM, longest=SHORT):
        say_lead(turn, server, reply, WHICH_DATE)
    elif mentions(turn, _COUNTING, longest=SHORT):
        say_lead(turn, server, reply, COUNT)
    else:
        return False
    return True


def add_unpaid(turn: Turn, server: Server, reply: Reply) -> None:
    """How to pay what is overdue."""
    if standing(turn, server) in UNPAID:
        say_way_out(turn, server, reply)


def add_charge(turn: Turn, server: Server, reply: Reply) -> None:
    """A charge under way, or one that was rejected, or that none is planned: while it is valid, that is what can still be seen to."""
    if standing(turn, server) not in _RUNNING:
        return
    subscription, charge = server.subscription, last_charge(turn, server)
    state = charge_state(turn, charge)
    if charge is not None and state in IN_PROCESS:
        told = charge_readings(turn, server, charge)
        reply.add("utter_suscripcion_cargo_en_proceso", readings=told, **charge_values(turn, server, charge))
    elif charge is not None and state == "rejected":
        say_rejected(turn, server, charge, reply, brief=True)
        reply.add("utter_suscripcion_regularizar")
    elif subscription is not None and not subscription.auto_renew:
        told = readings(turn, server, "subscription", auto_renew=subscription.auto_renew)
        if reply.add("utter_suscripcion_sin_renovacion", readings=told):
            say_line(turn, reply)


def add_what_follows(turn: Turn, server: Server, reply: Reply) -> None:
    """What comes after grace, or the charge under way that may prevent it."""
    if standing(turn, server) not in IN_GRACE:
        return
    if charge_state(turn, last_charge(turn, server)) in IN_PROCESS:
        say_way_out(turn, server, reply)
    else:
        reply.add("utter_suscripcion_despues_de_gracia", readings=period_readings(turn, server), **period_values(turn, server))


def _say_state(turn: Turn, server: Server, reply: Reply) -> None:
    """All that may trouble: its validity, its charge, the machine, the backup."""
    if say_situation(turn, server, reply):
        return
    if server.status == "provisioning":
        if standing(turn, server) in _RUNNING:
            say_creation(turn, server, reply)
        say_lead(turn, server, reply, UNTIL)
        return
    say_lead(turn, server, reply, STATE)
    add_charge(turn, server, reply)
    add_unpaid(turn, server, reply)
    if standing(turn, server) in _RUNNING:
        _add_machine(turn, server, reply)


def _add_machine(turn: Turn, server: Server, reply: Reply) -> None:
    if is_down(turn, server):
        reply.add("utter_suscripcion_con_falla")
    elif server.backups and not has_backup(turn, server):
        reply.add("utter_suscripcion_sin_respaldo")
    elif server.backups and is_up(turn, server):
        reply.add("utter_suscripcion_en_orden")


def _say_whether(turn: Turn, server: Server, reply: Reply) -> None:
    if say_notices(turn, reply) or _say_as_worded(turn, server, reply) or say_situation(turn, server, reply):
        return
    if server.status == "provisioning":
        _say_state(turn, server, reply)
        return
    say_lead(turn, server, reply, WHETHER)
    add_charge(turn, server, reply)
    add_unpaid(turn, server, reply)


def _say_which(turn: Turn, server: Server, reply: Reply) -> None:
    """Whose date it is, where a date is spoken of; else how it stands."""
    if mentions(turn, _DATE):
        say_lead(turn, server, reply, WHICH_DATE)
    else:
        _say_whether(turn, server, reply)


def _say_who(turn: Turn, server: Server, reply: Reply) -> None:
    if not say_notices(turn, reply):
        say_why(turn, server, reply)


def _say_since(turn: Turn, server: Server, reply: Reply) -> None:
    """Since when it is as it is, and how long it stays so."""
    if mentions(turn, _COUNTING, longest=SHORT):
        say_lead(turn, server, reply, COUNT)
        return
    begun = server.subscription is not None and server.subscription.starts_on is not None
    say_lead(turn, server, reply, SINCE if begun or standing(turn, server) not in _RUNNING else UNTIL)
    if standing(turn, server) in {"retained", "retained_last_day"}:
        add_lead(turn, server, reply, COUNT)


def _say_no(turn: Turn, server: Server, reply: Reply) -> None:
    """No date is moved from here, where that is wished; then the date. Else how it stands."""
    if not mentions(turn, _WISHES):
        _say_state(turn, server, reply)
        return
    reply.say("utter_suscripcion_no_puedo")
    say_lead(turn, server, reply, UNTIL)
    add_what_follows(turn, server, reply)


def _say_price(turn: Turn, server: Server, reply: Reply) -> None:
    """What it costs and for how long; what is due of it, or when it is charged next."""
    subscription = server.subscription
    if subscription is None:
        say_lead(turn, server, reply)
        return
    told = readings(turn, server, "subscription", price=subscription.price)
    price = words.money(subscription.price, subscription.currency)
    if standing(turn, server) in ENDED:
        say_with_line(turn, reply, "utter_suscripcion_precio_anterior", readings=told, servidor=server.alias, precio=price)
        return
    starts_on, ends_on = subscription.starts_on, subscription.ends_on
    months = months_long(starts_on, ends_on) if starts_on and ends_on else None
    keys = {1: "utter_suscripcion_precio_mes", MONTHS_A_YEAR: "utter_suscripcion_precio_anual"}
    reply.say(keys.get(months or 0, "utter_suscripcion_precio_periodo"), readings=told, servidor=server.alias, precio=price)
    due = owed(turn, server)
    if due:
        reply.add("utter_adeudo_sin_plazo", servidor=server.alias, monto=words.money(*due))
    elif standing(turn, server) in _RUNNING:
        say_next_charge(turn, server, reply)


def _say_how(turn: Turn, server: Server, reply: Reply) -> None:
    """What to do: about a charge that waits or what is owed; else how it stands."""
    waits = case_of(turn, server) in {"pending", "overdue", "unsettled"}
    if (waits or owed(turn, server)) and saying_of(Asked.HOW, turn, server):
        say_payment_fact(Asked.HOW, turn, server, reply)
    else:
        _say_state(turn, server, reply)


SUBSCRIPTION: Mapping[Asked, Fact] = {
    Asked.GENERAL: _say_state,
    Asked.STATE: _say_state,
    Asked.UNTIL: lead(UNTIL, then=(add_charge, add_what_follows)),
    Asked.WHEN: lead(UNTIL, then=(add_charge, add_what_follows)),
    Asked.COUNT: lead(COUNT, then=(add_charge, add_what_follows)),
    Asked.AGAIN: lead(AGAIN),
    Asked.SINCE: _say_since,
    Asked.WHETHER: _say_whether,
    Asked.WHICH: _say_which,
    Asked.WHY: say_why,
    Asked.WHO: _say_who,
    Asked.WHAT_IF: lead(WHAT_THEN),
    Asked.HOW: _say_how,
    Asked.SURE: say_if_sure,
    Asked.DO: _say_no,
    Asked.AMOUNT: _say_price,
}
