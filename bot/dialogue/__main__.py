"""`python -m bot.dialogue [--port N]`: serve turns on the newest model in `models/`."""

from __future__ import annotations

import bot.dialogue.quiet  # noqa: F401 - before Rasa

# isort: split
import argparse
import sys
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from bot.dialogue.action_client import ActionEndpoint
from bot.dialogue.engine import Engine
from bot.dialogue.models import newest_model
from bot.dialogue.server import create_app
from bot.errors import SettingsError
from bot.logs import configure_logs
from bot.settings import load_settings


def main() -> int:
    """Run until SIGINT or SIGTERM; exit code 2 on a bad setting or a missing model."""
    parser = argparse.ArgumentParser(prog="python -m bot.dialogue")
    parser.add_argument("--port", type=int, default=None, help="default: the port of the first DIALOGUE_URLS")
    parser.add_argument("--model", type=Path, default=None, help="default: the newest in models/")
    arguments = parser.parse_args()
    try:
        settings = load_settings()
        model = arguments.model or newest_model()
    except SettingsError as error:
        print(f"dialogue: {error}", file=sys.stderr)  # noqa: T201 - before logging exists
        return 2
    configure_logs(settings.log_level)
    address = urlsplit(settings.dialogue_urls[0])
    engine = Engine(model, ActionEndpoint(settings.actions_url, settings.internal_secret))
    port = arguments.port or address.port
    web.run_app(
        create_app(engine, settings.internal_secret), host=address.hostname, port=port, print=None, access_log=None, shutdown_timeout=10
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
