"""Every address of the gateway."""

from __future__ import annotations

from aiohttp import web

from bot.gateway import demo, health, middleware, pages, webchat


def add_routes(app: web.Application, *, with_demo: bool) -> None:
    """Add them; the demo portal only in demo mode."""
    app.router.add_routes(
        [
            web.post("/webchat/session", webchat.open_session),
            web.post("/webchat/logout", webchat.log_out),
            web.post("/webchat/messages", webchat.send_message),
            web.get("/webchat/messages", webchat.read_messages, allow_head=False),
            web.get("/webchat/stream", webchat.stream, allow_head=False),
            web.post("/webchat/read", webchat.mark_read),
            *(web.options(f"/webchat/{name}", middleware.preflight) for name in ("session", "logout", "messages", "stream", "read")),
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
            ]
        )
