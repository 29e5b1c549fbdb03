"""How pages are made: templates that escape everything, times as clocks in Mexico show them, and headers that let nothing else run."""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import jinja2
from aiohttp import web

from bot.console import live_values, texts
from bot.console.intents import title_of
from bot.console.sessions import Session
from bot.resources import RESOURCES
from bot.rules import format as words
from bot.rules.calendar import BusinessCalendar
from bot.rules.slots import LENGTH

HERE: Final = Path(__file__).resolve().parent
SESSION = web.RequestKey("agent session", Session)
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PIECE_SECONDS: Final = 0.004
"""So long a page is worked on before others have their turn."""
_LOOK_EVERY: Final = 64
HEADERS: Final = {"Content-Security-Policy": CSP, "Cache-Control": "no-store"}
STATIC: Final = {"console.css": "text/css", "console.js": "text/javascript", "navegador.js": "text/javascript", "icon.svg": "image/svg+xml"}

_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["texts"] = texts
_templates.globals["half_hour"] = LENGTH
_templates.globals["live_name"] = live_values.name
_templates.filters["title_of"] = title_of
_templates.filters["money"] = words.money


def render(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """A page, or a part of one. Every template knows `session` (None: nobody is signed in), `now` and how to tell times."""
    return _response(markup(request, template, **values), status)


async def render_in_pieces(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """The same for a long page: a tenth of a second and more of work, in which those who wait for an answer have their turns."""
    pieces, until = [], time.monotonic() + PIECE_SECONDS
    for number, piece in enumerate(_templates.get_template(template).generate(**_known(request), **values)):
        pieces.append(piece)
        if not number % _LOOK_EVERY and time.monotonic() > until:
            await asyncio.sleep(0)
            until = time.monotonic() + PIECE_SECONDS
    return _response("".join(pieces), status)


def markup(request: web.Request, template: str, **values: Any) -> str:
    """The same as text."""
    return _templates.get_template(template).render(**_known(request), **values)


def _response(text: str, status: int) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


def _known(request: web.Request) -> dict[str, Any]:
    """What every template knows."""
    resources = request.app[RESOURCES]
    return {
        "session": request.get(SESSION),
        "clocks": Clocks(BusinessCalendar(resources.settings.timezone, resources.settings.extra_holidays), resources.now()),
        "here": request.path,
        "demo": resources.settings.demo,
        "sign_on": bool(resources.settings.oidc_issuer),
        "push": bool(resources.settings.vapid_private_key),
    }


def message(request: web.Request, status: int, text: str) -> web.Response:
    """A page that says only this; to a script of ours, only the words."""
    if request.headers.get("X-Console"):
        return web.Response(text=text, status=status, headers=HEADERS)
    return render(request, "mensaje.html", status, text=text)


def same(one: str, other: str) -> bool:
    """Whether two secrets agree, in a time that says nothing."""
    return secrets.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


async def static_file(request: web.Request) -> web.FileResponse:
    """GET /console/estatico/NAME. Raises HTTPNotFound."""
    name = request.match_info["name"]
    if name not in STATIC:
        raise web.HTTPNotFound
    return web.FileResponse(HERE / "static" / name, headers={"Cache-Control": "no-cache"})


class Clocks:
    """Moments in the words of an agent in Mexico, as of one moment."""

    def __init__(self, calendar: BusinessCalendar, now: datetime) -> None:
        self._calendar, self.now = calendar, now

    def day(self, at: datetime) -> str:
        """As "hoy, viernes 27 de noviembre"."""
        return words.near_date(self._calendar.local_date(at), self._calendar.local_date(self.now))

    def date(self, at: datetime) -> str:
        """As "viernes 27 de noviembre de 2026", which is true however late it is read."""
        day = self._calendar.local_date(at)
        return f"{words.long_date(day)} de {day.year}"

    def time(self, at: datetime) -> str:
        """As "9:05"."""
        return words.clock_time(self._calendar.local(at))

    def exactly(self, at: datetime) -> str:
        """As "2026-11-27 09:05:12", for live values and the audit."""
        return self._calendar.local(at).isoformat(" ", "seconds")[:19]

    def short(self, at: datetime) -> str:
        """As "9:05" today, "24 nov, 9:05" before."""
        local = self._calendar.local(at)
        today = self._calendar.local_date(self.now)
        day = (
            ""
            if local.date() == today
            else f"{local.day} {words.MONTHS[local.month - 1][:3]}{'' if local.year == today.year else f' {local.year}'}, "
        )
        return f"{day}{words.clock_time(local)}"

    def value(self, source: str, field: str, value: str | None) -> str:
        """A live value in words; its days by their date, because it was read at another time."""

        def on(day: date) -> str:
            return words.long_date(day, self._calendar.local_date(self.now))

        def moment(at: datetime) -> str:
            return f"{on(self._calendar.local_date(at))}, {self.time(at)}"

        return live_values.words(source, field, value, on, moment)

    def age(self, at: datetime) -> str:
        """How long ago, as "un momento", "3 min", "2 h 5 min", "4 d"."""
        minutes = max(timedelta(), self.now - at) // timedelta(minutes=1)
        if not minutes:
            return "un momento"
        if minutes < 60:  # noqa: PLR2004 - minutes of an hour
            return f"{minutes} min"
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if hours < 24 else f"{hours // 24} d"  # noqa: PLR2004 - hours of a day
