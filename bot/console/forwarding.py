"""A conversation by mail, with a note: what the page shows of it as plain text, and where it is found. What is masked stays masked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from aiohttp import web

from bot.console import access, audit, marks, pages, texts, transcript
from bot.conversations import disclosures, transcripts
from bot.conversations.transcripts import Line, Transcript
from bot.errors import NotYours
from bot.limits import Limit, TooMany
from bot.resources import RESOURCES, Resources
from bot.rules.calendar import BusinessCalendar
from bot.rules.contact import normal_mail

Outcome = Literal["sent", "away", "refused"]
"""What became of a mail: it is on its way, it may go later, it never will."""
Send = Callable[[Resources, str, str, str, str], Awaitable[Outcome]]
"""Mails (to, subject, body, key)."""
SEND = web.AppKey[Send]("mails of the console")
FORWARD_LIMIT = web.AppKey("forwarded conversations", Limit)
NOTE_CHARACTERS: Final = 2000
NEWEST: Final = 2000
"""So many messages go along; the earlier ones are behind the address."""
_KEY_CHARACTERS: Final = 32
_KEPT: Final = "\n\u200d"
"""What is not printable and stands all the same: the end of a line, and what holds a joined emoji together."""


@dataclass(frozen=True)
class Written:
    """The form as it was filled in; `key` is the mail's own, so that one that is sent again is known as the same."""

    to: str
    note: str
    key: str


async def forward(request: web.Request) -> web.Response:
    """POST …/reenviar. A note of it stays with the conversation once it is sent; what is not comes back with the reason. Raises NotYours."""
    fields, conversation = await access.form(request), request.match_info["id"]
    written = Written(fields.get("para", ""), fields.get("texto", "").replace("\r\n", "\n"), fields.get("clave", ""))
    resources, session = request.app[RESOURCES], request[pages.SESSION]
    to = normal_mail(written.to)
    refusal = _refusal(written, to)
    if refusal is not None or to is None:
        return await transcript.page(request, 400, refusal or texts.MALFORMED, forwarded=written)
    if not _may_go_to(to, resources.settings.forward_domains):
        await _note(request, "negado", f"reenviar a {to}")
        return await transcript.page(request, 403, texts.FORWARD_ELSEWHERE, forwarded=written)
    try:
        request.app[FORWARD_LIMIT].take(session.agent)
    except TooMany:
        return await transcript.page(request, 429, texts.FORWARD_OFTEN, forwarded=written)
    found = await transcripts.read(resources.ledger, conversation, NEWEST)
    if found is None:
        raise NotYours("conversation")
    number = len(found.lines)
    await _note(request, "exportación", f"por correo a {to}: {number} {'mensaje' if number == 1 else 'mensajes'}")
    await disclosures.note(resources.ledger, conversation, "read", session.name, [{"field": "conversación, por correo"}], resources.now())
    body = _body(found, written.note.strip(), session.name, _address(request, conversation), _clocks(resources))
    outcome = await request.app[SEND](resources, to, _subject(found), body, f"forward:{session.agent}:{written.key}")
    if outcome != "sent":
        await _note(request, "exportación", f"no salió el correo a {to}")
        return await transcript.page(request, 502, texts.FORWARD_FAILED[outcome], forwarded=written)
    kept = texts.FORWARDED.format(correo=to, nota=written.note.strip())
    await marks.add_note(resources.ledger, conversation, session.name, kept, resources.now())
    return access.see(f"{transcript.path_of(conversation)}#notas")


def _refusal(written: Written, to: str | None) -> str | None:
    """Why nothing is sent, whatever the mail server would say."""
    if to is None or not to.isascii():
        return texts.FORWARD_TO
    if not 0 < len(written.note.strip()) <= NOTE_CHARACTERS:
        return texts.FORWARD_NOTE
    return None if len(written.key) == _KEY_CHARACTERS and written.key.isalnum() else texts.MALFORMED


def _may_go_to(address: str, domains: Sequence[str]) -> bool:
    return not domains or address.rpartition("@")[2] in domains


def _address(request: web.Request, conversation: str) -> str:
    """Where the conversation is found, for who may sign in."""
    console = request.app[RESOURCES].settings.console_url or f"{access.origin_of(request)}/console"
    return console.removesuffix("/console") + transcript.path_of(conversation)


def _clocks(resources: Resources) -> pages.Clocks:
    return pages.Clocks(BusinessCalendar(resources.settings.timezone, resources.settings.extra_holidays), resources.now())


def _subject(found: Transcript) -> str:
    talk = found.conversation
    return " ".join(f"Conversación de {talk.desk or 'un visitante'} por {texts.CHANNELS[talk.channel]}".split())


def _body(found: Transcript, note: str, agent: str, address: str, clocks: pages.Clocks) -> str:
    parts = [note, f"{agent}, desde la consola de Servidor virtual", f"La conversación completa, para quien tiene acceso:\n{address}"]
    if found.lines and found.lines[0].message.seq > 1:
        parts.append(f"Aquí van los últimos {len(found.lines)} mensajes.")
    parts.append(texts.FORWARD_MASKED)
    parts += ["\n".join(lines) for lines in _days(found.lines, clocks)]
    return "".join(each for each in "\n\n".join(parts) if each in _KEPT or each.isprintable()) + "\n"


def _days(lines: Sequence[Line], clocks: pages.Clocks) -> Iterator[list[str]]:
    """The lines of each day beneath its name."""
    written: list[str] = []
    for line in lines:
        day = clocks.date(line.message.at)
        if written and written[0] != day:
            yield written
            written = []
        written = written or [day]
        written.append(_said(line.message, clocks))
    if written:
        yield written


def _said(message: Any, clocks: pages.Clocks) -> str:
    """One message; the lines of its text stand behind a bar, so that none can pass for another message."""
    kind = texts.KINDS[message.kind]
    gone = " (lo eliminó)" if message.revoked_at else ""
    head = f"{clocks.time(message.at)} {texts.AUTHORS[message.author]}{f' · {kind}' if kind else ''}{gone}"
    return "\n".join([head, *(f"  | {line}" for line in message.text.splitlines())])


async def _note(request: web.Request, what: audit.What, detail: str) -> None:
    resources, who = request.app[RESOURCES], request[pages.SESSION].name
    await audit.note(resources.ledger, what, who, access.address_of(request), resources.now(), request.match_info["id"], detail)
