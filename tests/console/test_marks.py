"""What agents write about conversations, and what can be taken away: tags, corrections, exports, figures, audit."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest

from bot.commands.corrections import lines_of
from bot.console import audit, marks
from bot.console.overview import harmless, interval
from harness.dialogue import reply, result
from tests.console.conftest import Browser, enrol
from tests.console.talk import customer, escalated, say, understood

pytestmark = pytest.mark.usefixtures("seeded")
SAID = "ya me llego el cargo y nada"


async def correct(browser: Browser, talk: str, right: str, n: str = "0") -> None:
    await browser.get(f"/console/conversaciones/{talk}")
    message = re.search(r'class="line customer text" id="m-1"[^>]*data-id="(\w{32})"', browser.page)[1]
    await browser.post(f"/console/conversaciones/{talk}/correcciones", mensaje=message, n=n, tema=right)


async def test_a_correction_is_kept_shown_changed_and_taken_back(ana: Browser, gateway, ledger) -> None:
    talk = await say(gateway, SAID, result=result(reply("Vence…"), understood=[understood(text=SAID)]))
    await correct(ana, talk, "faq_consultar_vigencia")
    await correct(ana, talk, "consultar_pago")
    assert re.search(r"Esto era (?!…)", ana.words)
    rows = await marks.corrections(ledger)
    assert [(row.text, row.was, row.right, row.agent) for row in rows] == [(SAID, "consultar_suscripcion", "consultar_pago", "ana")]
    assert list(lines_of(rows, answers=False)) == [f"{SAID}\tconsultar_pago"]
    assert list(lines_of(rows, answers=True)) == []
    await ana.get("/console/correcciones")
    assert SAID in ana.words
    await ana.get("/console/conversaciones?estado=corrected")
    assert talk in ana.page
    await correct(ana, talk, "respuesta_incompleta")
    assert list(lines_of(await marks.corrections(ledger), answers=True)) == [f"{talk}\trespuesta_incompleta\tconsultar_suscripcion\t{SAID}"]
    await correct(ana, talk, "")
    assert await marks.corrections(ledger) == []


@pytest.mark.parametrize(("right", "n", "status"), [("no_existe", "0", 400), ("consultar_pago", "7", 404), ("consultar_pago", "x", 400)])
async def test_a_correction_names_a_part_and_an_intent_that_exist(ana: Browser, gateway, ledger, right: str, n: str, status: int) -> None:
    talk = await say(gateway, SAID)
    await correct(ana, talk, right, n)
    assert ana.status == status
    assert await marks.corrections(ledger) == []


async def test_a_message_of_another_conversation_is_not_corrected_here(ana: Browser, gateway, ledger) -> None:
    talk, another = await say(gateway, SAID), await say(gateway, "hola")
    await ana.get(f"/console/conversaciones/{talk}")
    message = re.search(r'id="m-1"[^>]*data-id="(\w{32})"', ana.page)[1]
    await ana.post(f"/console/conversaciones/{another}/correcciones", mensaje=message, n="0", tema="consultar_pago")
    assert ana.status == 404
    assert await marks.corrections(ledger) == []


async def test_tags_are_found_by(ana: Browser, gateway) -> None:
    talk = await say(gateway, SAID)
    await ana.get(f"/console/conversaciones/{talk}")
    for _ in range(2):
        await ana.post(f"/console/conversaciones/{talk}/etiquetas", etiqueta="  Cargo   DOBLE ")
    assert ana.words.count("cargo doble") == 1
    await ana.get("/console/conversaciones?etiqueta=cargo+doble")
    assert talk in ana.page
    await ana.get(f"/console/conversaciones/{talk}")
    await ana.post(f"/console/conversaciones/{talk}/etiquetas", quitar="cargo doble")
    await ana.get("/console/conversaciones?etiqueta=cargo+doble")
    assert talk not in ana.page


async def test_a_prepared_answer_is_about_this_customer(ana: Browser, gateway) -> None:
    await ana.get("/console/plantillas")
    await ana.post("/console/plantillas", titulo="Saludo", texto="Hola, {cliente}. Soy {agente}.")
    async with customer(gateway, "C-1004") as one:
        await one.ask("hola")
        await ana.get(f"/console/conversaciones/{one.conversation}")
        await ana.post(f"/console/conversaciones/{one.conversation}/tomar")
        assert 'value="Hola, C-1004. Soy ana."' in ana.page
    await ana.get("/console/plantillas")
    await ana.post("/console/plantillas", quitar=re.search(r'name="quitar" value="(\d+)"', ana.page)[1])
    assert "Todavía no hay respuestas preparadas" in ana.words


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =HYPERLINK(1)", "\n=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


async def test_the_csv_holds_what_the_filters_find(ana: Browser, gateway, ledger) -> None:
    await say(gateway, '=HYPERLINK("http://malo.example")', "C-1002")
    await say(gateway, "hola", "C-1004")
    async with ana.http.get(ana.base + "/console/conversaciones.csv?cliente=C-1002") as response:
        assert response.content_type == "text/csv"
        assert "attachment" in response.headers["Content-Disposition"]
        raw = await response.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    _, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
    assert [(row[2], row[6]) for row in rows] == [("C-1002", '\'=HYPERLINK("http://malo.example")')]


async def test_only_supervisors_see_the_audit_and_an_export_is_in_it(ana: Browser, other: Browser, add_agent, gateway) -> None:
    await ana.get("/console/conversaciones.csv?cliente=C-1002")
    await ana.get("/console/auditoria")
    assert ana.status == 403
    await add_agent("jefa", "supervisor")
    await enrol(other, gateway, "jefa")
    await other.get("/console/auditoria")
    assert other.status == 200
    assert "exportación" in other.words
    assert "cliente=C-1002" in other.words


async def test_the_audit_is_looked_through_by_who_and_what(ana: Browser, other: Browser, add_agent, gateway, ledger, monkeypatch) -> None:
    await ana.get("/console/cuenta")
    await ana.post("/console/salir")
    await add_agent("jefa", "supervisor")
    await enrol(other, gateway, "jefa")
    for number in range(3):
        await audit.note(ledger, "nota", "ana", "127.0.0.1", gateway.clock(), detail=f"la {number}")
    await other.get("/console/auditoria?quien=ana&que=salida")
    assert re.findall(r"<tr><td.*?</td><td>(\w+)</td><td>([\w ]+)", other.page) == [("ana", "salida")]
    await other.get("/console/auditoria?que=segundo_factor")
    assert re.findall(r"<tr><td.*?</td><td>(\w+)</td><td>([\w ]+)", other.page) == [("jefa", "segundo factor")]
    monkeypatch.setattr(audit, "PAGE", 2)
    await other.get("/console/auditoria?quien=ana&que=nota")
    assert re.findall(r"la \d", other.page) == ["la 2", "la 1"]
    await other.get(unescape(re.search(r'href="([^"]+)" rel="next"', other.page)[1]))
    assert re.findall(r"la \d", other.page) == ["la 0"]
    for odd in ("quien=nadie", "quien=ana%00%27--&que=nota%27", "que=otra&antes=99999999999999", "antes=-1"):
        await other.get(f"/console/auditoria?{odd}")
        assert other.status == 200


async def test_the_overview_counts_honestly(ana: Browser, gateway) -> None:
    await ana.get("/console/resumen")
    assert "Nadie ha preguntado nada" in ana.words
    await say(gateway, "hola", "C-1001")
    await say(gateway, "una persona", "C-1004", result=escalated("4KD7WP"))
    await say(gateway, "asdf", "C-1005", result=result(reply("No entendí."), understood=[understood("refused", None)]))
    async with customer(gateway, "C-1002") as one:
        await one.ask("primera")
        gateway.clock.forward(hours=2)
    async with customer(gateway, "C-1002") as one:
        await one.ask("otra vez")
    for days in ("1", "7", "30", "banana"):
        await ana.get(f"/console/resumen?dias={days}")
        if ana.path.startswith("/console/entrar"):
            await ana.sign_in("ana")
            await ana.get(f"/console/resumen?dias={days}")
    for words in (
        "Preguntas 5 en 5 visitas",
        "Resueltas aquí 2 40 %",
        "Pasaron a un asesor 1",
        "Se quedaron sin que las entendiera 1",
        "Volvieron antes de 24 horas 1",
    ):
        assert words in ana.words, words


def test_an_interval_holds_its_share_and_shrinks() -> None:
    assert interval(0, 0) is None
    small, large = interval(4, 10), interval(400, 1000)
    assert small[0] < 0.4 < small[1]
    assert small[0] == pytest.approx(0.168, abs=0.001)
    assert small[1] == pytest.approx(0.687, abs=0.001)
    assert large[1] - large[0] < small[1] - small[0]
    assert interval(0, 5)[0] == 0.0
    assert interval(5, 5)[1] == 1.0
