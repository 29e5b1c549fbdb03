"""Web conversations and the sessions that open them: a session belongs to one conversation, a conversation to one subject.

A person whom the portal names has one conversation for good; whoever is known less well, one for each sitting (decisions 0005, 0023).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from bot.conversations import codes, episodes, one_use
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.tables import CONVERSATION, LIFE, WEB_SESSION
from bot.identity.identity import Identity, Level
from bot.identity.session import SessionClaims
from bot.identity.tokens import OneUse


@dataclass(frozen=True)
class OpenSession:
    """A web session that is good now. `cursor` is the seq of the conversation's last message, `epoch` the ledger's."""

    id: str
    conversation: str
    identity: Identity
    epoch: str
    expires_at: datetime
    cursor: int


_EPOCH = select(LIFE.c.epoch).scalar_subquery()
_FIND = (
    select(
        WEB_SESSION.c.id, WEB_SESSION.c.conversation_id, WEB_SESSION.c.desk, WEB_SESSION.c.person, WEB_SESSION.c.level,
        WEB_SESSION.c.proof, WEB_SESSION.c.expires_at, WEB_SESSION.c.revoked_at, CONVERSATION.c.last_seq, _EPOCH.label("epoch"),
    )
    .join_from(WEB_SESSION, CONVERSATION, CONVERSATION.c.id == WEB_SESSION.c.conversation_id)
    .where(WEB_SESSION.c.id == bindparam("session"))
)  # fmt: skip
_SURVIVED = select(CONVERSATION.c.last_seq, _EPOCH.label("epoch")).where(
    CONVERSATION.c.id == bindparam("conversation"),
    CONVERSATION.c.desk == bindparam("desk"),
    CONVERSATION.c.person.is_not_distinct_from(bindparam("person")),
    bindparam("before") != _EPOCH,
    ~exists().where(WEB_SESSION.c.id == bindparam("session")),
)

_OF_PERSON = select(CONVERSATION.c.id, CONVERSATION.c.last_seq).where(
    CONVERSATION.c.channel == "web", CONVERSATION.c.desk == bindparam("desk"), CONVERSATION.c.person == bindparam("person")
)


async def begin(ledger: Ledger, who: Identity, life: timedelta, now: datetime, use: OneUse | None = None) -> OpenSession:
    """A session of the person's own conversation, or of a new one for a subject that names no person.

    `use` is that of the token which proves who it is. Raises TokenUsed.
    """
    conversation: dict[str, Any] = {"id": new_id(), "channel": "web", "created_at": now, "last_at": now}
    conversation |= {"desk": who.desk, "person": who.person, "level": int(who.level)}

    def work(connection: Connection) -> OpenSession:
        if use is not None:
            one_use.take(connection, use, now)
        found = connection.execute(_OF_PERSON, {"desk": who.desk, "person": who.person}).one_or_none() if who.person else None
        if found is None:
            connection.execute(insert(CONVERSATION), conversation)
        row = _row(conversation["id"] if found is None else found.id, who, life, now)
        connection.execute(insert(WEB_SESSION), row)
        cursor = 0 if found is None else found.last_seq
        return OpenSession(row["id"], row["conversation_id"], who, str(connection.scalar(select(_EPOCH))), row["expires_at"], cursor)

    return await ledger.write_again(work)


async def prolong(
    ledger: Ledger, earlier: OpenSession, who: Identity, life: timedelta, now: datetime, use: OneUse | None = None
) -> OpenSession:
    """Another session of the same conversation, for a subject that has just proved again who it is. Raises TokenUsed."""
    row = _row(earlier.conversation, who, life, now)

    def work(connection: Connection) -> None:
        if use is not None:
            one_use.take(connection, use, now)
        connection.execute(insert(WEB_SESSION), row)

    await ledger.write_again(work)
    return OpenSession(row["id"], earlier.conversation, who, earlier.epoch, row["expires_at"], earlier.cursor)


async def find(ledger: Ledger, session_id: str, now: datetime) -> OpenSession | None:
    """The session with this id, unless it is unknown, has ended or was revoked."""
    return await ledger.read(lambda connection: find_within(connection, session_id, now))


async def lost(ledger: Ledger, claims: SessionClaims, who: Identity, now: datetime) -> OpenSession | None:
    """A session that a restored ledger does not know, for its customer, proved again: over, but its conversation is there. Else None."""
    asked = {"session": claims.session, "conversation": claims.conversation, "before": claims.epoch, "desk": who.desk, "person": who.person}
    row = await ledger.read(lambda connection: connection.execute(_SURVIVED, asked).one_or_none())
    return None if row is None else OpenSession(claims.session, claims.conversation, who, row.epoch, now, row.last_seq)


def find_within(connection: Connection, session_id: str, now: datetime) -> OpenSession | None:
    """The same, as part of a transaction."""
    row = connection.execute(_FIND, {"session": session_id}).one_or_none()
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    identity = Identity(row.desk, row.person, Level(row.level), row.proof)
    return OpenSession(row.id, row.conversation_id, identity, row.epoch, row.expires_at, row.last_seq)


async def revoke(ledger: Ledger, conversation: str, now: datetime, only: str | None = None) -> None:
    """Log-out: end every session of the conversation, or `only` this one, and its open episode."""
    which = WEB_SESSION.c.conversation_id == conversation if only is None else WEB_SESSION.c.id == only

    def work(connection: Connection) -> None:
        connection.execute(update(WEB_SESSION).where(which, WEB_SESSION.c.revoked_at.is_(None)).values(revoked_at=now))
        codes.forget(connection, [conversation])
        episodes.close_open(connection, conversation, "logout", now)

    await ledger.write(work)


def _row(conversation: str, who: Identity, life: timedelta, now: datetime) -> dict[str, Any]:
    identity = {"desk": who.desk, "person": who.person, "level": int(who.level), "proof": who.proof}
    return {"id": new_id(), "conversation_id": conversation, **identity, "created_at": now, "expires_at": now + life}
