"""The command line: `python -m bot COMMAND`. Each command is a module of bot/commands."""

import argparse
import importlib
import sys

COMMANDS = ("up", "train", "evaluate", "demo", "db", "transcript", "parked", "settings", "filemap")


def main() -> int:
    """Parse and run; exit code of the command."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Servidor Virtual Assistant")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        importlib.import_module(f"bot.commands.{name}").add_parser(subparsers)
    arguments = parser.parse_args()
    return int(arguments.run(arguments))


if __name__ == "__main__":
    sys.exit(main())
