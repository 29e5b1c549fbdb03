"""The ledger's tables for statements that are built once and run often; columns that hold what a model's attribute of that name holds."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, bindparam, text

from bot.conversations import models
from bot.database import Moment


def _table(model: type[models.Base]) -> Table:
    return cast(Table, model.__table__)


ADDRESS = _table(models.Address)
BUTTON = _table(models.Button)
CODE_SENT = _table(models.CodeSent)
CONVERSATION = _table(models.Conversation)
DELIVERY = _table(models.Delivery)
DUE = _table(models.Due)
DISCLOSURE = _table(models.Disclosure)
DISCLOSURE_ANCHOR = _table(models.DisclosureAnchor)
EFFECT = _table(models.Effect)
EPISODE = _table(models.Episode)
ESCALATION = _table(models.Escalation)
FEEDBACK = _table(models.Feedback)
GUESSES = _table(models.Guesses)
LIFE = _table(models.Life)
MESSAGE = _table(models.Message)
ONE_USE = _table(models.OneUse)
PRESENCE = _table(models.Presence)
READING = _table(models.Reading)
SEALED = _table(models.Sealed)
STEP_UP = _table(models.StepUp)
UNDERSTANDING = _table(models.Understanding)
WEB_SESSION = _table(models.WebSession)

OPEN = text("message.state IN ('received', 'processing')")
"""In the very words of the index of open messages: with parameters neither database would use it."""
FAILED = text("message.state = 'failed'")
"""Likewise for the index of those that were given up."""
CLOSED = text("(message.state IS NULL OR message.state NOT IN ('received', 'processing'))")
"""Likewise for the index of those that nobody works on any more, by age."""
UNSURE = text("understanding.confidence < 0.8 AND understanding.confidence < 0.5")
HALF_SURE = text("understanding.confidence < 0.8 AND understanding.confidence >= 0.5")
"""Likewise for the index of readings that were less than sure."""
SURE = text("understanding.confidence >= 0.8")
LONG = text("conversation.last_seq >= 20")
"""Likewise for the index of long conversations."""
NOW = bindparam("now", type_=Moment)
"""The moment of a statement, whichever columns it is written to or compared with."""
