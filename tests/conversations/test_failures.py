"""A part of the house fails: the message is kept, the customer is told in Spanish, and answered once when the part is back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from actions.environment import Environment, environment, install
from actions.escalation import TalkToAgent
from bot.accounts.port import Desk
from bot.timings import Timings
from tests.conversations.questions import ACCOUNT
from tests.conversations.runner import FOLIO, Talk, Talks, mails
from tests.support.hangs import GUARD_SECONDS

if TYPE_CHECKING:
    from tests.support.house import House

FAST = Timings(
    poll_seconds=0.05,
    delay_notice_after=timedelta(milliseconds=400),
    back_off_first=timedelta(milliseconds=100),
    back_off_most=timedelta(milliseconds=300),
    drain_seconds=2,
)
DELAYED = (
    "Recibimos tu mensaje. La respuesta está tardando más de lo normal; en cuanto esté lista te la damos aquí mismo. "
    "Si es urgente, llama al 55 8000 9480 (abierta hoy hasta las 18:00)."
)
ASKS = ACCOUNT["consultar_suscripcion"]


@pytest.fixture(scope="module", autouse=True)
def hasty_gateway(house: House) -> Iterator[None]:
    """The same gateway on the same port, which waits less before it tries again and tells the customer sooner."""
    from bot.gateway.app import create_app

    stop(house, "gateway")
    house.run(house.serve("gateway", create_app(house.settings, timings=FAST), house.gateway_port))
    yield
    stop(house, "gateway")
    house.run(house.serve("gateway", create_app(house.settings), house.gateway_port))


def stop(house: House, name: str) -> None:
    house.run(house._runners[name].cleanup())


def start_actions(house: House) -> None:
    from actions.server import create_app

    house.run(house.serve("actions", create_app(), house.actions_port))


def start_dialogue(house: House) -> None:
    from bot.dialogue.action_client import ActionEndpoint
    from bot.dialogue.engine import Engine
    from bot.dialogue.server import create_app

    house.engine = Engine(house.engine.model, ActionEndpoint(house.settings.actions_url, house.settings.internal_secret))
    house.run(house.serve("dialogue", create_app(house.engine, house.settings.internal_secret), house.dialogue_port))


class Failing:
    """Live state whose reading of one desk has a bug, the first `times` times."""

    def __init__(self, accounts: Any, desk: str, times: int) -> None:
        self._accounts, self._desk, self.left = accounts, desk, times

    async def read_desk(self, desk_id: str) -> Desk:
        if desk_id == self._desk and self.left:
            self.left -= 1
            raise RuntimeError("a bug with somebody's data in its words")
        return await self._accounts.read_desk(desk_id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._accounts, name)


@pytest.fixture
def failing() -> Iterator[Any]:
    """`failing("C-1003", 5)`: its next five reads raise a RuntimeError."""
    before = environment()

    def fail(desk: str, times: int) -> Failing:
        accounts = Failing(before.accounts, desk, times)
        install(Environment(before.settings, accounts, before.calendar))
        return accounts

    yield fail
    install(before)


def sends(talk: Talk, text: str) -> int:
    status, accepted = talk.house.run(talk.customer.visitor.send(text))
    assert status == 202
    return int(accepted["seq"])


def told(talk: Talk) -> list[str]:
    """Notices besides the one on privacy."""
    return [message["text"] for message in talk.customer.messages() if message["kind"] == "notice" and "privacidad" not in message["text"]]


def waits_for_notice(talk: Talk) -> None:
    deadline = time.monotonic() + GUARD_SECONDS
    while not told(talk):
        assert time.monotonic() < deadline, "told nothing"
        time.sleep(0.05)
    assert told(talk) == [DELAYED]
    assert [message for message in talk.customer.messages() if message["kind"] == "answer"] == []


def is_answered_once(talk: Talk, seq: int) -> str:
    text = str(talk.house.run(talk.customer.visitor.answer_to(seq))["text"])
    time.sleep(0.3)  # a second answer would come now
    answers = [message["in_reply_to"] for message in talk.customer.messages() if message["kind"] == "answer"]
    assert answers == [seq]
    assert len(told(talk)) <= 1
    return text


@pytest.mark.parametrize(("name", "start"), [("actions", start_actions), ("dialogue", start_dialogue)])
def test_a_process_away_and_back(house: House, talks: Talks, name, start):
    talk = talks.of("C-1003")
    stop(house, name)
    try:
        seq = sends(talk, ASKS)
        waits_for_notice(talk)
    finally:
        start(house)
    assert is_answered_once(talk, seq).startswith("RUIZ-01 está en gracia y se puede usar hasta mañana, miércoles 25 de noviembre")
    assert "RUIZ-01" in talk.says(ACCOUNT["consultar_respaldo"]).text  # and the conversation goes on


def test_what_was_remembered_before_a_failure_is_known_after_it(house: House, talks: Talks):
    talk = talks.of("C-1009")
    talk.says("¿cuándo vence SIERRA-02?")
    stop(house, "actions")
    try:
        seq = sends(talk, ACCOUNT["consultar_respaldo"])
    finally:
        start_actions(house)
    text = talk.house.run(talk.customer.visitor.answer_to(seq))["text"]
    assert text.startswith("El último respaldo de SIERRA-02 terminó bien")


def test_several_messages_that_waited_are_answered_in_their_order(house: House, talks: Talks):
    talk = talks.of("C-1001")
    stop(house, "dialogue")
    try:
        waiting = [sends(talk, ACCOUNT[intent]) for intent in ("consultar_suscripcion", "consultar_respaldo", "consultar_factura")]
        waits_for_notice(talk)
    finally:
        start_dialogue(house)
    talk.house.run(talk.customer.visitor.answer_to(waiting[-1]))
    answers = [message for message in talk.customer.messages() if message["kind"] == "answer"]
    assert [message["in_reply_to"] for message in answers] == [waiting[0], waiting[-1]]  # what came behind the one that failed is one burst
    assert "vigente" in answers[0]["text"]
    assert answers[1]["text"].index("respaldo") < answers[1]["text"].index("factura")


def test_a_bug_for_one_customer_is_felt_by_nobody_else(talks: Talks, failing):
    talk, other = talks.of("C-1003"), talks.of("C-1001")
    bug = failing("C-1003", 10**6)
    seq = sends(talk, ASKS)
    waits_for_notice(talk)
    assert "ESPERANZA-01 está activo y vigente" in other.says(ASKS).text
    assert told(other) == []
    bug.left = 0
    text = is_answered_once(talk, seq)
    assert text.startswith("RUIZ-01 está en gracia y se puede usar hasta mañana, miércoles 25 de noviembre")
    assert "bug" not in " ".join(message["text"] for message in talk.customer.messages())


def test_a_turn_that_failed_in_its_second_half_leaves_nothing_of_the_first(talks: Talks, monkeypatch: pytest.MonkeyPatch):
    """Two questions, each with a reason for a case: the second fails once, so the first is opened again, and only then kept."""
    talk = talks.of("C-1008")
    answer, turns = TalkToAgent.answer, []

    async def fails_once(self: TalkToAgent, turn: Any, reply: Any) -> None:
        turns.append(turn.claims.turn)
        if len(turns) == 1:
            raise RuntimeError("a bug with somebody's data in its words")
        await answer(self, turn, reply)

    monkeypatch.setattr(TalkToAgent, "answer", fails_once)
    seq = sends(talk, "¿ya se acreditó mi pago? y quiero hablar con un asesor")
    text = is_answered_once(talk, seq)
    assert turns == [turns[0]] * 2
    cases = talk.rows("SELECT * FROM escalation WHERE conversation_id = ?")
    assert [case["reason"] for case in cases] == ["cargo_vencido, cliente_pide_asesor"]
    assert set(FOLIO.findall(text)) == {case["code"] for case in cases}


def test_a_resend_that_was_tried_again_sends_one_mail(house: House, talks: Talks, failing):
    to = "contacto@transportesaguila.example"
    before = len(mails(house, to))
    talk = talks.of("C-1012")
    failing("C-1012", 3)
    seq = sends(talk, ACCOUNT["reenviar_datos_conexion"])
    assert is_answered_once(talk, seq).startswith("Claro. Estoy reenviando los datos de conexión de AGUILA-01")
    assert talk.applied() == ["done"]
    assert len(mails(house, to)) - before == 1
