"""What would follow from a payment on a day: whether it is confirmed in time, and for what. Answers "y si pago el lunes con débito"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from actions.base import say_line
from actions.live import (
    ENDED,
    IN_FORCE,
    IN_PROCESS,
    bank_days,
    charge_readings,
    charge_state,
    charge_values,
    last_charge,
    period_readings,
    period_values,
    standing,
)
from actions.say import Reply, Values
from actions.supposing import Method, Supposition, decided_by
from actions.suppositions_general import say_method, say_process
from actions.turn import Turn
from bot.accounts.port import Server
from bot.protocol.frame import Asked
from bot.rules import format as words
from bot.rules.folding import folded
from bot.rules.suppositions import Certainty, Paid, last_day_to_pay, not_paid_until, paid_on

_RETRIED: Final = re.compile(
    r"\b(?:reintent\w*|vuelv\w+ a (?:cobrar|intentar)|agarra solito|(?:cobr\w+|intent\w+) (?:de nuevo )?sol[oai]\w*)\b"
)
_EARLY: Final = re.compile(r"\b(?:por adelantado|adelant\w+|antes|quitan|pierd\w+ (?:el tiempo|los dias))\b")
_PARTLY: Final = re.compile(r"\b(?:la mitad|una parte|parcial\w*|en abonos|abono algo|a plazos|en pagos)\b")
_FASTER: Final = re.compile(r"\b(?:mas rapido|tarda tanto|tarda menos|se tarda|al instante|luego luego)\b")
_AGAIN: Final = re.compile(r"\b(?:otr[ao]s?|mejor|cambi\w+|dobl\w+|duplic\w+|tarjeta|credito|tc|de nuevo|vuelv\w+)\b")

_ONLY_CREDITED: Final = re.compile(r"^(?!.*\b(?:pag|deposit|abon)).*\b(?:acredit|confirm)")
"""What is supposed is that the charge goes through, not another payment."""

_BY_BANK_IN_USE: Mapping[Certainty, str] = {
    "yes": "utter_supuesto_banco_a_tiempo",
    "perhaps": "utter_supuesto_banco_justo",
    "no": "utter_supuesto_banco_tarde",
}
_BY_ANY_IN_USE: Mapping[Certainty, str] = {
    "yes": "utter_supuesto_cualquiera_a_tiempo",
    "perhaps": "utter_supuesto_cualquiera_justo",
    "no": "utter_supuesto_cualquiera_tarde",
}
_LAST_DAYS: Mapping[Method, tuple[str, str]] = {
    "bank_account": ("utter_supuesto_ultimo_dia_gracia", "utter_supuesto_ultimo_dia_resguardo"),
    "credit_card": ("utter_supuesto_ultimo_dia_gracia_credito", "utter_supuesto_ultimo_dia_resguardo_credito"),
}
_BY_BANK_KEPT: Mapping[Certainty, str] = {"perhaps": "utter_supuesto_banco_resguardo_justo", "no": "utter_supuesto_banco_resguardo_tarde"}


def say_paid(turn: Turn, intent: str, server: Server, supposition: Supposition, reply: Reply) -> bool:
    """What a payment of `server` on the supposed day brings; False for a state that dates do not decide."""
    charge = last_charge(turn, server)
    now, state = standing(turn, server), charge_state(turn, charge)
    if now == "gone":
        _say_too_late(turn, server, supposition, reply)
    elif now not in ENDED and state in IN_PROCESS:
        say_second_charge(turn, server, supposition, reply)
    elif decided_by(turn, server) is None:
        return False
    elif intent == "consultar_pago" and charge is not None and state == "rejected" and _RETRIED.search(folded(turn.text)):
        reply.say("utter_supuesto_reintento", readings=charge_readings(turn, server, charge))
        say_method(turn, supposition, _day(turn, server, supposition), reply)
        say_line(turn, reply)
    elif now in IN_FORCE and _EARLY.search(folded(turn.text)):
        reply.say("utter_supuesto_por_adelantado", readings=period_readings(turn, server), **period_values(turn, server))
        say_line(turn, reply)
    elif _PARTLY.search(folded(turn.text)):
        reply.say("utter_supuesto_pago_parcial")
        _say_limits(turn, server, reply)
        say_line(turn, reply)
    elif turn.frame.asked is Asked.UNTIL:
        _say_last_day(turn, server, supposition, reply)
    else:
        if supposition.some_card:
            reply.add("utter_supuesto_segun_tarjeta")
        _say_on_day(turn, intent, server, supposition, reply)
    if supposition.of_another:
        reply.add("utter_supuesto_otra_persona")
    return True


def _ends_on(server: Server) -> date:
    assert server.subscription is not None
    assert server.subscription.ends_on is not None
    return server.subscription.ends_on


def _day(turn: Turn, server: Server, supposition: Supposition) -> date | None:
    return supposition.day(turn, _ends_on(server))


def _say_on_day(turn: Turn, intent: str, server: Server, supposition: Supposition, reply: Reply) -> None:
    day = _day(turn, server, supposition)
    if turn.frame.asked in {Asked.WHETHER, Asked.WHY, Asked.SURE} and _FASTER.search(folded(turn.text)):
        say_method(turn, supposition, day, reply, leads=True)
        return
    if day is None:
        _say_without_day(turn, intent, server, supposition, reply)
        return
    by_bank = paid_on(turn.calendar, _ends_on(server), day, "bank_account", turn.settings)
    values = _values(turn, server, by_bank)
    phase = not_paid_until(_ends_on(server), day, turn.settings).phase
    if phase == "gone":
        reply.say("utter_supuesto_eliminado", readings=period_readings(turn, server), **values)
        reply.add("utter_supuesto_paga_antes")
    elif phase == "retained":
        _say_kept(turn, intent, server, supposition, by_bank, reply)
    else:
        _say_in_use(turn, server, supposition, by_bank, reply)


def _say_without_day(turn: Turn, intent: str, server: Server, supposition: Supposition, reply: Reply) -> None:
    """By when it must be confirmed, and how fast it is; what is asked about comes first."""
    if intent == "reactivar_servicio" and server.status == "suspended":
        say_method(turn, supposition, None, reply, leads=True)
        _say_switched_on(turn, server, reply)
    elif supposition.method or intent == "faq_formas_pago":
        say_method(turn, supposition, None, reply, leads=True)
        _say_limits(turn, server, reply)
    else:
        _say_limits(turn, server, reply)
        say_method(turn, supposition, None, reply)


def _values(turn: Turn, server: Server, by_bank: Paid) -> Values:
    """The period in words, and `dia`, `plazo`: the supposed day, and when a bank charge of that day is confirmed."""
    return {
        **period_values(turn, server),
        **bank_days(turn),
        "dia": words.on_date(by_bank.day, turn.today),
        "plazo": words.between(by_bank.earliest, by_bank.latest, turn.today),
    }


def _say_in_use(turn: Turn, server: Server, supposition: Supposition, by_bank: Paid, reply: Reply) -> None:
    values, told = _values(turn, server, by_bank), period_readings(turn, server)
    if supposition.method == "credit_card":
        reply.say("utter_supuesto_credito_a_tiempo", readings=told, **values)
        return
    keys = _BY_BANK_IN_USE if supposition.method else _BY_ANY_IN_USE
    reply.say(keys[by_bank.in_grace], readings=told, **values)
    if by_bank.in_grace != "yes" and by_bank.data_safe == "yes":
        reply.add("utter_supuesto_no_se_pierde", **values)


def _say_kept(turn: Turn, intent: str, server: Server, supposition: Supposition, by_bank: Paid, reply: Reply) -> None:
    """Beyond grace, while the data is kept: whether it is safe, and how fast the charge is confirmed."""
    values, told = _values(turn, server, by_bank), period_readings(turn, server)
    safe = by_bank.data_safe == "yes" or supposition.method == "credit_card"
    if not safe:
        reply.say(
            _BY_BANK_KEPT[by_bank.data_safe] if supposition.method else "utter_supuesto_cualquiera_resguardo", readings=told, **values
        )
    elif intent == "reactivar_servicio" or turn.frame.asked is Asked.WHEN:
        say_method(turn, supposition, by_bank.day, reply, leads=True)
        if server.status != "suspended":
            reply.add("utter_supuesto_suspendido", readings=told, **values)
    else:
        suspended = server.status == "suspended"
        reply.say("utter_supuesto_alcanza_resguardo" if suspended else "utter_supuesto_suspendido", readings=told, **values)
        say_method(turn, supposition, by_bank.day, reply)
    if intent == "reactivar_servicio":
        _say_switched_on(turn, server, reply)


def _say_switched_on(turn: Turn, server: Server, reply: Reply) -> None:
    """When a suspended server is switched on again is not in the sources."""
    if server.status == "suspended":
        reply.add("utter_supuesto_encender", readings=period_readings(turn, server), **period_values(turn, server))
        say_line(turn, reply)


def _say_limits(turn: Turn, server: Server, reply: Reply) -> None:
    key = "utter_supuesto_limite_resguardo" if server.status == "suspended" else "utter_supuesto_limite_gracia"
    reply.say(key, readings=period_readings(turn, server), **period_values(turn, server))


def _say_last_day(turn: Turn, server: Server, supposition: Supposition, reply: Reply) -> None:
    """The last day that is certain for use; where that is over, for the data."""
    waited = not_paid_until(_ends_on(server), turn.today, turn.settings)
    method = supposition.method or "bank_account"
    for limit, key in zip((waited.usable_until, waited.kept_until), _LAST_DAYS[method], strict=True):
        last = last_day_to_pay(turn.calendar, limit, method, turn.settings)
        if last >= turn.today:
            values = {**period_values(turn, server), "dia": words.on_date(last, turn.today)}
            reply.say(key, readings=period_readings(turn, server), **values)
            return
    _say_limits(turn, server, reply)
    reply.say("utter_supuesto_medio_credito")


def say_second_charge(turn: Turn, server: Server, supposition: Supposition, reply: Reply) -> None:
    """A charge is in process: when that one is confirmed, and that another one may be a second payment."""
    charge = last_charge(turn, server)
    assert charge is not None
    state, values, told = charge_state(turn, charge), charge_values(turn, server, charge), charge_readings(turn, server, charge)
    text = folded(turn.text)
    if _ONLY_CREDITED.search(text) or (state != "pending" and not _AGAIN.search(text)):
        if server.status == "provisioning":
            reply.say("utter_supuesto_listo_acreditado", minutos=str(turn.settings.creation_minutes))
        say_process(turn, server, reply)
        return
    if not _AGAIN.search(text):
        reply.say("utter_supuesto_ya_hay_cargo", readings=told, **values)
        if server.status == "provisioning":
            reply.add("utter_supuesto_listo_tras_confirmarse", minutos=str(turn.settings.creation_minutes))
        return
    credit = supposition.method == "credit_card"
    reply.say("utter_supuesto_doble_cargo_credito" if credit else "utter_supuesto_doble_cargo", readings=told, **values)
    keys = {"pending": "utter_supuesto_se_confirma", "overdue": "utter_supuesto_cargo_atrasado"}
    if key := keys.get(state):
        reply.add(key, **values)
    say_line(turn, reply)


def _say_too_late(turn: Turn, server: Server, supposition: Supposition, reply: Reply) -> None:
    """Nothing is kept any more; for a day that is over, whether it still was."""
    ends_on = _ends_on(server)
    when, values, told = supposition.when, period_values(turn, server), period_readings(turn, server)
    past = [day for day in (*when.days, *(ends_on + timedelta(days=n) for n in when.after_end)) if day < turn.today] if when else []
    if past and len({not_paid_until(ends_on, day, turn.settings).data == "gone" for day in past}) == 1:
        lost = not_paid_until(ends_on, past[-1], turn.settings).data == "gone"
        key = "utter_supuesto_no_habria_alcanzado" if lost else "utter_supuesto_habria_alcanzado"
        reply.say(key, readings=told, dia=words.on_date(past[-1], turn.today), **values)
        return
    reply.say("utter_supuesto_pago_sin_resguardo", readings=told, **values)
    say_line(turn, reply)
