"""One-time codes: what they prove, to whom and for how long; and that the code itself is kept nowhere."""

from __future__ import annotations

import asyncio
import logging
import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import prometheus_client
import pytest
import structlog

from bot.conversations import models, sessions
from bot.identity.identity import Level
from bot.identity.turn import read_turn
from harness.dialogue import reply, result
from tests.channels.whatsapp import payloads as made
from tests.channels.whatsapp.meta import Meta
from tests.channels.whatsapp.payloads import USER_ID, item, text
from tests.gateway.client import GUARD_SECONDS

pytestmark = pytest.mark.usefixtures("seeded")

QUESTION = "¿ya pagué?"
TO = "co*****o@…"
NEEDED = "De pagos hablo solo con quien confirma."


def needs_code(question: Any = None, desk: str = "C-1001") -> dict[str, Any]:
    """What the actions answer to whoever has not proved enough."""
    return result(
        reply(NEEDED), effects=[{"kind": "send_code", "payload": {"desk": desk, "to": TO, "question": question or {"text": QUESTION}}}]
    )


class Mailbox:
    """The mails of the demo's folder, the newest last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def mails(self) -> list[Any]:
        paths = sorted(self._folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [message_from_bytes(path.read_bytes(), policy=default) for path in paths]

    @property
    def code(self) -> str:
        """The one of the newest mail."""
        found = re.search(r"\b(\d{6})\b", self.mails()[-1].get_content())
        assert found
        return found[1]

    async def wait_for(self, number: int) -> str:
        async with asyncio.timeout(GUARD_SECONDS):
            while len(self.mails()) < number:  # noqa: ASYNC110
                await asyncio.sleep(0.02)  # nobody tells
        return self.code


class Customer:
    """Who writes from a number of C-1001."""

    def __init__(self, meta: Meta, mailbox: Mailbox) -> None:
        self.meta, self.mailbox = meta, mailbox

    async def says(self, *words: str, **more: Any) -> list[str]:
        """What is answered to these messages, sent one after the other."""
        before = len(await self.meta.messages())
        for each in words:
            await self.meta.say(text(each, at=self.meta.clock(), **more))
            await self.meta.settled()
        return [message.text for message in (await self.meta.messages())[before:] if message.kind == "answer"]

    async def asks_for_code(self, question: Any = None) -> str:
        """Asks what needs a code, gets it; from then on the question has an answer."""
        self.meta.dialogue.script[QUESTION] = needs_code(question)
        sent = len(self.mailbox.mails())
        await self.says(QUESTION)
        code = await self.mailbox.wait_for(sent + 1)
        self.meta.dialogue.script[QUESTION] = result(reply("Sí, ya pagaste."))
        return code

    async def asks_in_vain(self) -> list[str]:
        """Asks what needs a code."""
        self.meta.dialogue.script[QUESTION] = needs_code()
        return await self.says(QUESTION)

    def levels(self) -> list[Level]:
        """At which level each turn was, by its own token."""
        secret = self.meta.resources.settings.internal_secret
        return [read_turn(secret, turn["token"], self.meta.clock()).identity.level for turn in self.meta.dialogue.turns[-1:]]


@pytest.fixture
def ana(meta: Meta, tmp_path: Path) -> Customer:
    return Customer(meta, Mailbox(tmp_path / "outbox"))


def other(code: str) -> str:
    """A wrong one."""
    return f"{(int(code) + 1) % 10**6:06d}"


async def test_the_code_resumes_the_question_once(ana: Customer) -> None:
    code = await ana.asks_for_code()
    assert (await ana.meta.said())[-1][1] == (
        f"{NEEDED}\n\nTe envié un código de 6 dígitos a {TO}: escríbelo aquí y sigo con lo que preguntaste. Vence en 10 minutos."
    )
    assert await ana.says(code) == ["Sí, ya pagaste."]
    assert ana.meta.dialogue.turns[-1]["messages"] == [{"text": QUESTION, "button": None}]
    assert ana.levels() == [Level.CONFIRMED]
    assert await ana.says(code) == ["Ya habías confirmado que eres tú y sigue valiendo. ¿Qué necesitas?"]
    assert await ana.says("gracias") == ["eco: gracias"]
    assert ana.levels() == [Level.CONFIRMED]


async def test_a_pressed_button_is_resumed_as_it_was_pressed(ana: Customer) -> None:
    pressed = {"text": "pagos", "intent": "consultar_pago", "entities": {"servidor": "ESPERANZA-01"}, "title": ""}
    await ana.says(await ana.asks_for_code(pressed))
    button = {"intent": "consultar_pago", "entities": {"servidor": "ESPERANZA-01"}, "title": ""}
    assert ana.meta.dialogue.turns[-1]["messages"] == [{"text": "pagos", "button": button}]


async def test_several_questions_of_one_message_get_one_code(ana: Customer) -> None:
    both = [needs_code({"text": "¿ya pagué?"}), needs_code({"text": "¿y mi factura?"})]
    ana.meta.dialogue.script["las dos"] = {**both[0], "effects": [each["effects"][0] for each in both]}
    await ana.says("las dos")
    await ana.says(await ana.mailbox.wait_for(1))
    assert len(ana.mailbox.mails()) == 1
    assert ana.meta.dialogue.turns[-1]["messages"] == [{"text": "¿ya pagué?\n¿y mi factura?", "button": None}]


async def test_the_mail_goes_to_the_registered_address_and_nowhere_else(ana: Customer) -> None:
    code = await ana.asks_for_code()
    (mail,) = ana.mailbox.mails()
    assert (mail["To"], code in mail["Subject"]) == ("contacto@abarroteslaesperanza.example", False)
    assert "Nadie de soporte te lo va a pedir" in mail.get_content()


@pytest.mark.parametrize("way", ["{}", "mi código es {}", "{} gracias", "*{}*", "{0:.3} {0:}", "wide", "spelt", "apart"])
async def test_the_code_is_kept_nowhere(ana: Customer, tmp_path: Path, way: str) -> None:
    """Neither in the ledger (any table), nor in what the dialogue gets; only in the mail."""
    code = await ana.asks_for_code()
    spelt = " ".join(["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"][int(digit)] for digit in code)
    written = {
        "wide": code.translate({48 + digit: 0xFF10 + digit for digit in range(10)}),
        "spelt": spelt,
        "apart": " ".join(code),
        "{0:.3} {0:}": f"{code[:3]} {code[3:]}",
    }.get(way) or way.format(code)
    await ana.says(written, other(code), "listo")
    dump = await everything(ana.meta)
    for told in (code, written, spelt, f"{code[:3]} {code[3:]}", other(code)):
        assert told not in dump
    assert code not in str(ana.meta.dialogue.turns)
    assert ana.levels() == [Level.CONFIRMED]


async def everything(meta: Meta) -> str:
    tables = [mapper.class_ for mapper in models.Base.registry.mappers]
    found = []
    for table in tables:
        found += [str({column.key: getattr(row, column.key) for column in table.__table__.columns}) for row in await meta.rows(table)]
    return "\n".join(found)


async def test_an_edited_or_repeated_code_is_kept_nowhere(ana: Customer) -> None:
    code = await ana.asks_for_code()
    message = text(code, at=ana.meta.clock())
    await ana.meta.say(message)
    await ana.meta.settled()
    before = len(await ana.meta.messages())
    await ana.meta.say(message)  # Meta brings it again
    first = text("hola", at=ana.meta.clock())
    await ana.meta.say(first)
    edited = {"original_message_id": first["id"], "message": {"type": "text", "text": {"body": code}}}
    await ana.meta.say(item("edit", edited, at=ana.meta.clock()))
    await ana.meta.settled()
    assert len(await ana.meta.messages()) == before + 2
    assert code not in await everything(ana.meta)


async def test_a_confirmation_lapses_after_a_quarter_of_an_hour(ana: Customer) -> None:
    await ana.says(await ana.asks_for_code())
    ana.meta.clock.forward(minutes=14)
    await ana.says("hola")
    assert ana.levels() == [Level.CONFIRMED]
    ana.meta.clock.forward(minutes=2)
    await ana.says("hola otra vez")
    assert ana.levels() == [Level.RECOGNISED]


async def test_a_code_lapses_after_ten_minutes(ana: Customer) -> None:
    code = await ana.asks_for_code()
    ana.meta.clock.forward(minutes=11)
    assert await ana.says(code) == ["Ese código ya no sirve. Pregúntame otra vez lo que necesitas y te envío otro."]
    await ana.says("hola")
    assert ana.levels() == [Level.RECOGNISED]


async def test_an_earlier_code_is_void_when_another_one_was_sent(ana: Customer) -> None:
    first = await ana.asks_for_code()
    ana.meta.clock.forward(minutes=2)
    second = await ana.asks_for_code()
    if first != second:
        assert await ana.says(first) == ["Ese código no es correcto. Te quedan 4 intentos."]
    await ana.says(second, "hola")
    assert ana.levels() == [Level.CONFIRMED]


async def test_no_other_code_is_sent_before_the_first_can_have_come(ana: Customer) -> None:
    await ana.asks_for_code()
    assert await ana.asks_in_vain() == [
        f"{NEEDED}\n\nYa te envié un código de 6 dígitos a {TO}: escríbelo aquí. Si no lo ves, revisa tu correo no deseado."
    ]
    assert len(ana.mailbox.mails()) == 1


async def test_mail_bombing_ends_after_three_codes_an_hour_and_ten_a_day(ana: Customer) -> None:
    for _ in range(30):
        await ana.asks_in_vain()
        ana.meta.clock.forward(minutes=2)
    assert 1 <= len(ana.mailbox.mails()) <= 4  # of two asked for at once the earlier one is not even made
    assert "no puedo enviarte otro código hasta" in (await ana.meta.said())[-1][1]
    for _ in range(40):
        ana.meta.clock.forward(minutes=31)
        await ana.asks_in_vain()
    await ana.meta.settled()
    assert len(ana.mailbox.mails()) <= 11


async def test_a_question_that_was_written_before_the_code_takes_no_confirmation_away(ana: Customer) -> None:
    code = await ana.asks_for_code()
    ana.meta.dialogue.script["otra"] = needs_code()
    await ana.meta.say(text("otra", at=ana.meta.clock()), text(code, at=ana.meta.clock()))
    await ana.meta.settled()
    assert (await ana.meta.said())[-2][1].endswith("Ya confirmaste que eres tú: pregúntamelo otra vez y te lo digo.")
    await ana.says("hola")
    assert ana.levels() == [Level.CONFIRMED]


async def test_another_code_when_the_first_has_not_come(ana: Customer) -> None:
    await ana.asks_for_code()
    soon = ["El código puede tardar un minuto en llegar. Revisa también tu correo no deseado; si no está, vuelve a pedírmelo."]
    assert await ana.says("no me llegó el código") == soon
    ana.meta.clock.forward(minutes=2)
    again = ["Te envié otro código de 6 dígitos a tu correo registrado: escríbelo aquí. El anterior ya no sirve."]
    assert await ana.says("mándame otro código") == again
    assert await ana.says(await ana.mailbox.wait_for(2)) == ["Sí, ya pagaste."]
    assert await ana.says("¿y el código de descuento nuevo?") == ["eco: ¿y el código de descuento nuevo?"]


async def test_mail_bombing_by_asking_for_another_code(ana: Customer) -> None:
    await ana.asks_for_code()
    for _ in range(12):
        ana.meta.clock.forward(minutes=2)
        told = await ana.says("no llega el código")
    assert "no puedo enviarte otro código hasta" in told[0]
    await asyncio.sleep(0.2)
    assert 1 <= len(ana.mailbox.mails()) <= 3  # of two asked for at once the earlier one is not even made


async def test_digits_that_are_no_code_are_talk(ana: Customer) -> None:
    assert await ana.says("123456", "mi folio es 654321") == ["eco: [código]", "eco: mi folio es 654321"]
    await ana.asks_for_code()
    assert await ana.says("llámame al 55 1234 5678") == ["eco: llámame al [teléfono]"]
    for said in ("debo 1,234.50 desde el 27-11-26", "la 2"):
        assert await ana.says(said) == [f"eco: {said}"]
    assert await ana.says("12345") == ["Escríbeme los 6 dígitos del código en un solo mensaje."]


async def test_a_folio_after_the_code_is_talk_again(ana: Customer) -> None:
    code = await ana.asks_for_code()
    await ana.says(code)
    assert await ana.says(f"¿y la factura {other(code)}?") == [f"eco: ¿y la factura {other(code)}?"]


async def test_five_wrong_codes_lock_and_the_right_one_comes_too_late(ana: Customer) -> None:
    code = await ana.asks_for_code()
    wrong = await ana.says(*[other(code)] * 5)
    assert wrong[:4] == [
        f"Ese código no es correcto. {left}."
        for left in ("Te quedan 4 intentos", "Te quedan 3 intentos", "Te quedan 2 intentos", "Te queda 1 intento")
    ]
    assert "no reviso más códigos hasta" in wrong[4]
    assert (await ana.says(code))[0] == wrong[4]
    assert "no puedo enviarte otro código hasta" in (await ana.asks_in_vain())[0]
    ana.meta.clock.forward(minutes=16)
    assert await ana.says(code) == ["Ese código ya no sirve. Pregúntame otra vez lo que necesitas y te envío otro."]
    await ana.says(await ana.asks_for_code(), "hola")
    assert ana.levels() == [Level.CONFIRMED]


async def test_locks_grow(ana: Customer) -> None:
    waits = []
    for _ in range(4):
        await ana.says(*[other(await ana.asks_for_code())] * 5)
        (guesses,) = await ana.meta.rows(models.Guesses)
        waits.append(round((guesses.locked_until - guesses.failed_at).total_seconds() / 60))
        ana.meta.clock.forward(minutes=waits[-1] + 61)
    assert waits == [15, 30, 60, 120]


async def test_a_mail_that_cannot_be_sent_is_told(start_meta, tmp_path) -> None:
    meta = await start_meta(smtp_url="file:///proc/nowhere")
    ana = Customer(meta, Mailbox(tmp_path / "outbox"))
    await ana.asks_in_vain()
    messages = await meta.until(lambda messages: any(message.kind == "notice" for message in messages))
    (case,) = await meta.rows(models.Escalation)
    assert messages[-1].text.startswith("No pudimos enviarte el código")
    assert messages[-1].text.endswith(f" Tu folio: {case.code}.")
    assert case.reason == "codigo_no_enviado"


async def test_hijack_a_code_is_good_in_its_own_conversation_only(ana: Customer) -> None:
    """Somebody else, at another number of the same desk, has read the mail."""
    code = await ana.asks_for_code()
    await ana.meta.say(text("hola", from_user_id=USER_ID, at=ana.meta.clock()))
    await ana.meta.say(text(code, sender="5215510009999", at=ana.meta.clock()))
    await ana.meta.settled()
    assert {message.level for message in await ana.meta.messages() if message.text == "[código]"} == {Level.ANONYMOUS}


async def test_a_change_of_number_takes_the_confirmation_away(ana: Customer) -> None:
    await ana.says("hola", from_user_id=USER_ID)
    await ana.says(await ana.asks_for_code())
    await ana.says("hola")
    assert ana.levels() == [Level.CONFIRMED]
    moved = {"type": "user_changed_number", "wa_id": made.WIRE, "user_id": "MX.2", "previous_user_id": USER_ID}
    await ana.meta.say(item("system", moved, at=ana.meta.clock()))
    await ana.says("sigo aquí", from_user_id="MX.2")
    assert ana.levels() == [Level.RECOGNISED]


async def test_an_account_id_that_comes_new_takes_the_confirmation_away(ana: Customer) -> None:
    await ana.says(await ana.asks_for_code(), "hola")
    assert ana.levels() == [Level.CONFIRMED]
    await ana.says("hola", from_user_id=USER_ID)
    assert ana.levels() == [Level.RECOGNISED]


async def test_a_recycled_number_inherits_nothing(ana: Customer) -> None:
    await ana.says("hola", from_user_id=USER_ID)
    code = await ana.asks_for_code()
    await ana.says(code)
    await ana.says("ahora el número es mío", code, "¿cuánto debo?", from_user_id="MX.9")
    assert ana.levels() == [Level.RECOGNISED]
    assert len({message.conversation_id for message in await ana.meta.messages()}) == 2


async def test_a_desk_that_loses_its_number_is_not_confirmed_any_more(ana: Customer, start_meta) -> None:
    class Moved:
        """The live state, where the number is another desk's by now."""

        def __init__(self, accounts: Any) -> None:
            self._accounts = accounts

        async def desks_by_phones(self, phones: Any) -> dict[str, tuple[str, ...]]:
            return dict.fromkeys(phones, ("C-1003",))

        def __getattr__(self, name: str) -> Any:
            return getattr(self._accounts, name)

    await ana.says(await ana.asks_for_code())
    later = await start_meta(accounts=Moved(ana.meta.resources.accounts))
    await Customer(later, ana.mailbox).says("¿y lo mío?")
    claims = read_turn(later.resources.settings.internal_secret, later.dialogue.turns[-1]["token"], later.clock())
    assert (claims.identity.desk, claims.identity.level) == ("C-1003", Level.RECOGNISED)


async def test_another_desk_in_the_answer_sends_nothing(ana: Customer) -> None:
    """Whatever the dialogue says, a code goes to whoever is recognised."""
    ana.meta.dialogue.script["lo de otro"] = needs_code(desk="C-1003")
    await ana.says("lo de otro")
    assert (ana.mailbox.mails(), await ana.meta.rows(models.StepUp)) == ([], [])


async def test_log_out_takes_the_confirmation_away(ana: Customer) -> None:
    await ana.says(await ana.asks_for_code(), "hola")
    assert ana.levels() == [Level.CONFIRMED]
    (conversation,) = {message.conversation_id for message in await ana.meta.messages()}
    await sessions.revoke(ana.meta.resources.ledger, conversation, ana.meta.clock())
    await ana.says("hola")
    assert ana.levels() == [Level.RECOGNISED]


async def test_the_code_stands_in_no_log(ana: Customer, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    caplog.set_level(logging.DEBUG)
    code = await ana.asks_for_code()
    await ana.says(other(code), code, "hola")
    metrics = ana.meta.resources.metrics
    shown = "".join([*capfd.readouterr(), caplog.text, prometheus_client.generate_latest(metrics.registry).decode()])
    assert 'gateway_codes_total{outcome="wrong"} 1.0' in shown
    assert 'gateway_codes_total{outcome="right"} 1.0' in shown
    assert code not in shown
    assert other(code) not in shown
