"""The Graph API over HTTP: messages, read marks, media, and what a health check asks of an app and its numbers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import hdrs, web

from bot.fake_whatsapp.fake import FakeGraph, Sent
from bot.fake_whatsapp.faults import AFTER, Fault
from bot.fake_whatsapp.refusals import Refused

VERSION: Final = r"/v{version:\d+\.\d+}"
FAKE: Final = web.AppKey("fake", FakeGraph)
APP: Final = "103000000000001"
SUBSCRIBED: Final = (
    "messages", "standby", "messaging_handovers", "smb_message_echoes", "user_preferences", "account_update", "account_alerts",
    "phone_number_quality_update",
)  # fmt: skip
_HTML: Final = "<html><body><h1>500</h1>Sorry, something went wrong.</body></html>"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes() -> list[web.RouteDef]:
    """All of them."""
    return [
        web.post(VERSION + r"/{number:\d+}/messages", _guarded(messages)),
        web.post(VERSION + r"/{number:\d+}/media", _guarded(upload)),
        web.get(VERSION + "/debug_token", _guarded(token)),
        web.get(VERSION + r"/{id:\w+}/subscribed_apps", _guarded(subscribed)),
        web.get(VERSION + r"/{id:\w+}/subscriptions", _guarded(subscriptions, by_app=True)),
        web.get(VERSION + r"/{id:\w+}", _guarded(look_up)),
        web.delete(VERSION + r"/{id:\d+}", _guarded(forget)),
        web.get("/media/{key}", _guarded(download)),
    ]


def _guarded(handler: Handler, *, by_app: bool = False) -> Handler:
    """Only with the token (or, for what only the app itself may ask, the app's own), and refusals as Meta writes them."""

    async def handle(request: web.Request) -> web.StreamResponse:
        fake = request.app[FAKE]
        try:
            given = request.headers.get(hdrs.AUTHORIZATION, "")
            wanted = f"{APP}|{fake.business.app_secret}" if by_app else fake.business.access_token
            if given != f"Bearer {wanted}":
                raise Refused(190, "Invalid OAuth access token - Cannot parse access token", 463)  # noqa: TRY301 - one shape for all
            return await handler(request)
        except Refused as refused:
            return web.json_response(refused.body("A" + fake.new_id()[6:24]), status=refused.status)

    return handle


async def messages(request: web.Request) -> web.StreamResponse:
    """POST /{version}/{number}/messages: send, or mark as read."""
    fake, number = request.app[FAKE], request.match_info["number"]
    body = await _json(request)
    fake.requests.append(body)
    if "status" in body:
        return _read(fake, number, body)
    person = fake.check(number, body)
    fault = fake.faults.next(person.key)
    if fault is not None and fault.kind not in AFTER:
        failed = await _before(request, fault)
        if failed is not None:
            return failed
    sent = fake.accept(number, person, body, fault)
    if fault is not None:
        if fault.kind == "status first":
            await asyncio.sleep(0.2)
        failed = await _after(request, fault)
        if failed is not None:
            return failed
    return web.json_response(_accepted(body, sent))


async def _json(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Refused(100, "Content-Type must be application/json")
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise Refused(100, "The body is not valid JSON") from None
    if not isinstance(body, dict):
        raise Refused(100, "The body must be an object")
    return body


def _read(fake: FakeGraph, number: str, body: dict[str, Any]) -> web.Response:
    allowed = {"messaging_product", "status", "message_id", "typing_indicator"}
    if body.get("messaging_product") != "whatsapp" or body["status"] != "read" or not allowed.issuperset(body):
        raise Refused(100, "Invalid parameter")
    if body.get("typing_indicator", {"type": "text"}) != {"type": "text"}:
        raise Refused(100, "typing_indicator.type must be text")
    if not fake.reads(number, str(body.get("message_id")), typing="typing_indicator" in body):
        raise Refused(131009, "message_id is not valid")
    return web.json_response({"success": True})


async def _before(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    if fault.kind == "code":
        raise Refused(fault.code)
    if fault.kind == "500":
        return web.Response(text=_HTML, status=500, content_type="text/html")
    if fault.kind == "reset":
        return _cut(request)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    return None


async def _after(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    if fault.kind == "500 after":
        return web.Response(text=_HTML, status=500, content_type="text/html")
    if fault.kind == "reset after":
        return _cut(request)
    if fault.kind == "slow after":
        await asyncio.sleep(fault.seconds)
    if fault.kind == "empty":
        return web.json_response({"messaging_product": "whatsapp", "contacts": [], "messages": []})
    if fault.kind == "garbage":
        return web.json_response({"ok": "maybe"})
    return None


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _accepted(body: dict[str, Any], sent: Sent) -> dict[str, Any]:
    person = sent.person
    assert person is not None
    contact: dict[str, Any] = {"input": body.get("to") or body.get("recipient")}
    contact |= {"wa_id": person.wa_id} if body.get("to") else {"user_id": person.user_id}
    message = {"id": sent.id, **({"message_status": "accepted"} if body["type"] == "template" else {})}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


async def upload(request: web.Request) -> web.Response:
    """POST /{version}/{number}/media: keep a file."""
    form = await request.post()
    file = form.get("file")
    if form.get("messaging_product") != "whatsapp" or not isinstance(file, web.FileField):
        raise Refused(100, "The parameters messaging_product and file are required")
    return web.json_response({"id": request.app[FAKE].media.keep(file.file.read(), file.content_type).id})


async def look_up(request: web.Request) -> web.Response:
    """GET /{version}/{id}: a file's address, or what is known of a number or the account."""
    fake, wanted = request.app[FAKE], request.match_info["id"]
    file = fake.media.get(wanted)
    if file is not None:
        return web.json_response(fake.media.describe(file, f"{request.scheme}://{request.host}"))
    if wanted in fake.business.numbers:
        return web.json_response(_number(fake, wanted))
    if wanted in {"app", APP}:
        return web.json_response({"id": APP, "name": fake.business.name})
    if wanted in {fake.business.account, "me"}:
        return web.json_response({"id": fake.business.account, "name": fake.business.name, "account_review_status": "APPROVED"})
    raise Refused(100, f"Unsupported get request. Object with ID '{wanted}' does not exist", 33)


def _number(fake: FakeGraph, number: str) -> dict[str, Any]:
    return {
        "id": number,
        "display_phone_number": f"+{fake.business.numbers[number]}",
        "verified_name": fake.business.name,
        "code_verification_status": "VERIFIED",
        "quality_rating": "GREEN",
        "status": "CONNECTED",
        "name_status": "APPROVED",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "messaging_limit_tier": "TIER_250",
        "webhook_configuration": {"application": fake.hooks.url},
    }


async def forget(request: web.Request) -> web.Response:
    """DELETE /{version}/{media id}."""
    if not request.app[FAKE].media.forget(request.match_info["id"]):
        raise Refused(100, "Object does not exist", 33)
    return web.json_response({"success": True})


async def download(request: web.Request) -> web.Response:
    """GET /media/{key}: the bytes, while the address works."""
    file = request.app[FAKE].media.at(request.match_info["key"])
    if file is None:
        raise web.HTTPNotFound
    return web.Response(body=file.content, content_type=file.mime_type.split(";")[0])


async def token(request: web.Request) -> web.Response:
    """GET /{version}/debug_token: what the token may do."""
    given = request.query.get("input_token", "")
    valid = given == request.app[FAKE].business.access_token
    data = {
        "app_id": APP,
        "type": "SYSTEM_USER",
        "application": "Servidor Virtual",
        "expires_at": 0,
        "is_valid": valid,
        "scopes": ["whatsapp_business_management", "whatsapp_business_messaging"] if valid else [],
    }
    return web.json_response({"data": data})


async def subscribed(request: web.Request) -> web.Response:
    """GET /{version}/{account}/subscribed_apps."""
    del request
    return web.json_response({"data": [{"whatsapp_business_api_data": {"id": APP, "name": "Servidor Virtual"}}]})


async def subscriptions(request: web.Request) -> web.Response:
    """GET /{version}/{app}/subscriptions: the fields of the webhook."""
    fields = [{"name": name, "version": f"v{request.match_info['version']}"} for name in SUBSCRIBED]
    hook = {
        "object": "whatsapp_business_account",
        "callback_url": request.app[FAKE].hooks.url,
        "active": True,
        "fields": fields,
    }
    return web.json_response({"data": [hook]})
