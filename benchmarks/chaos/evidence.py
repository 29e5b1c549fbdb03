"""Reads, after a run, what the ledger, the live state, the outbox and the public history say. Nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from benchmarks.chaos.check import CODE, Conversation, Mail, Shown, Stored
from benchmarks.chaos.customer import Customer
from benchmarks.chaos.desks import desk_id
from benchmarks.chaos.telephones import Carried, Telephone
from bot.accounts.models import ConnectionMail, VirtualServer
from bot.conversations.base import OPEN_STATES
from bot.conversations.models import Address, Delivery, Effect, Message, Understanding
from bot.conversations.models import Conversation as ConversationRow
from bot.database import open_database

PROMISES = frozenset({"utter_reenvio_hecho", "utter_reenvio_tras_rebote", "utter_reenvio_a_otra_direccion"})


class Evidence:
    """Read-only eyes on the two databases of a run."""

    def __init__(self, ledger_url: str, accounts_url: str, outbox: Path) -> None:
        self._ledger, self._accounts = open_database(ledger_url), open_database(accounts_url)
        self._outbox = outbox

    async def close(self) -> None:
        """Release the connections."""
        await self._ledger.close()
        await self._accounts.close()

    async def undelivered(self) -> int:
        """How many parts of messages of ours still have to reach a telephone."""
        query = select(func.count()).select_from(Delivery).where(Delivery.state == "pending")
        return await self._ledger.read(lambda connection: connection.scalar(query)) or 0

    async def carried(self) -> list[Carried]:
        """Every part of every message of ours that was to be carried."""
        query = select(Message.conversation_id, Message.seq, Delivery.message_id, Delivery.part, Delivery.state, Delivery.unsettled).join(
            Delivery, Delivery.message_id == Message.id
        )
        rows = await self._ledger.read(lambda connection: connection.execute(query).all())
        return [Carried(row.conversation_id, row.seq, row.part, f"{row.message_id}.{row.part}", row.state, row.unsettled) for row in rows]

    async def conversations(self) -> dict[str, str]:
        """The conversation of each telephone, in E.164."""
        query = select(Address.value, Address.conversation_id)
        return await self._ledger.read(lambda connection: {row.value: row.conversation_id for row in connection.execute(query)})

    async def collect_telephones(self, telephones: Sequence[Telephone]) -> list[Conversation]:
        """The same as `collect`, of people whose history is the ledger's: what telephones got is judged by itself."""
        stored, place_of = await self._ledger.read(_messages)
        queued, mails = await self._queued(), self._mails(place_of)
        found = []
        for one in telephones:
            rows = tuple(stored[one.conversation])
            seqs = {row.external_id: row.shown.seq for row in rows if row.external_id is not None}
            found.append(
                Conversation(
                    customer=one.number,
                    asked=one.asked(seqs),
                    received=tuple(row.shown.seq for row in rows),
                    stored=rows,
                    shown=tuple(row.shown for row in rows),
                    mails=tuple(mails[one.conversation]),
                    queued=queued.get(desk_id(one.number), 0),
                )
            )
        return found

    async def unfinished(self) -> tuple[int, int]:
        """How many messages wait for their answer, and how many effects to be applied."""
        waiting = select(func.count()).select_from(Message).where(Message.state.in_(OPEN_STATES))
        effects = select(func.count()).select_from(Effect).where(Effect.state == "pending")
        return await self._ledger.read(lambda connection: (connection.scalar(waiting) or 0, connection.scalar(effects) or 0))

    async def lengths(self) -> dict[str, int]:
        """The last seq of every conversation."""
        query = select(ConversationRow.id, ConversationRow.last_seq)
        return await self._ledger.read(lambda connection: {row.id: row.last_seq for row in connection.execute(query)})

    async def collect(self, customers: Sequence[Customer], histories: Mapping[str, list[dict[str, Any]]]) -> list[Conversation]:
        """Everything of every customer's conversation."""
        stored, place_of = await self._ledger.read(_messages)
        queued, mails = await self._queued(), self._mails(place_of)
        return [
            Conversation(
                customer=one.number,
                asked=one.asked,
                received=tuple(one.received),
                stored=tuple(stored[one.conversation]),
                shown=tuple(_shown(message) for message in histories[one.conversation]),
                mails=tuple(mails[one.conversation]),
                queued=queued.get(desk_id(one.number), 0),
                refused=tuple(one.refused),
            )
            for one in customers
        ]

    async def _queued(self) -> dict[str, int]:
        """Connection mails that our requests queued, by desk."""
        query = select(VirtualServer.desk_id, func.count().label("number")).join(
            ConnectionMail, ConnectionMail.server_id == VirtualServer.id
        )
        queued = query.where(ConnectionMail.request_key.is_not(None)).group_by(VirtualServer.desk_id)
        return await self._accounts.read(lambda connection: {row.desk_id: row.number for row in connection.execute(queued)})

    def _mails(self, place_of: Mapping[str, tuple[str, int]]) -> dict[str, list[Mail]]:
        """The outbox by conversation; a file is named by the inbound message that asked for it."""
        mails: dict[str, list[Mail]] = defaultdict(list)
        for path in self._outbox.glob("*.eml"):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            body = mail.get_body()
            attached = " ".join(part.get_filename() or "" for part in mail.iter_attachments())
            text = f"{body.get_content() if body else ''} {attached}"
            inbound, *number = path.stem.split("-")  # a code's mail is named by its attempt too
            conversation, seq = place_of.get(inbound, ("", 0))
            code_of = seq if len(number) > 1 else None
            mails[conversation].append(Mail(str(mail["Message-ID"]), str(mail["To"]), text, code_of))
        return mails


def _messages(connection: Connection) -> tuple[dict[str, list[Stored]], dict[str, tuple[str, int]]]:
    """Everything stored, by conversation; and each message's conversation and seq."""
    session, stored, place_of = Session(connection), defaultdict(list), {}
    understood: dict[str, list[Understanding]] = defaultdict(list)
    for row in session.scalars(select(Understanding).order_by(Understanding.message_id, Understanding.n)):
        understood[row.message_id].append(row)
    effects: dict[str, list[Effect]] = defaultdict(list)
    for effect in session.scalars(select(Effect).order_by(Effect.id)):
        effects[effect.inbound_id].append(effect)
    for message in session.scalars(select(Message).order_by(Message.conversation_id, Message.seq)):
        place_of[message.id] = message.conversation_id, message.seq
        stored[message.conversation_id].append(_stored(message, understood, effects))
    return stored, place_of


def _stored(message: Message, understood: Mapping[str, list[Understanding]], effects: Mapping[str, list[Effect]]) -> Stored:
    own = effects.get(message.id, [])
    shown = Shown(message.seq, message.author, message.kind, message.in_reply_to, message.text)
    return Stored(
        shown,
        external_id=message.external_id,
        state=message.state,
        answered_by=message.answered_by,
        understood=tuple(part.text for part in understood.get(message.id, ())),
        chose=any(part.via == "button" for part in understood.get(message.id, ())),
        effects=tuple((effect.kind, effect.state) for effect in own),
        code_attempts=sum(effect.attempts for effect in own if effect.kind == CODE),
        promised=bool(PROMISES & set(message.responses or ())),
    )


def _shown(message: Mapping[str, Any]) -> Shown:
    return Shown(message["seq"], message["author"], message["kind"], message.get("in_reply_to"), message["text"])
