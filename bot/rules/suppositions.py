"""What would follow from an act on some day: paying, waiting, cancelling, contracting. Answers "y si pago el lunes…" from a customer's own dates.

Pure functions over dates and the company's settings. They promise no more than the rules give: what the sources do not say is named in
`unsaid`, and belongs to the support line. All days are local.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol

from bot.rules.calendar import BusinessCalendar
from bot.rules.payment import confirmation_window, needs_confirmation
from bot.rules.subscription import Phase, change_cutoff, grace_last_day, next_ends_on, phase, retention_last_day

Use = Literal["usable", "not_usable"]
Data = Literal["in_use", "kept", "gone"]
Certainty = Literal["yes", "perhaps", "no"]
Unsaid = Literal[
    "reactivation",  # whether and when a suspended server is switched on again
    "recovery",  # what can still be done when the data is not kept any more
    "charge_on_a_day",  # charges are automatic: the sources know no way to pay on a chosen day
    "after_cancelling",  # money back, use until the end, and how long the data of a cancelled server is kept
    "length",  # how long the period is that is contracted
]


class Terms(Protocol):
    """What the company sets (bot.settings.Settings)."""

    @property
    def grace_days(self) -> int:
        """Natural days after the end in which a server can still be used."""

    @property
    def retention_days(self) -> int:
        """Natural days after the end for which unpaid data is kept."""

    @property
    def bank_confirmation_business_days(self) -> int:
        """Business days in which a bank-account or debit charge is confirmed, at most."""

    @property
    def change_cutoff_business_hours(self) -> int:
        """Business hours before the end until which a server can be cancelled for a change."""

    @property
    def creation_minutes(self) -> int:
        """Minutes from the credit to a new server."""


@dataclass(frozen=True)
class Waited:
    """A subscription that is not paid until `day`, that day included: where it stands then.

    `usable_until` and `kept_until` are the last days of grace and retention, whichever `day` is.
    """

    day: date
    phase: Phase
    use: Use
    data: Data
    usable_until: date
    kept_until: date
    unsaid: frozenset[Unsaid]


@dataclass(frozen=True)
class Paid:
    """A charge made on `day`: confirmed from `earliest` to `latest` (the same day by credit card).

    `in_grace` and `data_safe` say whether that is in time: "perhaps" when it depends on the day of confirmation. `without_use` is whether
    there may be days on which the server cannot be used.
    """

    day: date
    earliest: date
    latest: date
    in_grace: Certainty
    data_safe: Certainty
    without_use: Certainty
    usable_until: date
    kept_until: date
    unsaid: frozenset[Unsaid]


@dataclass(frozen=True)
class Cancelled:
    """A server cancelled on `day`: whether that is in time for a change before `ends_on`; if not, the last day of the next chance when it renews.

    `last_day` is the last whole day to cancel before this end.
    """

    day: date
    ends_on: date
    in_time: bool
    last_day: date
    next_chance: date | None
    unsaid: frozenset[Unsaid]


@dataclass(frozen=True)
class Contracted:
    """A server contracted and charged on `day`: valid from its confirmation (`earliest` to `latest`) to `ends_earliest`…`ends_latest`.

    The ends are None when the length of the period is not known.
    """

    day: date
    earliest: date
    latest: date
    ready_minutes: int
    ends_earliest: date | None
    ends_latest: date | None
    unsaid: frozenset[Unsaid]


def not_paid_until(ends_on: date, day: date, terms: Terms) -> Waited:
    """Where a subscription that ended or ends on `ends_on` stands on `day` when nothing is paid until then."""
    stands = phase(ends_on, day, terms.grace_days, terms.retention_days)
    data: dict[Phase, Data] = {"valid": "in_use", "grace": "in_use", "retained": "kept", "gone": "gone"}
    unsaid: dict[Phase, frozenset[Unsaid]] = {"retained": frozenset({"reactivation"}), "gone": frozenset({"recovery"})}
    return Waited(
        day=day,
        phase=stands,
        use="usable" if stands in {"valid", "grace"} else "not_usable",
        data=data[stands],
        usable_until=max(ends_on, grace_last_day(ends_on, terms.grace_days)),
        kept_until=max(ends_on, retention_last_day(ends_on, terms.retention_days)),
        unsaid=unsaid.get(stands, frozenset()),
    )


def paid_on(calendar: BusinessCalendar, ends_on: date, day: date, method: str, terms: Terms) -> Paid:
    """What a charge on `day` by `method` (a PaymentMethod) would bring for a subscription that ended or ends on `ends_on`.

    Only the confirmation counts, as validity starts with it: a charge made in grace and confirmed after it leaves days without use.
    """
    earliest, latest = confirmed(calendar, day, method, terms)
    waited = not_paid_until(ends_on, day, terms)
    in_grace, data_safe = _by(waited.usable_until, earliest, latest), _by(waited.kept_until, earliest, latest)
    unsaid: set[Unsaid] = {"charge_on_a_day"}
    if in_grace != "yes":
        unsaid.add("reactivation")
    if data_safe != "yes":
        unsaid.add("recovery")
    return Paid(
        day=day,
        earliest=earliest,
        latest=latest,
        in_grace=in_grace,
        data_safe=data_safe,
        without_use=_OPPOSITE[in_grace],
        usable_until=waited.usable_until,
        kept_until=waited.kept_until,
        unsaid=frozenset(unsaid),
    )


def last_day_to_pay(calendar: BusinessCalendar, limit: date, method: str, terms: Terms) -> date:
    """The last day on which a charge by `method` is certain to be confirmed by `limit`, that day included."""
    day = limit
    while confirmed(calendar, day, method, terms)[1] > limit:
        day -= timedelta(days=1)
    return day


def cancelled_on(calendar: BusinessCalendar, starts_on: date | None, ends_on: date, day: date, terms: Terms, *, renews: bool) -> Cancelled:
    """Whether cancelling on `day` is in time to change to another solution at `ends_on`, and what follows.

    `renews`: whether the subscription renews by itself, so that there is a next chance.
    """
    hours = terms.change_cutoff_business_hours
    cutoff = change_cutoff(calendar, ends_on, hours)
    in_time = day <= cutoff.last_day or calendar.at(day + timedelta(days=1)) <= cutoff.moment  # a weekend before it too
    chance = None
    if not in_time and renews and starts_on is not None and day <= ends_on:
        chance = change_cutoff(calendar, next_ends_on(starts_on, ends_on), hours).last_day
        chance = chance if chance >= day else None
    return Cancelled(
        day=day,
        ends_on=ends_on,
        in_time=in_time,
        last_day=cutoff.last_day,
        next_chance=chance,
        unsaid=frozenset({"after_cancelling"}),
    )


def contracted_on(calendar: BusinessCalendar, day: date, method: str, terms: Terms, *, days_long: int | None = None) -> Contracted:
    """From when to when a server would be valid that is contracted on `day`; `days_long` is the length of its period in days, when known."""
    earliest, latest = confirmed(calendar, day, method, terms)
    length = timedelta(days=days_long - 1) if days_long else None
    return Contracted(
        day=day,
        earliest=earliest,
        latest=latest,
        ready_minutes=terms.creation_minutes,
        ends_earliest=earliest + length if length is not None else None,
        ends_latest=latest + length if length is not None else None,
        unsaid=frozenset() if length is not None else frozenset({"length"}),
    )


def confirmed(calendar: BusinessCalendar, day: date, method: str, terms: Terms) -> tuple[date, date]:
    """First and last day on which a charge of `day` is confirmed: by credit card on the day itself, else within its business days."""
    if not needs_confirmation(method):
        return day, day
    window = confirmation_window(calendar, calendar.at(day), terms.bank_confirmation_business_days)
    return window.earliest_day, window.latest_day


_OPPOSITE: dict[Certainty, Certainty] = {"yes": "no", "perhaps": "perhaps", "no": "yes"}


def _by(last_day: date, earliest: date, latest: date) -> Certainty:
    if latest <= last_day:
        return "yes"
    return "perhaps" if earliest <= last_day else "no"
