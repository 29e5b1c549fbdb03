"""An agent's own account: another password, the second factor, where they are signed in. Each change is for who has signed in just now."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.console import access, agents, alerts, audit, pages, passwords, sessions, texts
from bot.console.access import form
from bot.console.entrance import SECOND, agent_of, note_failure
from bot.resources import RESOURCES


async def show(request: web.Request) -> web.Response:
    """GET /console/cuenta."""
    return await _page(request)


async def begin_second(request: web.Request) -> web.StreamResponse:
    """POST /console/cuenta/segundo-factor: an agent whose role needs none wants one."""
    resources, session = request.app[RESOURCES], request[pages.SESSION]
    if (await agent_of(request)).confirmed:
        return access.see(access.ACCOUNT)
    word = await sessions.replace(resources.ledger, session, "enrol", resources.now())
    response = access.see(SECOND)
    access.remember(request, response, word)
    return response


async def change_password(request: web.Request) -> web.StreamResponse:
    """POST /console/cuenta/clave: with the one of now; every other browser is signed out by it."""
    request.app[access.SIGN_IN_LIMIT].take(access.address_of(request))
    resources, session, fields = request.app[RESOURCES], request[pages.SESSION], await form(request)
    agent, new, now = await agent_of(request), fields.get("nueva", ""), resources.now()
    if agent.locked or not await passwords.fits(agent.password_hash, fields.get("clave", "")):
        await note_failure(request, agent, now)
        return await _page(request, 401, texts.NOT_YOURS_NOW)
    weakness = await asyncio.to_thread(passwords.weakness, new, agent.name, resources.settings.known_passwords)
    if weakness is not None:
        return await _page(request, 400, texts.WEAK[weakness])
    await agents.set_password(resources.ledger, agent.name, await asyncio.to_thread(passwords.hashed, new), now)
    await audit.note(resources.ledger, "clave", agent.name, access.address_of(request), now)
    word = await sessions.begin(resources.ledger, session.agent, "in", now)
    response = access.see(access.ACCOUNT)
    access.remember(request, response, word)
    return response


async def leave_others(request: web.Request) -> web.StreamResponse:
    """POST /console/cuenta/sesiones: out of another browser, or of every one but this."""
    resources, session, now = request.app[RESOURCES], request[pages.SESSION], request.app[RESOURCES].now()
    number = await sessions.end_others(resources.ledger, session, now, (await form(request)).get("cual", ""))
    await audit.note(resources.ledger, "sesiones", session.name, access.address_of(request), now, detail=str(number))
    return access.see(access.ACCOUNT)


async def _page(request: web.Request, status: int = 200, notice: str = "") -> web.Response:
    resources, own = request.app[RESOURCES], request[pages.SESSION].agent
    return pages.render(
        request,
        "cuenta.html",
        status,
        notice=notice,
        agent=await agent_of(request),
        switches=alerts.TITLES,
        on=await alerts.switches(resources.ledger, own),
        mail=await agents.mail_of(resources.ledger, own),
        open_sessions=await sessions.open_of(resources.ledger, own, resources.now()),
        shortest=passwords.SHORTEST,
        longest=passwords.LONGEST,
    )
