"""The case that is open for who writes: its folio, what became of it, and asking for another one.

Only the folios of this conversation are known (the episode's slot, which a new episode takes over from the ledger). What agents do with a
case cannot be seen from here, and that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from actions.base import say_line
from actions.escalation import ASKED_FOR, escalate, folios_of, open_case
from actions.live import charge_state, last_charge
from actions.mentions import first_mentioned, mentions
from actions.say import Reply, Values
from actions.server_state import LATE_CHARGE, incident_read, incident_values
from actions.turn import Turn
from bot.rules import format as words

Wanted = Literal["another", "news", "folio"]
_CASE: Final = r"(?:folios?|casos?|reportes?|tic(?:k|qu)ets?|solicitud(?:es)?)\b"
_ITS: Final = r"(?:(?:mis?|el|la|los|su|ese|esa|aquel|un|numero|num|de|que|del) ){0,4}"
_WANTED: Final[Mapping[Wanted, str]] = {
    "another": rf"(?:otr[oa]|nuev[oa]|mas de un) {_CASE}",
    "news": (
        rf"(?:que (?:paso|hubo|onda|ha pasado|sigue)|en que (?:va|van|quedo|esta)|como (?:va|van|quedo)|ya (?:lo |me )?(?:vieron|atendieron|resolvieron|revisaron)"
        rf"|que (?:saben|sabe|sabes|hay)|estado|estatus|status|avance|seguimiento) (?:\w+ ){{0,4}}?(?<!un ){_CASE}"
    ),
    "folio": (
        rf"(?:cual|que) (?:es |era |fue )?{_ITS}(?:{_CASE})|(?:dame|damelo|pasa\w*|dime|repit\w*|recuerda\w*|deme|das|dan|perdi|olvide|no (?:anote|tengo|apunte)) {_ITS}(?:folio|{_CASE})"
        r"|(?:mi|mis) (?:numero de )?folios?\b(?=\W*$)"
    ),
}
"""What is wanted of a case, and words that tell it."""
_OF_SOMETHING_ELSE: Final = (
    r"factur|fiscal|cfdi|comprobante|recibo|timbr|sae\b|coi\b|noi\b|ventas|inventario|antiguedad|impres|incident|mi caso (?:es|particular)"
)
_NO_OTHER: Final = r"(?:sin|no) (?:que )?(?:\w+ ){0,2}(?:otr[oa]|nuev[oa])"
_INVOICES: Final = frozenset({"consultar_factura", "faq_factura"})
_OWN: Final = r"casos?\b|reporte|tic(?:k|qu)et|solicitud"
_REPORT: Final = r"reporte"


def say_own_case(turn: Turn, intent: str, reply: Reply) -> bool:
    """Whether a case is asked for by its words; then what is known of it is told, or honestly that none is open here."""
    wanted = first_mentioned(turn, _WANTED)
    if wanted == "another" and mentions(turn, _NO_OTHER):
        return False
    if wanted is None or mentions(turn, _OF_SOMETHING_ELSE) or _means_an_invoice(turn, intent):
        return False
    _take_up_late_charges(turn, reply)
    folios = folios_of(turn, reply)
    down = next((each for each in turn.servers if each.incident), None)
    if down is not None and (mentions(turn, _REPORT) or not folios):  # an incident has a report as well, and no number is known of it
        reply.say("utter_servidor_sin_numero_de_reporte", readings=incident_read(turn, down), **incident_values(turn, down))
        say_line(turn, reply)
        return True
    reply.aside = True
    if not folios and wanted == "another":
        open_case(turn, reply)
    elif not folios:
        reply.say("utter_caso_ninguno")
        say_line(turn, reply)
    elif wanted == "another":
        reply.say("utter_caso_otro", folio=escalate(turn, reply, "cliente_pide_otro_caso"))
        say_line(turn, reply)
    else:
        _say_known(turn, wanted, folios, reply)
    return True


def _means_an_invoice(turn: Turn, intent: str) -> bool:
    """A bare folio is an invoice's where those were talked about."""
    topic = turn.state.topic
    return topic is not None and topic.intent in _INVOICES and intent in _INVOICES and not mentions(turn, _OWN)


def _take_up_late_charges(turn: Turn, reply: Reply) -> None:
    """A charge past its days has a case wherever it is told: the folio of one that waits is told here as well."""
    late = {
        charge.id: each.alias for each in turn.servers if (charge := last_charge(turn, each)) and charge_state(turn, charge) == "overdue"
    }
    if late:
        escalate(turn, reply, LATE_CHARGE, late)


def _say_known(turn: Turn, wanted: Wanted, folios: Mapping[str, str], reply: Reply) -> None:
    values: Values = {"folio": words.join_names(list(dict.fromkeys(folios.values())))}
    of_charge = any(reason.startswith(LATE_CHARGE) for reason in folios)
    if wanted == "news":
        reply.vary("utter_caso_sigue", "utter_caso_sigue_otra", **values)
    elif of_charge and ASKED_FOR not in folios:
        reply.say("utter_caso_folio_cargo", **values)
    else:
        reply.say("utter_caso_folio", **values)
    if wanted == "news" and of_charge and _late_still(turn):
        reply.add("utter_caso_cargo_pendiente")
    say_line(turn, reply)


def _late_still(turn: Turn) -> bool:
    return any(charge_state(turn, last_charge(turn, each)) == "overdue" for each in turn.servers)
