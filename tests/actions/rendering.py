"""Asks an action and reads what the customer would read: real signed token, real SDK dispatcher, texts from the YAML.

Only the live state is made by hand. `ask("consultar_respaldo", desk(server("MITLA-01", backups=(…))))` → Rendered.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
import yaml
from rasa_sdk.executor import ActionExecutor

import actions
from actions.environment import Environment, install
from bot.accounts.port import Backup, ConnectionMail, Desk, Health, Incident, Invoice, Licence, Payment, PlanChange, Server, Subscription
from bot.errors import AccountsUnavailable, DeskUnknown
from bot.protocol.state import SLOT
from bot.rules.calendar import BusinessCalendar
from bot.settings import Settings, load_settings
from tests.support.tokens import turn_token

ROOT = Path(__file__).resolve().parents[2]
MEXICO = ZoneInfo("America/Mexico_City")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=MEXICO)  # a Tuesday, the line is open
TODAY = NOW.date()
TURN = "inbound-1"
MAX_CHARACTERS = 500
_BULLET = "• "
_SECRET = "s" * 40
_NO_ACTIONS = frozenset({"__main__", "server"})


@dataclass(frozen=True)
class Rendered:
    """What one question brought: the text as the channel joins it, and everything beside it."""

    text: str
    buttons: list[dict[str, Any]]
    effects: list[dict[str, Any]]
    readings: list[dict[str, Any]]
    slots: dict[str, Any]
    state: dict[str, Any]  # as it is remembered for the next question: `ask(…, slots={"estado": answer.state})`
    responses: list[str]

    @property
    def titles(self) -> list[str]:
        """Titles of the buttons."""
        return [button["title"] for button in self.buttons]

    @property
    def intents(self) -> list[str]:
        """What the buttons ask."""
        return [button["intent"] for button in self.buttons]

    @property
    def reasons(self) -> list[str]:
        """The reasons of the case that it opens or adds to."""
        return [effect["payload"]["reason"] for effect in self.effects if effect["kind"] == "escalate"]

    def told(self) -> set[tuple[str, str, str, str | None]]:
        """The readings as (source, field, value, server)."""
        return {(row["source"], row["field"], row["value"], row["server"]) for row in self.readings}


class FakeAccounts:
    """The port over desks in memory; `away` makes every read fail."""

    def __init__(self, desks: Sequence[Desk], *, away: bool = False) -> None:
        self._desks = {each.id: each for each in desks}
        self._away = away

    async def read_desk(self, desk_id: str) -> Desk:
        if self._away:
            raise AccountsUnavailable("away")
        if desk_id not in self._desks:
            raise DeskUnknown(desk_id)
        return self._desks[desk_id]

    async def desk_exists(self, desk_id: str) -> bool:
        return desk_id in self._desks

    async def queue_connection_mail(self, desk_id: str, alias: str, key: str, now: datetime) -> ConnectionMail:
        raise AssertionError("actions are read-only")

    async def close(self) -> None:
        return None


# --- one question ---------------------------------------------------------------------------------------------------


async def ask(
    intent: str,
    of: Desk | None = None,
    *,
    now: datetime = NOW,
    away: bool = False,
    servidor: str | None = None,
    producto: str | None = None,
    exact: bool = True,
    slots: Mapping[str, Any] | None = None,
    choices: Sequence[Mapping[str, str]] = (),
    others: Sequence[Desk] = (),
    turn: str = TURN,
    confidence: float = 0.97,
    action: str | None = None,
    beside: bool = False,
    left_over: bool = False,
    says_to_have_paid: bool = False,
    says_to_wait: bool = False,
    text: str = "",
    frame: str = "",
    **changed_settings: Any,
) -> Rendered:
    """Run `action_<action>` (default: of the intent) for the desk `of` (None: a visitor) and check what holds for every answer.

    `servidor`/`producto` are entities of the message, `exact=False` a loose mention ("sierra 2"); `beside` a question beside one that is answered, `left_over` those that were too many; `others` are desks of other customers;
    `frame` is the rest of the frame after the intent ("until servers=all refers=goes_on").
    """
    settings = replace(_settings(), **changed_settings)
    mine = [replace(of, read_at=now)] if of else []
    install(Environment(settings, FakeAccounts([*mine, *others], away=away), BusinessCalendar(settings.timezone, settings.extra_holidays)))
    token = turn_token(_SECRET, of.id if of else None, turn, now)
    entities = [{"entity": "servidor", "value": servidor, "exact": exact}] if servidor else []
    entities += [{"entity": "producto", "value": producto}] if producto else []
    entities += [{"entity": "ya_pago", "value": "ya_pago"}] if says_to_have_paid else []
    entities += [{"entity": "espera", "value": "espera"}] if says_to_wait else []
    latest = {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "entities": entities,
        "choices": list(choices),
        "metadata": {"turn_token": token},
        **({"beside_answer": True} if beside else {}),
        **({"left_over": True} if left_over else {}),
        **({"frame": f"{intent} {frame}"} if frame else {}),
    }
    call = {
        "next_action": f"action_{action or intent}",
        "tracker": {"sender_id": "c", "slots": dict(slots or {}), "latest_message": latest},
    }
    with time_machine.travel(now, tick=False):
        result = await executor().run(call)
    assert result is not None
    rendered = _render(json.loads(json.dumps(result)))
    _check(rendered)
    return rendered


def _render(result: dict[str, Any]) -> Rendered:
    texts, buttons, custom = [], [], []
    for message in result["responses"]:
        answer = answers()[message["response"]]
        texts.append(answer["text"].format_map(message).strip())
        buttons += [{"title": button["title"], "intent": button["payload"]} for button in answer.get("buttons", ())]
        buttons += [{"title": button["title"], **json.loads(button["payload"])} for button in message["buttons"]]
        custom.append(message["custom"])
    return Rendered(
        text=joined(texts),
        buttons=buttons,
        effects=[effect for extra in custom for effect in extra.get("effects", [])],
        readings=[reading for extra in custom for reading in extra.get("readings", [])],
        slots={event["name"]: event["value"] for event in result["events"] if event["name"] != SLOT},
        state=next(event["value"] for event in result["events"] if event["name"] == SLOT),
        responses=[message["response"] for message in result["responses"]],
    )


def _check(rendered: Rendered) -> None:
    assert rendered.text
    own = rendered.text.removesuffix(answers()["utter_retomar_pregunta"]["text"]).strip()
    assert len(own) <= MAX_CHARACTERS, f"{len(own)} characters: {own}"
    assert "None" not in rendered.text
    resumed = "utter_retomar_pregunta" in rendered.responses  # one more question, with a button for each server
    assert len(rendered.buttons) <= (8 if resumed else 5), rendered.titles
    assert all(1 <= len(title) <= 20 for title in rendered.titles), rendered.titles
    assert len(set(rendered.titles)) == len(rendered.titles)


def joined(texts: Sequence[str]) -> str:
    """As bot/dialogue/channel.joined, which imports rasa and so cannot be used here; tests/content/test_answers.py compares both."""
    whole = ""
    for text in filter(None, texts):
        separator = "" if not whole else "\n" if text.startswith(_BULLET) else "\n\n"
        whole += separator + text
    return whole


@lru_cache(maxsize=1)
def answers() -> dict[str, dict[str, Any]]:
    """Every answer of data/nlu by its key: `text` and perhaps `buttons` (`title` and, as `payload`, the intent it asks)."""
    return {key: variants[0] for responses in responses_by_file().values() for key, variants in responses.items()}


@lru_cache(maxsize=1)
def responses_by_file() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The `responses:` of each file in data/nlu, as written."""
    found = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        # the examples beneath are long and are not needed here
        found[path.name] = yaml.safe_load(path.read_text(encoding="utf-8").split("\nnlu:")[0]).get("responses") or {}
    return found


@lru_cache(maxsize=1)
def executor() -> ActionExecutor:
    """The SDK's executor with every topic registered."""
    for module in pkgutil.iter_modules(actions.__path__):
        if module.name not in _NO_ACTIONS:
            importlib.import_module(f"actions.{module.name}")
    executor = ActionExecutor()
    executor._register_all_actions()
    return executor


@lru_cache(maxsize=1)
def _settings() -> Settings:
    return load_settings(
        {"INTERNAL_SECRET": _SECRET, "SESSION_SECRET": _SECRET, "PORTAL_JWT_SECRET": _SECRET, "SMTP_URL": "file:///tmp/outbox"}
    )


# --- the live state, by hand; moments are given as local, days as dates -----------------------------------------------


def at(day: date, clock: str = "10:00") -> datetime:
    """A local moment as the port gives it: aware, UTC."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=MEXICO).astimezone(UTC)


def ago(**units: float) -> datetime:
    """A moment before NOW, as timedelta's keywords say: `ago(minutes=6)`."""
    return (NOW - timedelta(**units)).astimezone(UTC)


def desk(*servers: Server, id: str = "C-1", name: str = "Papelería Central", licences: Sequence[Licence] = ()) -> Desk:  # noqa: A002
    """A desk with these servers; the licences of its servers are its own too."""
    own = tuple(licences) + tuple(licence for each in servers for licence in each.licences)
    return Desk(id, name, "contacto@papeleria.mx", ("+525512345678",), tuple(servers), own, NOW)


def server(alias: str = "CENTRAL-01", status: str = "active", **given: Any) -> Server:
    """A healthy active server; anything of port.Server can be given instead."""
    values: dict[str, Any] = {
        "id": f"id-{alias}",
        "alias": alias,
        "solution": "Nube 5",
        "os": "Windows Server 2012 R2",
        "status": status,
        "host": "10.0.0.1",
        "health": Health(NOW, "up") if status == "active" else None,
        "incident": None,
        "subscription": subscription(),
        "payments": (),
        "backups": (),
        "invoices": (),
        "connection_mails": (),
        "licences": (),
        "plan_change": None,
    }
    return Server(**{**values, **given})


def subscription(ends_on: date | None = date(2027, 3, 24), **given: Any) -> Subscription:
    """A subscription of a year; `status` follows from nothing, give it."""
    values: dict[str, Any] = {
        "starts_on": ends_on - timedelta(days=364) if ends_on else None,
        "ends_on": ends_on,
        "status": "active" if ends_on else "pending",
        "auto_renew": True,
        "price": Decimal("1250.00"),
        "currency": "MXN",
        "next_charge_on": ends_on,
    }
    return Subscription(**{**values, **given})


def payment(status: str = "credited", method: str = "credit_card", charged_at: datetime | None = None, **given: Any) -> Payment:
    """A charge of $1,250.00 MXN made at `charged_at` (default: ten days ago); credited at once when its status says so."""
    charged_at = charged_at or ago(days=10)
    masked = {"bank_account": "BBVA ···· 1234", "debit_card": "Débito ···· 5678", "credit_card": "Visa ···· 4242"}[method]
    values: dict[str, Any] = {
        "id": "p-1",
        "amount": Decimal("1250.00"),
        "currency": "MXN",
        "method": method,
        "masked": masked,
        "status": status,
        "charged_at": charged_at,
        "credited_at": charged_at if status == "credited" else None,
        "reason": "fondos insuficientes" if status == "rejected" else None,
    }
    return Payment(**{**values, **given})


def backup(day: date = TODAY, status: str = "ok", size: int = 12_400_000_000) -> Backup:
    """The backup of the night of `day`, started at 2:05 and, unless it runs, finished at 2:41."""
    running = status == "running"
    return Backup(at(day, "02:05"), None if running else at(day, "02:41"), status, size if status == "ok" else None)  # type: ignore[arg-type]


def invoice(available_on: date, number: str | None = "A-1012") -> Invoice:
    """The invoice of payment p-1."""
    return Invoice("p-1", number, available_on)


def mail(status: str = "sent", sent_at: datetime | None = None, sent_to: str = "contacto@papeleria.mx") -> ConnectionMail:
    """A connection mail; sent two days ago unless told or still queued."""
    moment = sent_at or ago(days=2)
    return ConnectionMail(sent_to, None if status == "queued" else moment, moment, status)  # type: ignore[arg-type]


def licence(
    product: str = "SAE", users: int = 5, status: str = "active", kind: str = "suscripción", server_alias: str | None = None
) -> Licence:
    """An Aspel licence."""
    return Licence(product, kind, users, status, server_alias)  # type: ignore[arg-type]


def plan_change(to_solution: str = "Nube 10", state: str = "requested", requested_at: datetime | None = None) -> PlanChange:
    """A change to another solution, asked for yesterday."""
    return PlanChange(to_solution, requested_at or ago(days=1), state)  # type: ignore[arg-type]


def incident(started_at: datetime | None = None, text: str = "Falla de red en el centro de datos") -> Incident:
    """An open incident, for an hour now."""
    return Incident(started_at or ago(hours=1), text)


def health(state: str = "up", moment: datetime | None = None) -> Health:
    """The last known state of the machine."""
    return Health(moment or NOW, state)  # type: ignore[arg-type]
