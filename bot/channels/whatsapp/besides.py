"""What updates that are no message of a customer do in the ledger: reactions, edits, changes of number, what colleagues write."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, exists, insert, or_, select, update

from bot.channels.whatsapp.events import Echo, Edit, Message, Moved, Preference, Reaction, Revoke
from bot.channels.whatsapp.keys import CHANNEL, addresses, external_id
from bot.conversations import amend, batches, buttons, codes, feedback, people, take_over
from bot.conversations.inbox import Accepted, Inbound, Terms
from bot.conversations.ledger import new_id
from bot.conversations.tables import CONVERSATION, DELIVERY, MESSAGE
from bot.errors import Conflict
from bot.rules.choices import match_choice

AGENT: Final = "teléfono de WhatsApp"
"""Whoever of the company answers from its telephone, as the console shows who has a conversation."""
SILENCE: Final = timedelta(hours=4)
"""So long the assistant is silent after a colleague wrote from the telephone, where nobody hands the conversation back."""
YES: Final = "Sí"
MOVED: Final = "(WhatsApp: cambió de número o de cuenta)"
REVOKED: Final = "(WhatsApp: eliminó este mensaje antes de que llegara)"
PREFERENCES: Final = {
    True: "(Ajustes de WhatsApp: quiere volver a recibir mensajes del negocio)",
    False: "(Ajustes de WhatsApp: ya no quiere recibir mensajes del negocio)",
}
_THUMBS: Final[dict[str, feedback.Value]] = {"👍": 1, "👎": -1}
_VARIANTS: Final = dict.fromkeys([0xFE0F, *range(0x1F3FB, 0x1F400)])
"""Skin tones and the mark of an emoji as a picture."""

Beside = Echo | Reaction | Edit | Revoke | Moved | Preference


@dataclass(frozen=True)
class Outcome:
    """`conversation` has something new to show; `accepted` is what became a message of its customer."""

    conversation: str | None = None
    accepted: Accepted | None = None


def handle(connection: Connection, update: Beside, now: datetime, terms: Terms) -> Outcome:
    """Do what an update asks for, as part of a transaction. Twice is as good as once."""
    return _HANDLERS[type(update)](connection, update, now, terms)


def note_wish(connection: Connection, conversation: str, said_at: datetime, *, wants: bool) -> None:
    """The customer wants, or wants not, what we begin ourselves, unless they said the contrary later: news may come in any order."""
    newest = or_(CONVERSATION.c.wished_at.is_(None), CONVERSATION.c.wished_at <= said_at)
    noted = update(CONVERSATION).where(CONVERSATION.c.id == conversation, newest)
    connection.execute(noted.values(opted_out_at=None if wants else said_at, wished_at=said_at))


def _echo(connection: Connection, said: Echo, now: datetime, terms: Terms) -> Outcome:
    """A message of an agent's, which is there already, so nothing has to be carried; who wrote it has the conversation."""
    conversation = people.find_or_make(connection, CHANNEL, addresses(said.sender), now)
    place = connection.execute(select(CONVERSATION.c.last_seq).where(CONVERSATION.c.id == conversation).with_for_update()).one()
    wamid = external_id(said.wamid)
    if _is_stored(connection, said) or connection.scalar(select(exists().where(DELIVERY.c.external_id == wamid))):
        return Outcome()
    row = {
        "id": new_id(),
        "conversation_id": conversation,
        "seq": place.last_seq + 1,
        "author": "agent",
        "kind": said.kind,
        "text": terms.mask(said.text).text,
    }
    row |= {"at": now, "channel": CHANNEL, "scope": said.number, "external_id": wamid, "attempts": 0}
    row |= {"media": said.media, "quoted": said.quoted, "sent_at": said.sent_at or now}
    connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == conversation).values(last_seq=row["seq"], last_at=now))
    connection.execute(insert(MESSAGE), row)
    until = min(said.sent_at or now, now) + SILENCE
    if said.silences and until > now:
        with contextlib.suppress(Conflict):  # another agent has it: the assistant is silent already
            take_over.take_over_within(connection, conversation, AGENT, now, until)
    return Outcome(conversation)


def _reaction(connection: Connection, reaction: Reaction, now: datetime, terms: Terms) -> Outcome:
    """On an answer of ours: a thumb is feedback, or takes what the answer offers. On anything else it is nothing."""
    conversation = people.find(connection, CHANNEL, addresses(reaction.sender))
    reacted = select(MESSAGE.c.id).join_from(DELIVERY, MESSAGE, MESSAGE.c.id == DELIVERY.c.message_id)
    ours = reacted.where(DELIVERY.c.external_id == external_id(reaction.message), MESSAGE.c.conversation_id == conversation)
    answer = None if conversation is None else connection.scalar(ours)
    if conversation is None or answer is None:
        return Outcome()
    emoji = (reaction.emoji or "").translate(_VARIANTS)
    if emoji == "👍" and (_is_stored(connection, reaction) or _offers(connection, conversation, answer, now)):
        return _say_yes(connection, conversation, reaction, now, terms)
    feedback.note_within(connection, answer, _THUMBS.get(emoji, 0), "reaction", min(reaction.sent_at or now, now))
    return Outcome()


def _is_stored(connection: Connection, update: Beside) -> bool:
    """Whether this very update became a message before."""
    own = MESSAGE.c.channel == CHANNEL, MESSAGE.c.scope == update.number, MESSAGE.c.external_id == external_id(update.wamid)
    return bool(connection.scalar(select(exists().where(*own))))


def _offers(connection: Connection, conversation: str, answer: str, now: datetime) -> bool:
    """Whether this is the last answer, and a typed "sí" would take what it offers: its only button, or one that says so."""
    offered = [row for row in buttons.offered_in(connection, [conversation], now).get(conversation, []) if row.reply_id == answer]
    chosen = 0 if len(offered) == 1 else match_choice(YES, [row.title for row in offered])
    return chosen is not None and bool(offered) and offered[chosen].used_at is None and offered[chosen].expires_at > now


def before_its_original(connection: Connection, news: Edit | Revoke, now: datetime) -> Message | None:
    """The message that is rewritten or taken back as it stands by now, where it has not come yet; what becomes of it is kept by `note_overtaken`."""
    if amend.is_stored(connection, _original(news)):
        return None
    amend.hold(connection, people.find_or_make(connection, CHANNEL, addresses(news.sender), now))
    if amend.is_stored(connection, _original(news)):  # it came while we waited
        return None
    own = Message(news.number, news.original, news.sender, news.sent_at, "text", REVOKED, awaits_answer=False)
    return replace(own, kind=news.kind, text=news.text, media=news.media, awaits_answer=True) if isinstance(news, Edit) else own


def note_overtaken(connection: Connection, news: Edit | Revoke, accepted: Accepted, now: datetime) -> None:
    """It is stored: from now on its original is a repetition, and older news of it are old."""
    at = min(news.sent_at or now, now)
    moment = {"edited_at": at} if isinstance(news, Edit) else {"revoked_at": at}
    amend.note_overtaken(connection, accepted.conversation, _original(news), **moment)


def _original(news: Edit | Revoke) -> amend.Key:
    return CHANNEL, news.number, external_id(news.original)


def _edit(connection: Connection, edit: Edit, now: datetime, terms: Terms) -> Outcome:
    conversation, key = people.find(connection, CHANNEL, addresses(edit.sender)), _original(edit)
    if conversation is None:
        return Outcome()
    text = (
        edit.text if terms.codes is None else codes.Listener(connection, [conversation], terms.codes, now).masked(conversation, edit.text)
    )
    text = terms.mask(text).text
    return Outcome(conversation) if amend.edit(connection, conversation, key, text, min(edit.sent_at or now, now)) else Outcome()


def _revoke(connection: Connection, revoke: Revoke, now: datetime, _terms: Terms) -> Outcome:
    conversation = people.find(connection, CHANNEL, addresses(revoke.sender))
    if conversation is None or not amend.revoke(connection, conversation, _original(revoke), min(revoke.sent_at or now, now)):
        return Outcome()
    return Outcome(conversation)


def _moved(connection: Connection, moved: Moved, now: datetime, terms: Terms) -> Outcome:
    """Kept as a message that is owed no answer, so that the same news again moves nobody who has the old number by then."""
    if _is_stored(connection, moved):
        return Outcome()
    conversation = people.move(connection, CHANNEL, addresses(moved.sender), addresses(moved.to), now)
    if conversation is None:
        return Outcome()
    return _note(connection, Inbound(conversation, CHANNEL, moved.number, external_id(moved.wamid), MOVED, noted=True), now, terms)


def _preference(connection: Connection, preference: Preference, now: datetime, terms: Terms) -> Outcome:
    """Kept as a message that is owed no answer: whoever reads the conversation sees it, and the same one again changes nothing."""
    conversation = people.find_or_make(connection, CHANNEL, addresses(preference.sender), now)
    named = f"{conversation} {preference.wants} {preference.sent_at}"
    key = f"preference:{hashlib.sha256(named.encode()).hexdigest()}"
    said_at = min(preference.sent_at or now, now)
    inbound = Inbound(conversation, CHANNEL, preference.number, key, PREFERENCES[preference.wants], sent_at=said_at, noted=True)
    noted = _note(connection, inbound, now, terms)
    if noted.conversation is not None:
        note_wish(connection, conversation, said_at, wants=preference.wants)
    return noted


def _note(connection: Connection, inbound: Inbound, now: datetime, terms: Terms) -> Outcome:
    (result,) = batches.store(connection, [inbound], now, terms)
    return Outcome(inbound.conversation) if isinstance(result, Accepted) and not result.repeated else Outcome()


def _say_yes(connection: Connection, conversation: str, reaction: Reaction, now: datetime, terms: Terms) -> Outcome:
    yes = Inbound(
        conversation,
        CHANNEL,
        reaction.number,
        external_id(reaction.wamid),
        text=YES,
        quoted=external_id(reaction.message),
        sent_at=min(reaction.sent_at or now, now),
    )
    (result,) = batches.store(connection, [yes], now, terms)
    return Outcome(accepted=result) if isinstance(result, Accepted) else Outcome()


_HANDLERS: Final[dict[type, Callable[[Connection, Any, datetime, Terms], Outcome]]] = {
    Echo: _echo,
    Reaction: _reaction,
    Edit: _edit,
    Revoke: _revoke,
    Moved: _moved,
    Preference: _preference,
}
