"""Makes the live state from a company's own class, named by a setting: nobody edits our code to connect a system."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from traceback import extract_tb
from typing import Final, cast

from bot.accounts.port import AccountsPort
from bot.errors import SettingsError
from bot.settings import Settings

METHODS: Final = tuple(name for name, _ in inspect.getmembers(AccountsPort, inspect.isfunction) if not name.startswith("_"))


def from_factory(settings: Settings) -> AccountsPort:
    """What `ACCOUNTS_FACTORY=package.module:create` makes of the settings. Raises SettingsError, without words of the company's code."""
    module_name, _, name = settings.accounts_factory.partition(":")
    try:
        made = getattr(importlib.import_module(module_name), name, None)
    except Exception as error:
        raise _refused(f"{module_name} cannot be imported ({_where(error)}): is it installed, or on PYTHONPATH?") from error
    if not callable(made):
        raise _refused(f"{module_name} has no function {name}")
    try:
        accounts = made(settings)
    except Exception as error:
        raise _refused(f"{settings.accounts_factory} failed ({_where(error)})") from error
    if inspect.iscoroutine(accounts):
        accounts.close()
        raise _refused(f"{name} must be a plain function: connect at the first read")
    if missing := [method for method in METHODS if not callable(getattr(accounts, method, None))]:
        raise _refused(f"what {settings.accounts_factory} returned has no {', '.join(missing)}: see bot/accounts/port.py")
    return cast("AccountsPort", accounts)


def _refused(text: str) -> SettingsError:
    return SettingsError(f"ACCOUNTS_FACTORY: {text}")


def _where(error: Exception) -> str:
    """The kind of error and where it arose; its words may hold a password."""
    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}, {Path(last.filename).name}:{last.lineno}"
