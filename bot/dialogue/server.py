"""The dialogue process: `POST /turn` on a loaded Rasa model, for the gateway only."""

from __future__ import annotations

import hmac
import json
from typing import Any

import structlog
from aiohttp import web

from bot.dialogue.engine import Engine, TurnRequest
from bot.errors import TurnAborted

log = structlog.get_logger()
ENGINE = web.AppKey("engine", Engine)
SECRET = web.AppKey("secret", str)
MAX_BODY_BYTES = 2_000_000


def create_app(engine: Engine, secret: str) -> web.Application:
    """The aiohttp application around a loaded engine."""
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app[ENGINE] = engine
    app[SECRET] = secret
    app.router.add_post("/turn", _turn)
    app.router.add_get("/health/live", _ready)
    app.router.add_get("/health/ready", _ready)
    app.on_startup.append(_warm)
    app.on_cleanup.append(_close)
    return app


async def _turn(request: web.Request) -> web.Response:
    given = request.headers.get("X-Internal-Secret", "").encode()
    if not hmac.compare_digest(given, request.app[SECRET].encode()):
        return _error(401, "unauthorized", "wrong or missing X-Internal-Secret")
    try:
        turn = _read(await request.json())
    except (KeyError, TypeError, ValueError) as error:
        return _error(422, "malformed", f"{type(error).__name__}: {error}")
    try:
        return web.json_response(await request.app[ENGINE].run(turn))
    except TurnAborted as error:
        log.warning("turn aborted", correlation=turn.correlation, reason=str(error))
        return _error(503, "turn_aborted", str(error))
    except Exception as error:
        log.error("turn failed", correlation=turn.correlation, kind=type(error).__name__)  # noqa: TRY400 - the message may hold a customer's words
        return _error(503, "turn_failed", type(error).__name__)


def _read(body: Any) -> TurnRequest:
    message, button = body["message"], body["message"].get("button")
    if button is not None and not isinstance(button.get("intent"), str):
        raise ValueError("message.button.intent must be text")
    if not isinstance(message["text"], str) or not isinstance(body["events"], list):
        raise TypeError("message.text must be text and events a list")
    return TurnRequest(
        turn=str(body["turn"]),
        conversation=str(body["conversation"]),
        token=str(body["token"]),
        correlation=str(body.get("correlation", "")),
        events=body["events"],
        text=message["text"],
        button=button,
    )


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": code, "message": message}, status=status, dumps=lambda body: json.dumps(body, ensure_ascii=False))


async def _ready(request: web.Request) -> web.Response:
    return web.json_response({"ready": True, "model": request.app[ENGINE].model.name})


async def _warm(app: web.Application) -> None:
    await app[ENGINE].warm()


async def _close(app: web.Application) -> None:
    await app[ENGINE].close()
