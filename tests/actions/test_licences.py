"""Aspel licences, as the customer reads the answers."""

from __future__ import annotations

import pytest

from tests.actions.rendering import ask, desk, licence, server

INCLUDED = "La suscripción no lo incluye: el licenciamiento de los sistemas Aspel se tiene que contratar por separado."
REQUIRED = "No es obligatorio: puedes contratar el servidor virtual solo o junto con el licenciamiento de algún sistema Aspel."
MORE = "Sí, puedes instalar cualquier producto de Aspel; ten en cuenta que el rendimiento del servidor virtual dependerá de la solución contratada."


def on(alias, *products):
    return server(alias, licences=tuple(licence(product, server_alias=alias) for product in products))


@pytest.mark.parametrize(("intent", "general"), [("faq_licencias_incluidas", INCLUDED), ("faq_licencia_requerida", REQUIRED)])
@pytest.mark.parametrize(
    ("licences", "live"),
    [
        ((), "No encuentro licencias de Aspel registradas en tu escritorio de servicios."),
        (
            (
                licence("Aspel SAE", 5),
                licence("Aspel COI", 1, "grace"),
                licence("Aspel NOI", 2, "expired"),
                licence("Aspel CAJA", 3, "cancelled", "permanente"),
            ),
            (
                "Licencias registradas en tu escritorio de servicios:\n"
                "• Aspel SAE: activa, suscripción, usuarios: 5\n"
                "• Aspel COI: en su periodo de gracia, suscripción, usuarios: 1\n"
                "• Aspel NOI: vencida, suscripción, usuarios: 2\n"
                "• Aspel CAJA: cancelada, permanente, usuarios: 3"
            ),
        ),
        (
            tuple(licence(product) for product in ("Aspel SAE", "Aspel SAE", "Aspel COI", "Aspel NOI", "Aspel PROD")),
            "En tu escritorio de servicios hay 5 licencias registradas, de estos sistemas: Aspel SAE, Aspel COI, Aspel NOI y Aspel PROD.",
        ),
    ],
)
async def test_the_rule_and_the_licences_of_the_desk(intent, general, licences, live):
    answer = await ask(intent, desk(server(), licences=licences))
    assert answer.text == f"{general}\n\n{live}"
    assert len(answer.readings) == len(licences)


async def test_where_there_are_several_servers_each_licence_says_its_own():
    mine = (licence("Aspel SAE", 5, server_alias="DOS-02"), licence("Aspel COI", 1))
    answer = await ask("faq_licencias_incluidas", desk(server("UNO-01"), on("DOS-02", "Aspel SAE"), licences=mine), frame="which")
    assert "• Aspel SAE en DOS-02: activa, suscripción, usuarios: 5\n• Aspel COI: activa, suscripción, usuarios: 1" in answer.text


async def test_who_asks_whether_an_old_licence_serves_hears_that_it_is_over():
    answer = await ask(
        "faq_licencia_requerida",
        desk(server(), licences=(licence("Aspel COI", status="expired"),)),
        frame="whether",
        text="me sirve la que ya tengo?",
    )
    assert "Según tu cuenta, está vencida tu licencia de Aspel COI." in answer.text
    assert {row["server"] for row in answer.readings} == {None}


@pytest.mark.parametrize("intent", ["faq_licencias_incluidas", "faq_licencia_requerida", "faq_instalar_mas_sistemas"])
async def test_visitors_and_state_away(intent):
    assert "entra a tu escritorio de servicios y abre este chat desde ahí" in (await ask(intent)).text
    away = await ask(intent, desk(on("A-01", "Aspel SAE")), away=True)
    assert "no puedo consultar los datos de tu cuenta" in away.text
    assert "Aspel SAE" not in away.text


@pytest.mark.parametrize(
    ("of", "live"),
    [
        (on("A-01", "Aspel SAE", "Aspel COI"), "A-01 (Nube 5) hoy tiene registrado: Aspel SAE y Aspel COI."),
        (on("A-01"), "A-01 (Nube 5) todavía no tiene sistemas Aspel registrados."),
        (server("A-01", licences=(licence(status="cancelled"),)), "A-01 (Nube 5) todavía no tiene sistemas Aspel registrados."),
        (server("A-01", "deleted"), "A-01 ya no está contratado, así que no tiene sistemas instalados."),
    ],
)
async def test_what_is_installed_now(of, live):
    general = "" if of.status == "deleted" else f"{MORE}\n\n"
    assert (await ask("faq_instalar_mas_sistemas", desk(of), producto="COI")).text == general + live


async def test_several_servers():
    text = (await ask("faq_instalar_mas_sistemas", desk(on("A-01", "Aspel SAE"), on("B-01")))).text
    assert text == f"{MORE}\n\nEn tus servidores:\n• A-01 (Nube 5): Aspel SAE\n• B-01 (Nube 5): sin sistemas Aspel registrados"


async def test_readings_name_product_state_and_server():
    answer = await ask("faq_instalar_mas_sistemas", desk(on("A-01", "Aspel SAE")))
    assert answer.told() == {("licence", "Aspel SAE", "active", "A-01")}


@pytest.mark.parametrize(
    ("read", "text"),
    [
        ("faq_licencias_incluidas count", "para cuántas personas es el sae que tenemos"),
        ("tema_no_cubierto count", "cuántos podemos estar metidos a la vez"),
        ("faq_conexion_sae whether", "¿pueden entrar tres a la vez?"),
        ("faq_instalar_mas_sistemas count", "¿cuántos usuarios caben?"),
    ],
)
async def test_for_how_many_users_is_said_first_whatever_it_was_read_as(read, text):
    intent, asked = read.split()
    answer = await ask(intent, desk(on("A-01", "Aspel SAE")), frame=asked, text=text)
    assert answer.text.startswith("A-01 tiene registrado SAE para ")
    assert "55 8000 9480" in answer.text
    visitor = await ask(intent, frame=asked, text=text)
    assert "A-01" not in visitor.text
