"""What the environment says already stays; the rest is quiet."""

from __future__ import annotations

import os
import warnings

from bot.dialogue.rasa import quiet


def test_settings_of_the_environment_stay(monkeypatch):
    for name in quiet.SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    quiet.install()
    assert {name: os.environ[name] for name in quiet.SETTINGS} == {**quiet.SETTINGS, "OMP_NUM_THREADS": "2"}


def test_warnings_are_dropped_where_they_would_be_shown(monkeypatch, capfd):
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    quiet.install()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning("old", UserWarning, "there", 1)
    assert capfd.readouterr().err == ""
