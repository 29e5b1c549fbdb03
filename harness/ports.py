"""Ports for servers that tests and benchmarks start."""

from bot.supervisor.house import free_port

__all__ = ["free_port"]
