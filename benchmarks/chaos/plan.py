"""What a run does, decided before it starts from one seed: who writes how much, and what is killed or hangs after how many messages."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

Database = Literal["sqlite", "postgres"]
Channel = Literal["web", "whatsapp"]
Kind = Literal["gateway", "dialogue", "actions", "postgres", "proxy"]
How = Literal["kill", "hang"]

FIRST_BLOW, LAST_BLOW = 0.03, 0.95
"""Between which shares of the messages the kills and hangs fall."""

RESEND = "mándenme otra vez el correo con los datos de conexión"
QUESTIONS = (
    "¿cuándo vence mi servidor?",
    "¿se hizo mi respaldo anoche?",
    "¿ya está mi factura?",
    "¿cuánto debo?",
    "¿dónde cambio la contraseña?",
    "¿cuántos servidores puedo contratar?",
    "¿ya quedó mi pago?",
    "¿qué servidores tengo?",
    "¿cómo está mi servidor?",
    "¿cuáles son las formas de pago?",
    "¿qué pasa si no pago a tiempo?",
    "¿cuál es el horario de acceso?",
)
"""Each is one plain question, so that it is understood as it was written; most answers name the customer's own server."""
RESEND_SHARE = 0.08


@dataclass(frozen=True)
class Plan:
    """One run."""

    messages: int = 10_000
    customers: int = 200
    kills: int = 30
    hangs: int = 10
    database: Database = "postgres"
    seed: int = 1
    gateways: int = 2
    dialogues: int = 2
    actions: int = 0
    """0: two with PostgreSQL, one with SQLite."""
    channel: Channel = "web"

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What can be killed and can hang; SQLite has no process of its own."""
        return ("gateway", "dialogue", "actions", "postgres") if self.database == "postgres" else ("gateway", "dialogue", "actions")

    @property
    def actions_processes(self) -> int:
        """How many actions processes run."""
        return self.actions or (2 if self.database == "postgres" else 1)

    def messages_of(self, customer: int) -> int:
        """How many messages this customer sends."""
        return self.messages // self.customers + (customer < self.messages % self.customers)


@dataclass(frozen=True)
class Blow:
    """Kill one process of this kind, or stop it for a minute, once that many messages were acknowledged."""

    after: int
    kind: Kind
    how: How


def blows_of(plan: Plan) -> list[Blow]:
    """Kills and hangs in order: as many of both as asked for, each kind as often as any other or once more, at random moments."""
    return sorted([*_blows(plan, "kill", plan.kills), *_blows(plan, "hang", plan.hangs)], key=lambda blow: blow.after)


def _blows(plan: Plan, how: How, number: int) -> list[Blow]:
    rng = Random(f"{how}s {plan.seed}")
    kinds: list[Kind] = []
    while len(kinds) < number:
        kinds += rng.sample(plan.kinds, len(plan.kinds))
    moments = [int(plan.messages * rng.uniform(FIRST_BLOW, LAST_BLOW)) for _ in range(number)]
    chosen = kinds[:number]
    rng.shuffle(chosen)
    return [Blow(after, kind, how) for after, kind in zip(moments, chosen, strict=True)]


def question(rng: Random) -> str:
    """What a customer writes next."""
    return RESEND if rng.random() < RESEND_SHARE else rng.choice(QUESTIONS)
