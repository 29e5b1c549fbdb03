"""Live state of the customers: read through `AccountsPort`, kept here in SQL unless a company connects its own system."""

from sqlalchemy.exc import ArgumentError

from bot.accounts.factory import from_factory
from bot.accounts.guard import ACCOUNTS_SECONDS, Guarded
from bot.accounts.port import AccountsPort
from bot.accounts.store import SqlAccounts
from bot.database import Database, open_database
from bot.errors import SettingsError
from bot.settings import Settings

__all__ = ["Guarded", "SqlAccounts", "create", "own_database", "unguarded"]


def create(settings: Settings) -> Guarded:
    """The live state of the settings, guarded; connects at the first read.

    Raises SettingsError for a factory that gives none and an unsupported URL.
    """
    return Guarded(unguarded(settings))


def unguarded(settings: Settings) -> AccountsPort:
    """What `create` guards: the company's class of ACCOUNTS_FACTORY, else our tables at ACCOUNTS_DATABASE_URL. Raises as `create` does."""
    if settings.accounts_factory:
        return from_factory(settings)
    try:
        return SqlAccounts(open_database(settings.accounts_database_url, command_seconds=ACCOUNTS_SECONDS))
    except (ValueError, ArgumentError) as error:
        raise SettingsError(f"ACCOUNTS_DATABASE_URL: {error}") from None


def own_database(accounts: AccountsPort) -> Database | None:
    """The database of our own tables behind the guard; None where a company's system is connected."""
    source = accounts.source if isinstance(accounts, Guarded) else accounts
    return source.database if isinstance(source, SqlAccounts) else None
