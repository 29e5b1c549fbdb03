"""Where the end date is to be seen (FAQ 15) and since when a subscription counts (FAQ 18), as asked of one server."""

from __future__ import annotations

from actions.base import say_line
from actions.leads import UNTIL
from actions.live import UNPAID, period_readings, period_values, standing
from actions.say import Reply
from actions.standings import CURRENT, NOT_BEGUN, say_standing
from actions.subscription_facts import add_confirmation, add_lead
from actions.turn import GONE, Turn
from bot.accounts.port import Server
from bot.protocol.frame import Asked


def say_where(turn: Turn, server: Server, reply: Reply) -> None:
    """The path, and this server's date beneath it."""
    if server.status in GONE:
        say_standing(turn, server, reply, CURRENT)
        return
    yes_or_no = turn.frame.asked in {Asked.WHETHER, Asked.WHICH, Asked.SURE}
    reply.say("utter_vigencia_donde_si" if yes_or_no else "utter_vigencia_donde")
    if turn.frame.asked is not Asked.AGAIN:
        add_lead(turn, server, reply, {**CURRENT, **UNTIL})


def say_start(turn: Turn, server: Server, reply: Reply) -> None:
    """Since when it counts; while its payment is not confirmed, that no day is lost by waiting."""
    now = standing(turn, server)
    if now in UNPAID:
        reply.say("utter_inicio_otra_vez", readings=period_readings(turn, server), servidor=server.alias)
        say_line(turn, reply)
    elif now == "not_started":
        reply.say("utter_inicio_en_espera", readings=period_readings(turn, server), servidor=server.alias)
        add_confirmation(turn, server, reply)
    elif has_begun(turn, server) and server.status not in GONE and now in {"valid", "ends_today", "renewed", "ending"}:
        reply.say("utter_inicio_ya_corre", readings=period_readings(turn, server), **period_values(turn, server))
        reply.add("utter_faq_inicio_vigencia")
    else:
        say_standing(turn, server, reply, CURRENT)


def has_begun(turn: Turn, server: Server) -> bool:
    """Whether its first and last day are known and the first is past."""
    subscription = server.subscription
    known = subscription is not None and subscription.starts_on is not None and subscription.ends_on is not None
    return known and standing(turn, server) not in NOT_BEGUN
