"""How people and messages of WhatsApp are named in the ledger."""

from __future__ import annotations

import hashlib
from typing import Final

from bot.channels.whatsapp.events import Sender
from bot.conversations.base import Channel
from bot.conversations.people import Address

CHANNEL: Final[Channel] = "whatsapp"
LONGEST_ID: Final = 128


def addresses(sender: Sender) -> tuple[Address, ...]:
    """What somebody is known by: at least one."""
    scoped = () if sender.user_id is None else (Address(sender.user_id),)
    return scoped if sender.phone is None else (*scoped, Address(sender.phone, sender.wire))


def external_id(wamid: str) -> str:
    """An id of Meta's as the ledger keeps it: one that is longer than expected is still always the same one."""
    return wamid if len(wamid) <= LONGEST_ID else f"sha256:{hashlib.sha256(wamid.encode()).hexdigest()}"
