"""The anchors of the disclosure ledger, mailed out of the house: who can write to the database and has the keys can change all that is in it, but no mail.

One mail a day with the anchors of that day; kept by somebody else, it tells later whether the ledger is still the one that it was (`--against`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Row

from bot import texts
from bot.conversations import disclosures
from bot.conversations.disclosures import Witnessed
from bot.effects.mailer import Mailer, MailFailed, MailRefused, plain_mail
from bot.resources import Resources

log = structlog.get_logger()

EVERY: Final = timedelta(days=1)
MOST: Final = 200
"""Anchors of one mail; what is left goes out with the next look."""
_LINE: Final = re.compile(r"^\W*(\d+) +(\d{4}-\d\d-\d\dT[\d:.]+\+00:00) +([0-9a-f]{64})\s*$", re.MULTILINE)


async def post(resources: Resources, mailer: Mailer) -> bool:
    """Mail what was not mailed yet, once a day; whether a mail went out.

    What fails is tried at the next look. Two gateways at once may both send it: under one Message-ID, and saying the same.
    """
    to, now = resources.settings.anchor_mail_to, resources.now()
    if not to:
        return False
    anchors = await disclosures.unmailed(resources.ledger, now, EVERY, MOST)
    if not anchors:
        return False
    try:
        mail = plain_mail(resources, to, texts.ANCHORS_SUBJECT, texts.anchors_body(lines(anchors)))
        await mailer.send(mail, f"anchors:{hashlib.sha256(anchors[-1].hash.encode()).hexdigest()[:32]}")
    except (MailFailed, MailRefused) as error:
        log.warning("the anchors could not be mailed", error=str(error), anchors=len(anchors))
        return False
    await disclosures.mailed(resources.ledger, [anchor.id for anchor in anchors], now)
    log.info("anchors mailed", anchors=len(anchors), last=anchors[-1].hash)
    return True


def lines(anchors: Sequence[Row[Any]]) -> list[str]:
    """One for each: its number, its moment in UTC and its hash."""
    return [f"{anchor.id} {disclosures.moment_of(anchor)} {anchor.hash}" for anchor in anchors]


def read_back(mail: str) -> list[Witnessed]:
    """The anchors that a mail tells of, however it was forwarded or quoted."""
    return [Witnessed(int(found[1]), found[2], found[3]) for found in _LINE.finditer(mail)]
