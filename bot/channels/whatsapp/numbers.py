"""Mexican telephone numbers exist in two forms, and Meta takes sometimes the one, sometimes the other."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from bot.channels.whatsapp.codes import Do, rule
from bot.channels.whatsapp.graph import Refused, Taken

MOST_KNOWN: Final = 10_000

_OLD: Final = re.compile(r"\+521(\d{10})")
_NEW: Final = re.compile(r"\+52(\d{10})")


def other_form(number: str) -> str | None:
    """A Mexican number in its other form (+521 and ten digits, +52 and ten digits); None for any other number."""
    if old := _OLD.fullmatch(number):
        return f"+52{old[1]}"
    new = _NEW.fullmatch(number)
    return f"+521{new[1]}" if new else None


class OtherForms:
    """Sends to a number in the form that was last taken; where one is refused as unknown to the list of test numbers, once in the other."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()

    async def send(self, number: str, request: Callable[[str], Awaitable[Taken]]) -> Taken:
        """What `request` gives, with the number in one form or the other. Raises what it raises."""
        first = self._known.get(number, number)
        try:
            return await request(first)
        except Refused as error:
            second = other_form(first)
            if second is None or rule(error.code).do is not Do.OTHER_FORM:
                raise
        taken = await request(second)
        self._known[number] = second
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return taken
