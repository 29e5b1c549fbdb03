"""Every address of the gateway: its own, and those of the channels."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.channels.base import Channel
from bot.console.routes import routes as console_routes
from bot.gateway import demo, health, mailbox, middleware, pages


def add_routes(app: web.Application, channels: Sequence[Channel], *, with_demo: bool) -> None:
    """Add them, and the console's; the demo's pages only in demo mode. Whatever the web chat answers may be asked for from allowed origins."""
    routes = [route for channel in channels for route in channel.routes()]
    cross_origin = sorted({route.path for route in routes if route.path.startswith(middleware.CROSS_ORIGIN)})
    app.router.add_routes(
        [
            *routes,
            *console_routes(),
            *(web.options(path, middleware.preflight) for path in cross_origin),
            web.get("/widget.js", pages.widget),
            web.get("/privacidad", pages.privacy),
            web.get("/privacidad.css", pages.privacy_style),
            web.get("/health/live", health.live),
            web.get("/health/ready", health.ready),
            web.get("/metrics", health.metrics),
        ]
    )
    if with_demo:
        app.router.add_routes(
            [
                web.get("/", pages.portal),
                web.get("/portal/{name}", pages.portal_file),
                web.get("/demo/customers", demo.customers),
                web.post("/demo/login", demo.log_in),
                web.get("/demo/correo", mailbox.mailbox),
                web.get("/whatsapp-demo", demo.whatsapp),
            ]
        )
