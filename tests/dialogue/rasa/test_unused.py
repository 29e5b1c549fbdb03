"""What a server keeps out of memory stays out, and what Rasa takes from it is still there."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from bot.settings import ROOT

SERVER = """
import sys
import bot.dialogue.rasa
from bot.dialogue.action_client import ActionEndpoint
from bot.dialogue.engine import Engine
from bot.dialogue.models import fitting_model
import asyncio
engine = Engine(fitting_model(), ActionEndpoint(("http://127.0.0.1:9",), "x" * 40))
asyncio.run(engine.warm())
"""
NEVER = (
    *("jax", "google", "grpc", "matplotlib", "PIL", "sklearn", "joblib", "twilio", "aiogram", "slack_sdk", "botocore", "psycopg2", "redis"),
    *(
        "scipy.stats",
        "scipy.optimize",
        "bot.nlu.training",
        "rasa.nlu.test",
        "rasa.core.channels.slack",
        "rasa.nlu.classifiers.diet_classifier",
    ),
)
MEGABYTES = 400


def fresh(program: str) -> str:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def server() -> dict:
    """What a dialogue that has understood a message holds."""
    return json.loads(
        fresh(
            f"{SERVER}import json, psutil\n"
            "real = [name for name, module in list(sys.modules.items()) if getattr(module, '__file__', None)]  # a look that loads nothing\n"
            "print(json.dumps({'real': real, 'megabytes': psutil.Process().memory_info().rss / 2**20}))"
        )
    )


def test_a_server_loads_no_tensorflow_and_nothing_of_training(server):
    real = set(server["real"])
    assert [name for name in ("tensorflow", "keras", "boto3", "pymongo", "aiormq", "terminaltables") if name in real] == []
    assert [name for name in NEVER if name in real] == []
    assert {"rasa.core.agent", "rasa.core.channels.channel", "spacy", "numpy"} <= real


def test_a_server_stays_small(server):
    """About 280 when this was written; TensorFlow alone would be another 400."""
    assert server["megabytes"] < MEGABYTES


def test_rasa_takes_from_its_channels_what_every_channel_builds_on():
    told = fresh(
        "import bot.dialogue.rasa, rasa.core.channels as package, rasa.core.channels.channel as channel\n"
        "print(package.UserMessage is channel.UserMessage, package.OutputChannel is channel.OutputChannel, hasattr(package, 'SlackInput'))"
    )
    assert told.split() == ["True", "True", "False"]


def test_rasas_own_packages_still_look_as_they_are_stood_in_for():
    """Read, not imported: should Rasa put something else into them, this is where it is seen."""
    folder = Path(sysconfig.get_path("purelib")) / "rasa"
    channels = (folder / "core" / "channels" / "__init__.py").read_text(encoding="utf-8")
    assert "from rasa.core.channels.channel import (" in channels
    assert [line for line in channels.splitlines() if line.startswith(("def ", "class "))] == []
    components = (folder / "engine" / "recipes" / "default_components.py").read_text(encoding="utf-8")
    assert [line for line in components.splitlines() if line.startswith(("def ", "class ", "import "))] == []
    batches = (folder / "utils" / "tensorflow" / "model_data.py").read_text(encoding="utf-8")
    used = [line for line in batches.splitlines() if "train_test_split" in line]
    assert all(line.startswith("    ") for line in used[1:]), "called while it is imported"
    assert [line for line in batches.splitlines() if "import" in line and "sklearn" in line] == [
        "from sklearn.model_selection import train_test_split"
    ]


def test_the_report_of_rasa_comes_when_it_is_asked_for():
    told = fresh(
        "import sys, bot.dialogue.rasa\n"
        "import rasa.core.test\n"
        "before = 'rasa.nlu.test' in sys.modules\n"
        "print(before, callable(rasa.core.test.test), 'rasa.nlu.test' in sys.modules)"
    )
    assert told.split() == ["False", "True", "True"]
