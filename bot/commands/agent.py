"""`python -m bot agent …`: who may sign in to the agents' console."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from typing import Final, get_args

from bot import clock
from bot.commands._on_ledger import opened, works_on_ledger
from bot.console import agents, passwords
from bot.console.models import Role
from bot.conversations.ledger import Ledger
from bot.errors import Conflict
from bot.identity.tokens import is_subject
from bot.rules.contact import normal_mail
from bot.settings import Settings, load_settings

DEMO_AGENT = "ana"
MOST_CHARACTERS = 64
_CHANGES: Final = {"remove": agents.remove, "reset-second-factor": agents.forget_second_factor, "sign-out": agents.sign_out}
_WEAK: Final = {
    "length": f"a password has {passwords.SHORTEST} to {passwords.LONGEST} characters",
    "guessed": "a password holds neither the agent's name nor a word of the console, and more than four different characters",
    "known": "this password is in KNOWN_PASSWORDS",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `python -m bot`."""
    parser = subparsers.add_parser("agent", help="add, list or remove the agents of the console")
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    adding = deeds.add_parser("add", help="add an agent; the password is asked for, or made up and printed once where nobody types")
    adding.add_argument("name")
    adding.add_argument("--role", choices=get_args(Role), default="agent")
    adding.add_argument("--mail", help="where the digest of open cases goes")
    mailing = deeds.add_parser("mail", help="where the digest of open cases goes; without an address nowhere")
    mailing.add_argument("name")
    mailing.add_argument("mail", nargs="?")
    signing = deeds.add_parser("sign-on", help="who they are to the company's provider (OIDC_ISSUER): its `sub`; without one nobody")
    signing.add_argument("name")
    signing.add_argument("subject", nargs="?")
    renewing = deeds.add_parser("password", help="give another password; ends the agent's sessions and lock")
    renewing.add_argument("name")
    for deed, text in (
        ("reset-second-factor", "it is set up anew at the next sign-in"),
        ("sign-out", "ends the agent's sessions in every browser"),
        ("remove", "nobody signs in under that name again"),
    ):
        deeds.add_parser(deed, help=text).add_argument("name")
    deeds.add_parser("list", help="name, role and whether the second factor is on")
    parser.set_defaults(run=run)


@works_on_ledger
def run(args: argparse.Namespace) -> int:
    """0 when done, 1 when it cannot be (name taken or unknown, password too short), 3 when the ledger is away."""
    return asyncio.run(_work(load_settings(), args))


async def _work(settings: Settings, args: argparse.Namespace) -> int:
    async with opened(settings.database_url) as ledger:
        return await (_sign_on(ledger, settings, args) if args.deed == "sign-on" else _deed(ledger, settings, args))


async def _sign_on(ledger: Ledger, settings: Settings, args: argparse.Namespace) -> int:
    if not settings.oidc_issuer:
        print("OIDC_ISSUER is empty: there is no provider (docs/howto/connect-a-sign-on.md)", file=sys.stderr)
        return 1
    if args.subject and not is_subject(args.subject):
        print(f"{args.subject}: is no `sub` of a provider", file=sys.stderr)
        return 1
    try:
        return _told(args, await agents.set_subject(ledger, args.name, settings.oidc_issuer, args.subject or None, clock.now()))
    except Conflict:
        print(f"{args.subject}: is another agent's already", file=sys.stderr)
        return 1


async def _deed(ledger: Ledger, settings: Settings, args: argparse.Namespace) -> int:
    if args.deed == "list":
        for row in await agents.listed(ledger):
            second = "second factor on" if row.second_factor_at else "no second factor"
            sign_on = f"sub {row.subject}" if row.subject else ""
            print(f"{row.name:24} {row.role:14} {'removed' if row.removed_at else second:16} {sign_on:24} {row.mail or ''}".rstrip())
        return 0
    if getattr(args, "mail", None) is not None:
        mail = normal_mail(args.mail)
        if mail is None:
            print(f"{args.mail}: is no mail address", file=sys.stderr)
            return 1
        args.mail = mail
    if args.deed == "mail":
        return _told(args, await agents.set_mail(ledger, args.name, args.mail))
    if args.deed in {"add", "password"}:
        return await _with_password(ledger, settings, args)
    return _told(args, await _CHANGES[args.deed](ledger, args.name, clock.now()))


async def _with_password(ledger: Ledger, settings: Settings, args: argparse.Namespace) -> int:
    name = args.name.strip()
    if not name.isprintable() or not 0 < len(name) <= MOST_CHARACTERS:
        print(f"a name has 1 to {MOST_CHARACTERS} characters that can be seen", file=sys.stderr)
        return 1
    asked = sys.stdin.isatty()
    password = getpass.getpass("Password: ") if asked else passwords.made_up()
    if asked and (weakness := passwords.weakness(password, name, settings.known_passwords)) is not None:
        print(_WEAK[weakness], file=sys.stderr)
        return 1
    kept = passwords.hashed(password)
    try:
        done = args.deed == "password" and await agents.set_password(ledger, name, kept, clock.now())
        done = done or (args.deed == "add" and bool(await agents.add(ledger, name, args.role, kept, clock.now())))
    except Conflict:
        print(f"{name}: there is, or was, an agent of this name", file=sys.stderr)
        return 1
    if done and args.deed == "add" and args.mail:
        await agents.set_mail(ledger, name, args.mail)
    if done and not asked:
        print(f"password (shown this once): {password}")
    return _told(args, done)


def _told(args: argparse.Namespace, done: bool) -> int:
    print(f"{args.name}: {'done' if done else 'there is no such agent'}", file=sys.stdout if done else sys.stderr)
    return 0 if done else 1


def seed_demo(settings: Settings) -> str:
    """The demo's agent, made once; how to sign in, in one line."""

    async def work() -> None:
        async with opened(settings.database_url) as ledger:
            try:
                if await agents.find(ledger, DEMO_AGENT, clock.now()) is None:
                    await agents.add(ledger, DEMO_AGENT, "agent", passwords.hashed(passwords.DEMO), clock.now())
            except Conflict:
                pass  # it was removed on purpose

    asyncio.run(work())
    return f"http://{settings.bind_host}:{settings.bind_port}/console · {DEMO_AGENT} · {passwords.DEMO}"
