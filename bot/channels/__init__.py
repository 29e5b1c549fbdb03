"""Channels: one package each. They never know each other."""
