"""Training data that contradicts itself stops training, with file, line and reason."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.data import MIN_EXAMPLES, TrainingDataError, check_training_data, problems, read_examples
from bot.settings import ROOT

KNOWN = {"saludar", "despedirse"}


def block(intent: str, *examples: str, metadata: str = "") -> str:
    lines = "".join(f"      - {example}\n" for example in examples)
    return f"  - intent: {intent}\n{metadata}    examples: |\n{lines}"


def enough(word: str) -> list[str]:
    return [f"{word} {'x' * number}y" for number in range(1, MIN_EXAMPLES + 1)]


def write(folder: Path, name: str, *blocks: str) -> Path:
    path = folder / name
    path.write_text('version: "3.1"\n\nnlu:\n' + "".join(blocks), encoding="utf-8")
    return path


def found(folder: Path) -> list[str]:
    return problems(list(read_examples(folder)), KNOWN)


def test_good_data_has_no_problems(tmp_path):
    write(tmp_path, "talk.yml", block("saludar", *enough("hola")), block("despedirse", *enough("adiós")))
    assert found(tmp_path) == []


def test_every_example_knows_its_line(tmp_path):
    path = write(
        tmp_path,
        "talk.yml",
        block("saludar", "hola", "buenas"),
        block("despedirse", "adiós", metadata="    metadata: {register: formal}\n"),
    )
    lines = path.read_text(encoding="utf-8").split("\n")
    examples = list(read_examples(tmp_path))
    assert [(each.intent, each.text, each.register) for each in examples] == [
        ("saludar", "hola", "neutral"),
        ("saludar", "buenas", "neutral"),
        ("despedirse", "adiós", "formal"),
    ]
    assert all(lines[each.line - 1].strip() == f"- {each.text}" for each in examples)


def test_every_example_of_ours_knows_its_line():
    files = {path: path.read_text(encoding="utf-8").split("\n") for path in (ROOT / "data" / "nlu").glob("*.yml")}
    wrong = [str(each) for each in read_examples() if files[each.path][each.line - 1].strip().removeprefix("- ").strip() != each.text]
    assert wrong == []


def test_an_unknown_intent_is_named_with_its_line(tmp_path):
    write(tmp_path, "talk.yml", block("saludar", *enough("hola")), block("saldar", *enough("buenas")))
    assert found(tmp_path)[0] == f"talk.yml:{4 + 2 + MIN_EXAMPLES + 2}: intent 'saldar' is not in domain.yml"


@pytest.mark.parametrize("again", ["hola amigo", "¡Hola, amigo!", "HOLA   AMIGOOO", "hola amigo 😀", "/hola amigo"])
def test_a_phrase_under_two_intents_is_named_with_both_lines(tmp_path, again):
    write(tmp_path, "a.yml", block("saludar", *enough("hola"), "hola amigo"))
    write(tmp_path, "b.yml", block("despedirse", again, *enough("adiós")))
    assert found(tmp_path) == [f"b.yml:6: {again!r} is under 'despedirse', and under 'saludar' at a.yml:{5 + MIN_EXAMPLES + 1}"]


def test_a_phrase_twice_under_one_intent_is_no_contradiction(tmp_path):
    write(tmp_path, "a.yml", block("saludar", *enough("hola"), "hola amigo", "Hola amigo"))
    assert found(tmp_path) == []


def test_too_few_examples_are_counted_over_all_files(tmp_path):
    write(tmp_path, "a.yml", block("saludar", *enough("hola")[:5]), block("despedirse", *enough("adiós")))
    assert found(tmp_path) == [f"intent 'saludar' has 5 examples, fewer than {MIN_EXAMPLES}"]
    write(tmp_path, "b.yml", block("saludar", *enough("hola")[5:]))
    assert found(tmp_path) == []


def test_an_intent_without_examples_is_named_with_its_line(tmp_path):
    write(tmp_path, "a.yml", block("despedirse", *enough("adiós")), "  - intent: saludar\n    metadata: {title: Saludo}\n")
    with pytest.raises(TrainingDataError, match=rf"^a\.yml:{5 + MIN_EXAMPLES + 1}: intent 'saludar' has no examples$"):
        found(tmp_path)


@pytest.mark.parametrize("empty", ["    examples: |\n", "    examples: |\n\n", "    examples:\n", '    examples: ""\n'])
def test_an_intent_with_an_empty_list_is_named_with_its_line(tmp_path, empty):
    write(tmp_path, "a.yml", block("despedirse", *enough("adiós")), f"  - intent: saludar\n{empty}")
    try:
        told = found(tmp_path)
    except TrainingDataError as error:
        told = [str(error)]
    assert any("saludar" in line and "a.yml:" in line for line in told)


def test_an_intent_of_the_domain_without_a_block_is_left_to_the_content_tests(tmp_path):
    write(tmp_path, "a.yml", block("saludar", *enough("hola")))
    assert found(tmp_path) == []


def test_files_without_examples_are_passed_over(tmp_path):
    (tmp_path / "empty.yml").write_text("", encoding="utf-8")
    (tmp_path / "answers.yml").write_text('version: "3.1"\nresponses:\n  utter_x:\n    - text: x\n', encoding="utf-8")
    assert list(read_examples(tmp_path)) == []


def test_training_itself_refuses_a_contradiction():
    def data(*pairs: tuple[str, str]) -> TrainingData:
        return TrainingData([Message.build(text=text, intent=intent) for text, intent in pairs])

    check_training_data(data(("hola", "saludar"), ("Hola!", "saludar"), ("adiós", "despedirse")))
    with pytest.raises(TrainingDataError, match="under two intents: saludar and despedirse"):
        check_training_data(data(("hola", "saludar"), ("¡Hola!", "despedirse")))


def train_in(folder: Path) -> subprocess.CompletedProcess[str]:
    """`python -m bot train` in a copy of the project whose data/nlu is `folder`'s."""
    shutil.copytree(ROOT / "bot", folder / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("domain.yml", "config.yml"):
        shutil.copy(ROOT / name, folder / name)
    return subprocess.run([sys.executable, "-m", "bot", "train"], cwd=folder, capture_output=True, text=True, check=False)


def test_train_exits_1_and_prints_every_place(tmp_path):
    nlu = tmp_path / "data" / "nlu"
    nlu.mkdir(parents=True)
    write(nlu, "a.yml", block("saludar", *enough("hola"), "hola amigo"), block("saldar", *enough("buenas")))
    write(nlu, "b.yml", block("despedirse", "Hola, amigo", *enough("adiós")))
    done = train_in(tmp_path)
    assert done.returncode == 1
    assert "the training data is wrong:" in done.stderr
    assert f"a.yml:{5 + MIN_EXAMPLES + 1 + 2 + 1}: intent 'saldar' is not in domain.yml" in done.stderr
    assert f"b.yml:6: 'Hola, amigo' is under 'despedirse', and under 'saludar' at a.yml:{5 + MIN_EXAMPLES + 1}" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.glob("models/*.tar.gz")) == []


def test_train_exits_1_for_an_intent_without_examples(tmp_path):
    nlu = tmp_path / "data" / "nlu"
    nlu.mkdir(parents=True)
    write(nlu, "a.yml", block("despedirse", *enough("adiós")), "  - intent: saludar\n")
    done = train_in(tmp_path)
    assert done.returncode == 1
    assert f"a.yml:{5 + MIN_EXAMPLES + 1}: intent 'saludar' has no examples" in done.stderr
    assert "Traceback" not in done.stderr


def test_train_names_the_place_of_broken_yaml(tmp_path):
    nlu = tmp_path / "data" / "nlu"
    nlu.mkdir(parents=True)
    (nlu / "a.yml").write_text("nlu:\n  - intent: [saludar\n    examples: |\n", encoding="utf-8")
    done = train_in(tmp_path)
    assert done.returncode == 1
    assert "a.yml" in done.stderr
    assert "Traceback" not in done.stderr
