"""What several servers have alike is said once, after the one that differs; so little is told of all where the one that is named cannot be told."""

from __future__ import annotations

import pytest

from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions.rendering import ask, desk, payment, server
from tests.actions.situations import suspended, valid

OF_OTHERS = "SIERRA-01, SIERRA-03, SIERRA-04 y SIERRA-05"
SYSTEMS = f"En tus servidores:\n• SIERRA-02: Windows Server 2019\n• Los demás ({OF_OTHERS}): Windows Server 2012 R2"


async def sierra(question: str, text: str = "") -> str:
    intent, frame = question.split(" ", 1)
    return (await ask(intent, demo_desk("C-1009", DEMO_NOW), now=DEMO_NOW, frame=frame, text=text)).text


@pytest.mark.parametrize("frame", ["which servers=all", "whether servers=all", "general", "which servers=named:?"])
async def test_the_server_with_another_system_comes_first_and_no_rule_contradicts_it(frame: str):
    assert await sierra(f"faq_sistema_operativo {frame}") == SYSTEMS


async def test_who_asks_for_another_version_hears_the_rule_and_the_line_beneath_all():
    answer = await sierra("faq_sistema_operativo whether", "¿se puede tener otro Windows?")
    assert answer.startswith("Windows Server 2012 R2 viene incluido en todas las soluciones. De otras versiones")
    assert answer.endswith(f"{SYSTEMS}\n\nLínea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00).")


async def test_the_rule_stands_beneath_servers_that_all_have_its_system():
    answer = await ask("faq_sistema_operativo", desk(server("A-01"), server("B-01")), frame="which servers=all")
    assert answer.text == (
        "En tus servidores:\n• A-01 y B-01: Windows Server 2012 R2\n\nTodas las soluciones incluyen Windows Server 2012 R2."
    )


async def test_one_way_to_pay_for_all_is_said_once():
    answer = await sierra("consultar_pago which servers=all", "¿con qué tarjeta se paga cada uno?")
    assert answer == "• SIERRA-01, SIERRA-02, SIERRA-03, SIERRA-04 y SIERRA-05: Mastercard ···· 5108"


async def test_of_prices_alike_it_is_said_that_they_are_of_each():
    others = "• SIERRA-01: $1,499.00 MXN\n• Los demás (SIERRA-02, SIERRA-03, SIERRA-04 y SIERRA-05): $899.00 MXN cada uno"
    assert others in await sierra("consultar_pago amount servers=all", "¿cuánto pago por todos al mes?")
    alike = await ask("consultar_pago", desk(valid("A-01"), valid("B-01")), frame="amount servers=all", text="¿cuánto al año por los dos?")
    assert "• A-01 y B-01: $1,250.00 MXN cada uno" in alike.text


async def test_all_but_one_with_one_way_to_pay():
    cards = [valid(alias) for alias in ("A-01", "B-01")]
    bank = valid("C-01", payments=(payment(method="bank_account"),))
    answer = await ask("faq_formas_pago", desk(*cards, bank), frame="general servers=all")
    assert answer.text.endswith("• C-01: BBVA ···· 1234\n• Los demás (A-01 y B-01): Visa ···· 4242")


async def test_states_and_days_keep_a_line_for_each_server():
    two = desk(suspended("A-01"), suspended("B-01"), valid("C-01"))
    assert (await ask("consultar_suscripcion", two, frame="until servers=all")).text.count("• ") == 3


@pytest.mark.parametrize("question", ["consultar_suscripcion until", "consultar_respaldo state", "consultar_servidor state"])
async def test_two_servers_are_both_told_where_the_name_is_none_of_theirs(question: str):
    intent, frame = question.split()
    answer = await ask(intent, desk(valid("A-01"), suspended("B-01")), frame=f"{frame} servers=unknown:bodega", text="el de la bodega")
    assert answer.text.startswith("No sé a cuál de tus servidores le dices «bodega».\n\n")
    assert "• A-01: " in answer.text
    assert "• B-01: " in answer.text
    assert "pregunta_pendiente" not in answer.slots


async def test_five_lines_hold_the_one_that_is_meant_but_are_no_answer_for_a_name_that_is_none_of_theirs():
    assert (await sierra("consultar_suscripcion until servers=named:?")).count("• ") == 5
    assert (await sierra("consultar_suscripcion until servers=unknown:bodega")).startswith(
        "No sé a cuál de tus servidores le dices «bodega»."
    )
    assert "• " not in (await sierra("consultar_suscripcion until servers=unknown:bodega"))


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("faq_cambiar_solucion whether", "Para pasar a una solución superior, cancela tu servidor 72 horas hábiles antes"),
        ("faq_cambiar_solucion whether servers=all", "Para pasar a una solución superior, cancela tu servidor 72 horas hábiles antes"),
        ("cancelar_servicio until", "No puedo cancelar servidores"),
    ],
)
async def test_what_is_true_of_all_comes_before_the_question_which_is_meant(question: str, rule: str):
    answer = await sierra(question)
    assert answer.startswith(rule)
    assert "¿" in answer
