"""A company's portal on another origin: pages that hold the widget, and a back end that mints its customer's token."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta

from aiohttp import web

from bot import clock
from bot.identity.portal import issue_portal_token
from bot.settings import Settings
from tests.browser.wire import serving

PAGE = """<!doctype html><html lang="es-MX"><head><meta charset="utf-8"><title>Portal</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><script type="module" src="{gateway}/widget.js"></script></head>
<body><main><h1>Portal de la empresa</h1><p><button id="help" type="button">Ayuda</button></p></main>
<support-chat {attributes}></support-chat></body></html>"""
POLICY = "default-src 'none'; script-src {gateway}; connect-src 'self' {gateway}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; report-uri /refused"
"""As strict as `docs/embedding.md` asks for: neither styles nor pictures are allowed to anybody."""


class Portal:
    """`user` is who is logged in to the portal (None: nobody), `person` who of them; `minted`: the tokens it has given out;
    `refused`: what browsers say they refused for the sake of the policy of /host, as "directive address";
    `pages`: what it serves below /wild/, with `headers` and without any other policy; "{gateway}" in them is the gateway's address.
    """

    def __init__(self) -> None:
        self.origin = ""
        self.gateway = ""
        self.settings: Settings | None = None
        self.user: str | None = None
        self.person: str | None = None
        self.pages: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.minted: list[str] = []
        self.refused: list[str] = []

    def token(self, desk: str, age: timedelta = timedelta()) -> str:
        """A token of this customer, minted so long ago."""
        assert self.settings is not None
        self.minted.append(issue_portal_token(self.settings, desk, clock.now() - age, self.person))
        return self.minted[-1]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Portal]:
        """Listens at `origin` for as long as the block runs."""
        app = web.Application()
        app.router.add_get("/host", self._host)
        app.router.add_get("/wild/{name}", self._wild)
        app.router.add_get("/entrar", self._log_in_page)
        app.router.add_get("/chat-token", self._chat_token)
        app.router.add_post("/refused", self._refused)
        async with serving(app) as self.origin:
            yield self

    async def _host(self, request: web.Request) -> web.Response:
        page = PAGE.format(gateway=self.gateway, attributes=request.query.get("attributes", ""))
        response = web.Response(text=page, content_type="text/html")
        response.headers["Content-Security-Policy"] = POLICY.format(gateway=self.gateway)
        return response

    async def _wild(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        kind = "text/javascript" if name.endswith(".js") else "text/html; charset=utf-8"
        return web.Response(
            body=self.pages[name].replace("{gateway}", self.gateway).encode(), headers={"Content-Type": kind, **self.headers}
        )

    async def _log_in_page(self, _: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>Entrar</title>", content_type="text/html")

    async def _chat_token(self, _: web.Request) -> web.Response:
        if self.user is None:
            raise web.HTTPFound("/entrar")
        return web.json_response({"token": self.token(self.user)})

    async def _refused(self, request: web.Request) -> web.Response:
        report = json.loads(await request.text())["csp-report"]
        self.refused.append(f"{report['effective-directive']} {report['blocked-uri']}")
        return web.Response(status=204)
