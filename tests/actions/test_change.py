"""Changing to a superior solution, as the customer reads the answers."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from bot.rules.subscription import add_months
from tests.actions.rendering import MEXICO, ask, at, desk, plan_change, server, subscription

LINE = "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
HOURS = " (abierta hoy hasta las 18:00)"
HOW = (
    "Para pasar a una solución superior, cancela tu servidor 72 horas hábiles antes de su fecha de vencimiento y contrata el que necesitas. "
    f"Más información en la línea de soporte técnico 55 8000 9480{HOURS}."
)
HOW_BEFORE_THE_LINE = HOW.removesuffix(f" Más información en la línea de soporte técnico 55 8000 9480{HOURS}.")
MOVES = (
    "Sí: al cambiar a una solución superior, la información del servidor anterior estará disponible en el nuevo. "
    "Solo tienes que realizar nuevamente la activación de tu sistema Aspel."
)
ASKED = at(date(2026, 11, 20))


def ending(day, **given):
    """A monthly subscription that ends on `day`."""
    starts_on = add_months(day + timedelta(days=1), -1)
    return server("RUIZ-01", subscription=subscription(day, **{"starts_on": starts_on, **given}))


@pytest.mark.parametrize(
    ("ends_on", "live"),
    [
        # the design's example: ends on Friday 27, cut-off Tuesday 24 at 00:00, last day Monday 23: one day too late
        (
            date(2026, 11, 27),
            (
                "RUIZ-01 vence el viernes 27 de noviembre y el plazo para cancelarlo terminó ayer, lunes 23 de noviembre. "
                f"Si se renueva, tu siguiente oportunidad es a más tardar el lunes 21 de diciembre.\n\n{LINE}"
            ),
        ),
        (date(2026, 11, 30), "RUIZ-01 vence el lunes 30 de noviembre: para cambiarlo, cancélalo a más tardar hoy, martes 24 de noviembre."),
        (
            date(2026, 12, 1),
            "RUIZ-01 vence el martes 1 de diciembre: para cambiarlo, cancélalo a más tardar mañana, miércoles 25 de noviembre.",
        ),
        # Christmas Day is a holiday
        (date(2026, 12, 28), "RUIZ-01 vence el lunes 28 de diciembre: para cambiarlo, cancélalo a más tardar el lunes 21 de diciembre."),
        (date(2027, 1, 4), "RUIZ-01 vence el lunes 4 de enero de 2027: para cambiarlo, cancélalo a más tardar el lunes 28 de diciembre."),
        (
            date(2026, 11, 22),
            (
                "La vigencia de RUIZ-01 terminó el domingo 22 de noviembre, así que el plazo para cancelarlo ya pasó. "
                f"Un asesor puede decirte cómo seguir.\n\n{LINE}"
            ),
        ),
    ],
)
async def test_the_last_day_to_cancel(ends_on, live):
    answer = await ask("faq_cambiar_solucion", desk(ending(ends_on)))
    late = live.removesuffix(f"\n\n{LINE}")
    assert answer.text == (f"{late}\n\n{HOW_BEFORE_THE_LINE}\n\n{LINE}" if LINE in live else f"{HOW}\n\n{live}")
    assert answer.told() == {("subscription", "ends_on", ends_on.isoformat(), "RUIZ-01")}


async def test_the_last_minute_of_the_last_day_and_the_first_of_the_next():
    of = desk(ending(date(2026, 11, 27)))
    last = await ask("faq_cambiar_solucion", of, now=datetime(2026, 11, 23, 23, 59, tzinfo=MEXICO))
    assert "cancélalo a más tardar hoy, lunes 23 de noviembre." in last.text
    after = await ask("faq_cambiar_solucion", of, now=datetime(2026, 11, 24, 0, 0, tzinfo=MEXICO))
    assert "el plazo para cancelarlo terminó ayer, lunes 23 de noviembre." in after.text
    assert "(cerrada; abre hoy a las 9:00)" in after.text


@pytest.mark.parametrize("given", [{"auto_renew": False}, {"starts_on": None}])
async def test_no_next_chance_is_invented(given):
    text = (await ask("faq_cambiar_solucion", desk(ending(date(2026, 11, 27), **given)))).text
    assert "el plazo para cancelarlo terminó ayer, lunes 23 de noviembre. Un asesor puede revisar tu caso." in text
    assert "siguiente" not in text


@pytest.mark.parametrize(
    ("of", "general", "live"),
    [
        (
            server("N-01", "provisioning", subscription=subscription(None)),
            f"{HOW}\n\n",
            "N-01 todavía no tiene fecha de vencimiento; cuando la tenga, te digo hasta qué día puedes cancelarlo.",
        ),
        (
            server("N-01", "deleted"),
            "",
            "N-01 ya no está contratado, así que no hay nada que cancelar: contrata directamente el que necesitas.",
        ),
        (
            server("N-01", plan_change=plan_change(state="in_progress", requested_at=ASKED)),
            "",
            "El cambio de N-01 a Nube 10, solicitado el viernes 20 de noviembre, está en proceso.",
        ),
    ],
)
async def test_other_situations(of, general, live):
    assert (await ask("faq_cambiar_solucion", desk(of))).text == f"{general}{live}"


async def test_an_old_change_does_not_hide_the_last_day():
    of = server("N-01", subscription=subscription(date(2026, 12, 14)), plan_change=plan_change(state="done"))
    assert "cancélalo a más tardar el martes 8 de diciembre." in (await ask("faq_cambiar_solucion", desk(of))).text


async def test_several_servers_are_asked_about_and_the_question_waits():
    answer = await ask("faq_cambiar_solucion", desk(server("A-01"), server("B-01")))
    assert answer.text == f"{HOW}\n\n¿De cuál servidor te digo hasta qué día alcanzas?"
    assert answer.titles == ["A-01", "B-01"]
    assert answer.slots["pregunta_pendiente"] == {"intent": "faq_cambiar_solucion", "servidores": ["A-01", "B-01"]}
    chosen = await ask(
        "faq_cambiar_solucion",
        desk(server("A-01"), server("B-01", subscription=subscription(date(2026, 12, 14)))),
        servidor="B-01",
        slots={"pregunta_pendiente": {"intent": "faq_cambiar_solucion"}},
    )
    assert "B-01 vence el lunes 14 de diciembre" in chosen.text
    assert chosen.slots["pregunta_pendiente"] is None
    assert chosen.slots["servidor"] == "B-01"


@pytest.mark.parametrize("intent", ["faq_cambiar_solucion", "faq_traslado_informacion"])
async def test_visitors_and_state_away(intent):
    assert "abre este chat desde ahí" in (await ask(intent)).text
    away = (await ask(intent, desk(ending(date(2026, 11, 27))), away=True)).text
    assert "no puedo consultar los datos de tu cuenta" in away
    assert "RUIZ" not in away
    assert "27 de noviembre" not in away


@pytest.mark.parametrize(
    ("change", "live"),
    [
        (None, "Por ahora N-01 no tiene un cambio de solución en curso."),
        ("requested", "El cambio de N-01 a Nube 10 está solicitado desde el viernes 20 de noviembre; todavía no empieza."),
        ("in_progress", "El cambio de N-01 a Nube 10, solicitado el viernes 20 de noviembre, está en proceso."),
        (
            "done",
            (
                "El cambio de N-01 a Nube 10, solicitado el viernes 20 de noviembre, ya terminó. "
                "Recuerda activar nuevamente tu sistema Aspel."
            ),
        ),
        ("cancelled", "El cambio de N-01 a Nube 10, solicitado el viernes 20 de noviembre, se canceló."),
    ],
)
async def test_the_information_moves_and_where_a_change_stands(change, live):
    of = server("N-01", plan_change=plan_change(state=change, requested_at=ASKED) if change else None)
    answer = await ask("faq_traslado_informacion", desk(of))
    assert answer.text == (live if change == "cancelled" else f"{MOVES}\n\n{live}")
    assert bool(answer.readings) == bool(change)


async def test_changes_of_several_servers():
    states = ("requested", "in_progress", "done", "cancelled")
    of = [server(f"N-0{n}", plan_change=plan_change(state=state)) for n, state in enumerate(states)]
    assert (await ask("faq_traslado_informacion", desk(*of, server("OTRO-01")))).text == (
        f"{MOVES}\n\nEn tus servidores:\n• N-00: cambio a Nube 10 solicitado\n• N-01: cambio a Nube 10 en proceso\n"
        "• N-02: cambio a Nube 10 terminado\n• N-03: cambio a Nube 10 cancelado"
    )
    none = await ask("faq_traslado_informacion", desk(server("A-01"), server("B-01")))
    assert none.text == f"{MOVES}\n\nPor ahora ninguno de tus servidores tiene un cambio de solución en curso."
