"""The agents' console: server-rendered pages over the ledger. It knows no channel; the gateway puts them together."""
