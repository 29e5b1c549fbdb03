"""The stand-in as a server: the Graph API, and the telephone's page; for the demo's own process, and on a free port for tests and benchmarks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.fake_whatsapp import api, phone
from bot.fake_whatsapp.fake import FakeGraph

MOST_BYTES = 16 * 2**20


def create_app(fake: FakeGraph) -> web.Application:
    """Everything; the stand-in starts and stops with it."""
    app = web.Application(client_max_size=MOST_BYTES)
    app[api.FAKE] = fake

    async def run(_app: web.Application) -> AsyncIterator[None]:
        await fake.start()
        yield
        await fake.stop()

    app.cleanup_ctx.append(run)
    app.on_response_prepare.append(phone.add_headers)
    app.router.add_routes([*api.routes(), *phone.routes()])
    return app


@asynccontextmanager
async def serving(fake: FakeGraph, port: int = 0) -> AsyncIterator[str]:
    """The address of a stand-in on this machine, for as long as the block runs; `port` 0 is a free one."""
    runner = web.AppRunner(create_app(fake), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        yield site.name if port else f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
