"""A company's class is named by a setting, and a name that gives none is refused at the start."""

import sys

import pytest

from bot.accounts import Guarded, create, own_database
from bot.errors import SettingsError
from bot.settings import load_settings
from tests.accounts.double import MemoryAccounts

MODULE = """
from tests.accounts.double import MemoryAccounts

nothing = None

def create(settings):
    assert settings.accounts_factory == "erp_of_a_test:create"
    return MemoryAccounts([])

def fails(settings):
    raise KeyError("hunter2")

def half(settings):
    class Half:
        async def read_desk(self, desk_id): ...
        async def close(self): ...
    return Half()

async def later(settings):
    return MemoryAccounts([])
"""


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Makes the live state from a factory of a module that is found."""
    (tmp_path / "erp_of_a_test.py").write_text(MODULE)
    (tmp_path / "broken_of_a_test.py").write_text("import no_such_module_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)
    secrets = {name: letter * 40 for name, letter in (("INTERNAL_SECRET", "i"), ("SESSION_SECRET", "s"), ("PORTAL_JWT_SECRET", "p"))}
    yield lambda name: create(load_settings({**secrets, "ACCOUNTS_FACTORY": name}))
    sys.modules.pop("erp_of_a_test", None)


def test_what_the_factory_makes_is_guarded(made):
    accounts = made("erp_of_a_test:create")
    assert isinstance(accounts, Guarded)
    assert isinstance(accounts.source, MemoryAccounts)
    assert own_database(accounts) is None


def test_without_a_factory_it_is_our_tables(made):
    assert own_database(made("")) is not None


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no_such_module:create", r"no_such_module cannot be imported \(ModuleNotFoundError"),
        ("broken_of_a_test:create", r"cannot be imported \(ModuleNotFoundError, broken_of_a_test.py:1\)"),
        ("erp_of_a_test:missing", "has no function missing"),
        ("erp_of_a_test:nothing", "has no function nothing"),
        ("erp_of_a_test:fails", r"failed \(KeyError, erp_of_a_test.py:11\)"),
        ("erp_of_a_test:half", "has no connection_mail_sent, desk_exists, desks_by_mail, desks_by_phone, queue_connection_mail"),
    ],
)
def test_a_factory_that_gives_none_is_refused_by_name(made, name, says):
    with pytest.raises(SettingsError, match=f"^ACCOUNTS_FACTORY: .*{says}") as refused:
        made(name)
    assert "hunter2" not in str(refused.value)


def test_an_async_factory_is_refused(made):
    with pytest.raises(SettingsError, match="must be a plain function"):
        made("erp_of_a_test:later")


def test_an_address_that_names_no_database_of_ours_is_refused_by_name():
    settings = load_settings({"DEMO": "1", "ACCOUNTS_DATABASE_URL": "mysql+aiomysql://localhost/x"})
    with pytest.raises(SettingsError, match=r"^ACCOUNTS_DATABASE_URL: .*not supported"):
        create(settings)
