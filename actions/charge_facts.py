"""What is asked of one server's payment (how much, when, why, with what …), each in its own words and the value first.

For every question a table says with which sentence each case of a payment leads and what may follow it. What has no line there is answered
by the whole description.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from actions.base import Fact
from actions.charge_case import Case, case_of, payment_readings, payment_values, rejected_in_a_row
from actions.charge_next import (
    AT_FIRST,
    DEADLINES,
    THEN_ALL_OWED,
    THEN_CASE,
    THEN_LATE,
    THEN_UNTIL_WHEN,
    THEN_WHO_HELPS,
    Next,
    Saying,
    add_amounts,
    add_at_once,
    add_dates,
    add_deadline,
    add_for_doubts,
    add_how_to_settle,
    add_its_charge,
    add_line,
    add_mail,
    add_other_method,
    add_what_comes,
    add_what_is_kept,
    add_where_more_is_seen,
)
from actions.live import last_charge, owed, period_of, standing
from actions.mentions import OWES, mentions
from actions.say import Reply
from actions.situation import say_cause, say_situation
from actions.turn import Turn
from bot.accounts.port import Server, Subscription
from bot.protocol.frame import Asked, Move, Refers
from bot.rules.payment import confirmation_window

BUSINESS_DAYS: Final = (
    r"sabado|domingo|fin de semana|puente|festivo|natural|corrido|habiles (?:o|son|es)\b|o habiles|son (?:de los )?(?:h)?abiles"
)
HURRY: Final = r"antes\b|apur|acele|apres|adelant|empuj|destrab|mas rapido|comprobante|te lo mando"
HAS_TO_PAY: Final = r"(?:tengo|tenemos|hay|debo) que (?:pagar|hacer)|(?:me |nos )?falta (?:algo|pagar|por pagar)|" + OWES
"""Whether anything is due."""
OTHER_CARD: Final = r"cambi|nuev|otra tarjeta|dar? de alta|pon(?:e|go|er|gan|erla)\b|actualiz"
_TOO_LONG: Final = r"se (?:le )?pas(?:o|aron)\b|pasad[oa]s?\b|atras|retras|tarde\b|es mucho\b|deberia haber|eran (?:de )?[23]\b"
_USUAL_TIME: Final = r"plazos?\b|ordinari|lo (?:normal|usual|comun)|normalmente|cuanto (?:suelen?|tardan?|demoran?)"
_PERIOD: Final = r"(?:al|por|cada) (?:mes|ano)\b|mensual|anual"
_RETRY: Final = r"otra vez|de nuevo|volv|vuelv|(?:re)?intent|sol[oa]s?\b|automatic|avis(?:ar|o a)|picarle"
_TAXES: Final = r"iva\b|impuesto"
_PAST: Final = r"fue\b|ultim|pague\b|de (?:que|cual|cuando)\b|se (?:hizo|pago|cobro|acredito)\b"
_WENT_THROUGH: Final = r"(?:cobro|cargo|pago|lana|dinero) (?:si|ya) (?:paso|entro|cayo|quedo|se (?:hizo|acredito))|(?:si|ya) (?:paso|entro|cayo|quedo|se hizo|se acredito) (?:el|mi|ese) (?:cobro|cargo|pago)|cuanto fue|cuanto (?:me )?cobraron|(?:si|ya) (?:me |nos )(?:cobraron|hicieron el (?:cobro|cargo))"
_HOW_MUCH: Final = r"de cuanto (?:fue|es|era|seria|sera)\b|cuanto (?:fue|es|era) (?:el|ese|mi) (?:cargo|cobro|pago)|(?:que|cual(?: (?:es|fue) el)?) (?:monto|importe)\b"
_PAID_FROM: Final = (
    r"(?:sal[ea]|cobra\w*|carga\w*|jala\w*|descuenta\w*|quita\w*|va|pasa\w*) (?:\w+ ){0,2}(?:de|a|con|por|en) (?:la|mi|esa|el) (?:\w+ de )?"
    r"(?:cuenta|tarjeta|debito|credito|nomina|visa|master\w*|amex|bbva|bancomer|banamex|banorte|santander|hsbc)\b"
)
_WIDER: Final[Mapping[Case, Case]] = {"overdue": "pending", "unsettled": "pending", "unexplained": "rejected", "settled": "credited"}
_METHODS: Final = {
    "bank_account": "utter_pago_cual_cuenta",
    "debit_card": "utter_pago_cual_debito",
    "credit_card": "utter_pago_cual_credito",
}
_HOW_IT_IS: Final = frozenset({Asked.GENERAL, Asked.STATE})
_WHETHER: Final = frozenset({Asked.WHETHER})
_SURE: Final = frozenset({Asked.SURE})
_DIVERSE: Final = frozenset({Asked.WHETHER, Asked.SURE, Asked.WHICH, Asked.COUNT})
"""Questions whose frame does not say which fact they are about."""

_LEADS: Final[Mapping[Asked, Mapping[Case, Saying]]] = {
    Asked.STATE: {
        "pending": ("utter_pago_estado_pendiente", (add_dates, add_mail)),
        "overdue": ("utter_pago_estado_fuera_de_plazo", THEN_LATE),
        "unsettled": ("utter_pago_estado_pendiente", (add_at_once, add_line)),
        "rejected": ("utter_pago_estado_rechazado", THEN_ALL_OWED),
        "unexplained": ("utter_pago_estado_rechazado_sin_motivo", THEN_ALL_OWED),
        "unpaid": ("utter_pago_renovacion_sin_pagar", THEN_ALL_OWED),
        "credited": ("utter_pago_estado_al_corriente", (add_what_comes,)),
    },
    Asked.SURE: {
        "pending": ("utter_pago_cierto_pendiente", (add_dates,)),
        "overdue": ("utter_pago_cierto_fuera_de_plazo", THEN_CASE),
        "unsettled": ("utter_pago_estado_pendiente", (add_at_once, add_line)),
        "rejected": ("utter_pago_cierto_rechazado", (add_for_doubts,)),
        "unexplained": ("utter_pago_estado_rechazado_sin_motivo", (add_for_doubts,)),
        "unpaid": ("utter_pago_renovacion_sin_pagar", THEN_UNTIL_WHEN),
        "credited": ("utter_pago_cierto_acreditado", ()),
        "settled": ("utter_pago_estado_al_corriente", (add_what_comes,)),
    },
    Asked.WHETHER: {
        "pending": ("utter_pago_cierto_pendiente", (add_dates,)),
        "overdue": ("utter_pago_cierto_fuera_de_plazo", THEN_CASE),
        "unsettled": ("utter_pago_estado_pendiente", (add_at_once, add_line)),
        "rejected": ("utter_pago_estado_rechazado", THEN_UNTIL_WHEN),
        "unexplained": ("utter_pago_estado_rechazado_sin_motivo", THEN_UNTIL_WHEN),
        "unpaid": ("utter_pago_sin_intento", THEN_WHO_HELPS),
        "credited": ("utter_pago_se_cobra_solo", ()),
        "settled": ("utter_pago_estado_al_corriente", (add_what_comes,)),
    },
    Asked.WHEN: {
        "pending": ("utter_pago_cuando_pendiente", (add_mail,)),
        "overdue": ("utter_pago_cuando_fuera_de_plazo", THEN_CASE),
        "unsettled": ("utter_pago_cuando_sin_confirmar", (add_at_once, add_line)),
        "rejected": ("utter_pago_cuando_rechazado", THEN_UNTIL_WHEN),
        "unpaid": ("utter_pago_cuando_sin_pagar", THEN_UNTIL_WHEN),
        "credited": ("utter_pago_cuando_proximo", ()),
        "settled": ("utter_pago_cuando_ultimo", (add_what_comes,)),
    },
    Asked.SINCE: {
        "pending": ("utter_pago_desde_cargo", (add_dates,)),
        "overdue": ("utter_pago_desde_cargo", THEN_LATE),
        "unsettled": ("utter_pago_desde_cargo", (add_at_once, add_line)),
        "rejected": ("utter_pago_cuando_rechazado", THEN_UNTIL_WHEN),
        "unpaid": ("utter_pago_cuando_sin_pagar", THEN_UNTIL_WHEN),
        "credited": ("utter_pago_cuando_ultimo", (add_what_comes,)),
    },
    Asked.AMOUNT: {
        "pending": ("utter_pago_monto_pendiente", ()),
        "rejected": ("utter_pago_monto_rechazado", (add_where_more_is_seen,)),
        "unexplained": ("utter_pago_monto_rechazado_sin_motivo", (add_where_more_is_seen,)),
        "unpaid": ("utter_pago_monto_sin_pagar", (add_where_more_is_seen,)),
    },
    Asked.COUNT: {
        "pending": ("utter_pago_cuantos_pendiente", (add_dates,)),
        "overdue": ("utter_pago_cierto_fuera_de_plazo", THEN_CASE),
        "unsettled": ("utter_pago_estado_pendiente", (add_at_once, add_line)),
    },
    Asked.WHY: {
        "pending": ("utter_pago_porque_pendiente", (add_dates,)),
        "overdue": ("utter_pago_porque_fuera_de_plazo", THEN_CASE),
        "unsettled": ("utter_pago_porque_sin_confirmar", (add_at_once, add_line)),
        "rejected": ("utter_pago_porque_rechazado", (add_for_doubts,)),
        "unexplained": ("utter_pago_estado_rechazado_sin_motivo", (add_for_doubts, add_line)),
        "unpaid": ("utter_pago_porque_sin_pagar", (add_line,)),
    },
    Asked.WHO: {
        "pending": ("utter_pago_quien_pendiente", (add_dates,)),
        "overdue": ("utter_pago_quien_fuera_de_plazo", THEN_CASE),
        "unsettled": ("utter_pago_porque_sin_confirmar", (add_at_once, add_line)),
        "rejected": ("utter_pago_quien_rechazado", ()),
        "unexplained": ("utter_pago_estado_rechazado_sin_motivo", (add_line,)),
        "credited": ("utter_pago_quien_acreditado", (add_line,)),
    },
    Asked.DO: {
        "pending": ("utter_pago_no_se_apresura", (add_dates,)),
        "overdue": ("utter_pago_no_se_mueve", THEN_CASE),
        "unsettled": ("utter_pago_no_se_mueve", (add_line,)),
        "rejected": ("utter_pago_no_se_repite", THEN_WHO_HELPS),
        "unpaid": ("utter_pago_no_se_repite", THEN_WHO_HELPS),
        "credited": ("utter_pago_no_se_cambia", (add_line,)),
    },
    Asked.HOW: {
        "pending": ("utter_pago_que_sigue_pendiente", (add_dates,)),
        "overdue": ("utter_pago_que_decir", THEN_CASE),
        "unsettled": ("utter_pago_que_decir", (add_line,)),
        "rejected": ("utter_pago_donde_adeudo", (add_deadline, add_line)),
        "unpaid": ("utter_pago_donde_adeudo", (add_deadline, add_line)),
        "credited": ("utter_pago_se_cobra_solo", ()),
        "settled": ("utter_pago_estado_al_corriente", (add_what_comes,)),
    },
    Asked.WHERE: {
        "pending": ("utter_pago_donde", (add_dates,)),
        "overdue": ("utter_pago_donde", THEN_CASE),
        "unsettled": ("utter_pago_donde", (add_line,)),
        "rejected": ("utter_pago_donde_adeudo", (add_deadline,)),
        "unpaid": ("utter_pago_donde_adeudo", (add_deadline,)),
        "credited": ("utter_pago_donde", ()),
    },
}

_ALIKE: Final[Mapping[Asked, tuple[Asked, Asked]]] = {
    Asked.AGAIN: (Asked.WHEN, Asked.STATE),
    Asked.GENERAL: (Asked.STATE, Asked.STATE),
    Asked.UNTIL: (Asked.WHEN, Asked.WHEN),
}
"""What is answered as another question: while a charge waits, and else."""


def saying_of(asked: Asked, turn: Turn, server: Server) -> Saying | None:
    """The lead and what follows it, where what is asked has words of its own in the case of this server."""
    case, asked = case_of(turn, server), _worded(asked, turn)
    if case == "other":
        return None
    waits = case in {"pending", "overdue"}
    if asked in _ALIKE:
        found = _until(turn, server) if asked is Asked.UNTIL and not waits else None
        return found or _saying(_ALIKE[asked][not waits], case)
    return _by_words(asked, case, turn) or _by_values(asked, case, turn, server) or _saying(asked, case)


def _worded(asked: Asked, turn: Turn) -> Asked:
    """What is asked, unless its words ask how much, or whether it is paid with a certain card or account."""
    if asked is not Asked.WHAT_IF and mentions(turn, _HOW_MUCH):
        return Asked.AMOUNT
    return Asked.WHICH if asked in {Asked.WHETHER, Asked.SURE} and mentions(turn, _PAID_FROM) else asked


def say_payment_fact(asked: Asked, turn: Turn, server: Server, reply: Reply) -> None:
    """Say it."""
    asked = _worded(asked, turn)
    found = saying_of(asked, turn, server)
    worded = _by_words(asked, case_of(turn, server), turn) or _by_values(asked, case_of(turn, server), turn, server)
    if asked is Asked.WHY and say_cause(turn, server, reply):
        return
    assert found is not None
    if worded or asked not in _HOW_IT_IS or not say_situation(turn, server, reply):
        say(found, turn, server, reply)


def say(saying: Saying, turn: Turn, server: Server, reply: Reply) -> None:
    """The lead, with what was read; then what follows it."""
    key, then = saying
    reply.say(key, readings=payment_readings(turn, server), **payment_values(turn, server))
    for each in then:
        if turn.frame.refers is not Refers.GOES_ON or each not in AT_FIRST:
            each(turn, server, reply)


PAYMENT_FACTS: Final[Mapping[Asked, Fact]] = {
    asked: partial(say_payment_fact, asked) for asked in (*_LEADS, *_ALIKE, Asked.WHICH, Asked.WHAT_IF)
}

WAITING: Final[frozenset[Case]] = frozenset({"pending", "overdue", "unsettled"})
_MAIL: Final[Mapping[Case, tuple[Next, ...]]] = {"pending": (add_dates,), "overdue": THEN_LATE, "unsettled": (add_at_once, add_line)}


def say_mail_fact(asked: Asked, turn: Turn, server: Server, reply: Reply) -> None:
    """Why the connection mail is not there, while its charge waits; what is asked further is asked of that charge."""
    case = case_of(turn, server)
    of_charge = asked not in {Asked.STATE, Asked.WHETHER, Asked.WHY} or (turn.frame.refers is Refers.GOES_ON and asked is Asked.WHY)
    found = saying_of(asked, turn, server) if of_charge else _by_words(asked, case, turn)
    say(found or ("utter_sin_correo_falta_el_pago", _MAIL[case]), turn, server, reply)


MAIL_FACTS: Final[Mapping[Asked, Fact]] = {asked: partial(say_mail_fact, asked) for asked in (*_LEADS, *_ALIKE)}


def say_debt_fact(asked: Asked, turn: Turn, server: Server, reply: Reply) -> None:
    """How what is due is paid."""
    found = saying_of(Asked.UNTIL if asked is Asked.WHEN else asked, turn, server)
    if asked is Asked.WHETHER:
        found = "utter_adeudo_sin_reintento", THEN_WHO_HELPS
    elif asked in {Asked.HOW, Asked.WHERE} and mentions(turn, OTHER_CARD):
        found = "utter_formas_pago_cambiar", (add_line,)
    assert found is not None
    say(found, turn, server, reply)


DEBT_FACTS: Final[Mapping[Asked, Fact]] = {
    asked: partial(say_debt_fact, asked)
    for asked in (Asked.WHETHER, Asked.HOW, Asked.WHERE, Asked.DO, Asked.AMOUNT, Asked.WHEN, Asked.UNTIL)
}


def _saying(asked: Asked, case: Case) -> Saying | None:
    leads = _LEADS.get(asked, {})
    return leads.get(case) or leads.get(_WIDER.get(case, case))


def _until(turn: Turn, server: Server) -> Saying | None:
    key = DEADLINES.get(standing(turn, server)) if owed(turn, server) else None
    return (key, (add_what_is_kept if key == DEADLINES["grace"] else add_how_to_settle,)) if key else None


def _by_words(asked: Asked, case: Case, turn: Turn) -> Saying | None:
    """Where the words say which of several facts is meant."""
    if case in {"pending", "overdue"}:
        return _of_waiting(asked, case, turn)
    if case in {"credited", "settled"}:
        return _of_paid(asked, turn)
    return _of_owed(asked, case, turn)


def _of_waiting(asked: Asked, case: Case, turn: Turn) -> Saying | None:
    late = case == "overdue"
    then = THEN_LATE if late else (add_dates,)
    rules: tuple[tuple[frozenset[Asked], str, Saying], ...] = (
        (_DIVERSE, BUSINESS_DAYS, ("utter_pago_dias_habiles", then)),
        (_WHETHER, HURRY, _LEADS[Asked.DO][case]),
        (_WHETHER | _SURE | {Asked.STATE}, HAS_TO_PAY, ("utter_pago_nada_mas_que_pagar", then)),
        (frozenset({Asked.SINCE, Asked.WHICH, Asked.GENERAL}), _USUAL_TIME, ("utter_pago_plazo_normal", then)),
        (
            frozenset({Asked.WHAT_IF}),
            rf"(?:{OTHER_CARD}).{{0,25}}\b(?:tarjeta|cuenta|card|debito|credito)",
            ("utter_pago_otra_tarjeta", (add_line,)),
        ),
        (_WHETHER | _SURE if late else frozenset(), _TOO_LONG, ("utter_pago_si_fuera_de_plazo", THEN_CASE)),
    )
    return next((saying for kinds, words, saying in rules if asked in kinds and mentions(turn, words)), None)


def _of_paid(asked: Asked, turn: Turn) -> Saying | None:
    if asked in {Asked.STATE, Asked.AMOUNT, *_DIVERSE} and mentions(turn, HAS_TO_PAY):
        return "utter_pago_sin_adeudo", (add_what_comes,)
    if asked in {Asked.AMOUNT, *_DIVERSE} and mentions(turn, _TAXES):
        return "utter_pago_sin_desglose", ()
    if (asked is Asked.WHEN and mentions(turn, _PAST)) or (asked in {Asked.AMOUNT, Asked.WHEN} and mentions(turn, _WENT_THROUGH)):
        return "utter_pago_cuando_ultimo", (add_what_comes,)
    return None


def _of_owed(asked: Asked, case: Case, turn: Turn) -> Saying | None:
    if asked in {Asked.STATE, Asked.WHETHER, Asked.SURE} and case != "unsettled" and mentions(turn, HAS_TO_PAY):
        return "utter_pago_debes", THEN_UNTIL_WHEN
    if asked is Asked.WHETHER and case in {"rejected", "unexplained"} and mentions(turn, _RETRY):
        return "utter_pago_sin_reintento", THEN_WHO_HELPS
    return None


def _by_values(asked: Asked, case: Case, turn: Turn, server: Server) -> Saying | None:
    """Where the sentence depends on a value."""
    charge = last_charge(turn, server)
    priced = (asked is Asked.AMOUNT and case in {"credited", "settled"}) or (asked in _DIVERSE and mentions(turn, _PERIOD))
    if priced and charge and server.subscription:
        return _price_key(server.subscription), (add_amounts,)
    if asked is Asked.WHICH and charge:
        corrected = turn.frame.move in {Move.CORRECTS, Move.DENIES}
        return _METHODS[charge.method], (add_other_method, add_line) if corrected else (add_its_charge,)
    if asked is Asked.WHEN and case == "pending" and charge:
        window = confirmation_window(turn.calendar, charge.charged_at, turn.settings.bank_confirmation_business_days)
        between = turn.today <= window.earliest_day < window.latest_day
        return "utter_pago_cuando_pendiente" if between else "utter_pago_cuando_por_vencer", (add_mail,)
    if asked is Asked.COUNT and case in {"rejected", "unexplained"}:
        return "utter_pago_cuantos_rechazado" if len(rejected_in_a_row(server)) == 1 else "utter_pago_cuantos_rechazados", ()
    if asked is Asked.COUNT and case == "overdue" and charge and turn.calendar.is_business_day(turn.today):
        return "utter_pago_cuantos_fuera_de_plazo", THEN_CASE
    return None


def _price_key(subscription: Subscription) -> str:
    """By what the price is paid for: a month, a year, or a period of another length."""
    return {"month": "utter_pago_precio_mensual", "year": "utter_pago_precio_anual", "period": "utter_pago_precio"}[period_of(subscription)]
