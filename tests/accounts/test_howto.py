"""What docs/howto/connect-a-company.md shows is what the port asks for, and its tests run."""

import inspect
import re
import sys
import types

from bot.accounts.contract import AccountsContract
from bot.accounts.demo import CUSTOMERS
from bot.accounts.factory import METHODS
from bot.accounts.port import AccountsPort
from bot.settings import ROOT
from tests.accounts.desks import NOW, demo_desk
from tests.accounts.double import MemoryAccounts

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "howto" / "connect-a-company.md").read_text(encoding="utf-8"), re.DOTALL)


def parameters(method) -> list[tuple[str, str]]:
    signature = inspect.signature(method)
    return [(name, str(each.annotation)) for name, each in signature.parameters.items()] + [("->", str(signature.return_annotation))]


def test_the_class_of_the_howto_has_every_method_of_the_port():
    shown: dict = {}
    exec("from __future__ import annotations\n" + BLOCKS[0], shown)
    erp = shown["create"](None)
    assert [name for name in METHODS if not inspect.iscoroutinefunction(getattr(erp, name, None))] == []
    for name in METHODS:
        assert parameters(getattr(shown["ErpAccounts"], name)) == parameters(getattr(AccountsPort, name)), name


def test_the_tests_of_the_howto_run(monkeypatch):
    module = types.ModuleType("acme_erp.accounts")
    module.ErpAccounts = lambda: MemoryAccounts(demo_desk(desk_id, NOW) for desk_id in CUSTOMERS)
    monkeypatch.setitem(sys.modules, "acme_erp", types.ModuleType("acme_erp"))
    monkeypatch.setitem(sys.modules, "acme_erp.accounts", module)
    shown: dict = {}
    exec(BLOCKS[1], shown)
    tests = [name for name in dir(AccountsContract) if name.startswith("test_")]
    for name in tests:
        getattr(shown["TestErp"](), name)()
    assert len(tests) == 10


def test_the_howto_never_tells_to_use_the_demo_on_real_data():
    text = (ROOT / "docs" / "howto" / "connect-a-company.md").read_text(encoding="utf-8")
    assert "db upgrade --accounts" in text
    assert not re.search(r"^\s*DEMO=1", text, re.MULTILINE)
