"""Every address of the console, each with who may ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from bot.console import access, browsing, entrance, live, marking, overview, pages, privacy, transcript, work
from bot.console.access import open_to_all, signed_in
from bot.limits import Limit

SIGN_INS_PER_MINUTE = 30
"""From one address: a house may have many agents, and each name has a lock of its own."""


ONE = "/console/conversaciones/{id:[0-9a-f]{32}}"


def prepare(app: web.Application, now: Callable[[], datetime]) -> None:
    """What the console counts in this process."""
    app[access.SIGN_IN_LIMIT] = Limit("sign-ins", SIGN_INS_PER_MINUTE, now)


def routes() -> Sequence[web.RouteDef]:
    """Below /console/."""
    return [
        web.get("/console", open_to_all(home)),
        web.get("/console/", open_to_all(home)),
        web.get("/console/estatico/{name}", open_to_all(pages.static_file)),
        web.get("/console/entrar", open_to_all(entrance.show)),
        web.post("/console/entrar", open_to_all(entrance.enter)),
        web.get("/console/segundo-factor", open_to_all(entrance.second)),
        web.post("/console/segundo-factor", open_to_all(entrance.check_second)),
        web.get("/console/segundo-factor.svg", signed_in(entrance.picture, stage="enrol")),
        web.get("/console/cuenta", signed_in(entrance.account)),
        web.post("/console/cuenta/segundo-factor", signed_in(entrance.begin_second)),
        web.post("/console/salir", signed_in(entrance.leave)),
        web.get("/console/cola", signed_in(work.queue)),
        web.get("/console/folio", signed_in(work.find_case)),
        web.get("/console/vivo", signed_in(live.stream, used=False), allow_head=False),
        web.get("/console/conversaciones", signed_in(browsing.show)),
        web.get(ONE, signed_in(transcript.show)),
        web.get(f"{ONE}/lineas", signed_in(transcript.lines, used=False)),
        web.get(f"{ONE}/privacidad", signed_in(privacy.show)),
        web.post(f"{ONE}/privacidad", signed_in(privacy.open_copies)),
        web.post(f"{ONE}/tomar", signed_in(work.take)),
        web.post(f"{ONE}/responder", signed_in(work.reply)),
        web.post(f"{ONE}/devolver", signed_in(work.give_back)),
        web.post(f"{ONE}/casos", signed_in(work.close_case)),
        web.post(f"{ONE}/notas", signed_in(marking.note)),
        web.post(f"{ONE}/etiquetas", signed_in(marking.tag)),
        web.post(f"{ONE}/correcciones", signed_in(marking.correct)),
        web.get("/console/conversaciones.csv", signed_in(overview.export)),
        web.get("/console/resumen", signed_in(overview.show)),
        web.get("/console/auditoria", signed_in(overview.audited, role="supervisor")),
        web.get("/console/correcciones", signed_in(marking.corrections)),
        web.get("/console/plantillas", signed_in(marking.prepared)),
        web.post("/console/plantillas", signed_in(marking.keep_prepared)),
    ]


async def home(_request: web.Request) -> web.Response:
    """GET /console: the queue."""
    return access.see(access.HOME)
