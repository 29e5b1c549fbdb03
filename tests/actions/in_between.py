"""Every combination that the tables of the live state allow, and what may be said of it: facts of a server against sentences of an answer.

Nothing here asks the actions how they see a server: what is true is worked out again from the rows alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import get_args

from bot.accounts.port import Payment, Server, ServerStatus
from tests.actions.rendering import (
    MEXICO,
    NOW,
    TODAY,
    ago,
    at,
    backup,
    health,
    incident,
    licence,
    mail,
    payment,
    plan_change,
    server,
    subscription,
)

BRACED = "Fondos {insuficientes} según {banco}"
LINE = "55 8000 9480"
DAY = timedelta(days=1)
STATUSES = get_args(ServerStatus)
OVER = frozenset({"deleted", "cancelled"})


def local(moment: datetime) -> date:
    return moment.astimezone(MEXICO).date()


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def month(days: int, **given):
    """A monthly period that ends `days` from today."""
    ends_on = in_days(days)
    next_charge_on = ends_on if days >= 0 else None
    return subscription(ends_on, **{"starts_on": ends_on - timedelta(days=29), "next_charge_on": next_charge_on, **given})


PERIODS = {
    "no subscription": None,
    "no dates": subscription(None),
    "starts later": month(40),
    "valid": month(20),
    "valid, not charged when planned": month(20, next_charge_on=in_days(-3)),
    "valid, expired early": month(20, status="expired"),
    "valid, cancelled": month(20, status="cancelled"),
    "ends today": month(0),
    "grace": month(-2, status="grace"),
    "grace, last day": month(-3, status="active"),
    "grace, cancelled": month(-2, status="cancelled"),
    "retained": month(-12, status="expired"),
    "retained, last day": month(-30, status="expired"),
    "gone": month(-41, status="expired"),
    "gone, cancelled": month(-41, status="cancelled"),
}


def charges(period) -> dict[str, tuple[Payment, ...]]:
    """What may have become of the charges of a period."""
    ends_on = period.ends_on if period and period.ends_on else None
    first = payment(charged_at=at(period.starts_on if ends_on and period.starts_on <= TODAY else in_days(-1)), id="p-0")
    due = at(min(ends_on, TODAY)) if ends_on else ago(days=1)
    return {
        "none": (),
        "credited": (first,),
        "renewed": (payment(charged_at=due, id="p-2"), first),
        "renewed by a charge made ahead": (
            payment(
                method="bank_account", charged_at=due - 3 * DAY, id="p-2", credited_at=due + DAY if ends_on and ends_on < TODAY else due
            ),
            first,
        ),
        "pending": (payment("pending", "bank_account", ago(days=1), id="p-2"), first),
        "overdue": (payment("pending", "bank_account", ago(days=11), id="p-2"),),
        "credit card pending": (payment("pending", charged_at=ago(hours=2), id="p-2"),),
        "rejected": (payment("rejected", "debit_card", ago(hours=20), id="p-2", reason=BRACED), first),
        "rejected, another one credited": (
            payment("rejected", charged_at=ago(hours=1), id="p-3", reason=None),
            payment(charged_at=max(due, ago(days=1)), id="p-2"),
            first,
        ),
        "only refunded": (payment("refunded", charged_at=due, id="p-2"),),
        "only rejected": (payment("rejected", charged_at=due, id="p-2"),),
        "refunded": (payment("refunded", charged_at=due, id="p-2"), first),
    }


BACKUPS = {
    "none": (),
    "good": (backup(),),
    "good, no size": (replace(backup(), bytes=None),),
    "one night missing": (backup(in_days(-1)),),
    "sixty nights missing": (backup(in_days(-60)),),
    "failed": (backup(status="failed"), backup(in_days(-1))),
    "failed, none good": (backup(status="failed"), backup(in_days(-1), "failed")),
    "failed, and none since": (backup(in_days(-4), "failed"), backup(in_days(-5))),
    "running since tonight": (backup(status="running"), backup(in_days(-1))),
    "running for three nights": (backup(in_days(-2), "running"), backup(in_days(-3))),
    "running, none good": (backup(in_days(-2), "running"), backup(in_days(-3), "failed")),
}
MAILS = {
    "none": (),
    "sent": (mail(),),
    "sent elsewhere": (mail(sent_to="anterior@papeleria.mx"),),
    "queued": (mail("queued", ago(minutes=2)),),
    "queued long ago": (mail("queued", ago(days=3)), mail()),
    "bounced": (mail("bounced"),),
}
CHANGES = {"none": None, **{state: plan_change(state=state) for state in ("requested", "in_progress", "done", "cancelled")}}
MACHINES = {
    "never seen": (None, None),
    "up": (health(), None),
    "up days ago": (health("up", ago(days=3)), None),
    "down": (health("down"), None),
    "incident": (health("down"), incident(text="Falla {x} de red.\n" + "Trabajamos en ello. " * 40)),
}


def built(
    status: str, period: str, charge: str, nights: str = "good", letter: str = "sent", change: str = "none", machine: str = "up"
) -> Server:
    """One server; `charge` is looked up among the charges of its period."""
    seen, broken = MACHINES[machine]
    return server(
        "MITLA-01",
        status,
        subscription=PERIODS[period],
        payments=charges(PERIODS[period])[charge] if PERIODS[period] else (),
        backups=BACKUPS[nights],
        connection_mails=MAILS[letter],
        plan_change=CHANGES[change],
        health=seen if status == "active" else None,
        incident=broken,
        licences=(licence("Aspel SAE", 5, server_alias="MITLA-01"),),
    )


def periods_and_charges() -> Iterator[tuple[str, str, str]]:
    """Status × period × charge."""
    for status, period in product(STATUSES, PERIODS):
        for charge in charges(PERIODS[period]) if PERIODS[period] else ("none",):
            yield status, period, charge


# --- what is true of a server at NOW ----------------------------------------------------------------------------------


def ends(of: Server) -> date | None:
    return of.subscription.ends_on if of.subscription else None


def after_end(of: Server) -> int | None:
    """Days since the end; negative before it."""
    day = ends(of)
    return (TODAY - day).days if day else None


def within(of: Server, first: int, last: int) -> bool:
    days = after_end(of)
    return days is not None and first <= days <= last


def paid_ahead(of: Server) -> bool:
    """Whether a charge of what follows the recorded period was credited."""
    day = ends(of)
    return any(each.status == "credited" and day and local(each.charged_at) >= day for each in of.payments) or any(
        each.credited_at and day and local(each.credited_at) > day for each in of.payments
    )


def has_status(of: Server, *statuses: str) -> bool:
    return of.subscription is not None and of.subscription.status in statuses


def charge_is(of: Server, *statuses: str) -> bool:
    return bool(of.payments) and of.payments[0].status in statuses


def may_move(of: Server) -> bool:
    done = of.plan_change is not None and of.plan_change.state == "done"
    stopped = of.plan_change is not None and of.plan_change.state == "cancelled"
    return done or (of.status in {"active", "provisioning"} and not stopped)


def well_backed_up(of: Server) -> bool:
    last = of.backups[0] if of.backups else None
    return of.status == "active" and last is not None and last.status == "ok" and local(last.started_at) == TODAY


def none_due_yet(of: Server) -> bool:
    return not of.backups and not within(of, -28, 999) and of.subscription is not None


Fact = Callable[[Server], bool]
PROMISES: list[tuple[str, Fact]] = [
    (r"estará disponible en el nuevo", may_move),
    (r"^No hay horario", lambda of: of.status == "active" and of.incident is None and not (of.health and of.health.state == "down")),
    (r"[Pp]uedes (seguir usando|usarlo)", lambda of: of.status == "active" and within(of, 0, 3) and not paid_ahead(of)),
    (
        r"(está|aparece) vigente hasta",
        lambda of: of.status in {"active", "provisioning"} and within(of, -9999, 0) and not has_status(of, "expired", "cancelled"),
    ),
    (r"ahora no se puede usar", lambda of: of.status == "suspended"),
    (
        r"(se resguarda|resguardada|se resguardaría|se resguarde) hasta|último día en que se resguarda",
        lambda of: of.status not in OVER and within(of, -9999, 30) and not has_status(of, "cancelled"),
    ),
    (
        r"(se guarda|guardada) hasta",
        lambda of: of.status not in OVER and within(of, -9999, 30) and not has_status(of, "cancelled") and not paid_ahead(of),
    ),
    (r"se puede usar (en gracia )?hasta", lambda of: of.status in {"active", "provisioning"} and within(of, -9999, 3)),
    (r"está suspendido|, pero no se puede usar", lambda of: of.status == "suspended"),
    (r"^[^•\n]*(?<!no )está activo y", lambda of: of.status == "active"),
    (
        r"^[^•\n]*(vence (el|hoy|mañana)\b|no se apaga al vencer)",
        lambda of: of.status in {"active", "provisioning"} and within(of, -9999, 0),
    ),
    (r"^[^•\n]*venció (el|ayer)\b", lambda of: within(of, 1, 9999)),
    (r"ya corre\b", lambda of: within(of, -9999, 0) and of.subscription.starts_on <= TODAY and of.status not in OVER),
    (r"[Tt]odavía no corre", lambda of: not any(each.status == "credited" for each in of.payments[:1])),
    (r"su respaldo de anoche terminó bien", well_backed_up),
    (r"sigue en periodo de gracia", lambda of: of.status == "active" and within(of, 1, 3)),
    (r"[Ss]in pagar", lambda of: of.status not in OVER and within(of, 1, 999) and not paid_ahead(of)),
    (r"No tienes adeudo", lambda of: of.status in {"active", "provisioning"} and any(each.status == "credited" for each in of.payments)),
    (r"no veo adeudos por él|no veo un cargo en proceso", lambda of: not charge_is(of, "pending")),
    (r"El primero será", none_due_yet),
    (r"se está haciendo", lambda of: bool(of.backups) and of.backups[0].status == "running" and NOW - of.backups[0].started_at <= DAY / 24),
    (r"se genera diariamente", lambda of: well_backed_up(of) or none_due_yet(of)),
    (r"terminó bien .* El siguiente es", well_backed_up),
    (r"está por salir", lambda of: of.connection_mails[0].status == "queued" and NOW - of.connection_mails[0].queued_at <= DAY / 96),
    (r"te lo (re)?envío", lambda of: of.status == "active"),
    (r"Puedes cambiarla dentro", lambda of: of.status == "active"),
    (r"puedes instalar cualquier", lambda of: of.status == "active"),
    (r"Para conectar a los usuarios", lambda of: of.status == "active"),
    (r"ya está creado", lambda of: of.status == "active"),
    (
        r"se está creando: tu pago",
        lambda of: of.status == "provisioning" and any(each.credited_at and NOW - each.credited_at <= DAY / 96 for each in of.payments),
    ),
    (r"Cuando se (confirme|acredite), se crea", lambda of: of.status == "provisioning" and charge_is(of, "pending")),
    (
        r"próximo cargo automático es",
        lambda of: (
            of.status not in OVER and within(of, -9999, 0) and of.subscription.next_charge_on >= TODAY and not has_status(of, "cancelled")
        ),
    ),
    (r"cancélalo a más tardar|cancela tu servidor \d+ horas.*Más información", lambda of: of.status not in OVER and not within(of, 0, 999)),
    (r"puede demorar de 2 a 3 días hábiles\.", lambda of: charge_is(of, "pending") or not of.payments),
    (r"estaba encendido y respondiendo", lambda of: of.health is not None and of.health.state == "up" and NOW - of.health.at <= DAY / 24),
    (r"(vigencia de \S+|[Ss]u vigencia) (registrada )?terminó", lambda of: within(of, 1, 999)),
    (r"todavía no inicia", lambda of: not any(each.status == "credited" for each in of.payments[:1])),
    (r"ya fue eliminado", lambda of: of.status == "deleted"),
    (r"últimos? (respaldo )?bueno (de \S+ )?es del|fallaron los últimos", lambda of: any(each.status == "ok" for each in of.backups)),
    (r"no está en ninguna copia", lambda of: of.status == "active" and not well_backed_up(of)),
    (r"todavía no está en él", well_backed_up),
    (r"siguiente (de \S+ es|se intenta|intento es)", lambda of: of.status == "active"),
    (r"se respalde mientras está suspendido", lambda of: of.status == "suspended"),
    (r"incidente( de \S+)? (sigue |está )?abierto|No es por falta de pago", lambda of: of.status == "active" and of.incident is not None),
    (r"No es por falta de pago", lambda of: within(of, -9999, 0)),
    (r"Sí, es por falta de pago", lambda of: of.status == "suspended" and within(of, 1, 999) and not paid_ahead(of)),
    (r"(?<!no )está activo", lambda of: of.status == "active"),
    (r"^A cualquier hora:", lambda of: of.status == "active" and of.incident is None and not (of.health and of.health.state == "down")),
    (r"^A cualquier hora en cuanto|se crea solo", lambda of: of.status == "provisioning"),
    (
        r"en cerca de|En cerca de|[Cc]alculamos que|esperar cerca",
        lambda of: of.status == "provisioning" and any(each.credited_at and NOW - each.credited_at <= DAY / 96 for each in of.payments),
    ),
    (r"debe confirmarse tu cargo", lambda of: of.status == "provisioning" and charge_is(of, "pending")),
    (r"[{}]|None|0 bytes|-\d+ días", lambda _: False),
]
"""A sentence, and what must be true of the server of whom it is said."""


def untrue(text: str, of: Server) -> list[str]:
    """The promises in `text` that the state of the server denies."""
    promised = re.sub(r"[Nn]inguno de tus servidores [^.:]*[.:]", "", text)
    return [promise for promise, holds in PROMISES if re.search(promise, promised, re.MULTILINE) and not holds(of)]


def needs_person(of: Server, intent: str) -> bool:
    """Whether nothing but a person can go on, for the question `intent`."""
    if intent == "consultar_servidor":
        return of.status in OVER | {"suspended"} or (of.status == "active" and (of.incident is not None or of.health is None))
    if intent == "consultar_respaldo":
        return of.status in OVER or (of.status == "active" and not well_backed_up(of) and bool(of.backups))
    if intent in {"consultar_suscripcion", "consultar_pago"}:
        ended_and_paid = within(of, 1, 999) and paid_ahead(of)
        return of.status in OVER or ended_and_paid or (of.status == "suspended" and within(of, -9999, 0) and not charge_is(of, "pending"))
    return False
