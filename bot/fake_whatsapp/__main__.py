"""`python -m bot.fake_whatsapp`: serve the stand-in until SIGINT or SIGTERM. `python -m bot up` starts it in the demo."""

from __future__ import annotations

import argparse
import secrets
import sys

from aiohttp import web

from bot import watchdog
from bot.errors import SettingsError
from bot.fake_whatsapp.app import create_app
from bot.fake_whatsapp.demo import add_arguments, variables
from bot.fake_whatsapp.fake import Business, FakeGraph
from bot.fake_whatsapp.phone import CUSTOMERS
from bot.logs import configure_logs
from bot.loop import new_loop
from bot.settings import Settings, load_settings

FIRST_NUMBER = 5215500000000
STATUSES = {"sent": 0.05, "delivered": 0.25}
"""Seconds before each, about as they are in life."""


def main() -> int:
    """Exit code 2 on a bad setting, 1 when the port cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m bot.fake_whatsapp")
    add_arguments(parser)
    return serve(parser.parse_args())


def serve(arguments: argparse.Namespace) -> int:
    """Serve with the secrets of the settings; without any, with new ones, which are printed for the gateway."""
    try:
        settings = load_settings()
    except SettingsError as error:
        print(f"fake-whatsapp: {error}", file=sys.stderr)  # noqa: T201 - before logging exists
        return 2
    configure_logs(settings.log_level)
    gateway = (arguments.gateway or _gateway(settings)).rstrip("/")
    fake = FakeGraph(_business(settings, arguments.port), f"{gateway}/whatsapp/webhook", seed=secrets.token_hex(8))
    fake.reports = STATUSES
    app = create_app(fake)
    app[CUSTOMERS] = f"{gateway}/demo/customers"
    try:
        web.run_app(
            app, host=settings.bind_host, port=arguments.port, print=watchdog.serving, access_log=None, shutdown_timeout=1, loop=new_loop()
        )
    except OSError as error:
        sys.stderr.write(f"fake-whatsapp: {settings.bind_host}:{arguments.port} cannot be served: {error.strerror or error}\n")
        return 1
    return 0


def _gateway(settings: Settings) -> str:
    host = "127.0.0.1" if settings.bind_host in {"0.0.0.0", "::"} else settings.bind_host  # noqa: S104 - compared, not bound
    return f"http://{host}:{settings.bind_port}"


def _business(settings: Settings, port: int) -> Business:
    if settings.whatsapp_phone_number_id:
        numbers = {number: str(FIRST_NUMBER + n) for n, number in enumerate(settings.whatsapp_phone_number_id)}
        return Business(settings.whatsapp_access_token, settings.whatsapp_app_secret, settings.whatsapp_verify_token, numbers)
    made = variables(port)
    print("Start the gateway with these:\n" + "\n".join(f"{name}={value}" for name, value in made.items()), flush=True)  # noqa: T201
    return Business(made["WHATSAPP_ACCESS_TOKEN"], made["WHATSAPP_APP_SECRET"], made["WHATSAPP_VERIFY_TOKEN"])


if __name__ == "__main__":
    sys.exit(main())
