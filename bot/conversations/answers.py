"""The commit of a turn: answer, buttons, provenance, understanding, effects, events and "answered", all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, update

from bot.conversations import codes, disclosures, episodes, folios, outbox, queue
from bot.conversations.base import BUTTON_LIFE
from bot.conversations.clean import clean_json, clean_text
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.messages import ShownButton, ShownMessage, shown
from bot.conversations.queue import OpenTurn
from bot.conversations.tables import BUTTON, EFFECT, MESSAGE, NOW, READING, UNDERSTANDING
from bot.protocol.turn import Effect, Reply, TurnResult, Understood

MAX_BUTTONS = 10
RANKED = 3


@dataclass(frozen=True)
class OwnChoice:
    """A button: the words that it stands for, where these are not all of the turn's. What pressing one of the house does is `inbox.Terms.keep`'s to know. Good until `until`."""

    title: str
    intent: str
    entities: dict[str, Any]
    until: datetime
    text: str = ""


@dataclass(frozen=True)
class Offer:
    """What the house offers below an answer."""

    words: str
    choices: tuple[OwnChoice, ...]


Rows = list[dict[str, Any]]

_INSERT = {table: insert(table) for table in (BUTTON, READING, EFFECT, UNDERSTANDING)}
_ANSWERED = (
    update(MESSAGE)
    .where(MESSAGE.c.id.in_(bindparam("messages", expanding=True)))
    .values(state="answered", answered_by=bindparam("answer"), answered_at=NOW, last_error=None)
)


@dataclass(frozen=True)
class Committed:
    """The answer as the customer sees it, and whether more messages of the conversation wait."""

    answer: ShownMessage
    more: bool


AskedWords = Callable[[codes.Asked, str], str]
"""What is said to what became of asking for a code, which goes to the address that is masked so."""


async def commit(
    ledger: Ledger, turn: OpenTurn, result: TurnResult, now: datetime, offer: Offer | None = None, asked: AskedWords | None = None
) -> Committed:
    """Store everything of an answered turn in one transaction and end its lease: one answer to all its messages, and below it what is offered.

    Where it needs a one-time code, the answer ends with what became of that: `asked` has the words; without them none is asked for.
    Raises LeaseLost (another holder or an agent has the conversation: nothing is written), IntegrityError (a folio is taken: the turn must
    be run again with another salt), LedgerUnavailable.
    """
    return await ledger.write(lambda connection: _commit(connection, turn, result, now, offer, asked))


def _commit(
    connection: Connection, turn: OpenTurn, result: TurnResult, now: datetime, offer: Offer | None, asked: AskedWords | None
) -> Committed:
    seq = queue.take_seq(connection, turn.lease)
    wanted, told = _ask_code(connection, turn, result.effects, now, asked)
    answer = outbox.say(
        connection,
        turn.lease.conversation,
        "answer",
        "\n\n".join([*(reply.text.strip() for reply in result.replies), *told, *((offer.words,) if offer else ())]),
        channel=turn.channel,
        seq=seq,
        now=now,
        in_reply_to=turn.last.seq,
        episode_id=turn.episode,
        correlation=turn.correlation,
        actions=[clean_text(name) for reply in result.replies for name in reply.actions],
        responses=[clean_text(name) for reply in result.replies for name in reply.responses],
    )
    buttons = _buttons(answer["id"], turn, result.replies, now, offer)
    readings = _readings(answer["id"], result.replies)
    effects, escalations = _effects(turn, wanted, now)
    for table, rows in (
        (BUTTON, buttons),
        (READING, readings),
        (EFFECT, effects),
        (UNDERSTANDING, _understanding(turn, result.understood)),
    ):
        if rows:
            connection.execute(_INSERT[table], rows if len(rows) > 1 else rows[0])
    if readings:
        disclosures.told(connection, turn, answer, readings, now)
    folios.store(connection, turn.lease.conversation, escalations)
    episodes.remember(connection, turn.episode, [clean_json(event) for event in result.events], now)
    connection.execute(_ANSWERED, {"messages": [message.id for message in turn.messages], "answer": seq, "now": now})
    more = queue.finish(connection, turn.lease, now)
    return Committed(shown(answer, *(ShownButton(button["id"], button["title"]) for button in buttons)), more)


def _buttons(answer: str, turn: OpenTurn, replies: Sequence[Reply], now: datetime, offer: Offer | None) -> Rows:
    own = offer.choices if offer else ()
    offered = [
        OwnChoice(
            clean_text(choice.title), clean_text(choice.intent), clean_json(choice.entities), now + BUTTON_LIFE, clean_text(choice.text)
        )
        for reply in replies
        for choice in reply.buttons
    ]
    return [
        {
            "id": new_id(),
            "conversation_id": turn.lease.conversation,
            "reply_id": answer,
            "position": position,
            "title": choice.title,
            "intent": choice.intent,
            "entities": choice.entities,
            "origin_text": choice.text or turn.text,
            "expires_at": choice.until,
        }
        for position, choice in enumerate([*offered[: MAX_BUTTONS - len(own)], *own])
    ]


def _readings(answer: str, replies: Sequence[Reply]) -> Rows:
    return [
        {
            "reply_id": answer,
            "source": clean_text(value.source),
            "server": None if value.server is None else clean_text(value.server),
            "field": clean_text(value.field),
            "value": None if value.value is None else clean_text(value.value),
            "read_at": value.read_at,
        }
        for reply in replies
        for value in reply.readings
    ]


def _ask_code(
    connection: Connection, turn: OpenTurn, wanted: Sequence[Effect], now: datetime, asked: AskedWords | None
) -> tuple[Sequence[Effect], tuple[str, ...]]:
    """One code for all questions of the turn that need one: what is left to be done after the commit, and what is said of it."""
    needed = [effect.payload for effect in wanted if effect.kind == "send_code" and effect.payload.get("desk") == turn.identity.desk]
    others = [effect for effect in wanted if effect.kind != "send_code"]
    if not needed or asked is None or turn.identity.desk is None:
        return others, ()
    questions = [clean_json(each["question"]) for each in needed]
    question = questions[0] if len(questions) == 1 else {"text": "\n".join(each["text"] for each in questions)}
    became = codes.ask(connection, turn.lease.conversation, turn.identity.desk, turn.last.id, question, now)
    if became.kind == "sent":
        others.append(Effect("send_code", {"desk": turn.identity.desk, "conversation": turn.lease.conversation}))
    return others, (asked(became, str(needed[0]["to"])),)


def _effects(turn: OpenTurn, wanted: Sequence[Effect], now: datetime) -> tuple[Rows, Rows]:
    effects: Rows = []
    escalations: Rows = []
    for n, effect in enumerate(wanted):
        payload = clean_json(effect.payload)
        state, done_at, error = "pending", None, None
        if "desk" in payload and payload["desk"] != turn.identity.desk:  # what a turn may change is its own customer's
            state, error = "failed", "names another desk than the customer's"
        elif effect.kind == "escalate":  # a row of our own: it happens in this very transaction
            state, done_at = "done", now
            escalations.append(_escalation(turn, n, payload, now))
        own = {"inbound_id": turn.last.id, "n": n, "kind": effect.kind, "payload": payload, "next_attempt_at": now}
        effects.append({**own, "state": state, "done_at": done_at, "error": error, "attempts": 0, "lease_token": 0})
    return effects, escalations


def _escalation(turn: OpenTurn, n: int, payload: dict[str, object], now: datetime) -> dict[str, Any]:
    return {
        "conversation_id": turn.lease.conversation,
        "inbound_id": turn.last.id,
        "n": n,
        "code": str(payload.get("code", ""))[:16],
        "reason": str(payload.get("reason", ""))[:200],
        "summary": str(payload.get("summary", "")),
        "state": "open",
        "at": now,
    }


def _understanding(turn: OpenTurn, parts: Sequence[Understood]) -> Rows:
    return [
        {
            "message_id": turn.last.id,
            "n": n,
            "conversation_id": turn.lease.conversation,
            "text": clean_text(part.text),
            "decision": part.decision,
            "intent": None if part.intent is None else clean_text(part.intent),
            "via": clean_text(part.via),
            "ranking": clean_json(msgspec.to_builtins(part.ranking[:RANKED])),
            "confidence": part.ranking[0].confidence if part.ranking else None,
            "entities": clean_json(part.entities),
        }
        for n, part in enumerate(parts)
    ]
