"""`python -m bot.gateway`: serve until SIGINT or SIGTERM, then drain."""

from __future__ import annotations

import sys

from aiohttp import web

from bot import watchdog
from bot.database import DATABASE_ERRORS
from bot.errors import SettingsError
from bot.gateway.app import create_app
from bot.logs import configure_logs
from bot.loop import new_loop
from bot.migrations import upgrade
from bot.settings import load_settings

DRAIN_SECONDS = 10.0


def main() -> int:
    """Bring the ledger up to date, then serve on BIND_HOST:BIND_PORT; 2 when the settings are wrong, 1 when ledger or port cannot be had."""
    try:
        settings = load_settings()
        app = create_app(settings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logs(settings.log_level)
    try:
        upgrade(settings.database_url, "ledger")
    except DATABASE_ERRORS as error:
        sys.stderr.write(f"DATABASE_URL: the ledger cannot be opened: {type(error).__name__}\n")
        return 1
    try:
        web.run_app(
            app,
            host=settings.bind_host,
            port=settings.bind_port,
            print=watchdog.serving,
            access_log=None,
            shutdown_timeout=DRAIN_SECONDS,
            loop=new_loop(),
        )
    except OSError as error:
        sys.stderr.write(f"BIND_PORT: {settings.bind_host}:{settings.bind_port} cannot be served: {error.strerror or error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
