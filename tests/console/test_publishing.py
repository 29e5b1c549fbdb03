"""Nothing that agents corrected reaches a customer before it is proved, and what gets worse only when a supervisor says so."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path

import pyotp
import pytest

from bot.console import marks, publications
from bot.console.publishing import PUBLISHER
from tests.console.conftest import Browser, enrol
from tests.console.talk import say
from tests.console.test_review import no_chance, read_as  # noqa: F401 - a fixture
from tests.gateway.client import GUARD_SECONDS

pytestmark = pytest.mark.usefixtures("seeded")
SAID = "ya me llego el cargo y nada"
PROVER = """
import json, pathlib, sys, time
asked, here = sys.argv[1:], pathlib.Path(__file__).parent
with (here / "calls.txt").open("a") as calls:
    calls.write(" ".join(asked[:1] + [pathlib.Path(each).name for each in asked[1:]]) + "\\n")
if asked[0] == "model":
    sys.exit(print("no such model") or 1 if (here / "refuses").exists() else 0)
own = pathlib.Path(asked[1])
(here / "inputs.jsonl").write_bytes((own / "inputs.jsonl").read_bytes())
plan = json.loads((here / "plan.json").read_text())
if plan == "hang":
    time.sleep(60)
if plan is None:
    sys.exit("training failed")
lines = [json.loads(line) for line in (own / "inputs.jsonl").read_text().splitlines()]
items = [{"key": line["key"], **plan[line["text"]]} for line in lines if line["text"] in plan]
result = {"model": "new.tar.gz", "serving": "old.tar.gz", "read": len(lines), "left_out": [], "items": items}
(own / "result.json").write_text(json.dumps(result))
"""
ASKED = {"decision": "asked", "labels": ["consultar_pago", "faq_pago_sin_correo"]}
ANSWERED = {"decision": "answered", "labels": ["faq_pago_sin_correo"]}
BETTER = {"before": ASKED, "after": ANSWERED, "was_right": False, "is_right": True}
WORSE = {"before": ANSWERED, "after": ASKED, "was_right": True, "is_right": False}
UNJUDGED = {"before": ASKED, "after": ANSWERED, "was_right": None, "is_right": None}


class Prover:
    """What stands in for `python -m bot`: it does as planned, and writes down what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "prover.py").write_text(PROVER, encoding="utf-8")

    def plans(self, plan: object) -> None:
        (self.folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")

    @property
    def calls(self) -> list[str]:
        path = self.folder / "calls.txt"
        return [re.sub(r"[0-9a-f]{32}", "ID", line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def inputs(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder / "inputs.jsonl").read_text().splitlines()]


@pytest.fixture
def prover(gateway, tmp_path) -> Prover:
    one = Prover(tmp_path)
    gateway.app[PUBLISHER].command = (sys.executable, str(tmp_path / "prover.py"))
    gateway.app[PUBLISHER].folder = tmp_path / "publications"
    return one


@pytest.fixture
async def jefa(other: Browser, gateway, add_agent) -> Browser:
    """A supervisor who is signed in."""
    await add_agent("jefa", "supervisor")
    phone, _ = await enrol(other, gateway, "jefa")
    assert isinstance(phone, pyotp.TOTP)
    return other


async def corrected(browser: Browser, gateway, right: str = "faq_pago_sin_correo") -> str:
    talk = await say(gateway, SAID, result=read_as(SAID, "asked", 0.4, 0.3))
    await browser.get(f"/console/conversaciones/{talk}")
    message = re.search(r'id="m-1"[^>]*data-id="(\w{32})"', browser.page)[1]
    await browser.post(f"/console/conversaciones/{talk}/correcciones", mensaje=message, n="0", tema=right)
    return talk


async def prove(browser: Browser) -> None:
    await browser.get("/console/publicar")
    await browser.post("/console/publicar", hacer="probar")
    assert browser.status == 200
    async with asyncio.timeout(GUARD_SECONDS):
        while "Probando" in browser.words or ": en espera" in browser.words:
            await asyncio.sleep(0.05)
            await browser.get("/console/publicar")


async def decide(browser: Browser, what: str) -> None:
    which = re.search(r'name="cual" value="(\w{32})"', browser.page)[1]
    await browser.post("/console/publicar", hacer=what, cual=which)


async def test_what_only_gets_better_is_published_by_itself_and_can_go_back(ana: Browser, jefa: Browser, gateway, ledger, prover) -> None:
    await corrected(ana, gateway)
    prover.plans({SAID: BETTER})
    await jefa.get("/console/publicar")
    assert "1 corrección desde la última publicación" in jefa.words
    await prove(jefa)
    assert [(line["text"], line["right"], line["learn"]) for line in prover.inputs] == [(SAID, "faq_pago_sin_correo", True)]
    async with asyncio.timeout(GUARD_SECONDS):
        while "publicada por jefa" not in jefa.words:
            await asyncio.sleep(0.05)
            await jefa.get("/console/publicar")
    assert prover.calls == ["prove ID", "model use new.tar.gz"]
    assert SAID in jefa.words
    assert "bien" in jefa.words
    assert "0 correcciones desde la última publicación" in jefa.words
    assert list((prover.folder / "publications").iterdir()) == [], "no customer's words are left in a file"
    await decide(jefa, "volver")
    assert prover.calls[-1] == "model use old.tar.gz"
    assert "publicada y revertida por jefa" in jefa.words
    (row,) = await publications.newest(ledger)
    assert SAID not in json.dumps(row.result), "the row names the message and holds none of its words"


async def test_what_gets_worse_waits_for_a_supervisors_word(ana: Browser, jefa: Browser, gateway, prover) -> None:
    await corrected(ana, gateway)
    prover.plans({SAID: WORSE})
    await prove(jefa)
    assert prover.calls == ["prove ID"]
    assert "1 que estaba bien ya no lo estaría" in jefa.words
    assert "empeora" in jefa.words
    await decide(jefa, "publicar")
    assert prover.calls[-1] == "model use new.tar.gz"
    assert "publicada por jefa" in jefa.words
    await jefa.post(
        "/console/publicar", hacer="descartar", cual=re.search(r'value="(\w{32})"><', jefa.page + 'value="' + "0" * 32 + '"><')[1]
    )
    assert jefa.status in {404, 409}, "it was decided"


async def test_it_may_be_thrown_away(ana: Browser, jefa: Browser, gateway, prover) -> None:
    await corrected(ana, gateway)
    prover.plans({SAID: WORSE})
    await prove(jefa)
    await decide(jefa, "descartar")
    assert "descartada por jefa" in jefa.words
    assert prover.calls == ["prove ID"]


async def test_what_cannot_be_served_is_not_told_as_published(ana: Browser, jefa: Browser, gateway, prover) -> None:
    await corrected(ana, gateway)
    prover.plans({SAID: WORSE})
    (prover.folder / "refuses").touch()
    await prove(jefa)
    await decide(jefa, "publicar")
    assert jefa.status == 502
    assert "El asistente sigue como estaba: no such model" in jefa.words
    assert "lista, sin publicar" in jefa.words


async def test_a_training_that_fails_changes_nothing(ana: Browser, jefa: Browser, gateway, prover) -> None:
    await corrected(ana, gateway)
    prover.plans(None)
    await prove(jefa)
    assert "no se pudo probar" in jefa.words
    assert "training failed" in jefa.words
    assert prover.calls == ["prove ID"]


async def test_one_proof_at_a_time_and_one_that_died_is_told(ana: Browser, jefa: Browser, gateway, ledger, prover) -> None:
    await corrected(ana, gateway)
    prover.plans("hang")
    await jefa.get("/console/publicar")
    await jefa.post("/console/publicar", hacer="probar")
    await jefa.post("/console/publicar", hacer="probar")
    assert jefa.status == 409
    async with asyncio.timeout(GUARD_SECONDS):
        while not prover.calls:  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.05)
    await gateway.app[PUBLISHER].stop()
    gateway.clock.forward(minutes=2)
    async with asyncio.timeout(GUARD_SECONDS):
        while (await publications.newest(ledger))[0].state != "failed":  # noqa: ASYNC110 - the ledger tells nobody
            await asyncio.sleep(0.05)
    await jefa.get("/console/publicar")
    assert "se interrumpió" in jefa.words


async def test_what_is_replayed(ana: Browser, gateway, ledger, no_chance) -> None:  # noqa: F811
    """Corrections, the latest word on each; what agents found right; and the newest real messages. No verdict on an answer is an intent."""
    await corrected(ana, gateway)
    await say(gateway, "una real", result=read_as("una real", "answered", 0.9, 0.01))
    talk = await say(gateway, "estaba bien", result=read_as("estaba bien", "answered", 0.4, 0.35))
    await ana.get("/console/revision")
    fields = dict(re.findall(r'name="(conversacion|mensaje|n)" value="([^"]+)"', ana.page))
    assert fields["conversacion"] == talk
    await ana.post("/console/revision", **fields, bien="1")
    verdict = await say(gateway, "respuesta mala", result=read_as("respuesta mala", "answered", 0.9, 0.01))
    await ana.get(f"/console/conversaciones/{verdict}")
    message = re.search(r'id="m-1"[^>]*data-id="(\w{32})"', ana.page)[1]
    await marks.correct(ledger, verdict, message, 0, "respuesta_incompleta", "ana", gateway.clock())
    found = {line["text"]: (line["right"], line["learn"]) for line in await publications.inputs(ledger)}
    assert found == {
        SAID: ("faq_pago_sin_correo", True), "estaba bien": ("consultar_pago", False), "una real": (None, False), "respuesta mala": (None, False),
    }  # fmt: skip


async def test_only_supervisors_publish(ana: Browser, gateway, prover) -> None:
    await ana.get("/console/publicar")
    assert ana.status == 403
    await ana.get("/console/cola")
    assert "Publicar" not in ana.words
    await ana.post("/console/publicar", hacer="probar")
    assert ana.status == 403
    assert prover.calls == []
