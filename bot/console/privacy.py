"""What was told of a customer, on what proof, who read it, and the sealed copies of what was masked: opened for a reason that is written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web

from bot.console import access, audit, pages, texts
from bot.console.access import form
from bot.console.transcript import enter_reading_on, path_of
from bot.conversations import disclosures, sealed
from bot.errors import SealBroken
from bot.resources import RESOURCES

LEAST_REASON: Final = 10
MOST_REASON: Final = 200


async def show(request: web.Request, status: int = 200, notice: str = "", opened: dict[int, str] | None = None) -> web.Response:
    """GET …/privacidad."""
    ledger, conversation = request.app[RESOURCES].ledger, request.match_info["id"]
    copies = await sealed.of(ledger, conversation)
    if copies:
        await enter_reading_on(request, conversation)
    return pages.render(
        request,
        "privacidad.html",
        status,
        path=path_of(conversation),
        entries=await disclosures.of_conversation(ledger, conversation),
        copies=copies,
        opened=opened or {},
        notice=notice,
    )


async def open_copies(request: web.Request) -> web.Response:
    """POST …/privacidad: the sealed copies, for a reason. Audited and entered before anything is shown. Raises NotYours."""
    resources, session, conversation = request.app[RESOURCES], request[pages.SESSION], request.match_info["id"]
    reason = " ".join((await form(request)).get("motivo", "").split())
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        return await show(request, 400, texts.REASON)
    copies = await sealed.of(resources.ledger, conversation)
    now, kinds = resources.now(), sorted({kind for copy in copies for kind in copy.kinds})
    await audit.note(resources.ledger, "sellado", session.name, access.address_of(request), now, conversation, reason)
    await disclosures.note(resources.ledger, conversation, "opened", session.name, [{"field": kind} for kind in kinds], now)
    return await show(request, opened={copy.seq: _opened(resources.sealer.open, copy.box) for copy in copies})


def _opened(unseal: Callable[[str], str], box: str) -> str:
    try:
        return unseal(box)
    except SealBroken:
        return texts.SEAL_BROKEN
