"""What would follow from paying, not paying, cancelling or contracting on a day that the customer supposes (conversation.md section 8).

One small hook in `actions.base` hands every question with a supposition here, whatever its topic; what is not answered here goes on to the
topic as it would without one. The dates are `bot.rules.suppositions`'; a state that they do not decide is told as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actions.base import say_line
from actions.charges import say_charge_in_process
from actions.live import ENDED, IN_FORCE, IN_PROCESS, UNPAID, Standing, charge_state, last_charge, period_readings, period_values, standing
from actions.mentions import MOVES_THE_CHARGE, mentions
from actions.say import Reply, Values
from actions.standings import rule_values
from actions.subscription import ANY_STANDING, say_standing
from actions.supposing import Supposition, decided_by, read_supposition, supposed_in
from actions.suppositions_general import say_creation_rule, say_general_rule, say_method, say_process
from actions.suppositions_paid import say_paid, say_second_charge
from actions.turn import SLOT_SERVER, Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Act, Asked, Which
from bot.rules import format as words
from bot.rules.subscription import Phase
from bot.rules.suppositions import cancelled_on, not_paid_until

ASKED: Final = frozenset(
    {Asked.GENERAL, Asked.STATE, Asked.WHEN, Asked.UNTIL, Asked.SINCE, Asked.COUNT, Asked.WHICH, Asked.WHY}
    | {Asked.WHETHER, Asked.WHAT_IF, Asked.SURE}
)
_TIME_OF_CREATION: Final = frozenset({"faq_tiempo_creacion", "faq_datos_conexion"})
CREATION: Final = _TIME_OF_CREATION | {"faq_inicio_vigencia"}
OF_THE_ACCOUNT: Final = frozenset(
    {
        "consultar_suscripcion",
        "consultar_pago",
        "faq_consultar_vigencia",
        "faq_formas_pago",
        "faq_pago_sin_correo",
        "faq_periodo_gracia",
        "faq_resguardo_sin_pago",
        "pagar_adeudo",
        "reactivar_servicio",
    }
)
OF_A_CHANGE: Final = frozenset({"faq_cambiar_solucion", "cancelar_servicio"})
OF_A_NEW_ONE: Final = frozenset({"contratar_servicio", "consultar_suscripcion", "faq_traslado_informacion", "reactivar_servicio"})
_SETS: Final = frozenset({Which.ALL, Which.REST, Which.SOME, Which.FILTER, Which.FIRST, Which.LAST, Which.MOST, Which.OTHER})
_MOST_WITH_BOTH_DATES: Final = 3

_AT: Mapping[Phase, str] = {
    "valid": "utter_supuesto_sin_pago_vigente",
    "grace": "utter_supuesto_en_gracia",
    "retained": "utter_supuesto_suspendido",
    "gone": "utter_supuesto_eliminado",
}
_LINES: Mapping[Phase, str] = {
    "valid": "utter_supuesto_linea_vigente",
    "grace": "utter_supuesto_linea_gracia",
    "retained": "utter_supuesto_linea_suspendido",
    "gone": "utter_supuesto_linea_eliminado",
}


def say_what_follows(turn: Turn, intent: str, reply: Reply) -> bool:
    """Say what follows from what `turn` supposes, the consequence that the topic asks about first; False when that is not for here to say."""
    goes_on = turn.state.topic is not None and turn.state.topic.supposed
    if not (supposed_in(turn) or goes_on) or turn.frame.asked not in ASKED or turn.named_foreign or turn.audience == "unavailable":
        return False
    if mentions(turn, MOVES_THE_CHARGE):  # that is a wish, and nothing follows from it
        return False
    servers = _servers(turn)
    one = servers[0] if len(servers) == 1 else None
    supposition = read_supposition(turn, one)
    if supposition is None:
        return False
    if not _say(turn, intent, servers, supposition, reply):
        return False
    reply.servers.extend(each.alias for each in servers)
    reply.supposed = supposition.written(turn, decided_by(turn, one) if one else None)
    if one and len(turn.servers) > 1 and one != turn.remembered:
        reply.remember(SLOT_SERVER, one.alias)
    return True


def _say(turn: Turn, intent: str, servers: tuple[Server, ...], supposition: Supposition, reply: Reply) -> bool:
    """By topic and act."""
    one = servers[0] if len(servers) == 1 else None
    # paying for a server that is overdue creates none: what counts is whether it is in time
    unpaid = one is not None and (one.status == "suspended" or (one.status == "active" and standing(turn, one) in UNPAID))
    brings_back = intent in _TIME_OF_CREATION and supposition.act is Act.PAY and unpaid
    if intent in CREATION and supposition.act in {Act.PAY, Act.CONTRACT, Act.CHANGE} and not brings_back:
        return _say_creation(turn, intent, one, supposition, reply)
    neither = intent == "faq_cambiar_solucion" and supposition.act is Act.NOPAY  # "ni lo cambio ni lo pago"
    if intent in OF_A_CHANGE and not neither:
        return one is not None and _say_cancelled(turn, intent, one, supposition, reply)
    if supposition.act in {Act.CONTRACT, Act.CHANGE}:
        return intent in OF_A_NEW_ONE and one is not None and _say_contracted(turn, one, reply)
    of_account = intent in OF_THE_ACCOUNT or neither or (brings_back and intent in CREATION)
    if not of_account or supposition.act is Act.CANCEL:
        return False
    if turn.sees(DataClass.PAYMENTS) is None:
        return say_general_rule(turn, intent, supposition, reply)
    return _say_of_the_account(turn, intent, servers, supposition, reply)


def _say_creation(turn: Turn, intent: str, server: Server | None, supposition: Supposition, reply: Reply) -> bool:
    """A new server; of one that waits for its charge what paying again would mean."""
    if server is None or supposition.act is not Act.PAY or charge_state(turn, last_charge(turn, server)) not in IN_PROCESS:
        return say_creation_rule(turn, intent, server, supposition, reply)
    say_second_charge(turn, server, supposition, reply)
    return True


def _say_of_the_account(turn: Turn, intent: str, servers: tuple[Server, ...], supposition: Supposition, reply: Reply) -> bool:
    """Paying or not paying, for those who can be told their own dates."""
    if not servers or (intent == "consultar_pago" and turn.frame.asked is Asked.COUNT):
        return False
    if len(servers) > 1 and intent == "faq_formas_pago":
        say_method(turn, supposition, None, reply, leads=True)
        return True
    if len(servers) > 1:
        return _say_lines(turn, servers, supposition, reply)
    say = say_paid if supposition.act is Act.PAY else _say_not_paid
    return say(turn, intent, servers[0], supposition, reply) or _say_as_it_is(turn, servers[0], reply)


def _servers(turn: Turn) -> tuple[Server, ...]:
    """The servers that are meant: those named, or the one in play; else those that are not paid, or all."""
    desk, meant = turn.sees(DataClass.PAYMENTS), turn.frame.servers
    if desk is None:
        return ()
    if turn.named_servers:
        return turn.named_servers
    if turn.chosen and not any(each.which in _SETS for each in meant):
        return (turn.chosen,)
    unpaid = tuple(each for each in turn.servers if standing(turn, each) in UNPAID)
    return turn.servers if any(each.which is Which.ALL for each in meant) else unpaid or turn.servers


def _say_not_paid(turn: Turn, intent: str, server: Server, supposition: Supposition, reply: Reply) -> bool:
    """Where it stands on that day; what comes when, if no day was named."""
    charge = last_charge(turn, server)
    if charge_state(turn, charge) in IN_PROCESS and standing(turn, server) not in ENDED:
        say_process(turn, server, reply)
        if charge_state(turn, charge) == "pending":
            reply.add("utter_supuesto_si_no_se_confirma")
        return True
    ends_on = decided_by(turn, server)
    if ends_on is None:
        return False
    day = supposition.day(turn, ends_on)
    values, told = {**period_values(turn, server), **rule_values(turn)}, period_readings(turn, server)
    if day is None:
        reply.say(_without_day(intent, server, standing(turn, server)), readings=told, **values)
        return True
    then = not_paid_until(ends_on, day, turn.settings)
    key = _AT[then.phase]
    if then.phase == "retained" and server.status == "suspended":
        key = "utter_supuesto_sigue_suspendido"
    elif day == then.usable_until:
        key = "utter_supuesto_ultimo_dia_usable"
    reply.say(key, readings=told, dia=words.on_date(day, turn.today), **values)
    return True


def _without_day(intent: str, server: Server, now: Standing) -> str:
    if server.status == "suspended":
        return "utter_supuesto_sin_pago_suspendido"
    if intent == "faq_resguardo_sin_pago":
        return "utter_supuesto_sin_pago_datos"
    return "utter_supuesto_sin_pago_vigente" if now in IN_FORCE else "utter_supuesto_sin_pago"


def _say_as_it_is(turn: Turn, server: Server, reply: Reply) -> bool:
    """A state that dates do not decide; a server that is just being created is its topic's own."""
    now = standing(turn, server)
    if now not in ANY_STANDING:
        return False
    if say_standing(turn, server, reply, ANY_STANDING) in {"not_started", "unpaid_start", "starts_later"}:
        say_charge_in_process(turn, server, reply)
    return True


def _say_cancelled(turn: Turn, intent: str, server: Server, supposition: Supposition, reply: Reply) -> bool:
    """Whether that day is in time for a change, and the next chance. Without a day the topic says until when."""
    subscription, ends_on = server.subscription, decided_by(turn, server)
    days = supposition.possible(turn, ends_on)
    if (
        not days
        or turn.frame.asked in {Asked.UNTIL, Asked.WHEN}
        or subscription is None
        or ends_on is None
        or standing(turn, server) not in IN_FORCE
    ):
        return False
    outcomes = {
        (found.in_time, found.next_chance): found
        for day in days
        for found in (cancelled_on(turn.calendar, subscription.starts_on, ends_on, day, turn.settings, renews=subscription.auto_renew),)
    }
    if len(outcomes) > 1 or days[0] < turn.today:
        return False
    (found,) = outcomes.values()
    values: Values = {
        **period_values(turn, server),
        "dia": words.on_date(days[-1], turn.today),
        "limite": words.on_date(found.last_day, turn.today),
    }
    too_late = "utter_supuesto_cancelar_plazo_terminado" if found.last_day < turn.today else "utter_supuesto_cancelar_tarde"
    reply.say("utter_supuesto_cancelar_a_tiempo" if found.in_time else too_late, readings=period_readings(turn, server), **values)
    if found.next_chance:
        reply.say("utter_supuesto_cancelar_siguiente", siguiente=words.on_date(found.next_chance, turn.today))
    if intent == "cancelar_servicio" or not found.in_time:
        say_line(turn, reply)
    return True


def _say_contracted(turn: Turn, server: Server, reply: Reply) -> bool:
    """What a new server would hold of one that is lost or not paid; else the topic has its own answer."""
    now = standing(turn, server)
    if turn.frame.asked not in {Asked.WHAT_IF, Asked.WHETHER, Asked.SURE} or not (
        now == "gone" or (now in UNPAID and decided_by(turn, server))
    ):
        return False
    key = "utter_supuesto_nuevo_vacio" if now == "gone" else "utter_supuesto_nuevo_sin_pagar"
    reply.say(key, readings=period_readings(turn, server), **period_values(turn, server))
    say_line(turn, reply)
    return True


def _say_lines(turn: Turn, servers: tuple[Server, ...], supposition: Supposition, reply: Reply) -> bool:
    """One line for each whose dates decide: where it stands on that day, or what comes when."""
    ends = {each.alias: ends_on for each in servers if (ends_on := decided_by(turn, each))}
    if not ends:
        return False
    days = {supposition.day(turn, ends_on) for ends_on in ends.values()}
    day = days.pop() if len(days) == 1 else None
    if day is None:
        reply.say("utter_supuesto_varios")
    else:
        reply.say("utter_supuesto_varios_para", dia=words.on_date(day, turn.today))
    for each in servers:
        if each.alias not in ends:
            continue
        then = not_paid_until(ends[each.alias], day or turn.today, turn.settings).phase
        with_room = day is None and then != "retained" and len(ends) <= _MOST_WITH_BOTH_DATES
        reply.say(
            "utter_supuesto_linea_fechas" if with_room else _LINES[then], readings=period_readings(turn, each), **period_values(turn, each)
        )
    if turn.frame.asked is Asked.WHICH:
        reply.add("utter_supuesto_tu_decides")
    elif supposition.act is Act.PAY:
        say_method(turn, supposition, day, reply)
    return True
