"""The rule for who has no server any more and asks how something works: the fact that is asked, in a sentence that is true of a contracted one.

Their own state follows only where it changes what they should do. What is asked of their own lost server (why, whether it can be got back) is
for its topic to tell; what is asked of a new one, or of how not to lose that too, is answered without the lost one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actions.base import say_with_line
from actions.charges import say_ended
from actions.licences import say_own_licence
from actions.live import bank_days, period_readings, period_values, standing
from actions.mentions import first_mentioned, mentions
from actions.payment_methods import PaymentMethods
from actions.say import Reply, Values
from actions.turn import GONE, Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked
from bot.rules import format as words

_A = Asked
_HOW_IT_WORKS: Final = (_A.GENERAL, _A.WHERE, _A.HOW, _A.WHEN, _A.UNTIL, _A.COUNT, _A.WHETHER, _A.WHICH, _A.SURE)


def _all(key: str, *asked: Asked) -> dict[Asked, str]:
    return dict.fromkeys(asked or _HOW_IT_WORKS, key)


_RULES: Final[Mapping[str, Mapping[Asked, str]]] = {
    "faq_cambiar_contrasena": _all("utter_regla_contrasena"),
    "faq_cambiar_solucion": _all("utter_regla_cancelar", _A.WHEN, _A.UNTIL, _A.COUNT, _A.SURE),
    "faq_conexion_sae": _all("utter_regla_sae", _A.GENERAL, _A.WHERE, _A.HOW, _A.WHICH),
    "faq_consultar_vigencia": _all("utter_regla_fecha_fin", _A.GENERAL, _A.WHERE, _A.HOW, _A.WHICH, _A.WHETHER, _A.SURE),
    "faq_datos_conexion": _all("utter_regla_datos", _A.GENERAL, _A.WHERE, _A.HOW, _A.WHEN, _A.WHICH, _A.WHETHER),
    "faq_horario_acceso": _all("utter_regla_horario"),
    "faq_inicio_vigencia": _all("utter_regla_inicio", *_HOW_IT_WORKS, _A.SINCE),
    "faq_instalar_mas_sistemas": _all("utter_regla_instalar"),
    "faq_pago_sin_correo": _all("utter_regla_confirmacion"),
    "faq_periodo_gracia": _all("utter_regla_gracia", _A.GENERAL, _A.HOW, _A.COUNT, _A.WHICH),
    "faq_resguardo_sin_pago": _all("utter_regla_resguardo", _A.GENERAL, _A.HOW, _A.COUNT, _A.WHICH),
    "faq_respaldo_automatico": _all("utter_regla_respaldo", _A.GENERAL, _A.WHEN, _A.COUNT, _A.WHICH),
    "faq_sistema_operativo": _all("utter_faq_sistema_operativo"),
    "faq_tiempo_creacion": _all("utter_creacion_segun_el_pago"),
    "faq_traslado_informacion": _all("utter_regla_traslado"),
}
_IN_GENERAL: Final[Mapping[str, Mapping[Asked, str]]] = {
    "faq_periodo_gracia": _all("utter_regla_gracia", _A.UNTIL, _A.WHEN, _A.WHETHER, _A.WHAT_IF),
    "faq_resguardo_sin_pago": _all("utter_regla_resguardo", _A.UNTIL, _A.WHEN, _A.WHETHER, _A.WHAT_IF),
}
"""Where the words ask of what holds for everybody, and not of their own server."""
_OF_ANYBODY: Final = (
    r"si (?:uno |alguien |no se |no )?(?:pag|renuev)|sin pag|en general|normalmente|por regla|cuando (?:uno|alguien|no se) "
)
WISH_FOR_A_PERSON: Final = "hablar_con_asesor"
_OWN: Final[Mapping[str, str]] = {
    **dict.fromkeys(("faq_periodo_gracia", "faq_resguardo_sin_pago"), "utter_regla_resguardo_tuyo"),
    "faq_respaldo_automatico": "utter_respaldo_sin_servidor",
    "faq_traslado_informacion": "utter_regla_traslado_tuyo",
    **dict.fromkeys(("faq_inicio_vigencia", "faq_pago_sin_correo", "faq_sistema_operativo", "faq_tiempo_creacion"), ""),
}
"""What of their own state follows, where it is not just that the server is not contracted any more; "": nothing."""
_OF_A_NEW_ONE: Final[Mapping[str, str]] = {
    **{
        intent: next(iter(rules.values()))
        for intent, rules in _RULES.items()
        if intent not in {"faq_cambiar_solucion", "faq_traslado_informacion"}
    },
    "consultar_respaldo": "utter_regla_respaldo",
    "consultar_servidor": "utter_creacion_segun_el_pago",
    "reenviar_datos_conexion": "utter_regla_datos",
}
"""By topic: the rule that holds of a new server, whatever is asked of it."""
_SYSTEM: Final = r"(?:sae|coi|noi|caja|banco|prod|aspel|licencias?)"
_OWN_SYSTEM: Final = r"(?:sae|coi|noi|caja|prod|licencias?)"
_COMES: Final = r"(?:in[ck]lui|[bv]ien[ei]|trae|aparte|separad)"
_OWN_LICENCE: Final = rf"(?:mi|el|la) {_OWN_SYSTEM}\b.{{0,30}}\b(?:de antes|anterior|que (?:ya )?ten|sirv|caduc|venc)|(?:usar|sirv|caduc|venc)\w* (?:\w+ )?(?:mi|el|la) {_OWN_SYSTEM}\b"
"""A licence that there is already, asked about beside a new server."""
_RULES_BY_WORDS: Final = {
    "utter_regla_respaldo": r"respald|copias?\b",
    "utter_creacion_segun_el_pago": r"tarda|demora|listo\b|rapido|en cuanto tiempo (?:(?:ya|me|lo|te) )*(?:est|qued|tend|tengo|d[ae])",
    "utter_faq_licencias_incluidas": rf"{_SYSTEM}\b.{{0,25}}\b{_COMES}|{_COMES}\w*\b.{{0,25}}\b{_SYSTEM}\b",
}
"""The same where it was read as a question about contracting or about what is lost, and its words tell what is asked."""
_OF_CONTRACTING: Final = frozenset({"contratar_servicio", "reactivar_servicio", "faq_traslado_informacion", *_IN_GENERAL})
_OF_PAYING: Final = frozenset(
    {"consultar_pago", "pagar_adeudo", "reactivar_servicio", "consultar_suscripcion", "faq_formas_pago", *_IN_GENERAL}
)
_NEW: Final = (
    r"(?:empiez|empez)\w* (?:con )?(?:otr[oa]|un[oa])\b|(?:vuelv|volv)\w* a (?:contrat|sac|compr|rent|agarr|adquir)\w*|(?:contrat|sac|compr|rent|agarr|adquir)\w* (?:otr[oa]|un[oa]|de nuevo)\b"
    r"|(?<!de )nuev[oa]s?\b|otr[oa] (?:servidor|server|nube)\b"
)
_OLD: Final = (
    r"recuper|rescat|regres|devuelv|traslad|de cero|(?:mis?|las?|los?) (?:informacion|archivos|cosas|datos(?! de con| para))\b|mis? respaldos?\b"
    r"|viej[oa]|anterior|de antes|lo que (?:tenia|habia|ya)|conserv|perdi\b"
)
_PAID_WITH: Final = r"con que\b.*\bpag|como (?:\w+ ){0,3}pag|formas? de pago|tarjeta|debito|credito|oxxo|efectivo|transferencia|deposit"
_OWED_ONCE: Final = r"(?:lo que|cuanto|aun|todavia) (?:\w+ )?deb(?:o|ia|iamos|e)\b(?! \w+[aei]r)|adeud|deuda|atrasad"
_NOT_AGAIN: Final = (
    r"(?:evit|preven)\w+ (?:\w+ ){0,3}(?:perd|borr|pas|suced|ocurr|vuelv)|no (?:\w+ ){0,3}(?:vuelv|volv)\w* a (?:pasar|suced|ocurr|perd|borr)"
    r"|no (?:\w+ ){0,2}(?:pas|suced|ocurr|pierd|perd|borr)\w* (?:otra vez|de nuevo)|para la proxima\b"
)
"""Words of a wish for a new server, of the information that was on the lost one, of ways to pay, and that it must not happen again."""
_DATED: Final = frozenset({"utter_regla_resguardo_tuyo", "utter_regla_traslado_tuyo"})


def say_rule_without_server(turn: Turn, intent: str, reply: Reply) -> bool:
    """Whether who asks how something works has no server any more; then the rule is said, and what of their state matters for it."""
    server = _lost(turn)
    if server is None or not turn.is_read or turn.named_foreign:
        return False
    asked, rules = turn.frame.asked, _RULES.get(intent, {})
    if asked not in rules and mentions(turn, _OF_ANYBODY):
        rules = _IN_GENERAL.get(intent, {})
    if asked not in rules:
        return False
    reply.say(rules[asked], **_rule_values(turn))
    own = _OWN.get(intent, "utter_regla_ya_no_contratado")
    if own in _DATED and standing(turn, server) != "gone":
        own = "utter_regla_ya_no_contratado"
    if own:
        reply.add(own, readings=period_readings(turn, server), **period_values(turn, server))
    reply.servers.append(server.alias)
    return True


def say_of_a_new_one(turn: Turn, intent: str, reply: Reply) -> bool:
    """Whether who has no server any more asks of a new one: how it is paid, what it costs, how it works; or how not to lose it again."""
    asks_nothing = intent == WISH_FOR_A_PERSON or turn.frame.asked is Asked.NONE
    lost, desk = _lost(turn), turn.sees(DataClass.SERVERS)
    if lost is None or desk is None or asks_nothing or turn.named_foreign:
        return False
    if mentions(turn, _NEW) and mentions(turn, _OWN_LICENCE):
        say_own_licence(turn, desk, reply)
        return True
    if intent in _OF_PAYING and turn.frame.asked in {Asked.HOW, Asked.WHERE} and mentions(turn, _OWED_ONCE) and not mentions(turn, _NEW):
        say_ended(turn, lost, reply)
        return True
    if mentions(turn, _OLD):
        return False
    if mentions(turn, _NOT_AGAIN):
        reply.say("utter_nuevo_sin_perderlo", **_rule_values(turn))
    elif not mentions(turn, _NEW):
        return False
    elif intent != "faq_tiempo_creacion" and mentions(turn, _PAID_WITH):  # how long it takes with a card is no question of cards
        PaymentMethods().say_general(turn, reply)
    elif intent in _OF_PAYING and turn.frame.asked is Asked.AMOUNT:
        say_with_line(turn, reply, "utter_contratar_precios")
    elif rule := (intent in _OF_CONTRACTING and first_mentioned(turn, _RULES_BY_WORDS)) or _OF_A_NEW_ONE.get(intent):
        reply.say(rule, **_rule_values(turn))
    return bool(reply.messages)


def _lost(turn: Turn) -> Server | None:
    """The one server of who has only that and has it no more."""
    return turn.servers[0] if len(turn.servers) == 1 and turn.servers[0].status in GONE else None


def _rule_values(turn: Turn) -> Values:
    terms = turn.settings
    return {
        **bank_days(turn),
        "dias_gracia": words.days(terms.grace_days),
        "dias_resguardo": words.days(terms.retention_days),
        "minutos": str(terms.creation_minutes),
        "horas": str(terms.change_cutoff_business_hours),
    }
