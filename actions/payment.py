"""Payments: what became of the customer's charges and what is owed (FAQ 20)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from actions.base import Fact, ServerAction, say_line, say_with_line, server_buttons
from actions.charge_case import case_of
from actions.charge_facts import MAIL_FACTS, PAYMENT_FACTS, WAITING, saying_of
from actions.charge_next import add_deadline
from actions.charges import (
    say_charge_in_process,
    say_charge_line,
    say_ended,
    say_how_to_settle,
    say_late_charges,
    say_next_charge,
    say_rejected,
    say_why_line,
    total_owed,
)
from actions.live import (
    ENDED,
    IN_PROCESS,
    UNEXPLAINED,
    UNPAID,
    bank_days,
    charge_readings,
    charge_state,
    charge_values,
    last_charge,
    last_mail,
    owed,
    period_readings,
    period_values,
    readings,
    standing,
)
from actions.mails import say_mail
from actions.meant import NAMES_ONLY, Meant
from actions.mentions import ALL_WENT_THROUGH, NOT_WHAT_IS_OWED, OWES, PAID_UP, mentions
from actions.payment_methods import PaymentMethods
from actions.say import Reply, Values
from actions.server_state import say_creation, say_suspended
from actions.set_leads import say_debt_line, say_debts, say_paid_up
from actions.sets import rest
from actions.situation import knows_cause
from actions.turn import Turn
from bot.accounts.port import Payment, Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked, Filter, Refers
from bot.rules import format as words
from bot.rules.service import expected_ready_at

_REFUSED: Final = r"rechaz|rebot|no (?:paso|pudieron|se pudo|entro|quedo)"
"""Of which server a charge did not go through."""
_METHOD = re.compile(r"\b(?:tarjeta|medio|cuenta\s+(?:bancaria|de\s+banco)|por\s+su\s+lado)", re.IGNORECASE)


class PaidAndNoMail(ServerAction):
    """FAQ 20: bank and debit charges take 2 to 3 business days; then this charge, and the mail once it is credited."""

    intent = "faq_pago_sin_correo"
    data = DataClass.PAYMENTS
    general = "utter_faq_pago_sin_correo"
    short: ClassVar[Mapping[Asked, str]] = {
        Asked.WHY: "utter_pago_porque_pendiente",
        Asked.WHEN: "utter_sin_correo_plazo",
        Asked.COUNT: "utter_sin_correo_plazo",
        Asked.SURE: "utter_sin_correo_plazo",
        Asked.WHETHER: "utter_sin_correo_plazo",
        Asked.HOW: "utter_sin_correo_fuera_de_plazo",
        Asked.WHAT_IF: "utter_sin_correo_fuera_de_plazo",
    }
    facts = MAIL_FACTS

    def has_fact(self, turn: Turn) -> bool:
        """While its charge is what the mail waits for."""
        server = self._meant(turn)
        return super().has_fact(turn) and server is not None and case_of(turn, server) in WAITING

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """With the business days of the settings."""
        say = reply.say if turn.sees(self.data) is None else reply.add
        key = self.short.get(turn.frame.asked, self.general)
        say(key, **bank_days(turn))
        if key == "utter_sin_correo_fuera_de_plazo":
            say_line(turn, reply)

    def holds(self, turn: Turn, server: Server) -> bool:
        """While that is what its charge waits for."""
        return standing(turn, server) not in ENDED and charge_state(turn, last_charge(turn, server)) in {"none", "pending"}

    def candidates(self, turn: Turn) -> tuple[Server, ...]:
        """The servers whose payment or mail is not through yet."""
        return tuple(each for each in turn.servers if _waits(turn, each)) or turn.servers

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """What the mail waits for."""
        charge = last_charge(turn, server)
        state = charge_state(turn, charge)
        if standing(turn, server) in ENDED:
            say_ended(turn, server, reply)
        elif charge is None:
            say_with_line(turn, reply, "utter_pago_ninguno", servidor=server.alias)
        elif state in IN_PROCESS:
            say_charge_in_process(turn, server, reply)
        elif state == "rejected":
            say_rejected(turn, server, charge, reply, brief=True)
            say_how_to_settle(turn, reply)
        elif state == "refunded":
            _say_refunded(turn, server, charge, reply)
        elif standing(turn, server) in UNPAID:
            _say_unpaid_renewal(turn, server, reply)
        elif server.status == "suspended":
            reply.say(
                "utter_sin_correo_acreditado", readings=charge_readings(turn, server, charge), **_credited_values(turn, server, charge)
            )
            say_suspended(turn, server, reply)
        else:
            _say_credited_and_mail(turn, server, charge, reply)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the state of the charge."""
        say_charge_line(turn, server, reply)

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """A case for what is late, else the offer of more about each."""
        servers = self.candidates(turn)
        if not say_late_charges(turn, servers, reply):
            reply.say("utter_pago_ver_detalle", buttons=server_buttons(self.intent, servers))


class MyPayment(ServerAction):
    """Was my payment credited or rejected, is it pending; what do I owe; when and how much is the next charge."""

    intent = "consultar_pago"
    data = DataClass.PAYMENTS
    heading = "utter_pago_varios"
    facts = PAYMENT_FACTS

    def has_fact(self, turn: Turn) -> bool:
        """Where the case of its payment has words for what is asked, or why is asked and it is known."""
        server, asked = self._meant(turn), turn.frame.asked
        if server is None or not super().has_fact(turn):
            return False
        return saying_of(asked, turn, server) is not None or (asked is Asked.WHY and knows_cause(turn, server))

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """A visitor who asks for an amount may mean what one would cost: who tells that."""
        if turn.audience == "visitor" and turn.frame.asked is Asked.AMOUNT and not mentions(turn, OWES):
            say_with_line(turn, reply, "utter_no_cubierto_precio")
        else:
            super().say_general(turn, reply)

    def find(self, turn: Turn) -> Meant:
        """Of several of which none is said: why, which one and whether anything is due is asked of those that are in trouble."""
        meant = super().find(turn)
        if turn.frame.asked in NAMES_ONLY and not turn.named_servers and mentions(turn, _REFUSED) and not _METHOD.search(turn.text):
            refused = tuple(each for each in turn.servers if charge_state(turn, last_charge(turn, each)) == "rejected")
            return Meant("servers", refused, Filter.OWING) if refused and len(turn.servers) > 1 else meant
        if meant.way != "unsaid" or turn.chosen or len(turn.servers) == 1:
            return meant
        if turn.frame.asked is Asked.WHY:
            troubled = tuple(each for each in turn.servers if owed(turn, each) or charge_state(turn, last_charge(turn, each)) in WAITING)
            return Meant("servers", troubled) if troubled else meant
        owes = mentions(turn, OWES) and not mentions(turn, NOT_WHAT_IS_OWED)
        goes_on = turn.frame.refers is not Refers.NEW and turn.frame.asked in NAMES_ONLY and not _METHOD.search(turn.text)
        return Meant("servers", turn.servers) if goes_on or owes else meant

    def line_for(self, turn: Turn) -> Fact:
        """The method or the reason, where that is asked; else the charge."""
        if turn.frame.asked is Asked.WHY:
            return say_why_line
        return PaymentMethods().describe_line if _METHOD.search(turn.text) else self.say_line

    def say_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """What is owed and until when, else the charge."""
        if not say_debt_line(turn, server, reply):
            self.describe_line(turn, server, reply)

    def begin(self, turn: Turn, servers: tuple[Server, ...], reply: Reply) -> tuple[tuple[Server, ...], tuple[Server, ...]]:
        """For which something is owed, or nothing, as is asked, and how those and what is in process stand; how each is paid, where that is asked."""
        if _METHOD.search(turn.text) or turn.frame.asked is Asked.WHY or mentions(turn, ALL_WENT_THROUGH):
            return servers, servers
        moving = [each for each in servers if charge_state(turn, last_charge(turn, each)) in IN_PROCESS]
        wanted = turn.frame.asked in NAMES_ONLY and mentions(turn, PAID_UP)
        if wanted and (paid := say_paid_up(turn, rest(servers, moving), reply)):
            return paid, ()
        owing = say_debts(turn, servers, reply)
        return owing or servers, (*owing, *moving)

    def end(self, turn: Turn, servers: tuple[Server, ...], reply: Reply) -> None:
        """That nothing is owed for the others; a case for what is late."""
        if (
            (reply.says("utter_estan_por_pagar") or reply.says("utter_esta_por_pagar"))
            and len(reply.servers) < len(servers)
            and turn.frame.asked is not Asked.COUNT
        ):
            reply.say("utter_los_demas_sin_adeudo")
        say_late_charges(turn, servers, reply)

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The last charge, what is owed, what comes next."""
        charge, now = last_charge(turn, server), standing(turn, server)
        state = charge_state(turn, charge)
        if now in ENDED:
            say_ended(turn, server, reply)
        elif state in IN_PROCESS:
            say_charge_in_process(turn, server, reply)
        elif charge is not None and state == "rejected":
            _say_rejected_and_owed(turn, server, charge, reply)
        elif now in UNPAID:
            _say_unpaid_renewal(turn, server, reply)
        elif charge is None:
            say_with_line(turn, reply, "utter_pago_ninguno", servidor=server.alias)
        elif state == "refunded":
            _say_refunded(turn, server, charge, reply)
        else:
            self._say_credited(turn, server, charge, reply)

    def _say_credited(self, turn: Turn, server: Server, charge: Payment, reply: Reply) -> None:
        """The last charge is through: what it settled, and what comes next."""
        now, told, values = standing(turn, server), charge_readings(turn, server, charge), _credited_values(turn, server, charge)
        if now == "paid":
            told = (*told, *period_readings(turn, server))
            say_with_line(turn, reply, "utter_pago_acreditado_sin_fecha", readings=told, **{**period_values(turn, server), **values})
        elif now in UNEXPLAINED:
            reply.say("utter_pago_acreditado_nada_mas", readings=told, **values)
            say_with_line(turn, reply, "utter_pago_por_aclarar")
        else:
            reply.say("utter_pago_acreditado", readings=told, **values)
            if now == "ending":
                reply.say("utter_pago_suscripcion_cancelada")
            elif now != "renewed" and not say_next_charge(turn, server, reply):
                self._say_no_next_charge(turn, server, reply)

    def _say_no_next_charge(self, turn: Turn, server: Server, reply: Reply) -> None:
        planned = server.subscription.next_charge_on if server.subscription and server.subscription.auto_renew else None
        if planned is None:
            reply.say("utter_pago_sin_cargo_programado")
        else:
            told = readings(turn, server, "subscription", next_charge_on=planned)
            say_with_line(turn, reply, "utter_pago_cargo_no_hecho", readings=told, dia=words.on_date(planned, turn.today))

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the last charge or what is owed."""
        say_charge_line(turn, server, reply)

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """A case for what is late, and what is owed in all."""
        say_late_charges(turn, turn.servers, reply)
        owing = tuple(each for each in turn.servers if owed(turn, each))
        if owing:
            reply.say("utter_pago_adeudo_total", total=total_owed(turn, owing), buttons=server_buttons(self.intent, owing))
        else:
            reply.say("utter_pago_sin_adeudos")


def _waits(turn: Turn, server: Server) -> bool:
    """Whether a customer who paid may still be waiting for the mail of this server."""
    mail, state = last_mail(server), charge_state(turn, last_charge(turn, server))
    return server.status == "provisioning" or state in IN_PROCESS or (mail is not None and mail.status != "sent")


def _credited_values(turn: Turn, server: Server, charge: Payment) -> Values:
    credited = turn.calendar.local_date(charge.credited_at or charge.charged_at)
    return {**charge_values(turn, server, charge), "acreditado": words.on_date(credited, turn.today)}


def _say_credited_and_mail(turn: Turn, server: Server, charge: Payment, reply: Reply) -> None:
    told = charge_readings(turn, server, charge)
    by_credit_card = charge.method == "credit_card"
    if server.status == "provisioning":
        if by_credit_card and turn.now <= expected_ready_at(charge.credited_at or charge.charged_at, turn.settings.creation_minutes):
            reply.say("utter_sin_correo_al_momento", readings=told)
        say_creation(turn, server, reply)
        return
    mail = last_mail(server)
    bounced = mail is not None and mail.status == "bounced"  # then no wait is the reason, whatever the method
    key = "utter_sin_correo_tarjeta_credito" if by_credit_card and not bounced else "utter_sin_correo_acreditado"
    reply.say(key, readings=told, **_credited_values(turn, server, charge))
    say_mail(turn, server, reply)


def _say_refunded(turn: Turn, server: Server, charge: Payment, reply: Reply) -> None:
    told = charge_readings(turn, server, charge)
    say_with_line(turn, reply, "utter_pago_reembolsado", readings=told, **charge_values(turn, server, charge))


def _say_rejected_and_owed(turn: Turn, server: Server, charge: Payment, reply: Reply) -> None:
    say_rejected(turn, server, charge, reply)
    add_deadline(turn, server, reply)
    say_how_to_settle(turn, reply)


def _say_unpaid_renewal(turn: Turn, server: Server, reply: Reply) -> None:
    assert server.subscription is not None
    told = (*period_readings(turn, server), *readings(turn, server, "subscription", price=server.subscription.price))
    price = words.money(server.subscription.price, server.subscription.currency)
    reply.say("utter_pago_renovacion_sin_pagar", readings=told, precio=price, **period_values(turn, server))
    say_how_to_settle(turn, reply)
