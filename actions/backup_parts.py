"""The sentences about the backups of one server that several answers share, and their values."""

from __future__ import annotations

from typing import Final

from actions.backup_state import (
    WELL,
    backup_readings,
    backup_state,
    finished_values,
    last_good,
    next_values,
    say_last_backup,
)
from actions.base import say_line
from actions.live import period_readings, period_values, readings, standing
from actions.say import Reading, Reply, Values
from actions.turn import GONE, Turn
from bot.accounts.port import Server
from bot.protocol.frame import Asked
from bot.rules import format as words
from bot.rules.backup import streak_of_failures

_TELLS_WHAT_TO_DO: Final = frozenset(
    {
        "utter_respaldo_falta",
        "utter_respaldo_faltan",
        "utter_respaldo_sin_terminar",
        "utter_respaldo_sin_terminar_sin_bueno",
        "utter_respaldo_fallido",
        "utter_respaldo_fallidos",
        "utter_respaldo_fallido_sin_bueno",
        "utter_respaldo_fallidos_sin_bueno",
        "utter_respaldo_ninguno_faltan",
    }
)


def say_result(turn: Turn, server: Server, reply: Reply) -> None:
    """The last backup, or those that failed in a row."""
    if backup_state(turn, server) == "failed":
        said = (*backup_readings(turn, server, server.backups[0]), *streak_read(turn, server))
        reply.say(failed_key(server), readings=said, **failed_values(turn, server))
    else:
        say_last_backup(turn, server, reply)


def say_what_to_do(turn: Turn, server: Server, reply: Reply) -> None:
    """An own copy and the line where backups fail, unless it was just said."""
    if in_trouble(turn, server):
        if not any(map(reply.says, _TELLS_WHAT_TO_DO)):
            reply.add("utter_respaldo_copia_propia")
        say_line(turn, reply)


def say_last_good(turn: Turn, server: Server, reply: Reply) -> None:
    """Until when what there is is in a backup that ended well."""
    good = last_good(server)
    if good is None:
        say_last_backup(turn, server, reply)
    elif backup_state(turn, server) == "failed":
        key = "utter_respaldo_fallo_y_falta" if streak_of_failures(server.backups) == 1 else "utter_respaldo_fallaron_y_falta"
        reply.say(key, readings=(*backup_readings(turn, server, good), *streak_read(turn, server)), **failed_values(turn, server))
    elif in_trouble(turn, server):
        said = backup_readings(turn, server, good)
        reply.say("utter_respaldo_protegido_hasta", readings=said, **good_values(turn, server))
    else:
        said = backup_readings(turn, server, good)
        reply.say("utter_respaldo_incluye", servidor=server.alias, readings=said, **finished_values(turn, good), **next_values(turn))


def say_incident(turn: Turn, server: Server, reply: Reply) -> None:
    """While something is broken nobody but support knows of the data."""
    if server.incident:
        reply.add("utter_respaldo_incidente", servidor=server.alias)
        say_line(turn, reply)


def say_not_active(turn: Turn, server: Server, reply: Reply) -> None:
    """Being created, suspended or gone: what there is of its backups, and what is kept."""
    now = standing(turn, server)
    if server.status in GONE and now == "gone":
        _say_gone(turn, server, reply)
        return
    kept = server.status == "suspended" and now in {"retained", "retained_last_day"}
    if kept and turn.frame.asked is Asked.WHETHER:
        reply.say("utter_respaldo_suspendido_resguardo", readings=period_readings(turn, server), **period_values(turn, server))
    say_last_backup(turn, server, reply)


def _say_gone(turn: Turn, server: Server, reply: Reply) -> None:
    """Own copies first, where those are asked about."""
    if turn.frame.asked is Asked.WHAT_IF:
        reply.say("utter_respaldo_copia_tuya")
        reply.add("utter_respaldo_sin_servidor", servidor=server.alias)
    else:
        reply.say("utter_respaldo_sin_servidor", servidor=server.alias)
        reply.add("utter_respaldo_copia_tuya")
    say_line(turn, reply)


def in_trouble(turn: Turn, server: Server) -> bool:
    """Whether the backups of an active server fail or are missing."""
    return backup_state(turn, server) not in WELL or streak_of_failures(server.backups) > 0


def failed_key(server: Server) -> str:
    """The answer for backups that failed in a row: one or several, with a good one before them or none."""
    one = streak_of_failures(server.backups) == 1
    if last_good(server):
        return "utter_respaldo_fallo_uno" if one else "utter_respaldo_fallaron"
    return "utter_respaldo_fallo_uno_sin_bueno" if one else "utter_respaldo_fallaron_sin_bueno"


def failed_values(turn: Turn, server: Server) -> Values:
    """`servidor`, `veces`, `primero` (day of the first that failed in a row, with article) and, if there is a good one, `ultimo_bueno`."""
    failed = [each for each in server.backups if each.status == "failed"][: streak_of_failures(server.backups)]
    first = turn.calendar.local_date(failed[-1].started_at)
    return {"veces": str(len(failed)), "primero": words.on_date(first, turn.today), **good_values(turn, server)}


def good_values(turn: Turn, server: Server) -> Values:
    """`servidor` and `ultimo_bueno`, the day of the last good backup; empty without one."""
    good = last_good(server)
    day = words.long_date(turn.calendar.local_date(good.started_at), turn.today) if good else ""
    return {"servidor": server.alias, "ultimo_bueno": day}


def streak_read(turn: Turn, server: Server) -> tuple[Reading, ...]:
    """What was read to tell of failures in a row."""
    good = last_good(server)
    told = {"failures_in_a_row": streak_of_failures(server.backups), "last_good": good.started_at.isoformat() if good else None}
    return readings(turn, server, "backup", **told)
