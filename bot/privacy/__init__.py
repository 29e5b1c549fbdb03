"""Personal data: masked before anything is stored, kept apart under seal, told of in a ledger, forgotten in time."""
