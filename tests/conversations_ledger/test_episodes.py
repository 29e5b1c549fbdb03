"""Episodes, sessions, effects: what is remembered, for how long, and what is done once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.conversations import effects, episodes, sessions
from bot.conversations.base import MAX_EVENTS
from bot.conversations.models import Effect, Episode, Escalation, Message
from bot.errors import LeaseLost
from bot.identity.identity import ANONYMOUS
from bot.protocol.turn import Effect as Ask
from tests.conversations_ledger.conftest import CUSTOMER, LIFE, NOON, Desk, rows, told

SORRY = effects.Promise("correo_no_enviado", "C-1009 · SIERRA-01", lambda channel, folio: f"Lo sentimos ({channel}). Tu folio: {folio}.")


MAIL = Ask("resend_connection_mail", {"desk": "C-1009", "server": "SIERRA-01"})


async def test_the_events_of_the_last_turn_are_handed_on_within_an_episode(desk) -> None:
    await desk.ask("uno", told("Va.", events=2))
    await desk.ask("dos", told("Va.", events=3))
    await desk.say("tres")
    assert [event["n"] for event in (await desk.claim()).events] == [0, 1, 2]


async def test_thirty_minutes_of_silence_end_it(ledger, desk) -> None:
    await desk.ask("uno")
    desk.now += timedelta(minutes=30)
    await desk.ask("dos")
    desk.now += timedelta(minutes=30, seconds=1)
    await desk.say("tres")
    assert (await desk.claim()).events == ()
    first, second = await rows(ledger, Episode, Episode.id)
    assert (first.outcome, first.events, second.ended_at) == ("silence", [], None)


async def test_an_outage_is_not_silence(ledger, desk) -> None:
    await desk.ask("uno")
    desk.now += timedelta(minutes=1)
    await desk.say("dos")
    desk.now += timedelta(hours=2)
    assert len((await desk.claim()).events) == 2


async def test_another_identity_ends_it(ledger, desk) -> None:
    from bot.conversations import inbox

    await desk.ask("uno")
    await inbox.accept(ledger, desk.inbound("dos"), desk.now, desk.terms(ANONYMOUS))
    assert (await desk.claim()).events == ()
    assert [e.outcome for e in await rows(ledger, Episode, Episode.id)] == ["identity", None]


async def test_log_out_ends_it_even_while_an_answer_is_made(ledger, desk) -> None:
    await desk.ask("uno")
    await desk.say("dos")
    turn = await desk.claim()
    await sessions.revoke(ledger, desk.conversation, desk.now)
    await desk.answer(turn)
    assert [(e.outcome, e.events) for e in await rows(ledger, Episode)] == [("logout", [])]


async def test_three_hundred_events_end_it(ledger, desk) -> None:
    await desk.ask("uno", told("Va.", events=MAX_EVENTS - 1))
    await desk.ask("dos", told("Va.", events=MAX_EVENTS))
    assert [(e.outcome, e.events) for e in await rows(ledger, Episode)] == [("length", [])]
    await desk.say("tres")
    assert (await desk.claim()).events == ()


async def test_closing_what_is_not_open_is_nothing(ledger, desk) -> None:
    await ledger.write(lambda connection: episodes.close_open(connection, desk.conversation, "logout", NOON))
    assert await rows(ledger, Episode) == []


async def test_sessions_end_and_are_revoked(ledger, desk) -> None:
    found = await sessions.find(ledger, desk.session.id, NOON)
    assert (found.conversation, found.identity, found.cursor) == (desk.conversation, CUSTOMER, 0)
    longer = await sessions.prolong(ledger, found, CUSTOMER, timedelta(hours=20), NOON)
    later = NOON + timedelta(hours=12)
    assert await sessions.find(ledger, desk.session.id, later) is None
    assert (await sessions.find(ledger, longer.id, later)).conversation == desk.conversation
    await sessions.revoke(ledger, desk.conversation, later)
    assert await sessions.find(ledger, longer.id, later) is None
    assert await sessions.find(ledger, "nobody", later) is None


async def test_an_effect_is_taken_by_one_and_done_once(desk, open_ledger) -> None:
    await desk.ask("reenvíalo", told("Va.", effects=(MAIL,)))
    taken = [one for one in await asyncio.gather(*(effects.claim(open_ledger(), NOON, LIFE) for _ in range(5))) if one]
    assert len(taken) == 1
    await effects.done(desk.ledger, taken[0], NOON)
    with pytest.raises(LeaseLost):
        await effects.done(desk.ledger, taken[0], NOON)
    assert await effects.claim(desk.ledger, NOON + timedelta(days=1), LIFE) is None


async def test_a_late_worker_does_not_end_the_effect_of_another(ledger, desk) -> None:
    await desk.ask("reenvíalo", told("Va.", effects=(MAIL,)))
    late = await effects.claim(ledger, NOON, LIFE)
    holder = await effects.claim(ledger, NOON + LIFE, LIFE)
    assert (holder.key, holder.attempts) == (late.key, 2)
    with pytest.raises(LeaseLost):
        await effects.fail(ledger, late, "x", SORRY, NOON)
    await effects.done(ledger, holder, NOON)
    assert [e.state for e in await rows(ledger, Effect)] == ["done"]


async def test_a_failed_effect_comes_back_at_its_time_or_never(ledger, desk) -> None:
    await desk.ask("reenvíalo", told("Va.", effects=(MAIL,)))
    await effects.postpone(ledger, await effects.claim(ledger, NOON, LIFE), "away", NOON + timedelta(minutes=5))
    assert await effects.claim(ledger, NOON + timedelta(minutes=4), LIFE) is None
    again = await effects.claim(ledger, NOON + timedelta(minutes=5), LIFE)
    assert await effects.fail(ledger, again, "gone", SORRY, NOON) == desk.conversation
    assert await effects.claim(ledger, NOON + timedelta(days=1), LIFE) is None
    assert [(e.state, e.error) for e in await rows(ledger, Effect)] == [("failed", "gone")]
    (case,) = await rows(ledger, Escalation)
    asked, *_, told_to_the_customer = await rows(ledger, Message, Message.seq)
    assert (told_to_the_customer.kind, told_to_the_customer.text, told_to_the_customer.in_reply_to) == (
        "notice",
        f"Lo sentimos (web). Tu folio: {case.code}.",
        1,
    )
    assert (case.reason, case.summary, case.state, case.inbound_id) == ("correo_no_enviado", "C-1009 · SIERRA-01", "open", asked.id)


async def test_what_nobody_was_promised_fails_without_a_word_or_a_case(ledger, desk) -> None:
    await desk.ask("reenvíalo", told("Va.", effects=(MAIL,)))
    assert await effects.fail(ledger, await effects.claim(ledger, NOON, LIFE), "gone", None, NOON) is None
    assert [e.state for e in await rows(ledger, Effect)] == ["failed"]
    assert await rows(ledger, Escalation) == []


async def test_the_effects_of_a_foreign_desk_fail_at_once(ledger, desk) -> None:
    visitor = Desk(ledger, await sessions.begin(ledger, ANONYMOUS, LIFE, NOON))
    await visitor.ask("reenvíalo", told("Va.", effects=(MAIL,)))
    assert [e.state for e in await rows(ledger, Effect)] == ["failed"]
