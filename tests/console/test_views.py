"""The filters that an agent goes back to are their own."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs

import pytest

from tests.console.conftest import Browser
from tests.console.talk import say

pytestmark = pytest.mark.usefixtures("seeded")


async def test_a_view_is_kept_opened_replaced_and_taken_away(ana: Browser, beto: Browser, gateway) -> None:
    await say(gateway, "hola", "C-1004")
    await ana.get("/console/conversaciones?q=respaldo&cliente=c-1004")
    await ana.post("/console/vistas", nombre=" Respaldos <de> hoy ", filtros="?q=respaldo&cliente=c-1004&inventado=1")
    assert ana.path == "/console/conversaciones?q=respaldo&cliente=c-1004"
    await ana.get("/console/conversaciones")
    assert 'href="/console/conversaciones?q=respaldo&amp;cliente=c-1004">Respaldos &lt;de&gt; hoy</a>' in ana.page
    await beto.get("/console/conversaciones")
    assert "Respaldos" not in beto.words
    await ana.post("/console/vistas", nombre="Respaldos <de> hoy", filtros="?q=copia")
    await ana.get("/console/conversaciones")
    assert ana.page.count("Quitar la vista") == 1
    assert "conversaciones?q=copia" in ana.page
    await ana.post("/console/vistas", quitar="Respaldos <de> hoy")
    assert "Quitar la vista" not in ana.page


async def test_a_view_keeps_every_filter(ana: Browser, gateway) -> None:
    talk = await say(gateway, "hola", "C-1004")
    query = "q=hola&canal=web&certeza=high&opinion=bad&asesor=ana+b%27%22&largo=few&cliente=C-1004"
    await ana.get(f"/console/conversaciones?{query}")
    await ana.post("/console/vistas", nombre="Todo", filtros=f"?{query}")
    await ana.get("/console/conversaciones")
    (address,) = re.findall(r'href="([^"]+)">Todo</a>', ana.page)
    await ana.get(unescape(address))
    assert parse_qs(ana.path.partition("?")[2]) == parse_qs(query)
    assert talk not in ana.page
    for label in ("80 % o más", "👎 No le sirvió", "ana b&#39;&#34;", "Hasta 4"):
        assert f"selected>{label}" in ana.page, label


@pytest.mark.parametrize("fields", [{"nombre": "vacía", "filtros": ""}, {"nombre": "  ", "filtros": "?q=x"}, {}])
async def test_what_says_nothing_is_not_kept(ana: Browser, fields) -> None:
    await ana.get("/console/conversaciones")
    await ana.post("/console/vistas", **fields)
    assert ana.status == 400
