"""The answers as written: every key used and defined, texts and titles in the YAML only, Spanish marks, limits, the document's facts."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from actions.base import AssistantAction
from tests.actions.rendering import ROOT, answers, ask, executor, responses_by_file

ACTIONS = sorted((ROOT / "actions").glob("*.py"))
DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
DECIDED_BY_CLASSIFIER = {"nlu_ask", "nlu_refuse"}
WITHOUT_INTENT = {"action_preguntar_intencion", "action_no_entendi", "action_respuesta_fija"}
SPANISH_LETTERS = re.compile(r"[áéíóúüñÁÉÍÓÚÑ¿¡]")
EMOJI = re.compile("[\U0001f000-\U0001faff☀-➿]")
TITLE, BUTTONS, TEXT = 20, 3, 320

# the document's labels, paths, numbers and hours, word for word
FACTS = {
    "faq_que_es": ["acceder de forma remota", "SAE, CAJA, BANCO y PROD"],
    "faq_cantidad_maxima": ["hasta 5 servidores virtuales por escritorio de servicios"],
    "faq_sistema_operativo": ["Windows Server 2012 R2"],
    "faq_licencias_incluidas": ["por separado"],
    "faq_respaldo_automatico": [
        "automático",
        "todo el servidor",
        "diariamente",
        "entre 2 am y 3 am",
        "sobrescribe",
        "unidad de almacenamiento",
    ],
    "faq_periodo_gracia": ["3 días", "independiente"],
    "faq_instalar_mas_sistemas": ["cualquier producto de Aspel", "dependerá de la solución contratada"],
    "faq_formas_pago": ["cuenta bancaria", "crédito", "débito"],
    "faq_tiempo_creacion": ["15 minutos", "una vez acreditado el pago"],
    "faq_resguardo_sin_pago": ["30 días naturales"],
    "faq_horario_acceso": ["24 horas del día", "los 7 días de la semana"],
    "faq_cambiar_solucion": ["72 horas hábiles antes de su fecha de vencimiento", "línea de soporte técnico 55 8000 9480"],
    "faq_traslado_informacion": ["Sí", "nuevamente", "activación"],
    "faq_datos_conexion": ["Archivo de conexión a tu servidor Aspel Nube"],
    "faq_consultar_vigencia": ["Mis Servicios > Servidor virtual > Fecha Fin"],
    "faq_factura": ["PAGO DE SERVICIOS > Mi Estado de Cuenta", "5 días hábiles"],
    "faq_cambiar_contrasena": ["Mis Servicios > Servidor virtual > Contraseña"],
    "faq_inicio_vigencia": ["confirma el pago"],
    "faq_licencia_requerida": ["servidor virtual solo", "licenciamiento"],
    "faq_pago_sin_correo": ["2 a 3 días hábiles"],
    "faq_conexion_sae": ["SAE Remoto"],
}


def fixed() -> set[str]:
    """Intents whose rule says their text to everybody, without an action of their own."""
    rules = [
        rule["steps"]
        for path in (ROOT / "data" / "stories").glob("*.yml")
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
    ]
    return {asked["intent"] for asked, said in rules if said["action"] == "action_respuesta_fija"}


def literals(path: Path) -> list[str]:
    """String constants of a module, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes
    ]


def used() -> set[str]:
    """Keys named in the actions, and `utter_<intent>` of those that say just that."""
    named = {text for path in ACTIONS for text in literals(path) if re.fullmatch(r"utter_[a-z_]+[a-z]", text)}
    return (
        named
        | {f"utter_{intent}" for intent in fixed()}
        | {f"utter_{kind.intent}" for kind in topics() if kind.answer.__qualname__ == "TalkAction.answer"}
    )


def topics() -> list[type[AssistantAction]]:
    executor()  # imports every topic
    found, waiting = [], [AssistantAction]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if isinstance(kind.intent, str):
            found.append(kind)
    return found


def test_every_answer_that_is_used_is_defined():
    assert sorted(used() - set(answers())) == []


def test_every_answer_that_is_defined_is_used():
    assert sorted(set(answers()) - used()) == []


def test_every_answer_is_defined_once_with_one_text():
    """One text for any channel; beside it at most one of its own for a channel, which speaks of that channel."""
    keys = Counter(key for responses in responses_by_file().values() for key in responses)
    assert [key for key, times in keys.items() if times > 1] == []
    for responses in responses_by_file().values():
        for key, variants in responses.items():
            assert len(variants) == len({each.get("channel") for each in variants}), key
            assert [each for each in variants if "channel" not in each], key
            assert all(set(each) <= {"text", "buttons", "channel"} for each in variants), key


def test_a_text_that_speaks_of_this_chat_is_the_web_chats():
    for responses in responses_by_file().values():
        for key, variants in responses.items():
            for each in variants:
                assert ("este chat" in each["text"]) == (each.get("channel") == "web"), key


@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: path.stem)
def test_no_text_for_customers_in_python(path):
    assert [text for text in literals(path) if SPANISH_LETTERS.search(text)] == []
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    buttons = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Button"]
    assert [ast.unparse(call) for call in buttons if call.args and isinstance(call.args[0], ast.Constant)] == []


@pytest.mark.parametrize("key", sorted(answers()))
def test_an_answer_is_well_written(key):
    text = answers()[key]["text"]
    assert text == text.strip()
    assert text.count("¿") == text.count("?")
    assert text.count("¡") == text.count("!")
    assert not EMOJI.search(text)
    assert "  " not in text
    assert "\n" not in text
    assert len(text) <= TEXT
    assert not re.search(r"\b(?:usted|vosotros|su cuenta|favor de)\b", text, re.IGNORECASE), "customers are addressed as tú"
    assert text.startswith("• ") or "•" not in text
    assert re.sub(r"\{[a-z_]+\}", "", text).count("{") == 0, "a placeholder is a plain name"


@pytest.mark.parametrize("key", sorted(key for key, answer in answers().items() if "buttons" in answer))
def test_buttons_of_an_answer_can_be_shown_everywhere(key):
    buttons = answers()[key]["buttons"]
    assert 1 <= len(buttons) <= BUTTONS
    assert all(1 <= len(button["title"]) <= TITLE for button in buttons)
    assert len({button["title"] for button in buttons}) == len(buttons)
    assert {button["payload"] for button in buttons} <= set(DOMAIN["intents"])


def test_every_intent_has_its_action_and_every_action_its_intent():
    expected = {f"action_{intent}" for intent in DOMAIN["intents"] if intent not in DECIDED_BY_CLASSIFIER | fixed()} | WITHOUT_INTENT
    assert set(DOMAIN["actions"]) == expected
    ours = {name for name, run in executor().actions.items() if run.__self__.__class__.__module__.startswith("actions.")}
    assert ours == expected  # the benchmark of stock Rasa has actions of its own, if its tests ran before


def test_lines_join_as_in_the_dialogue_channel():
    """tests/actions/rendering.joined stands in for a function that cannot be imported without TensorFlow."""

    def body(path: str) -> list[str]:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        function = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "joined")
        return [ast.dump(statement) for statement in function.body if not isinstance(statement, ast.Expr)]

    assert body("tests/actions/rendering.py") == body("bot/dialogue/channel.py")


@pytest.mark.parametrize("intent", sorted(FACTS))
async def test_a_general_answer_holds_the_facts_of_the_document(intent):
    text = (await ask(intent)).text
    assert [fact for fact in FACTS[intent] if fact not in text] == []


def test_all_21_questions_have_their_facts():
    assert set(FACTS) == {intent for intent in DOMAIN["intents"] if intent.startswith("faq_")} - fixed()
    assert len(FACTS) == 21
