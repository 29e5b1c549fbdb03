"""Which model serves: an explicit choice, else what `up` named, else what fits the data; training changes none of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.commands import model as command
from bot.commands import train, up
from bot.dialogue import models
from bot.dialogue.models import Choice, ModelRefused, choose, chosen, data_fingerprint, serving_model
from bot.errors import SettingsError
from bot.settings import load_settings
from tests.support.archives import same_model

SECRETS = {"INTERNAL_SECRET": "i" * 40, "SESSION_SECRET": "s" * 40, "PORTAL_JWT_SECRET": "p" * 40}


def made(folder: Path, *names: str) -> list[Path]:
    """Archives, the first the oldest."""
    paths = []
    for age, name in enumerate(reversed(names)):
        path = folder / name
        path.write_bytes(b"x")
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
        paths.insert(0, path)
    return paths


def test_without_any_model_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="python -m bot train"):
        serving_model(tmp_path)


def test_the_order_of_who_decides(tmp_path: Path) -> None:
    one, fitting, newest = made(tmp_path, "one.tar.gz", f"{data_fingerprint()}.tar.gz", "newest.tar.gz")
    assert serving_model(tmp_path) == fitting
    fitting.unlink()
    assert serving_model(tmp_path) == newest
    assert serving_model(tmp_path, "one") == one
    choose(newest, "one.tar.gz")
    assert serving_model(tmp_path, "one") == newest
    assert chosen(tmp_path) == Choice("newest.tar.gz", "one.tar.gz")
    choose(one, "newest.tar.gz")
    assert chosen(tmp_path) == Choice("one.tar.gz", "newest.tar.gz")


@pytest.mark.parametrize("written", ["gone.tar.gz\n", "../elsewhere.tar.gz\n", "/etc/passwd", "..", "a b"])
def test_a_choice_that_cannot_be_served_is_an_error_that_says_what_to_do(tmp_path: Path, written: str) -> None:
    made(tmp_path, "one.tar.gz")
    (tmp_path / "serving").write_text(written, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"python -m bot model use NAME.*or delete models/serving"):
        serving_model(tmp_path)


def test_a_choice_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "serving").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="models/serving cannot be read"):
        chosen(tmp_path)
    (tmp_path / "serving").write_bytes(b"")
    assert chosen(tmp_path) is None


def test_the_list_tells_what_each_model_is(tmp_path: Path) -> None:
    same_model(tmp_path / f"{data_fingerprint()}.tar.gz")
    made(tmp_path, "broken.tar.gz")
    (tmp_path / "serving").write_text("broken.tar.gz\ngone.tar.gz\n", encoding="utf-8")
    broken, fitting, away = command.listing(tmp_path, {"http://a:1": f"{data_fingerprint()}.tar.gz", "http://b:2": None})
    assert broken == "broken.tar.gz  cannot be read: not a trained model  chosen"
    assert fitting.endswith("UTC  fits the data, serving at http://a:1")
    assert away == "http://b:2: no dialogue process answers"
    (tmp_path / "broken.tar.gz").unlink()
    assert "models/serving names broken.tar.gz, which is not there" in "\n".join(command.listing(tmp_path, {}))


def test_there_is_nothing_to_roll_back_to(tmp_path: Path) -> None:
    for choice in (None, Choice("one.tar.gz", None)):
        with pytest.raises(ModelRefused, match="no earlier model is known"):
            command._before(choice)


def test_a_dialogue_that_is_started_again_serves_what_up_began_with() -> None:
    settings = load_settings({**SECRETS, "DIALOGUE_URLS": "http://127.0.0.1:1,http://127.0.0.1:2,http://elsewhere:3"})
    children = [child for child in up.children_of(settings, "one.tar.gz") if child.name.startswith("dialogue")]
    assert [child.arguments for child in children] == [("--port", str(n), "--default", "one.tar.gz") for n in (1, 2)]


def test_training_says_that_another_model_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    trained, other = made(tmp_path, "trained.tar.gz", "other.tar.gz")
    monkeypatch.setattr(models, "chosen", lambda folder=tmp_path: chosen(folder))
    train._tell_choice(trained)
    assert capsys.readouterr().out == ""
    choose(other, None)
    train._tell_choice(trained)
    assert "chooses other.tar.gz, which goes on; to change: `python -m bot model use trained.tar.gz`" in capsys.readouterr().out
