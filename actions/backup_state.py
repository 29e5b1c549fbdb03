"""How the backups of one server stand, in one word and in words for its customer. Used by every question about backups."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from actions.base import say_line, say_with_line
from actions.live import readings, standing
from actions.say import Reading, Reply, Values
from actions.server_state import say_gone, say_suspended
from actions.sets import is_down
from actions.turn import GONE, Moment, Turn
from bot.accounts.port import Backup, Server
from bot.rules import format as words
from bot.rules.backup import next_window, nights_without, still_runs, streak_of_failures

State = Literal[
    "ok",
    "missing",  # the last night's
    "missing_several",
    "failed",
    "running",
    "stuck",  # without an end, long after its window
    "none",  # and none was due
    "none_due",
]
_FINISHED: dict[tuple[State, bool], str] = {
    ("ok", True): "utter_respaldo_correcto",
    ("ok", False): "utter_respaldo_correcto_sin_tamano",
    ("missing", True): "utter_respaldo_falta",
    ("missing", False): "utter_respaldo_falta",
    ("missing_several", True): "utter_respaldo_faltan",
    ("missing_several", False): "utter_respaldo_faltan",
}
_LINES: dict[State, str] = {
    "ok": "utter_respaldo_linea_correcto",
    "missing": "utter_respaldo_linea_falta",
    "missing_several": "utter_respaldo_linea_falta",
    "failed": "utter_respaldo_linea_fallido",
    "running": "utter_respaldo_linea_en_curso",
    "stuck": "utter_respaldo_linea_sin_terminar",
    "none": "utter_respaldo_linea_ninguno",
    "none_due": "utter_respaldo_linea_ninguno_faltan",
}
WELL: frozenset[State] = frozenset({"ok", "running", "none"})
_INACTIVE = {"provisioning": "utter_respaldo_linea_creandose", "suspended": "utter_respaldo_linea_suspendido"}


def say_last_backup(turn: Turn, server: Server, reply: Reply) -> None:
    """The last backup of one server and the next window; a failure or a night without one sends to the support line."""
    state, last = backup_state(turn, server), last_backup(server)
    if server.status in GONE:
        say_gone(turn, server, reply)
    elif server.status != "active":
        _say_inactive(turn, server, reply)
    elif last is None:
        _say_none(turn, server, reply)
    elif state == "failed":
        _say_failed(turn, server, reply)
        if _nights_missing(turn, last):
            reply.say("utter_respaldo_sin_otro")
            say_line(turn, reply)
    elif state in {"running", "stuck"}:
        _say_unfinished(turn, server, last, reply)
    else:
        values: Values = {**finished_values(turn, last), **next_values(turn), "noches": str(_nights_missing(turn, last))}
        reply.say(_FINISHED[state, bool(last.bytes)], servidor=server.alias, readings=backup_readings(turn, server, last), **values)
        if state != "ok":
            say_line(turn, reply)
        elif is_down(turn, server):
            reply.add("utter_respaldo_con_falla", servidor=server.alias)


def backup_state(moment: Moment, server: Server) -> State:
    """How the backups of an active server stand."""
    last = last_backup(server)
    if last is None:
        return "none_due" if _nights_due(moment, server) else "none"
    if last.status == "running":
        return "running" if still_runs(moment.calendar, last.started_at, moment.now) else "stuck"
    if last.status == "failed":
        return "failed"
    missing = _nights_missing(moment, last)
    if missing > 1:
        return "missing_several"
    return "missing" if missing else "ok"


def say_backup_line(turn: Turn, server: Server, reply: Reply) -> None:
    """One line of a list of servers."""
    last = last_backup(server)
    if server.status != "active":
        reply.say(_INACTIVE.get(server.status, "utter_respaldo_linea_inactivo"), servidor=server.alias)
    elif last is None:
        reply.say(_LINES[backup_state(turn, server)], servidor=server.alias)
    else:
        said = backup_readings(turn, server, last)
        reply.say(_LINES[backup_state(turn, server)], servidor=server.alias, readings=said, cuando=_short(turn, last))


def _say_none(turn: Turn, server: Server, reply: Reply) -> None:
    """None yet, or none though nights have passed since it is known to run; none either when nobody knows since when it runs."""
    if backup_state(turn, server) == "none":
        reply.say("utter_respaldo_ninguno", servidor=server.alias, **next_values(turn))
    else:
        say_with_line(turn, reply, "utter_respaldo_ninguno_faltan", servidor=server.alias)


def _say_unfinished(turn: Turn, server: Server, last: Backup, reply: Reply) -> None:
    """One that is being made, with the failures before it; or one that should have ended long ago."""
    said, since = backup_readings(turn, server, last), _moment(turn, last.started_at)
    if still_runs(turn.calendar, last.started_at, turn.now):
        reply.say("utter_respaldo_en_curso", servidor=server.alias, readings=said)
        if streak_of_failures(server.backups):
            _say_failed(turn, server, reply)
        return
    good = last_good(server)
    key = "utter_respaldo_sin_terminar" if good else "utter_respaldo_sin_terminar_sin_bueno"
    day = words.long_date(turn.calendar.local_date(good.started_at), turn.today) if good else ""
    say_with_line(turn, reply, key, servidor=server.alias, desde=since, ultimo_bueno=day, readings=said)


def _say_failed(turn: Turn, server: Server, reply: Reply) -> None:
    failures = streak_of_failures(server.backups)
    good = last_good(server)
    values: Values = {"servidor": server.alias, "veces": str(failures)}
    said = (*backup_readings(turn, server, server.backups[0]), *readings(turn, server, "backup", failures_in_a_row=failures))
    if good is None:
        key = "utter_respaldo_fallido_sin_bueno" if failures == 1 else "utter_respaldo_fallidos_sin_bueno"
    else:
        key = "utter_respaldo_fallido" if failures == 1 else "utter_respaldo_fallidos"
        values["ultimo_bueno"] = words.long_date(turn.calendar.local_date(good.started_at), turn.today)
        said += readings(turn, server, "backup", last_good=good.started_at.isoformat())
    say_with_line(turn, reply, key, readings=said, **values)


def _say_inactive(turn: Turn, server: Server, reply: Reply) -> None:
    """Being created: none yet. Suspended: the last one that is recorded."""
    good = last_good(server)
    status = readings(turn, server, "virtual_server", status=server.status)
    if server.status == "provisioning":
        reply.say("utter_respaldo_creandose", servidor=server.alias, readings=status)
    elif standing(turn, server) in {"gone", "paid", "cancelled"}:  # what is recorded of its backups would promise data
        say_suspended(turn, server, reply)
    elif good is None:
        reply.say("utter_respaldo_suspendido_ninguno", servidor=server.alias, readings=status)
    else:
        said = (*status, *backup_readings(turn, server, good))
        reply.say(
            "utter_respaldo_suspendido" if good.bytes else "utter_respaldo_suspendido_sin_tamano",
            servidor=server.alias,
            readings=said,
            **finished_values(turn, good),
        )


def last_backup(server: Server) -> Backup | None:
    """The newest, of any result."""
    return server.backups[0] if server.backups else None


def last_good(server: Server) -> Backup | None:
    """The newest that ended well."""
    return next((each for each in server.backups if each.status == "ok"), None)


def _nights_missing(moment: Moment, last: Backup) -> int:
    return nights_without(moment.calendar, moment.calendar.local_date(last.started_at), moment.now)


def _nights_due(moment: Moment, server: Server) -> int:
    """Nights that should have brought a first backup, since the earliest day on which the server is known to run; 1 when none is known."""
    moments = [each.credited_at for each in server.payments if each.credited_at]
    days = [moment.calendar.local_date(each) for each in moments]
    if server.subscription and server.subscription.starts_on:
        days.append(server.subscription.starts_on)
    return nights_without(moment.calendar, min(days), moment.now) if days else 1


def needs_support(turn: Turn, server: Server) -> bool:
    """Whether it should be backed up every night and is not."""
    return server.status == "active" and backup_state(turn, server) not in WELL


def next_values(turn: Turn) -> Values:
    """`proximo` (day of the next window, without article), `desde` and `hasta` (its hours)."""
    start, end = next_window(turn.calendar, turn.now)
    return {
        "proximo": words.near_date(turn.calendar.local_date(start), turn.today),
        "desde": words.clock_time(start),
        "hasta": words.clock_time(end),
    }


def finished_values(turn: Turn, backup: Backup) -> Values:
    """`cuando` it ended (with article) and `tamano`."""
    return {"cuando": _moment(turn, backup.finished_at or backup.started_at), "tamano": words.size(backup.bytes or 0)}


def _moment(turn: Turn, moment: datetime) -> str:
    return words.on_moment(turn.calendar.local(moment), turn.calendar.local(turn.now))


def _short(turn: Turn, backup: Backup) -> str:
    """For a line of a list: the time of today's backup, the day of an older one."""
    moment = turn.calendar.local(backup.finished_at or backup.started_at)
    if moment.date() == turn.today:
        return words.moment(moment, turn.calendar.local(turn.now))
    return words.long_date(moment.date(), turn.today)


def backup_readings(turn: Turn, server: Server, backup: Backup) -> tuple[Reading, ...]:
    """What was read to tell a backup."""
    finished_at = backup.finished_at.isoformat() if backup.finished_at else None
    told = {"status": backup.status, "started_at": backup.started_at.isoformat(), "finished_at": finished_at, "bytes": backup.bytes}
    return readings(turn, server, "backup", **told)
