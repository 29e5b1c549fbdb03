"""Conversations of every kind for the console's tests, made through the web chat."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

from bot.identity.portal import issue_portal_token
from harness.dialogue import READ_AT, reply, result
from tests.gateway.client import Visitor
from tests.gateway.conftest import Gateway

READING = {"source": "subscription", "server": "HIDALGO-01", "field": "ends_on", "value": "2026-12-02", "read_at": READ_AT}


def understood(decision: str = "answered", intent: str | None = "consultar_suscripcion", text: str = "x") -> dict[str, Any]:
    ranking = [
        {"name": "consultar_suscripcion", "confidence": 0.81},
        {"name": "faq_consultar_vigencia", "confidence": 0.12},
        {"name": "consultar_pago", "confidence": 0.04},
    ]
    return {"text": text, "decision": decision, "intent": intent, "ranking": ranking, "entities": [], "via": "text"}


def escalated(code: str, reason: str = "cliente_pide_asesor", summary: str = "C-1002 · Ferretería Hidalgo") -> dict[str, Any]:
    case = {"kind": "escalate", "payload": {"code": code, "reason": reason, "summary": summary}}
    return result(reply(f"Registré tu solicitud con el folio {code}."), understood=[understood(intent="hablar_con_asesor")], effects=[case])


@asynccontextmanager
async def customer(gateway: Gateway, desk: str | None = None, person: str | None = None):
    """Somebody in the web chat, signed in to the portal where a desk is named, by name where `person` is."""
    async with Visitor(gateway.url("/")) as one:
        token = {"token": issue_portal_token(gateway.settings, desk, gateway.clock(), person)} if desk else {}
        await one.open(**token)
        yield one


async def say(gateway: Gateway, text: str, desk: str | None = None, **script: Any) -> str:
    """One question in a conversation of its own, answered; its conversation."""
    if script:
        gateway.dialogue.script[text] = script["result"]
    async with customer(gateway, desk) as one:
        await one.ask(text)
        return one.conversation
