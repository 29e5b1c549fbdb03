"""The commit of a turn: answer, buttons, provenance, understanding, effects, events and "answered", all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import episodes, turns
from bot.conversations.base import BUTTON_LIFE
from bot.conversations.clean import clean_json, clean_text
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.models import Button, Delivery, Effect, Escalation, Message, Reading, Understanding
from bot.conversations.results import Reply, TurnResult, Understood, Wanted
from bot.conversations.turns import OpenTurn

MAX_BUTTONS = 10


async def commit(ledger: Ledger, turn: OpenTurn, result: TurnResult, now: datetime) -> int:
    """Store everything of an answered turn in one transaction and end its lease; the answer's seq.

    Raises LeaseLost (another holder or an agent has the conversation: nothing is written), LedgerUnavailable.
    """
    async with ledger.write() as session:
        seq = await turns.take_seq(session, turn.lease)
        inbound = await session.get_one(Message, turn.message)
        answer = _answer(turn, seq, result.replies, now)
        session.add(answer)
        await session.flush()
        session.add_all(_buttons(answer, turn, result.replies, now))
        session.add_all(_readings(answer, result.replies))
        session.add(Delivery(message_id=answer.id, part=0, state="pending", attempts=0))
        session.add_all(_effects(turn, result.effects, now))
        await _understanding(session, inbound, result.understood)
        await episodes.append(session, turn.episode, [clean_json(event) for event in result.events], now)
        inbound.state, inbound.answered_at, inbound.last_error = "answered", now, None
        await session.flush()
        await turns.finish(session, turn.lease, now)
    return seq


def _answer(turn: OpenTurn, seq: int, replies: Sequence[Reply], now: datetime) -> Message:
    return Message(
        id=new_id(),
        conversation_id=turn.lease.conversation,
        episode_id=turn.episode,
        seq=seq,
        author="bot",
        kind="answer",
        in_reply_to=turn.seq,
        text="\n\n".join(clean_text(reply.text) for reply in replies),
        at=now,
        correlation=turn.correlation,
        attempts=0,
        actions=[name for reply in replies for name in reply.actions],
        responses=[name for reply in replies for name in reply.responses],
    )


def _buttons(answer: Message, turn: OpenTurn, replies: Sequence[Reply], now: datetime) -> list[Button]:
    offered = [choice for reply in replies for choice in reply.buttons][:MAX_BUTTONS]
    return [
        Button(
            id=new_id(),
            conversation_id=answer.conversation_id,
            reply_id=answer.id,
            position=position,
            title=clean_text(choice.title),
            intent=choice.intent,
            entities=clean_json(choice.entities),
            origin_text=turn.text,
            expires_at=now + BUTTON_LIFE,
        )
        for position, choice in enumerate(offered)
    ]


def _readings(answer: Message, replies: Sequence[Reply]) -> list[Reading]:
    return [
        Reading(
            reply_id=answer.id,
            source=value.source,
            server=value.server,
            field=value.field,
            value=None if value.value is None else clean_text(value.value),
            read_at=value.read_at,
        )
        for reply in replies
        for value in reply.readings
    ]


def _effects(turn: OpenTurn, wanted: Sequence[Wanted], now: datetime) -> list[Effect | Escalation]:
    rows: list[Effect | Escalation] = []
    for n, effect in enumerate(wanted):
        payload = clean_json(effect.payload)
        foreign = "desk" in payload and payload["desk"] != turn.desk  # what a turn may change is its own customer's
        row = Effect(
            inbound_id=turn.message, n=n, kind=effect.kind, payload=payload, state="pending", attempts=0, lease_token=0, next_attempt_at=now
        )
        if foreign:
            row.state, row.error = "failed", "names another desk than the customer's"
        elif effect.kind == "escalate":  # a row of our own: it happens in this very transaction
            row.state, row.done_at = "done", now
            rows.append(_escalation(turn, n, payload, now))
        rows.append(row)
    return rows


def _escalation(turn: OpenTurn, n: int, payload: dict[str, object], now: datetime) -> Escalation:
    return Escalation(
        conversation_id=turn.lease.conversation,
        inbound_id=turn.message,
        n=n,
        code=str(payload.get("code", ""))[:16],
        reason=str(payload.get("reason", ""))[:200],
        summary=str(payload.get("summary", "")),
        state="open",
        at=now,
    )


async def _understanding(session: AsyncSession, inbound: Message, parts: Sequence[Understood]) -> None:
    if not parts:
        return
    rows = [
        {
            "message_id": inbound.id,
            "n": n,
            "text": clean_text(part.text),
            "decision": part.decision,
            "intent": part.intent,
            "via": part.via,
            "ranking": clean_json(part.ranking),
            "entities": clean_json(part.entities),
        }
        for n, part in enumerate(parts)
    ]
    await session.execute(insert(Understanding), rows)
