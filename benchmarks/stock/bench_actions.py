"""The custom actions of the stock project, run by `rasa run actions --actions benchmarks.stock.bench_actions`.

Each reads the customer's desk through the same port as ours and says when each server's subscription ends, in one of our own texts. Far
less than ours do with what they read (no identity to verify, no rules, no buttons of data), so the comparison leans to stock's side.
"""

from __future__ import annotations

import os
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.accounts import Guarded, SqlAccounts
from bot.database import open_database

SITTING = "."  # "C-1001.7": the seventh sitting of customer C-1001
ACTIONS_VARIABLE = "STOCK_ACTIONS"

_open: list[Guarded] = []


def accounts() -> Guarded:
    """The live state, opened in the server's own event loop at the first question."""
    if not _open:
        _open.append(Guarded(SqlAccounts(open_database(os.environ["ACCOUNTS_DATABASE_URL"]))))
    return _open[0]


class StockAction(Action):
    """Read the desk, say the end of its subscriptions."""

    called = "action_stock"

    def name(self) -> str:
        """Rasa's name of the action."""
        return self.called

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Called by the SDK."""
        del domain
        desk = await accounts().read_desk(tracker.sender_id.partition(SITTING)[0])
        if not desk.servers:
            dispatcher.utter_message(response="utter_sin_servidores")
        for server in desk.servers:
            ends_on = server.subscription and server.subscription.ends_on
            if ends_on:
                dispatcher.utter_message(response="utter_vigencia_vigente", servidor=server.alias, fin=f"el {ends_on:%d/%m/%Y}")
            else:
                dispatcher.utter_message(response="utter_vigencia_sin_dato", servidor=server.alias)
        return []


# the SDK registers every subclass; a name of its own for each intent, as a stock project has
CLASSES = [
    type(called, (StockAction,), {"called": called, "__module__": __name__}) for called in os.environ.get(ACTIONS_VARIABLE, "").split()
]
