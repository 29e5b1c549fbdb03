"""The answer to a question about several servers: which of them answer it comes first, then one line for each where what is asked differs.

Never the whole list where those that are so were asked for; and who has only one server hears that it is the only one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions import sets
from actions.alike import join_alike
from actions.live import owed
from actions.meant import Meant, Servers
from actions.mentions import DEAR, DEBTS, NOT_WHAT_IS_OWED, PRICE, mentions
from actions.say import Reply
from actions.set_leads import (
    say_dearest,
    say_first,
    say_in_grace,
    say_last,
    say_most,
    say_none,
    say_price_line,
    say_price_sum,
    say_some,
    say_total,
)
from actions.turn import Turn
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked, Filter, Which

if TYPE_CHECKING:
    from actions.base import ServerAction

_PAID_EACH_TIME = rf"{PRICE}|(?:cuanto|lo que) (?:(?:me|nos|les|se|yo) ){{0,2}}(?:pag(?:o|amos|a|an)|gast(?:o|amos))\b"
"""What is paid by the month or year, and not what is owed."""
_OWED = rf"{DEBTS}|(?:pon\w*|qued\w+|estar) al corriente"


def answer_several(topic: ServerAction, turn: Turn, meant: Meant, reply: Reply) -> None:
    """Say what `topic` has to say of the servers that are meant; `reply.servers` are those that it then has been about."""
    if meant.pick is Which.MOST and mentions(turn, DEAR):
        reply.servers.extend(each.alias for each in say_dearest(turn, meant.servers, reply))
    elif meant.pick is Which.MOST:
        reply.servers.extend(each.alias for each in say_most(turn, meant.servers, reply))
    elif meant.pick is Which.FIRST:
        reply.servers.extend(each.alias for each in say_first(turn, meant.servers, reply, topic.line_for(turn)))
    elif meant.pick is Which.LAST:
        reply.servers.extend(each.alias for each in say_last(turn, meant.servers, reply, topic.line_for(turn)))
    elif not meant.servers:
        _say_nobody(topic, turn, meant, reply)
    else:
        _say_each(topic, turn, meant, reply)


def _say_nobody(topic: ServerAction, turn: Turn, meant: Meant, reply: Reply) -> None:
    """That none is so, or that there is no other; of failures also which servers cannot be used for another reason."""
    if meant.state is None:
        reply.say("utter_no_hay_mas")
        return
    say_none(turn, meant.state, reply)
    if meant.state is Filter.DOWN and topic.many == "list":
        for each in sets.rest(turn.servers, sets.members(turn, turn.servers, "active")):
            topic.describe_line(turn, each, reply)
            reply.servers.append(each.alias)
    topic.end(turn, turn.servers, reply)


def _say_each(topic: ServerAction, turn: Turn, meant: Meant, reply: Reply) -> None:
    asked = turn.frame.asked
    about = lined = meant.servers
    if asked is Asked.AMOUNT and topic.data is DataClass.PAYMENTS:
        denied = mentions(turn, NOT_WHAT_IS_OWED)
        priced = meant.state is not Filter.OWING and (denied or not mentions(turn, _OWED))
        prices_first = priced and (denied or mentions(turn, _PAID_EACH_TIME))
        if prices_first:
            _say_prices(turn, meant.servers, reply, summed=topic.intent == "consultar_pago")
        if not prices_first or any(owed(turn, each) for each in meant.servers):
            about = say_total(turn, meant.servers, reply) or about
        lined = about if len(about) > 1 and not priced else ()
        if priced and not prices_first:
            _say_prices(turn, meant.servers, reply, summed=topic.intent == "consultar_pago")  # the others say how it is paid beneath
    elif meant.state is not None:
        say_some(turn, meant.state, meant.servers, reply)
        lined = () if asked is Asked.COUNT else _by_end(turn, meant)
    else:
        about, lined = topic.begin(turn, meant.servers, reply)
    line, first = topic.line_for(turn), len(reply.messages)
    for each in lined:
        line(turn, each, reply)
    join_alike(reply, first)
    reply.servers.extend(each.alias for each in about)
    if meant.state is Filter.ACTIVE:
        say_in_grace(turn, sets.rest(turn.servers, about), reply)
    topic.end(turn, meant.servers, reply)


def _say_prices(turn: Turn, servers: Servers, reply: Reply, *, summed: bool) -> None:
    """What they cost in all and each: who asks the amount of all may mean that as well as what is owed."""
    if not (summed and say_price_sum(turn, servers, reply)):
        reply.say("utter_precio_de_cada_uno")
    first = len(reply.messages)
    for each in servers:
        say_price_line(turn, each, reply)
    join_alike(reply, first)


def _by_end(turn: Turn, meant: Meant) -> Servers:
    """Those in force as they end, so that the first and the next are seen; others in the order of the desk."""
    ends = sets.ending_within(turn, meant.servers) if meant.state is Filter.ACTIVE else ()
    return ends if len(ends) == len(meant.servers) else meant.servers
