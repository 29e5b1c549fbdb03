"""What every action needs from outside, made once by the launcher and replaced by the tests.

The SDK builds actions with no arguments, so they cannot be given their collaborators; they ask here.
"""

from dataclasses import dataclass

from bot.accounts.port import AccountsPort
from bot.rules.calendar import BusinessCalendar
from bot.settings import Settings


@dataclass(frozen=True)
class Environment:
    """Settings, the live state and the business calendar of this process."""

    settings: Settings
    accounts: AccountsPort
    calendar: BusinessCalendar


_current: list[Environment] = []


def install(environment: Environment) -> None:
    """Make `environment` the one that all actions of this process use."""
    _current[:] = [environment]


def environment() -> Environment:
    """The installed environment; RuntimeError when the launcher forgot to install one."""
    if not _current:
        raise RuntimeError("actions.environment.install() was not called")
    return _current[0]
