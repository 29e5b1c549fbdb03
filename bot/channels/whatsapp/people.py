"""Who wrote an update: its own fields, completed by the payload's list of contacts, in which people stand in any order."""

from __future__ import annotations

from typing import Any

from bot.channels.whatsapp.events import Sender
from bot.channels.whatsapp.values import node, nodes, one_line, phone, user_id, wire, word


class People:
    """The contacts of a payload, by number and by business-scoped id."""

    def __init__(self, value: dict[str, Any]) -> None:
        self._known: dict[str, Sender] = {}
        for contact in nodes(value, "contacts"):
            on_wire = wire(contact, "wa_id")
            found = Sender(phone(on_wire), on_wire, user_id(contact, "user_id"), _name(contact))
            for key in (found.phone, found.user_id):
                if key is not None:
                    self._known.setdefault(key, found)

    def find(self, number: str | None, scoped: str | None) -> Sender:
        """The contact with this id, or with this number and no other id; an empty one where there is none."""
        found = self._known.get(scoped or "") or self._known.get(number or "") or Sender()
        return found if scoped is None or found.user_id in {None, scoped} else Sender()


def person(item: dict[str, Any], people: People, number: str = "from", scoped: str = "from_user_id") -> Sender | None:
    """The person whose number and id stand under these names; None where there is neither, because nobody may be taken for somebody else."""
    on_wire, known_as = wire(item, number), user_id(item, scoped)
    listed = people.find(phone(on_wire), known_as)
    on_wire = on_wire or listed.wire
    found = Sender(phone(on_wire), on_wire, known_as or listed.user_id, listed.profile_name)
    return found if found.phone or found.user_id else None


def _name(contact: dict[str, Any]) -> str | None:
    return one_line(word(node(contact, "profile"), "name"))
