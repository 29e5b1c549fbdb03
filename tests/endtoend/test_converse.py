"""`python -m bot converse` with a whole assistant of its own: real answers, and nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from bot.settings import ROOT

SCRIPT = """\
- id: e1
  kind: state
  customer: C-1003
  turns:
  - {say: "¿cuándo vence mi servidor?", has: ["{day:-2}", "RUIZ-01"], lacks: ["{day:5}"]}
- id: e2
  kind: newcomer
  customer: null
  turns:
  - {say: "¿qué es el servidor virtual?", has: ["Windows|nube|escritorio"]}
"""


def test_it_starts_its_own_house_and_stops_it(tmp_path: Path) -> None:
    script = tmp_path / "talk.yaml"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, "-m", "bot", "converse", str(script), "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        seen: dict[int, psutil.Process] = {}
        while process.poll() is None:
            seen |= {child.pid: child for child in psutil.Process(process.pid).children(recursive=True)}
            psutil.wait_procs([psutil.Process(process.pid)], timeout=0.5)
        out, err = process.communicate()
    assert process.returncode == 0, err
    assert (json.loads(out)["turns"], json.loads(out)["right"]) == (2, 2), err
    assert len(seen) >= 5  # `up` and its four
    assert not [child for child in seen.values() if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


BY_TELEPHONE = """\
- id: t1
  kind: state
  customer: C-1003
  turns:
  - {say: "¿se hizo mi respaldo anoche?", has: ["RUIZ-01"], lacks: ["usa tus datos"]}
  - {say: "¿por qué rechazaron mi pago?", has: ["fondos insuficientes"], lacks: ["código"]}
- id: t2
  kind: set
  customer: C-1009
  turns:
  - {say: "¿cómo está mi servidor?", has: ["SIERRA-02"]}
  - {press: "SIERRA-02", has: ["SIERRA-02"], lacks: ["SIERRA-01"]}
- id: t3
  kind: newcomer
  customer: null
  turns:
  - {burst: ["hola", "¿cuáles son las formas de pago?"], has: ["tarjeta"], lacks: ["usa tus datos"]}
"""


def test_it_plays_by_telephone_through_the_webhook(tmp_path: Path) -> None:
    script = tmp_path / "talk.yaml"
    script.write_text(BY_TELEPHONE, encoding="utf-8")
    command = [sys.executable, "-m", "bot", "converse", str(script), "--channel", "whatsapp", "--show", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["turns"], figures["right"]) == (5, 5), done.stderr


def test_it_leaves_nothing_behind_when_it_is_ended(tmp_path: Path) -> None:
    script = tmp_path / "talk.yaml"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, "-m", "bot", "converse", str(script)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)}, stderr=subprocess.PIPE, text=True) as process:
        children: list[psutil.Process] = []
        while len(children) < 2:
            assert process.poll() is None
            children = psutil.Process(process.pid).children(recursive=True)
            time.sleep(0.1)
        process.terminate()
        _, err = process.communicate()
    assert process.returncode == 130, err
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert list(tmp_path.glob("own-house-*")) == []
