"""What is asked about the creation of one server, said first: how much is left, why it takes, what comes then."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

from actions.base import Fact
from actions.charges import say_case_of_late_charge
from actions.live import IN_PROCESS, bank_days, charge_readings, charge_state, last_charge
from actions.mentions import mentions
from actions.say import Reply, Values
from actions.server_state import minutes_words, say_creation, when_words
from actions.turn import Turn
from bot.accounts.port import Payment, Server
from bot.protocol.frame import Asked, Refers
from bot.rules import format as words
from bot.rules.payment import confirmation_window
from bot.rules.service import expected_ready_at

_IN_TIME: Final[dict[Asked, str]] = {
    Asked.WHEN: "utter_creacion_faltan",
    Asked.COUNT: "utter_creacion_faltan",
    Asked.UNTIL: "utter_creacion_faltan",
    Asked.SURE: "utter_creacion_aproximado",
    Asked.SINCE: "utter_creacion_desde",
    Asked.WHY: "utter_creacion_por_que_tarda",
    Asked.HOW: "utter_creacion_solo_esperar",
    Asked.DO: "utter_creacion_no_aviso",
}
"""While it is created in its time; whatever else is asked hears where it stands."""
CONFIRMED: Final = r"acredit|confirm|reflej"
"""Words of a question about the payment itself."""
_WAITS: Final = frozenset({Asked.WHEN, Asked.COUNT, Asked.UNTIL})
_IS_IT: Final = frozenset({Asked.STATE, Asked.WHETHER, Asked.SURE})


def say_being_created(turn: Turn, server: Server, reply: Reply) -> None:
    """What is asked of a server that is being created or waits for its payment."""
    asked, charge = turn.frame.asked, last_charge(turn, server)
    if charge is not None and is_being_made(turn, charge) and asked in _IN_TIME:
        reply.say(_IN_TIME[asked], readings=charge_readings(turn, server, charge), **creation_values(turn, server, charge))
        reply.add("utter_creacion_despues_correo")
    elif charge is not None and charge_state(turn, charge) == "pending" and asked in _WAITS:
        reply.say("utter_creacion_al_confirmarse", readings=charge_readings(turn, server, charge), **creation_values(turn, server, charge))
        reply.add("utter_creacion_despues_correo")
    elif charge is not None and charge_state(turn, charge) in IN_PROCESS and asked in _IS_IT and goes_on(turn, server):
        reply.say("utter_creacion_todavia_no", readings=charge_readings(turn, server, charge), **creation_values(turn, server, charge))
        if charge_state(turn, charge) == "overdue":
            say_case_of_late_charge(turn, server, reply)
    else:
        say_creation(turn, server, reply)


def goes_on(turn: Turn, server: Server) -> bool:
    """Whether what keeps it from being created was told of late."""
    return server.status == "provisioning" and turn.frame.refers is not Refers.NEW and server.alias in turn.state.servers


def is_being_made(turn: Turn, charge: Payment) -> bool:
    """Whether its payment is credited and its minutes are not over."""
    return charge.status == "credited" and turn.now <= _ready_at(turn, charge)


def creation_values(turn: Turn, server: Server, charge: Payment) -> Values:
    """`servidor`, `minutos` it takes, `acreditado`, `listo`, `faltan` (minutes left, in words) and `limite`, the last day of a confirmation."""
    window = confirmation_window(turn.calendar, charge.charged_at, turn.settings.bank_confirmation_business_days)
    left = math.ceil((_ready_at(turn, charge) - turn.now) / timedelta(minutes=1))
    return {
        "servidor": server.alias,
        "minutos": minutes_words(turn),
        "acreditado": when_words(turn, charge.credited_at or charge.charged_at),
        "listo": when_words(turn, _ready_at(turn, charge)),
        "faltan": words.minutes(max(1, left)),
        "limite": words.on_date(window.latest_day, turn.today),
    }


def say_time_it_takes(turn: Turn, server: Server, reply: Reply) -> None:
    """What is left of it, or what follows the payment that it waits for; the rule to who asks of another server."""
    charge = last_charge(turn, server)
    if server.status != "provisioning":
        say_rule(turn, reply)
    elif charge is not None and is_being_made(turn, charge):
        say_being_created(turn, server, reply)
    elif charge is not None and charge_state(turn, charge) == "pending" and (turn.frame.asked is Asked.WHEN or mentions(turn, CONFIRMED)):
        reply.say("utter_creacion_al_confirmarse", readings=charge_readings(turn, server, charge), **creation_values(turn, server, charge))
        reply.add("utter_creacion_despues_correo")
    elif charge is not None and charge_state(turn, charge) == "pending":
        values = creation_values(turn, server, charge)
        reply.say("utter_creacion_tras_el_pago", servidor=server.alias, minutos=minutes_words(turn))
        reply.add("utter_inicio_se_confirma", hasta=values["limite"], readings=charge_readings(turn, server, charge))
        reply.add("utter_creacion_despues_correo")
    elif charge is not None and charge_state(turn, charge) in IN_PROCESS:
        if charge_state(turn, charge) == "overdue":
            told = charge_readings(turn, server, charge)
            reply.say("utter_creacion_lo_normal", minutos=minutes_words(turn), **bank_days(turn), readings=told)
        say_creation(turn, server, reply)
    else:
        say_rule(turn, reply)
        say_creation(turn, server, reply)


def say_rule(turn: Turn, reply: Reply) -> None:
    """How long it takes with each way to pay."""
    reply.say("utter_creacion_segun_el_pago", minutos=minutes_words(turn), **bank_days(turn))


def _ready_at(turn: Turn, charge: Payment) -> datetime:
    return expected_ready_at(charge.credited_at or charge.charged_at, turn.settings.creation_minutes)


TIME_IT_TAKES: Final[dict[Asked, Fact]] = dict.fromkeys(
    (Asked.WHEN, Asked.WHETHER, Asked.SURE, Asked.COUNT, Asked.SINCE, Asked.WHY, Asked.WHAT_IF), say_time_it_takes
)
