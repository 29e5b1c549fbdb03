"""What is not covered, not clear or not understood, as the customer reads the answers."""

from __future__ import annotations

import pytest

from actions.escalation import escalation_code
from tests.actions.rendering import ask, desk, server

LINE = "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
CHOICES = [{"intent": "faq_factura", "title": "Descargar factura"}, {"intent": "consultar_factura", "title": "Mi factura"}]
REPHRASE = "No te entendí. ¿Me lo dices con otras palabras? Por ejemplo: «¿Cuándo vence mi servidor?» o «¿Dónde descargo mi factura?»."
TWO = desk(server("A-01"), server("B-01"))
WAITING = {"pregunta_pendiente": {"intent": "faq_cambiar_solucion"}}


@pytest.mark.parametrize("of", [None, TWO])
async def test_near_but_not_covered_goes_to_the_line(of):
    answer = await ask("tema_no_cubierto", of)
    assert answer.text == f"Eso no lo puedo resolver por aquí; un asesor de soporte te puede ayudar.\n\n{LINE}"
    assert answer.effects == []


async def test_near_but_not_covered_names_the_tutorials_when_the_company_has_some():
    answer = await ask("tema_no_cubierto", tutorials_url="https://aspel.example/tutoriales")
    assert answer.text.split("\n\n") == [
        "Eso no lo puedo resolver por aquí; un asesor de soporte te puede ayudar.",
        "Quizá encuentres cómo hacerlo en los tutoriales: https://aspel.example/tutoriales",
        LINE,
    ]


async def test_far_is_one_polite_line():
    answer = await ask("fuera_de_tema", TWO)
    assert answer.text == (
        "Con eso no te puedo ayudar, pero sí con tu Servidor virtual: vigencia, pagos, facturas, respaldos, acceso y licencias."
    )


async def test_near_beside_an_answer_says_what_it_is_about():
    answer = await ask("tema_no_cubierto", TWO, beside=True)
    assert answer.text == f"Sobre lo otro que preguntas: no lo puedo resolver por aquí; un asesor de soporte te puede ayudar.\n\n{LINE}"


async def test_far_beside_an_answer_is_no_failure():
    answer = await ask("fuera_de_tema", TWO, beside=True, slots={"fallos": 1})
    assert answer.text == "Con lo otro que mencionas no te puedo ayudar por aquí."
    assert "fallos" not in answer.slots or not answer.slots["fallos"]


async def test_far_twice_in_a_row_gives_the_line_too_but_opens_no_case():
    answer = await ask("fuera_de_tema", TWO, slots={"fallos": 1})
    assert answer.text.endswith(f"acceso y licencias.\n\n{LINE}")
    assert answer.slots["fallos"] == 2
    assert answer.effects == []


async def test_what_is_not_even_surely_far_was_not_understood():
    answer = await ask("fuera_de_tema", TWO, confidence=0.3)
    assert answer.text.startswith("No te entendí.")
    second = await ask("fuera_de_tema", TWO, confidence=0.3, slots={"fallos": 1})
    assert [effect["payload"]["reason"] for effect in second.effects] == ["no_entendido"]


async def test_a_question_that_waited_offers_the_servers_it_offered_before():
    waiting = {"pregunta_pendiente": {"intent": "reenviar_datos_conexion", "servidores": ["B-01", "GONE-01"]}}
    assert (await ask("fuera_de_tema", TWO, slots=waiting)).titles == ["B-01"]
    assert (await ask("afirmar", TWO, slots=waiting)).titles == ["B-01"]
    assert (await ask("no_entendi", TWO, slots=waiting)).titles == ["B-01"]


async def test_a_question_that_waited_is_taken_up_after_a_digression():
    answer = await ask("fuera_de_tema", TWO, slots=WAITING)
    assert answer.text.endswith("Volviendo a tu pregunta anterior, ¿de cuál servidor querías saber?")
    assert answer.titles == ["A-01", "B-01"]


class TestAsking:
    async def test_it_asks_with_a_button_for_each_choice(self):
        answer = await ask("preguntar_intencion", choices=CHOICES)
        assert answer.text == ("¿Te refieres a alguna de estas opciones? Si ninguna es la tuya, escríbeme tu pregunta con otras palabras.")
        assert [(button["title"], button["intent"]) for button in answer.buttons] == [
            ("Descargar factura", "faq_factura"),
            ("Mi factura", "consultar_factura"),
        ]
        assert answer.slots == {"fallos": 1}

    async def test_at_most_three_choices_with_titles_that_fit(self):
        choices = [{"intent": f"i{n}", "title": f"{n} un título demasiado largo"} for n in range(5)]
        assert len((await ask("preguntar_intencion", choices=choices)).buttons) == 3

    async def test_a_second_time_in_a_row_the_line_stands_beside_it(self):
        answer = await ask("preguntar_intencion", choices=CHOICES, slots={"fallos": 1})
        assert answer.text.endswith(f"o llama a soporte.\n\n{LINE}")
        assert answer.intents == ["faq_factura", "consultar_factura"]
        assert answer.slots == {"fallos": 1}
        assert answer.effects == []

    async def test_a_waiting_question_goes_on_waiting(self):
        assert "pregunta_pendiente" not in (await ask("preguntar_intencion", TWO, choices=CHOICES, slots=WAITING)).slots

    async def test_without_choices_it_says_that_it_did_not_understand(self):
        assert (await ask("preguntar_intencion")).text == REPHRASE


class TestNotUnderstood:
    async def test_who_only_marks_a_question_is_asked_what_for(self):
        assert (await ask("no_entendi", text="???")).responses == ["utter_saludar_aqui"]

    async def test_first_it_asks_for_other_words(self):
        answer = await ask("no_entendi")
        assert answer.text == REPHRASE
        assert answer.slots == {"fallos": 1}
        assert answer.effects == []

    @pytest.mark.parametrize("of", [None, TWO])
    async def test_twice_in_a_row_gives_a_folio_and_the_line(self, of):
        answer = await ask("no_entendi", of, slots={"fallos": 1})
        code = escalation_code("inbound-1", "no_entendido", 1)
        assert answer.text == (
            f"Sigo sin entenderte, disculpa. Registré tu caso con el folio {code}; dáselo al asesor que te atienda.\n\n{LINE}"
        )
        assert [effect["payload"]["reason"] for effect in answer.effects] == ["no_entendido"]
        assert answer.effects[0]["payload"]["code"] == code
        assert answer.slots["fallos"] == 2

    async def test_after_that_no_second_case_is_opened(self):
        answer = await ask("no_entendi", slots={"fallos": 2})
        assert answer.text == f"Sigo sin entenderte, disculpa. Un asesor de soporte te puede ayudar.\n\n{LINE}"
        assert answer.effects == []

    async def test_asked_then_not_understood_counts_as_two(self):
        asked = await ask("preguntar_intencion", choices=CHOICES)
        assert (await ask("no_entendi", slots=asked.slots)).effects != []

    @pytest.mark.parametrize("intent", ["faq_que_es", "consultar_servidor", "hablar_con_asesor", "tema_no_cubierto", "saludar"])
    async def test_an_understood_message_starts_the_count_anew(self, intent):
        assert (await ask(intent, TWO, slots={"fallos": 1})).slots["fallos"] == 0

    async def test_an_answer_to_which_server_that_is_not_understood_asks_again(self):
        answer = await ask("no_entendi", TWO, slots=WAITING)
        assert answer.text == "No te entendí. ¿De cuál servidor quieres saber?"
        assert [button["entities"] for button in answer.buttons] == [{"servidor": "A-01"}, {"servidor": "B-01"}]
        assert answer.slots["pregunta_pendiente"] == WAITING["pregunta_pendiente"]


async def test_what_begins_alike_is_named_and_offers_no_button_that_could_be_either():
    asked = ("¿cuánto cuesta la sierra 5?", "¿cuánto cuesta la sierra 6?", "¿dónde está?")
    answer = await ask("preguntar_intencion", choices=[{"intent": "consultar_pago", "title": each} for each in asked], left_over=True)
    assert all(each in answer.text for each in asked)
    assert answer.titles == ["¿dónde está?"]


async def test_what_was_too_much_for_one_answer_is_named_in_its_own_words():
    left = [
        {"intent": "faq_cambiar_contrasena", "title": "cómo cambio la contraseña"},
        {"intent": "hablar_con_asesor", "title": "me pasas a alguien"},
    ]
    answer = await ask("preguntar_intencion", choices=left, left_over=True, slots={"fallos": 1})
    assert (
        answer.text == "De lo demás («cómo cambio la contraseña» y «me pasas a alguien») me falta contestarte: elige o escríbemelo aparte."
    )
    assert answer.titles == ["cómo cambio la…", "me pasas a alguien"]
    assert answer.intents == ["faq_cambiar_contrasena", "hablar_con_asesor"]
    assert [button["text"] for button in answer.buttons] == [each["title"] for each in left]
    assert answer.slots == {"fallos": 0}  # the message got its answer: nothing has failed
