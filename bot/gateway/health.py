"""Whether the process lives, whether it can do its work, and what it has done."""

from __future__ import annotations

import asyncio

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot import __version__
from bot.conversations import operators
from bot.errors import AccountsError, LedgerUnavailable
from bot.gateway.errors import RETRY_SECONDS
from bot.gateway.keys import DIALOGUE
from bot.resources import RESOURCES, Resources


async def live(_request: web.Request) -> web.Response:
    """GET /health/live: the event loop turns."""
    return web.json_response({"live": True})


async def ready(request: web.Request) -> web.Response:
    """GET /health/ready: 200 while messages can be answered, or 503 with `not_ready` naming what is missing for that; `version` is what runs.

    What is away without stopping the answers does not make the gateway unready: it is told in `degraded`, which is live state, and each
    process of a kind of which another one is ready. `processes` says of each address whether it is "ready" or "away".
    """
    resources = request.app[RESOURCES]
    ledger, accounts, processes = await asyncio.gather(_ledger_ready(resources), _accounts_ready(resources), _processes(request))
    missing = ["ledger"] * (not ledger) + [kind for kind, states in processes.items() if not any(states.values())]
    away = [f"{kind} {url}" for kind, states in processes.items() for url, is_ready in states.items() if not is_ready]
    body = {
        "ready": not missing,
        "not_ready": missing,
        "version": __version__,
        "degraded": ["accounts"] * (not accounts) + [name for name in away if name.split()[0] not in missing],
        "processes": {kind: {url: "ready" if well else "away" for url, well in states.items()} for kind, states in processes.items()},
    }
    return web.json_response(body, status=503 if missing else 200, headers={"Retry-After": str(RETRY_SECONDS)} if missing else {})


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics, in Prometheus' text format."""
    resources = request.app[RESOURCES]
    resources.metrics.streams.set(resources.feed.total)
    for kind, states in (await _processes(request)).items():
        for url, is_ready in states.items():
            resources.metrics.processes.labels(kind, url).set(is_ready)
    try:
        for state, number in (await operators.depth(resources.ledger)).items():
            resources.metrics.queue.labels(state).set(number)
        oldest = await operators.oldest_waiting(resources.ledger)
        resources.metrics.queue_age.set(0 if oldest is None else max(0.0, (resources.now() - oldest).total_seconds()))
    except LedgerUnavailable:
        resources.metrics.queue.clear()
    return web.Response(body=generate_latest(resources.metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _processes(request: web.Request) -> dict[str, dict[str, bool]]:
    """Of each process behind us, by kind and address, whether it is ready."""
    settings = request.app[RESOURCES].settings
    kinds = {"dialogue": settings.dialogue_urls, "actions": settings.actions_url}
    states = await asyncio.gather(*(request.app[DIALOGUE].which_ready(urls) for urls in kinds.values()))
    return dict(zip(kinds, states, strict=True))


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
