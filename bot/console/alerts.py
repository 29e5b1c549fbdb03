"""What an agent is alerted to, wherever in the console they are: a new case, a reply in a conversation of theirs, a promise about to break, a call.

Each alert has a key, so that a browser rings once for it however often it asks and however many pages are open. Each agent has their own
switches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection, select, update

from bot.console import access, audit, pages, texts
from bot.console.agents import AGENT
from bot.console.promises import Promises
from bot.console.transcript import path_of
from bot.conversations import cases, dues, later
from bot.conversations.ledger import Ledger
from bot.resources import RESOURCES, Resources

KINDS: Final = ("caso", "respuesta", "plazo", "llamada")
SWITCHES: Final = (*KINDS, "sonido", "resumen")
Alert = dict[str, str]


@dataclass(frozen=True)
class Board:
    """What there is to be alerted to at one moment, the same for every agent; `codes` are those of the cases by conversation."""

    waiting: Sequence[Any]
    calls: Sequence[Any]
    codes: Mapping[str, str]
    promises: Promises
    now: datetime


async def show(request: web.Request) -> web.Response:
    """GET /console/avisos: {"waiting": how many people wait, "sound": whether to ring, "alerts": [{"key", "kind", "code", "text", "path"}]}."""
    resources, session = request.app[RESOURCES], request[pages.SESSION]
    on = await switches(resources.ledger, session.agent)
    board = await look(resources)
    told = [alert for alert in await of(resources.ledger, board, session.name) if alert["kind"] in on]
    owed = sum(each.owed_since is not None for each in board.waiting)
    body = {"waiting": owed, "sound": "sonido" in on, "alerts": told}
    return web.json_response(body, headers=pages.HEADERS)


async def look(resources: Resources) -> Board:
    """As it is now."""
    ledger, now = resources.ledger, resources.now()
    waiting = await cases.waiting(ledger)
    calls = [call for call in await dues.open_ones(ledger, "call_back") if call.at <= now]
    codes = {each.conversation_id: each.code for each in waiting if each.code}
    return Board(waiting, calls, codes, Promises(resources.settings, now), now)


async def of(ledger: Ledger, board: Board, agent: str) -> list[Alert]:
    """All that the agent of this name may be alerted to; their switches are not asked."""
    held, unsent = await cases.held_by(ledger, agent, board.now), await later.held_back(ledger, agent)
    return [
        *_of_cases(board, agent),
        *_replies(board, held),
        *(
            _alert(
                "respuesta",
                f"later:{each.id}",
                f"No se envió lo que programaste para {_who(each)}",
                path_of(each.conversation_id),
                board.codes.get(each.conversation_id),
            )
            for each in unsent
        ),
        *_about_to_break(board),
        *(_alert("llamada", f"{call.id}", f"Hora de llamar a {_who(call)}", access.HOME, call.code) for call in board.calls),
    ]


async def keep(request: web.Request) -> web.Response:
    """POST /console/cuenta/avisos: the agent's own switches."""
    fields, session, resources = await access.form(request), request[pages.SESSION], request.app[RESOURCES]
    on, mine, address = [name for name in SWITCHES if name in fields], AGENT.c.id == session.agent, access.address_of(request)

    def work(connection: Connection) -> None:
        before = kinds_of(connection.scalar(select(AGENT.c.alerts).where(mine).with_for_update()))
        connection.execute(update(AGENT).where(mine).values(alerts=",".join(on)))
        if changed := texts.switched(before, on):
            audit.add(connection, "avisos", session.name, address, resources.now(), detail=f"{changed} · {texts.OWN_ACCOUNT}")

    await resources.ledger.write(work)
    return access.see("/console/cuenta")


async def switches(ledger: Ledger, agent: str) -> frozenset[str]:
    """Those that are on; all of them for who never changed any."""
    return kinds_of(await ledger.read(lambda connection: connection.scalar(select(AGENT.c.alerts).where(AGENT.c.id == agent))))


def kinds_of(kept: str | None) -> frozenset[str]:
    """The switches as an agent's row has them."""
    return frozenset(SWITCHES if kept is None else kept.split(","))


def _of_cases(board: Board, agent: str) -> Iterator[Alert]:
    for each in board.waiting:
        if each.code and each.owed_since and each.agent != agent:
            again = "Volvió a escribir" if each.reopened else "Caso nuevo"
            yield _alert(
                "caso",
                f"{each.code}:{each.reopened}",
                f"{again}: {_who(each)}, {texts.reasons(each.reason)}",
                path_of(each.conversation_id),
                each.code,
            )


def _replies(board: Board, mine: Sequence[Any]) -> Iterator[Alert]:
    for each in mine:
        if each.owed_since:
            key = f"{each.id}:{each.owed_since.timestamp():.0f}"
            yield _alert("respuesta", key, f"Te escribió {_who(each)}", path_of(each.id), board.codes.get(each.id))


def _about_to_break(board: Board) -> Iterator[Alert]:
    promises = board.promises
    for each in board.waiting:
        urgency = promises.urgency(each.owed_since) if each.owed_since else ""
        if urgency:
            key = f"{each.conversation_id}:{each.owed_since.timestamp():.0f}:{urgency}"
            yield _alert("plazo", key, f"{promises.words(each.owed_since)}: {_who(each)}", path_of(each.conversation_id), each.code)


def _alert(kind: str, key: str, text: str, path: str, code: str | None) -> Alert:
    return {"kind": kind, "key": f"{kind}:{key}", "code": code or "", "text": text, "path": path}


def _who(row: Any) -> str:
    return row.desk or "un visitante"


TITLES: Final[Mapping[str, str]] = {
    "caso": "Casos nuevos y quien vuelve a escribir",
    "respuesta": "Respuestas en mis conversaciones",
    "plazo": "Esperas por vencer o vencidas",
    "llamada": "Llamadas cuya hora llegó",
    "sonido": "Con sonido",
    "resumen": "Resumen por correo al empezar cada día hábil",
}
"""As agents read the switches."""
