"""One conversation: what was said, and beside it why the assistant answered so and from which live values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aiohttp import web
from markupsafe import Markup

from bot.console import access, audit, customer, intents, marks, pages, put_off
from bot.console.promises import Promises
from bot.console.windows import bounds
from bot.conversations import cases, disclosures, later, presence, transcripts
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.transcripts import Line, Transcript
from bot.errors import NotYours
from bot.resources import RESOURCES
from bot.rules.calendar import BusinessCalendar

if TYPE_CHECKING:
    from bot.console.forwarding import Written

NEWEST = 400
"""So many messages are shown at once; the earlier ones on request."""
_BUTTON = Markup('<button name="tema" value="{}" data-digit="{}"><kbd>{}</kbd> {}</button>')
READING_ON = timedelta(hours=1)
"""Who goes on reading for so long is entered again."""


def path_of(conversation: str) -> str:
    """The permalink of a conversation."""
    return f"/console/conversaciones/{conversation}"


async def show(request: web.Request) -> web.Response:
    """GET /console/conversaciones/ID. Raises NotYours."""
    return await page(request)


async def page(
    request: web.Request, status: int = 200, notice: str = "", draft: str = "", forwarded: Written | None = None
) -> web.Response:
    """The page of the conversation that the address names. Raises NotYours.

    `notice` and `draft` or `forwarded`: a reply or a mail that was not sent, and why.
    """
    resources, session = request.app[RESOURCES], request[pages.SESSION]
    whole = "todo" in request.query
    transcript = await _read(resources.ledger, request.match_info["id"], None if whole else NEWEST)
    talk, now = transcript.conversation, resources.now()
    await enter_reading(request, talk.id, anything=bool(transcript.lines))
    shared = await _shared(request, transcript)
    looking = await presence.looking(resources.ledger, [talk.id], now)
    return await pages.render_in_pieces(
        request,
        "conversacion.html",
        status,
        talk=talk,
        earlier=(not whole) and bool(transcript.lines) and transcript.lines[0].message.seq > 1,
        name=next((line.message.profile_name for line in reversed(transcript.lines) if line.message.profile_name), None),
        cases=await cases.of(resources.ledger, talk.id),
        levels=_levels(transcript.lines),
        panel=await customer.read(request, talk.id, talk.desk) if talk.desk and "datos" in request.query else None,
        put_off=await put_off.open_one(resources.ledger, talk.id),
        put_off_choices=put_off.CHOICES,
        promises=Promises(resources.settings, now),
        others=[name for name in looking.get(talk.id, ()) if name != session.name],
        prepared=await marks.prepared(resources.ledger),
        token=new_id(),
        bounds=await bounds(resources, talk.id),
        notice=notice,
        draft=draft,
        forwarded=forwarded,
        mails=bool(resources.settings.smtp_url),
        **shared,
    )


async def enter_reading(request: web.Request, conversation: str, *, anything: bool = True) -> None:
    """Somebody reads it: entered before it is shown; in the disclosure ledger where there is `anything` to read."""
    resources, name = request.app[RESOURCES], request[pages.SESSION].name
    await audit.note(resources.ledger, "vista", name, access.address_of(request), resources.now(), conversation)
    if anything:
        await disclosures.note(resources.ledger, conversation, "read", name, [{"field": "conversación"}], resources.now())


async def enter_reading_on(request: web.Request, conversation: str) -> None:
    """Somebody goes on reading, or comes by another way than its page: entered again where the last time was a while ago."""
    resources, name = request.app[RESOURCES], request[pages.SESSION].name
    if not await disclosures.was_read(resources.ledger, conversation, name, resources.now() - READING_ON):
        await enter_reading(request, conversation)


async def lines(request: web.Request) -> web.Response:
    """GET /console/conversaciones/ID/lineas?despues=SEQ: a part of the page, for who has it open. Raises NotYours."""
    written = request.query.get("despues", "0")
    after = int(written) if written.isdecimal() and len(written) < 10 else 0  # noqa: PLR2004 - digits of a seq
    transcript = await _read(request.app[RESOURCES].ledger, request.match_info["id"], NEWEST, after)
    if transcript.lines:
        await enter_reading_on(request, transcript.conversation.id)
    return await pages.render_in_pieces(request, "_lineas.html", **await _shared(request, transcript))


async def _read(ledger: Ledger, conversation: str, newest: int | None, after: int = 0) -> Transcript:
    transcript = await transcripts.read(ledger, conversation, newest, after)
    if transcript is None:
        raise NotYours("conversation")
    return transcript


async def _shared(request: web.Request, transcript: Transcript) -> dict[str, Any]:
    resources = request.app[RESOURCES]
    settings = resources.settings
    days = list(_days(transcript.lines, BusinessCalendar(settings.timezone, settings.extra_holidays)))
    talk, now = transcript.conversation, resources.now()
    held = talk.owner == "agent" and (talk.owner_until is None or talk.owner_until > now)
    found, planned = await marks.of(resources.ledger, talk.id), await later.shown_in(resources.ledger, talk.id)
    return {
        "days": days,
        "held_by": talk.agent if held else None,
        "marks": found,
        "intents": intents.titles(),
        "choices": choices,
        "later": planned,
        "later_mark": "" if planned is None else f"{planned.id} {planned.state}",
        "path": path_of(talk.id),
    }


def choices(part: Any) -> Markup:
    """The buttons "Esto era…" of one part of a message: the candidates that lost, and what may be wrong with the answer, each with its digit."""
    lost = (each["name"] for each in part.ranking if each["name"] != part.intent or part.decision != "answered")
    return _buttons((*lost, *intents.VERDICTS))


@lru_cache(maxsize=1024)
def _buttons(names: tuple[str, ...]) -> Markup:
    """Of two thousand messages many have the same; a template takes most of its time for them."""
    rows = ((name, number, number, intents.title_of(name)) for number, name in enumerate(names, 1))
    return Markup("\n").join(_BUTTON.format(*row) for row in rows)


def _days(lines_: Sequence[Line], calendar: BusinessCalendar) -> Iterator[tuple[date, list[Line]]]:
    """The lines of each local day."""
    group: list[Line] = []
    for line in lines_:
        if group and calendar.local_date(line.message.at) != calendar.local_date(group[-1].message.at):
            yield calendar.local_date(group[0].message.at), group
            group = []
        group.append(line)
    if group:
        yield calendar.local_date(group[0].message.at), group


def _levels(lines_: Sequence[Line]) -> list[Any]:
    """The customer's messages at which the level of identity became another one."""
    changes: list[Any] = []
    for line in lines_:
        message = line.message
        if message.level is not None and (not changes or (changes[-1].level, changes[-1].desk) != (message.level, message.desk)):
            changes.append(message)
    return changes
