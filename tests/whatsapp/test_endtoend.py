"""Everything is real but Meta: what a customer writes on a telephone is answered there, by `python -m bot up` with its own dialogue."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.conversations.base import OPEN_STATES
from bot.conversations.models import Delivery, Feedback, Message
from bot.database import open_database
from bot.fake_whatsapp import inbound
from bot.fake_whatsapp.chats import Bubble
from bot.fake_whatsapp.people import Person, with_phone, without_phone
from harness.whatsapp import Stage, whole

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE_SECONDS = 90.0
OWED = (
    select(Message.seq).where(Message.state.in_(OPEN_STATES)).limit(1),
    select(Delivery.id).where(Delivery.state == "pending").limit(1),
)
"""Messages that have no answer yet, and answers that were not sent."""
PRIVACY = "usa tus datos"


class House:
    """What people do on their telephones, and what comes back."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.fake = stage, stage.fake

    def customer(self, desk: str) -> Person:
        return self.stage.customers[desk]

    def somebody(self, number: int) -> Person:
        return self.fake.people.add(with_phone(f"+5255{4_000_0000 + number}", "Alguien"))

    def answers(self, person: Person) -> list[Bubble]:
        return [bubble for bubble in self.fake.chat(person).bubbles.values() if not bubble.mine]

    async def ask(self, person: Person, *bodies: inbound.Body, quote: str = "") -> list[Bubble]:
        """Send these within a second; everything that comes back until nothing more is owed."""
        before = len(self.answers(person))
        for number, body in enumerate(bodies):
            await asyncio.sleep(0.3 if number else 0)
            self.fake.receives(person, body, quote=quote)
        return await self.wait(person, before)

    async def wait(self, person: Person, before: int) -> list[Bubble]:
        """What came since, once the ledger owes nobody anything."""
        await self.fake.hooks.settle(PATIENCE_SECONDS)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.answers(person)) == before or any([await self.rows(query) for query in OWED]):  # noqa: ASYNC110 - other processes end it
                await asyncio.sleep(0.1)
        return self.answers(person)[before:]

    async def say(self, person: Person, *texts: str) -> list[Bubble]:
        return await self.ask(person, *map(inbound.text, texts))

    async def code(self) -> str:
        """The one-time code of the first mail that has one."""
        outbox = Path(self.stage.ledger.removeprefix("sqlite:///")).parent / "outbox"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for mail in await asyncio.to_thread(lambda: [path.read_bytes() for path in outbox.glob("*.eml")]):
                    text = message_from_bytes(mail, policy=default).get_body(("plain",)).get_content()
                    if found := re.search(r"código es (\d{6})", text):
                        return found[1]
                await asyncio.sleep(0.1)

    async def rows(self, query) -> Sequence:
        async with open_database(self.stage.ledger) as database:
            return await database.read(lambda connection: connection.execute(query).all())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house() -> AsyncIterator[House]:
    async with whole() as stage:
        yield House(stage)


async def test_a_customer_is_known_by_the_number_and_told_of_privacy_once_in_the_answer_itself(house):
    ruiz = house.customer("C-1003")
    first = await house.say(ruiz, "¿se hizo mi respaldo anoche?")
    assert len(first) == 1
    assert "RUIZ-01" in first[0].text
    assert PRIVACY in first[0].text.splitlines()[-1]
    second = await house.say(ruiz, "¿cuáles son las formas de pago?")
    assert len(second) == 1
    assert PRIVACY not in second[0].text
    asked = [bubble for bubble in house.fake.chat(ruiz).bubbles.values() if bubble.mine]
    assert [bubble.ticks for bubble in asked] == ["read", "read"]
    typed = [body for body in house.fake.requests if body.get("typing_indicator")]
    assert {body["message_id"] for body in typed} >= {bubble.id for bubble in asked}


async def test_a_burst_is_one_turn_and_one_message(house):
    hidalgo = house.customer("C-1002")
    answers = await house.say(hidalgo, "hola", "oye", "¿se hizo mi respaldo anoche?")
    assert len(answers) == 1
    assert "HIDALGO-01" in answers[0].text


async def test_what_an_answer_cost_and_how_far_it_came_is_kept(house):
    mitla = house.customer("C-1010")
    [answer] = await house.say(mitla, "¿se hizo mi respaldo anoche?")
    house.fake.opens(mitla)
    await house.fake.hooks.settle()
    [row] = await house.rows(select(Delivery.state, Delivery.billable, Delivery.category).where(Delivery.external_id == answer.id))
    assert tuple(row) == ("read", True, "service")


async def test_a_number_that_nobody_has_gets_general_answers_only(house):
    [answer] = await house.say(house.somebody(1), "¿cuáles son las formas de pago?")
    assert "tarjeta" in answer.text
    [answer] = await house.say(house.somebody(2), "¿cuándo vence mi servidor?")
    assert "-01" not in answer.text


async def test_somebody_without_a_number_is_answered_by_the_id(house):
    sol = house.fake.people.add(without_phone("sol", "Sol"))
    [answer] = await house.say(sol, "¿cuántos servidores puedo contratar?")
    assert "5" in answer.text
    sent = next(message for message in house.fake.sent if message.id == answer.id)
    assert ("to" in sent.body, sent.body["recipient"]) == (False, sol.user_id)


async def test_a_caption_is_read_and_a_voice_note_is_answered_kindly(house):
    picture = house.fake.media.keep(b"\x89PNG", "image/png")
    mercado = house.customer("C-1008")
    answers = await house.ask(mercado, inbound.text("hola"), inbound.image(picture, "¿cuáles son las formas de pago?"))
    assert len(answers) == 1
    assert "tarjeta" in answers[0].text
    [answer] = await house.ask(mercado, inbound.voice(picture))
    assert "audio" in answer.text or "voz" in answer.text


async def test_a_server_is_chosen_from_a_list_and_typed_by_its_number(house):
    sierra = house.customer("C-1009")
    [answer] = await house.say(sierra, "¿cómo está mi servidor?")
    rows = [row for part in answer.more["list"]["sections"] for row in part["rows"]]
    assert [row["title"] for row in rows] == [f"SIERRA-0{n}" for n in range(1, 6)]
    [chosen] = await house.ask(sierra, inbound.list_reply(rows[1]["id"], rows[1]["title"]), quote=answer.id)
    assert "SIERRA-02" in chosen.text
    assert "SIERRA-01" not in chosen.text
    await house.say(sierra, "¿cómo está mi servidor?")
    [typed] = await house.say(sierra, "la segunda")
    assert "SIERRA-02" in typed.text
    assert "SIERRA-01" not in typed.text


async def test_a_thumb_on_an_answer_is_feedback_and_asks_nothing(house):
    central = house.customer("C-1006")
    [answer] = await house.say(central, "¿cuáles son las formas de pago?")
    house.fake.receives(central, inbound.reaction(answer.id, "👎"))
    await house.fake.hooks.settle()
    assert [row.value for row in await house.rows(select(Feedback.value))] == [-1]
    house.fake.receives(central, inbound.reaction(answer.id, ""))
    await house.fake.hooks.settle()
    assert [row.value for row in await house.rows(select(Feedback.value))] == [0]
    assert len(house.answers(central)) == 1


async def test_the_same_post_many_times_and_in_another_batch_changes_nothing(house):
    ocampo = house.customer("C-1004")
    update = house.fake.receives(ocampo, inbound.text("¿cuáles son las formas de pago?"), send=False)
    other = house.fake.receives(house.somebody(3), inbound.text("¿cuántos servidores puedo contratar?"), send=False)
    assert set(await asyncio.gather(*(house.fake.hooks.deliver([update]) for _ in range(5)))) == {200}
    assert len(await house.wait(ocampo, 0)) == 1
    assert await house.fake.hooks.deliver([other, update]) == 200
    assert len(await house.wait(house.somebody(3), 0)) == 1
    assert len(house.answers(ocampo)) == 1


async def test_a_code_from_the_mail_answers_the_question_that_waited(house):
    vision = house.customer("C-1011")
    [state] = await house.say(vision, "¿cómo está mi servidor y ya se acreditó mi pago?")
    assert "Te envié un código de 6 dígitos a co" in state.text
    assert "$" not in state.text
    code = await house.code()
    [answer] = await house.say(vision, code)
    assert "VISION-01" in answer.text
    assert "acredit" in answer.text
    texts = await house.rows(select(Message.text).where(Message.author == "customer"))
    assert [row.text for row in texts if code in row.text] == []
    assert "••••••" in [row.text for row in texts]
    [again] = await house.say(vision, "¿cuál fue el monto?")
    assert "$" in again.text
