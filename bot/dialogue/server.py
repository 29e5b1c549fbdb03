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
    given = request.headers.get("X-Internal-Secret", "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, request.app[SECRET].encode()):
        return _error(401, "unauthorized", "wrong or missing X-Internal-Secret")
    try:
        turn = _read(await request.json())
    except (LookupError, RecursionError, TypeError, ValueError) as error:
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
    """Raises KeyError, TypeError or ValueError."""
    message = _typed(body, dict)["message"]
    button = _typed(message, dict)["button"] if "button" in message else None
    if button is not None:
        _typed(_typed(button, dict)["intent"], str)
        _typed(button.get("entities", {}), dict)
    if not all(isinstance(_typed(event, dict).get("event"), str) for event in _typed(body["events"], list)):
        raise ValueError("every event must name its kind")
    return TurnRequest(
        turn=_typed(body["turn"], str),
        conversation=_typed(body["conversation"], str),
        token=_typed(body["token"], str),
        correlation=str(body.get("correlation", "")),
        events=body["events"],
        text=_typed(message["text"], str),
        button=button,
    )


def _typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} expected where {type(value).__name__} stands")
    return value


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": code, "message": message}, status=status, dumps=lambda body: json.dumps(body, ensure_ascii=False))


async def _ready(request: web.Request) -> web.Response:
    return web.json_response({"ready": True, "model": request.app[ENGINE].model.name})


async def _warm(app: web.Application) -> None:
    await app[ENGINE].warm()


async def _close(app: web.Application) -> None:
    await app[ENGINE].close()
