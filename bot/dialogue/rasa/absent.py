"""Stands in for packages that Rasa imports and we do not install: TensorFlow above all, 2 GB of which our pipeline uses nothing.

Rasa imports them at the top of modules that we need for something else, and derives classes from theirs. So an import succeeds, names
can be taken and derived from; whatever is called raises NotInstalled, which says why. Only the modules that Rasa names are there: other
libraries that look for an optional package find it incomplete, which is to them as if it were missing. spaCy's command line is there,
but not loaded: its package imports a downloader, a project manager and a parser of arguments for one name.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

MODULES = frozenset(
    {
        "aiormq",
        "boto3",
        "boto3.dynamodb",
        "boto3.dynamodb.conditions",
        "keras",
        "keras.utils",
        "keras.utils.control_flow_util",
        "pymongo",
        "pymongo.collection",
        "spacy.cli",
        "spacy.cli.info",
        "tensorflow",
        "tensorflow.keras",
        "tensorflow.keras.backend",
        "tensorflow.keras.utils",
        "tensorflow.types",
        "tensorflow.types.experimental",
        "terminaltables",
    }
)


class NotInstalled(ImportError):
    """A part of Rasa was used that needs a package which this product does without."""


class _Missing(type):
    """A name of a missing package: may be named, derived from and looked into; not called, and neither is what derives from it."""

    def __getattr__(cls, name: str) -> _Missing:
        if name.startswith("__"):
            raise AttributeError(name)
        return missing(f"{cls.__module__}.{cls.__qualname__}", name)

    def __call__(cls, *_: Any, **__: Any) -> NoReturn:
        raise NotInstalled(
            f"{cls.__module__}.{cls.__qualname__} needs a package that is not installed here: docs/decisions/0015-without-tensorflow.md"
        )


class _StandIns(MetaPathFinder, Loader):
    """Finds and makes the modules above."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        del path, target
        return ModuleSpec(fullname, self, is_package=True) if fullname in MODULES else None

    def exec_module(self, module: ModuleType) -> None:
        def take(name: str) -> _Missing:
            if name.startswith("__"):
                raise AttributeError(name)
            return missing(module.__name__, name)

        module.__getattr__ = take  # type: ignore[method-assign]


def install() -> None:
    """From now on an import of any of MODULES gives its stand-in, whether or not the package is there."""
    if not any(isinstance(finder, _StandIns) for finder in sys.meta_path):
        sys.meta_path.insert(0, _StandIns())


def missing(module: str, name: str) -> _Missing:
    """A name that may be taken from a module and not used."""
    return _Missing(name, (), {"__module__": module})
