"""Whether the process lives, whether it can do its work, and what it has done."""

from __future__ import annotations

import asyncio

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.conversations import operators
from bot.errors import AccountsError, LedgerUnavailable
from bot.gateway.errors import RETRY_SECONDS
from bot.gateway.keys import DIALOGUE
from bot.resources import RESOURCES, Resources


async def live(_request: web.Request) -> web.Response:
    """GET /health/live: the event loop turns."""
    return web.json_response({"live": True})


async def ready(request: web.Request) -> web.Response:
    """GET /health/ready: 200, or 503 with `not_ready` naming what is missing.

    Live state that is away does not make the gateway unready, because the assistant answers without it: it is told in `degraded`.
    """
    resources = request.app[RESOURCES]
    ledger, dialogue, actions, accounts = await asyncio.gather(
        _ledger_ready(resources),
        request.app[DIALOGUE].ready(),
        request.app[DIALOGUE].part_ready(resources.settings.actions_url),
        _accounts_ready(resources),
    )
    missing = [name for name, is_ready in (("ledger", ledger), ("dialogue", dialogue), ("actions", actions)) if not is_ready]
    body = {"ready": not missing, "not_ready": missing, "degraded": [] if accounts else ["accounts"]}
    return web.json_response(body, status=503 if missing else 200, headers={"Retry-After": str(RETRY_SECONDS)} if missing else {})


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics, in Prometheus' text format."""
    resources = request.app[RESOURCES]
    resources.metrics.streams.set(resources.feed.total)
    try:
        for state, number in (await operators.depth(resources.ledger)).items():
            resources.metrics.queue.labels(state).set(number)
        oldest = await operators.oldest_waiting(resources.ledger)
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
