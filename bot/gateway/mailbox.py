"""The demo's mailbox: what would have been mailed lies in a folder, and a page shows it, so that a one-time code can be read without a mail server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import unquote, urlsplit

from aiohttp import web

from bot.gateway.pages import PAGE_HEADERS, templates
from bot.resources import RESOURCES

SHOWN = 20


@dataclass(frozen=True)
class ShownMail:
    """A mail as the page has it."""

    subject: str
    to: str
    at: str
    paragraphs: list[str]


async def mailbox(request: web.Request) -> web.Response:
    """GET /demo/correo: the newest mails. Raises HTTPNotFound where mails are really sent."""
    settings = request.app[RESOURCES].settings
    url = urlsplit(settings.smtp_url)
    if url.scheme != "file":
        raise web.HTTPNotFound
    mails = await asyncio.to_thread(_newest, Path(unquote(url.path)))
    page = templates.get_template("correo.html").render(mails=mails)
    return web.Response(text=page, content_type="text/html", headers={**PAGE_HEADERS, "Cache-Control": "no-store"})


def _newest(folder: Path) -> list[ShownMail]:
    newest = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)[:SHOWN]
    return [_shown(message_from_bytes(path.read_bytes(), policy=default)) for path in newest]


def _shown(mail: EmailMessage) -> ShownMail:
    body = mail.get_body(("plain",))
    text = "" if body is None else str(body.get_content())
    return ShownMail(str(mail["Subject"]), str(mail["To"]), str(mail["Date"]), [part for part in text.split("\n") if part.strip()])
