"""What is asked about the backups of one server, said first: the last good one, since when they fail, the next try, what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from actions.backup_parts import (
    failed_values,
    good_values,
    in_trouble,
    say_incident,
    say_last_good,
    say_not_active,
    say_result,
    say_what_to_do,
    streak_read,
)
from actions.backup_state import (
    backup_readings,
    backup_state,
    last_good,
    next_values,
)
from actions.base import Fact, say_line
from actions.live import readings
from actions.mentions import first_mentioned, mentions
from actions.say import Reply, Values
from actions.server_state import may_be_used
from actions.turn import GONE, Turn
from bot.accounts.port import Server
from bot.protocol.frame import Asked, Refers
from bot.rules import format as words
from bot.rules.backup import streak_of_failures

About = Literal["overwrites", "recover", "cannot", "cause", "own", "report", "works", "next"]
ABOUT: Final[dict[About, str]] = {
    "overwrites": r"borr|desaparec|encima|\bpisa\b|sobrescrib|se conserva|\b(?:sale|salga) bien|\bsi si sale",
    "recover": r"recuper",
    "cannot": r"restaur|descarg|\bbajar|darme",
    "cause": r"\bpag(?:o|u|a)|\bluz\b|internet|culpa",
    "own": r"\busb\b|memoria|por mi lado|\bpropi|\bsa(?:co|car|quen)\b|\b(?:hag[oa]|hacer|hare) (?:un|mi)",
    "report": r"report|arregl|compon|ya lo saben",
    "works": r"vender|afecta|estorb",
    "next": r"(?:re)?intent|otra vez|esta noche|en la noche|\bhoy\b.*\b(?:corre|sale|salir|si|pasar)\b|vuelv",
}
"""What a yes or no, a doubt or a supposition is about, by its words: "y hoy si va a salir", "sera porque no pague"."""
_NIGHT_BEFORE: Final = r"antenoche|ante ?anoche|antes de anoche|antier"
_DONE: Final = r"\b(?:se hizo|se hicieron|hubo|corrio|salio)\b"
"""Words that ask whether there was a backup at all."""


def say_recent(turn: Turn, server: Server, reply: Reply) -> None:
    """The last backup, or those that failed and since when; what to do beneath."""
    if server.status != "active":
        say_not_active(turn, server, reply)
        return
    say_result(turn, server, reply)
    say_what_to_do(turn, server, reply)


def say_repeated(turn: Turn, server: Server, reply: Reply) -> None:
    """The same once more, with what was recommended, however lately it was said."""
    if server.status != "active":
        say_not_active(turn, server, reply)
        return
    say_result(turn, server, reply)
    if in_trouble(turn, server):
        reply.say("utter_respaldo_copia_propia")
        say_line(turn, reply)


def say_sure(turn: Turn, server: Server, reply: Reply) -> None:
    """What is recorded of it, with the next try, which cannot be vouched for, or the cause, where that is doubted."""
    about = first_mentioned(turn, ABOUT)
    if server.status == "active" and about in {"own", "overwrites"}:
        say_about(turn, server, reply, about)
    elif server.status == "active" and backup_state(turn, server) == "failed" and last_good(server):
        key = "utter_respaldo_seguro_falla" if streak_of_failures(server.backups) == 1 else "utter_respaldo_seguro_fallas"
        reply.say(key, readings=streak_read(turn, server), **failed_values(turn, server))
        reply.add("utter_respaldo_sin_causa" if about == "cause" else "utter_respaldo_siguiente_intento", **next_values(turn))
    else:
        say_recent(turn, server, reply)


def say_whether(turn: Turn, server: Server, reply: Reply) -> None:
    """What is safe in the last good backup and what is not, unless the words ask for something else, or whether it was made."""
    about = first_mentioned(turn, ABOUT)
    if server.status == "active" and mentions(turn, _NIGHT_BEFORE) and _say_night_before(turn, server, reply):
        return
    if server.status == "active" and about is not None:
        say_about(turn, server, reply, about)
    elif in_trouble(turn, server) and mentions(turn, _DONE):
        say_recent(turn, server, reply)
    else:
        say_protected(turn, server, reply)


def _say_night_before(turn: Turn, server: Server, reply: Reply) -> bool:
    """The backup before that of last night, where one is recorded that ended and the last good one is known; whether it was said."""
    day = turn.today - timedelta(days=1)
    found = next((each for each in server.backups if turn.calendar.local_date(each.started_at) == day), None)
    if found is None or found.status == "running" or last_good(server) is None:
        return False
    told: Values = {"dia": words.on_date(day, turn.today)}
    if found.status == "ok":
        reply.say("utter_respaldo_antenoche_bien", readings=backup_readings(turn, server, found), **told)
    elif streak_of_failures(server.backups) > 1:
        reply.say("utter_respaldo_antenoche_fallo", readings=backup_readings(turn, server, found), **told, **good_values(turn, server))
    else:
        return False
    return True


def say_protected(turn: Turn, server: Server, reply: Reply) -> None:
    """Until when its data is in a backup."""
    if server.status != "active":
        say_not_active(turn, server, reply)
        return
    say_last_good(turn, server, reply)
    say_what_to_do(turn, server, reply)
    say_incident(turn, server, reply)


def say_when(turn: Turn, server: Server, reply: Reply) -> None:
    """The last good one and the next."""
    good = last_good(server)
    if server.status != "active":
        say_not_active(turn, server, reply)
    elif in_trouble(turn, server) and good:
        said = backup_readings(turn, server, good)
        reply.say("utter_respaldo_ultimo_bueno", readings=said, **good_values(turn, server), **next_values(turn))
        say_what_to_do(turn, server, reply)
    else:
        say_recent(turn, server, reply)


def say_since(turn: Turn, server: Server, reply: Reply) -> None:
    """The first of the backups that failed in a row."""
    if server.status == "active" and backup_state(turn, server) == "failed" and last_good(server):
        failures = streak_of_failures(server.backups)
        key = "utter_respaldo_falla_desde" if failures == 1 else "utter_respaldo_fallan_desde"
        reply.say(key, readings=readings(turn, server, "backup", failures_in_a_row=failures), **failed_values(turn, server))
        say_what_to_do(turn, server, reply)
    else:
        say_recent(turn, server, reply)


def say_why(turn: Turn, server: Server, reply: Reply) -> None:
    """No cause is recorded; what can be excluded, and who finds out."""
    if server.status != "active" or not in_trouble(turn, server):
        say_recent(turn, server, reply)
        return
    if turn.frame.refers is Refers.NEW:
        say_result(turn, server, reply)
    reply.say("utter_respaldo_sin_causa")
    say_what_to_do(turn, server, reply)


def say_how(turn: Turn, server: Server, reply: Reply) -> None:
    """What to do: an own copy and a report; nothing where the backups end well."""
    if server.status != "active":
        say_not_active(turn, server, reply)
    elif in_trouble(turn, server):
        reply.say("utter_respaldo_haz_copia")
        say_line(turn, reply)
    else:
        reply.say("utter_respaldo_sin_pendientes", servidor=server.alias)
        reply.add("utter_respaldo_copia_propia_breve")
        say_incident(turn, server, reply)


def say_cannot(turn: Turn, server: Server, reply: Reply) -> None:
    """Nothing is made, sent or restored from here; the good backup that there is, an own copy, the line."""
    if server.status in GONE:
        say_not_active(turn, server, reply)
        return
    reply.say("utter_respaldo_no_desde_aqui")
    good = last_good(server)
    if server.status == "active":
        if good:
            reply.add("utter_respaldo_el_bueno", readings=backup_readings(turn, server, good), **good_values(turn, server))
        reply.add("utter_respaldo_copia_propia_breve")
    say_line(turn, reply)


def say_what_if(turn: Turn, server: Server, reply: Reply) -> None:
    """What would be left if something broke now."""
    about = first_mentioned(turn, ABOUT)
    if server.status == "active" and about in {"own", "overwrites", "recover"}:
        say_about(turn, server, reply, about)
    else:
        say_protected(turn, server, reply)


def say_about(turn: Turn, server: Server, reply: Reply, about: About) -> None:
    """What the words of the message ask for, of an active server."""
    _SAY_ABOUT[about](turn, server, reply)


def _say_own(turn: Turn, server: Server, reply: Reply) -> None:
    del turn, server
    reply.say("utter_respaldo_si_copia_propia")


def _say_overwritten(turn: Turn, server: Server, reply: Reply) -> None:
    reply.say("utter_respaldo_sobrescribe", **next_values(turn))
    if last_good(server):
        reply.add("utter_respaldo_llama_antes", **good_values(turn, server))
    say_line(turn, reply)


def _say_recoverable(turn: Turn, server: Server, reply: Reply) -> None:
    say_last_good(turn, server, reply)
    reply.add("utter_respaldo_no_desde_aqui")
    say_line(turn, reply)


def _say_next(turn: Turn, server: Server, reply: Reply) -> None:
    if in_trouble(turn, server):
        reply.say("utter_respaldo_siguiente_intento", **next_values(turn))
        say_what_to_do(turn, server, reply)
    else:
        say_recent(turn, server, reply)


def _say_works(turn: Turn, server: Server, reply: Reply) -> None:
    if in_trouble(turn, server) and may_be_used(server):
        reply.say("utter_respaldo_solo_falla_el_respaldo", servidor=server.alias)
        say_what_to_do(turn, server, reply)
    else:
        say_protected(turn, server, reply)


_SAY_ABOUT: Final[dict[About, Fact]] = {
    "overwrites": _say_overwritten,
    "recover": _say_recoverable,
    "cannot": say_cannot,
    "cause": say_why,
    "own": _say_own,
    "report": say_how,
    "works": _say_works,
    "next": _say_next,
}
ABOUT_MINE: Final[dict[Asked, Fact]] = {
    Asked.STATE: say_recent,
    Asked.WHICH: say_recent,
    Asked.COUNT: say_recent,
    Asked.AGAIN: say_repeated,
    Asked.SURE: say_sure,
    Asked.WHETHER: say_whether,
    Asked.WHEN: say_when,
    Asked.SINCE: say_since,
    Asked.WHY: say_why,
    Asked.HOW: say_how,
    Asked.DO: say_cannot,
    Asked.WHAT_IF: say_what_if,
}
