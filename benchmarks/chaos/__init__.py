"""The chaos test: real processes and a real database are killed at random under load, and every message is accounted for at the end."""
