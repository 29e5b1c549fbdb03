"""The review: one item after the other, each settled with one key."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.console import access, audit, intents, marks, pages, review_queue
from bot.errors import Malformed
from bot.resources import RESOURCES
from bot.rules.calendar import BusinessCalendar

PATH: Final = "/console/revision"
A_DAY: Final = 40
"""Items that an agent is asked to look at in a day."""


async def show(request: web.Request) -> web.Response:
    """GET /console/revision: what is worth a look now; it is this agent's for ten minutes."""
    resources, session = request.app[RESOURCES], request[pages.SESSION]
    ledger, now = resources.ledger, resources.now()
    calendar = BusinessCalendar(resources.settings.timezone, resources.settings.extra_holidays)
    item, left = await review_queue.next_item(ledger, session.name, now)
    done = await review_queue.done_since(ledger, session.name, calendar.at(calendar.local_date(now)))
    return pages.render(
        request,
        "revision.html",
        item=item,
        answer=await review_queue.answer_to(ledger, item) if item else None,
        done=done,
        most=max(done, min(A_DAY, done + left)),
        intents=intents.titles(),
        verdicts=intents.VERDICTS,
    )


async def settle(request: web.Request) -> web.Response:
    """POST /console/revision: `tema` what it was, `bien` it was right, `saltar` somebody else may know. Raises Malformed, NotYours."""
    fields, resources, session = await access.form(request), request.app[RESOURCES], request[pages.SESSION]
    conversation, message, part, right = (fields.get(name, "") for name in ("conversacion", "mensaje", "n", "tema"))
    if not (part.isdecimal() and len(part) < 4) or (right and not intents.may_be_right(right)):  # noqa: PLR2004 - digits
        raise Malformed
    ledger, n, now = resources.ledger, int(part), resources.now()
    if "saltar" in fields:
        await review_queue.skip(ledger, message, n, session.name, now)
    elif "bien" in fields:
        await review_queue.settle(ledger, message, n, "right", session.name, now)
    elif right:
        await marks.correct(ledger, conversation, message, n, right, session.name, now)
        await review_queue.settle(ledger, message, n, "corrected", session.name, now)
        await audit.note(ledger, "corrección", session.name, access.address_of(request), now, conversation, right)
    else:
        raise Malformed
    return access.see(PATH)
