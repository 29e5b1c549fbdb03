"""The telephone's page and what it asks: who there is, what a chat shows, and everything that a person does with a thumb.

No secret protects it, so it is for a demo on a trusted machine; other pages cannot use it, because every deed is JSON of the same origin.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import hdrs, web

from bot.fake_whatsapp import inbound
from bot.fake_whatsapp.api import FAKE
from bot.fake_whatsapp.fake import FakeGraph
from bot.fake_whatsapp.inbound import Body
from bot.fake_whatsapp.people import Person, with_phone, without_phone

PAGE: Final = Path(__file__).parent / "page"
FILES: Final = frozenset({"phone.css", "phone.js", "marks.js", "icon.svg"})
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
WAIT_SECONDS: Final = 20.0
TEXT_MOST: Final = 4096
PICTURE_TYPES: Final = frozenset({"image/jpeg", "image/png"})
CUSTOMERS: Final = web.AppKey("customers", str)
"""Where the gateway lists the demo customers; "" when there is no demo."""
UNKNOWN: Final = with_phone("+525587654321", "Número desconocido", "No está registrado con ningún cliente")
HIDDEN: Final = without_phone("sol.martinez", "Sol Martínez", "Oculta su número: solo se ve su identificador")
_VOICE: Final = (b"OggS\0\2" + bytes(20), "audio/ogg; codecs=opus")
_STICKER: Final = (b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f" + bytes(13), inbound.STICKER_MIME)
_PLACE: Final = (19.4326, -99.1332, "Zócalo", "Plaza de la Constitución, Ciudad de México")
_ASKED: Final = aiohttp.ClientTimeout(total=3)


def routes() -> list[web.RouteDef]:
    """The page, its files and its own API."""
    return [
        web.get("/", page),
        web.get("/phone/{name:[a-z.]+}", file),
        web.get("/phone/people", people),
        web.get("/phone/media/{id}", media),
        web.get("/phone/chats/{key}", chat),
        web.post("/phone/chats/{key}/say", _deed(say)),
        web.post("/phone/chats/{key}/press", _deed(press)),
        web.post("/phone/chats/{key}/react", _deed(react)),
        web.post("/phone/chats/{key}/send", _deed(send)),
        web.post("/phone/chats/{key}/watch", _deed(watch)),
        web.post("/phone/chats/{key}/anew", _deed(anew)),
        web.get("/health/live", alive),
        web.get("/health/ready", alive),
    ]


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every response."""
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"


async def alive(_request: web.Request) -> web.Response:
    """GET /health/…: it serves, and needs nobody."""
    return web.json_response({"live": True, "ready": True})


async def page(_request: web.Request) -> web.FileResponse:
    """GET /: the telephone."""
    return web.FileResponse(PAGE / "phone.html")


async def file(request: web.Request) -> web.FileResponse:
    """GET /phone/NAME: one of the page's own files. Raises HTTPNotFound."""
    if request.match_info["name"] not in FILES:
        raise web.HTTPNotFound
    return web.FileResponse(PAGE / request.match_info["name"])


async def people(request: web.Request) -> web.Response:
    """GET /phone/people: [{"key", "name", "number", "note"}], the demo customers first. Asks the gateway for them until it answers."""
    fake = request.app[FAKE]
    whole = await _meet_customers(fake, request.app.get(CUSTOMERS, ""))
    for person in (UNKNOWN, HIDDEN):
        if fake.people.get(person.key) is None:
            fake.people.add(person)
    shown = [{"key": one.key, "name": one.name, "number": _number(one), "note": one.note} for one in fake.people]
    return web.json_response({"people": shown, "whole": whole, "business": fake.business.name})


async def _meet_customers(fake: FakeGraph, url: str) -> bool:
    if not url:
        return True
    try:
        async with aiohttp.ClientSession(timeout=_ASKED) as http, http.get(url) as response:
            listed = await response.json() if response.ok else []
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return False
    known = [with_phone(one["phone"], one["name"], one["situation"]) for one in listed]
    fake.people.put_first(known)
    return True


def _number(person: Person) -> str:
    if person.wa_id is None:
        return f"@{person.username}"
    digits = person.key
    return f"+{digits[:2]} {digits[2:4]} {digits[4:8]} {digits[8:]}"


async def media(request: web.Request) -> web.Response:
    """GET /phone/media/ID: a picture for the page, which has no token. Raises HTTPNotFound."""
    found = request.app[FAKE].media.get(request.match_info["id"])
    if found is None or found.mime_type not in PICTURE_TYPES:
        raise web.HTTPNotFound
    return web.Response(body=found.content, content_type=found.mime_type)


async def chat(request: web.Request) -> web.Response:
    """GET /phone/chats/KEY?since=VERSION: what the chat shows, once it is another version or some seconds have passed. Raises HTTPNotFound."""
    shown = request.app[FAKE].chat(_person(request))
    since = request.query.get("since", "")
    if since.isdecimal():
        await shown.until_moved(int(since), 1.0 if shown.typing else WAIT_SECONDS)  # the sign of typing goes by itself
    return web.json_response(shown.shown())


def _person(request: web.Request) -> Person:
    person = request.app[FAKE].people.get(request.match_info["key"])
    if person is None:
        raise web.HTTPNotFound
    return person


def _deed(act: Callable[[FakeGraph, Person, dict[str, Any]], None]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler for JSON of our own page; 400 for a body that is wrong."""

    async def handle(request: web.Request) -> web.Response:
        origin = request.headers.get(hdrs.ORIGIN)
        if request.content_type != "application/json" or (origin is not None and origin.split("//")[-1] != request.host):
            raise web.HTTPForbidden
        try:
            fields = json.loads(await request.read())
            act(request.app[FAKE], _person(request), fields)
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise web.HTTPBadRequest from None
        return web.json_response({})

    return handle


def say(fake: FakeGraph, person: Person, fields: dict[str, Any]) -> None:
    """{"text", "quote"?}: write."""
    text = str(fields["text"]).strip()
    if not 0 < len(text) <= TEXT_MOST:
        raise ValueError("a text of 1 to 4,096 characters")
    fake.receives(person, inbound.text(text), quote=_quote(fake, person, fields))


def _quote(fake: FakeGraph, person: Person, fields: dict[str, Any]) -> str:
    quote = fields.get("quote", "")
    return quote if quote in fake.chat(person).bubbles else ""


def press(fake: FakeGraph, person: Person, fields: dict[str, Any]) -> None:
    """{"message", "id"}: press a button, or choose a row of a list."""
    bubble = fake.chat(person).bubbles[fields["message"]]
    for button in bubble.more.get("buttons", ()):
        if button["id"] == fields["id"]:
            fake.receives(person, inbound.button_reply(button["id"], button["title"]), quote=bubble.id)
            return
    for section in bubble.more.get("list", {}).get("sections", ()):
        for row in section["rows"]:
            if row["id"] == fields["id"]:
                fake.receives(person, inbound.list_reply(row["id"], row["title"], row.get("description", "")), quote=bubble.id)
                return
    raise KeyError(fields["id"])


def react(fake: FakeGraph, person: Person, fields: dict[str, Any]) -> None:
    """{"message", "emoji"}: react to a message of the business; "" takes it back."""
    bubble = fake.chat(person).bubbles[fields["message"]]
    fake.receives(person, inbound.reaction(bubble.id, str(fields["emoji"])))


def send(fake: FakeGraph, person: Person, fields: dict[str, Any]) -> None:
    """{"kind": image, audio, location or sticker, and for a picture "content" (base64), "type", "caption"?}: send something else than words."""
    body = _BODIES[fields["kind"]](fake, fields)
    update = fake.receives(person, body)
    if body["type"] == "image":
        fake.chat(person).bubbles[update.value["messages"][0]["id"]].more["media"] = body["image"]["id"]


def _picture(fake: FakeGraph, fields: dict[str, Any]) -> Body:
    if fields["type"] not in PICTURE_TYPES:
        raise ValueError("a picture")
    kept = fake.media.keep(base64.b64decode(fields["content"], validate=True), fields["type"])
    return inbound.image(kept, str(fields.get("caption", "")).strip())


_BODIES: Final[dict[str, Callable[[FakeGraph, dict[str, Any]], Body]]] = {
    "image": _picture,
    "audio": lambda fake, _: inbound.voice(fake.media.keep(*_VOICE)),
    "sticker": lambda fake, _: inbound.sticker(fake.media.keep(*_STICKER)),
    "location": lambda _fake, _: inbound.location(*_PLACE),
}


def watch(fake: FakeGraph, person: Person, fields: dict[str, Any]) -> None:
    """{"open": whether this chat is looked at}."""
    (fake.opens if fields["open"] else fake.closes)(person)


def anew(fake: FakeGraph, person: Person, _fields: dict[str, Any]) -> None:
    """{}: a new account with this number, and an empty chat."""
    fake.begins_anew(person)
