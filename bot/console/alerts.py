"""What an agent is alerted to, wherever in the console they are: a new case, a reply in a conversation of theirs, a promise about to break, a call.

Each alert has a key, so that a browser rings once for it however often it asks and however many pages are open. Each agent has their own
switches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from aiohttp import web
from sqlalchemy import select, update

from bot.console import access, pages, texts
from bot.console.agents import AGENT
from bot.console.promises import Promises
from bot.console.transcript import path_of
from bot.conversations import cases, dues, later
from bot.conversations.ledger import Ledger
from bot.resources import RESOURCES

SWITCHES: Final = ("caso", "respuesta", "plazo", "llamada", "sonido", "resumen")
Alert = dict[str, str]


async def show(request: web.Request) -> web.Response:
    """GET /console/avisos: {"waiting": how many people wait, "sound": whether to ring, "alerts": [{"key", "kind", "text", "path"}]}."""
    resources, session = request.app[RESOURCES], request[pages.SESSION]
    ledger, now = resources.ledger, resources.now()
    on = await switches(ledger, session.agent)
    waiting = await cases.waiting(ledger)
    calls = [call for call in await dues.open_ones(ledger, "call_back") if call.at <= now]
    every = [
        *_of_cases(waiting, session.name),
        *_replies(await cases.held_by(ledger, session.name, now)),
        *(
            _alert("respuesta", f"later:{each.id}", f"No se envió lo que programaste para {_who(each)}", path_of(each.conversation_id))
            for each in await later.held_back(ledger, session.name)
        ),
        *_about_to_break(waiting, Promises(resources.settings, now)),
        *(_alert("llamada", f"{call.id}", f"Hora de llamar a {_who(call)}", access.HOME) for call in calls),
    ]
    told = [alert for alert in every if alert["kind"] in on]
    owed = sum(each.owed_since is not None for each in waiting)
    body = {"waiting": owed, "sound": "sonido" in on, "alerts": told}
    return web.json_response(body, headers=pages.HEADERS)


async def keep(request: web.Request) -> web.Response:
    """POST /console/cuenta/avisos: the agent's own switches."""
    fields = await access.form(request)
    on = ",".join(name for name in SWITCHES if name in fields)
    mine = update(AGENT).where(AGENT.c.id == request[pages.SESSION].agent).values(alerts=on)
    await request.app[RESOURCES].ledger.write(lambda connection: connection.execute(mine))
    return access.see("/console/cuenta")


async def switches(ledger: Ledger, agent: str) -> frozenset[str]:
    """Those that are on; all of them for who never changed any."""
    kept = await ledger.read(lambda connection: connection.scalar(select(AGENT.c.alerts).where(AGENT.c.id == agent)))
    return frozenset(SWITCHES if kept is None else kept.split(","))


def _of_cases(waiting: Sequence[Any], agent: str) -> Iterator[Alert]:
    for each in waiting:
        if each.code and each.owed_since and each.agent != agent:
            again = "Volvió a escribir" if each.reopened else "Caso nuevo"
            yield _alert(
                "caso",
                f"{each.code}:{each.reopened}",
                f"{again}: {_who(each)}, {texts.reasons(each.reason)}",
                path_of(each.conversation_id),
            )


def _replies(mine: Sequence[Any]) -> Iterator[Alert]:
    for each in mine:
        if each.owed_since:
            yield _alert("respuesta", f"{each.id}:{each.owed_since.timestamp():.0f}", f"Te escribió {_who(each)}", path_of(each.id))


def _about_to_break(waiting: Sequence[Any], promises: Promises) -> Iterator[Alert]:
    for each in waiting:
        urgency = promises.urgency(each.owed_since) if each.owed_since else ""
        if urgency:
            key = f"{each.conversation_id}:{each.owed_since.timestamp():.0f}:{urgency}"
            yield _alert("plazo", key, f"{promises.words(each.owed_since)}: {_who(each)}", path_of(each.conversation_id))


def _alert(kind: str, key: str, text: str, path: str) -> Alert:
    return {"kind": kind, "key": f"{kind}:{key}", "text": text, "path": path}


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
