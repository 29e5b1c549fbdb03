"""The web chat: what the widget sends and reads."""
