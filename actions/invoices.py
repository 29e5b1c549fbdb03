"""The questions about invoices (FAQ 16): the rule, and the invoice of the customer's last credited payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from actions.base import ServerAction
from actions.invoice_day import invoice_state
from actions.invoice_facts import INVOICE_FACTS, TO_COME
from actions.invoice_state import say_invoice, say_invoice_line
from actions.say import Reply
from actions.turn import Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked
from bot.rules import format as words


class Invoices(ServerAction):
    """FAQ 16: where the invoice is and from when; then the invoice of the last credited payment."""

    intent = "faq_factura"
    data = DataClass.PAYMENTS
    general = "utter_faq_factura"
    short: ClassVar[Mapping[Asked, str]] = {
        Asked.WHEN: "utter_faq_factura_cuando",
        Asked.COUNT: "utter_faq_factura_cuando",
        Asked.SINCE: "utter_faq_factura_cuando",
        Asked.WHERE: "utter_faq_factura_donde",
        Asked.HOW: "utter_faq_factura_donde",
        Asked.AGAIN: "utter_faq_factura_donde",
        Asked.WHETHER: "utter_faq_factura_si",
        Asked.SURE: "utter_faq_factura_si",
        Asked.WHY: "utter_factura_porque",
    }
    facts = INVOICE_FACTS

    def has_fact(self, turn: Turn) -> bool:
        """While the invoice of the last payment is to come: else the rule is what is asked."""
        server = self._meant(turn)
        return super().has_fact(turn) and server is not None and invoice_state(turn, server) in TO_COME

    def holds(self, turn: Turn, server: Server) -> bool:
        """Unless the invoice is late."""
        return invoice_state(turn, server) != "late"

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """With the business days of the settings."""
        say = reply.say if turn.sees(self.data) is None else reply.add
        say(self.short.get(turn.frame.asked, self.general), dias=words.business_days(turn.settings.invoice_business_days))

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Available, or from when."""
        say_invoice(turn, server, reply)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with its number or its day."""
        say_invoice_line(turn, server, reply)


class MyInvoice(ServerAction):
    """Is my invoice available: its number or its day, and where it is downloaded."""

    intent = "consultar_factura"
    data = DataClass.PAYMENTS
    heading = "utter_factura_varias"
    facts = INVOICE_FACTS

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """To a visitor the rule: that much is true of any invoice."""
        if turn.audience == "visitor":
            Invoices().say_general(turn, reply)

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Available, or from when; and where."""
        if say_invoice(turn, server, reply):
            reply.say("utter_factura_donde")

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with its number or its day."""
        say_invoice_line(turn, server, reply)

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """Where they are downloaded."""
        del turn
        reply.say("utter_factura_donde")
