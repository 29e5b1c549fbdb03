"""The work in the ledger: what waits and since when, what was given up, cases that are open, effects that do not get done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot import clock
from bot.commands.checks import Finding, note, ok, wrong
from bot.commands.checks.databases import age
from bot.commands.checks.reading import figures
from bot.database import DATABASE_ERRORS

OPEN = "state IN ('received', 'processing')"
QUERIES = {
    "waiting": f"SELECT count(*) FROM message WHERE {OPEN}",  # noqa: S608 - constants
    "oldest": f"SELECT min(at) FROM message WHERE {OPEN}",  # noqa: S608
    "newest": "SELECT max(last_at) FROM conversation",
    "parked": "SELECT count(*) FROM message WHERE state = 'failed'",
    "cases": "SELECT count(*) FROM escalation WHERE state = 'open'",
    "oldest_case": "SELECT min(at) FROM escalation WHERE state = 'open'",
    "effects_pending": "SELECT count(*) FROM effect WHERE state = 'pending' AND attempts >= 3",
    "effects_failed": "SELECT count(*) FROM effect WHERE state = 'failed'",
}
SLOW = timedelta(minutes=1)
AHEAD = timedelta(minutes=2)


async def work(url: str) -> list[Finding]:
    """What is to be said of the work; one line when the ledger cannot be read (the check of the database says why)."""
    try:
        numbers = await figures(url, QUERIES)
    except DATABASE_ERRORS:
        return [note("work", "not looked at: the ledger cannot be read")]
    return [*_queue(numbers), *_cases(numbers), *_effects(numbers), *_future(numbers)]


def _queue(numbers: dict[str, object]) -> list[Finding]:
    waiting, oldest, parked = numbers["waiting"], _moment(numbers["oldest"]), numbers["parked"]
    found = []
    if oldest is not None and clock.now() - oldest > SLOW:
        found.append(
            wrong(
                "queue", f"{waiting} messages wait, the oldest for {age(oldest)}", "see dialogue and actions here, and var/logs/gateway.log"
            )
        )
    else:
        found.append(ok("queue", f"{waiting} messages wait for an answer"))
    if parked:
        found.append(
            wrong(
                "parked",
                f"{parked} messages were given up",
                "`python -m bot parked` lists them; once mended, `python -m bot parked --retry`",
            )
        )
    else:
        found.append(ok("parked", "no message was given up"))
    return found


def _cases(numbers: dict[str, object]) -> list[Finding]:
    oldest = _moment(numbers["oldest_case"])
    if oldest is None:
        return [ok("cases", "no case is open")]
    return [note("cases", f"{numbers['cases']} cases are open, the oldest for {age(oldest)}", "the support line should close them")]


def _effects(numbers: dict[str, object]) -> list[Finding]:
    found = []
    if numbers["effects_failed"]:
        todo = "see SMTP here and `effect` in the ledger; the customer was told that a mail would come"
        found.append(wrong("effects", f"{numbers['effects_failed']} effects (mails, cases) were given up", todo))
    if numbers["effects_pending"]:
        found.append(
            wrong(
                "effects",
                f"{numbers['effects_pending']} effects failed three times or more and are tried again",
                "see SMTP here and gateway.log",
            )
        )
    return found or [ok("effects", "none is stuck")]


def _future(numbers: dict[str, object]) -> list[Finding]:
    newest = _moment(numbers["newest"])
    if newest is not None and newest - clock.now() > AHEAD:
        return [
            wrong(
                "clock",
                f"the ledger holds messages from {newest:%Y-%m-%d %H:%M} UTC, and our clock is behind that",
                "let the machine follow NTP",
            )
        ]
    return [ok("clock", f"it is {clock.now():%Y-%m-%d %H:%M} UTC here, after everything in the ledger")]


def _moment(value: object) -> datetime | None:
    """A moment as plain SQL gives it: text without a zone from SQLite, aware from PostgreSQL."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    assert isinstance(moment, datetime)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
