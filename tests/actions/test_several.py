"""What a customer reads who asks about all or some of the servers: the ones that answer it first, in every state true and short, no other desk's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from bot.protocol.frame import Asked, Filter
from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions.in_between import built, periods_and_charges, untrue
from tests.actions.rendering import (
    TODAY,
    Rendered,
    ago,
    ask,
    backup,
    desk,
    health,
    incident,
    payment,
    plan_change,
    responses_by_file,
    server,
    subscription,
)
from tests.actions.test_every_situation import INTENTS

GRACE, KEPT = "jueves 26 de noviembre", "lunes 14 de diciembre"
OWING = f"• SIERRA-03: $899.00 MXN, en gracia hasta el {GRACE}\n• SIERRA-05: $899.00 MXN, suspendido; resguardo hasta el {KEPT}"


async def of(customer: str, intent: str, frame: str, text: str = "", **given) -> Rendered:
    return await ask(intent, demo_desk(customer, DEMO_NOW), now=DEMO_NOW, frame=frame, text=text, **given)


async def sierra(intent: str, frame: str, text: str = "", after: Rendered | None = None) -> Rendered:
    return await of("C-1009", intent, frame, text, slots={**after.slots, "estado": after.state} if after else None)


LAST = (
    "El último en vencer es SIERRA-04, que todavía se está creando: vence el miércoles 23 de diciembre.\n\n"
    "De los que ya están activos, el último es SIERRA-01: vence el lunes 14 de diciembre."
)


@pytest.mark.parametrize(
    ("intent", "frame", "text"),
    [
        ("consultar_pago", "which servers=filter:owing", f"Tienes dos por pagar, $1,798.00 MXN en total: SIERRA-03 y SIERRA-05.\n{OWING}"),
        ("consultar_pago", "count servers=filter:owing", "Tienes dos por pagar, $1,798.00 MXN en total: SIERRA-03 y SIERRA-05."),
        (
            "consultar_pago",
            "amount servers=filter:owing",
            f"En total debes $1,798.00 MXN por dos servidores: SIERRA-03 y SIERRA-05.\n{OWING}",
        ),
        (
            "consultar_pago",
            "state servers=all",
            f"Tienes dos por pagar, $1,798.00 MXN en total: SIERRA-03 y SIERRA-05.\n{OWING}\n\nPor los demás no debes nada.",
        ),
        ("consultar_pago", "which servers=most", "Debes lo mismo por SIERRA-03 y SIERRA-05: $899.00 MXN de cada uno."),
        (
            "consultar_servidor",
            "why servers=filter:down",
            (
                "Fuera de uso por ahora: SIERRA-04 y SIERRA-05; los demás no tienen falla registrada.\n"
                "• SIERRA-04: se está creando, listo hoy a las 10:31\n• SIERRA-05: suspendido"
            ),
        ),
        (
            "consultar_servidor",
            "whether servers=filter:down",
            (
                "Ninguno está caído; encendidos y respondiendo en la última revisión: SIERRA-01, SIERRA-02 y SIERRA-03.\n"
                "• SIERRA-04: se está creando, listo hoy a las 10:31\n• SIERRA-05: suspendido"
            ),
        ),
        (
            "consultar_servidor",
            "which servers=all",
            (
                "Ahora puedes usar tres: SIERRA-01, SIERRA-02 y SIERRA-03. Los que no:\n"
                "• SIERRA-04: se está creando, listo hoy a las 10:31\n• SIERRA-05: suspendido"
            ),
        ),
        ("consultar_suscripcion", "which servers=last", LAST),
        ("listar_servidores", "which servers=last", LAST),
        (
            "consultar_suscripcion",
            "which servers=first",
            (
                "De los vigentes, el primero en vencer es SIERRA-02: vence el domingo 6 de diciembre.\n\nÉstos ya vencieron:\n"
                f"• SIERRA-03: en gracia hasta el {GRACE}\n• SIERRA-05: suspendido, resguardo hasta el {KEPT}"
            ),
        ),
        (
            "consultar_suscripcion",
            "which servers=filter:suspended",
            f"Tienes uno suspendido: SIERRA-05.\n• SIERRA-05: suspendido, resguardo hasta el {KEPT}",
        ),
        ("listar_servidores", "which servers=filter:suspended", "Tienes uno suspendido: SIERRA-05."),
        (
            "listar_servidores",
            "count servers=filter:active",
            "Tienes dos activos y vigentes: SIERRA-01 y SIERRA-02.\n\nAdemás, SIERRA-03 está en periodo de gracia y todavía se puede usar.",
        ),
        (
            "consultar_suscripcion",
            "when servers=filter:owing",
            (
                "Tienes dos por pagar, $1,798.00 MXN en total: SIERRA-03 y SIERRA-05.\n• SIERRA-03: terminó ayer, lunes 23 de noviembre\n"
                "• SIERRA-05: terminó el sábado 14 de noviembre"
            ),
        ),
        (
            "consultar_respaldo",
            "state servers=all",
            (
                "A ninguno le falta: el respaldo de anoche de SIERRA-01, SIERRA-02 y SIERRA-03 terminó bien.\n"
                "• SIERRA-04: todavía no se crea\n• SIERRA-05: suspendido"
            ),
        ),
        ("consultar_suscripcion", "which servers=filter:ending", None),
    ],
)
async def test_of_five_servers(intent, frame, text):
    answer = await sierra(intent, frame)
    if text is None:
        assert answer.text.startswith("Tienes tres por vencer en los próximos 30 días: SIERRA-02, SIERRA-01 y SIERRA-04.")
    else:
        assert answer.text == text


@pytest.mark.parametrize("words", ["¿cuáles no puedo usar?", "cuantos no me jalan", "hay alguno caído?", "los que estén apagados"])
async def test_who_asks_which_cannot_be_used_is_told_those(words):
    cannot = await sierra("consultar_servidor", "which servers=all", words)
    assert cannot.text == (
        "Ahora no puedes usar dos: SIERRA-04 y SIERRA-05.\n• SIERRA-04: se está creando, listo hoy a las 10:31\n• SIERRA-05: suspendido"
    )
    assert cannot.state["servers"] == ["SIERRA-04", "SIERRA-05"]
    rest = await sierra("consultar_servidor", "which servers=rest refers=goes_on", "¿y los otros?", cannot)
    assert rest.text == "Puedes usarlos todos: SIERRA-01, SIERRA-02 y SIERRA-03 respondían en la última revisión."


@pytest.mark.parametrize(
    "words",
    [
        "¿cuáles sí puedo usar?",
        "cuáles jalan we",
        "con cuáles cuento, no me des los demás",
        "no sé cuáles puedo usar",
        "¿no sabe usted cuáles sirven?",
    ],
)
async def test_who_asks_which_can_be_used_is_told_those(words):
    can = await sierra("consultar_servidor", "which servers=all", words)
    assert can.text.startswith("Ahora puedes usar tres: SIERRA-01, SIERRA-02 y SIERRA-03.")
    assert can.state["servers"] == ["SIERRA-01", "SIERRA-02", "SIERRA-03"]


@pytest.mark.parametrize(
    "words", ["cuáles están al corriente", "por cuáles no debo", "los que ya están pagados", "cuáles no tienen adeudo"]
)
async def test_who_asks_which_owe_nothing_is_told_those(words):
    answer = await sierra("consultar_pago", "which servers=all", words)
    assert answer.text == "No debes nada por SIERRA-01, SIERRA-02 y SIERRA-04."
    assert answer.state["servers"] == ["SIERRA-01", "SIERRA-02", "SIERRA-04"]


@pytest.mark.parametrize(
    "words",
    [
        "cuáles no están al corriente",
        "cuáles no están pagados",
        "no sé por cuáles debo",
        "los de adeudo",
        "¿cuáles ya no están pagados?",
        "¿cuál no está al corriente?",
    ],
)
@pytest.mark.parametrize("read", ["all", "filter:owing"])
async def test_who_asks_which_owe_is_told_those(words, read):
    answer = await sierra("consultar_pago", f"which servers={read}", words)
    assert answer.text.startswith("Tienes dos por pagar, $1,798.00 MXN en total: SIERRA-03 y SIERRA-05.")


@pytest.mark.parametrize("words", ["el jefe pregunta si ya están todos pagados", "¿no debo nada de ninguno?"])
async def test_who_asks_whether_all_is_paid_is_not_kept_from_what_is_owed(words):
    answer = await sierra("consultar_pago", "state servers=all", words)
    assert "Tienes dos por pagar, $1,798.00 MXN en total: SIERRA-03 y SIERRA-05." in answer.text


@pytest.mark.parametrize(
    ("read", "words", "first"),
    [
        ("last", "el que se acaba primero", True),
        ("first", "¿cuál vence al último?", False),
        ("first", "y cuál dura menos", True),
        ("first", "última pregunta, ¿cuál se vence ya?", True),
        ("last", "el que me aguanta", False),
    ],
)
async def test_first_or_last_is_as_it_is_said(read, words, first):
    answer = await sierra("consultar_suscripcion", f"which servers={read}", words)
    assert answer.text.startswith("De los vigentes, el primero en vencer" if first else "El último en vencer")


@pytest.mark.parametrize(("frame", "words"), [("which", "cuáles tengo suspendidos"), ("count servers=all", "cuántos hay suspendidos")])
async def test_a_state_is_known_by_its_own_word(frame, words):
    assert (await sierra("listar_servidores", frame, words)).text.startswith("Tienes uno suspendido: SIERRA-05.")


async def test_a_span_is_no_state():
    answer = await sierra("faq_periodo_gracia", "count", "¿cuántos días de gracia dan?")
    assert "3 días" in answer.text.split("\n")[0]


async def test_what_is_owed_is_not_taken_for_what_runs():
    answer = await sierra("consultar_pago", "which servers=filter:active", "quiénes salen con deuda")
    assert answer.text.startswith("Tienes dos por pagar, $1,798.00 MXN en total: SIERRA-03 y SIERRA-05.")


async def test_the_rest_of_the_last_set_and_the_set_itself():
    owing = await sierra("consultar_pago", "which servers=filter:owing", "cuáles debo")
    assert owing.state["servers"] == ["SIERRA-03", "SIERRA-05"]

    rest = await sierra("consultar_pago", "state servers=rest refers=goes_on", "¿y los otros 3 limpios?", owing)
    assert rest.text == "No debes nada por SIERRA-01, SIERRA-02 y SIERRA-04."
    assert rest.state["servers"] == ["SIERRA-01", "SIERRA-02", "SIERRA-04"]

    these = await sierra("consultar_suscripcion", "until servers=that_one refers=goes_on", "y de esos cuánto aguantan", owing)
    assert these.text == f"• SIERRA-03: en gracia hasta el {GRACE}\n• SIERRA-05: suspendido, resguardo hasta el {KEPT}"

    first = await sierra("consultar_suscripcion", "which servers=first refers=goes_on", "¿y de esos dos cuál urge más?", owing)
    assert first.text.startswith("El primero en suspenderse sería SIERRA-03: se puede usar hasta")

    without = await sierra("consultar_suscripcion", "until servers=rest move=corrects refers=goes_on", "quita el 5", owing)
    assert without.state["servers"] == ["SIERRA-03"]


async def test_a_set_is_not_narrowed_to_the_server_in_play():
    one = await sierra("consultar_suscripcion", "until servers=named:SIERRA-02", "hasta cuándo la 02")
    assert one.state["servers"] == ["SIERRA-02"]
    for frame in ("which servers=filter:owing refers=goes_on", "state servers=all refers=goes_on"):
        answer = await sierra("consultar_pago", frame, "y cuáles debo", one)
        assert answer.text.startswith("Tienes dos por pagar, $1,798.00 MXN en total: SIERRA-03 y SIERRA-05.")


async def test_the_other_one_is_the_one_that_is_alike_else_it_is_asked():
    grace = await sierra("consultar_suscripcion", "until servers=named:x", "el 3 hasta cuándo")
    assert (
        "SIERRA-05"
        in (await sierra("consultar_suscripcion", "state servers=other refers=goes_on", "y el otro ya lo borraron?", grace)).text
    )
    corrected = await sierra("consultar_suscripcion", "until servers=other move=corrects refers=goes_on", "no, el otro", grace)
    assert corrected.titles == ["SIERRA-01", "SIERRA-02", "SIERRA-04", "SIERRA-05"]


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("el tercero hasta cuándo", "SIERRA-03"),
        ("y sierra dos", "SIERRA-02"),
        ("la cero cuatro", "SIERRA-04"),
        ("perdón la 01, no la 05", "SIERRA-01"),
    ],
)
async def test_a_server_is_found_by_the_words_of_the_message(text, alias):
    answer = await sierra("consultar_suscripcion", "until servers=named:x", text)
    assert answer.state["servers"] == [alias]


async def test_what_a_branch_or_a_month_is_called_is_no_server():
    for text in ("no puedo entrar desde la sucursal-02", "la factura de octubre-25"):
        one = await ask("consultar_servidor", desk(server("LA-PAZ-02")), frame="state", text=text, servidor=None)
        assert "LA-PAZ-02" in one.text
        assert "No encuentro" not in one.text


async def test_a_word_that_names_none_of_several_is_asked_about():
    answer = await sierra("consultar_servidor", "state servers=unknown:nóminas", "¿El de nóminas ya responde?")
    assert answer.text.startswith("No sé a cuál de tus servidores le dices «nóminas».")
    assert len(answer.titles) == len(demo_desk("C-1009", DEMO_NOW).servers)


@pytest.mark.parametrize("intent", ["consultar_pago", "listar_servidores", "faq_resguardo_sin_pago", "reenviar_datos_conexion"])
async def test_nothing_is_told_of_another_account_not_even_whether_it_exists(intent):
    first = await of("C-1001", intent, "state servers=foreign", "y el de mi compadre, despacho ruiz")
    again = await of("C-1001", intent, "state servers=foreign refers=goes_on", "ni un sí o no?", slots={"estado": first.state})
    assert first.text.startswith(
        "Desde esta sesión solo veo la cuenta de Abarrotes La Esperanza. De otra no puedo decirte nada, ni si existe"
    )
    assert again.text == "Te entiendo, pero ni con permiso ni con su RFC: cada cuenta se ve solo desde su propia sesión."
    assert first.readings == again.readings == first.effects == []
    visitor = await ask(intent, frame="state servers=foreign", text="cuánto debe el taller ocampo")
    unknown = await ask(intent, frame="state servers=foreign", text="cuánto debe el taller que no existe")
    assert visitor.text == unknown.text
    assert visitor.text == (await ask(intent, frame="state", text="cuánto debo")).text or "que lo haga su titular" in visitor.text


async def test_who_has_one_server_hears_that_it_is_the_only_one():
    for intent, frame in (("consultar_suscripcion", "until servers=all"), ("consultar_suscripcion", "until servers=rest")):
        assert (await of("C-1001", intent, frame)).text.startswith(
            "Es el único que tienes:\n\nESPERANZA-01 vence el miércoles 24 de marzo de 2027"
        )
    none = await of("C-1001", "consultar_suscripcion", "which servers=filter:suspended")
    assert none.text == "Ninguno de tus servidores está suspendido.\n\nTu único servidor es ESPERANZA-01."


async def test_of_a_failure_nothing_is_said_that_nobody_saw():
    seen, unseen = server("UNO-01"), server("DOS-02", health=health("up", ago(days=3)))
    answer = await ask("consultar_servidor", desk(seen, unseen), frame="whether servers=filter:down")
    assert answer.text == "No veo un incidente abierto ni una caída en tus servidores, pero no tengo una revisión reciente de todos."
    down = await ask("consultar_servidor", desk(seen, replace(unseen, incident=incident())), frame="which servers=filter:down")
    assert down.text.startswith("Tienes uno con falla o sin responder: DOS-02.")


WAYS = (
    "all",
    "some",
    "rest",
    "other",
    "that_one",
    "first",
    "last",
    "most",
    "unknown:caja",
    "foreign",
    *(f"filter:{each}" for each in Filter),
)


LIVE = ("consultar_pago", "consultar_suscripcion", "consultar_servidor", "consultar_respaldo", "listar_servidores", "pagar_adeudo")
ASKED = (Asked.GENERAL, Asked.WHICH, Asked.COUNT, Asked.AMOUNT, Asked.UNTIL, Asked.WHEN)
STATES = [built(*each) for each in periods_and_charges()]


async def test_in_every_state_it_is_true_and_only_about_the_desk():
    """Another way, question and neighbour with each state; `ask` checks the length."""
    for number, one in enumerate(STATES[::4]):
        way, intent, asked = WAYS[number % len(WAYS)], LIVE[number % len(LIVE)], ASKED[number // 2 % len(ASKED)]
        other = replace(STATES[number * 7 % len(STATES)], id="id-2", alias="OTRO-02")
        two = await ask(intent, desk(one, other), frame=f"{asked} servers={way} refers=goes_on", slots={"servidor": one.alias})
        assert {row["server"] for row in two.readings} <= {one.alias, other.alias, None}
        alone = await ask(intent, desk(one), frame=f"{asked} servers={way}")
        assert untrue(alone.text, one) == [], (way, intent, asked)
        assert {row["server"] for row in alone.readings} <= {one.alias, None}


async def test_every_topic_answers_every_way():
    five = [replace(STATES[n * 97 % len(STATES)], id=f"id-{n}", alias=f"CENTRAL-0{n}", licences=()) for n in range(5)]
    for intent, way in product(INTENTS, WAYS):
        answer = await ask(intent, desk(*five), frame=f"which servers={way}", choices=({"intent": intent, "title": "Algo"},))
        assert {row["server"] for row in answer.readings} <= {each.alias for each in five} | {None}


async def test_every_text_about_sets_is_reached():
    up, creating = server("UNO-01"), server("DOS-02", "provisioning", payments=(payment(),))
    late = server("TRES-03", subscription=subscription(TODAY - timedelta(days=2)), payments=(payment("rejected"),))
    kept = server("SEIS-06", "suspended", subscription=subscription(TODAY - timedelta(days=12)))
    without = server("SIETE-07", "suspended", subscription=None)
    moving = replace(up, id="4", alias="CUATRO-04", plan_change=plan_change(), backups=(backup(),))
    unseen = replace(up, id="5", alias="CINCO-05", health=None)
    desks = [
        (up, unseen), (up, moving), (up, late, kept), (late, replace(late, id="9", alias="NUEVE-09"), up), (kept, without),
        (up, creating, replace(creating, id="8", alias="OCHO-08")), (moving, replace(moving, id="6", alias="SEIS-06")), (kept, up), (late, up), (late, creating, kept), (up, replace(up, id="11", alias="ONCE-11"), replace(creating, subscription=subscription(TODAY + timedelta(days=400), starts_on=TODAY))),
        (kept, replace(kept, id="7", alias="DIEZ-10")), (up,), (late, kept), (replace(up, status="deleted"),), (up, replace(unseen, incident=incident())), (up, replace(unseen, subscription=subscription(TODAY + timedelta(days=9)))),
    ]  # fmt: skip
    reached: set[str] = set()
    for of_desk, way, intent in product(desks, WAYS, LIVE):
        for what in {Asked.WHICH, {"consultar_pago": Asked.AMOUNT, "consultar_suscripcion": Asked.WHEN}.get(intent, Asked.WHICH)}:
            reached |= set(
                (await ask(intent, desk(*of_desk), frame=f"{what} servers={way}", slots={"servidor": of_desk[0].alias})).responses
            )
    for of_desk in ((up, kept, server("CARO-11", subscription=subscription(TODAY, price=Decimal(2_000)))), (up, kept)):
        dearest = await ask("consultar_pago", desk(*of_desk), frame="which servers=most", text="¿cuál es el más caro?")
        reached |= set(dearest.responses)
    listed = await ask("consultar_suscripcion", desk(up, late), frame="until servers=all")
    slots = {"estado": listed.state}
    reached |= set((await ask("consultar_suscripcion", desk(up, late), frame="until servers=rest refers=goes_on", slots=slots)).responses)
    again = await ask("consultar_pago", desk(up), frame="which servers=foreign")
    reached |= set((await ask("consultar_pago", desk(up), frame="which servers=foreign", slots={"estado": again.state})).responses)
    reached |= set((await ask("consultar_servidor", desk(up, kept), frame="why servers=filter:down")).responses)
    dearer = server("CARO-11", subscription=subscription(price=Decimal(2_000)))
    reached |= set((await ask("consultar_pago", desk(up, unseen, dearer), frame="amount servers=all")).responses)
    for of_desk in ((up, kept), (up, kept, without)):
        reached |= set((await ask("consultar_servidor", desk(*of_desk), frame="which servers=all", text="cuáles no jalan")).responses)
    assert sorted(set(responses_by_file()["sets.yml"]) - reached) == []


async def test_without_a_name_the_ones_in_trouble_are_meant():
    owing = await sierra("consultar_pago", "state", "tengo algún adeudo")
    assert owing.text.startswith(f"Tienes dos por pagar, $1,798.00 MXN en total: SIERRA-03 y SIERRA-05.\n{OWING}")
    listed = await sierra("consultar_pago", "state", "cómo van mis pagos")
    assert listed.text.startswith("Así van los pagos de tus servidores:")
    which = await sierra("consultar_pago", "which refers=goes_on", "de cuál servidor", after=listed)
    assert which.text.startswith("Tienes dos por pagar")
    refused = await sierra("consultar_pago", "which servers=that_one refers=goes_on", "¿a cuál le rechazaron el cobro?", after=which)
    assert refused.text.startswith("Tienes uno por pagar, de $899.00 MXN: SIERRA-03.")
    why = await sierra("consultar_pago", "why", "y por qué no pasó el cobro")
    assert why.text == "• SIERRA-03: cargo de $899.00 MXN rechazado: tarjeta vencida\n• SIERRA-05: $899.00 MXN sin pagar"


@pytest.mark.parametrize(
    ("text", "dearest"), [("¿cuál me sale más caro?", "El de mayor precio es SIERRA-01"), ("¿de esos cuál cuesta más?", "Los de mayor precio son SIERRA-03 y SIERRA-05")]
)  # fmt: skip
async def test_the_dearest_is_that_of_all_unless_those_in_play_are_pointed_at(text: str, dearest: str):
    owing = await sierra("consultar_pago", "which servers=filter:owing")
    answer = await sierra("consultar_pago", "which servers=most refers=goes_on", text, after=owing)
    assert answer.text.startswith(dearest)


async def test_a_sum_by_the_month_is_told_for_a_year_where_that_is_asked():
    answer = await sierra("consultar_pago", "amount servers=all", "¿cuánto pago al año por todos?")
    assert answer.text.startswith(
        "En total son $5,095.00 MXN al mes por 5 servidores, según lo registrado.\n\nEn doce meses serían $61,140.00 MXN, si el precio no cambia."
    )


async def test_of_the_server_that_is_pointed_at_only_its_price_is_told():
    after = await sierra("consultar_suscripcion", "until servers=named:SIERRA-02", "¿cuándo vence SIERRA-02?")
    answer = await sierra("tema_no_cubierto", "amount servers=that_one refers=goes_on", "¿y ese cuánto cuesta?", after=after)
    assert answer.text == "El precio registrado de SIERRA-02 es $899.00 MXN."


@pytest.mark.parametrize("text", ["¿y después de ese?", "ok, cuál sigue", "¿y luego de ése cuál?"])
async def test_after_the_first_to_end_comes_the_next(text: str):
    first = await sierra("consultar_suscripcion", "which servers=first", "¿cuál vence primero?")
    assert "SIERRA-02" in first.text
    after = await sierra("consultar_suscripcion", "until refers=goes_on", text, after=first)
    assert after.text.startswith("SIERRA-01 vence el lunes 14 de diciembre")


async def test_as_many_as_there_are_are_all_of_them():
    owing = await sierra("consultar_pago", "which servers=filter:owing")
    answer = await sierra("faq_sistema_operativo", "which servers=that_one refers=goes_on", "¿cuál de los cinco trae otro?", after=owing)
    assert "SIERRA-02: Windows Server 2019" in answer.text


@pytest.mark.parametrize("frame", ["which", "which servers=first", "until"])
async def test_the_first_to_end_of_those_that_are_named(frame: str):
    answer = await sierra("consultar_suscripcion", frame, "entre SIERRA-01 y SIERRA-02, ¿cuál se vence primero?")
    assert answer.text == "De los vigentes, el primero en vencer es SIERRA-02: vence el domingo 6 de diciembre."


@pytest.mark.parametrize(
    "text",
    ["¿y después de esa fecha qué pasa?", "¿y luego qué pasa?", "el que sigue activo hasta cuándo?", "¿y después de ese día lo borran?"],
)
async def test_what_follows_a_day_is_no_other_server(text: str):
    first = await sierra("consultar_suscripcion", "which servers=first", "¿cuál vence primero?")
    after = await sierra("consultar_suscripcion", "until refers=goes_on", text, after=first)
    assert "SIERRA-01" not in after.text


async def test_with_which_card_it_was_refused_is_no_question_of_servers():
    answer = await sierra("consultar_pago", "which servers=that_one refers=goes_on", "¿cuál tarjeta me rechazaron?")
    assert not answer.text.startswith("Tienes uno por pagar")


@pytest.mark.parametrize("text", ["¿cuánto pago para ponerme al corriente?", "¿cuánto pago de adeudo por todos?"])
async def test_what_is_paid_to_owe_nothing_is_what_is_owed(text: str):
    answer = await sierra("consultar_pago", "amount servers=all", text)
    assert answer.text.startswith("En total debes $1,798.00 MXN")
