"""How one can pay (FAQ 8): what is accepted and how long each takes, and the customer's own method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from actions.base import ServerAction, say_line
from actions.charge_facts import OTHER_CARD
from actions.live import ENDED, bank_days, last_charge, readings, standing
from actions.mentions import mentions
from actions.say import Reply
from actions.turn import Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked

_UNLISTED_METHOD: Final = (
    r"oxxo|efectivo|transferen[cs]i|spei\b|deposit|paypal|zelle|cheque|vales\b|billete|dolar|ventanilla|mercado ?pago|bitcoin"
)
_METHOD: Final = r"debito|credito|nomina|cuenta (?:de|del|en el) b|tarda"
_REGISTERED: Final = r"domicilia|registrad|dad[oa] de alta|guardad[oa]"
"""What is asked of the customer's own method."""
_AUTOMATIC: Final = r"sol(?:os|it[oa]s?)\b|se (?:cobra|paga|hace) sol|automatic|picarle"
_METHODS = {
    "bank_account": "utter_formas_pago_cuenta",
    "debit_card": "utter_formas_pago_debito",
    "credit_card": "utter_formas_pago_credito",
}

_CREDIT, _OTHERS = r"(?<!a )credito\b", r"debito\b|nomina\b|clabe\b|cuenta (?:de banco|del banco|bancaria|de cheques)"
_MORE_THAN_THAT: Final = r"meses\b|interes|comision|sin\b|no (?:tengo|quiero|uso|traigo)\b|a fuerza|otra (?:forma|manera)|nomas\b|solo\b|(?:en|al) (?:el )?banco\b"
"""What is asked beyond whether a method is taken and how long it takes."""
_CREATED: Final = r"(?:queda|este|estara) (?:ya )?list|list[oa]\b|se crea|(?:servidor|uno|otro) nuev[oa]\b|(?:me )?lo (?:dan|entregan)|en cuanto (?:tiempo )?(?:lo|la) (?:tengo|tendria|tendre|veo|uso|ocupo)"
_OF_ONE: Final = frozenset({Asked.WHETHER, Asked.WHEN, Asked.SURE, Asked.COUNT})
"""What may be asked of one method alone: whether it is taken, and how long it takes."""


def _only_method(turn: Turn) -> str | None:
    """The text of the one method that is named, where one is."""
    credit, others = mentions(turn, _CREDIT), mentions(turn, _OTHERS)
    if credit == others or mentions(turn, _MORE_THAN_THAT):
        return None
    return "utter_formas_pago_con_credito" if credit else "utter_formas_pago_con_debito"


class PaymentMethods(ServerAction):
    """FAQ 8: automatic charge to a bank account or to a card; then the customer's own method, masked."""

    intent = "faq_formas_pago"
    data = DataClass.PAYMENTS
    general = "utter_faq_formas_pago"
    short: ClassVar[Mapping[Asked, str]] = {
        **dict.fromkeys((Asked.WHETHER, Asked.WHICH, Asked.WHEN, Asked.SURE, Asked.COUNT), "utter_formas_pago_tiempos"),
        Asked.WHY: "utter_formas_pago_porque",
    }

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """What is asked of the rule is answered by the rule alone; to who is known, the way to another card beside it."""
        asked, desk = turn.frame.asked, turn.sees(self.data)
        if desk is None or asked not in {*self.short, Asked.HOW, Asked.WHERE}:
            await super().answer(turn, reply)
            return
        if asked in {Asked.WHICH, Asked.WHETHER, Asked.SURE} and mentions(turn, _REGISTERED) and turn.servers:
            self.add_live(turn, desk, reply)
            return
        another = asked is Asked.WHERE or mentions(turn, OTHER_CARD)
        if not (another and asked in {Asked.HOW, Asked.WHERE}):
            self.say_general(turn, reply)
        if another or asked is Asked.HOW:
            reply.say("utter_formas_pago_cambiar")
            say_line(turn, reply)

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """What is accepted, or what is asked of it; words for another method or for whether it is automatic say which."""
        asked = turn.frame.asked
        key = self.short.get(asked, self.general)
        if asked is not Asked.GENERAL and mentions(turn, _UNLISTED_METHOD):
            key = "utter_formas_pago_solo"
        elif asked in _OF_ONE and (one := _only_method(turn)):
            key = one
        elif asked is Asked.HOW and mentions(turn, _METHOD):
            key = self.short[Asked.WHICH]
        elif asked is Asked.WHETHER and mentions(turn, _AUTOMATIC):
            key = "utter_formas_pago_automatico"
        reply.say(key, **bank_days(turn))

        if key == "utter_formas_pago_con_credito" and mentions(turn, _CREATED):
            reply.say("utter_formas_pago_y_se_crea", minutos=str(turn.settings.creation_minutes))

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The method of the last charge."""
        charge = last_charge(turn, server)
        if charge is not None and standing(turn, server) not in ENDED:
            told = readings(turn, server, "payment", method=charge.method, masked=charge.masked)
            reply.say(_METHODS[charge.method], readings=told, servidor=server.alias, metodo=charge.masked)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the method."""
        charge = last_charge(turn, server)
        if charge is None:
            reply.say("utter_formas_pago_linea_ninguna", servidor=server.alias)
        else:
            told = readings(turn, server, "payment", method=charge.method, masked=charge.masked)
            reply.say("utter_formas_pago_linea", readings=told, servidor=server.alias, metodo=charge.masked)
