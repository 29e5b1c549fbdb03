"""Questions that were read as a neighbour whose answer would be false of who asks: how long a fault lasts is no creation, a move from elsewhere no change of solution."""

from __future__ import annotations

from typing import Final

from actions.base import say_line
from actions.charge_facts import say, say_payment_fact, saying_of
from actions.debts import Reactivate
from actions.invoice_facts import INVOICE_FACTS
from actions.licences import say_licences
from actions.live import IN_PROCESS, charge_state, last_charge, owed, readings, standing
from actions.mentions import mentions
from actions.say import Reply
from actions.server_facts import MY_SERVER
from actions.situation import is_broken
from actions.subscription_facts import SUBSCRIPTION
from actions.supposing import Supposition
from actions.suppositions_paid import say_second_charge
from actions.turn import Turn
from actions.unpaid_facts import KEPT_FACTS
from bot.identity.levels import DataClass
from bot.protocol.frame import Act, Asked

_NEW: Final = r"nuev|otr[oa]\b|contrat|crea"
_BACK: Final = r"prend|reactiv|regres|vuelv|volv|arranc|levant|encend"
_DONE: Final = r"esper|qued|arregl|list[oa]\b"
_UNSAVED: Final = r"(?:no|sin) (?:(?:lo|la|les?|alcance|alcanzo|alcanzamos|pude|a) )*guard(?:e|o|ado|ar|amos)\b|lo que (?:se )?estab(?:a|amos) (?:captur|hacien|trabaj|factur|timbr)"
_CAPTURED: Final = (
    r"captur|lo (?:que|de) (?:\w+ ){0,3}(?:hoy|ten|hice|meti|hicimos|metimos|teni|llev)\w*|(?:mi|la|los) (?:informacion|info|datos)\b"
)
_LOST: Final = r"pierd|perd|borr|se va\b"
_WHY_NOT_PAID: Final = (
    r"por ?que .{0,15}\bno (?:(?:se|me|lo|la|les?) )?(?:pag|cobr|hizo (?:el )?(?:cargo|cobro)|hicieron (?:el )?(?:cargo|cobro))"
)
_OF_WHY: Final = frozenset({"consultar_suscripcion", "reactivar_servicio", "consultar_servidor", "pagar_adeudo"})
_BOUND: Final = r"(?:contrato|plazo|periodo|tiempo) (?:\w+ )?(?:forzos|minimo|obligator)\w*(?! (?:para|de) cancel)|permanencia"
_OF_CONDITIONS: Final = frozenset(
    {"faq_licencia_requerida", "contratar_servicio", "faq_que_es", "cancelar_servicio", "faq_inicio_vigencia"}
)
_FEW: Final = 12
_PRODUCT: Final = r"(?:sae|coi|noi|banco|caja|prod|facture)\b"
_ENDS: Final = r"(?:venc|caduc|expir|acab|termin)\w*"
_LICENCE: Final = rf"li[cs]en[cs]ias?\b|{_PRODUCT}.{{0,15}}\b{_ENDS}|{_ENDS}.{{0,15}}\b(?:el|mi|del) (?:aspel )?{_PRODUCT}"
_SERVER: Final = r"servidor(?:es)?\b|server\b|nube\b|virtual\b"
_WHICH_PLAN: Final = (
    r"(?:que|cual) (?:es )?(?:el |mi |la )?(?:plan|solucion|nube|paquete)\b(?! (?:me )?(?:convien|necesit|recomiend|ocup|mas))|cual de l[ao]s (?:planes|soluciones|nubes|paquetes)\b"
    r"|(?:plan|solucion|nube|paquete) (?:\w+ ){0,3}(?:contrat(?:e|ada?|amos|ado)|tengo|tenemos|quedo)\b"
)
_OF_A_SOLUTION: Final = frozenset(
    {"consultar_servidor", "consultar_suscripcion", "consultar_pago", "faq_cambiar_solucion", "listar_servidores"}
)
_DOUBTED: Final = r"no (?:sera|seria|era|es) (?:hasta |para |como )?el (?:dia )?\d{1,2}\b"
_OF_NUMBERS: Final = frozenset({"faq_horario_acceso", "faq_sistema_operativo", "faq_cantidad_maxima", "consultar_linea"})
_ONCE_MORE: Final = r"otra vez|de nuevo|(?:vuelv|volv)\w* a pag|otro pago|dos veces|doble"
_PLANS: Final = r"planes\b|paquetes?\b|soluciones\b|mas (?:barat|basic|economic|sencill)\w*|(?:es|sale|seria|cobran?|paga) (?:al mes|mensual|por mes|cada mes)|renta o\b|mes o (?:ano|anual)"
_OF_ACCOUNTS: Final = frozenset(
    {
        "listar_servidores",
        "consultar_suscripcion",
        "consultar_pago",
        "faq_cambiar_solucion",
        "faq_cantidad_maxima",
        "faq_licencias_incluidas",
    }
)
_FROM_ELSEWHERE: Final = r"(?:con|a) ustedes\b|proveedor|migr(?:an|ar|acion|en)\b|otra empresa|(?:de|desde) (?:mi|nuestra|la) (?:compu|pc|maquina|servidor fisico|oficina)"
_PAID_WITH: Final = r"(?:con|a|de|en|por) (?:que|cual) (?:(?:numero de )?(?:tarjeta|cuenta)|banco)\b|(?:que|cual) tarjeta\b"
_HAD_AGAIN: Final = r"recuper|rescat"
_OF_A_LOSS: Final = frozenset({"consultar_suscripcion", "faq_consultar_vigencia", "faq_resguardo_sin_pago", "consultar_respaldo"})
_OF_A_CARD: Final = frozenset({Asked.WHICH, Asked.HOW, Asked.WHO, Asked.WHERE})
_OF_AN_END: Final = frozenset({"consultar_suscripcion", "faq_consultar_vigencia"})
_OF_WHAT_IS_KEPT: Final = frozenset(
    {"faq_resguardo_sin_pago", "faq_traslado_informacion", "consultar_respaldo", "faq_respaldo_automatico", "consultar_servidor"}
)


def say_instead_of_neighbour(turn: Turn, intent: str, reply: Reply) -> bool:
    """Whether it is such a question; then what is true is said."""
    return turn.is_read and (
        _say_how_long(turn, intent, reply)
        or _say_why_not_paid(turn, intent, reply)
        or _say_paid_with(turn, intent, reply)
        or _say_not_to_be_had_again(turn, intent, reply)
        or _say_of_a_licence(turn, intent, reply)
        or _say_second_payment(turn, intent, reply)
        or _say_of_plans(turn, intent, reply)
        or _say_of_a_doubted_day(turn, intent, reply)
        or _say_own_plan(turn, intent, reply)
        or _say_what_is_not_known(turn, intent, reply)
    )


def _say_how_long(turn: Turn, intent: str, reply: Reply) -> bool:
    """How long a fault lasts, or until a suspended server is back, where that was taken for a creation."""
    server = turn.chosen if intent == "faq_tiempo_creacion" and not mentions(turn, _NEW) else None
    back, done = mentions(turn, _BACK), mentions(turn, _DONE)
    if server is not None and server.status == "active" and is_broken(server) and (back or done):
        MY_SERVER[Asked.WHEN](turn, server, reply)
    elif server is not None and server.status == "suspended" and back and turn.sees(Reactivate.data) is not None:
        Reactivate.facts[Asked.WHEN](turn, server, reply)
    else:
        return False
    reply.servers.append(server.alias)
    return True


def _say_why_not_paid(turn: Turn, intent: str, reply: Reply) -> bool:
    """Why a renewal was not paid, where that was taken for why the server is as it is."""
    server = turn.chosen if intent in _OF_WHY and turn.frame.asked is Asked.WHY and mentions(turn, _WHY_NOT_PAID) else None
    if server is None or turn.sees(DataClass.PAYMENTS) is None or owed(turn, server) is None:
        return False
    found = saying_of(Asked.WHY, turn, server)
    if found is None:
        return False
    say(found, turn, server, reply)
    reply.servers.append(server.alias)
    return True


def _say_paid_with(turn: Turn, intent: str, reply: Reply) -> bool:
    """Whether it is asked with which card a server is renewed, though it was read as a question about its end."""
    server = turn.chosen if intent in _OF_AN_END and turn.frame.asked in _OF_A_CARD and mentions(turn, _PAID_WITH) else None
    if server is None or turn.sees(DataClass.PAYMENTS) is None or saying_of(Asked.WHICH, turn, server) is None:
        return False
    say_payment_fact(Asked.WHICH, turn, server, reply)
    reply.servers.append(server.alias)
    return True


def _say_not_to_be_had_again(turn: Turn, intent: str, reply: Reply) -> bool:
    """Whether what was on a server that is gone is to be had again, doubted or asked in other words: the rule says no."""
    server = turn.chosen if intent in _OF_A_LOSS and turn.frame.asked in {Asked.SURE, Asked.AGAIN} else None
    if server is None or standing(turn, server) != "gone" or not mentions(turn, _HAD_AGAIN):
        return False
    KEPT_FACTS[Asked.SURE](turn, server, reply)
    reply.servers.append(server.alias)
    return True


def _say_own_plan(turn: Turn, intent: str, reply: Reply) -> bool:
    """Which solution the server in question is: the state of its payment or how to change it is no answer."""
    server = turn.chosen if intent in _OF_A_SOLUTION and mentions(turn, _WHICH_PLAN) else None
    if server is None or not server.solution:
        return False
    told = readings(turn, server, "virtual_server", solution=server.solution)
    reply.say("utter_servidor_solucion", readings=told, servidor=server.alias, solucion=server.solution)
    reply.servers.append(server.alias)
    return True


def _say_of_a_doubted_day(turn: Turn, intent: str, reply: Reply) -> bool:
    """A day of the month that is doubted ("¿no será el 24?") is no hour and no version: what was told is told again, for sure."""
    before, server = turn.state.topic, turn.chosen
    if intent not in _OF_NUMBERS or before is None or server is None or not mentions(turn, _DOUBTED, longest=_FEW):
        return False
    facts = INVOICE_FACTS if before.intent in {"consultar_factura", "faq_factura"} else SUBSCRIPTION
    facts[Asked.SURE](turn, server, reply)
    reply.servers.append(server.alias)
    return True


def _say_of_plans(turn: Turn, intent: str, reply: Reply) -> bool:
    """Which plans there are and what they cost, asked by who has no account here: none is listed here."""
    asks = turn.audience == "visitor" and intent in _OF_ACCOUNTS and mentions(turn, _PLANS, longest=_FEW)
    if asks:
        reply.say("utter_contratar_planes")
        say_line(turn, reply)
    return asks


def _say_second_payment(turn: Turn, intent: str, reply: Reply) -> bool:
    """Whether one may pay once more while a charge is on its way: that may be paid twice, whatever ways to pay there are."""
    server = turn.chosen if intent == "faq_formas_pago" and mentions(turn, _ONCE_MORE) and turn.sees(DataClass.PAYMENTS) else None
    if server is None or charge_state(turn, last_charge(turn, server)) not in IN_PROCESS:
        return False
    say_second_charge(turn, server, Supposition(Act.PAY, None, "credit_card" if mentions(turn, r"credito\b") else None), reply)
    return True


def _say_of_a_licence(turn: Turn, intent: str, reply: Reply) -> bool:
    """When an Aspel licence ends is not known here: never the end of the server in its place."""
    of_a_licence = intent in _OF_AN_END and mentions(turn, _LICENCE) and not mentions(turn, _SERVER) and not turn.named_servers
    if of_a_licence:
        reply.say("utter_no_cubierto_licencia")
        desk = turn.sees(DataClass.SERVERS)
        if desk is not None and desk.licences:
            say_licences(turn, desk, reply)
        say_line(turn, reply)
    return of_a_licence


def _say_what_is_not_known(turn: Turn, intent: str, reply: Reply) -> bool:
    broken = turn.chosen is not None and is_broken(turn.chosen) and mentions(turn, _CAPTURED)
    if intent in _OF_WHAT_IS_KEPT and (broken or mentions(turn, _UNSAVED)) and mentions(turn, _LOST):
        reply.say("utter_no_cubierto_sin_guardar")
    elif intent in _OF_CONDITIONS and mentions(turn, _BOUND):
        reply.say("utter_no_cubierto_condiciones")
    elif intent == "faq_traslado_informacion" and turn.audience == "visitor" and mentions(turn, _FROM_ELSEWHERE):
        reply.say("utter_no_cubierto_pasar")
    else:
        return False
    say_line(turn, reply)
    return True
