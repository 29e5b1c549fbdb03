"""`python -m bot.dialogue [--port N]`: serve turns on the chosen model of `models/` (see bot/dialogue/models.py)."""

from __future__ import annotations

import bot.dialogue.rasa  # noqa: F401 - before Rasa

# isort: split
import argparse
import sys
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from bot import watchdog
from bot.dialogue.action_client import ActionEndpoint
from bot.dialogue.engine import Engine
from bot.dialogue.models import MODELS, ModelRefused, serving_model
from bot.dialogue.server import create_app
from bot.dialogue.serving import Serving
from bot.errors import SettingsError
from bot.logs import configure_logs
from bot.loop import new_loop
from bot.settings import load_settings

ANOTHER = "Choose another with `python -m bot model use NAME`, or train again with `python -m bot train --force`."
DRAIN_SECONDS = 20.0  # as long as a gateway waits for a turn


def main() -> int:
    """Run until SIGINT or SIGTERM; exit code 2 on a bad setting, 1 when the model or the port cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m bot.dialogue")
    parser.add_argument("--port", type=int, default=None, help="default: the port of the first DIALOGUE_URLS")
    parser.add_argument("--models", type=Path, default=MODELS, metavar="FOLDER", help="where the models are (default models/)")
    parser.add_argument("--model", type=Path, default=None, metavar="FILE", help="serve this archive, whatever was chosen")
    parser.add_argument("--default", default=None, metavar="NAME", help="the model that serves while FOLDER/serving names none")
    arguments = parser.parse_args()
    try:
        settings = load_settings()
        model = arguments.model or serving_model(arguments.models, arguments.default)
    except SettingsError as error:
        print(f"dialogue: {error}", file=sys.stderr)  # noqa: T201 - before logging exists
        return 2
    configure_logs(settings.log_level)

    def load(archive: Path) -> Engine:
        return Engine(archive, ActionEndpoint(settings.actions_url, settings.internal_secret))

    try:
        serving = Serving(load(model), load)
    except Exception as error:
        return _give_up(f"{model.name} cannot be loaded ({type(error).__name__}). {ANOTHER}")
    address = urlsplit(settings.dialogue_urls[0])
    port = arguments.port or address.port
    app = create_app(serving, settings.internal_secret)
    try:
        web.run_app(
            app, host=address.hostname, port=port, print=watchdog.serving, access_log=None, shutdown_timeout=DRAIN_SECONDS, loop=new_loop()
        )
    except ModelRefused as error:
        return _give_up(f"{error}. {ANOTHER}")
    except OSError as error:
        return _give_up(f"{address.hostname}:{port} cannot be served: {error.strerror or error}")
    return 0


def _give_up(reason: str) -> int:
    print(f"dialogue: {reason}", file=sys.stderr)  # noqa: T201 - for whoever started it
    return 1


if __name__ == "__main__":
    sys.exit(main())
