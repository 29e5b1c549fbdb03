"""Boutique Lirio's only server is gone: no answer may speak of it as if it could still be entered, paid or changed."""

from __future__ import annotations

import pytest

from tests.conversations.questions import FREQUENT
from tests.conversations.runner import Talks

GONE = "LIRIO-01 ya no está contratado; para usar otro servidor hay que contratarlo."
NOTHING = None  # the general answer alone

TOLD = {
    "faq_que_es": NOTHING,
    "faq_cantidad_maxima": "Por ahora no tienes ninguno contratado, así que puedes contratar los 5.",
    "faq_sistema_operativo": NOTHING,
    "faq_licencias_incluidas": NOTHING,
    "faq_respaldo_automatico": "No me aparece ninguna copia de LIRIO-01: su respaldo era del propio servidor, y su resguardo ya terminó.",
    "faq_periodo_gracia": "La información de LIRIO-01 ya no está: venció el miércoles 14 de octubre y su resguardo terminó el viernes 13 de noviembre.",
    "faq_instalar_mas_sistemas": GONE,
    "faq_formas_pago": NOTHING,
    "faq_tiempo_creacion": NOTHING,
    "faq_resguardo_sin_pago": "La información de LIRIO-01 por regla ya no se guarda: su vigencia terminó el miércoles 14 de octubre y su resguardo, ",
    "faq_horario_acceso": GONE,
    "faq_cambiar_solucion": "LIRIO-01 ya no está contratado, así que no hay nada que cancelar: contrata directamente el que necesitas.",
    "faq_traslado_informacion": "No: un servidor nuevo empieza sin la información de LIRIO-01: su resguardo terminó el viernes 13 de noviembre.",
    "faq_datos_conexion": GONE,
    "faq_consultar_vigencia": GONE,
    "faq_factura": "La factura A-0344 de LIRIO-01, del pago acreditado el lunes 14 de septiembre, ya está disponible.",
    "faq_cambiar_contrasena": GONE,
    "faq_inicio_vigencia": NOTHING,
    "faq_licencia_requerida": NOTHING,
    "faq_pago_sin_correo": "LIRIO-01 ya no está activo y no veo adeudos por él. Para aclarar un pago o volver a contratar, soporte te orienta.",
    "faq_conexion_sae": GONE,
}


@pytest.mark.parametrize("intent", FREQUENT)
def test_every_answer_makes_sense(talks: Talks, intent):
    answer = talks.of("C-1005").says(FREQUENT[intent])
    told = TOLD[intent]
    if told is NOTHING:
        assert "LIRIO" not in answer.text
    else:
        assert told in answer.text
    if told == GONE:
        assert not answer.text.startswith(GONE)  # the rule that was asked for stands before it
        assert answer.buttons == []
    assert "por ahora" not in answer.text.replace("Por ahora no tienes ninguno", "").lower()
    assert "Reenviar correo" not in answer.titles
