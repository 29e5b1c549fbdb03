"""Silences and tames what Rasa imports: one thread for each number cruncher, no telemetry, no progress bars, no warnings of others."""

from __future__ import annotations

import os
import warnings

SETTINGS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TQDM_DISABLE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "MPLCONFIGDIR": "/tmp/servidor-virtual-matplotlib",  # noqa: S108 - a cache of fonts
}


def install() -> None:
    """Whatever the environment says already stays."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    warnings.showwarning = _drop


def _drop(*_: object, **__: object) -> None:
    """Rasa's libraries reset the filters, so the warnings of others are dropped where they would be shown."""
