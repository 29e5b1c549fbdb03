"""How an answer about several servers begins: which they are, how many, how much in all, which first; or, honestly, that none is so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from actions import sets
from actions.live import UNPAID, Standing, owed, period_of, period_readings, period_values, readings, standing
from actions.meant import SOON, Servers
from actions.mentions import BY_YEAR, mentions
from actions.say import Reading, Reply, Values
from actions.turn import GONE, Turn
from bot.accounts.port import Server
from bot.protocol.frame import Asked, Filter
from bot.rules import format as words
from bot.rules.subscription import MONTHS_A_YEAR, grace_last_day, retention_last_day

Line = Callable[[Turn, Server, Reply], None]

_NONE: Final[Mapping[Filter, str]] = {
    Filter.ACTIVE: "utter_ninguno_activo",
    Filter.SUSPENDED: "utter_ninguno_suspendido",
    Filter.GRACE: "utter_ninguno_en_gracia",
    Filter.DOWN: "utter_ninguno_con_falla",
    Filter.CREATING: "utter_ninguno_en_creacion",
    Filter.OWING: "utter_ninguno_por_pagar",
    Filter.NOBACKUP: "utter_ninguno_sin_respaldo",
    Filter.CHANGE: "utter_ninguno_en_cambio",
    Filter.ENDING: "utter_ninguno_por_vencer",
}
_SOME: Final[Mapping[Filter, tuple[str, str]]] = {
    Filter.ACTIVE: ("utter_uno_activo", "utter_varios_activos"),
    Filter.SUSPENDED: ("utter_uno_suspendido", "utter_varios_suspendidos"),
    Filter.GRACE: ("utter_estan_en_gracia", "utter_estan_en_gracia"),
    Filter.DOWN: ("utter_estan_con_falla", "utter_estan_con_falla"),
    Filter.CREATING: ("utter_estan_en_creacion", "utter_estan_en_creacion"),
    Filter.OWING: ("utter_esta_por_pagar", "utter_estan_por_pagar"),
    Filter.NOBACKUP: ("utter_estan_sin_respaldo", "utter_estan_sin_respaldo"),
    Filter.CHANGE: ("utter_estan_en_cambio", "utter_estan_en_cambio"),
    Filter.ENDING: ("utter_estan_por_vencer", "utter_estan_por_vencer"),
}
_DEBTS: Final[Mapping[Standing, str]] = {
    "grace": "utter_linea_debe_en_gracia",
    "grace_last_day": "utter_linea_debe_en_gracia",
    "retained": "utter_linea_debe_en_resguardo",
    "retained_last_day": "utter_linea_debe_en_resguardo",
}
_OUT_OF_USE: Final = (
    r"no (?:(?!(?:se|sabe\w*|cual\w*|dices?|dicen|que|quien\w*)\b)\w+ ){0,3}?(?:us(?!ted|uari)|sirv|funcion|jal|entr|and[ae]|prend|trabaj|abr|camin|respond|dej)\w*"
    r"|sin (?:poder )?(?:us|servicio|funcion|acceso|jal)\w*|(?:caid|apagad|tirad|muert|parad)[oa]s?\b|fuera de servicio"
)
"""Who asks which servers are so wants those, and not the others."""
_SUMS: Final = {"month": "utter_suma_mensual", "year": "utter_suma_anual", "period": "utter_suma_periodo"}
_MANY = 4


def names(turn: Turn, servers: Servers) -> str:
    """Their aliases as "A, B y C"; "todos" where they are the whole of a long list."""
    return "todos" if len(servers) == len(turn.servers) >= _MANY else words.join_names([each.alias for each in servers])


def say_none(turn: Turn, state: Filter, reply: Reply) -> None:
    """That no server of the desk is so. Of failures nothing is said that nobody looked at."""
    up, running = (sets.members(turn, turn.servers, which) for which in ("up", "active"))
    others = sets.rest(turn.servers, running)
    if state is Filter.DOWN and not running:
        reply.say("utter_ninguno_encendido", readings=_status(turn, turn.servers))
    elif state is Filter.DOWN and others and turn.frame.asked is Asked.WHY:  # who asks why some do not work means these
        reply.say("utter_sin_usar", servidores=names(turn, others), readings=_status(turn, others))
    elif state is Filter.DOWN and up and len(up) == len(running):
        reply.say("utter_ninguno_caido", servidores=_of_several(up), readings=_status(turn, up))
    elif state is Filter.NOBACKUP and running:
        reply.say("utter_todos_con_respaldo", servidores=_of_several(running), readings=_status(turn, running))
    else:
        reply.say(_NONE[state], dias=words.days(SOON), readings=_status(turn, turn.servers))


def say_some(turn: Turn, state: Filter, servers: Servers, reply: Reply) -> None:
    """How many servers are so, and which."""
    one, several = _SOME[state]
    if state is Filter.ACTIVE and len(sets.members(turn, servers, "in_force")) < len(servers):
        one, several = "utter_uno_activo_ahora", "utter_varios_activos_ahora"
    told: Values = {"cuantos": words.count(len(servers)), "servidores": names(turn, servers), "dias": words.days(SOON)}
    told["total"] = _total(turn, servers) if state is Filter.OWING else ""
    reply.say(one if len(servers) == 1 else several, readings=_status(turn, servers), **told)


def say_in_grace(turn: Turn, servers: Servers, reply: Reply) -> None:
    """Those of `servers` that may still be used although their validity is over; nothing when there is none."""
    grace = sets.members(turn, sets.members(turn, servers, "in_grace"), "active")
    if grace:
        key = "utter_ademas_en_gracia" if len(grace) == 1 else "utter_ademas_en_gracia_varios"
        told = tuple(each for server in grace for each in period_readings(turn, server))
        reply.say(key, servidores=names(turn, grace), readings=told)


def say_total(turn: Turn, servers: Servers, reply: Reply) -> Servers:
    """What is owed for `servers` in all, and for which; returns those."""
    owing = sets.members(turn, servers, "owing")
    total = _total(turn, owing)
    told = tuple(each for server in owing if (due := owed(turn, server)) for each in readings(turn, server, "subscription", price=due[0]))
    if not owing:
        reply.say("utter_total_nada", servidores=_of_several(servers), readings=_status(turn, servers))
    elif len(owing) == 1:
        reply.say("utter_total_uno", total=total, servidores=names(turn, owing), readings=told)
    else:
        reply.say("utter_total", total=total, cuantos=words.count(len(owing)), servidores=names(turn, owing), readings=told)
    return owing


def say_usable(turn: Turn, servers: Servers, reply: Reply) -> tuple[Servers, Servers]:
    """Which of `servers` can be used now, or which cannot where these are asked for; returns those that were told, and those that cannot."""
    usable = tuple(each for each in sets.members(turn, servers, "active") if not sets.is_down(turn, each))
    others = sets.rest(servers, usable)
    if not usable:
        reply.say("utter_usables_ninguno", servidores=_of_several(servers), readings=_status(turn, servers))
    elif others and mentions(turn, _OUT_OF_USE):
        told: Values = {"cuantos": words.count(len(others)), "servidores": _of_several(others)}
        reply.say("utter_sin_uso_uno" if len(others) == 1 else "utter_sin_uso", readings=_status(turn, others), **told)
        return others, others
    elif not others:
        key = "utter_usables_todos" if len(sets.members(turn, usable, "up")) == len(usable) else "utter_usables_todos_activos"
        reply.say(key, cuantos=words.count(len(usable)), servidores=_of_several(usable), readings=_status(turn, usable))
    else:
        told = {"cuantos": words.count(len(usable)), "servidores": _of_several(usable)}
        reply.say("utter_usables_uno" if len(usable) == 1 else "utter_usables", readings=_status(turn, usable), **told)
    return usable, others


def say_without_backup(turn: Turn, servers: Servers, reply: Reply) -> Servers:
    """Which of `servers` lack last night's backup; returns those, and those that are not active."""
    missing, running = sets.members(turn, servers, "without_backup"), sets.members(turn, servers, "active")
    if missing:
        say_some(turn, Filter.NOBACKUP, missing, reply)
    elif running:
        reply.say("utter_todos_con_respaldo", servidores=_of_several(running), readings=_status(turn, running))
    return sets.rest(servers, sets.rest(running, missing))


def say_debts(turn: Turn, servers: Servers, reply: Reply) -> Servers:
    """For which of `servers` something is owed, or that nothing is; returns those."""
    owing = sets.members(turn, servers, "owing")
    if not owing or turn.frame.asked is Asked.AMOUNT:
        return say_total(turn, servers, reply)
    say_some(turn, Filter.OWING, owing, reply)
    return owing


def say_paid_up(turn: Turn, servers: Servers, reply: Reply) -> Servers:
    """For which of `servers` nothing is owed; returns those, and says nothing where that is so of none."""
    paid = sets.rest(servers, sets.members(turn, servers, "owing"))
    if paid:
        reply.say("utter_total_nada", servidores=_of_several(paid), readings=_status(turn, paid))
    return paid


def say_first(turn: Turn, servers: Servers, reply: Reply, line: Line) -> Servers:
    """Which of `servers` ends first, and a `line` for each whose validity is over; where it is over for all, whose time runs out first."""
    first = sets.first_to_end(turn, servers)
    over = sorted((each for each in servers if standing(turn, each) in UNPAID), key=lambda each: time_left(turn, each))
    if first:
        key = "utter_primero_en_vencer" if len(first) == 1 else "utter_primeros_en_vencer"
        told = period_readings(turn, first[0])
        reply.say(key, servidores=names(turn, first), fin=period_values(turn, first[0])["fin"], readings=told)
        if over:
            reply.say("utter_primero_ya_vencio" if len(over) == 1 else "utter_primero_ya_vencieron")
    elif over:
        key = "utter_primero_en_plazo" if len(over) > 1 else "utter_primero_ya_vencio"
        reply.say(key, servidor=over[0].alias, readings=period_readings(turn, over[0]))
    else:
        reply.say("utter_primero_ninguno", readings=_status(turn, servers))
    for each in over:
        line(turn, each, reply)
    return first or tuple(over)


def say_last(turn: Turn, servers: Servers, reply: Reply, line: Line) -> Servers:
    """Which of `servers` ends last: one that is not there yet, and of those that run; where none is in force, whose time runs out last."""
    over = sorted((each for each in servers if standing(turn, each) in UNPAID), key=lambda each: time_left(turn, each))
    last = sets.last_to_end(turn, sets.members(turn, servers, "active"))
    later = sets.members(turn, sets.rest(sets.last_to_end(turn, servers), last), "being_created")
    of_active = ("utter_ultimo_de_activos", "utter_ultimos_de_activos") if later else ("utter_ultimo_en_vencer", "utter_ultimos_en_vencer")
    for (one, several), those in ((("utter_ultimo_por_crearse", "utter_ultimos_por_crearse"), later), (of_active, last)):
        if those:
            told: Values = {"servidores": names(turn, those), "fin": period_values(turn, those[0])["fin"]}
            reply.say(one if len(those) == 1 else several, readings=period_readings(turn, those[0]), **told)
    if over and not last and not later:
        reply.say("utter_ultimo_en_plazo", servidor=over[-1].alias, readings=period_readings(turn, over[-1]))
        line(turn, over[-1], reply)
    elif not last and not later:
        reply.say("utter_primero_ninguno", readings=_status(turn, servers))
    return later or last or tuple(over[-1:])


def say_most(turn: Turn, servers: Servers, reply: Reply) -> Servers:
    """For which of `servers` most is owed."""
    most = sets.owes_most(turn, servers)
    due = owed(turn, most[0]) if most else None
    if due is None:
        say_none(turn, Filter.OWING, reply)
        return ()
    key = "utter_mas_adeudo" if len(most) == 1 else "utter_mas_adeudo_igual"
    told = tuple(each for server in most for each in readings(turn, server, "subscription", price=due[0]))
    reply.say(key, servidores=names(turn, most), monto=words.money(*due), readings=told)
    return most


def say_dearest(turn: Turn, servers: Servers, reply: Reply) -> Servers:
    """Which of `servers` costs most for what most of them are paid by: a month, a year."""
    priced = [each for each in servers if each.subscription and each.status not in GONE]
    periods = [(period_of(each.subscription), each.subscription.currency) for each in priced if each.subscription]
    alike = [each for each, period in zip(priced, periods, strict=True) if period == max(periods, key=periods.count)]
    if not alike:
        reply.say("utter_precio_de_cada_uno")
        return servers
    price = max(each.subscription.price for each in alike if each.subscription)
    dearest = tuple(each for each in alike if each.subscription and each.subscription.price == price)
    told = tuple(each for server in dearest for each in readings(turn, server, "subscription", price=price))
    key = "utter_mas_caro" if len(dearest) == 1 else "utter_mas_caro_igual"
    currency = dearest[0].subscription.currency if dearest[0].subscription else ""
    reply.say(key, servidores=names(turn, dearest), precio=words.money(price, currency), readings=told)
    return dearest


def say_end_line(turn: Turn, server: Server, reply: Reply) -> None:
    """One line with the day on which its validity ends or ended."""
    values = period_values(turn, server)
    if "fin" not in values:
        key = "utter_linea_sin_fin"
    else:
        key = "utter_linea_termino" if values["faltan"].startswith("-") else "utter_linea_termina"
    reply.say(key, readings=period_readings(turn, server), **values)


def say_debt_line(turn: Turn, server: Server, reply: Reply) -> bool:
    """One line with what is owed and the day that matters; False when that is not a matter of days, and nothing was said."""
    key, due = _DEBTS.get(standing(turn, server)), owed(turn, server)
    if key is None or due is None:
        return False
    told = (*period_readings(turn, server), *readings(turn, server, "subscription", price=due[0]))
    reply.say(key, readings=told, monto=words.money(*due), **period_values(turn, server))
    return True


def say_price_sum(turn: Turn, servers: Servers, reply: Reply) -> bool:
    """What `servers` cost in all, by what is paid for: a month, a year, or periods of other lengths; False where no two are priced alike."""
    said = False
    alike: dict[tuple[str, str], list[Server]] = {}
    for each in servers:
        if each.subscription and each.status not in GONE:
            alike.setdefault((period_of(each.subscription), each.subscription.currency), []).append(each)
    for (period, currency), priced in alike.items():
        prices = [each.subscription.price for each in priced if each.subscription]
        if len(prices) > 1:
            told = tuple(
                reading for each, price in zip(priced, prices, strict=True) for reading in readings(turn, each, "subscription", price=price)
            )
            total = sum(prices, Decimal())
            reply.say(_SUMS[period], readings=told, total=words.money(total, currency), cuantos=str(len(prices)))
            if period == "month" and mentions(turn, BY_YEAR):
                reply.say("utter_pago_equivale_al_ano", precio=words.money(total * MONTHS_A_YEAR, currency))
            said = True
    return said


def say_price_line(turn: Turn, server: Server, reply: Reply) -> None:
    """One line with the price of a period."""
    subscription = server.subscription
    if subscription is None:
        reply.say("utter_linea_sin_precio", servidor=server.alias)
    else:
        told = readings(turn, server, "subscription", price=subscription.price)
        price = words.money(subscription.price, subscription.currency)
        reply.say("utter_linea_precio", servidor=server.alias, precio=price, readings=told)


def time_left(turn: Turn, server: Server) -> date:
    """The last day of its grace, or of what is kept of it once that is over."""
    assert server.subscription is not None
    assert server.subscription.ends_on is not None
    ends_on = server.subscription.ends_on
    grace = grace_last_day(ends_on, turn.settings.grace_days)
    return grace if turn.today <= grace else retention_last_day(ends_on, turn.settings.retention_days)


def _total(turn: Turn, owing: Servers) -> str:
    return words.join_names([words.money(amount, currency) for currency, amount in sets.sum_owed(turn, owing).items()])


def _of_several(servers: Servers) -> str:
    return words.join_names([each.alias for each in servers])


def _status(turn: Turn, servers: Servers) -> tuple[Reading, ...]:
    return tuple(each for server in servers for each in readings(turn, server, "virtual_server", status=server.status))
