"""From updates to the ledger: all that people did in one transaction, in the order in which they did it.

One bad update never drops its neighbours: where a batch as a whole cannot be stored, each is tried by itself. Statuses are somebody
else's (`statuses.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, cast

import structlog
from sqlalchemy import Connection, select

from bot.channels.base import code_terms
from bot.channels.whatsapp import besides, replies
from bot.channels.whatsapp.besides import Beside, Outcome
from bot.channels.whatsapp.events import Edit, Imported, Message, Revoke, Standby
from bot.channels.whatsapp.keys import CHANNEL, addresses, external_id
from bot.channels.whatsapp.recognition import Recognition
from bot.conversations import batches, people
from bot.conversations.inbox import Accepted, Inbound, Terms
from bot.conversations.tables import CONVERSATION
from bot.errors import LedgerUnavailable
from bot.identity.identity import ANONYMOUS, Identity
from bot.resources import Resources
from bot.rules.choices import match_choice
from bot.texts import SECRETS
from bot.turns.next_steps import keeper

log = structlog.get_logger()

STALE: Final = timedelta(hours=24)
"""What was sent longer ago comes out of somebody's queue: an answer would surprise, and could not be sent without a template."""

ByPerson = Message | Beside


async def store(
    resources: Resources, recognition: Recognition, updates: Sequence[ByPerson], correlation: str
) -> list[tuple[ByPerson, Outcome]]:
    """Store what people did; what became of each that could be. Raises LedgerUnavailable (nothing more is stored: it must come again)."""
    ordered = sorted(updates, key=lambda each: each.sent_at or resources.now())
    batch = _Batch(resources, await _identities(resources, recognition, ordered), correlation)
    try:
        return await batch.write(ordered)
    except LedgerUnavailable:
        raise
    except Exception:
        log.exception("a batch cannot be stored as a whole", updates=len(ordered))
    return [each for one in ordered for each in await _write_alone(batch, one)]


async def _write_alone(batch: _Batch, one: ByPerson) -> list[tuple[ByPerson, Outcome]]:
    try:
        return await batch.write([one])
    except LedgerUnavailable:
        raise
    except Exception:
        log.exception("an update cannot be stored", kind=type(one).__name__)
        return []


async def _identities(resources: Resources, recognition: Recognition, updates: Sequence[ByPerson]) -> dict[str, Identity]:
    """Who writes, by number or, where that is hidden, by the platform's id."""
    senders = {each.sender for each in updates}
    hidden = [sender.user_id for sender in senders if sender.phone is None and sender.user_id]
    numbers = await people.numbers_of(resources.ledger, CHANNEL, hidden)
    found = await recognition.identities({*numbers.values(), *(sender.phone for sender in senders if sender.phone)})
    return {**found, **{user_id: found[number] for user_id, number in numbers.items()}}


class _Batch:
    """What is known of a webhook while its updates are stored: who writes from where, and under which name it stands in the logs."""

    def __init__(self, resources: Resources, identities: Mapping[str, Identity], correlation: str) -> None:
        self._resources, self._identities, self._correlation = resources, identities, correlation
        self._codes = code_terms(resources.settings, resources.now)

    async def write(self, ordered: Sequence[ByPerson]) -> list[tuple[ByPerson, Outcome]]:
        """Store them in one transaction. Raises LedgerUnavailable, and whatever a single update makes its handler raise."""
        now = self._resources.now()

        def work(connection: Connection) -> list[tuple[ByPerson, Outcome]]:
            done: list[tuple[ByPerson, Outcome]] = []
            for are_messages, group in groupby(ordered, key=lambda each: isinstance(each, Message)):
                if are_messages:
                    done += self._messages(connection, cast(list[Message], list(group)), now)
                else:
                    done += [(each, self._beside(connection, each, now)) for each in cast(list[Beside], list(group))]
            return done

        return await self._resources.ledger.write_again(work)

    def _identity(self, update: ByPerson) -> Identity:
        return self._identities.get(update.sender.phone or update.sender.user_id or "", ANONYMOUS)

    def _terms(self, who: Callable[[Connection, Inbound], Identity]) -> Terms:
        return Terms(
            who,
            mask=self._resources.mask,
            match=match_choice,
            secrets_notice=SECRETS,
            seal=self._resources.sealer.seal,
            keep=keeper(self._resources.settings),
            codes=self._codes,
        )

    def _beside(self, connection: Connection, update: Beside, now: datetime) -> Outcome:
        overtaken = besides.before_its_original(connection, update, now) if isinstance(update, Edit | Revoke) else None
        if overtaken is not None:
            return self._overtaken(connection, cast("Edit | Revoke", update), overtaken, now)
        identity = self._identity(update)
        return besides.handle(connection, update, now, self._terms(lambda _connection, _inbound: identity))

    def _overtaken(self, connection: Connection, news: Edit | Revoke, message: Message, now: datetime) -> Outcome:
        """News that come before their original are a message like any other; the original repeats it."""
        ((_, outcome),) = self._messages(connection, [message], now)
        if outcome.accepted is not None and not outcome.accepted.repeated:
            besides.note_overtaken(connection, news, outcome.accepted, now)
        return outcome

    def _messages(self, connection: Connection, messages: Sequence[Message], now: datetime) -> list[tuple[ByPerson, Outcome]]:
        conversations = people.find_or_make_many(connection, CHANNEL, [addresses(message.sender) for message in messages], now)
        wishes = _Wishes(connection, messages, conversations, now)
        inbounds = [
            _inbound(each, own, answer, self._correlation, now)
            for each, own, answer in zip(messages, conversations, wishes.answers, strict=True)
        ]
        who = {(each.number, external_id(each.wamid)): self._identity(each) for each in messages}
        terms = self._terms(lambda _connection, inbound: who[inbound.scope, inbound.external_id])
        results = batches.store(connection, inbounds, now, terms)
        wishes.keep(connection, inbounds, results, now)
        return [(each, _outcome(each, result)) for each, result in zip(messages, results, strict=True)]


def _outcome(message: Message, result: Accepted | Exception) -> Outcome:
    if isinstance(result, Accepted):
        return Outcome(accepted=result)
    log.warning("a message was refused", reason=str(result), kind=message.kind)
    return Outcome()


class _Wishes:
    """Which of some messages say that their customers want, or want not, what we begin ourselves; and what each of those is told.

    Whoever has not gone says nothing to us by coming back, and the dialogue reads it; yet it is noted, because a goodbye of before may be on
    its way. What a later wish has overtaken is told how it stands.
    """

    def __init__(self, connection: Connection, messages: Sequence[Message], conversations: Sequence[str], now: datetime) -> None:
        self.said = [replies.wish_of(each) for each in messages]
        wishing = {own for own, wish in zip(conversations, self.said, strict=True) if wish is not None}
        query = select(CONVERSATION.c.id, CONVERSATION.c.opted_out_at, CONVERSATION.c.wished_at).where(CONVERSATION.c.id.in_(wishing))
        stands = {row.id: (row.opted_out_at is None, row.wished_at) for row in connection.execute(query)} if wishing else {}
        self.answers: list[str | None] = []
        for each, own, wish in zip(messages, conversations, self.said, strict=True):
            answer = None
            if wish is not None:
                (wants, wished_at), said_at = stands[own], _sent_at(each, now)
                overtaken = wished_at is not None and said_at < wished_at
                if overtaken or not (wants and wish):
                    answer = replies.OPTED_IN if (wants if overtaken else wish) else replies.OPTED_OUT
                if not overtaken:
                    stands[own] = (wish, said_at)
            self.answers.append(answer)

    def keep(self, connection: Connection, inbounds: Sequence[Inbound], results: Sequence[Accepted | Exception], now: datetime) -> None:
        """Of the messages that are new."""
        for wish, inbound, result in zip(self.said, inbounds, results, strict=True):
            if wish is not None and isinstance(result, Accepted) and not result.repeated:
                besides.note_wish(connection, result.conversation, inbound.sent_at or now, wants=wish)


def _sent_at(message: Message, now: datetime) -> datetime:
    return min(message.sent_at or now, now)


def _inbound(message: Message, conversation: str, answer: str | None, correlation: str, now: datetime) -> Inbound:
    sent_at = _sent_at(message, now)
    held = isinstance(message, Standby | Imported) or not message.awaits_answer
    fixed_answer = answer or (None if message.text else replies.WITHOUT_WORDS[message.kind])
    return Inbound(
        conversation=conversation,
        channel=CHANNEL,
        scope=message.number,
        external_id=external_id(message.wamid),
        text=message.text,
        button=message.button,
        correlation=correlation,
        kind=message.kind,
        media=message.media,
        quoted=message.quoted,
        sent_at=sent_at,
        profile_name=message.sender.profile_name,
        fixed_answer=fixed_answer,
        noted=held or now - sent_at > STALE,
    )
