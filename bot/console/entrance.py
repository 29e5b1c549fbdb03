"""Signing in and out: password, then the second factor where there is one or has to be. Every failure reads the same."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from aiohttp import web
from sqlalchemy import Connection

from bot.console import access, agents, audit, pages, passwords, second_factor, sessions, texts
from bot.console.access import form
from bot.console.agents import Known
from bot.console.models import Stage, Way
from bot.console.sessions import Session
from bot.errors import SealBroken
from bot.privacy.sealing import is_sealed
from bot.resources import RESOURCES, Resources

SECOND = "/console/segundo-factor"
NOBODY = "(desconocido)"
"""A name that is nobody's may be a password that slipped into the wrong field: it is not written down."""


async def show(request: web.Request) -> web.StreamResponse:
    """GET /console/entrar."""
    after = access.own_path(request.query.get("sigue", access.HOME))
    session = await access.session_of(request)
    if session is not None and session.stage == "in":
        return access.see(after)
    return pages.render(request, "entrar.html", notice="", after=after, draft="", name="")


async def enter(request: web.Request) -> web.StreamResponse:
    """POST /console/entrar: name and password."""
    resources = request.app[RESOURCES]
    request.app[access.SIGN_IN_LIMIT].take(access.address_of(request))
    fields, now = await form(request), resources.now()
    name, after, draft = fields.get("nombre", "").strip(), access.own_path(fields.get("sigue", "")), fields.get("texto", "")
    agent = await agents.find(resources.ledger, name, now)
    password = fields.get("clave", "")
    fits = await passwords.fits(agent.password_hash if agent else None, password)
    known_to_all = password == passwords.DEMO and not resources.settings.demo  # a ledger of the demo may have become a company's
    if agent is None or agent.locked or not fits or known_to_all:
        await note_failure(request, agent, now)
        return failed(request, after, draft, name)
    if passwords.is_outdated(agent.password_hash):
        await agents.renew_hash(resources.ledger, agent, passwords.hashed(fields["clave"][: passwords.LONGEST]))
    return await admit(request, agent, after, draft, by="password")


async def admit(request: web.Request, agent: Known, after: str, draft: str, *, by: Way, proved_twice: bool = False) -> web.StreamResponse:
    """Who has shown who they are gets a session of its own: in, or as far as the second factor where that is due and was not shown as well."""
    resources, now = request.app[RESOURCES], request.app[RESOURCES].now()
    needs = agent.needs_second_factor or resources.settings.second_factor_for_all
    stage: Stage = "in" if proved_twice else "code" if agent.confirmed else "enrol" if needs else "in"
    if (before := await access.session_of(request, used=False)) is not None:
        await sessions.end(resources.ledger, before, now)
    if stage == "in":
        await agents.forgive(resources.ledger, agent.id)
        how = texts.came_in(by, "theirs" if proved_twice else "")
        await audit.note(resources.ledger, "entrada", agent.name, access.address_of(request), now, detail=how)
    word = await sessions.begin(resources.ledger, agent.id, stage, now, by if stage != "in" else None)
    if stage == "in":
        return _go_on(request, word, _landed(request, after, draft))
    request[pages.SESSION] = cast(Session, await sessions.find(resources.ledger, word, now))
    return _go_on(request, word, await _second_step(request, agent, after, draft, ""))


def failed(request: web.Request, after: str, draft: str, name: str = "") -> web.Response:
    """What everybody reads who does not get in, whatever was wrong; nothing that was written is lost."""
    return pages.render(request, "entrar.html", 401, notice=texts.FAILED, after=after, draft=draft, name=name)


async def second(request: web.Request) -> web.StreamResponse:
    """GET /console/segundo-factor: where a sign-in stands that was left half-way."""
    session = await access.session_of(request)
    if session is None or session.stage == "in":
        return access.see(access.HOME)
    request[pages.SESSION] = session
    return await _second_step(request, await agent_of(request), access.HOME, "", "")


async def check_second(request: web.Request) -> web.StreamResponse:
    """POST /console/segundo-factor: the digits, or a recovery code; while it is set up, the first digits."""
    resources = request.app[RESOURCES]
    request.app[access.SIGN_IN_LIMIT].take(access.address_of(request))
    session = await access.session_of(request)
    if session is None or session.stage == "in":
        return access.see(access.SIGN_IN)
    request[pages.SESSION] = session
    fields, now, agent = await form(request), resources.now(), await agent_of(request)
    if not pages.same(fields.get("csrf", ""), session.csrf):
        raise web.HTTPForbidden
    after, draft, code = access.own_path(fields.get("sigue", "")), fields.get("texto", ""), fields.get("codigo", "")
    codes = await _enrolled(resources, agent, code, now) if session.stage == "enrol" else None
    second = "new" if codes else "" if agent.locked or session.stage != "code" else await _proved(resources, agent, code, now)
    if agent.locked or not second:
        await note_failure(request, agent, now, f"{texts.SECOND_STEP} {texts.came_in(session.came_by)}".strip())
        return await _second_step(request, agent, after, draft, texts.FAILED, 401)
    await _note_second(request, agent, second, now)
    word = await sessions.replace(resources.ledger, session, "in", now)
    if codes:
        return _go_on(request, word, pages.render(request, "codigos.html", codes=codes, after=after))
    return _go_on(request, word, _landed(request, after, draft))


async def picture(request: web.Request) -> web.Response:
    """GET /console/segundo-factor.svg: only while it is set up."""
    agent = await agent_of(request)
    if agent.second_factor is None or agent.confirmed:
        raise web.HTTPNotFound
    svg = second_factor.picture(_secret_of(request.app[RESOURCES], agent), agent.name)
    return web.Response(body=svg, content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


async def leave(request: web.Request) -> web.StreamResponse:
    """POST /console/salir."""
    resources, session = request.app[RESOURCES], request[pages.SESSION]
    await sessions.end(resources.ledger, session, resources.now())
    await audit.note(resources.ledger, "salida", session.name, access.address_of(request), resources.now())
    response = access.see(access.SIGN_IN)
    access.forget(request, response)
    return response


async def _note_second(request: web.Request, agent: Known, second: texts.Second, now: datetime) -> None:
    """That the second factor was set up, and by which way somebody came in: who set it up under «Mi cuenta» was in already."""
    address, came_by = access.address_of(request), request[pages.SESSION].came_by

    def work(connection: Connection) -> None:
        if second == "new":
            audit.add(connection, "segundo_factor", agent.name, address, now)
        if second != "new" or came_by:
            audit.add(connection, "entrada", agent.name, address, now, detail=texts.came_in(came_by, second))

    await request.app[RESOURCES].ledger.write(work)


async def note_failure(request: web.Request, agent: Known | None, now: datetime, detail: str = "") -> None:
    """Whether there is such an agent is not to be told from how long it takes: the same statements, in one transaction."""
    address, name = access.address_of(request), agent.name if agent else NOBODY

    def work(connection: Connection) -> None:
        locked = agents.count_failure(connection, agent.id if agent else None, now)
        audit.add(connection, "bloqueo" if locked else "entrada_fallida", name, address, now, detail=detail)

    await request.app[RESOURCES].ledger.write(work)


async def _proved(resources: Resources, agent: Known, code: str, now: datetime) -> texts.Second:
    """What it is that was shown; "" where it is nothing, or was used before."""
    step = second_factor.step_of(_secret_of(resources, agent), code, now)
    if step is not None:
        return "phone" if await agents.use_step(resources.ledger, agent.id, step) else ""
    used = await agents.use_recovery_code(resources.ledger, agent.id, second_factor.digest(code), now)
    return "recovery" if used else ""


async def _enrolled(resources: Resources, agent: Known, code: str, now: datetime) -> list[str] | None:
    step = second_factor.step_of(_secret_of(resources, agent), code, now)
    codes = second_factor.recovery_codes()
    if step is None or not await agents.confirm_second_factor(resources.ledger, agent.id, step, [*map(second_factor.digest, codes)], now):
        return None
    return codes


async def _second_step(request: web.Request, agent: Known, after: str, draft: str, notice: str, status: int = 200) -> web.Response:
    stage, secret = request[pages.SESSION].stage, None
    if stage == "enrol":
        resources = request.app[RESOURCES]
        offered = await agents.offer_second_factor(resources.ledger, agent.id, resources.sealer.seal(second_factor.new_secret()))
        secret = _opened(resources, offered)
    return pages.render(request, "segundo_factor.html", status, stage=stage, secret=secret, after=after, draft=draft, notice=notice)


def _secret_of(resources: Resources, agent: Known) -> str:
    """The agent's second factor; where there is none, one that nobody knows."""
    return second_factor.new_secret() if agent.second_factor is None else _opened(resources, agent.second_factor)


def _opened(resources: Resources, kept: str) -> str:
    """One from before there was a seal is as it was, until `python -m bot reseal` seals it; one that cannot be opened is nobody's."""
    if not is_sealed(kept):
        return kept
    try:
        return resources.sealer.open(kept)
    except SealBroken:
        return second_factor.new_secret()


async def agent_of(request: web.Request) -> Known:
    """Whose session it is. Raises HTTPNotFound when it was removed just now."""
    resources = request.app[RESOURCES]
    agent = await agents.by_id(resources.ledger, request[pages.SESSION].agent, resources.now())
    if agent is None:
        raise web.HTTPNotFound
    return agent


def _landed(request: web.Request, after: str, draft: str) -> web.Response:
    """Signed in: on to where the agent wanted to go, with what was not sent."""
    return pages.render(request, "borrador.html", after=after, draft=draft) if draft else access.see(after)


def _go_on(request: web.Request, word: str, response: web.StreamResponse) -> web.StreamResponse:
    access.remember(request, response, word)
    return response
