"""What names a person in letters: mail addresses (typed, spaced, dictated), RFC and CURP.

An RFC or a CURP with a wrong check digit is somebody's all the same: the shape and a date that exists are enough, except where the parts
stand apart and may be words and figures of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError
from stdnum.mx import curp, rfc

from bot.privacy.kinds import Found

_PROVIDERS: Final = r"gmail|hotmail|outlook|yahoo|live|icloud|prodigy|msn|aol|proton(?:mail)?|me"
_ENDINGS: Final = r"com|mx|net|org|edu|gob|es|info|biz|io|email|app|dev|example|test|invalid"
_LOCAL: Final = r"(?<![\w.+%'-])\w[\w.+%'-]{0,63}"
_MAIL: Final = re.compile(
    rf"{_LOCAL}\s{{0,2}}@\s{{0,2}}\w[\w-]*(?:\s?\.\s?(?:{_ENDINGS})\b|\.\w[\w-]*)+|{_LOCAL}@(?:{_PROVIDERS})\b", re.IGNORECASE
)
_SAID: Final = r"(?:\s{1,2}(?:punto|gui[oó]n(?:\s(?:bajo|medio))?|[.\-_])\s{1,2}\w{1,64}){0,4}"
_SPOKEN_MAIL: Final = re.compile(
    rf"(?<![\w.+-])\w[\w.+-]{{0,63}}{_SAID}\s{{0,3}}[(\[]?\s?\barroba\b\s?[)\]]?\s{{0,3}}(?:\w[\w-]*(?:\s*(?:\bpunto\b|\.|[(\[]\s*(?:punto|dot)\s*[)\]])\s*\w[\w-]*)+|(?:{_PROVIDERS})\b)",
    re.IGNORECASE,
)
_GAPS: Final = re.compile(r"[\s._\-]+")
_APART: Final = r"[\s._\-]{0,2}"
_CURP: Final = re.compile(
    rf"\b[A-Z]{{4}}{_APART}\d{{6}}{_APART}[HMX]{_APART}[A-Z]{{2}}{_APART}[A-Z]{{3}}{_APART}[A-Z0-9]{_APART}\d\b", re.IGNORECASE
)
_RFC: Final = re.compile(r"(?<![\w&])[A-ZÑ&]{3,4}(-?)\d{6}(?:\1[A-Z0-9]{3})?(?![\w&])", re.IGNORECASE)
_RFC_APART: Final = re.compile(r"(?<![\w&])[A-ZÑ&]{3,4}[\s._\-]{1,2}\d{6}(?:[\s._\-]{1,2}[A-Z0-9]{3})?(?![\w&])", re.IGNORECASE)
_RFC_NAMED: Final = re.compile(r"\brfc\b\W+(?:\w+\W+){0,3}$", re.IGNORECASE)
_SHORT, _MORAL = 10, 12


_BREAK: Final = r"[ ._\-]?\n?[ ._\-]?"
_RFC_BROKEN: Final = re.compile(
    rf"(?<![\w&])(?:[A-ZÑ&]\n?){{2,3}}[A-ZÑ&]{_BREAK}(?:\d\n?){{5}}\d{_BREAK}(?:[A-Z0-9]\n?){{2}}[A-Z0-9](?![\w&])", re.IGNORECASE
)
_CURP_BROKEN: Final = re.compile(
    rf"\b(?:[A-Z]\n?){{3}}[A-Z]{_BREAK}(?:\d\n?){{5}}\d{_BREAK}[HMX]{_BREAK}(?:[A-Z]\n?){{2}}(?:[A-Z]\n?){{3}}[A-Z0-9]\n?\d\b",
    re.IGNORECASE,
)
_MAIL_BROKEN: Final = re.compile(r"(?<![\w.+%'-])[\w.+%'-]{1,64}@[\w.-]{0,190}\n[\w-]+(?:\.[\w-]+)*")


def find_broken(text: str) -> Iterator[Found]:
    """RFCs, CURPs and mail addresses with a line's end anywhere in them, as they come in several messages.

    What only looks like an RFC by chance (a name, six figures and a price) has figures at its end and its check digit wrong.
    """
    for found in _CURP_BROKEN.finditer(text):
        yield Found(found.start(), found.end(), "curp")
    for found in _RFC_BROKEN.finditer(text):
        number = re.sub(r"[\s._\-]+", "", found[0])
        named = _RFC_NAMED.search(text[max(0, found.start() - 40) : found.start()]) is not None
        if _is_rfc(number, strict=not named) and (named or not number[-3:].isdecimal()):
            yield Found(found.start(), found.end(), "rfc")
    for found in _MAIL_BROKEN.finditer(text) if "@" in text else ():
        if _MAIL.fullmatch(found[0].replace("\n", "")):
            yield Found(found.start(), found.end(), "mail")


def find_mails(text: str) -> Iterator[Found]:
    """Mail addresses."""
    patterns = [_MAIL] if "@" in text else []
    if "arroba" in text.casefold():
        patterns.append(_SPOKEN_MAIL)
    for pattern in patterns:
        for found in pattern.finditer(text):
            yield Found(found.start(), found.end(), "mail")


def find_curps(text: str) -> Iterator[Found]:
    """CURPs, with or without gaps."""
    for found in _CURP.finditer(text):
        try:
            curp.validate(_GAPS.sub("", found[0]))
        except (InvalidChecksum, InvalidComponent):
            pass  # a wrong check digit, or a state that is none: still nothing else has this shape
        except ValidationError:
            continue
        yield Found(found.start(), found.end(), "curp")


def find_rfcs(text: str) -> Iterator[Found]:
    """RFCs of people (also without their last three characters) and of companies."""
    for found in _RFC.finditer(text):
        if _is_rfc(found[0], strict=False):
            yield Found(found.start(), found.end(), "rfc")
    for found in _RFC_APART.finditer(text):
        named = _RFC_NAMED.search(text[max(0, found.start() - 40) : found.start()]) is not None
        if _is_rfc(_GAPS.sub("", found[0]), strict=not named):
            yield Found(found.start(), found.end(), "rfc")


def _is_rfc(written: str, *, strict: bool) -> bool:
    """`strict`: its last digit must check the others."""
    number = rfc.compact(written)
    if len(number) < _MORAL and (strict or len(number) != _SHORT):
        return False
    try:
        rfc.validate(number, validate_check_digits=strict)
    except InvalidComponent:
        return not strict and 1 <= int(number[-7:-5] if len(number) >= _MORAL else number[6:8]) <= 12 and _has_day(number)  # noqa: PLR2004
    except ValidationError:
        return False
    return True


def _has_day(number: str) -> bool:
    """Whether the date in it could be one: a name that may not stand in an RFC is refused for the same reason as a date that is none."""
    digits = "".join(character for character in number[3:10] if character.isdecimal())[:6]
    return 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) <= 31  # noqa: PLR2004
