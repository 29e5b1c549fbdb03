"""The command line: `python -m bot COMMAND`. Each command is a module of bot/commands."""

import argparse
import importlib
import sys

from bot import __version__
from bot.errors import SettingsError

COMMANDS = (
    "up",
    "train",
    "prove",
    "model",
    "evaluate",
    "converse",
    "demo",
    "fake-whatsapp",
    "db",
    "accounts",
    "doctor",
    "transcript",
    "agent",
    "corrections",
    "archive",
    "disclosures",
    "export-person",
    "erase-person",
    "reseal",
    "parked",
    "costs",
    "settings",
    "answers",
    "filemap",
)


def main() -> int:
    """Parse and run; exit code of the command, 2 when a setting is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Servidor Virtual Assistant")
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in [name for name in COMMANDS if name in sys.argv[1:2]] or COMMANDS:  # only what is asked for: half of them load a database
        importlib.import_module(f"bot.commands.{name.replace('-', '_')}").add_parser(subparsers)
    arguments = parser.parse_args()
    try:
        return int(arguments.run(arguments))
    except SettingsError as error:
        print(f"{arguments.command}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
