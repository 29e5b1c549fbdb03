"""How the demo's stand-in and its gateway find and trust each other. It loads nothing, so that every command may ask."""

from __future__ import annotations

import argparse
import secrets
from typing import Final
from urllib.parse import urlsplit

from bot.settings import Settings

PORT: Final = 5165
NUMBER_ID: Final = "106000000000001"
META: Final = "graph.facebook.com"
_HERE: Final = frozenset({"127.0.0.1", "localhost"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be told to the stand-in."""
    parser.add_argument("--port", type=int, default=PORT, help=f"where it listens (default {PORT})")
    parser.add_argument("--gateway", default=None, metavar="URL", help="the gateway whose webhook it calls (default: that of the settings)")


def stand_in_port(settings: Settings) -> int | None:
    """Where the demo's stand-in listens; None without a demo, and for a company that has set a number or a Graph API of its own."""
    if not settings.demo or settings.whatsapp_phone_number_id:
        return None
    address = urlsplit(settings.whatsapp_api_base)
    if address.hostname == META:
        return PORT
    return address.port if address.hostname in _HERE else None


def variables(port: int, host: str = "127.0.0.1") -> dict[str, str]:
    """The settings of a gateway whose Meta is the stand-in on this port of this machine, with new secrets."""
    words = {name: secrets.token_urlsafe(32) for name in ("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")}
    return {"WHATSAPP_PHONE_NUMBER_ID": NUMBER_ID, **words, "WHATSAPP_API_BASE": f"http://{host}:{port}"}
