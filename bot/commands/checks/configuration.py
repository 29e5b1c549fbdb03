"""The settings: every bad one by name (a process stops at the first), weak secrets, and what customers are told from them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.commands.checks import Finding, note, ok, wrong
from bot.errors import SettingsError
from bot.settings import Settings, environment, load_settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SIGNING = ("internal_secret", "session_secret", "portal_jwt_secret")
LEAST_DIFFERENT = 10
WEAK_WORDS = ("secret", "password", "changeme", "change-me", "example", "contraseña", "12345", "qwerty")
MOST_ERRORS = 100


def read(environ: Mapping[str, str] | None = None) -> tuple[Settings | None, list[Finding]]:
    """The settings, or what is wrong with each bad one."""
    tried, told, found = dict(environment() if environ is None else environ), set[str](), []
    for _ in range(MOST_ERRORS):
        try:
            settings = load_settings(tried)
        except SettingsError as error:
            variable = str(error).split(":", 1)[0]
            if variable not in told:
                found.append(wrong("settings", str(error), f"set {variable} in .env or the environment (docs/settings.md)"))
            if tried.pop(variable, None) is None:  # then even its default is wrong: it is a secret that must be set
                tried[variable] = secrets.token_urlsafe(48)
            told.add(variable)
        else:
            return (None if found else settings), found or [ok("settings", "all of them can be read")]
    return None, found


async def secrets_strength(settings: Settings) -> list[Finding]:
    """Whether the secrets that sign can be guessed, are the same, or are those of the demo."""
    given = {name.upper(): str(getattr(settings, name)) for name in SIGNING if getattr(settings, name)}
    found = []
    for name, value in given.items():
        if len(set(value)) < LEAST_DIFFERENT or any(word in value.lower() for word in WEAK_WORDS):
            found.append(wrong("secrets", f"{name} can be guessed", f"make one with `openssl rand -hex 32` and set {name}"))
    if len(set(given.values())) < len(given):
        found.append(wrong("secrets", "two of the secrets are the same", f"give each of {', '.join(given)} a value of its own"))
    if settings.demo:
        found.append(note("demo", "DEMO=1: anybody may enter as a demo customer; secrets that are not set are made and kept in var/"))
    return found or [ok("secrets", f"{', '.join(given)} are set, long and different")]


async def told_to_customers(settings: Settings) -> list[Finding]:
    """What customers read that comes from the settings, for somebody to look over."""
    hours = f"{settings.support_hours.opens:%H:%M}–{settings.support_hours.closes:%H:%M} {settings.timezone.key}"
    lines = [ok("told to customers", f"support line {settings.support_phone}, {hours}")]
    names = ("PRIVACY_URL", "PORTAL_URL", "SAE_REMOTO_URL", "TUTORIALS_URL")
    links = {name: getattr(settings, name.lower()) for name in names}
    lines += [ok("told to customers", f"{name} {value}") for name, value in links.items() if value]
    if empty := [name for name, value in links.items() if not value]:
        lines.append(note("told to customers", f"no link for {', '.join(empty)}: the answers do without"))
    if not settings.demo and not settings.privacy_responsible:
        lines.append(
            note("privacy", "PRIVACY_RESPONSIBLE is empty: the privacy notices name no company", "name who is responsible for the data")
        )
    if not settings.demo and settings.mail_from.endswith("example.com"):
        lines.append(wrong("mail", f"MAIL_FROM is the example {settings.mail_from}", "set MAIL_FROM to an address of yours"))
    if not settings.demo and not settings.allowed_origins:
        lines.append(note("widget", "ALLOWED_ORIGINS is empty: no page of another address may embed the widget"))
    if not settings.trusted_proxies and urlsplit(f"//{settings.bind_host}").hostname in LOOPBACK and not settings.demo:
        lines.append(
            note(
                "proxy",
                "TRUSTED_PROXIES is empty: behind a proxy all customers share one address and its limits",
                "name the proxy's address",
            )
        )
    return lines
