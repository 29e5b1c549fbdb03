"""What follows in general, without any account: how fast a charge is confirmed, when a new server is ready, what happens unpaid.

For visitors, and for those whose own state does not change the answer.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from actions.base import say_how_to_identify, say_line
from actions.charges import say_charge_in_process
from actions.live import UNPAID, bank_days, charge_readings, charge_state, charge_values, last_charge, period_readings, standing
from actions.say import Reply, Values
from actions.supposing import Supposition
from actions.turn import Turn
from bot.accounts.port import Server
from bot.protocol.frame import Act
from bot.rules import format as words
from bot.rules.subscription import phase
from bot.rules.suppositions import contracted_on

_AFTER_END: Final = date(2001, 1, 1)
"""Any end: only the days after it count."""


def say_method(turn: Turn, supposition: Supposition, day: date | None, reply: Reply, *, leads: bool = False) -> None:
    """How fast the charge is confirmed: on which days when it is known when it is made. Said again only where it `leads`."""
    say = reply.say if leads else reply.add
    if supposition.method == "credit_card":
        say("utter_supuesto_medio_credito")
    elif day is None:
        key = "utter_supuesto_medio_banco_general" if supposition.method else "utter_supuesto_medios_general"
        say(key, **bank_days(turn))
    else:
        say("utter_supuesto_medio_banco" if supposition.method else "utter_supuesto_medios", **_window(turn, day))


def say_process(turn: Turn, server: Server, reply: Reply) -> None:
    """When the charge in process is confirmed, in one sentence; past its days it is reported as everywhere."""
    charge = last_charge(turn, server)
    if charge is not None and charge_state(turn, charge) == "pending":
        reply.say("utter_supuesto_se_confirma", readings=charge_readings(turn, server, charge), **charge_values(turn, server, charge))
    else:
        say_charge_in_process(turn, server, reply)


def say_creation_rule(turn: Turn, intent: str, server: Server | None, supposition: Supposition, reply: Reply) -> bool:
    """When a server that is contracted or paid on that day is ready, or from when it is valid."""
    if intent == "faq_inicio_vigencia":
        return _say_start(turn, server, supposition, reply)
    days = supposition.possible(turn, None)
    day = days[0] if len(days) == 1 else None
    values: Values = {**bank_days(turn), "minutos": str(turn.settings.creation_minutes), **(_window(turn, day) if day else {})}
    if supposition.act is Act.PAY and server is not None and server.status == "provisioning" and supposition.method is None:
        reply.say("utter_supuesto_listo_acreditado", **values)
        say_process(turn, server, reply)
    elif supposition.method == "credit_card":
        reply.say("utter_supuesto_listo_credito", **values)
    elif supposition.method:
        reply.say("utter_supuesto_listo_banco" if day else "utter_supuesto_listo_banco_general", **values)
    else:
        reply.say("utter_supuesto_listo" if day else "utter_supuesto_listo_general", **values)
    return True


def _say_start(turn: Turn, server: Server | None, supposition: Supposition, reply: Reply) -> bool:
    """Validity begins with the confirmation; how a late or early payment is counted is not in the sources."""
    if supposition.act is Act.PAY and server is not None:
        if standing(turn, server) not in UNPAID:
            return False
        reply.say("utter_supuesto_inicio_tarde", readings=period_readings(turn, server))
        say_line(turn, reply)
        return True
    days = supposition.possible(turn, None)
    if supposition.method == "credit_card":
        reply.say("utter_supuesto_inicio_credito")
    elif supposition.method and len(days) == 1:
        reply.say("utter_supuesto_inicio_banco", **_window(turn, days[0]))
    else:
        reply.say("utter_supuesto_inicio", **bank_days(turn))
    return True


def say_general_rule(turn: Turn, intent: str, supposition: Supposition, reply: Reply) -> bool:
    """Grace and retention in days after the end, for who cannot be told an account; how fast a charge is confirmed, where that is asked."""
    if intent in {"faq_formas_pago", "faq_pago_sin_correo"}:
        days = supposition.possible(turn, None)
        say_method(turn, supposition, days[0] if len(days) == 1 else None, reply, leads=True)
        return True
    terms = turn.settings
    values: Values = {"gracia": words.days(terms.grace_days), "resguardo": words.days(terms.retention_days)}
    counted = _days_after_end(supposition)
    if counted is None:
        reply.say("utter_supuesto_general", **values)
    else:
        day = _AFTER_END + timedelta(days=counted)
        key = {
            "valid": "utter_supuesto_general",
            "grace": "utter_supuesto_general_gracia",
            "retained": "utter_supuesto_general_resguardo",
            "gone": "utter_supuesto_general_eliminado",
        }[phase(_AFTER_END, day, terms.grace_days, terms.retention_days)]
        reply.say(key, dias=words.days(counted), **values)
    if supposition.act is Act.PAY:
        say_method(turn, supposition, None, reply)
    say_how_to_identify(turn, reply, "faq")
    return True


def _days_after_end(supposition: Supposition) -> int | None:
    """Days after the end: without an account, "15 días" are those too."""
    when = supposition.when
    if when is None or (supposition.act is Act.NOPAY and not when.after_end):
        return None
    return next((n for n in when.after_end if n > 0), when.length)


def _window(turn: Turn, day: date) -> Values:
    """`dia`, and `plazo`: when a bank or debit charge of that day is confirmed."""
    found = contracted_on(turn.calendar, day, "bank_account", turn.settings)
    return {
        "dia": words.on_date(day, turn.today),
        "plazo": words.between(found.earliest, found.latest, turn.today),
        **bank_days(turn),
    }
