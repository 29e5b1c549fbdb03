"""Every table of the ledger (design section 9), typed.

One conversation row is the lock of everything inside it: its `last_seq`, its lease and its queue position (`ready_at`) change only
by UPDATE of that row, in the transaction that inserts what they describe. That is what makes order and exactly-once plain.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.conversations import base
from bot.conversations.base import Base
from bot.database import Moment, one_of

_ID = String(32)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index on the rows that matter, so that it stays small however long the ledger grows."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


class Life(Base):
    """One row: the ledger's epoch. A restored ledger gets another one, so that whoever knows more than it starts over."""

    __tablename__ = "ledger_life"

    epoch: Mapped[str] = mapped_column(_ID, primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment)


class Conversation(Base):
    """One person in one channel. `ready_at`: when its oldest open message may be taken next, NULL when nothing waits.

    `gathers_until` is set when its customer seems to have more to say: until then a burst is gathered, which goes on as long as `ready_at` is
    the same moment (`gathering.py`). `typing_until`: until when the customer is believed to be typing.
    `lease_token` only ever grows: each claim and each end of a turn raises it, so a late holder matches no row. While an agent has the
    conversation `owner` is "agent", `agent` who, and `owner_until` when it falls back by itself. `opted_out_at`: since when its customer wants
    nothing that we begin ourselves; questions are answered all the same. `wished_at`: when they last said so, or the contrary. `owed_since`:
    since when a person's answer is owed, NULL when none is; `case_closed_at` when its last case was settled, until another one is open.
    `pieces_until`: until then a message may complete an identifier that an earlier one began (`fragments.py`).
    """

    __tablename__ = "conversation"
    __table_args__ = (
        one_of("channel", get_args(base.Channel)),
        one_of("owner", get_args(base.Owner)),
        _partial("ix_conversation_queue", "ready_at", where="ready_at IS NOT NULL"),
        _partial("ix_conversation_taken", "owner_until", where="owner_until IS NOT NULL"),
        _partial("ix_conversation_owed", "owed_since", where="owed_since IS NOT NULL"),
        Index("ix_conversation_last_at_id", "last_at", "id"),
        _partial("ix_conversation_long", "last_at", "id", where="last_seq >= 20"),
        _partial("uq_conversation_person", "desk", "person", where="channel = 'web' AND person IS NOT NULL", unique=True),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    desk: Mapped[str | None] = mapped_column(String(64), index=True)
    person: Mapped[str | None] = mapped_column(String(64))
    level: Mapped[int]
    owner: Mapped[str] = mapped_column(String(16), default="bot")
    agent: Mapped[str | None] = mapped_column(String(64))
    owner_until: Mapped[datetime | None] = mapped_column(Moment)
    last_seq: Mapped[int] = mapped_column(default=0)
    read_seq: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    ready_at: Mapped[datetime | None] = mapped_column(Moment)
    gathers_until: Mapped[datetime | None] = mapped_column(Moment)
    typing_until: Mapped[datetime | None] = mapped_column(Moment)
    delay_notice_at: Mapped[datetime | None] = mapped_column(Moment)
    privacy_notice_at: Mapped[datetime | None] = mapped_column(Moment)
    flood_notice_at: Mapped[datetime | None] = mapped_column(Moment)
    secrets_notice_at: Mapped[datetime | None] = mapped_column(Moment)
    pieces_until: Mapped[datetime | None] = mapped_column(Moment)
    opted_out_at: Mapped[datetime | None] = mapped_column(Moment)
    wished_at: Mapped[datetime | None] = mapped_column(Moment)
    owed_since: Mapped[datetime | None] = mapped_column(Moment)
    case_closed_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment)


class Address(Base):
    """An address (of a channel) under which the person of a conversation is known; several may be aliases of one.

    `wire` is the form in which the platform last gave it, `seen_at` when that was.
    """

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("channel", "value"), one_of("channel", get_args(base.Channel)))

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(160))
    wire: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime | None] = mapped_column(Moment)


class WebSession(Base):
    """A web session of a conversation, good until `expires_at` unless revoked (log-out)."""

    __tablename__ = "web_session"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    desk: Mapped[str | None] = mapped_column(String(64))
    person: Mapped[str | None] = mapped_column(String(64))
    level: Mapped[int]
    proof: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class OneUse(Base):
    """Something that was done and may not be done again before `until`: a portal's token that has opened its session."""

    __tablename__ = "one_use"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(Moment, index=True)


class StepUp(Base):
    """That a conversation has to confirm, or has confirmed, to be of a desk: by the code with this keyed `digest`, good until `expires_at`.

    No digest: the code is not made yet. `inbound_id` is the message that asked, `question` what is answered once it is confirmed {"text",
    "intent", "entities", "title"}; `confirmed_until` is set when the code was right.
    """

    __tablename__ = "step_up"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    desk: Mapped[str] = mapped_column(String(64))
    inbound_id: Mapped[str] = mapped_column(_ID)
    question: Mapped[dict[str, Any] | None]
    digest: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(Moment, index=True)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_until: Mapped[datetime | None] = mapped_column(Moment)


class Guesses(Base):
    """Wrong codes of a desk, over all its conversations: `failures` since the last lock or right one, `locks` so far; codes of before `void_at` are void."""

    __tablename__ = "guesses"

    desk: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    locks: Mapped[int]
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    void_at: Mapped[datetime | None] = mapped_column(Moment)


class CodeSent(Base):
    """That a desk was sent a code: so many within a time, and no more."""

    __tablename__ = "code_sent"
    __table_args__ = (Index("ix_code_sent_desk_at", "desk", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    desk: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)


class Episode(Base):
    """A sitting: the span of one Rasa session. `events` is what the next turn starts from, forgotten when it ends; the messages stay."""

    __tablename__ = "episode"
    __table_args__ = (
        one_of("outcome", ("silence", "identity", "logout", "length", "unreadable")),
        _partial("uq_episode_open", "conversation_id", where="ended_at IS NULL", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    desk: Mapped[str | None] = mapped_column(String(64))
    person: Mapped[str | None] = mapped_column(String(64))
    events: Mapped[list[Any]] = mapped_column(default=list)
    started_at: Mapped[datetime] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    outcome: Mapped[str | None] = mapped_column(String(16))


class Message(Base):
    """One message of a conversation. The columns from `channel` on belong to inbound ones, `actions` and `responses` to answers.

    `text` of a pressed button is its title. `in_reply_to` of an answer is the seq of the last message that it answers; `answered_by` of an
    inbound one the seq of its answer, so that one answer may cover several. `proof` names how the desk was proved. `media` refers to what
    came beside the text {"id", "mime_type", …}, `quoted` is the external id of the message that was replied to, `sent_at` the sender's own time. `fixed_answer`: its channel knows what to
    answer, and the dialogue is not asked (a picture without words, an opt-out). `resumes`: this question of before is what is answered {"text",
    "intent", "entities", "title"}: its text, or the button that was pressed.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("channel", "scope", "external_id"),
        one_of("author", get_args(base.Author)),
        one_of("kind", get_args(base.Kind)),
        one_of("state", get_args(base.InboundState)),
        _partial("uq_message_answer", "conversation_id", "in_reply_to", where="kind = 'answer'", unique=True),
        _partial("ix_message_open", "conversation_id", "seq", where="state IN ('received', 'processing')"),
        _partial("ix_message_failed", "at", where="state = 'failed'"),
        _partial("ix_message_closed", "at", where="state IS NULL OR state NOT IN ('received', 'processing')"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"), index=True)
    seq: Mapped[int]
    author: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    in_reply_to: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)
    correlation: Mapped[str | None] = mapped_column(String(32))
    channel: Mapped[str | None] = mapped_column(String(16))
    scope: Mapped[str | None] = mapped_column(String(64))
    external_id: Mapped[str | None] = mapped_column(String(128))
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    button_id: Mapped[str | None] = mapped_column(_ID)
    state: Mapped[str | None] = mapped_column(String(16))
    answered_by: Mapped[int | None]
    media: Mapped[dict[str, Any] | None]
    quoted: Mapped[str | None] = mapped_column(String(128))
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    profile_name: Mapped[str | None] = mapped_column(String(128))
    desk: Mapped[str | None] = mapped_column(String(64))
    person: Mapped[str | None] = mapped_column(String(64))
    level: Mapped[int | None]
    proof: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(default=0)
    first_attempt_at: Mapped[datetime | None] = mapped_column(Moment)
    last_error: Mapped[str | None] = mapped_column(String(200))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    edited_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    fixed_answer: Mapped[str | None] = mapped_column(Text)
    resumes: Mapped[dict[str, Any] | None]
    actions: Mapped[list[Any] | None]
    responses: Mapped[list[Any] | None]


class Sealed(Base):
    """What a message said before it was masked, sealed; `kinds` are those that were masked. Never a password, a code or a card."""

    __tablename__ = "sealed"

    message_id: Mapped[str] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    kinds: Mapped[list[Any]]
    box: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


class Disclosure(Base):
    """One entry of the disclosure ledger (`disclosures.py`). It outlives conversations, so it names them and points at none.

    `teller` is the assistant or an agent; `fields` [{"source", "server", "field", "read_at"}], or what an agent saw.
    """

    __tablename__ = "disclosure"
    __table_args__ = (UniqueConstraint("conversation_id", "n"), one_of("kind", ("told", "read", "opened")))

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(_ID)
    n: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    teller: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str | None] = mapped_column(_ID, index=True)
    seq: Mapped[int | None]
    desk: Mapped[str | None] = mapped_column(String(64), index=True)
    person: Mapped[str | None] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(16))
    level: Mapped[int]
    proof: Mapped[str | None] = mapped_column(String(64))
    fields: Mapped[list[Any]]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class DisclosureAnchor(Base):
    """The ends [[conversation, n, hash]] of chains at one moment, bound by a hash that only who has the secret can make.

    With "cut" behind it an end is the last entry of its chain that was removed for its age. `mailed_at`: when it went out of the house.
    """

    __tablename__ = "disclosure_anchor"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    ends: Mapped[list[Any]]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    mailed_at: Mapped[datetime | None] = mapped_column(Moment)


class Understanding(Base):
    """What was understood of one part (`n`) of an inbound message. `ranking`: the top three with their probabilities.

    `conversation_id` is the message's: who lists conversations asks one index what was understood in them (decision 0035). `confidence` is the
    first one's probability, NULL where there is none: what was less than sure has an index of its own.
    """

    __tablename__ = "understanding"
    __table_args__ = (
        one_of("decision", get_args(base.Decision)),
        Index("ix_understanding_intent", "intent"),
        Index("ix_understanding_conversation", "conversation_id", "decision", "intent"),
        _partial("ix_understanding_unsure", "confidence", "conversation_id", where="confidence < 0.8"),
    )

    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(_ID)
    text: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(String(16))
    intent: Mapped[str | None] = mapped_column(String(64))
    via: Mapped[str] = mapped_column(String(16))
    ranking: Mapped[list[Any]]
    confidence: Mapped[float | None]
    entities: Mapped[list[Any]]


class Button(Base):
    """A choice offered with an answer. Pressing it repeats `origin_text`, the message that led to it, with this intent and these entities."""

    __tablename__ = "button"
    __table_args__ = (UniqueConstraint("reply_id", "position"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    reply_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(80))
    intent: Mapped[str] = mapped_column(String(64))
    entities: Mapped[dict[str, Any]]
    origin_text: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class Reading(Base):
    """One live value that an answer was made from, with the moment it was read."""

    __tablename__ = "reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[str] = mapped_column(ForeignKey("message.id"), index=True)
    source: Mapped[str] = mapped_column(String(64))
    server: Mapped[str | None] = mapped_column(String(64))
    field: Mapped[str] = mapped_column(String(64))
    value: Mapped[str | None] = mapped_column(Text)
    read_at: Mapped[datetime] = mapped_column(Moment)


class Delivery(Base):
    """The way of one part of an outbound message to the customer, on channels that push; its state only goes forward.

    `next_attempt_at` is the lease as well: a taken delivery is nobody else's until that moment. `unsettled` counts the attempts of which nobody
    knows whether the platform took them: each one counts until it is known to have been refused. `number` is the one of ours that it was sent
    from; `billable`, `category` and `priced_at` are what the platform charged for it, once it has said so.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "part"),
        one_of("channel", get_args(base.Channel)),
        one_of("state", get_args(base.DeliveryState)),
        _partial("ix_delivery_due", "channel", "next_attempt_at", where="state = 'pending'"),
        _partial("ix_delivery_priced", "priced_at", where="priced_at IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    part: Mapped[int] = mapped_column(default=0)
    channel: Mapped[str] = mapped_column(String(16))
    external_id: Mapped[str | None] = mapped_column(String(128), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    unsettled: Mapped[int] = mapped_column(default=0, server_default="0")
    lease_token: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(String(200))
    number: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    billable: Mapped[bool | None]
    category: Mapped[str | None] = mapped_column(String(32))
    priced_at: Mapped[datetime | None] = mapped_column(Moment)


class Feedback(Base):
    """What a customer thought of one message of ours: 1 or -1, by a button beneath it or by a reaction to it; the last word counts.

    0: taken back. The row stays, so that an older word that comes late is still known to be older.
    """

    __tablename__ = "feedback"
    __table_args__ = (CheckConstraint("value IN (-1, 0, 1)", name="value"), one_of("source", ("button", "reaction")))

    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), primary_key=True)
    value: Mapped[int]
    source: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(Moment)


class Effect(Base):
    """A change of the world asked for by a turn: exactly one row per (inbound message, n), applied after the commit."""

    __tablename__ = "effect"
    __table_args__ = (
        UniqueConstraint("inbound_id", "n"),
        one_of("state", get_args(base.EffectState)),
        _partial("ix_effect_pending", "next_attempt_at", where="state = 'pending'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inbound_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    n: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(String(200))
    done_at: Mapped[datetime | None] = mapped_column(Moment)


class Escalation(Base):
    """A case handed to the support line, known to the customer by `code`; who has its conversation has taken it.

    `closed_by` is the agent who settled it; one that expired has none. `reopened`: how often its customer wrote again after that.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        UniqueConstraint("inbound_id", "n"),
        one_of("state", get_args(base.CaseState)),
        _partial("uq_escalation_open", "code", where="state = 'open'", unique=True),
        _partial("ix_escalation_open_at", "at", where="state = 'open'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    inbound_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    n: Mapped[int]
    code: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default="open")
    at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_by: Mapped[str | None] = mapped_column(String(64))
    reopened: Mapped[int] = mapped_column(default=0, server_default="0")


class Due(Base):
    """What is due in a conversation: a call to `phone` (E.164) in the half hour from `at` on, an agent in this chat, or what agents put off.

    That is their own second look, or what `agent` wants said later (`text`, as the message of the id `message`). `left`: nobody is there any more who could, and the customer was told. `held_back`: it was not said, and agents see why (`later.py`); by whom, if an agent took it back. `after_seq`: the conversation's last message when it was planned.
    """

    __tablename__ = "due"
    __table_args__ = (
        one_of("kind", get_args(base.DueKind)),
        one_of("state", get_args(base.DueState)),
        _partial("uq_due_open", "conversation_id", "kind", where="state = 'open'", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(Moment)
    phone: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), default="open")
    created_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_by: Mapped[str | None] = mapped_column(String(64))
    agent: Mapped[str | None] = mapped_column(String(64))
    message: Mapped[str | None] = mapped_column(_ID)
    text: Mapped[str | None] = mapped_column(Text)
    after_seq: Mapped[int | None]


class Presence(Base):
    """A page that an agent has open, as long as it gives signs of life; `conversation` is the one that it shows."""

    __tablename__ = "presence"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    agent: Mapped[str] = mapped_column(String(64))
    conversation: Mapped[str | None] = mapped_column(_ID)
    seen_at: Mapped[datetime] = mapped_column(Moment, index=True)
