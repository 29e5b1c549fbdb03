"""What is asked of one invoice (when, which, where, how much …), each in its own words and the value first (FAQ 16)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from actions.base import Fact, say_line
from actions.charge_facts import BUSINESS_DAYS, HURRY
from actions.charge_next import Saying
from actions.invoice_day import State, invoice_state
from actions.invoice_state import invoice_readings, invoice_values
from actions.live import owed
from actions.mentions import mentions
from actions.say import Reply
from actions.turn import Turn
from bot.accounts.port import Server
from bot.protocol.frame import Asked

_TAX_DATA: Final = r"rfc\b|cfdi\b|xml\b|pdf\b|razon social|datos fiscales|a (?:que )?nombre|uso de|desglos"
_BY_MAIL: Final = r"correo|mail|rebot|me llega\b"
TO_COME: Final[frozenset[State]] = frozenset({"later", "tomorrow", "today", "late"})
"""The invoice of a credited payment that cannot be downloaded yet."""
_WHERE_IT_IS: Final = (
    r"(?:en )?(?:que|cual) (?:apartado|seccion|parte|menu|pantalla|opcion)|(?:a)?donde (?:la|lo|se|esta|viene|encuentro|bajo|descargo)"
)
_DIVERSE: Final = frozenset({Asked.WHETHER, Asked.SURE, Asked.WHICH, Asked.COUNT, Asked.DO, Asked.HOW})
_OF_WHICH_PAYMENT: Final = frozenset({Asked.STATE, Asked.WHEN, Asked.WHETHER, Asked.SURE, Asked.WHICH})
"""Questions that may be meant of what is due now, which has no invoice."""
_WIDER: Final[Mapping[State, tuple[State, ...]]] = {"today": ("tomorrow", "later"), "tomorrow": ("later",)}


def _add(key: str, turn: Turn, server: Server, reply: Reply) -> None:
    reply.add(key, **invoice_values(turn, server))


def _line(turn: Turn, server: Server, reply: Reply) -> None:
    del server
    say_line(turn, reply)


def _standing(turn: Turn, server: Server, reply: Reply) -> None:
    """Which it is, or when it can be downloaded."""
    key = _STANDING.get(invoice_state(turn, server))
    if key:
        _add(key, turn, server, reply)


_WHERE: Final = (partial(_add, "utter_factura_donde"),)
_STANDING: Final[Mapping[State, str]] = {
    "available": "utter_factura_es_la",
    "later": "utter_factura_la_tuya",
    "tomorrow": "utter_factura_la_tuya",
    "today": "utter_factura_la_tuya",
}

_LEADS: Final[Mapping[Asked, Mapping[State, Saying]]] = {
    Asked.STATE: {
        "unpaid": ("utter_factura_sin_pago", ()),
        "available": ("utter_factura_ya_esta", _WHERE),
        "later": ("utter_factura_todavia_no", _WHERE),
        "tomorrow": ("utter_factura_por_salir", _WHERE),
        "late": ("utter_factura_no_aparece", (_line,)),
    },
    Asked.WHEN: {
        "unpaid": ("utter_factura_cuando_sin_pago", _WHERE),
        "available": ("utter_factura_cuando_disponible", (partial(_add, "utter_factura_cada_pago"),)),
        "later": ("utter_factura_cuando", _WHERE),
        "tomorrow": ("utter_factura_cuando_cerca", _WHERE),
    },
    Asked.SINCE: {
        "available": ("utter_factura_desde_disponible", ()),
        "later": ("utter_factura_desde_acreditado", (_standing,)),
        "unpaid": ("utter_factura_cuando_sin_pago", ()),
    },
    Asked.WHERE: {
        "available": ("utter_pago_donde", (_standing,)),
        "later": ("utter_pago_donde", (_standing,)),
        "unpaid": ("utter_pago_donde", (partial(_add, "utter_factura_sin_pago"),)),
    },
    Asked.WHICH: {"available": ("utter_factura_cual", _WHERE)},
    Asked.AMOUNT: {
        "available": ("utter_factura_monto", ()),
        "later": ("utter_factura_monto", ()),
        "late": ("utter_factura_monto", ()),
    },
    Asked.WHY: {
        "available": ("utter_factura_porque", (_standing,)),
        "later": ("utter_factura_porque", (_standing,)),
        "unpaid": ("utter_factura_cuando_sin_pago", ()),
    },
    Asked.WHETHER: {"available": ("utter_factura_se_puede", ())},
    Asked.SURE: {
        "available": ("utter_factura_cual_y_donde", ()),
        "later": ("utter_factura_cierto", ()),
        "tomorrow": ("utter_factura_por_salir", ()),
        "unpaid": ("utter_factura_cuando_sin_pago", ()),
    },
    Asked.AGAIN: {
        "available": ("utter_factura_cual_y_donde", ()),
        "later": ("utter_factura_cuando_y_donde", ()),
        "tomorrow": ("utter_factura_cuando_cerca", _WHERE),
    },
    Asked.DO: {
        "available": ("utter_factura_no_se_envia", ()),
        "later": ("utter_factura_no_se_adelanta", _WHERE),
    },
}
_SOONER: Final[Mapping[State, Saying]] = {
    "available": ("utter_factura_porque", (_standing,)),
    **dict.fromkeys(("later", "tomorrow", "today"), ("utter_factura_no_se_adelanta", _WHERE)),
}
_ALIKE: Final[Mapping[Asked, Asked]] = {Asked.HOW: Asked.WHERE, Asked.COUNT: Asked.WHEN, Asked.UNTIL: Asked.WHEN}


def say_invoice_fact(asked: Asked, turn: Turn, server: Server, reply: Reply) -> None:
    """The sentence of what is asked in the state of this invoice, else that of its state; then what follows it."""
    place = asked is Asked.STATE and mentions(turn, _WHERE_IT_IS)
    asked = Asked.WHERE if place else asked
    key, then = _by_words(asked, turn, server) or _saying(asked, invoice_state(turn, server))
    reply.say(key, readings=invoice_readings(turn, server), **invoice_values(turn, server))
    if owed(turn, server) and asked in _OF_WHICH_PAYMENT:
        reply.add("utter_factura_de_lo_pagado", servidor=server.alias)
    for each in then:
        each(turn, server, reply)


INVOICE_FACTS: Final[Mapping[Asked, Fact]] = {asked: partial(say_invoice_fact, asked) for asked in (*_LEADS, *_ALIKE)}


def _saying(asked: Asked, state: State) -> Saying:
    """Its own words in this state or a wider one, else those of the state."""
    tables = _LEADS[_ALIKE.get(asked, asked)], _LEADS[Asked.STATE]
    return next(leads[each] for leads in tables for each in (state, *_WIDER.get(state, ())) if each in leads)


def _by_words(asked: Asked, turn: Turn, server: Server) -> Saying | None:
    """Where the words say which of several facts is meant."""
    if asked not in _DIVERSE:
        return None
    if mentions(turn, _TAX_DATA):
        return "utter_factura_datos_fiscales", (_line,)
    if mentions(turn, BUSINESS_DAYS):
        return "utter_pago_dias_habiles", (_standing,)
    if asked is Asked.WHETHER and mentions(turn, _BY_MAIL):
        return "utter_factura_por_correo", (_standing,)
    if mentions(turn, HURRY):
        return _SOONER.get(invoice_state(turn, server))
    return None
