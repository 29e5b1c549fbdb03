"""Silences and tames what Rasa imports. Must be imported before anything of Rasa or TensorFlow."""

import os
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
os.environ.setdefault("MPLCONFIGDIR", "/tmp/servidor-virtual-matplotlib")  # noqa: S108 - a cache of fonts


def _drop(*_: object, **__: object) -> None:
    """Rasa's libraries reset the filters, so the warnings of others are dropped where they would be shown."""


warnings.showwarning = _drop
