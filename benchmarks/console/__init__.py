"""The agents' console on a ledger of a million messages, while agents are on line and customers write."""
