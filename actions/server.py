"""The actions process: the SDK's executor behind a small aiohttp server of our own.

The SDK's own server answers anybody, echoes the whole request in its errors and allows any origin
(facts/reliability.md section 2); this one answers only callers with INTERNAL_SECRET and tells nothing when it fails.
"""

import contextlib
import hmac
import time
from collections.abc import Awaitable, Callable

import msgspec
import structlog
from aiohttp import web
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException

from actions.environment import environment
from actions.trouble import known_situation
from actions.turn import open_turn
from bot.clock import now
from bot.protocol.action import read_call, read_situation_asked

log = structlog.get_logger()
EXECUTOR = web.AppKey("executor", ActionExecutor)
MAX_BODY_BYTES = 1_000_000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app() -> web.Application:
    """The aiohttp application; an Environment must have been installed."""
    app = web.Application(middlewares=[_internal_only, _errors], client_max_size=MAX_BODY_BYTES)
    executor = ActionExecutor()
    executor.register_package("actions")
    app[EXECUTOR] = executor
    app.router.add_post("/webhook", _webhook)
    app.router.add_post("/situation", _situation)
    app.router.add_get("/health/live", _live)
    app.router.add_get("/health/ready", _ready)
    app.on_startup.append(_warm)
    app.on_shutdown.append(_drain)
    app.on_cleanup.append(_close)
    return app


@web.middleware
async def _internal_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path.startswith("/health/"):
        return await handler(request)
    given = request.headers.get("X-Internal-Secret", "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, environment().settings.internal_secret.encode()):
        return web.json_response({"error": "unauthorized"}, status=401)
    return await handler(request)


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except ActionNotFoundException as error:
        log.error("unknown action", action=error.action_name)  # noqa: TRY400 - the name says it all
        return web.json_response({"error": "unknown_action"}, status=404)
    except Exception as error:
        # the message of an error may hold what a customer wrote: only its kind and place go to the log
        log.error(  # noqa: TRY400
            "action failed",
            outcome="failed",
            kind=type(error).__name__,
            place=_place(error),
            correlation=request.headers.get("X-Correlation-Id"),
        )
        return web.json_response({"error": "action_failed"}, status=500)


def _place(error: BaseException) -> str:
    frames = error.__traceback__
    place = "?"
    while frames is not None:
        code = frames.tb_frame.f_code
        place = f"{code.co_filename.rsplit('/', 2)[-1]}:{frames.tb_lineno} {code.co_name}"
        frames = frames.tb_next
    return place


async def _webhook(request: web.Request) -> web.Response:
    try:
        call = read_call(await request.read())
    except (ValueError, RecursionError):
        return web.json_response({"error": "malformed"}, status=400)
    started = time.perf_counter()
    result = await request.app[EXECUTOR].run(msgspec.to_builtins(call))
    ms = round((time.perf_counter() - started) * 1000, 1)
    log.info("action", action=call.next_action, outcome="done", ms=ms, correlation=request.headers.get("X-Correlation-Id"))
    return web.json_response(result)


async def _situation(request: web.Request) -> web.Response:
    try:
        token = read_situation_asked(await request.read()).turn_token
    except (ValueError, RecursionError):
        return web.json_response({"error": "malformed"}, status=400)
    turn = await open_turn(environment(), Tracker("-", {}, {"metadata": {"turn_token": token}}, [], False, None, {}, None))
    return web.json_response({"words": known_situation(turn)})


async def _live(_: web.Request) -> web.Response:
    """The event loop turns; nothing else is asked."""
    return web.json_response({"live": True})


async def _ready(_: web.Request) -> web.Response:
    return web.json_response({"ready": True})


async def _warm(_: web.Application) -> None:
    """No first customer pays for what is worked out once: the holidays, the statements of the live state."""
    calendar, moment = environment().calendar, now()
    calendar.add_business_days(calendar.local_date(moment), 1)
    with contextlib.suppress(Exception):  # it may come later: answers go on without it
        await environment().accounts.read_desk("-")


async def _drain(_: web.Application) -> None:
    log.info("stopping: no new actions; those that run are finished", process="actions")


async def _close(_: web.Application) -> None:
    await environment().accounts.close()
