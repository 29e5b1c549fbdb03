"""The dialogue process: `POST /turn` on a loaded Rasa model, for the gateway only; `POST /model` changes the model while it serves."""

from __future__ import annotations

import hmac
import json
import time
from typing import Any

import structlog
from aiohttp import web

from bot.dialogue.engine import Engine
from bot.dialogue.models import ModelRefused, choose
from bot.dialogue.serving import Serving
from bot.errors import AssistantError, EpisodeUnreadable, SettingsError, TurnAborted
from bot.protocol.turn import TurnRequest, encode, read_request

log = structlog.get_logger()
SERVING = web.AppKey("serving", Serving)
SECRET = web.AppKey("secret", str)
MAX_BODY_BYTES = 2_000_000


def create_app(engine: Engine | Serving, secret: str) -> web.Application:
    """The aiohttp application around a loaded engine, or around one that may be changed."""
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app[SERVING] = engine if isinstance(engine, Serving) else Serving(engine)
    app[SECRET] = secret
    app.router.add_post("/turn", _turn)
    app.router.add_post("/model", _model)
    app.router.add_get("/health/live", _live)
    app.router.add_get("/health/ready", _ready)
    app.on_startup.append(_warm)
    app.on_shutdown.append(_drain)
    app.on_cleanup.append(_close)
    return app


def _is_one_of_us(request: web.Request) -> bool:
    given = request.headers.get("X-Internal-Secret", "").encode("utf-8", "surrogateescape")
    return hmac.compare_digest(given, request.app[SECRET].encode())


async def _turn(request: web.Request) -> web.Response:
    if not _is_one_of_us(request):
        return _error(401, "unauthorized", "wrong or missing X-Internal-Secret")
    try:
        turn = read_request(await request.read())
    except (ValueError, RecursionError) as error:
        return _error(422, "malformed", f"{type(error).__name__}: {error}")
    return await _answer(request, turn)


async def _answer(request: web.Request, turn: TurnRequest) -> web.Response:
    serving = request.app[SERVING]
    started = time.perf_counter()
    line = log.bind(correlation=turn.correlation, model=serving.model.name)
    try:
        result = await serving.run(turn)
    except EpisodeUnreadable as error:
        line.warning("turn", outcome="unreadable_episode", ms=_ms_since(started), reason=str(error))
        return _error(409, "unreadable_episode", str(error))
    except TurnAborted as error:
        line.warning("turn", outcome="aborted", ms=_ms_since(started), reason=str(error))
        return _error(503, "turn_aborted", str(error))
    except Exception as error:
        # the message of an error may hold a customer's words
        line.error("turn", outcome="failed", ms=_ms_since(started), kind=type(error).__name__)
        if turn.events:  # nobody foresaw this: that an event reads but breaks what reads it is the likeliest cause
            return _error(409, "unreadable_episode", type(error).__name__)
        return _error(503, "turn_failed", type(error).__name__)
    line.info("turn", outcome="waits" if "wait" in result else "done", ms=_ms_since(started))
    return web.Response(body=encode(result), content_type="application/json")


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


async def _model(request: web.Request) -> web.Response:
    """Serve another model of the folder; `keep` writes it down as the choice for the next start."""
    if not _is_one_of_us(request):
        return _error(401, "unauthorized", "wrong or missing X-Internal-Secret")
    try:
        body = _typed(await request.json(), dict)
        name, keep = _typed(body["name"], str), _typed(body.get("keep", False), bool)
    except (LookupError, RecursionError, TypeError, ValueError) as error:
        return _error(422, "malformed", f"{type(error).__name__}: {error}")
    serving = request.app[SERVING]
    try:
        before = await serving.change(name)
        if keep:
            choose(serving.model, _typed(body.get("before", before.name), str))
    except (ModelRefused, OSError, SettingsError, TypeError) as error:
        return _error(409, "model_refused", str(error) if isinstance(error, AssistantError) else type(error).__name__)
    return web.json_response({"model": serving.model.name, "before": before.name})


def _typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} expected where {type(value).__name__} stands")
    return value


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": code, "message": message}, status=status, dumps=lambda body: json.dumps(body, ensure_ascii=False))


async def _live(_: web.Request) -> web.Response:
    """The event loop turns; nothing else is asked."""
    return web.json_response({"live": True})


async def _ready(request: web.Request) -> web.Response:
    return web.json_response({"ready": True, "model": request.app[SERVING].model.name})


async def _warm(app: web.Application) -> None:
    await app[SERVING].warm()


async def _drain(app: web.Application) -> None:
    log.info("stopping: no new turns; those that run are finished", process="dialogue", turns=app[SERVING].running)


async def _close(app: web.Application) -> None:
    await app[SERVING].close()
