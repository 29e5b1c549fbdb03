"""One form for each telephone number and mail address, so that a desk is found by the number somebody writes from.

Exact: two numbers are the same or they are not; nothing is guessed, because what is found here says who a customer is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import phonenumbers

REGION: Final = "MX"
MOST_CHARACTERS: Final = 320
_MEXICO: Final = 52
_MAIL: Final = re.compile(r'[^\s@,;:<>()\[\]"\\]+@[^\s@,;:<>()\[\]"\\]+')
"""One address and no list of them, which a mail's header would take for several."""
_OLD_MOBILE: Final = re.compile(r"(?:1|44|45)(\d{10})")
"""What stood before the ten digits until 2019: +52 1 from abroad (WhatsApp still says so), 01, 044 and 045 inside the country."""


def normal_contacts(email: str, phones: Iterable[object]) -> list[tuple[str, str]]:
    """What a desk with this address and these telephones is found by: ("mail" or "phone", normal form), each once."""
    found = [("mail", normal_mail(email)), *(("phone", normal_phone(phone)) for phone in phones if isinstance(phone, str))]
    return [(kind, value) for kind, value in dict.fromkeys(found) if value]


def normal_phone(written: str) -> str | None:
    """The number in E.164, as "+525510001001"; None when it is no single number, or has an extension (then it is not one telephone).

    Without a leading + or 00 it is read as a Mexican one, with or without 52: a caller who knows that a number is international
    puts the + before it.
    """
    if len(written) > MOST_CHARACTERS:
        return None
    try:
        number = phonenumbers.parse(written, REGION)
    except phonenumbers.NumberParseException:
        return None
    if number.extension:
        return None
    old = _OLD_MOBILE.fullmatch(str(number.national_number)) if number.country_code == _MEXICO else None
    if old:
        number = phonenumbers.PhoneNumber(country_code=_MEXICO, national_number=int(old[1]))
    if not phonenumbers.is_possible_number(number):
        return None
    normal = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return normal if phonenumbers.parse(normal, REGION) == number else None  # a zero too many reads as another number


def normal_mail(written: str) -> str | None:
    """The address without its case and the blanks around it; None when it is none, or several. Dots and tags stay: they may be another's."""
    address = written.strip().casefold()
    fits = len(address) <= MOST_CHARACTERS and address.isprintable() and _MAIL.fullmatch(address)
    return address if fits else None
