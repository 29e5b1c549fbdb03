"""Every address of the console, each with who may ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from bot.console import (
    access,
    account,
    alerts,
    browsing,
    costs,
    entrance,
    figures_csv,
    forwarding,
    later,
    live,
    marking,
    overview,
    pages,
    privacy,
    publishing,
    put_off,
    review,
    sign_on,
    transcript,
    work,
)
from bot.console.access import open_to_all, signed_in
from bot.console.provider import Provider
from bot.console.publications import Publisher
from bot.console.push import pages as push_pages
from bot.console.push.service import PushService
from bot.console.queue_watch import QueueWatch
from bot.limits import Limit
from bot.settings import Settings

SIGN_INS_PER_MINUTE = 30
"""From one address: a house may have many agents, and each name has a lock of its own."""
WRITING_PER_MINUTE = 20
"""Signs that one agent writes in one conversation: one in 3 s, as the page gives them."""

FORWARDS_PER_MINUTE = 10
"""Conversations that one agent sends by mail."""

ONE = "/console/conversaciones/{id:[0-9a-f]{32}}"


def prepare(app: web.Application, settings: Settings, now: Callable[[], datetime], look_seconds: float) -> None:
    """What the console counts and runs in this process; the queue is looked at every `look_seconds` at most. Raises SettingsError."""
    if settings.oidc_issuer:
        app[sign_on.PROVIDER] = Provider(settings)
        app.on_cleanup.append(_leave_provider)
    app[live.QUEUE_WATCH] = QueueWatch(look_seconds)
    app[overview.FIGURES] = overview.RecentFigures()
    app[publishing.PUBLISHER] = Publisher()
    app.on_shutdown.append(_stop_proofs)
    app[push_pages.SERVICE] = PushService(settings)
    app.on_cleanup.append(_stop_pushes)  # after those who send
    app[access.SIGN_IN_LIMIT] = Limit("sign-ins", SIGN_INS_PER_MINUTE, now)
    app[forwarding.FORWARD_LIMIT] = Limit("forwarded conversations", FORWARDS_PER_MINUTE, now)
    app[costs.COSTS] = costs.MonthlyCosts()
    app[work.WRITING_LIMIT] = Limit("signs of writing", WRITING_PER_MINUTE, now)


def routes() -> Sequence[web.RouteDef]:
    """Below /console/."""
    return [
        web.get("/console", open_to_all(home)),
        web.get("/console/", open_to_all(home)),
        web.get("/console/estatico/{name}", open_to_all(pages.static_file)),
        web.get("/console/entrar", open_to_all(entrance.show)),
        web.post("/console/entrar", open_to_all(entrance.enter)),
        web.post("/console/empresa", open_to_all(sign_on.begin)),
        web.get("/console/empresa/regreso", open_to_all(sign_on.finish), allow_head=False),
        web.get("/console/segundo-factor", open_to_all(entrance.second)),
        web.post("/console/segundo-factor", open_to_all(entrance.check_second)),
        web.get("/console/segundo-factor.svg", signed_in(entrance.picture, stage="enrol")),
        web.get("/console/cuenta", signed_in(account.show)),
        web.post("/console/cuenta/segundo-factor", signed_in(account.begin_second, again=True)),
        web.post("/console/cuenta/clave", signed_in(account.change_password)),
        web.post("/console/cuenta/sesiones", signed_in(account.leave_others, again=True)),
        web.post("/console/cuenta/avisos", signed_in(alerts.keep)),
        web.get("/console/servicio.js", open_to_all(push_pages.worker_script)),
        web.get("/console/cuenta/navegador", signed_in(push_pages.show)),
        web.post("/console/cuenta/navegador", signed_in(push_pages.keep)),
        web.get("/console/avisos", signed_in(alerts.show, used=False)),
        web.post("/console/salir", signed_in(entrance.leave)),
        web.get("/console/cola", signed_in(work.queue)),
        web.get("/console/folio", signed_in(work.find_case)),
        web.post("/console/llamadas/{due:[0-9]{1,9}}", signed_in(work.called)),
        web.get("/console/vivo", signed_in(live.stream, used=False), allow_head=False),
        web.get("/console/conversaciones", signed_in(browsing.show)),
        web.post("/console/vistas", signed_in(browsing.keep_view)),
        web.get(ONE, signed_in(transcript.show)),
        web.get(f"{ONE}/lineas", signed_in(transcript.lines, used=False)),
        web.get(f"{ONE}/privacidad", signed_in(privacy.show)),
        web.post(f"{ONE}/privacidad", signed_in(privacy.open_copies)),
        web.post(f"{ONE}/tomar", signed_in(work.take)),
        web.post(f"{ONE}/responder", signed_in(work.reply)),
        web.post(f"{ONE}/programar", signed_in(later.plan)),
        web.post(f"{ONE}/programada", signed_in(later.withdraw)),
        web.post(f"{ONE}/escribe", signed_in(work.writes)),
        web.post(f"{ONE}/devolver", signed_in(work.give_back)),
        web.post(f"{ONE}/reenviar", signed_in(forwarding.forward)),
        web.post(f"{ONE}/casos", signed_in(work.close_case)),
        web.post(f"{ONE}/posponer", signed_in(put_off.put_off)),
        web.post(f"{ONE}/notas", signed_in(marking.note)),
        web.post(f"{ONE}/etiquetas", signed_in(marking.tag)),
        web.post(f"{ONE}/correcciones", signed_in(marking.correct)),
        web.get("/console/conversaciones.csv", signed_in(overview.export)),
        web.get("/console/resumen", signed_in(overview.show)),
        web.get("/console/resumen.csv", signed_in(figures_csv.download)),
        web.get("/console/auditoria", signed_in(overview.audited, role="supervisor")),
        web.get("/console/correcciones", signed_in(marking.corrections)),
        web.get("/console/revision", signed_in(review.show)),
        web.post("/console/revision", signed_in(review.settle)),
        web.get("/console/publicar", signed_in(publishing.show, role="supervisor")),
        web.post("/console/publicar", signed_in(publishing.act, role="supervisor")),
        web.get("/console/plantillas", signed_in(marking.prepared)),
        web.post("/console/plantillas", signed_in(marking.keep_prepared)),
    ]


async def _stop_proofs(app: web.Application) -> None:
    await app[publishing.PUBLISHER].stop()


async def _stop_pushes(app: web.Application) -> None:
    await app[push_pages.SERVICE].close()


async def _leave_provider(app: web.Application) -> None:
    await app[sign_on.PROVIDER].close()


async def home(_request: web.Request) -> web.Response:
    """GET /console: the queue."""
    return access.see(access.HOME)
