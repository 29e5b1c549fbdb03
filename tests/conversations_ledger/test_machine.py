"""Any order of deliveries, copies, crashes, waits, typing, late commits, postponements and take-overs: one answer covers each message, in order.

A message that an agent had is not answered by the assistant, then or ever; every other one is.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.conversations import answers, gathering, history, inbox, queue, sessions, take_over
from bot.conversations.ledger import Ledger
from bot.conversations.models import Message
from bot.conversations.queue import OpenTurn
from bot.database import open_database
from bot.errors import Conflict, LeaseLost
from bot.identity.identity import ANONYMOUS
from bot.migrations import upgrade
from tests.conversations_ledger.conftest import LIFE, NOON, Desk, rows, told

TWO = st.integers(0, 1)
SECOND = timedelta(seconds=1)
AGENTS = st.sampled_from(["ana", "beto"])


class LedgerMachine(RuleBasedStateMachine):
    """Two conversations; `turns` are all leases ever taken, dead ones too: a late holder may try at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        url = f"sqlite:///{Path(self.folder.name)}/ledger.db"
        upgrade(url, "ledger")
        self.ledger = Ledger(open_database(url))
        self.now = NOON
        self.sent: tuple[list[str], list[str]] = ([], [])
        self.turns: list[OpenTurn] = []
        self.desks = [Desk(self.ledger, self.run(sessions.begin(self.ledger, ANONYMOUS, timedelta(days=9), NOON))) for _ in range(2)]

    def run(self, work):
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.settle()
        self.run(self.ledger.close())
        self.loop.close()
        self.folder.cleanup()

    @rule(which=TWO, at_once=st.booleans())
    def deliver(self, which: int, at_once: bool) -> None:
        text = f"n={len(self.sent[which])}"
        terms = self.desks[which].terms(lease_life=LIFE if at_once else None)
        accepted = self.run(inbox.accept(self.ledger, self.desks[which].inbound(text, external_id=text), self.now, terms))
        assert not accepted.repeated
        if accepted.turn is not None:
            self.turns.append(accepted.turn)
        self.sent[which].append(text)

    @rule(which=TWO, data=st.data())
    def deliver_again(self, which: int, data) -> None:
        if self.sent[which]:
            text = data.draw(st.sampled_from(self.sent[which]))
            assert self.run(
                inbox.accept(self.ledger, self.desks[which].inbound(text, external_id=text), self.now, self.desks[which].terms())
            ).repeated

    @rule(which=TWO)
    def deliver_another_text_under_an_old_id(self, which: int) -> None:
        if self.sent[which]:
            try:
                desk = self.desks[which]
                self.run(inbox.accept(self.ledger, desk.inbound("otro", external_id=self.sent[which][0]), self.now, desk.terms()))
            except Conflict:
                return
            raise AssertionError("stored")

    @rule()
    def claim(self) -> None:
        turn = self.run(queue.claim(self.ledger, self.now, LIFE))
        if turn is not None:
            self.turns.append(turn)

    @rule(data=st.data(), how=st.sampled_from(["commit", "wait", "postpone", "renew"]))
    def a_holder_goes_on_perhaps_late(self, data, how: str) -> None:
        if not self.turns:
            return
        turn = data.draw(st.sampled_from(self.turns))
        work = {
            "commit": lambda: answers.commit(self.ledger, turn, told(f"re {turn.text}"), self.now),
            "wait": lambda: gathering.wait_for_more(self.ledger, turn, self.now, 2 * SECOND, 8 * SECOND),
            "postpone": lambda: queue.postpone(self.ledger, turn, self.now + timedelta(seconds=5), "x"),
            "renew": lambda: queue.renew(self.ledger, turn.lease, self.now, LIFE),
        }[how]
        try:
            self.run(work())
        except LeaseLost:
            return

    @rule(which=TWO)
    def type(self, which: int) -> None:
        self.run(gathering.note_typing(self.ledger, lambda _: self.desks[which].conversation, self.now, 4 * SECOND, 8 * SECOND))

    @rule(which=TWO, agent=AGENTS, seconds=st.sampled_from([20, 600]))
    def take_over(self, which: int, agent: str, seconds: int) -> None:
        conversation, life = self.desks[which].conversation, timedelta(seconds=seconds)
        with contextlib.suppress(Conflict):
            self.run(take_over.take_over(self.ledger, conversation, agent, self.now, life))

    @rule(which=TWO, agent=AGENTS)
    def hand_back(self, which: int, agent: str) -> None:
        with contextlib.suppress(Conflict):
            self.run(take_over.hand_back(self.ledger, self.desks[which].conversation, agent))

    @rule()
    def expire(self) -> None:
        self.run(take_over.expire(self.ledger, self.now))

    @rule(seconds=st.integers(-40, 60))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def histories_hold(self) -> None:
        for which in (0, 1):
            self.check(which)

    def check(self, which: int) -> None:
        shown = self.run(history.messages_after(self.ledger, self.desks[which].conversation, 0))
        assert [m.seq for m in shown] == list(range(1, len(shown) + 1))
        said = {m.seq: m.text for m in shown if m.author == "customer"}
        assert list(said.values()) == self.sent[which]
        states = self.states(which)
        answer_of = {seq: covered for seq, (_, covered) in states.items() if covered is not None}
        assert set(answer_of) == {seq for seq, (state, _) in states.items() if state == "answered"}
        assert list(answer_of.values()) == sorted(answer_of.values())
        given = {m.seq: (m.in_reply_to, m.text) for m in shown if m.kind == "answer"}
        bursts = {answer: [seq for seq, by in answer_of.items() if by == answer] for answer in answer_of.values()}
        assert given == {answer: (seqs[-1], "re " + "\n".join(said[seq] for seq in seqs)) for answer, seqs in bursts.items()}

    def states(self, which: int) -> dict[int, tuple[str, int | None]]:
        """Of what the customer said, by seq: its state and the seq of the answer that covers it."""
        conversation = self.desks[which].conversation
        stored = self.run(rows(self.ledger, Message, Message.seq))
        return {m.seq: (m.state, m.answered_by) for m in stored if m.conversation_id == conversation and m.author == "customer"}

    def settle(self) -> None:
        """Whatever happened, everything that no agent had is answered in the end."""
        self.now = max(self.now, NOON) + timedelta(days=1)
        self.run(take_over.expire(self.ledger, self.now))
        while (turn := self.run(queue.claim(self.ledger, self.now, LIFE))) is not None:
            self.run(answers.commit(self.ledger, turn, told(f"re {turn.text}"), self.now))
        for which in (0, 1):
            self.check(which)
            assert {state for state, _ in self.states(which).values()} <= {"answered", "with_agent"}


LedgerMachine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
TestLedgerMachine = LedgerMachine.TestCase
