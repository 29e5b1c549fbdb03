"""People on channels with addresses: one person is one conversation, whatever the addresses it is known by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from bot.conversations.tables import ADDRESS, CONVERSATION, MESSAGE

_ADDRESSES = (
    select(ADDRESS.c.value, ADDRESS.c.wire)
    .where(ADDRESS.c.conversation_id == bindparam("conversation"))
    .order_by(ADDRESS.c.seen_at.desc(), ADDRESS.c.id.desc())
)
_INBOUND = (
    select(MESSAGE.c.scope, MESSAGE.c.sent_at, MESSAGE.c.at)
    .where(MESSAGE.c.conversation_id == bindparam("conversation"), MESSAGE.c.author == "customer")
    .order_by(MESSAGE.c.seq.desc())
    .limit(bindparam("most"))
)
_PLACE = select(CONVERSATION.c.privacy_notice_at, CONVERSATION.c.opted_out_at).where(CONVERSATION.c.id == bindparam("conversation"))

LOOKED_AT = 20
"""Messages of a customer among which the last one is looked for: the platform brings some late."""


@dataclass(frozen=True)
class Reach:
    """How a person is written to.

    `number`: the one of ours that they last wrote to; `to`: their telephone, "+" and the digits of the form in which the platform last gave it;
    `user_id`: who they are to the platform, for those whose telephone is not known; `last_inbound_at`: when they last wrote, by their own clock.
    """

    number: str | None
    to: str | None
    user_id: str | None
    last_inbound_at: datetime | None
    privacy_told: bool
    opted_out: bool


def reach(connection: Connection, conversation: str) -> Reach:
    """How the person of this conversation can be written to."""
    key = {"conversation": conversation}
    addresses = connection.execute(_ADDRESSES, key).all()
    phone = next((row for row in addresses if row.value.startswith("+")), None)
    user = next((row.value for row in addresses if not row.value.startswith("+")), None)
    wrote = [(min(row.sent_at or row.at, row.at), row.scope) for row in connection.execute(_INBOUND, {**key, "most": LOOKED_AT})]
    last_at, number = max(wrote, key=lambda each: each[0], default=(None, None))  # one that came late is not the last one
    place = connection.execute(_PLACE, key).one()
    return Reach(
        number=number,
        to=f"+{(phone.wire or phone.value).lstrip('+')}" if phone else None,
        user_id=user,
        last_inbound_at=last_at,
        privacy_told=place.privacy_notice_at is not None,
        opted_out=place.opted_out_at is not None,
    )
