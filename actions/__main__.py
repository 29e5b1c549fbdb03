"""`python -m actions`: serve the custom actions on the host and port of the first ACTIONS_URL."""

import argparse
import sys
from urllib.parse import urlsplit

from aiohttp import web

from actions.environment import Environment, install
from actions.server import create_app
from bot import watchdog
from bot.accounts import create as create_accounts
from bot.errors import SettingsError
from bot.logs import configure_logs
from bot.loop import new_loop
from bot.rules.calendar import BusinessCalendar
from bot.settings import load_settings


def main() -> int:
    """Run until SIGINT or SIGTERM; exit code 2 on a bad setting."""
    parser = argparse.ArgumentParser(prog="python -m actions")
    parser.add_argument("--port", type=int, default=None, help="default: the port of the first ACTIONS_URL")
    arguments = parser.parse_args()
    try:
        settings = load_settings()
        accounts = create_accounts(settings)
    except SettingsError as error:
        print(f"actions: {error}", file=sys.stderr)  # noqa: T201 - before logging exists
        return 2
    configure_logs(settings.log_level)
    install(Environment(settings, accounts, BusinessCalendar(settings.timezone, settings.extra_holidays)))
    address = urlsplit(settings.actions_url[0])
    web.run_app(
        create_app(),
        host=address.hostname,
        port=arguments.port or address.port,
        print=watchdog.serving,
        access_log=None,
        shutdown_timeout=10,
        loop=new_loop(),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
