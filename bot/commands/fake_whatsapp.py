"""`python -m bot fake-whatsapp`: a stand-in of Meta with a page that looks like a telephone, to try the channel of WhatsApp."""

from __future__ import annotations

import argparse
from typing import Any

from bot.fake_whatsapp.demo import add_arguments


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("fake-whatsapp", help="stand in for Meta, with a telephone to write from")
    add_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """As `python -m bot.fake_whatsapp`."""
    from bot.fake_whatsapp.__main__ import serve  # noqa: PLC0415 - its server is slow to import

    return serve(arguments)
