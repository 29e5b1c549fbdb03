"""Servidor Virtual Assistant: understanding, dialogue, live answers, ledger and channels. docs/architecture.md is the map."""

__version__ = "0.5.0"
