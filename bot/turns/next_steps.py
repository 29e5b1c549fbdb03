"""The next step of who gets a folio: a call at an hour that they choose while the line is closed, an agent in this chat while one is there.

It stands below the answer that opened the case, as buttons of the house: the dialogue knows nothing of them. Pressing one writes down what
is due, and only then is it said.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from bot import texts
from bot.conversations import cases, dues, people, presence
from bot.conversations.answers import Offer, OwnChoice
from bot.conversations.base import BUTTON_LIFE
from bot.conversations.inbox import Keeper
from bot.conversations.queue import OpenTurn
from bot.conversations.tables import BUTTON
from bot.errors import AccountsUnavailable, DeskUnknown
from bot.identity.levels import DataClass, may_see
from bot.protocol.turn import TurnResult
from bot.resources import Resources
from bot.rules.calendar import BusinessCalendar
from bot.rules.contact import normal_phone
from bot.rules.slots import next_slots, title
from bot.rules.support import Open, line_state
from bot.settings import Settings

CALL_BACK: Final = "casa_llamada"
CHAT: Final = "casa_chat"
WISHED: Final = "cliente_pide"
WANTS_CALL: Final = "cliente_pide_llamada"
WANTS_CHAT: Final = "cliente_pide_chat"
"""Reasons of a case, as agents see them."""


async def offer(resources: Resources, turn: OpenTurn, result: TurnResult) -> Offer | None:
    """What to offer below an answer that hands something to people; nothing where it is due already, or cannot be kept.

    Once in a conversation, while those buttons stand: again only to who wishes for people.
    """
    reasons = [str(effect.payload.get("reason", "")) for effect in result.effects if effect.kind == "escalate"]
    if not reasons:
        return None
    wished = any(reason.startswith(WISHED) for reason in reasons)
    settings, now, conversation = resources.settings, resources.now(), turn.lease.conversation
    calendar = _calendar(settings)

    is_open = isinstance(line_state(calendar, settings.support_hours, now), Open)

    def work(connection: Connection) -> tuple[bool, bool, str | None]:
        there = bool(presence.on_line_within(connection, now))
        number = people.reach(connection, conversation).to if turn.channel == "whatsapp" else None
        stands = select(BUTTON.c.id).where(
            BUTTON.c.conversation_id == conversation, BUTTON.c.intent == (CHAT if is_open else CALL_BACK), BUTTON.c.expires_at > now
        )
        offered = not wished and connection.execute(stands.limit(1)).first() is not None
        return offered or dues.any_promised(connection, conversation), there, number

    needless, there, number = await resources.ledger.read(work)
    if needless:
        return None
    if is_open:
        return Offer(texts.CHAT_OFFER, (OwnChoice(texts.CHAT_BUTTON, CHAT, {}, now + BUTTON_LIFE),)) if there else None
    phone = normal_phone(number) if number else await _phone_of_desk(resources, turn)
    slots = next_slots(calendar, settings.support_hours, now) if phone else ()
    return _calls(calendar, slots, phone, now) if phone and slots else None


def keeper(settings: Settings) -> Keeper:
    """Keeps what the buttons of the house stand for, in the transaction that stores the press."""
    calendar = _calendar(settings)

    def keep(connection: Connection, conversation: str, button: Row[Any], now: datetime) -> str | None:
        if button.intent == CALL_BACK:
            at, phone = datetime.fromisoformat(button.entities["at"]), str(button.entities["phone"])
            code = cases.ensure(connection, conversation, WANTS_CALL, now)
            dues.promise(connection, conversation, "call_back", at, now, phone)
            return texts.call_promised(calendar, at, phone, code, now)
        if button.intent == CHAT:
            if not _attended(connection, calendar, settings, now):
                return texts.nobody_here(settings, now)
            code = cases.ensure(connection, conversation, WANTS_CHAT, now)
            dues.promise(connection, conversation, "chat", now, now)
            return texts.chat_promised(dues.place(connection, conversation), code)
        return None

    return keep


def _attended(connection: Connection, calendar: BusinessCalendar, settings: Settings, now: datetime) -> bool:
    return isinstance(line_state(calendar, settings.support_hours, now), Open) and bool(presence.on_line_within(connection, now))


def _calls(calendar: BusinessCalendar, slots: Sequence[datetime], phone: str, now: datetime) -> Offer:
    choices = [OwnChoice(title(calendar, at), CALL_BACK, {"at": at.isoformat(), "phone": phone}, at) for at in slots]
    return Offer(texts.call_offer(calendar, slots[0], phone, now), tuple(choices))


async def _phone_of_desk(resources: Resources, turn: OpenTurn) -> str | None:
    """The telephone of the customer's account, for who has proved that it is theirs."""
    who = turn.identity
    if who.desk is None or not may_see(who.level, DataClass.NAME, turn.channel):
        return None
    try:
        desk = await resources.accounts.read_desk(who.desk)
    except (AccountsUnavailable, DeskUnknown):
        return None
    return next((phone for each in desk.phones if (phone := normal_phone(each))), None)


def _calendar(settings: Settings) -> BusinessCalendar:
    return BusinessCalendar(settings.timezone, settings.extra_holidays)
