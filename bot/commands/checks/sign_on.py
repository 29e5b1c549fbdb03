"""Agents' sign-on by the company's provider: whether it answers, says who it is, and has keys that we can use; and whether anybody could come in."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from bot.commands.checks import Finding, note, ok, wrong
from bot.console.agents import AGENT
from bot.console.provider import Provider
from bot.database import DATABASE_ERRORS, open_database
from bot.errors import SignOnRefused
from bot.identity.openid import Described, discovery_address
from bot.settings import Settings

GUIDE = "docs/howto/connect-a-sign-on.md says how"


async def sign_on(settings: Settings) -> list[Finding]:
    """What is to be said of it; one line where it is not used."""
    if not settings.oidc_issuer:
        return [ok("sign-on", "agents sign in by password: OIDC_ISSUER is empty")]
    provider = Provider(settings)
    try:
        found = await _provider(provider, settings)
    finally:
        await provider.close()
    back = ok("sign-on", f"the provider must know {provider.callback} as the address to send agents back to")
    return [*found, back, *await _agents(settings)]


async def _provider(provider: Provider, settings: Settings) -> list[Finding]:
    where = discovery_address(settings.oidc_issuer)
    try:
        described = await provider.described()
    except SignOnRefused:
        told = f"{where} does not answer, or does not describe {settings.oidc_issuer} to the letter, with safe addresses"
        return [wrong("sign-on", told, f"open that address and set OIDC_ISSUER to its `issuer`: {GUIDE}")]
    found = [ok("sign-on", f"{settings.oidc_issuer} describes itself"), *_methods(described)]
    try:
        keys = await provider.keys()
    except SignOnRefused:
        return [*found, wrong("sign-on", f"its keys at {described.keys} cannot be read", "nobody gets in: look at the way there")]
    if not keys:
        told = f"none of its keys at {described.keys} can be used"
        return [
            *found,
            wrong("sign-on", told, "let it sign ID tokens with RS256 (2048 bits or more), ES256 or EdDSA, by keys with a `kid`"),
        ]
    return [*found, ok("sign-on", f"it has {len(keys)} keys for us ({', '.join(sorted({key.algorithm for key in keys.values()}))})")]


def _methods(described: Described) -> list[Finding]:
    if described.methods is not None and "S256" not in described.methods:
        return [wrong("sign-on", "it does not offer PKCE with S256, which we send", f"switch it on there: {GUIDE}")]
    return []


async def _agents(settings: Settings) -> list[Finding]:
    """Whether there is anybody whom it could let in."""

    def count(connection: Connection) -> tuple[int, int]:
        here = select(func.count(AGENT.c.id)).where(AGENT.c.removed_at.is_(None))
        bound, mailed = here.where(AGENT.c.issuer == settings.oidc_issuer), here.where(AGENT.c.mail.is_not(None))
        return connection.scalar(bound) or 0, connection.scalar(mailed) or 0

    try:
        async with open_database(settings.database_url) as database:
            bound, mailed = await database.read(count)
    except DATABASE_ERRORS:
        return [note("sign-on", "whom it lets in is not looked at: the ledger cannot be read")]
    if not (bound or (mailed and settings.oidc_claim == "email") or settings.oidc_new_agents):
        todo = "`python -m bot agent sign-on NAME SUB` for each, or OIDC_CLAIM=email, or OIDC_NEW_AGENTS=1"
        return [wrong("sign-on", "no agent of ours is known there: nobody can come in", todo)]
    return [ok("sign-on", f"{bound} agents are known there")]
