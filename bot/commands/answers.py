"""`python -m bot answers [TOPIC …]`: every answer as a customer reads it, in Spanish for a support lead; `docs/answers.md` is written from it.

Each topic × what can be asked of it × who asks (the demo customers, a visitor, a customer whose account cannot be read), as of one fixed moment.
The actions answer it as they answer anybody; nothing is written down here twice.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import pkgutil
import secrets
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from bot import clock
from bot.accounts import SqlAccounts
from bot.accounts.demo import CUSTOMERS, seed
from bot.accounts.port import Desk
from bot.database import Database, open_database
from bot.errors import AccountsUnavailable, SettingsError
from bot.identity.identity import ANONYMOUS, Identity, Level
from bot.identity.turn import TurnClaims, sign_turn
from bot.migrations import upgrade
from bot.protocol.frame import Asked
from bot.rules.calendar import BusinessCalendar
from bot.settings import ROOT, Settings, load_settings

MOMENT: Final = datetime(2026, 11, 24, 16, 20, tzinfo=UTC)
"""Tuesday 24 November 2026, 10:20 in Mexico City: a business day, and the line is open."""
VISITOR, AWAY, SEVERAL = "visitante", "cuenta sin leer", "C-1009"
_AWAY_DESK: Final = "C-1001"
_QUESTIONS: Final[Mapping[Asked, str]] = {
    Asked.GENERAL: "en general", Asked.STATE: "cómo está", Asked.WHEN: "cuándo", Asked.UNTIL: "hasta cuándo", Asked.SINCE: "desde cuándo",
    Asked.AMOUNT: "cuánto dinero", Asked.COUNT: "cuántos, cuánto tiempo", Asked.WHICH: "cuál", Asked.WHY: "por qué", Asked.WHERE: "dónde",
    Asked.HOW: "cómo, qué hago", Asked.WHETHER: "sí o no", Asked.WHAT_IF: "y si…", Asked.AGAIN: "repítemelo", Asked.SURE: "¿seguro?",
    Asked.WHO: "quién", Asked.DO: "hazlo",
}  # fmt: skip
_SITUATIONS: Final[Mapping[str, str]] = {
    "C-1001": "vigente, vence en 120 días",
    "C-1002": "vence en 5 días",
    "C-1003": "en gracia, cargo rechazado",
    "C-1004": "suspendido, con su información guardada",
    "C-1005": "eliminado",
    "C-1006": "creándose",
    "C-1007": "cargo a cuenta bancaria en proceso",
    "C-1008": "cargo fuera de plazo",
    SEVERAL: "cinco servidores en distintos estados",
    "C-1010": "sin respaldo en dos noches",
    "C-1011": "correo de conexión rebotado",
    "C-1012": "con una falla abierta",
    VISITOR: "alguien que no ha entrado a su cuenta",
    AWAY: "un cliente, mientras su cuenta no se puede leer",
}
_BUTTON: Final = "[{}]"
_NOT_TOPICS: Final = frozenset({"__main__", "server"})
Row = tuple[str, str, str]
"""What is asked, who asks, what they read."""


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("answers", help="every answer as customers read it, as Markdown (docs/answers.md)")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="intents, as consultar_pago (default: all)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0, or 2 for a topic that is none."""
    with tempfile.TemporaryDirectory() as folder, clock.stopped(MOMENT):
        try:
            with redirect_stdout(sys.stderr):  # what the actions log stands in no document
                document = asyncio.run(_document(arguments.topics, Path(folder)))
        except KeyError as error:
            print(f"answers: no topic is called {error.args[0]}", file=sys.stderr)
            return 2
    print(document)
    return 0


async def _document(topics: Sequence[str], folder: Path) -> str:
    accounts = await _accounts(folder)
    try:
        answers = _Answers(accounts, _settings())
        chosen = topics or answers.topics
        sections = [f"## {title}\n\n{_table(await answers.of(topic))}" for topic in chosen for title in (answers.title(topic),)]
    finally:
        await accounts.close()
    people = "\n".join(f"- **{who}**: {what}" for who, what in _SITUATIONS.items())
    return (
        "# Lo que contesta el asistente\n\n"
        "Generado con `python -m bot answers > docs/answers.md`; los textos se cambian en `data/nlu/<tema>.yml`. Fechas y montos son los de los\n"
        "clientes de demostración, como si fuera el martes 24 de noviembre de 2026 a las 10:20. Cada renglón es una respuesta: qué se pregunta, quién\n"
        f"pregunta y qué lee. Los botones van entre corchetes.\n\n{people}\n\n" + "\n\n".join(sections)
    )


async def _accounts(folder: Path) -> SqlAccounts:
    """The demo customers as of MOMENT."""
    url = f"sqlite:///{folder}/accounts.db"
    upgrade(url, "accounts")
    database = open_database(url)
    await seed(database, MOMENT)
    return _ReadOnce(database)


def _settings() -> Settings:
    """Those of a new installation, whatever this machine's are, with a mailbox: the answers are the product's."""
    secret = secrets.token_hex(32)
    return load_settings(
        {"INTERNAL_SECRET": secret, "SESSION_SECRET": secret, "PORTAL_JWT_SECRET": secret, "SMTP_URL": "file:///tmp/outbox"}
    )


class _Answers:
    """Asks the actions in this process."""

    def __init__(self, accounts: SqlAccounts, settings: Settings) -> None:
        self._accounts, self._away, self._settings = accounts, _Away(accounts.database), settings
        self._texts, self._titles = _texts_and_titles()
        self._executor = _executor()

    @property
    def topics(self) -> list[str]:
        """Intents that have a title, by name."""
        known = {name.removeprefix("action_") for name in self._executor.actions}
        return sorted(topic for topic in self._titles if topic in known)

    def title(self, topic: str) -> str:
        """As it stands over its section. Raises KeyError."""
        return f"{self._titles[topic]} (`{topic}`)"

    async def of(self, topic: str) -> list[Row]:
        """Every answer of a topic. Raises KeyError."""
        return [
            (question, who, await self._read(topic, asked, who))
            for asked, question in _QUESTIONS.items()
            for who in (*CUSTOMERS, VISITOR, AWAY)
        ]

    async def _read(self, topic: str, asked: Asked, who: str) -> str:
        from actions.environment import Environment, install  # noqa: PLC0415 - no other command needs the SDK

        calendar = BusinessCalendar(self._settings.timezone, self._settings.extra_holidays)
        install(Environment(self._settings, self._away if who == AWAY else self._accounts, calendar))
        result = await self._executor.run(self._call(topic, asked, who))
        return "<br>".join(part for message in (result or {})["responses"] for part in self._shown(message))

    def _shown(self, message: dict[str, Any]) -> Iterable[str]:
        answer = self._texts[message["response"]]
        yield str(answer["text"]).format_map(message).strip().replace("|", "\\|")
        titles = [*(button["title"] for button in answer.get("buttons", ())), *(button["title"] for button in message["buttons"])]
        if titles:
            yield " ".join(_BUTTON.format(title) for title in titles)

    def _call(self, topic: str, asked: Asked, who: str) -> dict[str, Any]:
        desk = _AWAY_DESK if who == AWAY else who
        identity = ANONYMOUS if who == VISITOR else Identity(desk, None, Level.SIGNED_IN, "portal")
        token = sign_turn(self._settings.internal_secret, TurnClaims(identity, "web", "answers"), MOMENT)
        latest = {"text": "", "intent": {"name": topic, "confidence": 1.0}, "entities": [], "frame": f"{topic} {asked}"}
        tracker = {"sender_id": "answers", "slots": {}, "latest_message": {**latest, "metadata": {"turn_token": token}}}
        return {"next_action": f"action_{topic}", "tracker": tracker}


class _ReadOnce(SqlAccounts):
    """The desks at one moment: none of them changes, so each is read once."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._read: dict[str, Desk] = {}

    async def read_desk(self, desk_id: str) -> Desk:
        """As it was at first."""
        if desk_id not in self._read:
            self._read[desk_id] = await super().read_desk(desk_id)
        return self._read[desk_id]


class _Away(SqlAccounts):
    """An account system that does not answer."""

    async def read_desk(self, desk_id: str) -> Desk:
        """Raises AccountsUnavailable."""
        raise AccountsUnavailable(desk_id)


def _table(rows: Sequence[Row]) -> str:
    """One line for each answer; those who read the same to the same questions stand together."""
    by_answer: dict[tuple[str, str], list[str]] = {}
    for question, who, answer in rows:
        by_answer.setdefault((who, answer), []).append(question)
    lines: dict[tuple[str, str], list[str]] = {}
    for (who, answer), questions in by_answer.items():
        asked = "lo que sea" if len(questions) == len(_QUESTIONS) else "; ".join(questions)
        lines.setdefault((asked, answer), []).append(who)
    body = "\n".join(f"| {asked} | {', '.join(who)} | {answer} |" for (asked, answer), who in lines.items())
    return f"| si se pregunta | quién | lee |\n|---|---|---|\n{body}"


def _texts_and_titles() -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """(the answers by their key, as the web chat says them; the titles of the topics)."""
    texts: dict[str, dict[str, Any]] = {}
    titles: dict[str, str] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key, variants in (written.get("responses") or {}).items():
            texts[key] = next((each for each in variants if each.get("channel") == "web"), variants[0])
        titles |= {
            block["intent"]: block["metadata"]["title"] for block in written.get("nlu") or () if "title" in (block.get("metadata") or {})
        }
    return texts, titles


def _executor() -> Any:
    """The SDK's executor with every topic. Raises SettingsError where the SDK is not installed."""
    try:
        from rasa_sdk.executor import ActionExecutor  # noqa: PLC0415

        import actions  # noqa: PLC0415 - no other command needs the SDK
    except ImportError as error:
        raise SettingsError(f"the actions cannot be loaded: {error}") from None
    for module in pkgutil.iter_modules(actions.__path__):
        if module.name not in _NOT_TOPICS:
            importlib.import_module(f"actions.{module.name}")
    executor = ActionExecutor()
    executor.register_package("actions")
    return executor
