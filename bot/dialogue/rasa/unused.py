"""Keeps parts of Rasa, and what they import, out of a process until it asks for them.

- `rasa.core.channels` imports every channel that Rasa has (Slack, Telegram, Twilio, Facebook …) and their clients; we have one of our own.
- `rasa.engine.recipes.default_components` imports every component that a configuration could name; ours names ours.
- `rasa.core.test`, which the rule policy needs in training only, imports Rasa's reports and matplotlib; `rasa.core.jobs`, for reminders
  and models that are pulled from a server, a scheduler.
- `rasa.utils.tensorflow.model_data` imports scikit-learn for one function, which only classifiers that need TensorFlow call.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

from bot.dialogue.rasa.absent import missing

CHANNELS = "rasa.core.channels"
COMPONENTS = "rasa.engine.recipes.default_components"
LATER = ("rasa.core.jobs", "rasa.core.test")
BATCHES = "rasa.utils.tensorflow.model_data"
SPLITTING = ("sklearn.model_selection", "train_test_split")
"""What BATCHES takes from scikit-learn."""


class _Channels(Loader):
    """The package without its channels: it has what every channel builds on."""

    def exec_module(self, module: ModuleType) -> None:
        def take(name: str) -> object:
            if name.startswith("__"):
                raise AttributeError(name)
            return getattr(import_module(f"{CHANNELS}.channel"), name)

        module.__getattr__ = take  # type: ignore[method-assign]


class _Components(Loader):
    """No component but those that are named by their full path in config.yml."""

    def exec_module(self, module: ModuleType) -> None:
        module.DEFAULT_COMPONENTS = []  # type: ignore[attr-defined]


class _Later(SourceFileLoader):
    """Runs the module when a name of it is taken. Not importlib's LazyLoader: that one runs it for whoever only lists what is loaded."""

    def exec_module(self, module: ModuleType) -> None:
        def take(name: str) -> object:
            if name.startswith("__"):
                raise AttributeError(name)
            vars(module).pop("__getattr__", None)
            super(_Later, self).exec_module(module)
            return getattr(module, name)

        module.__getattr__ = take  # type: ignore[method-assign]


class _Batches(SourceFileLoader):
    """The module as it is, with a name that says why it cannot be called in the place of scikit-learn's function."""

    def exec_module(self, module: ModuleType) -> None:
        library, function = SPLITTING
        if library in sys.modules:
            super().exec_module(module)
            return
        sys.modules[library] = ModuleType(library)
        setattr(sys.modules[library], function, missing(library, function))
        try:
            super().exec_module(module)
        finally:
            del sys.modules[library]


class _Unused(MetaPathFinder):
    """Finds the modules that are kept out, in Rasa's own folders."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname == COMPONENTS:
            return ModuleSpec(fullname, _Components())
        if fullname == CHANNELS:
            spec = ModuleSpec(fullname, _Channels(), is_package=True)
            spec.submodule_search_locations = [str(Path(folder) / "channels") for folder in path or ()]
            return spec
        if fullname not in (*LATER, BATCHES):
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and isinstance(found.loader, SourceFileLoader):
            found.loader = (_Later if fullname in LATER else _Batches)(fullname, found.loader.path)
        return found


def install() -> None:
    """To be called before Rasa is imported."""
    if not any(isinstance(finder, _Unused) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Unused())
