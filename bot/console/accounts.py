"""Whose account it is that the company's provider tells of: by issuer and subject, which never change hands.

At the first sign-in a verified mail may lead to the account that has it, which is theirs from then on; and where a setting says so, who is nobody
here becomes an agent of the lowest role.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.console import agents, audit, passwords, texts
from bot.console.agents import AGENT, Known
from bot.conversations.disclosures import ASSISTANT
from bot.conversations.ledger import Ledger
from bot.errors import Conflict, SignOnRefused
from bot.identity.openid import Person
from bot.settings import Settings


async def of_person(ledger: Ledger, settings: Settings, person: Person, address: str, now: datetime) -> Known:
    """Their account; `address` is for the audit. Raises SignOnRefused: there is none, it is another person's, removed or locked."""
    by_mail = settings.oidc_claim == "email"

    def work(connection: Connection) -> Known | None:
        row = connection.execute(select(AGENT).where(*_theirs(person))).one_or_none()
        if row is None and by_mail:
            row = _bound_by_mail(connection, person, address, now)
        if row is not None and row.removed_at is not None:
            raise SignOnRefused("removed", row.name)
        return None if row is None else agents.known_from(row, now)

    try:
        found = await ledger.write(work)
    except IntegrityError:  # the same person in two windows
        raise SignOnRefused("account") from None
    if found is None:
        found = await _made(ledger, settings, person, address, now)
    if found.locked:
        raise SignOnRefused("locked", found.name)
    return found


def _theirs(person: Person) -> Sequence[Any]:
    return AGENT.c.issuer == person.issuer, AGENT.c.subject == person.subject


def _bound_by_mail(connection: Connection, person: Person, address: str, now: datetime) -> Row[Any] | None:
    """The account with their mail, bound to them from now on; a removed one stays what it is, and nobody's."""
    if person.mail is None:
        raise SignOnRefused("mail")
    rows = connection.execute(select(AGENT).where(AGENT.c.mail == person.mail)).all()
    present = [row for row in rows if row.removed_at is None]
    if len(present) > 1:
        raise SignOnRefused("ambiguous")
    if not present:
        return rows[0] if rows else None
    row = present[0]
    free = or_(AGENT.c.subject.is_(None), AGENT.c.issuer != person.issuer)
    bound = update(AGENT).where(AGENT.c.id == row.id, free).values(issuer=person.issuer, subject=person.subject).returning(AGENT.c.id)
    if connection.scalar(bound) is None:
        raise SignOnRefused("subject", row.name)
    audit.add(connection, "vínculo", row.name, address, now, detail=f"{texts.SIGN_ON}, por su correo")
    return row


async def _made(ledger: Ledger, settings: Settings, person: Person, address: str, now: datetime) -> Known:
    """A new agent, with a password that nobody knows."""
    if not settings.oidc_new_agents:
        raise SignOnRefused("account")
    if person.username in {None, ASSISTANT}:
        raise SignOnRefused("name")
    kept = await asyncio.to_thread(passwords.hashed, passwords.made_up())
    try:
        agent = await agents.add(ledger, person.username, "agent", kept, now, person.issuer, person.subject)
    except Conflict:
        raise SignOnRefused("name") from None
    await audit.note(ledger, "alta", person.username, address, now, detail=texts.SIGN_ON)
    known = await agents.by_id(ledger, agent, now)
    if known is None:
        raise SignOnRefused("removed")
    return known
