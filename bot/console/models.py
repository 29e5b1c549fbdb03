"""The console's own tables, in the ledger's database: agents and their sessions, what they did, and what they wrote about conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.conversations.base import Base
from bot.database import Moment, one_of

Role = Literal["agent", "supervisor", "administrator"]
Stage = Literal["code", "enrol", "in"]
"""How far a sign-in has come: the second factor is asked for, or set up, or all is done."""
Way = Literal["password", "sign_on"]
"""What a sign-in began with: a password of ours, or the company's provider."""

PushState = Literal["known", "pending", "sent", "given_up"]

_ID = String(32)
_NAME = String(64)
_ON = text("ended_at IS NULL")


def _conversation() -> Mapped[str]:
    """A conversation that takes what was written about it along when it is erased."""
    return mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)


class Agent(Base):
    """Somebody who may sign in. `second_factor` is the TOTP secret, sealed, good from `second_factor_at` on; `last_step` the last step it was used in.

    `alerts` are the switches of what they are alerted to ("caso,sonido"), NULL: all of them. `mail` is where the digest goes, which they last had
    at `digested_at`. `failures` counts wrong passwords and codes since the last good one; `locked_until` is set by too many of them. `issuer` and
    `subject` are how the company's provider names them.
    """

    __tablename__ = "agent"
    __table_args__ = (one_of("role", get_args(Role)), Index("ix_agent_issuer_subject", "issuer", "subject", unique=True))

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(_NAME, unique=True)
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str] = mapped_column(String(200))
    second_factor: Mapped[str | None] = mapped_column(String(255))
    second_factor_at: Mapped[datetime | None] = mapped_column(Moment)
    last_step: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    alerts: Mapped[str | None] = mapped_column(String(100))
    mail: Mapped[str | None] = mapped_column(String(320))
    digested_at: Mapped[datetime | None] = mapped_column(Moment)
    issuer: Mapped[str | None] = mapped_column(String(255))
    subject: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(Moment)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


class RecoveryCode(Base):
    """A code that stands in once for the second factor; only its digest is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agent.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class AgentSession(Base):
    """A browser that is signed in, or about to be. `id` is the digest of what its cookie holds; `csrf` must come with whatever it changes.

    `came_by` is how a sign-in began that waits for its second factor; NULL once the agent is in: then the audit says so.
    """

    __tablename__ = "agent_session"
    __table_args__ = (one_of("stage", get_args(Stage)),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agent.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    stage: Mapped[str] = mapped_column(String(16))
    came_by: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class PushSubscription(Base):
    """A browser that is told of alerts as long as its session lasts, however idle. `id` is the digest of `endpoint`, where its push service takes messages for it.

    `p256dh` and `auth` are what only this browser can read by; `made_for` is the key of ours that it asked for its place with. `kinds` are the
    switches of this browser ("caso,plazo"), besides those of the agent.
    """

    __tablename__ = "push_subscription"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("agent_session.id", ondelete="CASCADE"), unique=True)
    endpoint: Mapped[str] = mapped_column(Text)
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(32))
    made_for: Mapped[str] = mapped_column(String(100))
    kinds: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Moment)


class PushMessage(Base):
    """An alert as one browser knows it, as long as there is anything to be alerted to; `key` is the alert's own.

    `known`: nothing to tell, because it was there before the browser or is switched off. `next_attempt_at` is the lease as well, as with effects.
    """

    __tablename__ = "push_message"
    __table_args__ = (UniqueConstraint("subscription_id", "key"), one_of("state", get_args(PushState)))

    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[str] = mapped_column(ForeignKey("push_subscription.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str | None] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(Moment, index=True)
    at: Mapped[datetime] = mapped_column(Moment)


class SignOnAttempt(Base):
    """A browser that was sent to the company's provider and has not come back yet. `id` is the digest of what its cookie holds; `kept` is sealed."""

    __tablename__ = "sign_on_attempt"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kept: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class AuditEntry(Base):
    """Something that was done in the console. It outlives agents and conversations, so it names both and points at neither."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_taken", "agent", "conversation", sqlite_where=text("what = 'toma'"), postgresql_where=text("what = 'toma'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    agent: Mapped[str] = mapped_column(_NAME)
    what: Mapped[str] = mapped_column(String(32))
    conversation: Mapped[str | None] = mapped_column(_ID, index=True)
    detail: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(64))


class Note(Base):
    """What agents tell each other about a conversation. No customer ever gets it."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = _conversation()
    agent: Mapped[str] = mapped_column(_NAME)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class Tag(Base):
    """A word that agents find a conversation by."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("conversation_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = _conversation()
    name: Mapped[str] = mapped_column(String(40), index=True)
    agent: Mapped[str] = mapped_column(_NAME)
    at: Mapped[datetime] = mapped_column(Moment)


class PreparedAnswer(Base):
    """A text that agents send often; `{cliente}` and `{agente}` in it are filled in when it is put into a reply."""

    __tablename__ = "prepared_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80), unique=True)
    text: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(_NAME)
    at: Mapped[datetime] = mapped_column(Moment)


class SavedView(Base):
    """Filters of the list that an agent goes back to: `query` is what stands behind its address."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("agent_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agent.id"))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(Text)


class Correction(Base):
    """What part `n` of a customer's message really was: an intent, or a verdict on the answer where the intent was right."""

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("message_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = _conversation()
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    n: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    was: Mapped[str | None] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(16))
    right: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(_NAME)
    at: Mapped[datetime] = mapped_column(Moment)


class Review(Base):
    """Part `n` of a customer's message that agents look at: whose it is until when, who skipped it (names), and what came of it."""

    __tablename__ = "review"
    __table_args__ = (one_of("outcome", ("right", "corrected")),)

    message_id: Mapped[str] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = _conversation()
    claimed_by: Mapped[str] = mapped_column(_NAME)
    claimed_until: Mapped[datetime] = mapped_column(Moment)
    skipped: Mapped[list[Any]]
    outcome: Mapped[str | None] = mapped_column(String(16))
    settled_by: Mapped[str | None] = mapped_column(_NAME)
    settled_at: Mapped[datetime | None] = mapped_column(Moment, index=True)


class Publication(Base):
    """An attempt to publish what was corrected. `result` is what the proof found; `model` the archive that it made, `before` the one that served.

    It names parts of messages and holds none of their words, so that an erased message is gone from here too.
    """

    __tablename__ = "publication"
    __table_args__ = (one_of("state", ("waiting", "running", "proved", "publishing", "published", "refused", "failed", "rolled_back")),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    started_by: Mapped[str] = mapped_column(_NAME)
    started_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[str | None] = mapped_column(_NAME)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    model: Mapped[str | None] = mapped_column(String(128))
    before: Mapped[str | None] = mapped_column(String(128))
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(String(300))


class Surge(Base):
    """That far more customers ask about `topic` (an intent; "": what is not understood) than usual: `number` in the hour to `seen_at`, instead of `usually`.

    `since` when they do; `ended_at` is set once they no longer did for a while.
    """

    __tablename__ = "surge"
    __table_args__ = (Index("uq_surge_open", "topic", unique=True, sqlite_where=_ON, postgresql_where=_ON),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    number: Mapped[int]
    usually: Mapped[float]
