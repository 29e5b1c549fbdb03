"""Live state of the customers: read through `AccountsPort`, kept here in SQL unless a company connects its own system."""

from bot.accounts.store import ACCOUNTS_SECONDS, SqlAccounts
from bot.database import make_engine
from bot.settings import Settings

__all__ = ["SqlAccounts", "create"]


def create(settings: Settings) -> SqlAccounts:
    """The live state at `settings.accounts_database_url`; connects at the first read. Raises ValueError for an unsupported URL."""
    return SqlAccounts(make_engine(settings.accounts_database_url, command_seconds=ACCOUNTS_SECONDS))
