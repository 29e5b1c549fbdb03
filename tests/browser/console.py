"""The console in a browser: an agent who signs in, and talks of every kind to look at."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from playwright.async_api import Page, expect
from sqlalchemy import Connection, insert, select

from bot import clock
from bot.console import agents, marks, passwords
from bot.console.publications import PUBLICATION
from bot.conversations import dues
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.tables import UNDERSTANDING
from bot.identity.portal import issue_portal_token
from bot.resources import RESOURCES
from bot.rules.calendar import BusinessCalendar
from harness.dialogue import reply, result
from tests.browser.site import Site
from tests.gateway.client import Visitor

PASSWORD = "una clave de las pruebas"
KEPT = passwords.hashed(PASSWORD)


async def add_agent(site: Site, name: str, role: Any = "agent") -> None:
    await agents.add(site._app[RESOURCES].ledger, name, role, KEPT, clock.now())


async def sign_in(page: Page, site: Site, name: str) -> None:
    """As far as the second factor, where the role needs one."""
    await page.goto(f"{site.wire.gateway}/console/cola")
    await page.get_by_label("Nombre").fill(name)
    await page.get_by_label("Contraseña", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Entrar").click()


async def press(page: Page, *keys: str) -> None:
    """Once the page answers keys: what it shows is there a moment before."""
    await expect(page.locator("#estado")).to_have_text("Al día")
    for key in keys:
        await page.keyboard.press(key)


def understood(text: str, decision: str, *ranking: tuple[str, float]) -> dict[str, Any]:
    intent = None if decision == "refused" else ranking[0][0]
    listed = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    return {"text": text, "decision": decision, "intent": intent, "ranking": listed, "entities": [], "via": "text"}


def reading(source: str, server: str, field: str, value: str) -> dict[str, Any]:
    return {"source": source, "server": server, "field": field, "value": value, "read_at": (clock.now() - timedelta(seconds=1)).isoformat()}


def case(code: str, reason: str, summary: str) -> dict[str, Any]:
    return {"kind": "escalate", "payload": {"code": code, "reason": reason, "summary": summary}}


DUE, BACKUP, PERSON, LOST = (
    "¿cuándo se vence mi server?",
    "no se hizo mi respaldo, ¿qué hago?",
    "quiero hablar con una persona",
    "ya me llego el cargo y nada",
)


def script() -> dict[str, dict[str, Any]]:
    """What the assistant answers to each."""
    return {
        DUE: result(
            reply(
                "HIDALGO-01 vence el miércoles 2 de diciembre. Se renueva con tu tarjeta de crédito terminación 4242.",
                actions=["action_consultar_suscripcion"],
                responses=["utter_vigencia", "utter_renovacion"],
                readings=[
                    reading("subscription", "HIDALGO-01", "ends_on", "2026-12-02"),
                    reading("subscription", "HIDALGO-01", "auto_renew", "true"),
                ],
                buttons=[{"title": "Formas de pago", "intent": "faq_formas_pago", "entities": {}}],
            ),
            understood=[
                understood(DUE, "answered", ("consultar_suscripcion", 0.91), ("faq_consultar_vigencia", 0.06), ("consultar_pago", 0.01))
            ],
        ),
        BACKUP: result(
            reply(
                "El respaldo de MITLA-01 falló las últimas dos noches. Registré tu caso con el folio 4KD7WP.",
                actions=["action_consultar_respaldo"],
                readings=[reading("backup", "MITLA-01", "status", "failed")],
            ),
            understood=[
                understood(BACKUP, "answered", ("consultar_respaldo", 0.88), ("faq_respaldo_automatico", 0.09), ("hablar_con_asesor", 0.01))
            ],
            effects=[case("4KD7WP", "no_entendido", "C-1010 · Dulcería Mitla · MITLA-01 · respaldo")],
        ),
        PERSON: result(
            reply("Claro. Registré tu solicitud con el folio 9ACDEF.", actions=["action_hablar_con_asesor"]),
            understood=[understood(PERSON, "answered", ("hablar_con_asesor", 0.97), ("preguntar_si_es_bot", 0.01), ("pedir_ayuda", 0.01))],
            effects=[case("9ACDEF", "cliente_pide_asesor", "C-1003 · Despacho Contable Ruiz · pago")],
        ),
        LOST: result(
            reply("¿Quieres saber de tu pago o de tu factura?", actions=["action_preguntar"]),
            understood=[understood(LOST, "asked", ("consultar_pago", 0.46), ("faq_pago_sin_correo", 0.31), ("consultar_factura", 0.12))],
        ),
        "asdf": result(
            reply("No entendí. ¿Me lo dices de otra forma?"), understood=[understood("asdf", "refused", ("fuera_de_tema", 0.21))]
        ),
    }


TALKS = [
    (None, ["asdf"]),
    ("C-1001", ["hola", DUE]),
    ("C-1010", ["buenas tardes", BACKUP]),
    ("C-1003", [LOST, PERSON]),
    ("C-1002", [DUE, LOST]),
]


async def fill(site: Site) -> dict[str, str]:
    """Those talks, with notes and tags; the conversation by desk."""
    site.dialogue.script.update(script())
    talks: dict[str, str] = {}
    for desk, texts in TALKS:
        async with Visitor(site.wire.gateway) as one:
            await one.open(**({"token": issue_portal_token(site.portal.settings, desk, clock.now(), f"p-{desk}")} if desk else {}))
            for text in texts:
                await one.ask(text)
            talks[desk or "visitor"] = one.conversation
    ledger, now = site._app[RESOURCES].ledger, clock.now()
    calendar = BusinessCalendar(site.portal.settings.timezone)
    ten = calendar.at(calendar.next_business_day(calendar.local_date(now)), time(10))
    await ledger.write(lambda connection: dues.promise(connection, talks["C-1010"], "call_back", ten, now, "+525510001010"))
    await _proved(ledger, now)
    await marks.add_note(ledger, talks["C-1003"], "beto", "Llamó por teléfono ayer: el banco rechazó su tarjeta de débito.", now)
    await marks.add_tag(ledger, talks["C-1003"], "beto", "cargo rechazado", now)
    await marks.keep_prepared(ledger, "Saludo", "Hola, soy {agente}. Ya tengo abierta tu cuenta {cliente}.", "beto", now)
    return talks


async def _proved(ledger: Ledger, now: datetime) -> None:
    """A proof that was made, with something better and something worse."""

    def work(connection: Connection) -> None:
        parts = {row.text: f"{row.message_id}:{row.n}" for row in connection.execute(select(UNDERSTANDING))}
        asked = {"decision": "asked", "labels": ["consultar_pago", "faq_pago_sin_correo"]}
        right, wrong = ({"decision": "answered", "labels": [label]} for label in ("faq_pago_sin_correo", "consultar_factura"))
        items = [
            {"key": parts[LOST], "before": asked, "after": right, "was_right": False, "is_right": True},
            {"key": parts[BACKUP], "before": right, "after": wrong, "was_right": True, "is_right": False},
        ]
        found = {"model": "b.tar.gz", "serving": "a.tar.gz", "read": 312, "left_out": [], "items": items}
        times = dict.fromkeys(("started_at", "seen_at", "finished_at"), now)
        row = {"id": new_id(), "state": "proved", "started_by": "beto", "model": "b.tar.gz", "before": "a.tar.gz", "result": found, **times}
        connection.execute(insert(PUBLICATION), row)

    await ledger.write(work)
