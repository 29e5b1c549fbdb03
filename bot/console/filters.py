"""What an agent looks for, as the address of the list says it: so that a search can be kept, sent to a colleague, and gone back to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, cast, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement

from bot.console import audit, marks
from bot.conversations.clean import clean_text
from bot.conversations.listing import Length, Place, State, Sureness, Wanted

NAMES: Final = (
    "q", "canal", "estado", "tema", "decision", "certeza", "opinion", "asesor", "largo", "cliente", "etiqueta", "desde", "hasta",
)  # fmt: skip
_ONE_OF: Final[Mapping[str, Collection[str]]] = {
    "estado": ("escalated", "corrected", *get_args(State)),
    "certeza": get_args(Sureness),
    "opinion": ("bad",),
    "largo": get_args(Length),
}
"""Fields of which only these values mean something."""
MOST_CHARACTERS: Final = 200
_MINUTE: Final = len("2026-11-27T09:05")


@dataclass(frozen=True)
class Filters:
    """`given`: each field as it was written; `wanted`: what that means; `unread`: fields that mean nothing."""

    given: Mapping[str, str]
    wanted: Wanted
    unread: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether anything is looked for."""
        return any(self.given.values())

    def address(self, path: str, **more: str) -> str:
        """The list's own address."""
        query = urlencode({name: value for name, value in {**self.given, **more}.items() if value})
        return f"{path}?{query}" if query else path


def read(query: Mapping[str, str], zone: ZoneInfo) -> Filters:
    """The filters of an address. Unknown values are not guessed: they stand in `unread`, and count as not given."""
    given = {name: clean_text(query.get(name, "")).strip()[:MOST_CHARACTERS] for name in NAMES}
    unread = [name for name, known in _ONE_OF.items() if given[name] and given[name] not in known]
    meant = {name: "" if name in unread else given[name] for name in _ONE_OF}
    also: list[ColumnElement[bool]] = []
    state = meant["estado"]
    if state == "corrected":
        also.append(marks.corrected())
    if given["asesor"]:
        also.append(audit.had_by(given["asesor"]))
    if given["etiqueta"]:
        also.append(marks.tagged(given["etiqueta"].lower()))
    moments: dict[str, datetime | None] = {}
    for name in ("desde", "hasta"):
        try:
            moments[name] = moment(given[name], zone, end=name == "hasta") if given[name] else None
        except (ValueError, OverflowError):
            moments[name] = None
            unread.append(name)
    wanted = Wanted(
        channel=given["canal"] or None,
        state=cast(State, state) if state in get_args(State) else None,
        escalated=state == "escalated",
        intent=given["tema"] or None,
        decision=given["decision"] or None,
        sureness=cast(Sureness, meant["certeza"]) or None,
        disliked=meant["opinion"] == "bad",
        length=cast(Length, meant["largo"]) or None,
        desk=given["cliente"].upper() or None,
        since=moments["desde"],
        until=moments["hasta"],
        words=given["q"],
        also=also,
    )
    return Filters(given, wanted, tuple(unread))


def moment(written: str, zone: ZoneInfo, *, end: bool) -> datetime:
    """A day or a minute in local time; `end`: the end of it. Raises ValueError, OverflowError."""
    local = datetime.fromisoformat(written[:_MINUTE]).replace(tzinfo=zone)
    whole = timedelta(minutes=1) if "T" in written or " " in written else timedelta(days=1)
    return (local + whole if end else local).astimezone(UTC)


def place(written: str) -> Place | None:
    """Where the page before ended, as `at_place` wrote it; None for anything else."""
    micros, _, conversation = written.partition("-")
    try:
        return Place(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros)), conversation[:32])
    except (ValueError, OverflowError):
        return None


def at_place(at: Place) -> str:
    """For an address."""
    return f"{(at.last_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)}-{at.id}"
