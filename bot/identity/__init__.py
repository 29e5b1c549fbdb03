"""Who is writing: portal tokens, session tokens, turn tokens."""
