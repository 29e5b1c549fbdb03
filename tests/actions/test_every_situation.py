"""Every action in every situation, at moments with the longest words: short enough, nobody else's data, no invented dates, each answer reached.

`ask` itself checks the limits of text and buttons.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import product

import pytest

from bot.protocol.frame import Asked
from bot.protocol.state import SUBJECT_AFTER
from tests.actions import rendering
from tests.actions.in_between import BACKUPS, PERIODS, STATUSES, built
from tests.actions.rendering import (
    MEXICO,
    NOW,
    Rendered,
    ago,
    ask,
    backup,
    desk,
    executor,
    health,
    incident,
    invoice,
    licence,
    mail,
    payment,
    plan_change,
    responses_by_file,
    server,
    subscription,
)
from tests.actions.said import SAID, say_again
from tests.actions.situations import SITUATIONS, pending, suspended
from tests.actions.test_asked_of_access import QUESTIONS, thrice
from tests.support.tokens import number_token

LONG = "DISTRIBUIDORA-01"
FALL = "Falla de red en el centro de datos; trabajamos en restablecer el servicio."
MOMENTS = {
    "open": datetime(2026, 11, 24, 10, 0, tzinfo=MEXICO),
    "closed, long weekday and month": datetime(2026, 9, 22, 22, 30, tzinfo=MEXICO),
    "closed, next year": datetime(2026, 12, 31, 22, 30, tzinfo=MEXICO),
}


@cache
def situations(now: datetime) -> dict[str, tuple]:
    """Servers of one desk for each situation, relative to `now`, under a long name and with the longest of its values."""
    today, night = now.date(), now - timedelta(days=8)

    def of(status="active", ends_in=120, alias=LONG, **given):
        ends_on = today + timedelta(days=ends_in) if ends_in is not None else None
        given.setdefault("health", health("up", now - timedelta(minutes=2)) if status == "active" else None)
        given.setdefault("solution", "Nube Profesional")
        return server(alias, status, **{"subscription": subscription(ends_on), **given})

    paid = payment(method="bank_account", masked="Cuenta Scotiabank ···· 1187", charged_at=night)
    failed = tuple(backup(today - timedelta(days=n), "failed") for n in range(3))
    return {
        "no servers": (),
        "plain": (of(payments=(paid,), backups=(backup(today),), connection_mails=(mail(),), licences=(licence("Aspel SAE"),)),),
        "in grace": (of(ends_in=-2, payments=(payment("rejected", "debit_card"), paid), backups=(backup(today - timedelta(days=2)),)),),
        "last day of grace": (of(ends_in=-3, payments=(payment("rejected", reason=None),), backups=failed[:1]),),
        "suspended": (of("suspended", ends_in=-12, backups=(backup(today - timedelta(days=12)),)),),
        "suspended, not kept": (of("suspended", ends_in=-33),),
        "suspended, no dates": (of("suspended", ends_in=None),),
        "deleted": (of("deleted", ends_in=-41),),
        "deleted, no dates": (of("deleted", ends_in=None),),
        "cancelled": (of("cancelled"),),
        "being created": (of("provisioning", payments=(payment(charged_at=now - timedelta(minutes=6)),)),),
        "creation late": (of("provisioning", payments=(payment(charged_at=now - timedelta(days=2)),)),),
        "no payment": (of("provisioning", ends_in=None),),
        "credit card pending": (of("provisioning", ends_in=None, payments=(payment("pending", charged_at=now),)),),
        "first charge rejected": (of("provisioning", ends_in=None, payments=(payment("rejected", "debit_card"),)),),
        "first charge rejected, no reason": (of("provisioning", ends_in=None, payments=(payment("rejected", reason=None),)),),
        "charge pending": (of("provisioning", ends_in=None, payments=(payment("pending", "bank_account", now - timedelta(days=1)),)),),
        "charge overdue": (
            of(
                "provisioning",
                ends_in=None,
                payments=(payment("pending", "bank_account", night, masked="Cuenta Scotiabank ···· 1187"),),
            ),
        ),
        "backups failing": (of(backups=(*failed, backup(today - timedelta(days=3)))),),
        "backups never good": (of(backups=failed),),
        "one backup failed": (of(backups=(failed[0], backup(today - timedelta(days=1)))),),
        "one backup, failed": (of(backups=failed[:1]),),
        "backup running": (of(backups=(backup(today, "running"),)),),
        "backup missing": (of(backups=(backup(today - timedelta(days=5)),)),),
        "mail bounced, invoice to come": (of(connection_mails=(mail("bounced"),), payments=(paid,), invoices=(invoice(today, None),)),),
        "invoice there": (of(payments=(paid,), invoices=(invoice(today - timedelta(days=1)),)),),
        "incident, down": (of(incident=incident(now, FALL), health=health("down", now - timedelta(minutes=2))),),
        "incident, up": (of(incident=incident(now, FALL)),),
        "incident, never seen": (of(incident=incident(now, FALL), health=None),),
        "down": (of(health=health("down", now - timedelta(minutes=2))),),
        "never seen": (of(health=None, os="Windows Server 2019"),),
        "too late to change": (of(ends_in=1),),
        "too late, not renewed": (of(subscription=subscription(today, auto_renew=False)),),
        "change asked for": (of(plan_change=plan_change("Nube Empresarial"), licences=tuple(licence("Aspel SAE") for _ in range(6))),),
        "change under way": (of(plan_change=plan_change("Nube Empresarial", "in_progress"), licences=(licence(status="grace"),)),),
        "change done": (of(plan_change=plan_change("Nube Empresarial", "done"), licences=(licence(status="expired"),)),),
        "change cancelled": (of(plan_change=plan_change("Nube Empresarial", "cancelled"), licences=(licence(status="cancelled"),)),),
        "two": (of(health=None), of("provisioning", ends_in=None, alias="OTRO-02")),
        "two gone": (of("deleted"), of("cancelled", alias="OTRO-02")),
        "five": (
            of(alias="ESPERANZA-01", ends_in=20, plan_change=plan_change(state="in_progress"), backups=(backup(today),)),
            of(
                alias="ESPERANZA-02",
                ends_in=12,
                plan_change=plan_change(),
                licences=(licence("Aspel SAE"), licence("Aspel COI")),
                backups=failed,
            ),
            of(
                alias="ESPERANZA-03",
                ends_in=-1,
                incident=incident(now),
                plan_change=plan_change(state="done"),
                backups=(backup(today, "running"),),
            ),
            of("provisioning", alias="ESPERANZA-04", payments=(payment(charged_at=now - timedelta(minutes=4)),)),
            of("suspended", alias="ESPERANZA-05", ends_in=-10, plan_change=plan_change(state="cancelled")),
        ),
        "five up": tuple(of(alias=f"ESPERANZA-0{n}", ends_in=300 + n, backups=(backup(today - timedelta(days=1)),)) for n in range(1, 6)),
        "one down of two": (of(health=health("down", now)), of(alias="OTRO-02", backups=(backup(today),), subscription=None)),
    }


STRANGER = desk(server("AJENO-01", backups=(backup(),)), id="C-2", name="Otra Empresa")
NAMES = list(situations(MOMENTS["open"]))
INTENTS = sorted(name.removeprefix("action_") for name in executor().actions if name != "action_respuesta_fija")
FACTS = [
    (name.removeprefix("action_"), asked)
    for name, run in executor().actions.items()
    for asked in sorted(getattr(run.__self__.__class__, "facts", ()))
]
WORDS = (
    "sera porque no pague",
    "es mi internet o son ustedes",
    "y hoy si sale",
    "lo reporto yo",
    "si borro algo",
    "lo recupero",
    "todo bien?",
    "en la usb",
    "a todos",
    "vender",
)
CHOICES = [{"intent": "faq_factura", "title": "Descargar factura"}, {"intent": "consultar_factura", "title": "Mi factura"}]
WAITING = {"pregunta_pendiente": {"intent": "consultar_servidor"}}
EACH_SLOTS: tuple[dict, ...] = ({}, WAITING, {**WAITING, "fallos": 1}, {"fallos": 2, "folios": {"cliente_pide_llamada": "4KD7WP"}})


async def _ask(intent: str, name: str, moment: str, slots: dict | None = None, **given) -> Rendered:
    now = MOMENTS[moment]
    of = desk(*situations(now)[name], name="Comercializadora y Distribuidora del Pacífico")
    return await ask(intent, of, now=now, others=[STRANGER], choices=CHOICES, slots=slots, **given)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("intent", INTENTS)
async def test_every_answer_is_short_and_only_about_the_customer(intent, moment):
    for name in NAMES:
        answer = await _ask(intent, name, moment)
        assert "AJENO" not in answer.text
        assert "Otra Empresa" not in answer.text
        aliases = {each.alias for each in situations(MOMENTS[moment])[name]}
        assert {row["server"] for row in answer.readings} <= aliases | {None}


@pytest.mark.parametrize("intent", INTENTS)
async def test_visitors_and_customers_without_live_state_hear_no_values(intent):
    for moment, now in MOMENTS.items():
        visitor = await ask(intent, now=now, others=[STRANGER], choices=CHOICES, servidor="AJENO-01")
        away = await _ask(intent, "plain", moment, away=True)
        for answer in (visitor, away):
            assert answer.readings == []
            assert LONG not in answer.text
            assert "AJENO" not in answer.text
        if intent.startswith(("consultar_", "listar_", "reenviar_")) and intent != "consultar_linea":
            assert "entra a tu escritorio de servicios" in visitor.text
            assert "no puedo consultar los datos de tu cuenta" in away.text
            assert "55 8000 9480" in away.text


NIGHT = datetime(2026, 11, 24, 2, 30, tzinfo=MEXICO)
BETWEEN = (
    *(built(status, "retained", "credited", nights) for status, nights in product(("active", "suspended"), BACKUPS)),
    *(built("active", period, "renewed", nights) for period, nights in product(("valid", "grace"), BACKUPS)),
    *(built(status, period, "credited") for status, period in product(STATUSES, PERIODS) if PERIODS[period]),
    *(built(status, "grace", "renewed") for status in STATUSES),
    built("provisioning", "no dates", "only refunded"),
    built("active", "valid", "credited", machine="up days ago"),
    replace(built("active", "valid", "credited", "none"), subscription=subscription(NIGHT.date() + timedelta(days=364)), payments=()),
)
MINE = (
    "service",
    "licences",
    "backup",
    "change",
    "contract",
    "debts",
    "company",
    "personal_data",
    "escalation",
    "smalltalk",
    "told",
    "out_of_scope",
    "shared",
)


async def reached_by_what_is_asked() -> set[str]:
    """Keys of the answers to each fact, in every situation, on its own and as what goes on from an answer before."""
    reached: set[str] = set()
    for intent, asked in FACTS:
        for of, words in (
            *((of, "") for name in NAMES if len(of := situations(NOW)[name]) <= 1),
            *(((built("active", "valid", "credited", nights),), "") for nights in BACKUPS),
            *(((built("active", "valid", "credited", machine="incident"),), words) for words in WORDS),
            *(((built("active", "valid", "credited", "failed"),), words) for words in WORDS),
            ((built("active", "valid", "credited"),), "todo bien?"),
            (situations(NOW)["backups failing"], "¿y antenoche?"),
            (situations(NOW)["one backup failed"], "¿y antenoche?"),
            ((built("suspended", "retained", "credited"),), WORDS[0]),
        ):
            first = await ask(intent, desk(*of), frame=asked, text=words)
            again = await ask(intent, desk(*of), frame=f"{asked} refers=goes_on", text=words, slots={"estado": first.state})
            reached |= {*first.responses, *again.responses}
        for words in ("", "a las 2"):
            reached |= set((await ask(intent, frame=asked, text=words)).responses)
    return reached


async def reached_of_the_line() -> set[str]:
    """Keys of what is said of the support line, and of what to say there."""
    reached: set[str] = set()
    whose = (
        *(
            built("active", "grace", charge, nights)
            for charge, nights in (("rejected", "good"), ("pending", "good"), ("credited", "failed"))
        ),
        built("active", "valid", "credited"),
        built("active", "valid", "credited", machine="incident"),
    )
    for asked, of, moment in product(("until", "when", "which"), whose, MOMENTS.values()):
        answer = await ask("consultar_linea", desk(of), now=moment, frame=asked, text="y qué les digo cuando marque")
        reached |= set(answer.responses)
    return reached | set((await ask("hablar_con_asesor", desk(server()), frame="how", slots=EACH_SLOTS[-1])).responses)


async def _by_what_is_asked(intent: str) -> set[str]:
    """The answers to each question about the topic: of a visitor, of one whose company has a portal, of each customer with one server."""
    action = executor().actions[f"action_{intent}"].__self__
    reached: set[str] = set()
    for asked in Asked:
        for given in ({}, {"portal_url": "https://portal.example"}):
            reached |= set((await ask(intent, choices=CHOICES, frame=asked, **given)).responses)
    for asked, situation in product(getattr(action, "facts", {}), SITUATIONS.values()):
        reached |= set((await ask(intent, desk(situation()), choices=CHOICES, frame=asked)).responses)
    return reached


async def _by_a_number(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The answers to whoever is known by a registered number only."""
    reached: set[str] = set()
    with monkeypatch.context() as known:
        known.setattr(rendering, "turn_token", lambda *given: number_token(*given[:4]))
        for intent in ("consultar_pago", "faq_formas_pago", "consultar_servidor"):
            reached |= set((await ask(intent, desk(pending()), choices=CHOICES)).responses)
    return reached


async def _by_servers_that_differ() -> set[str]:
    odd = replace(server("DOS-02"), os="Windows Server 2019", licences=(licence("Aspel SAE"), licence("Aspel COI")))
    of = desk(server("UNO-01"), odd, server("TRES-03"))
    asked = {"faq_sistema_operativo": "which servers=all", "faq_licencias_incluidas": "whether"}
    return {key for intent, frame in asked.items() for key in (await ask(intent, of, frame=frame)).responses}


async def _by_what_is_said() -> set[str]:
    """The answers that only some words get."""
    over = desk(server(), licences=(licence("Aspel COI", status="expired"),))
    reached = set((await ask("faq_licencia_requerida", over, frame="whether", text="me sirve la que ya tengo")).responses)
    lost = "¿se pierde lo que estaba capturando y no guardé?"
    reached |= set((await ask("faq_resguardo_sin_pago", desk(server()), frame="whether", text=lost)).responses)
    reached |= set((await ask("consultar_servidor", desk(suspended()), frame="whether", text="¿es por el pago?")).responses)
    for text, slots in (("cómo pido que los borren", {}), ("bórrenlos", {"folios": {f"datos_personales{SUBJECT_AFTER}borrar": "7K2M9X"}})):
        reached |= set((await ask("datos_personales", desk(server()), frame="do" if slots else "how", text=text, slots=slots)).responses)
    return reached


async def test_every_answer_of_these_topics_is_reached(monkeypatch):
    """With the right placeholders each time: rendering fails on a missing one."""
    reached = await _by_a_number(monkeypatch) | await reached_by_what_is_asked() | await reached_of_the_line()
    reached |= await _by_what_is_said()
    reached |= await _by_servers_that_differ()
    for intent, name, slots in product(INTENTS, NAMES, EACH_SLOTS):
        reached |= set((await _ask(intent, name, "open", slots)).responses)
    for intent in INTENTS:
        for of in BETWEEN:
            reached |= set((await ask(intent, desk(of), choices=CHOICES)).responses)
            reached |= set((await ask(intent, desk(of), choices=CHOICES, now=NIGHT)).responses)
            reached |= set((await ask(intent, desk(of, replace(of, alias="OTRO-02")), choices=CHOICES, now=NIGHT)).responses)
        for given in (
            {},
            {"portal_url": "https://portal.example"},
            {"tutorials_url": "https://x.example"},
            {"now": MOMENTS["closed, next year"]},
        ):
            reached |= set((await ask(intent, choices=CHOICES, **given)).responses)
        reached |= set((await ask(intent, choices=CHOICES, beside=True)).responses)
        reached |= set((await ask(intent, choices=CHOICES, left_over=True)).responses)
        for name in ("plain", "five up"):
            reached |= set((await _ask(intent, name, "open", says_to_have_paid=True)).responses)
            reached |= set((await _ask(intent, name, "open", says_to_wait=True)).responses)
        for asked, name in product(Asked, ("plain", "in grace")):
            reached |= set((await _ask(intent, name, "open", frame=asked)).responses)
        reached |= set((await ask(intent, choices=CHOICES, text="un chiste")).responses)
        reached |= await _by_what_is_asked(intent)
        reached |= set((await _ask(intent, "two", "closed, next year", servidor="AJENO-01")).responses)
        reached |= set((await _ask(intent, "two", "open", servidor="otro")).responses)
        reached |= set((await _ask(intent, "two", "open", away=True)).responses)
    reached |= set((await ask("listar_servidores", frame="which", text="¿qué planes hay?")).responses)
    reached |= set((await ask("listar_servidores", desk(server()), frame="which", text="¿qué plan tengo?")).responses)
    for said in SAID:
        reached |= {key for answer in await say_again(*said) for key in answer.responses}
    for question in QUESTIONS:
        reached |= {key for answer in await thrice(question) for key in answer.responses}
    for words in ("me quiero morir", "mi tarjeta es 4242 4242 4242 4242"):
        reached |= set((await ask("consultar_suscripcion", desk(server()), frame="until", text=words)).responses)
    expected = {key for topic in MINE for key in responses_by_file()[f"{topic}.yml"]}
    assert sorted(expected - reached) == []


async def test_an_overdue_charge_is_escalated_wherever_it_is_told():
    for intent in ("consultar_servidor", "faq_tiempo_creacion", "faq_horario_acceso", "consultar_pago", "faq_pago_sin_correo"):
        answer = await _ask(intent, "charge overdue", "open")
        codes = [effect["payload"]["code"] for effect in answer.effects if effect["kind"] == "escalate"]
        assert len(codes) == 1, intent
        assert codes[0] in answer.text
        assert "55 8000 9480" in answer.text


def test_the_situations_hold_what_they_say():
    now = MOMENTS["open"]
    assert situations(now)["in grace"][0].subscription.ends_on == date(2026, 11, 22)
    assert all(len({each.alias for each in servers}) == len(servers) for servers in situations(now).values())
    assert ago(days=1) < now
