"""The only reader of the environment. A bad value stops the process and names the variable.

Every setting is one field below: its metadata says which variable it is read from and what it means; `docs/settings.md`
is written from it by `python -m bot settings`.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

from bot.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
MIN_SECRET_CHARACTERS = 32
MOST_SECRET_CHARACTERS = 4_096
MAX_PORT = 65_535
MAX_NUMBER = 100_000_000
MAX_DAYS = 3_650  # dates stay dates
MAX_BURST_SECONDS = 8
VAPID_KEY_BYTES = 32
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many private keys there are on the curve of VAPID (FIPS 186-4, D.1.2.3)."""


def _text(raw: str) -> str:
    return raw


def _required(raw: str) -> str:
    if not raw:
        raise ValueError("must not be empty")
    return raw


def _boolean(raw: str) -> bool:
    if raw not in {"0", "1"}:
        raise ValueError("must be 0 or 1")
    return raw == "1"


def _positive(raw: str) -> int:
    number = int(raw)
    if not 0 < number <= MAX_NUMBER:
        raise ValueError(f"must be a whole number from 1 to {MAX_NUMBER}")
    return number


def _speed(raw: str) -> int:
    number = _positive(raw)
    if number < 2:  # noqa: PLR2004 - one at once, and one that follows
        raise ValueError("must be at least 2")
    return number


def _few_days(raw: str) -> int:
    number = _positive(raw)
    if number > MAX_DAYS:
        raise ValueError(f"must be at most {MAX_DAYS}")
    return number


def _port(raw: str) -> int:
    number = int(raw)
    if not 1 <= number <= MAX_PORT:
        raise ValueError("must be a port between 1 and 65535")
    return number


def _seconds(raw: str) -> timedelta:
    return timedelta(seconds=_positive(raw))


def _few_seconds(raw: str) -> timedelta:
    seconds = float(raw)
    if not 0 <= seconds <= MAX_BURST_SECONDS:
        raise ValueError(f"must be a number from 0 to {MAX_BURST_SECONDS}")
    return timedelta(seconds=seconds)


def _list(raw: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in raw.split(",") if part.strip())


def _domains(raw: str) -> tuple[str, ...]:
    domains = tuple(part.casefold() for part in _list(raw))
    if any(re.fullmatch(r"[^\s@/:]+", domain) is None for domain in domains):
        raise ValueError("must be domains as empresa.example, comma separated")
    return domains


def _dates(raw: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(part) for part in _list(raw))


def _proxies(raw: str) -> tuple[str, ...]:
    return tuple(str(ip_address(part)) for part in _list(raw))


def _url(raw: str) -> str:
    if raw and not _is_http(raw):
        raise ValueError("must be an absolute URL, as https://portal.example/path")
    return raw.rstrip("/")


def _is_http(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(c.isspace() for c in url)


def _process(raw: str) -> str:
    if not _is_http(raw) or not urlsplit(raw).port:
        raise ValueError("must be an address with its port, as http://127.0.0.1:5105")
    return raw.rstrip("/")


def _processes(raw: str) -> tuple[str, ...]:
    return tuple(_process(part.strip()) for part in raw.split(","))


def _database(raw: str) -> Secret:
    if not urlsplit(raw).scheme:
        raise ValueError("must be an SQLAlchemy URL, as postgresql+asyncpg://user:password@host/name")
    return Secret(raw.rstrip("/"))


def _factory(raw: str) -> str:
    module, _, name = raw.partition(":")
    if raw and not all(part.isidentifier() for part in (*module.split("."), name)):
        raise ValueError("must be package.module:function")
    return raw


def _numbers(raw: str) -> tuple[str, ...]:
    numbers = _list(raw)
    if not all(number.isascii() and number.isdigit() for number in numbers):
        raise ValueError("must be ids of numbers as Meta's console shows them, digits only")
    return numbers


def _api_version(raw: str) -> str:
    if not re.fullmatch(r"v\d{2,3}\.\d", raw):
        raise ValueError("must be a version as v26.0")
    return raw


def _amount(raw: str) -> float:
    amount = float(raw)
    if not 0 <= amount <= MAX_NUMBER:
        raise ValueError(f"must be an amount from 0 to {MAX_NUMBER}")
    return amount


def _origins(raw: str) -> tuple[str, ...]:
    origins = tuple(_url(part) for part in _list(raw))
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or parts.path or "*" in origin:
            raise ValueError(f"{origin!r} is not an exact origin such as https://portal.example")
    return origins


def _zone(raw: str) -> ZoneInfo:
    try:
        return ZoneInfo(raw)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not a known time zone") from None


@dataclass(frozen=True)
class SupportHours:
    """Opening hours of the support line on business days, local time."""

    opens: time
    closes: time


def _hours(raw: str) -> SupportHours:
    opens, _, closes = raw.partition("-")
    hours = SupportHours(time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip()))
    if hours.opens.tzinfo or hours.closes.tzinfo:
        raise ValueError("must be local time, as in 09:00-18:00")
    if hours.opens >= hours.closes:
        raise ValueError("must open before it closes, as in 09:00-18:00")
    return hours


class Secret(str):
    """A string that never shows itself in a log or a traceback."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)" if self else "Secret(empty)"


def _mail_address(raw: str) -> str:
    if raw and not re.fullmatch(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,190}", raw):
        raise ValueError("must be one mail address")
    return raw


def _jwks(raw: str) -> str:
    if raw and not is_safe(raw):
        raise ValueError("must be an https address without a user, or http on this machine")
    return raw


def _issuer(raw: str) -> str:
    """As it is written, to the last stroke: tokens name it so."""
    if raw and (not is_safe(raw) or "?" in raw or "#" in raw):
        raise ValueError("must be an https address without a user or a query, or http on this machine")
    return raw


def is_safe(url: str) -> bool:
    """Whether secrets may go to this address: nobody on the way reads them, and it names no user."""
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or ""))
    return safe and bool(parts.hostname) and parts.username is None and url.isprintable() and not any(c.isspace() for c in url)


def _is_here(host: str) -> bool:
    """Whether this is our own machine: a name that only begins like its address (127.evil.example) is somebody else's."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _secret(raw: str) -> Secret:
    if raw and len(raw) < MIN_SECRET_CHARACTERS:
        raise ValueError(f"must have at least {MIN_SECRET_CHARACTERS} characters")
    return Secret(raw)


def _secrets(raw: str) -> Secret:
    for part in _list(raw):
        _secret(part)
    return Secret(raw)


def _any_secret(raw: str) -> Secret:
    return Secret(raw)


def _vapid_key(raw: str) -> Secret:
    if raw:
        with contextlib.suppress(ValueError):
            key = base64.b64decode(raw + "=" * (-len(raw) % 4), altchars=b"-_", validate=True)
            if len(key) == VAPID_KEY_BYTES and 0 < int.from_bytes(key) < P256_ORDER:
                return Secret(raw)
        raise ValueError('must be 32 bytes in base64url, as python -c "import secrets; print(secrets.token_urlsafe(32))" makes them')
    return Secret(raw)


def _secret_or_file(raw: str) -> Secret:
    """Itself, or what the file holds that it names."""
    if not raw.startswith("file:"):
        return Secret(raw)
    path = Path(unquote(urlsplit(raw).path))
    if not path.is_absolute() or not path.is_file():
        raise ValueError("must be the secret, or file:///path of a file that holds it")
    try:
        with path.open(encoding="utf-8") as file:
            held = file.read(MOST_SECRET_CHARACTERS).strip()
    except OSError as error:
        raise ValueError(f"its file cannot be read ({type(error).__name__})") from None
    return Secret(_required(held))


def _file(raw: str) -> Path | None:
    if raw and not Path(raw).is_file():
        raise ValueError("must be a file that is there")
    return Path(raw) if raw else None


def _claim(raw: str) -> str:
    if raw not in {"sub", "email"}:
        raise ValueError("must be sub or email")
    return raw


def setting(variable: str, default: str, parse: Callable[[str], Any], help_text: str) -> Any:
    """Declare one setting: its variable, default (as it would be written), parser and meaning."""
    return field(metadata={"variable": variable, "default": default, "parse": parse, "help": help_text})


@dataclass(frozen=True)
class Settings:
    """All settings of all processes, validated."""

    # storage
    database_url: Secret = setting(
        "DATABASE_URL",
        f"sqlite:///{VAR}/ledger.db",
        _database,
        "URL of the ledger, as sqlite:///path or postgresql+asyncpg://user:password@host/name",
    )
    accounts_database_url: Secret = setting(
        "ACCOUNTS_DATABASE_URL", f"sqlite:///{VAR}/accounts.db", _database, "URL of the live state, in the same form"
    )
    accounts_factory: str = setting(
        "ACCOUNTS_FACTORY", "", _factory, "package.module:function that makes a company's own AccountsPort; empty: our tables"
    )
    # network
    bind_host: str = setting("BIND_HOST", "127.0.0.1", _required, "address the gateway listens on")
    bind_port: int = setting("BIND_PORT", "8080", _port, "port the gateway listens on")
    trusted_proxies: tuple[str, ...] = setting("TRUSTED_PROXIES", "", _proxies, "addresses whose X-Forwarded-For is believed")
    dialogue_urls: tuple[str, ...] = setting("DIALOGUE_URLS", "http://127.0.0.1:5105", _processes, "dialogue processes, comma separated")
    actions_url: tuple[str, ...] = setting("ACTIONS_URL", "http://127.0.0.1:5155", _processes, "actions processes, comma separated")
    internal_secret: Secret = setting(
        "INTERNAL_SECRET", "", _secret, "shared by our processes; empty: one is made and kept in var/ (demo only)"
    )
    demo: bool = setting("DEMO", "0", _boolean, "1 serves the demo portal, its log-in and the demo customers")
    # what the company offers
    support_phone: str = setting("SUPPORT_PHONE", "55 8000 9480", _required, "the support line, as told to customers")
    support_hours: SupportHours = setting("SUPPORT_HOURS", "09:00-18:00", _hours, "hours of the line on business days")
    answer_minutes: int = setting(
        "ANSWER_MINUTES", "60", _positive, "minutes of those hours within which an agent answers who waits for one"
    )
    sae_remoto_url: str = setting("SAE_REMOTO_URL", "", _url, "guide of SAE Remoto (FAQ 21); empty: no link is given")
    tutorials_url: str = setting(
        "TUTORIALS_URL", "", _url, "tutorials page, named where a question is not for this chat; empty: no link is given"
    )
    privacy_responsible: str = setting(
        "PRIVACY_RESPONSIBLE", "", _text, "who is responsible for the customers' data, as the privacy notices name them; empty: the service"
    )
    privacy_url: str = setting("PRIVACY_URL", "", _url, "full privacy notice; empty: the gateway's own page /privacidad")
    portal_url: str = setting("PORTAL_URL", "", _url, "the customers' service desk, named to visitors who are not identified")
    # identity
    session_secret: Secret = setting("SESSION_SECRET", "", _secret, "signs web sessions; empty: one is made and kept in var/ (demo only)")
    sealing_key: Secret = setting(
        "SEALING_KEY",
        "",
        _secrets,
        "seals what may be kept of masked data, and agents' second factors; several, comma separated: the first one seals, all open; "
        "empty: derived from SESSION_SECRET",
    )
    session_ttl: timedelta = setting("SESSION_TTL", "43200", _seconds, "life of a web session, seconds")
    portal_jwt_secret: Secret = setting(
        "PORTAL_JWT_SECRET", "", _secret, "HS256 key of the portal's tokens; empty in demo: one is made and kept in var/"
    )
    portal_jwt_public_key: str = setting(
        "PORTAL_JWT_PUBLIC_KEY", "", _text, "PEM of an RS256/ES256/EdDSA key of the portal, instead of the secret"
    )
    portal_jwks_url: str = setting(
        "PORTAL_JWKS_URL",
        "",
        _jwks,
        "address of the portal's public keys (JWKS), for tokens that name one of them by `kid`; https, or http on this machine; needs PORTAL_JWT_ISSUER",
    )
    portal_jwt_audience: str = setting(
        "PORTAL_JWT_AUDIENCE", "servidor-virtual-assistant", _required, "audience the portal's tokens must name"
    )
    portal_jwt_issuer: str = setting("PORTAL_JWT_ISSUER", "", _text, "issuer the portal's tokens must name; empty: any")
    portal_jwt_previous_secret: Secret = setting(
        "PORTAL_JWT_PREVIOUS_SECRET", "", _secret, "secret that was replaced, good as well until it is taken out of the settings"
    )
    portal_jwt_previous_public_key: str = setting(
        "PORTAL_JWT_PREVIOUS_PUBLIC_KEY", "", _text, "public key that was replaced, in the same way"
    )
    allowed_origins: tuple[str, ...] = setting("ALLOWED_ORIGINS", "", _origins, "exact origins of pages that may embed the widget")
    # the channel of WhatsApp, docs/whatsapp.md
    whatsapp_phone_number_id: tuple[str, ...] = setting(
        "WHATSAPP_PHONE_NUMBER_ID", "", _numbers, "ids of the company's WhatsApp numbers, comma separated; empty: no WhatsApp"
    )
    whatsapp_access_token: Secret = setting("WHATSAPP_ACCESS_TOKEN", "", _any_secret, "access token of Meta's Graph API")
    whatsapp_app_secret: Secret = setting("WHATSAPP_APP_SECRET", "", _any_secret, "app secret, with which Meta signs what it sends us")
    whatsapp_verify_token: Secret = setting(
        "WHATSAPP_VERIFY_TOKEN", "", _any_secret, "word of our own that Meta repeats when it verifies the webhook"
    )
    whatsapp_api_version: str = setting("WHATSAPP_API_VERSION", "v26.0", _api_version, "version of the Graph API")
    whatsapp_api_base: str = setting("WHATSAPP_API_BASE", "https://graph.facebook.com", _url, "where the Graph API is")
    whatsapp_template: str = setting(
        "WHATSAPP_TEMPLATE",
        "",
        _text,
        "approved template (es_MX, no parameters) that invites back after 24 hours; empty: the case is left to agents",
    )
    whatsapp_messages_per_second: int = setting(
        "WHATSAPP_MESSAGES_PER_SECOND", "80", _speed, "what Meta lets a number send in a second; 20 where the phone app stays beside it"
    )
    whatsapp_price_mxn: float = setting("WHATSAPP_PRICE_MXN", "0.15", _amount, "what a billable message costs, MXN")
    whatsapp_free_messages: int = setting("WHATSAPP_FREE_MESSAGES", "1000", _positive, "service messages a number has free in a month")
    whatsapp_budget_mxn: float = setting(
        "WHATSAPP_BUDGET_MXN", "0", _amount, "spending of a month above which operators are alerted, MXN; 0: never"
    )
    # the agents' console, docs/console.md
    console_url: str = setting(
        "CONSOLE_URL",
        "",
        _url,
        "address of the console as agents open it, as https://asistente.example/console: for their mails, and where OIDC_ISSUER sends them back to; "
        "empty: mails name none",
    )
    oidc_issuer: str = setting(
        "OIDC_ISSUER",
        "",
        _issuer,
        "the company's OpenID Connect provider, by which agents sign in, as its tokens name it; https, or http on this machine; empty: passwords only",
    )
    oidc_client_id: str = setting("OIDC_CLIENT_ID", "", _text, "who we are to that provider")
    oidc_client_secret: Secret = setting(
        "OIDC_CLIENT_SECRET", "", _secret_or_file, "what proves it; file:///path reads it from a file that holds nothing else"
    )
    oidc_claim: str = setting(
        "OIDC_CLAIM",
        "sub",
        _claim,
        "what an agent is known by at the first sign-in: sub (given by `agent sign-on`), or email, if verified there",
    )
    second_factor_for_all: bool = setting(
        "SECOND_FACTOR_FOR_ALL",
        "0",
        _boolean,
        "1: nobody gets into the console without a second factor; 0: supervisors and administrators do not",
    )
    known_passwords: Path | None = setting(
        "KNOWN_PASSWORDS", "", _file, "file of passwords that no agent may have, one a line, as lists of leaked ones are; empty: none"
    )
    oidc_new_agents: bool = setting(
        "OIDC_NEW_AGENTS", "0", _boolean, "1: whom the provider lets in and nobody here is, becomes an agent, of the lowest role"
    )
    oidc_acr_values: tuple[str, ...] = setting(
        "OIDC_ACR_VALUES",
        "",
        _list,
        "values of the claim acr that tell of a second factor, comma separated; they are asked for; amr with mfa tells of one as well",
    )
    # mail
    smtp_url: Secret = setting(
        "SMTP_URL",
        "",
        _any_secret,
        "smtp(s)://user:password@host:port for connection mails, one-time codes, agents' digests and forwarded conversations; file:///folder writes .eml files; empty in demo: var/outbox",
    )
    mail_from: str = setting("MAIL_FROM", "servidor-virtual@example.com", _required, "sender of connection mails")
    anchor_mail_to: str = setting(
        "ANCHOR_MAIL_TO",
        "",
        _mail_address,
        "who keeps the anchors of the disclosure ledger outside the house: one mail a day; empty: they go to the log only",
    )
    forward_domains: tuple[str, ...] = setting(
        "FORWARD_DOMAINS",
        "",
        _domains,
        "domains that agents may forward conversations to by mail, comma separated, as empresa.example; empty: any",
    )
    # agents' browsers, told by Web Push
    vapid_private_key: Secret = setting(
        "VAPID_PRIVATE_KEY",
        "",
        _vapid_key,
        "key by which push services know us (32 bytes in base64url); another one: every browser asks anew when its agent opens the console; "
        "empty: no Web Push; empty in demo: one is made and kept in var/",
    )
    vapid_contact: str = setting(
        "VAPID_CONTACT",
        "",
        _mail_address,
        "mail address that push services write to when something is wrong with what we send; empty: that of MAIL_FROM",
    )
    # limits
    rate_messages_per_minute: int = setting("RATE_MESSAGES_PER_MINUTE", "120", _positive, "messages a customer may send in a minute")
    rate_visitors_per_minute: int = setting(
        "RATE_VISITORS_PER_MINUTE", "600", _positive, "messages that all visitors from one address may send in a minute"
    )
    rate_sessions_per_minute: int = setting("RATE_SESSIONS_PER_MINUTE", "600", _positive, "new sessions from one address in a minute")
    rate_turns_at_once: int = setting("RATE_TURNS_AT_ONCE", "8", _positive, "turns that run at once in this gateway")
    rate_queue_most: int = setting(
        "RATE_QUEUE_MOST", "2000", _positive, "messages that may wait in the ledger; more are refused with 429 until there is room"
    )
    burst_seconds: timedelta = setting(
        "BURST_SECONDS",
        "2.0",
        _few_seconds,
        "how long a message that asks nothing yet (hola) waits for the next one before it is answered; 0: not at all",
    )
    # how long data are kept, docs/security.md
    keep_messages_days: int = setting(
        "KEEP_MESSAGES_DAYS", "365", _few_days, "days that messages are kept, with all that was understood, told and noted of them"
    )
    keep_sealed_days: int = setting("KEEP_SEALED_DAYS", "90", _few_days, "days that sealed copies of masked data are kept")
    keep_sessions_days: int = setting("KEEP_SESSIONS_DAYS", "30", _few_days, "days that sessions are kept after their end")
    keep_audit_days: int = setting("KEEP_AUDIT_DAYS", "730", _few_days, "days that the audit of the console is kept")
    keep_disclosures_days: int = setting("KEEP_DISCLOSURES_DAYS", "1825", _few_days, "days that the disclosure ledger is kept")
    keep_backups_days: int = setting(
        "KEEP_BACKUPS_DAYS", "30", _few_days, "days that copies in the folder of `python -m bot db backup FOLDER` are kept"
    )
    log_level: str = setting("LOG_LEVEL", "INFO", str.upper, "DEBUG, INFO, WARNING or ERROR")
    # rules of the business (design section 7)
    timezone: ZoneInfo = setting("TIMEZONE", "America/Mexico_City", _zone, "time zone of all dates told to customers")
    extra_holidays: tuple[date, ...] = setting(
        "EXTRA_HOLIDAYS", "", _dates, "days off besides the statutory ones, as 2026-12-24,2026-12-31"
    )
    max_servers: int = setting("MAX_SERVERS", "5", _positive, "servers a desk may contract (FAQ 2)")
    grace_days: int = setting("GRACE_DAYS", "3", _few_days, "natural days of grace after the end date (FAQ 6)")
    retention_days: int = setting("RETENTION_DAYS", "30", _few_days, "natural days an unpaid server's data is kept (FAQ 10)")
    creation_minutes: int = setting("CREATION_MINUTES", "15", _positive, "creation time after the credit (FAQ 9)")
    change_cutoff_business_hours: int = setting(
        "CHANGE_CUTOFF_BUSINESS_HOURS", "72", _few_days, "business hours before the end date to cancel for a change (FAQ 12)"
    )
    bank_confirmation_business_days: int = setting(
        "BANK_CONFIRMATION_BUSINESS_DAYS", "3", _few_days, "most business days a bank or debit charge takes (FAQ 20)"
    )
    invoice_business_days: int = setting(
        "INVOICE_BUSINESS_DAYS", "5", _few_days, "whole business days from the credit to the invoice (FAQ 16)"
    )


_MADE_IN_DEMO = ("internal_secret", "session_secret", "portal_jwt_secret", "vapid_private_key")
MADE_BYTES = 48


def environment() -> dict[str, str]:
    """`.env`, with the environment on top."""
    return {**{name: value for name, value in dotenv_values(ROOT / ".env").items() if value is not None}, **os.environ}


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and validate every setting from `environ` (default: `.env`, then the environment on top).

    Raises SettingsError naming the variable. In demo mode missing secrets are made once and kept in `var/`.
    """
    environ = environment() if environ is None else environ
    values = {f.name: _parse(f, environ) for f in dataclasses.fields(Settings)}
    if values["demo"]:
        VAR.mkdir(parents=True, exist_ok=True)
        for name in _MADE_IN_DEMO:
            values[name] = values[name] or _kept_secret(name, VAPID_KEY_BYTES if name == "vapid_private_key" else MADE_BYTES)
        values["smtp_url"] = values["smtp_url"] or Secret(f"file://{VAR}/outbox")
    _check_together(values)
    return Settings(**values)


def _parse(declared: dataclasses.Field[Any], environ: Mapping[str, str]) -> Any:
    variable = declared.metadata["variable"]
    raw = environ.get(variable, declared.metadata["default"]).strip()
    try:
        return declared.metadata["parse"](raw)
    except ValueError as error:
        raise SettingsError(f"{variable}: {error}") from None


def _kept_secret(name: str, length: int) -> Secret:
    path = VAR / f"{name}.txt"
    if not path.exists():
        # written aside and linked: processes that start together agree on one whole value
        aside = VAR / f".{name}.{os.getpid()}"
        aside.touch(mode=0o600)
        aside.write_text(secrets.token_urlsafe(length), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
    return Secret(path.read_text(encoding="ascii").strip())


def _check_demo(values: Mapping[str, Any]) -> None:
    """The demo is for one's own machine only, and what it made for itself for the demo only."""
    if values["demo"] and not _is_here(values["bind_host"]):
        raise SettingsError("DEMO: with 1 anybody may enter as a demo customer, so BIND_HOST must be this machine alone, as 127.0.0.1")
    for name in () if values["demo"] else _MADE_IN_DEMO:
        path = VAR / f"{name}.txt"
        if values[name] and path.exists() and path.read_text(encoding="ascii", errors="replace").strip() == values[name]:
            raise SettingsError(
                f"{name.upper()}: is the demo's own, kept in {path.relative_to(VAR.parent)}: outside the demo give it another value"
            )


def _check_together(values: Mapping[str, Any]) -> None:
    _check_demo(values)
    for name in ("internal_secret", "session_secret"):
        if not values[name]:
            raise SettingsError(f"{name.upper()}: is required outside the demo (at least {MIN_SECRET_CHARACTERS} characters)")
    if not (values["portal_jwt_secret"] or values["portal_jwt_public_key"] or values["portal_jwks_url"]):
        raise SettingsError("PORTAL_JWT_SECRET: is required outside the demo, or PORTAL_JWT_PUBLIC_KEY or PORTAL_JWKS_URL instead of it")
    if values["anchor_mail_to"] and not values["smtp_url"]:
        raise SettingsError("ANCHOR_MAIL_TO: needs SMTP_URL, by which the anchors go out")
    if values["portal_jwks_url"] and not values["portal_jwt_issuer"]:
        raise SettingsError("PORTAL_JWKS_URL: needs PORTAL_JWT_ISSUER: a house that publishes its keys may sign for others with them")
    _check_sign_on(values)
    if values["whatsapp_phone_number_id"]:
        for name in ("whatsapp_access_token", "whatsapp_app_secret", "whatsapp_verify_token"):
            if not values[name]:
                raise SettingsError(f"{name.upper()}: is required when WHATSAPP_PHONE_NUMBER_ID is set")
    if values["log_level"] not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise SettingsError("LOG_LEVEL: must be DEBUG, INFO, WARNING or ERROR")


_SIGN_ON = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")


def _check_sign_on(values: Mapping[str, Any]) -> None:
    """All of it or nothing: half of it would be a door that nobody can use, or one that nobody meant to open."""
    given = [name for name in _SIGN_ON if values[name]]
    missing = [name.upper() for name in _SIGN_ON if not values[name]]
    if given and missing:
        raise SettingsError(f"{given[0].upper()}: needs {' and '.join(missing)}")
    address = values["console_url"]
    if given and not (is_safe(address) and urlsplit(address).path == "/console" and not {"?", "#"} & set(address)):
        raise SettingsError(
            "CONSOLE_URL: with OIDC_ISSUER it must be https (or http on this machine) and end in /console, with nothing else behind the host"
        )
