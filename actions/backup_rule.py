"""What is asked about how backups are made (FAQ 5), said first, of one server or to a visitor."""

from __future__ import annotations

from typing import Final

from actions.backup_facts import ABOUT, say_about, say_how
from actions.backup_parts import failed_key, failed_values, in_trouble, say_not_active, say_what_to_do
from actions.backup_state import backup_state, next_values
from actions.base import Fact
from actions.mentions import first_mentioned
from actions.say import Reply
from actions.turn import Turn
from bot.accounts.port import Server
from bot.protocol.frame import Asked

RULE_IN_SHORT: Final[dict[Asked, str]] = {
    Asked.WHETHER: "utter_respaldo_regla",
    Asked.SURE: "utter_respaldo_regla",
    Asked.UNTIL: "utter_respaldo_regla",
    Asked.COUNT: "utter_respaldo_regla",
    Asked.WHEN: "utter_respaldo_hora_general",
    Asked.WHICH: "utter_respaldo_de_todo",
    Asked.WHERE: "utter_respaldo_donde",
    Asked.WHO: "utter_respaldo_quien",
    Asked.WHY: "utter_respaldo_por_que_tambien_tu",
    Asked.HOW: "utter_respaldo_como",
    Asked.WHAT_IF: "utter_respaldo_solo_el_ultimo",
}
"""For visitors, and where what is asked is about no single server."""


def say_overwritten(turn: Turn, server: Server, reply: Reply) -> None:
    """That the next one replaces it; who needs something of the last good one calls before."""
    if server.status != "active":
        say_not_active(turn, server, reply)
        return
    about = first_mentioned(turn, ABOUT)
    say_about(turn, server, reply, about if about == "own" else "overwrites")


def _rule(asked: Asked, key: str = "") -> Fact:
    """The rule, or `key`, which holds the next window too, of an active server; beneath it those backups that failed."""
    short = RULE_IN_SHORT[asked]

    def say(turn: Turn, server: Server, reply: Reply) -> None:
        if server.status == "provisioning":
            reply.say(short)
        if server.status != "active":
            say_not_active(turn, server, reply)
            return
        reply.say(key or short, servidor=server.alias, **next_values(turn))
        if backup_state(turn, server) == "failed":
            reply.add(failed_key(server), **failed_values(turn, server))
            say_what_to_do(turn, server, reply)

    return say


def say_rule(turn: Turn, server: Server, reply: Reply) -> None:
    """How backups are made, unless the words ask for an own copy, the next one, to restore one, or what becomes of the last good one."""
    about = first_mentioned(turn, ABOUT) if server.status == "active" else None
    if about in {"own", "recover", "cannot", "next"} or (about == "overwrites" and in_trouble(turn, server)):
        say_about(turn, server, reply, about)
    else:
        _rule(turn.frame.asked)(turn, server, reply)


def say_how_to(turn: Turn, server: Server, reply: Reply) -> None:
    """What to do about backups that fail, else what the rule leaves to the customer."""
    if server.status == "active" and in_trouble(turn, server):
        say_how(turn, server, reply)
    else:
        _rule(Asked.HOW)(turn, server, reply)


ABOUT_THE_RULE: Final[dict[Asked, Fact]] = {
    Asked.WHETHER: say_rule,
    Asked.SURE: say_rule,
    Asked.UNTIL: say_rule,
    Asked.COUNT: say_rule,
    Asked.WHEN: _rule(Asked.WHEN, "utter_respaldo_hora"),
    Asked.WHICH: _rule(Asked.WHICH),
    Asked.WHERE: _rule(Asked.WHERE),
    Asked.WHO: _rule(Asked.WHO),
    Asked.WHY: _rule(Asked.WHY),
    Asked.HOW: say_how_to,
    Asked.WHAT_IF: say_overwritten,
}
