"""The widget's modules, tried by Node's own test runner: one pytest case for each file, so that a failure names it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = HERE.parents[1] / "bot" / "widget" / "src"


def test_each_module_has_tests_of_its_own():
    assert {path.stem for path in MODULES.glob("*.js")} <= {path.name.removesuffix(".test.mjs") for path in HERE.glob("*.test.mjs")}


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_module(name):
    node = shutil.which("node")
    assert node, "these tests need Node 18 or newer (Debian: nodejs)"
    run = subprocess.run([node, "--test", "--test-reporter=spec", HERE / name], capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
