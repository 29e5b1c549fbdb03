"""The ledger: conversations, messages, turns, effects."""
