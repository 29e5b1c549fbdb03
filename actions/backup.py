"""Backups: how they work (FAQ 5) and how the customer's own went."""

from __future__ import annotations

from actions.backup_facts import ABOUT_MINE
from actions.backup_rule import ABOUT_THE_RULE, RULE_IN_SHORT
from actions.backup_state import WELL, backup_state, needs_support, say_backup_line, say_last_backup
from actions.base import ServerAction, say_line
from actions.say import Reply
from actions.set_leads import say_without_backup
from actions.turn import GONE, Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.rules.backup import streak_of_failures


class _LastBackup(ServerAction):
    """Tells of one server how its last backup went."""

    data = DataClass.BACKUPS

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The last backup."""
        say_last_backup(turn, server, reply)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the last backup."""
        say_backup_line(turn, server, reply)


class AutomaticBackup(_LastBackup):
    """FAQ 5: automatic, every night, overwrites the last one; then this server's last backup and its next window."""

    intent = "faq_respaldo_automatico"
    general = "utter_faq_respaldo_automatico"
    short = RULE_IN_SHORT
    facts = ABOUT_THE_RULE
    heading = "utter_respaldo_lista_breve"

    def holds(self, turn: Turn, server: Server) -> bool:
        """While it is active and its backups come every night."""
        return server.status == "active" and backup_state(turn, server) in WELL and not streak_of_failures(server.backups)

    def say_reason(self, turn: Turn, server: Server, reply: Reply) -> None:
        """When backups are made, of servers that are active."""
        del turn
        if server.status not in GONE:
            reply.say("utter_faq_respaldo_automatico_breve")


class MyBackup(_LastBackup):
    """Did my backup run: result, time, size, what to do when it failed."""

    intent = "consultar_respaldo"
    facts = ABOUT_MINE
    heading = "utter_respaldo_lista"
    usable = True

    def begin(self, turn: Turn, servers: tuple[Server, ...], reply: Reply) -> tuple[tuple[Server, ...], tuple[Server, ...]]:
        """Those without last night's; the lines tell of them, and of those that are not active."""
        return servers, say_without_backup(turn, servers, reply)

    def end(self, turn: Turn, servers: tuple[Server, ...], reply: Reply) -> None:
        """The support line when one of them failed or is missing."""
        if any(needs_support(turn, server) for server in servers):
            say_line(turn, reply)

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """The support line when one of them failed or is missing."""
        if any(needs_support(turn, server) for server in turn.servers):
            say_line(turn, reply)
