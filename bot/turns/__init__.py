"""The engine that takes messages through the dialogue: no HTTP server in it, and no channel."""
