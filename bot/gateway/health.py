"""Whether the process lives, whether it can do its work, and what it has done."""

from __future__ import annotations

import asyncio

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot import __version__
from bot.conversations import queue
from bot.errors import AccountsError, LedgerUnavailable
from bot.gateway.errors import RETRY_SECONDS
from bot.gateway.keys import RESOURCES
from bot.gateway.resources import Resources


async def live(_request: web.Request) -> web.Response:
    """GET /health/live: the event loop turns."""
    return web.json_response({"live": True})


async def ready(request: web.Request) -> web.Response:
    """GET /health/ready: 200, or 503 with `not_ready` naming what is missing; `version` is what runs.

    Live state that is away does not make the gateway unready, because the assistant answers without it: it is told in `degraded`.
    """
    resources = request.app[RESOURCES]
    ledger, dialogue, actions, accounts = await asyncio.gather(
        _ledger_ready(resources),
        resources.dialogue.ready(),
        resources.dialogue.part_ready(resources.settings.actions_url),
        _accounts_ready(resources),
    )
    missing = [name for name, is_ready in (("ledger", ledger), ("dialogue", dialogue), ("actions", actions)) if not is_ready]
    body = {"ready": not missing, "not_ready": missing, "degraded": [] if accounts else ["accounts"], "version": __version__}
    return web.json_response(body, status=503 if missing else 200, headers={"Retry-After": str(RETRY_SECONDS)} if missing else {})


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics, in Prometheus' text format."""
    resources = request.app[RESOURCES]
    resources.metrics.streams.set(resources.hub.total)
    try:
        for state, number in (await queue.depth(resources.ledger)).items():
            resources.metrics.queue.labels(state).set(number)
        oldest = await queue.oldest_waiting(resources.ledger)
        resources.metrics.queue_age.set(0 if oldest is None else max(0.0, (resources.now() - oldest).total_seconds()))
    except LedgerUnavailable:
        resources.metrics.queue.clear()
    return web.Response(body=generate_latest(resources.metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _ledger_ready(resources: Resources) -> bool:
    try:
        await resources.ledger.ping()
    except LedgerUnavailable:
        return False
    return True


async def _accounts_ready(resources: Resources) -> bool:
    try:
        await resources.accounts.desk_exists("-")
    except AccountsError:
        return False
    return True
