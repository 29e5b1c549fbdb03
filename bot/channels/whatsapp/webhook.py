"""The two handlers of WhatsApp's webhook: what Meta verifies, and what it brings.

Whatever is not 200 comes again for days, so only three things are refused: what is not signed, what is too big, and everything while the
ledger is away. All the rest is stored, or counted, and acknowledged.
"""

from __future__ import annotations

import contextlib
import hmac
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import msgspec
import structlog
from aiohttp import web

from bot.channels.base import DISPATCHER
from bot.channels.bodies import read_body
from bot.channels.whatsapp import inbound, signature
from bot.channels.whatsapp.besides import Outcome
from bot.channels.whatsapp.inbound import ByPerson
from bot.channels.whatsapp.recognition import Recognition
from bot.channels.whatsapp.updates import AccountNews, Edit, Handover, Preference, Status, Trouble, Unknown, Update, updates
from bot.errors import LedgerUnavailable
from bot.resources import CORRELATION, RESOURCES, Resources

log = structlog.get_logger()

PATH: Final = "/whatsapp/webhook"
MOST_BYTES: Final = 3 * 1024 * 1024

Apply = Callable[[Resources, Sequence[Status]], Awaitable[None]]
Seen = Callable[[str, str], None]


def routes(seen: Seen, apply: Apply) -> list[web.RouteDef]:
    """The webhook. `seen` hears (number, wamid) of each message that the assistant answers; `apply` keeps statuses, and raises LedgerUnavailable."""
    webhook = _Webhook(seen, apply)
    return [web.get(PATH, webhook.verify, allow_head=False), web.post(PATH, webhook.receive)]


class _Webhook:
    def __init__(self, seen: Seen, apply: Apply) -> None:
        self._seen, self._apply = seen, apply
        self._recognition: Recognition | None = None

    async def verify(self, request: web.Request) -> web.Response:
        """GET: Meta asks for its challenge, with the word that only we know. 403 otherwise."""
        asked, word = request.query, request.app[RESOURCES].settings.whatsapp_verify_token
        given = asked.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
        knows = hmac.compare_digest(given, word.encode()) and bool(word)
        if asked.get("hub.mode") != "subscribe" or not knows or "hub.challenge" not in asked:
            return _refused(request, "verify", 403)
        return web.Response(text=asked["hub.challenge"])

    async def receive(self, request: web.Request) -> web.Response:
        """POST: 200 once everything is stored. 401 or 403 for what is not signed, 413 for what is too big, 503 while the ledger is away."""
        body = await read_body(request, MOST_BYTES)
        fault = signature.fault(request.app[RESOURCES].settings.whatsapp_app_secret, body, request.headers.getall(signature.HEADER, []))
        if fault is not None:
            return _refused(request, f"signature {fault}", 401 if fault == "missing" else 403)
        await self._take(request, updates(_parsed(body)))
        return web.Response()

    async def _take(self, request: web.Request, brought: Sequence[Update]) -> None:
        resources = request.app[RESOURCES]
        count = resources.metrics.whatsapp_updates.labels
        by_people: list[ByPerson] = []
        statuses: list[Status] = []
        for update in brought:
            if isinstance(update, Unknown | AccountNews | Trouble | Handover):
                _note(resources, update)
            elif update.number not in resources.settings.whatsapp_phone_number_id and not (
                isinstance(update, Preference) and not update.number
            ):
                count(_name(update), "other number").inc()
                log.warning("an update for a number that is not ours", number=update.number)
            elif isinstance(update, Status):
                statuses.append(update)
            else:
                by_people.append(update)
        if by_people:
            done = await inbound.store(resources, self._recognised(resources), by_people, request[CORRELATION])
            count("any", "failed").inc(len(by_people) - len(done))
            self._tell(request, done)
        if statuses:
            await self._keep(resources, statuses)

    def _recognised(self, resources: Resources) -> Recognition:
        if self._recognition is None:
            self._recognition = Recognition(resources.accounts, resources.now)
        return self._recognition

    def _tell(self, request: web.Request, done: Sequence[tuple[ByPerson, Outcome]]) -> None:
        """What is stored is told: turns begin, listeners look, the customers see that we read."""
        resources = request.app[RESOURCES]
        outcomes: Counter[tuple[str, str]] = Counter()
        for update, outcome in done:
            accepted = outcome.accepted
            outcomes[_name(update), "repeated" if accepted is not None and accepted.repeated else "stored"] += 1
            if accepted is not None and accepted.code is not None:
                resources.metrics.codes.labels(accepted.code).inc()
            if accepted is not None and accepted.answering:
                self._seen(update.number, update.original if isinstance(update, Edit) else update.wamid)
            if outcome.conversation is not None:
                resources.feed.moved(outcome.conversation)
        for labels, number in outcomes.items():
            resources.metrics.whatsapp_updates.labels(*labels).inc(number)
        request.app[DISPATCHER].begin([outcome.accepted for _, outcome in done if outcome.accepted is not None])

    async def _keep(self, resources: Resources, statuses: Sequence[Status]) -> None:
        """All together, or where that fails each by itself: one that cannot be kept takes none of its neighbours with it."""
        outcome = resources.metrics.whatsapp_updates.labels
        try:
            await self._apply(resources, statuses)
            outcome("status", "stored").inc(len(statuses))
        except LedgerUnavailable:
            raise
        except Exception:
            log.exception("statuses cannot be kept as a whole", statuses=len(statuses))
            if len(statuses) == 1:
                outcome("status", "failed").inc()
            else:
                for status in statuses:
                    await self._keep(resources, [status])


def _parsed(body: bytes) -> object:
    """The JSON of a body, None where it is none. msgspec is fast; the slower reader also takes half a surrogate pair, which Meta may send."""
    for read in (msgspec.json.decode, json.loads):
        with contextlib.suppress(ValueError, RecursionError):
            return read(body)
    return None


def _note(resources: Resources, update: Unknown | AccountNews | Trouble | Handover) -> None:
    """What has no consequence for any conversation, for operators."""
    resources.metrics.whatsapp_updates.labels(_name(update), "noted").inc()
    if isinstance(update, Trouble):
        log.error("WhatsApp reports a problem", errors=[(error.code, error.title) for error in update.errors])
    elif isinstance(update, AccountNews):
        log.warning("WhatsApp has news of the account or the number", field=update.field, news=update.event, number=update.number)
    elif isinstance(update, Handover):
        log.info("the control of a conversation has changed hands")
    else:
        log.info("an update that is not known, or not needed", field=update.field[:64], kind=update.kind[:64])


def _refused(request: web.Request, reason: str, status: int) -> web.Response:
    request.app[RESOURCES].metrics.whatsapp_refused.labels(reason).inc()
    log.error("WhatsApp's webhook was refused", reason=reason)
    return web.json_response({"error": reason.split(maxsplit=1)[0]}, status=status)


def _name(update: Any) -> str:
    return type(update).__name__.lower()
