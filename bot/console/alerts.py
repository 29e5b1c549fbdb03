"""What an agent is alerted to, wherever in the console they are.

A new case, a reply in a conversation of theirs, a promise about to break, a call, a topic that far more ask about than usual.

Each alert has a key, so that a browser rings once for it however often it asks and however many pages are open. Each agent has their own
switches.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection, select, update

from bot.console import access, audit, pages, surges, texts
from bot.console.agents import AGENT
from bot.console.intents import title_of
from bot.console.promises import Promises
from bot.console.transcript import path_of
from bot.conversations import cases, dues, later
from bot.conversations.ledger import Ledger
from bot.resources import RESOURCES, Resources

KINDS: Final = ("caso", "respuesta", "plazo", "llamada", "alza")
SWITCHES: Final = (*KINDS, "sonido", "resumen")
Alert = dict[str, str]


@dataclass(frozen=True)
class Board:
    """What there is at one moment, made once for however many agents: `cases` with who has the conversation, and what is `everybodys`.

    `waiting` is whom it is made of, `codes` are those of the cases by conversation.
    """

    waiting: Sequence[Any]
    codes: Mapping[str, str]
    cases: Sequence[tuple[str | None, Alert]]
    everybodys: Sequence[Alert]
    now: datetime


async def show(request: web.Request) -> web.Response:
    """GET /console/avisos: {"waiting": how many people wait, "sound": whether to ring, "alerts": [{"key", "kind", "code", "text", "path"}]}."""
    resources, session = request.app[RESOURCES], request[pages.SESSION]
    on = await switches(resources.ledger, session.agent)
    board = await look(resources)
    told = [alert for alert in (await of(resources.ledger, board, [session.name]))[session.name] if alert["kind"] in on]
    owed = sum(each.owed_since is not None for each in board.waiting)
    body = {"waiting": owed, "sound": "sonido" in on, "alerts": told}
    return web.json_response(body, headers=pages.HEADERS)


async def look(resources: Resources) -> Board:
    """As it is now."""
    ledger, now = resources.ledger, resources.now()
    waiting = await cases.waiting(ledger)
    calls = [call for call in await dues.open_ones(ledger, "call_back") if call.at <= now]
    codes = {each.conversation_id: each.code for each in waiting if each.code}
    to_call = [_alert("llamada", f"{call.id}", f"Hora de llamar a {_who(call)}", access.HOME, call.code) for call in calls]
    surging = [_surge(each) for each in await surges.present(ledger, now)]
    everybodys = [*_about_to_break(waiting, Promises(resources.settings, now)), *to_call, *surging]
    return Board(waiting, codes, [*_of_cases(waiting)], everybodys, now)


async def of(ledger: Ledger, board: Board, agents: Collection[str]) -> dict[str, list[Alert]]:
    """All that the agents of these names may be alerted to, by name: two statements, however many they are. Their switches are not asked."""
    own: dict[str, list[Alert]] = {agent: [] for agent in agents}
    for each in await cases.held_by(ledger, own, board.now):
        if each.owed_since:
            own[each.agent].append(_reply(board, each))
    for each in await later.held_back(ledger, own):
        own[each.agent].append(_unsent(board, each))
    return {
        agent: [*(alert for holder, alert in board.cases if holder != agent), *theirs, *board.everybodys] for agent, theirs in own.items()
    }


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


def _of_cases(waiting: Sequence[Any]) -> Iterator[tuple[str | None, Alert]]:
    for each in waiting:
        if each.code and each.owed_since:
            again = "Volvió a escribir" if each.reopened else "Caso nuevo"
            text = f"{again}: {_who(each)}, {texts.reasons(each.reason)}"
            yield each.agent, _alert("caso", f"{each.code}:{each.reopened}", text, path_of(each.conversation_id), each.code)


def _reply(board: Board, held: Any) -> Alert:
    key = f"{held.id}:{held.owed_since.timestamp():.0f}"
    return _alert("respuesta", key, f"Te escribió {_who(held)}", path_of(held.id), board.codes.get(held.id))


def _unsent(board: Board, due: Any) -> Alert:
    text, code = f"No se envió lo que programaste para {_who(due)}", board.codes.get(due.conversation_id)
    return _alert("respuesta", f"later:{due.id}", text, path_of(due.conversation_id), code)


def _about_to_break(waiting: Sequence[Any], promises: Promises) -> Iterator[Alert]:
    for each in waiting:
        urgency = promises.urgency(each.owed_since) if each.owed_since else ""
        if urgency:
            key = f"{each.conversation_id}:{each.owed_since.timestamp():.0f}:{urgency}"
            yield _alert("plazo", key, f"{promises.words(each.owed_since)}: {_who(each)}", path_of(each.conversation_id), each.code)


def _surge(each: Any) -> Alert:
    about = f"«{title_of(each.topic)}»" if each.topic else "algo que el asistente no entiende"
    text = f"Alza: {each.number} clientes preguntan en una hora por {about}; lo usual es {texts.usually(each.usually)}"
    return _alert("alza", f"{each.id}", text, surges.path_of(each.topic), "")


def _alert(kind: str, key: str, text: str, path: str, code: str | None) -> Alert:
    return {"kind": kind, "key": f"{kind}:{key}", "code": code or "", "text": text, "path": path}


def _who(row: Any) -> str:
    return row.desk or "un visitante"


TITLES: Final[Mapping[str, str]] = {
    "caso": "Casos nuevos y quien vuelve a escribir",
    "respuesta": "Respuestas en mis conversaciones",
    "plazo": "Esperas por vencer o vencidas",
    "llamada": "Llamadas cuya hora llegó",
    "alza": "Alzas: muchos más clientes que de costumbre preguntan lo mismo",
    "sonido": "Con sonido",
    "resumen": "Resumen por correo al empezar cada día hábil",
}
"""As agents read the switches."""
