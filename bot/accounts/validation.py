"""Finds in what a company's class returns everything that would make a customer be told something wrong.

A naive moment is told six hours off, a float loses cents, a card number that is not masked is read by whoever looks over a shoulder:
no answer is better. The types are those that `bot/accounts/port.py` declares, worked out once for each class; on top of them stand the
few rules between fields that the answers rely on. A problem names its field and says what to do, and never a value.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple, get_args, get_origin, get_type_hints

from bot.accounts import port

SHOWN_DIGITS: Final = 4
DECIMALS: Final = -2


class Problem(NamedTuple):
    """`field` as "servers[0].subscription.price" ("" is the whole value); `text` says what is wrong with it and what to do."""

    field: str
    text: str


Check = Callable[[Any], Sequence[Problem]]
NONE: Final[Sequence[Problem]] = ()


def problems_of(value: object, declared: Any) -> list[Problem]:
    """What breaks the contract in a value that should be of the type `declared`, as port.Desk or tuple[str, ...]."""
    return [Problem(problem.field.removeprefix("."), problem.text) for problem in _check(declared)(value)]


@lru_cache(maxsize=64)
def _check(declared: Any) -> Check:
    origin, inner = get_origin(declared), get_args(declared)
    if origin is types.UnionType:
        return _optional(next(each for each in inner if each is not types.NoneType))
    if origin is Literal:
        return _one_of(inner)
    if origin is tuple:
        return _tuple(_check(inner[0]))
    if dataclasses.is_dataclass(declared):
        return _record(declared)
    return {datetime: _moment, date: _date, Decimal: _money}.get(declared) or _plain(declared)


def _of(expected: str, value: object, todo: str) -> Sequence[Problem]:
    return (Problem("", f"is {type(value).__name__}, must be {expected}: {todo}"),)


def _optional(declared: Any) -> Check:
    inner = _check(declared)
    return lambda value: NONE if value is None else inner(value)


def _one_of(words: tuple[str, ...]) -> Check:
    known = frozenset(words)
    wrong = (Problem("", f"must be one of {', '.join(words)}: translate the words of your system"),)
    return lambda value: NONE if isinstance(value, str) and value in known else wrong


def _tuple(inner: Check) -> Check:
    def check(value: Any) -> Sequence[Problem]:
        if not isinstance(value, tuple):
            return _of("tuple", value, "wrap it in tuple(…)")
        return [Problem(f"[{place}]{found.field}", found.text) for place, each in enumerate(value) for found in inner(each)]

    return check


def _plain(declared: Any) -> Check:
    def check(value: Any) -> Sequence[Problem]:
        if type(value) is declared or (isinstance(value, declared) and not isinstance(value, bool)):
            return NONE
        return _of(declared.__name__, value, "convert it")

    return check


def _moment(value: Any) -> Sequence[Problem]:
    if not isinstance(value, datetime):
        return _of("datetime", value, "say the moment, with its time zone")
    return NONE if value.utcoffset() is not None else (Problem("", "has no time zone: attach the one it was meant in"),)


def _date(value: Any) -> Sequence[Problem]:
    if isinstance(value, date) and not isinstance(value, datetime):
        return NONE
    return _of("date", value, "a local day: for a moment, moment.astimezone(zone).date()")


def _money(value: Any) -> Sequence[Problem]:
    if not isinstance(value, Decimal):
        return _of("Decimal", value, 'make it from text, Decimal("899.00")')
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        return (Problem("", "is no number: say an amount"),)
    return NONE if exponent >= DECIMALS or value == round(value, 2) else (Problem("", "has more than two decimals: round it yourself"),)


def _record(declared: Any) -> Check:
    hints = get_type_hints(declared)
    fields = [(field.name, _check(hints[field.name])) for field in dataclasses.fields(declared)]
    rules = RULES.get(declared)

    def check(value: Any) -> Sequence[Problem]:
        if not isinstance(value, declared):
            return _of(declared.__name__, value, "build it from bot.accounts.port")
        found = [Problem(f".{name}{problem.field}", problem.text) for name, inner in fields for problem in inner(getattr(value, name))]
        return found or (list(rules(value)) if rules else NONE)  # rules compare fields, which must be of their types

    return check


# --- between fields ---------------------------------------------------------------------------------------------------


def _subscription(value: port.Subscription) -> Iterator[Problem]:
    if (value.starts_on is None) != (value.ends_on is None):
        yield Problem(
            ".ends_on", "is missing where starts_on is not, or the other way round: give both, or neither before the first credit"
        )
    if value.starts_on and value.ends_on and value.ends_on < value.starts_on:
        yield Problem(".ends_on", "is before starts_on: both are of the current period")
    yield from _price(".price", value.price, value.currency)


def _payment(value: port.Payment) -> Iterator[Problem]:
    yield from _price(".amount", value.amount, value.currency)
    if value.status == "credited" and value.credited_at is None:
        yield Problem(".credited_at", "is missing for a credited payment: say when it was credited")
    if sum(character.isdigit() for character in value.masked) > SHOWN_DIGITS:
        yield Problem(".masked", "shows more than four digits: keep the last four only")


def _price(field: str, amount: Decimal, currency: str) -> Iterator[Problem]:
    if amount < 0:
        yield Problem(field, "is negative: say what is charged; a refund has the status refunded")
    if not (len(currency) == 3 and currency.isalpha() and currency.isupper()):  # noqa: PLR2004 - ISO 4217
        yield Problem(".currency", "must be three capitals, as MXN")


def _backup(value: port.Backup) -> Iterator[Problem]:
    if (value.status == "running") != (value.finished_at is None):
        yield Problem(".finished_at", "must be there unless the backup still runs, and only then")
    if value.bytes is not None and (value.status != "ok" or value.bytes < 0):
        yield Problem(".bytes", "is the size of a backup that went well: None otherwise, never negative")


def _mail(value: port.ConnectionMail) -> Iterator[Problem]:
    if (value.status == "queued") != (value.sent_at is None):
        yield Problem(".sent_at", "must be there unless the mail is queued, and only then")


def _licence(value: port.Licence) -> Iterator[Problem]:
    if value.users < 1:
        yield Problem(".users", "must be at least 1")


def _server(value: port.Server) -> Iterator[Problem]:
    if not value.alias or value.alias != value.alias.upper():
        yield Problem(".alias", "must be the server's name in upper case: call .upper()")
    yield from _newest_first(".payments", (payment.charged_at for payment in value.payments))
    yield from _newest_first(".backups", (backup.started_at for backup in value.backups))
    yield from _newest_first(".connection_mails", (mail.queued_at for mail in value.connection_mails))


def _newest_first(field: str, moments: Iterable[datetime]) -> Iterator[Problem]:
    if any(earlier < later for earlier, later in pairwise(moments)):
        yield Problem(field, "must be newest first: the first one is told as the last that happened")


def _desk(value: port.Desk) -> Iterator[Problem]:
    aliases = [server.alias for server in value.servers]
    if len(set(aliases)) < len(aliases):
        yield Problem(".servers", "two have the same alias: customers tell servers apart by it")
    if aliases != sorted(aliases):
        yield Problem(".servers", "must be in order of alias")
    for place, licence in enumerate(value.licences):
        if licence.server_alias is not None and licence.server_alias not in aliases:
            yield Problem(f".licences[{place}].server_alias", "names no server of the desk: None when it is tied to none")


RULES: Final[dict[type, Callable[[Any], Iterator[Problem]]]] = {
    port.Subscription: _subscription,
    port.Payment: _payment,
    port.Backup: _backup,
    port.ConnectionMail: _mail,
    port.Licence: _licence,
    port.Server: _server,
    port.Desk: _desk,
}
