"""The channel of WhatsApp: token, app, subscriptions, numbers and version as Meta tells them, and what in the ledger did not get through."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, func, select

from bot import clock
from bot.channels.whatsapp.graph import CREDENTIALS, Graph, GraphError, Refused
from bot.commands.checks import Finding, note, ok, wrong
from bot.conversations.tables import DELIVERY, MESSAGE
from bot.database import DATABASE_ERRORS, open_database
from bot.settings import Secret, Settings

WARNED_BEFORE: Final = timedelta(days=180)
LATE: Final = timedelta(minutes=5)
DAY: Final = timedelta(days=1)
VERSION_ENDS: Final = {
    21: date(2027, 1, 21),
    22: date(2027, 5, 20),
    23: date(2027, 10, 8),
    24: date(2028, 2, 18),
    25: date(2028, 7, 29),
}
"""When Meta switches versions of the Graph API off (its changelog, read in November 2026)."""
NEWEST: Final = 26
NEEDED_FIELDS: Final = ("messages",)
WANTED_FIELDS: Final = {
    "standby": "what customers write while Meta's agent holds a conversation would vanish",
    "messaging_handovers": "nobody would see who holds a conversation",
    "smb_message_echoes": "the assistant would go on while a colleague answers from the phone app",
    "user_preferences": "whoever stops messages in WhatsApp itself would not be heard",
    "account_update": "violations and restrictions would not be seen",
    "account_alerts": "warnings would not be seen",
    "phone_number_quality_update": "a falling quality of the number would not be seen",
}
"""Fields of the webhook, and what goes wrong without them."""
CONSOLE: Final = "docs/whatsapp.md says where in Meta's console"


async def whatsapp(settings: Settings) -> list[Finding]:
    """What is to be said of the channel; one line where it is not used."""
    if not settings.whatsapp_phone_number_id:
        return [ok("whatsapp", "is not used: WHATSAPP_PHONE_NUMBER_ID is empty")]
    graph = Graph(settings)
    try:
        meta = await _meta(graph, settings)
    finally:
        await graph.close()
    return [version(settings.whatsapp_api_version, clock.now().date()), *meta, *_told(settings), *await _ledger(settings)]


def version(name: str, today: date) -> Finding:
    """How long the version of the Graph API will be there."""
    major = int(name[1:].split(".", maxsplit=1)[0])
    end = VERSION_ENDS.get(major)
    todo = f"read Meta's changelog and set WHATSAPP_API_VERSION to a newer one, as v{NEWEST}.0"
    if major < min(VERSION_ENDS):
        return wrong("whatsapp", f"version {name} of the Graph API is no more", todo)
    if end is None:
        return ok("whatsapp", f"version {name} of the Graph API has no end yet, as far as this release knows")
    if end <= today:
        return wrong("whatsapp", f"version {name} of the Graph API has ended on {end}", todo)
    told = f"version {name} of the Graph API ends on {end}, in {(end - today).days} days"
    return note("whatsapp", told, todo) if end - today <= WARNED_BEFORE else ok("whatsapp", told)


async def _meta(graph: Graph, settings: Settings) -> list[Finding]:
    """Token and app, then what needs them."""
    try:
        app = await graph.look_at("app?fields=id,name")
    except Refused as error:
        if error.code == CREDENTIALS:
            return [wrong("whatsapp", "the token is refused (code 190)", f"make a lasting one and set WHATSAPP_ACCESS_TOKEN: {CONSOLE}")]
        return [wrong("whatsapp", f"Meta refuses to tell of the app (code {error.code})", f"look at the token's permissions: {CONSOLE}")]
    except GraphError as error:
        todo = f"nothing can be sent: look at the way to {settings.whatsapp_api_base}"
        return [wrong("whatsapp", f"Meta cannot be reached ({error})", todo)]
    found = [ok("whatsapp", f"the token is good, of the app {app.get('name', '?')}")]
    found += await _subscriptions(graph, settings, str(app.get("id", "")))
    for number in settings.whatsapp_phone_number_id:
        found += await _number(graph, number)
    return found


async def _subscriptions(graph: Graph, settings: Settings, app: str) -> list[Finding]:
    """Which fields the app brings to our webhook; only the app itself may ask."""
    try:
        listed = await graph.look_at(f"{app}/subscriptions", Secret(f"{app}|{settings.whatsapp_app_secret}"))
    except GraphError as error:
        told = "what the app is subscribed to cannot be read"
        return [wrong("whatsapp", f"{told} ({_reason(error)})", f"WHATSAPP_APP_SECRET must be that of this app: {CONSOLE}")]
    mine = [each for each in _listed(listed.get("data")) if each.get("object") == "whatsapp_business_account"]
    if not mine or not mine[0].get("active", True):
        return [wrong("whatsapp", "the app has no webhook for WhatsApp, or it is switched off", f"enter our address: {CONSOLE}")]
    fields = {each.get("name") if isinstance(each, dict) else each for each in mine[0].get("fields") or ()}
    found = [ok("whatsapp", f"the webhook is {mine[0].get('callback_url', '?')}, with {len(fields)} fields")]
    missing = [(name, "nothing that customers write would come") for name in NEEDED_FIELDS if name not in fields]
    found += [
        wrong("whatsapp", f"the webhook is not subscribed to {name}: {then}", f"subscribe to it: {CONSOLE}") for name, then in missing
    ]
    wanted = [(name, then) for name, then in WANTED_FIELDS.items() if name not in fields]
    return found + [
        note("whatsapp", f"the webhook is not subscribed to {name}: {then}", f"subscribe to it: {CONSOLE}") for name, then in wanted
    ]


async def _number(graph: Graph, number: str) -> list[Finding]:
    fields = "display_phone_number,verified_name,quality_rating,status"
    try:
        told = await graph.look_at(f"{number}?fields={fields}")
    except GraphError as error:
        todo = "correct WHATSAPP_PHONE_NUMBER_ID, or give the token's system user this number"
        return [wrong("whatsapp", f"the number {number} cannot be read ({_reason(error)})", todo)]
    name = f"the number {number} ({told.get('display_phone_number', '?')}, {told.get('verified_name', '?')})"
    if told.get("status", "CONNECTED") != "CONNECTED":
        return [wrong("whatsapp", f"{name} is {told['status']}", f"register it: {CONSOLE}")]
    if told.get("quality_rating") in {"RED", "YELLOW"}:
        todo = "customers block or report it: look at what is sent to them unasked"
        return [note("whatsapp", f"{name} has the quality {told['quality_rating']}", todo)]
    return [ok("whatsapp", f"{name} is connected")]


def _told(settings: Settings) -> list[Finding]:
    found = []
    if not settings.privacy_url:
        found.append(note("whatsapp", "PRIVACY_URL is empty: the privacy line of the first answer has no link", "set it to a public page"))
    if not settings.whatsapp_template:
        found.append(ok("whatsapp", "no template: what cannot be said within 24 hours is left to agents"))
    return found


async def _ledger(settings: Settings) -> list[Finding]:
    try:
        async with open_database(settings.database_url) as database:
            numbers = await database.read(_figures)
    except DATABASE_ERRORS:
        return [note("whatsapp", "deliveries are not looked at: the ledger cannot be read")]
    found = []
    if numbers["late"]:
        todo = "the gateway's log says why (`whatsapp:`); nothing is lost, it goes out when that is mended"
        found.append(wrong("whatsapp", f"{numbers['late']} messages have waited to go out for more than 5 minutes", todo))
    if numbers["failed"]:
        todo = "the cases whatsapp_no_entregado and whatsapp_fuera_de_24_horas are for agents; delivery.error says why"
        found.append(note("whatsapp", f"{numbers['failed']} messages of the last day could not be delivered", todo))
    if numbers["ambiguous"]:
        found.append(note("whatsapp", f"of {numbers['ambiguous']} messages of the last day nobody knows whether they arrived"))
    if numbers["standby"]:
        told = f"{numbers['standby']} messages of the last day were stored and not answered, since somebody else held the conversation"
        found.append(note("whatsapp", told, "Meta's agent or an imported chat: if nobody answers them, end that agent in Meta's console"))
    return found or [ok("whatsapp", "everything of the last day went out")]


def _figures(connection: Connection) -> dict[str, int]:
    now = clock.now()
    deliveries = partial(_count, connection, DELIVERY, DELIVERY.c.channel == "whatsapp")
    said = (DELIVERY.c.message_id == MESSAGE.c.id, MESSAGE.c.at > now - DAY)
    noted = (MESSAGE.c.channel == "whatsapp", MESSAGE.c.state == "noted", MESSAGE.c.external_id.like("wamid.%"))
    return {
        "late": deliveries(DELIVERY.c.state == "pending", DELIVERY.c.message_id == MESSAGE.c.id, MESSAGE.c.at < now - LATE),
        "failed": deliveries(DELIVERY.c.state == "failed", *said),
        "ambiguous": deliveries(DELIVERY.c.state == "ambiguous", *said),
        "standby": _count(connection, MESSAGE, *noted, MESSAGE.c.at > now - DAY, MESSAGE.c.sent_at > now - DAY),
    }


def _count(connection: Connection, table: Any, *where: Any) -> int:
    return connection.scalar(select(func.count(table.c.id)).where(*where)) or 0


def _reason(error: GraphError) -> str:
    return f"code {error.code}" if isinstance(error, Refused) else str(error)


def _listed(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
