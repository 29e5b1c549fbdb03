"""What was learned is kept while nothing that it depends on changes, and only the last of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.kept import digest_of, forget, keep, kept


def write(folder: Path) -> None:
    (folder / "model.json").write_text("{}")


def test_the_last_is_kept_whole_and_the_one_before_goes(tmp_path):
    folder = tmp_path / "understanding"
    assert kept("a", folder) is None
    keep("a", write, folder)
    assert (folder / "a" / "model.json").exists()
    keep("b", write, folder)
    assert kept("a", folder) is None
    assert kept("b", folder) == folder / "b"
    assert [path.name for path in tmp_path.iterdir()] == ["understanding"]


def test_nothing_is_kept_of_a_save_that_fails(tmp_path):
    folder = tmp_path / "understanding"
    keep("a", write, folder)

    def half(aside: Path) -> None:
        write(aside)
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        keep("b", half, folder)
    assert kept("b", folder) is None
    assert kept("a", folder) is not None
    assert [path.name for path in tmp_path.iterdir()] == ["understanding"]


def test_it_is_forgotten_on_demand(tmp_path):
    folder = tmp_path / "understanding"
    forget(folder)
    keep("a", write, folder)
    forget(folder)
    assert kept("a", folder) is None


def test_another_example_makes_another_digest():
    assert digest_of({"x": 1}, [("hola", "saludar", "neutral")]) == digest_of({"x": 1}, [("hola", "saludar", "neutral")])
    assert digest_of({"x": 1}, [("hola", "saludar", "neutral")]) != digest_of({"x": 1}, [("hola!", "saludar", "neutral")])
    assert digest_of({"x": 1}, []) != digest_of({"x": 2}, [])
