"""The agents' own work: the queue of cases, a conversation taken, answered and handed back. The server says who has it, at every call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

from aiohttp import web

from bot import texts as house
from bot.console import access, audit, pages, texts, transcript
from bot.console.access import form, see
from bot.console.promises import Promises
from bot.console.put_off import rests
from bot.console.transcript import path_of
from bot.console.windows import bounds
from bot.conversations import cases, dues, notices, presence, take_over
from bot.conversations.take_over import Taken
from bot.errors import Conflict, Malformed
from bot.limits import Limit
from bot.resources import RESOURCES, Resources

SHIFT: Final = timedelta(minutes=15)
"""So long an agent has a conversation after the last sign of life in it; then the assistant answers again."""
WRITING_LIMIT = web.AppKey("signs of writing", Limit)
MOST_CHARACTERS: Final = 4096
_ID_CHARACTERS: Final = 32


async def queue(request: web.Request, status: int = 200, notice: str = "") -> web.Response:
    """GET /console/cola."""
    resources, session = request.app[RESOURCES], request[pages.SESSION]
    ledger, now = resources.ledger, resources.now()
    open_cases = await _open_cases(resources)
    planned = {each.conversation_id: each for each in await dues.open_ones(ledger, "later")}
    return pages.render(
        request,
        "cola.html",
        status,
        cases=open_cases.shown,
        calls=await dues.open_ones(ledger, "call_back"),
        chats=open_cases.chats,
        owed=sum(each.owed_since is not None for each in open_cases.waiting),
        mine=await cases.held_by(ledger, [session.name], now),
        promises=Promises(resources.settings, now),
        put_off=open_cases.put_off,
        planned=planned,
        resting=[each for each in open_cases.waiting if each not in open_cases.shown],
        looking=await presence.looking(ledger, [each.conversation_id for each in open_cases.waiting], now),
        on_line=await presence.on_line(ledger, now),
        notice=notice,
    )


@dataclass(frozen=True)
class _OpenCases:
    """Every open case; those that nobody has put off, in the order of the queue; what puts the others off; the places of who waits in the chat."""

    waiting: Sequence[Any]
    shown: Sequence[Any]
    put_off: Mapping[str, Any]
    chats: Mapping[str, int]


async def _open_cases(resources: Resources) -> _OpenCases:
    ledger, now = resources.ledger, resources.now()
    waiting = await cases.waiting(ledger)
    put_off = {each.conversation_id: each for each in await dues.open_ones(ledger, "snooze")}
    promises = Promises(resources.settings, now)
    shown = [each for each in waiting if not rests(each, put_off.get(each.conversation_id), promises, now)]
    chats = {each.conversation_id: place for place, each in enumerate(await dues.open_ones(ledger, "chat"), 1)}
    shown.sort(key=lambda each: chats.get(each.conversation_id, len(chats) + 1))  # who waits in the chat is there now
    return _OpenCases(waiting, shown, put_off, chats)


async def _next_path(resources: Resources, done: str, agent: str) -> str:
    """The first of the queue that no other agent has; the queue itself when there is none."""
    for each in (await _open_cases(resources)).shown:
        if each.conversation_id != done and (each.owner != "agent" or each.agent == agent):
            return path_of(each.conversation_id)
    return access.HOME


async def find_case(request: web.Request) -> web.Response:
    """GET /console/folio?folio=CODE: straight to its conversation."""
    code = request.query.get("folio", "").strip()
    conversation = await cases.find(request.app[RESOURCES].ledger, code)
    return see(path_of(conversation)) if conversation else await queue(request, 404, texts.NO_CASE.format(folio=code[:16]))


async def take(request: web.Request) -> web.Response:
    """POST …/tomar: from now on the assistant is silent here. Raises NotYours."""
    resources, session, conversation = request.app[RESOURCES], request[pages.SESSION], request.match_info["id"]
    try:
        await take_over.take_over(resources.ledger, conversation, session.name, resources.now(), SHIFT)
    except Taken as taken:
        return await transcript.page(request, 409, texts.TAKEN.format(agente=taken.agent))
    resources.feed.moved(conversation, typing=False)
    await _note(request, "toma")
    return see(f"{path_of(conversation)}#responder")


async def reply(request: web.Request) -> web.Response:
    """POST …/responder: to the customer, on their channel. What cannot be sent comes back with the reason."""
    resources, session, conversation = request.app[RESOURCES], request[pages.SESSION], request.match_info["id"]
    words, message = said_in(await form(request))
    refusal = refusal_of(words, message)
    if refusal is not None:
        return await transcript.page(request, 400, refusal, words)
    if (await bounds(resources, conversation)).is_over(resources.now()):
        return await transcript.page(request, 409, texts.WINDOW_OVER, words)
    try:
        said = await take_over.say(resources.ledger, conversation, session.name, words, message, resources.now(), SHIFT)
    except Conflict:
        return await transcript.page(request, 409, texts.NOT_TAKEN, words)
    if said is not None:
        resources.feed.moved(conversation, [said])
        await _note(request, "respuesta", f"mensaje {said.seq}")
    return see(f"{path_of(conversation)}#responder")


def said_in(fields: Mapping[str, str]) -> tuple[str, str]:
    """What the agent wrote, and the id that its message will have."""
    return fields.get("texto", "").replace("\r\n", "\n"), fields.get("mensaje", "")


def refusal_of(words: str, message: str) -> str | None:
    """Why this cannot be said, whenever it is."""
    if not words.strip() or len(words) > MOST_CHARACTERS:
        return texts.TOO_LONG if words.strip() else texts.EMPTY
    return None if len(message) == _ID_CHARACTERS and message.isalnum() else texts.MALFORMED


async def writes(request: web.Request) -> web.Response:
    """POST …/escribe: the agent who has the conversation writes; its customer sees that. Nothing of it is kept. Raises Conflict, TooMany."""
    resources, session, conversation = request.app[RESOURCES], request[pages.SESSION], request.match_info["id"]
    request.app[WRITING_LIMIT].take(f"{session.agent} {conversation}")
    await take_over.check_held(resources.ledger, conversation, session.name, resources.now())
    resources.feed.writes(conversation, "agent")
    return web.Response(status=204, headers=pages.HEADERS)


async def give_back(request: web.Request) -> web.Response:
    """POST …/devolver: the customer is told, and the assistant answers the next message."""
    resources, session, conversation = request.app[RESOURCES], request[pages.SESSION], request.match_info["id"]
    try:
        await take_over.hand_back(resources.ledger, conversation, session.name, (texts.HANDED_BACK, resources.now()))
    except Conflict:
        return await transcript.page(request, 409, texts.NOT_TAKEN)
    resources.feed.moved(conversation)
    await _note(request, "devolución")
    return see(path_of(conversation))


async def close_case(request: web.Request) -> web.Response:
    """POST …/casos: it is solved; without a code: what was written last needs no answer. `siguiente`: on to the next one. Raises NotYours."""
    resources, session, conversation = request.app[RESOURCES], request[pages.SESSION], request.match_info["id"]
    fields = await form(request)
    code = fields.get("folio", "")
    if code:
        await cases.close(resources.ledger, conversation, code, session.name, resources.now())
    else:
        await cases.nothing_owed(resources.ledger, conversation)
    resources.feed.moved(conversation)
    await _note(request, "caso", code or "sin respuesta pendiente")
    return see(await _next_path(resources, conversation, session.name) if "siguiente" in fields else path_of(conversation))


async def called(request: web.Request) -> web.Response:
    """POST /console/llamadas/ID: what became of a call. Who did not answer is told so. Raises Malformed, Conflict (told before)."""
    resources, session, now = request.app[RESOURCES], request[pages.SESSION], request.app[RESOURCES].now()
    ending = (await form(request)).get("fue", "")
    if ending not in {"done", "not_reached"}:
        raise Malformed
    call = await dues.settle_call(resources.ledger, int(request.match_info["due"]), cast(dues.Ending, ending), session.name, now)
    if call is None:
        raise Conflict("told before")
    if ending == "not_reached":
        code = await cases.open_code(resources.ledger, call.conversation_id)
        await notices.tell(resources.ledger, call.conversation_id, house.not_reached(resources.settings, call.phone, code, now), now)
    resources.feed.moved(call.conversation_id)
    await audit.note(resources.ledger, "llamada", session.name, access.address_of(request), now, call.conversation_id, texts.CALLS[ending])
    return see(access.HOME)


async def _note(request: web.Request, what: audit.What, detail: str = "") -> None:
    resources, who = request.app[RESOURCES], request[pages.SESSION].name
    await audit.note(resources.ledger, what, who, access.address_of(request), resources.now(), request.match_info["id"], detail)
