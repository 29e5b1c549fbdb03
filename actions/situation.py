"""What is the matter with one server, and why: the same facts whichever question about it was read.

Questions about a subscription, a server, a payment, kept data or grace are close neighbours, and so are "how is it", "is it", "really". In trouble
they are all answered alike: what is the matter, why and until when; where nothing is wrong, each topic says its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from actions.base import Fact, say_line
from actions.charge_case import payment_readings, payment_values
from actions.charge_next import add_dates
from actions.charges import say_case_of_late_charge
from actions.live import IN_FORCE, Charge, charge_state, last_charge, period_readings, period_values, renewal, standing
from actions.say import Reply, Values
from actions.server_state import TELL_LATE, incident_read, incident_values, minutes_words, when_words
from actions.sets import is_up
from actions.standings import rule_values
from actions.turn import Turn
from bot.accounts.port import Server
from bot.protocol.frame import Move, Refers

Phase = Literal["grace", "kept", "creation"]
Matter = Literal["rejected", "unexplained", "waiting", "late", "unsettled", "unpaid"]
_PHASES: Final[Mapping[str, Phase]] = {
    "grace": "grace",
    "grace_last_day": "grace",
    "retained": "kept",
    "retained_last_day": "kept",
    "not_started": "creation",
}
_SITUATION: Final[Mapping[tuple[Phase, Matter], str]] = {
    ("grace", "rejected"): "utter_situacion_gracia_rechazado",
    ("grace", "unexplained"): "utter_situacion_gracia_sin_motivo",
    ("grace", "waiting"): "utter_situacion_gracia_pendiente",
    ("grace", "late"): "utter_situacion_gracia_pendiente",
    ("grace", "unpaid"): "utter_situacion_gracia_sin_pago",
    ("kept", "rejected"): "utter_situacion_suspendido_rechazado",
    ("kept", "unexplained"): "utter_situacion_suspendido_sin_motivo",
    ("kept", "waiting"): "utter_situacion_suspendido_pendiente",
    ("kept", "late"): "utter_situacion_suspendido_pendiente",
    ("kept", "unpaid"): "utter_situacion_suspendido_sin_pago",
    ("creation", "waiting"): "utter_situacion_creacion_pendiente",
    ("creation", "late"): "utter_situacion_creacion_fuera_de_plazo",
}
_CAUSE: Final[Mapping[tuple[Phase, Matter], str]] = {
    ("grace", "rejected"): "utter_causa_gracia_rechazado",
    ("grace", "unexplained"): "utter_causa_gracia_sin_motivo",
    ("grace", "waiting"): "utter_causa_gracia_pendiente",
    ("grace", "late"): "utter_causa_gracia_pendiente",
    ("grace", "unpaid"): "utter_causa_gracia_sin_pago",
    ("kept", "rejected"): "utter_causa_suspendido_rechazado",
    ("kept", "unexplained"): "utter_causa_suspendido_sin_motivo",
    ("kept", "waiting"): "utter_causa_suspendido_pendiente",
    ("kept", "late"): "utter_causa_suspendido_pendiente",
    ("kept", "unpaid"): "utter_causa_suspendido_sin_pago",
    ("creation", "waiting"): "utter_causa_creacion_pendiente",
    ("creation", "late"): "utter_causa_creacion_fuera_de_plazo",
}
_IN_PROCESS: Final[Mapping[Charge, Matter]] = {"pending": "waiting", "overdue": "late", "unsettled": "unsettled"}
"""What is unsettled (a credit card's charge) is for each topic to tell: it has no day by which it is confirmed."""
TELLS: Final = (*_SITUATION.values(), *_CAUSE.values())
"""The keys of all that is said here first."""
_WHY_AGAIN: Final[Mapping[Matter, str]] = {
    "rejected": "utter_pago_porque_rechazado",
    "waiting": "utter_pago_porque_pendiente",
    "late": "utter_pago_porque_fuera_de_plazo",
}
_DISPUTES: Final = frozenset({Move.COMPLAINS, Move.CORRECTS, Move.DENIES})


def say_situation(turn: Turn, server: Server, reply: Reply) -> bool:
    """Say what is the matter with its subscription or its payment, why and until when; False where neither is in trouble, or that was just told."""
    case = _case(turn, server)
    if case is None or case not in _SITUATION or reply.told_lately(_SITUATION[case], *(TELL_LATE if case[1] == "late" else ())):
        return False
    reply.say(_SITUATION[case], readings=payment_readings(turn, server), **_values(turn, server))
    if case[1] == "late":
        say_case_of_late_charge(turn, server, reply)
    elif case[1] == "waiting" and case[0] != "creation":
        add_dates(turn, server, reply)
    if case[0] == "kept" and turn.frame.refers is not Refers.GOES_ON:
        say_line(turn, reply)
    return True


def say_cause(turn: Turn, server: Server, reply: Reply) -> bool:
    """Say why it is as it is, then the one fact that matters most beside it; False where nothing that is known is wrong."""
    case = _case(turn, server)
    if _is_down(turn, server):
        reply.say("utter_servidor_falla_porque", readings=incident_read(turn, server), **incident_values(turn, server))
        say_line(turn, reply)
    elif _ended_unpaid(turn, server):
        _say_why_gone(turn, server, reply)
    elif case is not None and case in _CAUSE:
        _say_why_unpaid(turn, server, reply, *case)
    else:
        return False
    return True


def knows_cause(turn: Turn, server: Server) -> bool:
    """Whether `say_cause` has something to say."""
    return _is_down(turn, server) or _ended_unpaid(turn, server) or _case(turn, server) in _CAUSE


def because(otherwise: Fact) -> Fact:
    """Says the cause; what `otherwise` says where nothing is wrong."""

    def say(turn: Turn, server: Server, reply: Reply) -> None:
        if not say_cause(turn, server, reply):
            otherwise(turn, server, reply)

    return say


def add_seen_up(turn: Turn, server: Server, reply: Reply) -> None:
    """That its machine was seen up of late."""
    if is_up(turn, server) and server.health is not None:
        reply.add("utter_situacion_encendido", cuando=when_words(turn, server.health.at))


def is_broken(server: Server) -> bool:
    """Whether an incident is open and it was not seen up since."""
    return server.status == "active" and server.incident is not None and (server.health is None or server.health.state == "down")


def _is_down(turn: Turn, server: Server) -> bool:
    return is_broken(server) and standing(turn, server) in IN_FORCE


def _ended_unpaid(turn: Turn, server: Server) -> bool:
    return standing(turn, server) == "gone" and not renewal(turn, server)


def _case(turn: Turn, server: Server) -> tuple[Phase, Matter] | None:
    """Where it stands and what became of its charge; None where nothing is overdue or waited for."""
    phase = _PHASES.get(standing(turn, server))
    return (phase, _matter(turn, server)) if phase else None


def _matter(turn: Turn, server: Server) -> Matter:
    charge = last_charge(turn, server)
    state = charge_state(turn, charge)
    if state in _IN_PROCESS:
        return _IN_PROCESS[state]
    if charge is not None and state == "rejected":
        return "rejected" if charge.reason else "unexplained"
    return "unpaid"


def _say_why_unpaid(turn: Turn, server: Server, reply: Reply, phase: Phase, matter: Matter) -> None:
    said, values = payment_readings(turn, server), _values(turn, server)
    again = (_WHY_AGAIN[matter],) if matter in _WHY_AGAIN else ()
    reply.vary(_CAUSE[phase, matter], *again, readings=said, **values)
    if matter == "late":
        say_case_of_late_charge(turn, server, reply)
    elif matter == "waiting":
        reply.add("utter_inicio_se_confirma", **values)
    elif turn.frame.move in _DISPUTES and matter in {"rejected", "unexplained"}:
        reply.add("utter_pago_lo_sabe_el_banco")
    else:
        key = "utter_suscripcion_despues_de_gracia" if phase == "grace" else "utter_causa_informacion_guardada"
        reply.add(key, readings=period_readings(turn, server), **period_values(turn, server))
    if phase == "kept" and turn.frame.refers is not Refers.GOES_ON:
        say_line(turn, reply)


def _say_why_gone(turn: Turn, server: Server, reply: Reply) -> None:
    key = "utter_causa_eliminado" if server.status == "deleted" else "utter_suscripcion_porque_terminado"
    reply.say(key, readings=period_readings(turn, server), **{**period_values(turn, server), **rule_values(turn)})
    if turn.frame.refers is not Refers.GOES_ON:
        say_line(turn, reply)


def _values(turn: Turn, server: Server) -> Values:
    return {**payment_values(turn, server), "minutos": minutes_words(turn)}
