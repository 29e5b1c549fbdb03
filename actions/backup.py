"""Backups: how they work (FAQ 5) and how the customer's own went."""

from __future__ import annotations

from actions.base import ServerAction, say_line, say_with_line
from actions.live import readings
from actions.say import Reading, Reply, Values
from actions.server_state import say_gone
from actions.turn import GONE, Turn
from bot.accounts.port import Backup, Server
from bot.identity.levels import DataClass
from bot.rules import format as words
from bot.rules.backup import last_night, next_window, streak_of_failures

_INACTIVE = {"provisioning": "utter_respaldo_linea_creandose", "suspended": "utter_respaldo_linea_suspendido"}


class AutomaticBackup(ServerAction):
    """FAQ 5: automatic, every night, overwrites the last one; then this server's last backup and its next window."""

    intent = "faq_respaldo_automatico"
    data = DataClass.BACKUPS
    general = "utter_faq_respaldo_automatico"
    heading = "utter_respaldo_lista_breve"

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The last backup."""
        say_last_backup(turn, server, reply)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the last backup."""
        say_backup_line(turn, server, reply)


class MyBackup(ServerAction):
    """Did my backup run: result, time, size, what to do when it failed."""

    intent = "consultar_respaldo"
    data = DataClass.BACKUPS
    heading = "utter_respaldo_lista"

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The last backup."""
        say_last_backup(turn, server, reply)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the last backup."""
        say_backup_line(turn, server, reply)

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """The support line when one of them failed or is missing."""
        if any(_needs_support(turn, server) for server in turn.servers):
            say_line(turn, reply)


def say_last_backup(turn: Turn, server: Server, reply: Reply) -> None:
    """The last backup of one server and the next window; a failure or a night without one sends to the support line."""
    last = _last(server)
    if server.status in GONE:
        say_gone(turn, server, reply)
    elif server.status != "active":
        _say_inactive(turn, server, reply)
    elif last is None:
        reply.say("utter_respaldo_ninguno", servidor=server.alias, **_next(turn))
    elif last.status == "failed":
        _say_failed(turn, server, reply)
    elif last.status == "running":
        reply.say("utter_respaldo_en_curso", servidor=server.alias, readings=_readings(turn, server, last))
    elif _is_missing(turn, last):
        said = _readings(turn, server, last)
        say_with_line(turn, reply, "utter_respaldo_falta", servidor=server.alias, readings=said, **_finished(turn, last))
    else:
        values: Values = {**_finished(turn, last), **_next(turn)}
        reply.say("utter_respaldo_correcto", servidor=server.alias, readings=_readings(turn, server, last), **values)


def say_backup_line(turn: Turn, server: Server, reply: Reply) -> None:
    """One line of a list of servers."""
    last = _last(server)
    if server.status != "active":
        reply.say(_INACTIVE.get(server.status, "utter_respaldo_linea_inactivo"), servidor=server.alias)
    elif last is None:
        reply.say("utter_respaldo_linea_ninguno", servidor=server.alias)
    else:
        key = {"ok": "utter_respaldo_linea_correcto", "failed": "utter_respaldo_linea_fallido", "running": "utter_respaldo_linea_en_curso"}
        said = _readings(turn, server, last)
        reply.say(key[last.status], servidor=server.alias, readings=said, cuando=_short(turn, last))


def _say_failed(turn: Turn, server: Server, reply: Reply) -> None:
    failures = streak_of_failures(server.backups)
    good = next((each for each in server.backups if each.status == "ok"), None)
    values: Values = {"servidor": server.alias, "veces": str(failures)}
    said = (*_readings(turn, server, server.backups[0]), *readings(turn, server, "backup", failures_in_a_row=failures))
    if good is None:
        key = "utter_respaldo_fallido_sin_bueno" if failures == 1 else "utter_respaldo_fallidos_sin_bueno"
    else:
        key = "utter_respaldo_fallido" if failures == 1 else "utter_respaldo_fallidos"
        values["ultimo_bueno"] = words.long_date(turn.calendar.local_date(good.started_at), turn.today)
        said += readings(turn, server, "backup", last_good=good.started_at.isoformat())
    say_with_line(turn, reply, key, readings=said, **values)


def _say_inactive(turn: Turn, server: Server, reply: Reply) -> None:
    """Being created: none yet. Suspended: the last one that is recorded."""
    good = next((each for each in server.backups if each.status == "ok"), None)
    status = readings(turn, server, "virtual_server", status=server.status)
    if server.status == "provisioning":
        reply.say("utter_respaldo_creandose", servidor=server.alias, readings=status)
    elif good is None:
        reply.say("utter_respaldo_suspendido_ninguno", servidor=server.alias, readings=status)
    else:
        said = (*status, *_readings(turn, server, good))
        reply.say("utter_respaldo_suspendido", servidor=server.alias, readings=said, **_finished(turn, good))


def _last(server: Server) -> Backup | None:
    return server.backups[0] if server.backups else None


def _is_missing(turn: Turn, last: Backup) -> bool:
    return turn.calendar.local_date(last.started_at) < last_night(turn.calendar, turn.now)


def _needs_support(turn: Turn, server: Server) -> bool:
    last = _last(server)
    return server.status == "active" and last is not None and (last.status == "failed" or (last.status == "ok" and _is_missing(turn, last)))


def _next(turn: Turn) -> Values:
    start, end = next_window(turn.calendar, turn.now)
    return {
        "proximo": words.near_date(turn.calendar.local_date(start), turn.today),
        "desde": words.clock_time(start),
        "hasta": words.clock_time(end),
    }


def _finished(turn: Turn, backup: Backup) -> Values:
    moment = turn.calendar.local(backup.finished_at or backup.started_at)
    return {"cuando": words.on_moment(moment, turn.calendar.local(turn.now)), "tamano": words.size(backup.bytes or 0)}


def _short(turn: Turn, backup: Backup) -> str:
    """For a line of a list: the time of today's backup, the day of an older one."""
    moment = turn.calendar.local(backup.finished_at or backup.started_at)
    if moment.date() == turn.today:
        return words.moment(moment, turn.calendar.local(turn.now))
    return words.long_date(moment.date())


def _readings(turn: Turn, server: Server, backup: Backup) -> tuple[Reading, ...]:
    finished_at = backup.finished_at.isoformat() if backup.finished_at else None
    told = {"status": backup.status, "started_at": backup.started_at.isoformat(), "finished_at": finished_at, "bytes": backup.bytes}
    return readings(turn, server, "backup", **told)
