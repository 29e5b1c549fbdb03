"""The configured template: all that may be sent once a customer has been silent for 24 hours, and it invites them to write again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, exists, select

from bot.conversations.tables import DELIVERY, MESSAGE
from bot.settings import Settings

INVITED: Final = "outside 24 h: sent the template instead"
"""The note of a delivery that was."""
LANGUAGE: Final = "es_MX"


def invitation(settings: Settings) -> dict[str, Any]:
    """The template as a message; it has no parameters, since nothing that is meant for the customer alone belongs into it."""
    return {"template": {"name": settings.whatsapp_template, "language": {"code": LANGUAGE}}, "type": "template"}


def was_invited(connection: Connection, conversation: str, since: datetime) -> bool:
    """Whether the customer was sent the template after that moment: once is enough."""
    sent = exists().where(
        DELIVERY.c.message_id == MESSAGE.c.id,
        MESSAGE.c.conversation_id == conversation,
        DELIVERY.c.error == INVITED,
        DELIVERY.c.sent_at > since,
    )
    return bool(connection.scalar(select(sent)))
