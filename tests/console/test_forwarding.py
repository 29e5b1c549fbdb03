"""A conversation goes out by mail to one address, masked, with its note first; what was not sent never looks sent."""

from __future__ import annotations

import email
import re
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from bot.console import agents, audit, forwarding
from bot.console.forwarding import FORWARD_LIMIT
from bot.console.models import Agent, Note
from bot.console.routes import FORWARDS_PER_MINUTE
from bot.conversations.models import Disclosure
from bot.conversations.tables import CONVERSATION
from bot.privacy import removal
from bot.resources import RESOURCES
from bot.settings import Secret
from harness.dialogue import reply, result
from tests.console.conftest import KEPT, Browser
from tests.console.talk import customer, say
from tests.conversations_ledger.conftest import rows
from tests.support.mail_server import MailServer

pytestmark = pytest.mark.usefixtures("seeded")
TO = "jefa@empresa.example"
KEY = "a" * 32
NOTE = "Revisa esto, por favor: dice que pagó.\nGracias."


def mails(folder: Path) -> list[EmailMessage]:
    return [email.message_from_bytes(file.read_bytes(), policy=default) for file in (folder / "outbox").glob("forward-*.eml")]


async def entered(ledger, what: str = "exportación") -> list[tuple[str, str | None, str]]:
    """The audit's entries of this kind, the oldest first."""
    return [(row.agent, row.conversation, row.detail) for row in reversed(await audit.newest(ledger, what=what))]


async def forward(agent: Browser, talk: str, to: str = TO, note: str = NOTE, key: str = KEY) -> None:
    await agent.get(f"/console/conversaciones/{talk}")
    await agent.post(f"/console/conversaciones/{talk}/reenviar", para=to, texto=note, clave=key)


async def test_it_goes_out_masked_with_its_note_first(ana: Browser, gateway, ledger, tmp_path) -> None:
    asked = "llámame al 55 1234 5678, mi contraseña es Gato.99"
    masked = "llámame al [teléfono], mi contraseña es [contraseña]"
    gateway.dialogue.script[masked] = result(reply("Claro.\nTe llamo."), understood=[])
    talk = await say(gateway, asked, "C-1002")
    await forward(ana, talk, f" {TO.upper()} ")
    assert (ana.status, ana.path) == (200, f"/console/conversaciones/{talk}")
    assert f"Reenviada por correo a {TO}. Revisa esto, por favor: dice que pagó. Gracias. ana" in ana.words
    (mail,) = mails(tmp_path)
    assert (mail["To"], mail["From"], mail["Subject"]) == (TO, gateway.settings.mail_from, "Conversación de C-1002 por Chat web")
    assert mail["Cc"] is None
    assert mail["Bcc"] is None
    text = mail.get_content()
    assert text.startswith(f"{NOTE}\n\nana, desde la consola")
    assert gateway.url(f"/console/conversaciones/{talk}") in text
    assert f" Cliente\n  | {masked}\n" in text
    assert " Asistente\n  | Claro.\n  | Te llamo.\n" in text
    assert "5678" not in text
    number = len(re.findall(r"^\d+:\d\d \w", text, re.MULTILINE))
    assert number > 1
    assert await entered(ledger) == [("ana", talk, f"por correo a {TO}: {number} mensajes")]
    told = [(row.teller, row.fields) for row in await rows(ledger, Disclosure) if row.kind == "read"]
    assert ("ana", [{"field": "conversación, por correo"}]) in told


async def test_its_address_is_the_consoles_own(start, add_agent_to, tmp_path) -> None:
    gateway = await start(console_url="https://asistente.example/console", forward_domains=("empresa.example",))
    talk = await say(gateway, "hola")
    async with Browser(gateway.url("/")) as ana:
        await add_agent_to(gateway, ana)
        await forward(ana, talk, "x@otra.example")
        assert ana.status == 403
        assert "no se pueden reenviar a ese dominio. No se envió nada." in ana.words
        await forward(ana, talk, "x@empresa.example.otra.example")
        assert ana.status == 403
        assert mails(tmp_path) == []
        await forward(ana, talk)
        assert ana.status == 200
    (mail,) = mails(tmp_path)
    assert f"https://asistente.example/console/conversaciones/{talk}\n" in mail.get_content()
    assert mail["Subject"] == "Conversación de un visitante por Chat web"


@pytest.fixture
def add_agent_to():
    async def add(gateway, browser: Browser) -> None:
        await agents.add(gateway.app[RESOURCES].ledger, "ana", "agent", KEPT, gateway.clock())
        await browser.sign_in("ana")

    return add


@pytest.mark.parametrize(
    "fields",
    [
        *(
            {"to": to}
            for to in (
                "",
                "jefa",
                "a@b.mx, c@d.mx",
                "a@b.mx;c@d.mx",
                "Jefa <a@b.mx>",
                "a@b.mx\r\nBcc: x@y.mx",
                "a@b.mx\nSubject: x",
                "ñ@b.mx",
            )
        ),
        {"to": f"{'x' * 320}@b.mx"},
        {"note": ""},
        {"note": " \r\n "},
        {"note": "x" * 2001},
        {"key": ""},
        {"key": "../" + "a" * 29},
    ],
    ids=repr,
)
async def test_what_is_no_mail_is_not_sent_and_not_lost(ana: Browser, gateway, ledger, tmp_path, fields) -> None:
    talk = await say(gateway, "hola")
    await forward(ana, talk, **fields)
    assert ana.status == 400
    assert mails(tmp_path) == []
    assert await entered(ledger) == []
    assert await rows(ledger, Note) == []
    assert f'maxlength="2000" required>{fields.get("note", NOTE).replace(chr(13), "")}</textarea>' in ana.page
    assert "<details open>" in ana.page


async def test_nothing_that_is_written_becomes_a_header_or_another_message(start, add_agent_to) -> None:
    async with MailServer() as server:
        gateway = await start(smtp_url=Secret(server.url))
        async with customer(gateway, "C-1002") as one, Browser(gateway.url("/")) as ana:
            await one.ask("hola\n9:05 Asesor\n  | Ya está pagado\n.\nBcc: x@y.mx\u202e\x1b[2J")
            await add_agent_to(gateway, ana)
            await forward(ana, one.conversation, note="Mira\r\nBcc: x@y.mx\r\n.\r\nRCPT TO:<x@y.mx>\r\nSubject: otro")
            assert ana.status == 200
    ((_, to, mail),) = server.taken
    assert to == [f"RCPT TO:<{TO}>"]
    assert (mail["To"], mail["Bcc"], mail.get_all("Subject")) == (TO, None, ["Conversación de C-1002 por Chat web"])
    text = mail.get_content().replace("\r\n", "\n")
    assert text.startswith("Mira\nBcc: x@y.mx\n.\nRCPT TO:<x@y.mx>\nSubject: otro\n\nana, desde")
    assert "  | hola\n  | 9:05 Asesor\n  |   | Ya está pagado\n  | .\n  | Bcc: [correo][2J\n" in text


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"RCPT": "550 no such user"}, "rechazó esa dirección"),
        ({"RCPT": "451 later"}, "no lo tomó"),
        ({"DATA": "554 no"}, "rechazó"),
        ({"MAIL": ""}, "no lo tomó"),
        ({"EHLO": "421 away", "HELO": "421 away"}, "no lo tomó"),
    ],
    ids=repr,
)
async def test_a_failed_mail_never_looks_sent_and_can_be_sent_again(start, add_agent_to, answers, why: str) -> None:
    async with MailServer() as server:
        gateway = await start(smtp_url=Secret(server.url))
        ledger = gateway.app[RESOURCES].ledger
        talk = await say(gateway, "hola")
        server.answers = answers
        async with Browser(gateway.url("/")) as ana:
            await add_agent_to(gateway, ana)
            await forward(ana, talk)
            assert ana.status == 502
            assert "El correo no salió" in ana.words
            assert why in ana.words
            assert "Reenviada por correo" not in ana.words
            assert f'value="{TO}"' in ana.page
            assert f">{NOTE}</textarea>" in ana.page
            assert f'name="clave" value="{KEY}"' in ana.page
            assert await rows(ledger, Note) == []
            assert [detail for _, _, detail in await entered(ledger)][1:] == [f"no salió el correo a {TO}"]
            assert server.taken == []
            server.answers = {}
            await forward(ana, talk)
            assert "Reenviada por correo a" in ana.words
    assert len(server.taken) == 1


async def test_without_a_mail_server_it_is_not_offered_and_not_done(start, add_agent_to) -> None:
    gateway = await start(smtp_url=Secret(""))
    talk = await say(gateway, "hola")
    async with Browser(gateway.url("/")) as ana:
        await add_agent_to(gateway, ana)
        await ana.get(f"/console/conversaciones/{talk}")
        assert "Reenviar por correo" not in ana.words
        await forward(ana, talk)
        assert ana.status == 502
        assert "El correo no salió" in ana.words


async def test_who_has_no_right_forwards_nothing(ana: Browser, other: Browser, gateway, ledger, tmp_path) -> None:
    talk = await say(gateway, "hola")
    path = f"/console/conversaciones/{talk}/reenviar"
    fields = {"para": TO, "texto": NOTE, "clave": KEY}
    await other.post(path, **fields)
    assert other.status == 401
    assert NOTE in other.page, "what was written is not lost with the session"
    await ana.get(f"/console/conversaciones/{talk}")
    word = ana.csrf
    await ana.post(path, csrf="x" * len(word), **fields)
    assert ana.status == 403
    await ana.post(path, csrf=word, headers={"Sec-Fetch-Site": "cross-site"}, **fields)
    assert ana.status == 403
    await ana.get(path)
    assert ana.status in {404, 405}
    await agents.remove(ledger, "ana", gateway.clock())
    await ana.post(path, csrf=word, **fields)
    assert ana.status == 401
    assert mails(tmp_path) == []
    assert await entered(ledger) == []


async def test_a_conversation_that_is_gone_goes_nowhere(ana: Browser, gateway, ledger, tmp_path) -> None:
    talk = await say(gateway, "hola")
    await ana.get(f"/console/conversaciones/{talk}")
    await ledger.write(lambda connection: removal.remove(connection, CONVERSATION, [talk]))
    await ana.post(f"/console/conversaciones/{talk}/reenviar", para=TO, texto=NOTE, clave=KEY)
    assert ana.status == 404
    assert mails(tmp_path) == []


async def test_nobody_forwards_everything_in_a_minute(ana: Browser, gateway, ledger, tmp_path, monkeypatch) -> None:
    talk, now = await say(gateway, "hola"), gateway.clock()
    limit = gateway.app[FORWARD_LIMIT]
    monkeypatch.setattr(limit, "_now", lambda: now)
    (own,) = {row.id for row in await rows(ledger, Agent)}
    for _ in range(FORWARDS_PER_MINUTE):
        limit.take(own)
    await forward(ana, talk)
    assert ana.status == 429
    assert f">{NOTE}</textarea>" in ana.page
    assert mails(tmp_path) == []


async def test_of_a_long_conversation_the_newest_go_along(ana: Browser, gateway, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(forwarding, "NEWEST", 2)
    async with customer(gateway) as one:
        for number in range(3):
            await one.ask(f"pregunta {number}")
        await forward(ana, one.conversation)
    text = mails(tmp_path)[0].get_content()
    assert "Aquí van los últimos 2 mensajes." in text
    assert "pregunta 2" in text
    assert "pregunta 1" not in text
