"""Who has a telephone with WhatsApp: a number that the platform writes its own way, an id that only this business sees, or the id alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

MEXICO = "52"
_MOBILE = re.compile(r"521(\d{10})")
_LOCAL = re.compile(r"\d{10}")


@dataclass(frozen=True)
class Person:
    """`key` names the chat; `wa_id` is the number as webhooks write it (digits), None for who hides it behind a user name."""

    key: str
    name: str
    wa_id: str | None
    user_id: str
    username: str | None = None
    note: str = ""


def with_phone(phone: str, name: str, note: str = "") -> Person:
    """Somebody with this number in E.164 ("+525510001001"); Mexican numbers get the 1 that webhooks carry."""
    digits = phone.lstrip("+")
    wa_id = f"521{digits[2:]}" if digits.startswith(MEXICO) and len(digits) == len("525510001001") else digits
    return Person(same_number(digits), name, wa_id, _user_id(digits), note=note)


def without_phone(username: str, name: str, note: str = "") -> Person:
    """Somebody of whom a business sees the user name and a business-scoped id only."""
    return Person(username, name, None, _user_id(username), username, note)


def renewed(person: Person, seed: str) -> Person:
    """Somebody else with the same number, or the same person with a new account: the platform gives another id."""
    return replace(person, user_id=_user_id(f"{person.key} {seed}"))


def _user_id(seed: str) -> str:
    return f"MX.{int(hashlib.sha256(seed.encode()).hexdigest(), 16) % 10**20:020d}"


def same_number(number: str) -> str:
    """The digits by which two forms of one number are the same: 521 and 52 before ten digits."""
    digits = re.sub(r"\D", "", number)
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        return MEXICO + mobile[1]
    return MEXICO + digits if _LOCAL.fullmatch(digits) and not number.lstrip().startswith("+") else digits


class People:
    """Everybody the stand-in knows."""

    def __init__(self) -> None:
        self._by_key: dict[str, Person] = {}

    def __iter__(self) -> Iterator[Person]:
        return iter(list(self._by_key.values()))

    def add(self, person: Person) -> Person:
        """Make somebody known; the same key again replaces what is known."""
        self._by_key[person.key] = person
        return person

    def put_first(self, people: Iterable[Person]) -> None:
        """Make these known, before all others; whoever is known already keeps the id."""
        known = {person.key: self._by_key.get(person.key, person) for person in people}
        self._by_key = known | {key: person for key, person in self._by_key.items() if key not in known}

    def get(self, key: str) -> Person | None:
        """By the chat's key."""
        return self._by_key.get(key)

    def with_number(self, number: str) -> Person | None:
        """By a number in any form."""
        key = same_number(number)
        return next((person for person in self._by_key.values() if person.wa_id and same_number(person.wa_id) == key), None)

    def with_id(self, user_id: str) -> Person | None:
        """By the business-scoped id."""
        return next((person for person in self._by_key.values() if person.user_id == user_id), None)
