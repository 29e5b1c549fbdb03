"""TensorFlow and the rest are neither locked nor needed; where Rasa names them, any use says why it cannot be."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from bot.settings import ROOT
from tests.support.rasa import quiet_imports

with quiet_imports():
    import bot.dialogue.rasa  # noqa: F401 - before Rasa

    # isort: split
    from bot.dialogue.rasa.absent import MODULES, NotInstalled

HEAVY = {"boto3", "grpcio", "h5py", "jax", "jaxlib", "keras", "libclang", "ml-dtypes", "tensorboard", "tensorflow", "tensorflow-addons"}
HEAVY |= {
    "tensorflow-hub",
    "tensorflow-text",
    "tensorflow-estimator",
    "tensorflow-io-gcs-filesystem",
    "twilio",
    "aiogram",
    "pymongo",
    "redis",
}


def overridden_away() -> set[str]:
    lines = (ROOT / "requirements" / "left-out.txt").read_text(encoding="utf-8").splitlines()
    return {line.split(";")[0].strip() for line in lines if "python_version < " in line}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_no_lock_names_what_is_left_out(lock: str) -> None:
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
    assert {"rasa", "scikit-learn"} <= locked
    assert locked & (HEAVY | overridden_away()) == set()


def test_the_benchmark_of_stock_rasa_has_it_all() -> None:
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements" / "stock.lock").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"rasa", "tensorflow", "tensorflow-hub", "asyncpg"} <= locked


def fresh(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_name_may_be_taken_and_derived_from_but_not_used() -> None:
    with quiet_imports():
        import tensorflow as tf
        from keras import Model

    class Layer(tf.keras.layers.Layer): ...

    assert issubclass(Layer, tf.keras.layers.Layer) or Layer.__bases__
    for use in (Layer, Model, tf.constant, lambda: tf.keras.layers.Dense(3)):
        with pytest.raises(NotInstalled, match="is not installed here: docs/decisions"):
            use()


def test_a_policy_of_rasa_that_needs_tensorflow_says_so() -> None:
    with quiet_imports():
        from rasa.utils.tensorflow.callback import RasaTrainingLogger
    with pytest.raises(NotInstalled, match="tensorflow"):
        RasaTrainingLogger(epochs=1, silent=True)


def test_rasa_imports_each_stand_in() -> None:
    """One that Rasa no longer imports is to be taken from the list."""
    wanted = fresh(
        "import sys, bot.dialogue.rasa\n"
        "import rasa.core.agent, rasa.model_training, rasa.engine.recipes.default_recipe\n"
        "import rasa.graph_components.validators.default_recipe_validator, spacy\n"
        "from bot.dialogue.rasa.absent import MODULES\n"
        "print(*sorted(MODULES - set(sys.modules)))"
    )
    assert wanted.split() == []
    assert MODULES


def test_other_libraries_find_tensorflow_missing() -> None:
    told = fresh("import bot.dialogue.rasa, tensorflow, thinc.compat\nprint(thinc.compat.has_tensorflow, tensorflow.__spec__.origin)")
    assert told.split() == ["False", "None"]
