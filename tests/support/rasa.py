"""Importing Rasa, TensorFlow or spaCy brings warnings of theirs, which are not ours to mend; ours stay errors.

`with quiet_imports(): from bot.nlu.entities import …`. What needs the whole of Rasa is imported inside fixtures, so that collecting
tests stays quick, and its tests are marked `filterwarnings("ignore")` by the conftest of their folder.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_imports() -> Iterator[None]:
    """Drops warnings while others' libraries are imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
