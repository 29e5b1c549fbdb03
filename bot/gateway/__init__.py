"""The aiohttp application that faces the public, and the only writer of the ledger."""
